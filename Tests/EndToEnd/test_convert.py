"""`focust-video convert`: a bar for people, plain lines for files, and nothing published that is not whole."""

import os
import pty
import re
import subprocess

from harness.media import make_h264, run
from harness.server import binary


def film(media):
    path = media / "to-convert.avi"
    source = "testsrc2=s=640x360:r=25:d=20"
    run("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-c:v", "mpeg4", "-q:v", "5", path)
    return path


def test_a_file_gets_plain_lines(media, tmp_path):
    out = tmp_path / "lesson"
    done = subprocess.run([binary(), "convert", film(media), out], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert "\r" not in done.stderr and "\x1b" not in done.stderr
    shares = [int(re.match(r"(\d+) %", line)[1]) for line in lines]
    assert shares == sorted(set(shares)) and 5 <= len(shares) <= 11
    assert shares[0] < 10 and shares[-1] == 100
    for line in lines[1:-1]:
        assert re.fullmatch(r"\d+ %, \d+\.\d × real time, \d+ s left", line), line
    assert re.search(r"segments, 20\.\d* s in .*, \d+\.\d × real time", done.stdout)
    assert "video: transcode" in done.stdout
    assert {"output.m3u8", "segment_000.ts", "enc.key", "poster.jpg"} <= {path.name for path in out.iterdir()}


def test_a_terminal_gets_a_bar(media, tmp_path):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [binary(), "convert", film(media), tmp_path / "lesson"], stderr=theirs, stdout=subprocess.DEVNULL
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:
        pass  # How Linux says that nobody holds the other end any more.
    os.close(ours)
    assert process.wait(timeout=120) == 0
    bars = [part for part in shown.decode().split("\r") if "%" in part]
    assert all(re.match(r"\[#* *\] \d+ %", bar) for bar in bars), bars
    assert any("× real time" in bar and "s left" in bar for bar in bars)
    shares = [int(re.search(r"(\d+) %", bar)[1]) for bar in bars]
    assert shares == sorted(shares) and shares[-1] == 100


def test_what_is_no_film_leaves_nothing_and_says_why(tmp_path):
    text = tmp_path / "film.mp4"
    text.write_text("no film\n")
    done = subprocess.run(
        [binary(), "convert", text, tmp_path / "lesson"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1 and "not a video file" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_a_plan_is_told_and_nothing_is_written(media, tmp_path):
    source = make_h264(media / "to-plan.mp4", seconds=2)
    command = [binary(), "convert", "--plan", source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 0 and done.stdout.startswith("video: copy")
    assert list(tmp_path.iterdir()) == []
