#!/usr/bin/env python3
"""A whole ladder side by side with one ffmpeg command that splits to the same one.

Both make the same sizes with the same preset, rates and cuts, and encrypt with AES-128. Of ours, the first conversion and
the renditions after it are two runs of focust-media, as the worker starts them, and the lesson can be watched after the
first. Every contender runs in turn, several rounds; each share is the median of the shares of the rounds.
"""

import argparse
import json
import os
import pathlib
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECONDS = 30
SEGMENT = 6
SOUND = f"-f lavfi -i sine=r=48000:d={SECONDS}"
NATURAL = f"-f lavfi -i testsrc2=s=1920x1080:r=30:d={SECONDS} {SOUND} -vf noise=alls=6:allf=t -pix_fmt yuv420p"

# name: ffmpeg's arguments for the input.
INPUTS = {
    "hevc.mp4": f"{NATURAL} -c:v libx265 -preset ultrafast -x265-params log-level=none -c:a aac -b:a 128k",
    "phone.mp4": f"{NATURAL} -c:v libx264 -preset ultrafast -b:v 16M -maxrate 18M -bufsize 16M -g 60 -c:a aac -b:a 128k",
    "copy.mp4": f"{NATURAL} -c:v libx264 -preset ultrafast -b:v 4M -maxrate 4400k -bufsize 4M -g 60 -c:a aac -b:a 128k",
}
RUNGS = [
    {"shorter_side": 720, "max_bitrate": 2_200_000, "max_frame_rate": None},
    {"shorter_side": 432, "max_bitrate": 800_000, "max_frame_rate": None},
    {"shorter_side": 234, "max_bitrate": 85_000, "max_frame_rate": 15},
]
# size, crf, kbit/s of the picture, filter for the rate, sound
TOP = ("1920:1080", 22, 4750, "", "-b:a 128k -ac 2")
LOWER = [
    ("1280:720", 23, 2200, "", "-b:a 128k -ac 2"),
    ("768:432", 24, 800, "", "-b:a 128k -ac 2"),
    ("416:234", 27, 85, ",fps=15", "-b:a 40k -ac 1"),
]
# Which renditions are encoded: a copy within the limit is the best one itself.
LADDERS = {"hevc.mp4": [TOP, *LOWER], "phone.mp4": [TOP, *LOWER], "copy.mp4": LOWER}


