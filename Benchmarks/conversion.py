#!/usr/bin/env python3
"""Conversion side by side with the ffmpeg command line: CPU seconds, wall seconds, peak memory.

Every contender runs in turn, several rounds, on the same generated files; medians are printed with their spread,
and each contender's share of its peer is the median of the shares of the rounds.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

# name: (seconds, ffmpeg's arguments for the input). The copy file is about 100 MB.
INPUTS = {
    "copy.mp4": "-f lavfi -i testsrc2=s=1280x720:r=30:d=160 -f lavfi -i sine=r=48000:d=160 "
    "-vf noise=alls=18:allf=t -pix_fmt yuv420p -c:v libx264 -preset ultrafast -b:v 5000k -maxrate 5500k "
    "-bufsize 5000k -g 60 -bf 0 -c:a aac -b:a 128k",
    "mixed.mkv": "-i copy.mp4 -c:v copy -c:a libopus -b:a 96k",
    "hevc.mp4": "-f lavfi -i testsrc2=s=1280x720:r=30:d=20 -f lavfi -i sine=r=48000:d=20 "
    "-vf noise=alls=6:allf=t -pix_fmt yuv420p -c:v libx265 -preset ultrafast -x265-params log-level=none -c:a aac",
}

HLS = "-f hls -hls_time 6 -hls_playlist_type vod -hls_segment_filename {out}/segment_%03d.ts"
X264 = (
    "-c:v libx264 -profile:v high -preset veryfast -crf 22 -pix_fmt yuv420p -g 180 -c:a aac -b:a 128k -ac 2 -ar 48000"
)


def run(command):
    """Runs one command; returns its CPU and wall seconds and its peak memory in MB."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: {errors.decode(errors='replace')}")
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": time.monotonic() - start,
        "memory": usage.ru_maxrss / 1024,
    }


def make_inputs(folder, names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if not (folder / name).exists():
            print(f"making {name} …", file=sys.stderr)
            part = "part-" + name
            subprocess.run(["ffmpeg", "-v", "error", "-y", *INPUTS[name].split(), part], cwd=folder, check=True)
            (folder / part).rename(folder / name)


def ffmpeg(source, codecs, out, aes):
    arguments = ["ffmpeg", "-v", "error", "-y", "-i", str(source), "-map", "0:v", "-map", "0:a", *codecs.split()]
    arguments += HLS.format(out=out).split()
    if aes:
        key = out / "enc.key"
        key.write_bytes(os.urandom(16))
        (out / "key.info").write_text(f"enc.key\n{key}\n")
        arguments += ["-hls_key_info_file", str(out / "key.info")]
    return arguments + [str(out / "output.m3u8")]


def contenders(tool, folder):
    """case: [(name, function from an output folder to a command)], ours first."""

    def ours(name):
        return ("focust-video", lambda out: [*tool, str(folder / name), str(out)])

    def peer(label, name, codecs, aes):
        return (label, lambda out: ffmpeg(folder / name, codecs, out, aes))

    return {
        "copy": [
            ours("copy.mp4"),
            # What the look for damage costs: of copied pictures and sound, a sample is decoded.
            ("focust-video, unchecked", lambda out: [*tool, str(folder / "copy.mp4"), str(out), "--unchecked"]),
            peer("ffmpeg, AES-128", "copy.mp4", "-c copy", True),
            peer("ffmpeg, plain", "copy.mp4", "-c copy", False),
        ],
        "mixed": [
            ours("mixed.mkv"),
            peer("ffmpeg, AES-128", "mixed.mkv", "-c:v copy -c:a aac -b:a 128k -ac 2 -ar 48000", True),
        ],
        "transcode": [
            ours("hevc.mp4"),
            peer("ffmpeg, AES-128", "hevc.mp4", X264, True),
        ],
    }


def measure(case, rounds, scratch):
    results = {name: [] for name, _ in case}
    for _ in range(rounds):
        for name, command in case:
            out = pathlib.Path(tempfile.mkdtemp(dir=scratch))
            results[name].append(run(command(out)))
            shutil.rmtree(out)
    return results


def spread(values, digits):
    middle = statistics.median(values)
    return f"{middle:.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(results):
    ours = results["focust-video"]
    print(
        "| contender | CPU s | wall s | peak MB | CPU, ours ÷ it | wall, ours ÷ it |\n| --- | --- | --- | --- | --- | --- |"
    )
    for name, runs in results.items():
        shares = {key: statistics.median(a[key] / b[key] for a, b in zip(ours, runs)) for key in ("cpu", "wall")}
        print(
            f"| {name} | {spread([r['cpu'] for r in runs], 2)} | {spread([r['wall'] for r in runs], 2)} "
            f"| {statistics.median(r['memory'] for r in runs):.0f} | {shares['cpu']:.2f} | {shares['wall']:.2f} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--tool", default=str(ROOT / ".build/release/bench-conversion"), help="INPUT and OUTPUT_DIR follow"
    )
    parser.add_argument("--inputs", type=pathlib.Path, default=ROOT / ".build/bench-inputs")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path, help="also write every single run there")
    parser.add_argument("cases", nargs="*", default=["copy", "mixed", "transcode"])
    options = parser.parse_args()
    needed = {"copy": ["copy.mp4"], "mixed": ["copy.mp4", "mixed.mkv"], "transcode": ["hevc.mp4"]}
    make_inputs(options.inputs, [name for case in options.cases for name in needed[case]])
    everything = {}
    for case in options.cases:
        everything[case] = measure(
            contenders(options.tool.split(), options.inputs)[case], options.rounds, options.inputs
        )
        print(f"\n### {case}\n")
        table(everything[case])
    if options.json:
        options.json.write_text(json.dumps(everything, indent=1))


if __name__ == "__main__":
    main()
