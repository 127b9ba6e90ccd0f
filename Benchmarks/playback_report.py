"""Writes the benchmarks' tables into docs/benchmarks.md, between the markers that carry their names."""

import datetime
import os
import pathlib
import platform
import re
import statistics
import subprocess

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent / "docs/benchmarks.md"

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
    return "\n\n".join(f"#### {heading}\n\n{table(case)}" for heading, case in results)


def machine():
    """What the figures were measured on."""
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    load = os.getloadavg()[0]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=False, capture_output=True, text=True).stdout.strip()
    return (
        f"Measured {datetime.date.today()} at {commit or 'an unknown commit'} on {os.cpu_count()} cores of "
        f"{model[1] if model else platform.machine()}, Linux {platform.release()}, load average {load:.1f} at the end."
    )


def write(name, text):
    """Replaces what stands between the markers of `name`; puts it at the end where there are none."""
    begin, end = f"<!-- {name}: begin, written by make bench -->", f"<!-- {name}: end -->"
    block = f"{begin}\n{machine()}\n\n{text}\n{end}"
    DOCUMENT.parent.mkdir(exist_ok=True)
    old = DOCUMENT.read_text() if DOCUMENT.exists() else "# Benchmarks\n"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    new = pattern.sub(lambda _: block, old) if pattern.search(old) else f"{old.rstrip()}\n\n{block}\n"
    DOCUMENT.write_text(new)