def run(command, **more):
    """Runs one command; returns its CPU and wall seconds, its peak memory in MB and its output."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, **more)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f"{command}: {errors.read().decode(errors='replace')}{output.decode(errors='replace')}")
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": time.monotonic() - start,
        "memory": usage.ru_maxrss / 1024,
        "output": output,
    }


def make_inputs(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, arguments in INPUTS.items():
        if not (folder / name).exists():
            print(f"making {name} …", file=sys.stderr)
            part = "part-" + name
            subprocess.run(
                ["ffmpeg", "-v", "error", "-y", *arguments.split(), part],
                cwd=folder,
                check=True,
            )
            (folder / part).rename(folder / name)


def order(tool, scratch, members):
    """One run of focust-media."""
    file = scratch / "order.json"
    file.write_text(json.dumps({"version": 2, **members}) + "\n")
    with file.open() as stdin:
        done = run([tool, str(os.getpid())], stdin=stdin)
    last = json.loads(done["output"].splitlines()[-1])
    if "finished" not in last:
        sys.exit(f"{members['order']}: {last}")
    return done, last["finished"]


def ours(tool, film, scratch):
    options = {
        "segment_seconds": SEGMENT, "preset": "veryfast", "crf": 22, "max_height": 1080, "threads": 0,
        "is_stored": False, "rungs": RUNGS, "max_bitrate": 5_000_000,
    }  # fmt: skip
    lesson, directory = scratch / "lesson", scratch / "renditions"
    lesson.mkdir()
    directory.mkdir()
    keys = {f"r{number}": [*secrets.token_bytes(16)] for number in range(8)}
    first, _ = order(
        tool, scratch,
        {"order": "convert", "source": str(film), "directory": str(lesson), "key": keys["r0"], "options": options},
    )  # fmt: skip
    others, result = order(
        tool, scratch,
        {
            "order": "renditions", "source": str(film), "lesson": str(lesson), "directory": str(directory),
            "keys": keys, "options": options,
        },
    )  # fmt: skip
    stored = {
        rendition["name"]: rendition["average_bandwidth"] * result["duration"] / 8e6
        for rendition in result["renditions"]
    }
    return {
        "cpu": first["cpu"] + others["cpu"],
        "wall": first["wall"] + others["wall"],
        "memory": max(first["memory"], others["memory"]),
        "watchable": first["wall"],
        "megabytes": sum(stored.values()),
        "plan": result["plan"],
    }


def ffmpeg(film, scratch):
    """The same ladder by one command: decoded once, split, cut at the same instants."""
    ladder = LADDERS[film.name]
    names = [f"v{number}" for number in range(len(ladder))]
    graph = f"[0:v]split={len(ladder)}" + "".join(f"[s{number}]" for number in range(len(ladder)))
    for number, (size, _, _, rate, _) in enumerate(ladder):
        graph += f";[s{number}]scale={size}{rate}[{names[number]}]"
    key = scratch / "enc.key"
    key.write_bytes(os.urandom(16))
    (scratch / "key.info").write_text(f"enc.key\n{key}\n")
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(film), "-filter_complex", graph]
    for number, (_, crf, kilobits, _, sound) in enumerate(ladder):
        folder = scratch / f"f{number}"
        folder.mkdir()
        buffer = kilobits if kilobits < 100 else 2 * kilobits
        command += ["-map", f"[{names[number]}]", "-map", "0:a"]
        command += f"-c:v libx264 -profile:v high -preset veryfast -crf {crf} -maxrate {kilobits}k".split()
        command += f"-bufsize {buffer}k -pix_fmt yuv420p -g 600 -c:a aac -ar 48000 {sound}".split()
        command += [
            "-force_key_frames",
            f"expr:gte(t,n_forced*{SEGMENT})",
            "-f",
            "hls",
            "-hls_time",
            str(SEGMENT),
        ]
        command += [
            "-hls_playlist_type",
            "vod",
            "-hls_key_info_file",
            str(scratch / "key.info"),
        ]
        command += [
            "-hls_segment_filename",
            str(folder / "segment_%03d.ts"),
            str(folder / "output.m3u8"),
        ]
    if film.name == "copy.mp4":
        folder = scratch / "copy"
        folder.mkdir()
        command += [
            "-map",
            "0",
            "-c",
            "copy",
            "-f",
            "hls",
            "-hls_time",
            str(SEGMENT),
            "-hls_playlist_type",
            "vod",
        ]
        command += [
            "-hls_key_info_file",
            str(scratch / "key.info"),
            str(folder / "output.m3u8"),
        ]
    done = run(command)
    size = sum(file.stat().st_size for file in scratch.glob("*/*.ts"))
    return {**done, "watchable": done["wall"], "megabytes": size / 1e6}


def spread(values, digits=1):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", default=str(ROOT / ".build/release/focust-media"))
    parser.add_argument("--inputs", type=pathlib.Path, default=ROOT / ".build/bench-inputs/renditions")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path, help="also write every single run there")
    parser.add_argument("films", nargs="*", default=[*INPUTS])
    options = parser.parse_args()
    make_inputs(options.inputs)
    everything = {}
    print(f"{SECONDS} s of 1920 × 1080 at 30 fps, preset veryfast, {os.cpu_count()} processors.\n")
    print(
        "| film | CPU s: ours, ffmpeg | wall s: ours, ffmpeg | peak MB | CPU, ours ÷ it | wall, ours ÷ it | watchable ÷ its end | MB stored |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in options.films:
        runs = {"ours": [], "ffmpeg": []}
        for _ in range(options.rounds):
            for contender, done in runs.items():
                scratch = pathlib.Path(tempfile.mkdtemp(dir=options.inputs))
                film = options.inputs / name
                done.append(ours(options.tool, film, scratch) if contender == "ours" else ffmpeg(film, scratch))
                done[-1].pop("output", None)
                shutil.rmtree(scratch)
        everything[name] = runs
        pairs = list(zip(runs["ours"], runs["ffmpeg"], strict=True))
        share = {
            key: statistics.median(one[key] / other[{"watchable": "wall"}.get(key, key)] for one, other in pairs)
            for key in ("cpu", "wall", "watchable")
        }
        cells = [
            f"{spread([r[key] for r in runs['ours']])}, {spread([r[key] for r in runs['ffmpeg']])}"
            for key in ("cpu", "wall")
        ]
        memory = ", ".join(f"{max(r['memory'] for r in each):.0f}" for each in runs.values())
        stored = ", ".join(f"{each[0]['megabytes']:.1f}" for each in runs.values())
        print(
            f"| {name} | {cells[0]} | {cells[1]} | {memory} | {share['cpu']:.2f} | {share['wall']:.2f} | {share['watchable']:.2f} | {stored} |"
        )
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(everything, indent=1) + "\n")


if __name__ == "__main__":
    main()
