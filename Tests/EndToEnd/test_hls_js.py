"""hls.js in Chromium plays lessons of uneven and changing films to their end, with their sound."""

import subprocess

import pytest

from harness.chromium import Page
from harness.hls_page import play_to_end
from harness.media import probe, run
from harness.server import binary

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-bf", "0")


def ffmpeg(*arguments) -> None:
    run("ffmpeg", "-v", "error", "-y", *arguments)


def pictures(seconds: float) -> tuple:
    return ("-f", "lavfi", "-i", f"testsrc2=s=160x120:r=25:d={seconds}")


def sound(seconds: float) -> tuple:
    return ("-f", "lavfi", "-i", f"sine=r=48000:d={seconds}")


def late_sound(folder, start):
    """Sound that begins `start` seconds after the pictures, of 10 s."""
    film = folder / "film.mp4"
    ffmpeg(*pictures(10), "-itsoffset", start, *sound(10 - start), *H264, "-c:a", "aac", film)
    return film


def late_pictures(folder, start):
    """Pictures that begin `start` seconds after the sound, of 10 s."""
    film = folder / "film.mkv"
    ffmpeg("-itsoffset", start, *pictures(10 - start), *sound(10), *H264, "-c:a", "aac", film)
    return film


def more_channels(folder, start):
    """A transport stream whose sound goes from two channels to six after `start` seconds, of 10 s."""
    parts = []
    for channels, offset, seconds in ((2, 0, start), (6, start, 10 - start)):
        parts.append(folder / f"{channels}.ts")
        made = (*pictures(seconds), *sound(seconds), "-ac", str(channels), *H264, "-c:a", "aac")
        ffmpeg(*made, "-output_ts_offset", str(offset), parts[-1])
    film = folder / "film.ts"
    film.write_bytes(b"".join(part.read_bytes() for part in parts))
    return film


def sound_bytes(lesson) -> int:
    """What the lesson's sound takes without the seven bytes of ADTS before each packet."""
    options = ("-select_streams", "a", "-show_packets", "-allowed_extensions", "ALL")
    return sum(int(packet["size"]) - 7 for packet in probe(lesson / "output.m3u8", *options)["packets"])


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    page = Page(tmp_path_factory.mktemp("chromium"))
    yield page
    page.close()


@pytest.mark.parametrize(
    ("make", "start"), [(late_sound, 3), (late_sound, 7), (late_pictures, 4), (more_channels, 4)]
)
def test_a_lesson_plays_to_its_end_with_sound(tmp_path, page, make, start):
    lesson = tmp_path / "lesson"
    subprocess.run([binary(), "convert", make(tmp_path, start), lesson], check=True, capture_output=True, timeout=60)
    seen = play_to_end(page, lesson)
    assert seen["ended"] and not any(fatal for _, _, fatal in seen["faults"]), seen
    assert seen["pictures"] > 0 and seen["width"] > 0, seen
    assert seen["sound"] > 0.8 * sound_bytes(lesson), (seen, sound_bytes(lesson))
    assert abs(seen["time"] - 10) < 0.3, seen
