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


LADDER = ("--segment-seconds", "2", "--preset", "ultrafast", "--renditions", "--ladder", "180:300k,120:85k@15")


def variants(playlist):
    """Attributes and address of each variant, in the order in which they are listed."""
    lines = playlist.read_text().splitlines()
    tags = [line for line in lines if line.startswith("#EXT-X-STREAM-INF:")]
    names = [line for line in lines if not line.startswith("#")]
    return list(zip(tags, names, strict=True))


def sizes(playlist):
    """What ffprobe sees of a playlist's pictures when it decodes them all."""
    seen = run(
        *("ffprobe", "-v", "error", "-allowed_extensions", "ALL", "-count_frames", "-select_streams", "v"),
        *("-show_entries", "stream=width,height,nb_read_frames", "-of", "csv=p=0", playlist),
    )
    return tuple(int(number) for number in seen.split()[0].strip(",").split(","))


def test_a_ladder_is_made_that_plays_at_every_step(media, tmp_path):
    out = tmp_path / "lesson"
    source = make_h264(media / "to-ladder.mp4", seconds=5, bitrate="1500k")
    done = subprocess.run([binary(), "convert", source, out, *LADDER], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    listed = variants(out / "output.m3u8")
    assert {name for _, name in listed} >= {"r0.m3u8", "r1.m3u8"} and "r0: kept" in done.stdout
    cuts = set()
    for tag, name in listed:
        width, height, frames = sizes(out / name)
        assert f"RESOLUTION={width}x{height}" in tag and "CLOSED-CAPTIONS=NONE" in tag
        assert frames > 5 * 13
        cuts.add(tuple(re.findall(r"#EXTINF:([\d.]+)", (out / name).read_text())))
        key = re.search(r'METHOD=AES-128,URI="(.*)"', (out / name).read_text())[1]
        assert (out / key).stat().st_size == 16 and (out / key).stat().st_mode & 0o077 == 0
    assert len(cuts) == 1
    left = {path.name for path in out.iterdir()}
    named = {line for path in out.glob("*.m3u8") for line in path.read_text().splitlines() if line[0] != "#"}
    assert {name for name in left if name.endswith((".ts", ".m3u8"))} == named | {"output.m3u8"}


def test_a_copy_above_the_highest_rate_is_not_in_the_ladder(media, tmp_path):
    out = tmp_path / "lesson"
    source = make_h264(media / "to-ladder.mp4", seconds=5, bitrate="1500k")
    command = [binary(), "convert", source, out, *LADDER, "--max-bitrate", "700k"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "r0: gives way" in done.stdout
    names = {path.name for path in out.iterdir()}
    assert not {"enc.key", "r0.m3u8", "segment_000.ts"} & names and "enc-r1.key" in names
    assert all(sizes(out / name)[2] > 0 for _, name in variants(out / "output.m3u8"))


def test_a_plan_tells_the_ladder(media, tmp_path):
    source = make_h264(media / "to-plan-ladder.mp4", seconds=2, bitrate="1500k")
    command = [binary(), "convert", "--plan", source, *LADDER]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("rendition ")]
    assert [line.split(":")[0] for line in lines] == ["rendition r0", "rendition r1", "rendition r2"]
    assert "320x180" in lines[1] and "214x120, 15.0 fps" in lines[2]
    assert list(tmp_path.iterdir()) == []


def test_a_ladder_that_rises_is_refused(media, tmp_path):
    command = [binary(), "convert", "film.mp4", tmp_path / "lesson", "--renditions", "--ladder", "120:85k,180:300k"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "--ladder must be like" in done.stderr
