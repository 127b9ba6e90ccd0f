"""Writes the benchmarks' tables into docs/benchmarks.md, between the markers that carry their names."""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/benchmarks.md"
RESULTS = ROOT / ".build/bench-results"
# Above these, what was measured is called noisy: the share of the cores that others used before the measurement, and
# the spread of static files between rounds, as a share of their median.
BUSY, UNSTEADY = 0.05, 0.2

TITLES = {
    "goals": "The goals",
    "playback": "Requests",
    "tokens": "Tokens",
    "parser": "Parsers",
    "upload": "Uploads of 100 MB",
    "ahead": "The question ahead of an upload",
    "tus": "Uploads of 100 MB in parts",
    "scaling": "Threads",
    "viewers": "A thousand viewers",
    "busy": "Viewers while films come in and are converted",
    "under_load": "Delay while a film is converted",
    "conversion": "Conversion",
    "start": "Start and size",
    "lessons": "Many lessons",
    "networks": "Viewers on five networks",
}
HEADINGS = {
    "4k": "4 KiB segments, 32 connections, nginx workers: {workers}",
    "1m": "1 MiB segments, 32 connections, nginx workers: {workers}",
    "other": "Key, and mobile playlist of 1,800 segments, nginx workers: {workers}",
    "alone": "4 KiB segments, one connection, nginx workers: {workers}",
}


def middle(contender, key):
    return statistics.median(run[key] for run in contender.rounds)


def spread(values, digits=0):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(case):
    """Rows of one case; the first contender is what the shares are of."""
    base = case[0]
    lines = [
        "| contender | requests/s | share of static | app CPU µs | nginx CPU µs | p50 µs | over static µs | app RSS MB, peak |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for contender in case:
        pairs = list(zip(contender.rounds, base.rounds))
        shares = [run["rate"] / other["rate"] for run, other in pairs]
        added = statistics.median(run["p50"] - other["p50"] for run, other in pairs)
        memory = f"{middle(contender, 'rss'):.1f}, {middle(contender, 'peak'):.1f}" if contender.app else "–"
        lines.append(
            f"| {contender.name} | {spread([r['rate'] for r in contender.rounds])} | {spread(shares, 3)} "
            f"| {middle(contender, 'app'):.1f} | {middle(contender, 'nginx'):.1f} "
            f"| {middle(contender, 'p50'):.0f} | {added:+.0f} | {memory} |"
        )
    return "\n".join(lines)


def tables(results):
    text = "\n\n".join(f"### {heading}\n\n{table(case)}" for heading, case in results)
    noise = unsteadiness(results)
    return f"{noise}\n\n{text}" if noise else text


def runs(results):
    """{heading: {contender: its runs}}, for `keep`."""
    return {heading: {c.name: c.rounds for c in case} for heading, case in results}


def unsteadiness(results):
    """A sentence where static files, which cost the same each time, did not; else nothing."""
    found = []
    for heading, case in results:
        rates = [run["rate"] for run in case[0].rounds]
        swing = (max(rates) - min(rates)) / statistics.median(rates)
        if swing > UNSTEADY:
            found.append(f"{heading.split(',')[0]}: {swing:.0%}")
    return f"NOISY: static files differed between rounds ({'; '.join(found)})." if found else ""


def busy_share(seconds=1.0):
    """The share of all cores that somebody uses while nothing of ours runs; what the hypervisor took counts too."""

    def ticks():
        fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
        numbers = list(map(int, fields))
        return sum(numbers), numbers[3] + numbers[4]

    total, idle = ticks()
    time.sleep(seconds)
    total, idle = (now - before for now, before in zip(ticks(), (total, idle)))
    return 1 - idle / max(1, total)


def commit():
    command = ["git", "rev-parse", "--short", "HEAD"]
    found = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT).stdout.strip()
    return found or "an unknown commit"


def processor():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return model[1] if model else platform.machine()


def machine():
    """What the figures were measured on, and whether others were at work there afterwards."""
    busy = busy_share()
    noise = f" NOISY: others used {busy:.0%} of the cores right afterwards." if busy > BUSY else ""
    return (
        f"Measured {datetime.date.today()} at {commit()} on {os.cpu_count()} cores of {processor()}, "
        f"Linux {platform.release()}, load average {os.getloadavg()[0]:.1f} at the end.{noise}"
    )


def keep(part, data, is_quick=False):
    """Leaves the figures of a part for `goals.py`; those of a quick run are not kept."""
    if is_quick:
        return
    RESULTS.mkdir(parents=True, exist_ok=True)
    kept = {"machine": machine(), "date": str(datetime.date.today()), "commit": commit(), "data": data}
    (RESULTS / f"{part}.json").write_text(json.dumps(kept, indent=1))


def options(description, rounds):
    """What a benchmark of uploads is told; `rounds` unless it says otherwise."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--quick", action="store_true", help="one round, and the document stays as it is")
    parser.add_argument("--app", help="another executable instead of .build/release/focust-video")
    parser.add_argument("--print", action="store_true", help="all rounds, and the document stays as it is")
    told = parser.parse_args()
    told.rounds = 1 if told.quick else told.rounds
    told.quick = told.quick or told.print
    return told


def publish(part, text, data, is_quick):
    """Shows a part's table; writes it into the document and keeps its figures, unless the run was a quick one."""
    print(text)
    if not is_quick:
        write(part, text)
        keep(part, data)


def kept(part):
    """The figures that a part has left; None where it has not been run."""
    path = RESULTS / f"{part}.json"
    return json.loads(path.read_text())["data"] if path.exists() else None


def write(name, text):
    """Replaces what stands between the markers of `name`; puts it at the end where there are none."""
    begin, end = f"<!-- {name}: begin, written by make bench -->", f"<!-- {name}: end -->"
    block = f"{begin}\n## {TITLES.get(name, name)}\n\n{machine()}\n\n{text}\n{end}"
    DOCUMENT.parent.mkdir(exist_ok=True)
    old = DOCUMENT.read_text() if DOCUMENT.exists() else "# Benchmarks\n"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    new = pattern.sub(lambda _: block, old) if pattern.search(old) else f"{old.rstrip()}\n\n{block}\n"
    DOCUMENT.write_text(new)
