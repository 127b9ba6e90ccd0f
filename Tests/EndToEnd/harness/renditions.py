"""A lesson with several renditions, as this server keeps one on disk; written without the server."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from .media import probe, run
from .trees import put

# Bits per second, on average, of the rendition that players shall start with.
START = 700_000
KEYS = {"r0": "enc.key"}


def key_name(name: str) -> str:
    return KEYS.get(name, f"enc-{name}.key")


def segment_name(name: str, number: int) -> str:
    return f"segment_{number:03}.ts" if name == "r0" else f"{name}_{number:03}.ts"


@dataclass
class Rendition:
    """What is known of one."""

    name: str
    width: int
    height: int
    average: int
    peak: int
    frame_rate: float = 25.0
    codecs: str = "avc1.64001f,mp4a.40.2"

    def facts(self) -> dict:
        return {
            "name": self.name,
            "width": self.width,
            "height": self.height,
            "frame_rate": self.frame_rate,
            "bandwidth": self.peak,
            "average_bandwidth": self.average,
            "codecs": self.codecs,
            "copy": self.name == "r0",
        }

    def tag(self) -> str:
        return (
            f"#EXT-X-STREAM-INF:BANDWIDTH={self.peak},AVERAGE-BANDWIDTH={self.average},"
            f'CODECS="{self.codecs}",RESOLUTION={self.width}x{self.height},'
            f"FRAME-RATE={self.frame_rate:.3f},CLOSED-CAPTIONS=NONE\n{self.name}.m3u8\n"
        )


def multivariant(renditions: list[Rendition]) -> str:
    rising = sorted(renditions, key=lambda each: each.average)
    start = min(rising, key=lambda each: abs(each.average - START))
    order = [start, *(each for each in rising if each is not start)]
    header = "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-INDEPENDENT-SEGMENTS\n"
    return header + "".join(each.tag() for each in order)


def media_playlist(name: str, durations: list[float]) -> str:
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{max(1, round(max(durations)))}"]
    lines += ["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [f'#EXT-X-KEY:METHOD=AES-128,URI="{key_name(name)}"']
    for number, seconds in enumerate(durations):
        lines += [f"#EXTINF:{seconds:.6f},", segment_name(name, number)]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def describe(directory: Path, renditions: list[Rendition], duration: float, since: int, retired=()) -> None:
    """Writes what the lesson as a whole has: its playlist, and what is known of its renditions."""
    put(directory / "output.m3u8", multivariant(renditions).encode())
    facts = {"version": 1, "duration": duration, "since": since}
    facts |= {"renditions": [each.facts() for each in renditions], "retired": [each.facts() for each in retired]}
    put(directory / "renditions.json", json.dumps(facts).encode())


def give_version(directory: Path, version: str) -> None:
    """A second name for everything that nginx sends, below that of the version."""
    names = directory / f".v-{version}"
    names.mkdir()
    for file in directory.iterdir():
        if file.suffix in (".ts", ".jpg", ".m3u8", ".json"):
            (names / file.name).hardlink_to(file)
    (directory / ".version").symlink_to(names.name)


LADDER = [
    Rendition("r0", 1920, 1080, 4_100_000, 6_300_000),
    Rendition("r1", 1280, 720, 1_500_000, 2_200_000),
    Rendition("r2", 768, 432, 640_000, 912_000),
    Rendition("r3", 416, 234, 131_000, 168_000, 15.0),
]


def put_ladder(directory: Path, version: str, since: int = 1, segments: int = 2, seconds: float = 10.0) -> None:
    """A lesson with four renditions whose files are what their names say, and none of them a film."""
    for rendition in LADDER:
        name = rendition.name
        put(directory / f"{name}.m3u8", media_playlist(name, [seconds] * segments).encode())
        put(directory / key_name(name), name.encode() * 8)
        for number in range(segments):
            put(directory / segment_name(name, number), b"\x47" + f"{name} {number}".encode() * 40)
    put(directory / "poster.jpg", b"\xff\xd8\xff\xd9")
    describe(directory, LADDER, segments * seconds, since)
    give_version(directory, version)


@dataclass
class Step:
    """How one rendition of a film is made."""

    name: str
    size: str
    bitrate: str
    frame_rate: int = 25


STEPS = (Step("r0", "640x360", "1500k"), Step("r1", "320x180", "500k"), Step("r2", "160x90", "60k", 12))


def make_ladder(directory: Path, version: str, seconds: int = 12, steps=STEPS, cut: int = 2) -> list[Rendition]:
    """A lesson with renditions that are a film, by ffmpeg: cut at the same instants, each under its own key."""
    directory.mkdir(parents=True)
    source = directory / "source.mkv"
    run(
        *("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=s=640x360:r=25:d={seconds}"),
        *("-f", "lavfi", "-i", f"sine=f=440:r=48000:d={seconds}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-qp", "18", "-c:a", "aac", "-b:a", "48k", "-ac", "1", source),
    )
    made = [encode(directory, source, step, cut) for step in steps]
    source.unlink()
    describe(directory, made, seconds, int(time.time()) - 10)
    give_version(directory, version)
    return made


def encode(directory: Path, source: Path, step: Step, cut: int) -> Rendition:
    """One rendition, in the files that it has on disk."""
    name, key = step.name, os.urandom(16)
    put(directory / key_name(name), key)
    info = put(directory / "key.info", f"{key_name(name)}\n{directory / key_name(name)}\n".encode())
    segments = "segment_%03d.ts" if name == "r0" else f"{name}_%03d.ts"
    run(
        *("ffmpeg", "-v", "error", "-y", "-i", source, "-map", "0", "-c:a", "copy"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-s", step.size, "-r", step.frame_rate),
        *("-b:v", step.bitrate, "-minrate", step.bitrate, "-maxrate", step.bitrate, "-bufsize", step.bitrate),
        *("-x264-params", "nal-hrd=cbr", "-force_key_frames", f"expr:gte(t,n_forced*{cut})", "-sc_threshold", "0"),
        *("-f", "hls", "-hls_time", cut, "-hls_playlist_type", "vod", "-hls_flags", "independent_segments"),
        *("-hls_key_info_file", info, "-hls_segment_filename", directory / segments, directory / f"{name}.m3u8"),
    )
    info.unlink()
    return measured(directory, name)


def measured(directory: Path, name: str) -> Rendition:
    """What ffprobe and the files' sizes say."""
    playlist = (directory / f"{name}.m3u8").read_text().splitlines()
    durations = [float(line[8:].split(",")[0]) for line in playlist if line.startswith("#EXTINF:")]
    files = [line for line in playlist if line and not line.startswith("#")]
    bits = [8 * (directory / file).stat().st_size for file in files]
    streams = probe(directory / f"{name}.m3u8", "-allowed_extensions", "ALL")["streams"]
    picture = next(each for each in streams if each["codec_type"] == "video")
    over, under = map(int, picture["r_frame_rate"].split("/"))
    return Rendition(
        name,
        picture["width"],
        picture["height"],
        round(sum(bits) / sum(durations)),
        round(max(size / seconds for size, seconds in zip(bits, durations, strict=True))),
        over / under,
        "avc1.42c01e,mp4a.40.2",
    )
