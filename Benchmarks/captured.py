#!/usr/bin/env python3
"""Runs a benchmark that only prints, and puts what it prints into docs/benchmarks.md: captured.py PART COMMAND…"""

import subprocess
import sys

import playback_report


def main():
    part, *command = sys.argv[1:]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    lines = []
    for line in process.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    if process.wait() != 0:
        raise SystemExit(f"{part}: status {process.returncode}")
    text = "".join(lines).strip()
    is_table = any(line.startswith("|") for line in lines)
    playback_report.write(part, text if is_table else f"```\n{text}\n```")
    playback_report.keep(part, text)


if __name__ == "__main__":
    main()
