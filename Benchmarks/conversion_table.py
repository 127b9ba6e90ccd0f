#!/usr/bin/env python3
"""Makes the table of docs/conversion.md: what happens to each kind of input, and how fast.

Inputs are generated, converted with the release build, and the table between the two marks of the document is
replaced. Speed is seconds of video per second of wall time, on the machine that the document names.
"""

import argparse
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- table: Benchmarks/conversion_table.py -->", "<!-- end of table -->"

LONG = "-f lavfi -i testsrc2=s=1280x720:r=30:d=60 -f lavfi -i sine=r=48000:d=60"
V = "-f lavfi -i testsrc2=s=1280x720:r=30:d=10"
A = "-f lavfi -i sine=r=48000:d=10"
H264 = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast"
X265 = "-c:v libx265 -preset ultrafast -x265-params log-level=none"
PQ = (
    "-vf zscale=tin=bt709:min=bt709:pin=bt709:rin=tv:t=smpte2084:m=2020_ncl:p=2020:npl=203,format=yuv420p10le "
    "-c:v libx265 -preset ultrafast -x265-params log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
)

# kind, file name, ffmpeg's arguments
KINDS = [
    ("Phone or editor, H.264 and AAC", "a.mp4", f"{V} {A} {H264} -g 60 -c:a aac"),
    ("The same, index at the end of a MOV", "b.mov", f"{V} {A} {H264} -g 60 -c:a aac"),
    ("OBS recording, MKV with Opus", "c.mkv", f"{V} {A} {H264} -g 60 -c:a libopus"),
    ("Camera MTS, H.264 and AC-3", "d.mts", f"{V} {A} {H264} -g 60 -c:a ac3 -f mpegts"),
    ("Screen recording, 20 s between IDR pictures (60 s)", "e.mp4", f"{LONG} {H264} -g 600 -c:a aac"),
    (
        "Open GOPs (60 s)",
        "f.mp4",
        f"{LONG} -pix_fmt yuv420p -c:v libx264 -preset veryfast -x264-params open-gop=1 -g 60 -c:a aac",
    ),
    ("H.264 4:4:4 from a screen", "g.mp4", f"{V} {A} -pix_fmt yuv444p -c:v libx264 -preset ultrafast -c:a aac"),
    ("HEVC", "h.mp4", f"{V} {A} {X265} -c:a aac"),
    (
        "iPhone HDR (HEVC 10-bit, PQ)",
        "i.mov",
        f"{V} {A} {PQ} -tag:v hvc1 -color_trc smpte2084 -color_primaries bt2020 -colorspace bt2020nc -c:a aac",
    ),
    ("Webcam WebM, VP9 and Opus", "j.webm", f"{V} {A} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"),
    ("Old AVI, MPEG-4 and MP3", "k.avi", f"{V} {A} -c:v mpeg4 -q:v 4 -c:a libmp3lame"),
    ("WMV", "l.wmv", f"{V} {A} -c:v wmv2 -q:v 4 -c:a wmav2"),
    ("FLV, Sorenson", "m.flv", f"{V} {A} -c:v flv -q:v 4 -ar 44100 -c:a libmp3lame"),
    (
        "Interlaced MPEG-2",
        "n.mpg",
        "-f lavfi -i testsrc2=s=1280x720:r=60:d=10 "
        + A
        + " -vf tinterlace=interleave_top,fieldorder=tff,format=yuv420p -c:v mpeg2video -q:v 4 -flags +ilme+ildct -c:a mp2",
    ),
    ("ProRes", "o.mov", f"{V} {A} -c:v prores_ks -profile:v 0 -c:a pcm_s16le"),
    (
        "120 frames per second",
        "p.mp4",
        "-f lavfi -i testsrc2=s=1280x720:r=120:d=10 " + A + f" {H264} -g 120 -c:a aac",
    ),
    ("4K, H.264", "q.mp4", "-f lavfi -i testsrc2=s=3840x2160:r=30:d=10 " + A + f" {H264} -g 60 -c:a aac"),
    (
        "4K, HEVC 10-bit",
        "r.mp4",
        "-f lavfi -i testsrc2=s=3840x2160:r=30:d=10 " + A + f" -pix_fmt yuv420p10le {X265} -c:a aac",
    ),
    ("No sound", "s.mp4", f"{V} {H264} -g 60"),
    ("Sound alone", "t.mp4", f"{A} -c:a aac"),
    ("A text named .mp4", "u.mp4", None),
]


def make(folder, name, arguments):
    path = folder / name
    if arguments is None:
        path.write_text("no video\n")
    elif not path.exists():
        subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments.split(), str(path)], check=True)
    return path


def convert(tool, path, out):
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    start = time.monotonic()
    process = subprocess.Popen(
        [*tool, str(path), str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    text, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    return os.waitstatus_to_exitcode(status), text, errors, time.monotonic() - start, usage


def row(kind, code, text, errors, wall, usage):
    if code != 0:
        reason = re.search(r"unsupported: (.*?) \[", errors)
        return f"| {kind} | refused: {reason.group(1) if reason else errors.strip()} | | | |"
    lines = dict(line.split(": ", 1) for line in text.splitlines() if line.startswith(("video: ", "audio: ")))
    done = re.sub(r" \([^()]*(\([^()]*\))?[^()]*\)", "", f"video: {lines['video']}; audio: {lines['audio']}")
    memory = usage.ru_maxrss / 1024
    seconds = 60 if "(60 s)" in kind else 10
    return f"| {kind} | {done} | {seconds / wall:.1f} × | {usage.ru_utime + usage.ru_stime:.2f} | {memory:.0f} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", default=str(ROOT / ".build/release/bench-conversion"))
    parser.add_argument("--inputs", type=pathlib.Path, default=ROOT / ".build/bench-kinds")
    parser.add_argument("--document", type=pathlib.Path, default=ROOT / "docs/conversion.md")
    options = parser.parse_args()
    options.inputs.mkdir(parents=True, exist_ok=True)
    rows = [
        "| input (10 s, 1280 × 720 unless said) | what is done | speed | CPU s | peak MB |",
        "| --- | --- | --- | --- | --- |",
    ]
    for kind, name, arguments in KINDS:
        path = make(options.inputs, name, arguments)
        rows.append(row(kind, *convert(options.tool.split(), path, options.inputs / "out")))
        print(rows[-1], file=sys.stderr)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {time.strftime('%Y-%m-%d')}"
    text = options.document.read_text()
    before, rest = text.split(BEGIN)
    table = "\n".join(rows)
    options.document.write_text(f"{before}{BEGIN}\n{table}\n\nMeasured on {machine}.\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
