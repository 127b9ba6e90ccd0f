#!/usr/bin/env python3
"""What verifying a token costs: CPU time, and allocations counted by an interposed malloc."""

import argparse
import os
import re
import statistics
import subprocess

import playback_report
from playback_servers import ROOT

TOOL = ROOT / ".build/release/bench-tokens"


def nanoseconds(count):
    output = subprocess.run([TOOL, str(count)], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"(\d+) ns", output)[1])


def allocations(count):
    """Of a whole run, its preparation included."""
    environment = os.environ | {"LD_PRELOAD": str(ROOT / ".build/count-malloc.so")}
    errors = subprocess.run([TOOL, str(count)], capture_output=True, text=True, check=True, env=environment).stderr
    return int(re.search(r"allocations (\d+)", errors)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the document stays as it is")
    options = parser.parse_args()
    subprocess.run([ROOT / "Benchmarks/peers/build"], check=True)
    runs = [nanoseconds(1_000_000) for _ in range(3)]
    # What the preparation allocates falls out of the difference.
    each = (allocations(101_000) - allocations(1_000)) / 100_000
    text = (
        "| verifying a token, every check | ns of CPU | allocations |\n| --- | --- | --- |\n"
        f"| a million, 1,024 different ones in turn | {statistics.median(runs)} ({min(runs)}–{max(runs)}) | {each:g} |"
    )
    print(text)
    if not options.quick:
        playback_report.write("tokens", text)
    playback_report.keep("tokens", {"nanoseconds": runs, "allocations": each}, options.quick)


if __name__ == "__main__":
    main()
