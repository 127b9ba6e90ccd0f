#!/usr/bin/env python3
"""Several conversions at once beside as many ffmpegs, the memory of a 4K HEVC film by threads, and how true the progress
is that `focust-video convert` shows on a terminal. Replaces the part of docs/conversion.md between its marks.
"""

import argparse
import os
import pathlib
import pty
import re
import shutil
import statistics
import subprocess
import sys
import time

import conversion
from conversion_table import KINDS, make

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- jobs: Benchmarks/conversion_jobs.py -->", "<!-- end of jobs -->"
SECONDS = 20


def at_once(commands):
    """Runs all of them together: wall seconds until the last has ended, CPU seconds and peak MB of all."""
    start = time.monotonic()
    processes = [subprocess.Popen(c, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for c in commands]
    cpu = memory = 0.0
    for process in processes:
        _, status, usage = os.wait4(process.pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0, process.args
        cpu += usage.ru_utime + usage.ru_stime
        memory += usage.ru_maxrss / 1024
    return time.monotonic() - start, cpu, memory


def several(tool, film, scratch, rounds):
    rows = ["| at once | contender | film s per s | CPU s | peak MB of all |", "| --- | --- | --- | --- | --- |"]
    for jobs in (1, 2, 4):
        threads = max(1, os.cpu_count() // jobs)
        runs = {"focust-video": [], "ffmpeg, AES-128": []}
        for _ in range(rounds):
            for name, found in runs.items():
                outs = [scratch / f"job-{number}" for number in range(jobs)]
                for out in outs:
                    shutil.rmtree(out, ignore_errors=True)
                    out.mkdir()
                ours = [[tool, str(film), str(out), str(threads)] for out in outs]
                theirs = [conversion.ffmpeg(film, conversion.X264, out, True) for out in outs]
                found.append(at_once(ours if name == "focust-video" else theirs))
        for name, found in runs.items():
            wall, cpu, memory = (statistics.median(values) for values in zip(*found, strict=True))
            rows.append(f"| {jobs} | {name} | {jobs * SECONDS / wall:.1f} | {cpu:.1f} | {memory:.0f} |")
    return rows


def memory_by_threads(tool, film, scratch):
    rows = ["| threads | peak MB | speed |", "| --- | --- | --- |"]
    for threads in (1, 2, 4, 8):
        out = scratch / "memory"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        wall, _, memory = at_once([[tool, str(film), str(out), str(threads)]])
        rows.append(f"| {threads} | {memory:.0f} | {10 / wall:.1f} × |")
    return rows


def shown_on_terminal(command):
    """What the bar says and when, as shares of the whole: pairs of true and told."""
    ours, theirs = pty.openpty()
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    marks = []
    try:
        while piece := os.read(ours, 65536):
            now = time.monotonic() - start
            marks += [(now, int(number) / 100) for number in re.findall(rb"\] (\d+) %", piece)]
    except OSError:
        pass  # Nobody holds the other end any more.
    assert process.wait() == 0, command
    os.close(ours)
    whole = time.monotonic() - start
    return [(moment / whole, told) for moment, told in marks]


def progress(program, films, scratch):
    rows = ["| input | points off on average | at most |", "| --- | --- | --- |"]
    for kind, film in films:
        out = scratch / "progress"
        shutil.rmtree(out, ignore_errors=True)
        marks = shown_on_terminal([program, "convert", str(film), str(out)])
        # A bar is as wrong as at its word, and just before the next one.
        ends = [moment for moment, _ in marks[1:]] + [1.0]
        errors = [(abs(moment - told), abs(end - told)) for (moment, told), end in zip(marks, ends, strict=True)]
        spans = [end - moment for (moment, _), end in zip(marks, ends, strict=True)]
        mean = sum(sum(pair) / 2 * span for pair, span in zip(errors, spans, strict=True)) / max(sum(spans), 1e-9)
        rows.append(f"| {kind} | {mean * 100:.1f} | {max(map(max, errors)) * 100:.1f} |")
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / ".build/release")
    parser.add_argument("--inputs", type=pathlib.Path, default=ROOT / ".build/bench-inputs")
    parser.add_argument("--kinds", type=pathlib.Path, default=ROOT / ".build/bench-kinds")
    parser.add_argument("--document", type=pathlib.Path, default=ROOT / "docs/conversion.md")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--print", action="store_true", help="to the screen alone")
    options = parser.parse_args()
    conversion.make_inputs(options.inputs, ["copy.mp4", "mixed.mkv", "hevc.mp4"])
    options.kinds.mkdir(parents=True, exist_ok=True)
    film = {name: make(options.kinds, name, arguments) for _, name, arguments in KINDS if name in ("i.mov", "r.mp4")}
    tool = str(options.bin / "bench-conversion")
    parts = [
        "HEVC to H.264, 1280 × 720, 20 s, the processors divided among the conversions:",
        *["", *several(tool, options.inputs / "hevc.mp4", options.inputs, options.rounds), ""],
        "A 4K HEVC film with ten bits, 10 s, to 1080 lines, by the threads that it may use:",
        *["", *memory_by_threads(tool, film["r.mp4"], options.inputs), ""],
        "What the bar of `convert` says beside the share of the time that has passed, from the start of the command:",
        "",
        *progress(
            str(options.bin / "focust-video"),
            [
                ("copied, MP4, 160 s", options.inputs / "copy.mp4"),
                ("sound re-encoded, MKV, 160 s", options.inputs / "mixed.mkv"),
                ("re-encoded, HEVC, 20 s", options.inputs / "hevc.mp4"),
                ("re-encoded, HDR, 10 s", film["i.mov"]),
                ("re-encoded, 4K HEVC, 10 s", film["r.mp4"]),
            ],
            options.inputs,
        ),
        "",
        f"Measured on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end, {time.strftime('%Y-%m-%d')}.",
    ]
    print("\n".join(parts), file=sys.stderr)
    if options.print:
        return
    text = options.document.read_text()
    before, rest = text.split(BEGIN)
    options.document.write_text(f"{before}{BEGIN}\n" + "\n".join(parts) + f"\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
