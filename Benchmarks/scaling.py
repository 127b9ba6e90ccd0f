#!/usr/bin/env python3
"""Requests per second with 1 to 64 FastCGI threads (FOCUST_THREADS): 4 KiB segments, 32 connections, two nginx workers."""

import argparse
import statistics

import playback_report
from playback import WEB, Contender, load
from playback_servers import REL, VERSION, Fleet

THREADS = (1, 2, 4, 8, 16, 32, 64)


def table(contenders):
    base = next(contender for contender in contenders if contender.name == "8")
    lines = [
        "| threads | requests/s | share of 8 threads | app CPU µs | p50 µs | app RSS MB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for contender in contenders:
        shares = [run["rate"] / other["rate"] for run, other in zip(contender.rounds, base.rounds)]
        lines.append(
            f"| {contender.name} | {playback_report.spread([r['rate'] for r in contender.rounds])} "
            f"| {playback_report.spread(shares, 2)} | {playback_report.middle(contender, 'app'):.1f} "
            f"| {playback_report.middle(contender, 'p50'):.0f} | {playback_report.middle(contender, 'rss'):.1f} |"
        )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="one round, and the document stays as it is")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 1
    with Fleet(2) as fleet:
        contenders = []
        for threads in THREADS:
            port, app, nginx = fleet.start_app(f"threads-{threads}", FOCUST_THREADS=str(threads))
            url = f"http://127.0.0.1:{port}/hls2/{REL}/segment_4k.ts?v={VERSION}"
            contenders.append(Contender(str(threads), url, WEB, app, nginx))
        for number in range(options.rounds):
            for contender in contenders if number % 2 == 0 else reversed(contenders):
                contender.rounds.append(load(contender, options.seconds, 32))
    text = table(contenders)
    print(text)
    if not options.quick:
        playback_report.write("scaling", text)
    playback_report.keep(
        "scaling", {c.name: statistics.median(r["rate"] for r in c.rounds) for c in contenders}, options.quick
    )


if __name__ == "__main__":
    main()
