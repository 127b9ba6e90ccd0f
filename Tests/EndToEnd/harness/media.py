"""Sample media made at run time, and judgements by ffprobe, ffmpeg and openssl."""

import json
import subprocess
from pathlib import Path


def run(*command, **options) -> str:
    """The command's output; a failure shows what it said."""
    result = subprocess.run([str(part) for part in command], capture_output=True, timeout=300, **options)
    assert result.returncode == 0, f"{command[0]} failed: {result.stderr.decode(errors='replace')[-2000:]}"
    return result.stdout.decode(errors="replace")


def make_h264(
    path: Path, seconds: float = 20, size: str = "640x360", bitrate: str = "400k", moov_first: bool = False
) -> Path:
    """H.264 and AAC as phones and editors write them: 2 s closed GOPs, moov at the end unless it is to be first."""
    run(
        *("ffmpeg", "-v", "error", "-y"),
        *("-f", "lavfi", "-i", f"testsrc2=s={size}:r=25:d={seconds}"),
        *("-f", "lavfi", "-i", f"sine=f=440:r=48000:d={seconds}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-b:v", bitrate, "-pix_fmt", "yuv420p"),
        *("-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-bf", "2"),
        *("-c:a", "aac", "-b:a", "96k", "-ac", "2"),
        *(("-movflags", "+faststart") if moov_first else ()),
        path,
    )
    return path


def make_mpeg4(path: Path, seconds: float = 5) -> Path:
    """MPEG-4 part 2 of an odd size, which must be transcoded."""
    run(
        *("ffmpeg", "-v", "error", "-y"),
        *("-f", "lavfi", "-i", f"testsrc2=s=321x241:r=24:d={seconds}"),
        *("-f", "lavfi", "-i", f"sine=f=300:r=44100:d={seconds}"),
        *("-c:v", "mpeg4", "-c:a", "libmp3lame", path),
    )
    return path


def pad_mp4(source: Path, target: Path, size: int) -> Path:
    """The same film in a file of exactly `size` bytes: an MP4 `free` box fills it up."""
    data = source.read_bytes()
    filling = size - len(data)
    assert filling >= 8
    with target.open("wb") as file:
        file.write(data)
        file.write(filling.to_bytes(4, "big") + b"free")
        file.truncate(size)
    return target


def probe(path, *options) -> dict:
    """What ffprobe finds: format, streams."""
    return json.loads(run("ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", *options, path))


def first_video_packet(path: Path) -> dict:
    """The first packet of the video stream, with its flags (K for a key frame)."""
    text = run(
        *("ffprobe", "-v", "error", "-of", "json", "-select_streams", "v:0"),
        *("-show_packets", "-read_intervals", "%+#1", path),
    )
    return json.loads(text)["packets"][0]


def frame_hashes(source, *options) -> list[str]:
    """The hash of every decoded video frame, in order."""
    text = run("ffmpeg", "-v", "error", *options, "-i", source, "-map", "0:v:0", "-f", "framemd5", "-")
    return hash_column(text)


def hash_column(framemd5: str) -> list[str]:
    """Stream, DTS, PTS, duration, size, hash; what may follow describes side data."""
    return [line.split(",")[5].strip() for line in framemd5.splitlines() if line and not line.startswith("#")]


def audio_packet_hashes(source, *options, strip_adts: bool = False) -> list[str]:
    """The hash of every audio packet as stored; MPEG-TS puts an ADTS header before each, which can be taken off."""
    stripped = ("-bsf:a", "aac_adtstoasc") if strip_adts else ()
    text = run(
        *("ffmpeg", "-v", "error", *options, "-i", source, "-map", "0:a:0", "-c", "copy", *stripped),
        *("-f", "framemd5", "-"),
    )
    return hash_column(text)


def decrypt(ciphertext: Path, key: bytes, sequence: int, target: Path) -> Path:
    """AES-128-CBC with the media sequence number as IV (RFC 8216 §5.2), by openssl; wrong padding fails."""
    run(
        *("openssl", "enc", "-d", "-aes-128-cbc", "-K", key.hex(), "-iv", f"{sequence:032x}"),
        *("-in", ciphertext, "-out", target),
    )
    return target
