#!/usr/bin/env python3
"""Puts the goals into one table of docs/benchmarks.md: what was aimed at, what the parts measured, and the verdict."""

import argparse
import json
import re
import statistics

import playback_report
from playback_report import RESULTS, kept

OURS, STATIC = "focust-video, segment", "nginx, static file"
REMEMBERED = "focust-video, decision remembered for 5 s"
SAME = "C on libfcgi, the same checks"
SEND = "Flask + gunicorn, send_file"


class Goals:
    def __init__(self):
        self.rows = []

    def add(self, name, limit, runs, at_most=True, unit="", digits=2):
        """A figure of each round against a limit; the verdict is about the median."""
        sign = "≤" if at_most else "≥"
        if not runs:
            self.rows.append(f"| {name} | {sign} {limit:g}{unit} | not measured | – |")
            return
        middle = statistics.median(runs)
        spread = f" ({min(runs):.{digits}f}–{max(runs):.{digits}f})" if len(runs) > 1 else ""
        is_met = middle <= limit if at_most else middle >= limit
        short = f"{abs(middle / limit - 1):.0%}" if limit else f"{middle:g}"
        verdict = "met" if is_met else f"short by {short}"
        self.rows.append(f"| {name} | {sign} {limit:g}{unit} | {middle:.{digits}f}{unit}{spread} | {verdict} |")

    def table(self):
        return "\n".join(
            ["| goal | aimed at | measured (spread) | verdict |", "| --- | --- | --- | --- |", *self.rows]
        )


def case(playback, start, workers):
    """The contenders of one table."""
    for heading, contenders in (playback or {}).items():
        if heading.startswith(start) and heading.endswith(f"workers: {workers}"):
            return contenders
    return {}


def ratios(contenders, one, other, value=lambda run: run["rate"]):
    return [value(a) / value(b) for a, b in zip(contenders.get(one, []), contenders.get(other, [])) if value(b)]


def both(run):
    return run["app"] + run["nginx"]


def playback(goals):
    found = kept("playback")
    small, large, other = "4 KiB segments, 32", "1 MiB segments", "Key"
    for workers, limit in ((1, 0.36), (2, 0.42)):
        goals.add(
            f"4 KiB segments, share of nginx static, {workers} worker(s)",
            limit,
            ratios(case(found, small, workers), OURS, STATIC),
            False,
        )
    for workers in (1, 2):
        four = case(found, small, workers)
        goals.add(
            f"share of the C program with the same checks and closing, {workers} worker(s)",
            0.97,
            ratios(four, OURS, SAME),
            False,
        )
        goals.add(f"times `send_file`, {workers} worker(s)", 7.5, ratios(four, OURS, SEND), False, digits=1)
        goals.add(
            f"total CPU, share of `send_file`'s, {workers} worker(s)", 0.111, ratios(four, OURS, SEND, both), digits=3
        )
        goals.add(
            f"app CPU of a segment, {workers} worker(s)", 18, [r["app"] for r in four.get(OURS, [])], True, " µs", 1
        )
        goals.add(
            f"resident under load, {workers} worker(s)", 12, [r["rss"] for r in four.get(OURS, [])], True, " MB", 1
        )
    alone = case(found, "4 KiB segments, one", 1)
    added = [a["p50"] - b["p50"] for a, b in zip(alone.get(OURS, []), alone.get(STATIC, []))]
    goals.add("added p50 at one connection, 1 worker", 55, added, True, " µs", 0)
    for workers, limit in ((1, 0.95), (2, 0.92)):
        goals.add(
            f"1 MiB segments, share of nginx static, {workers} worker(s)",
            limit,
            ratios(case(found, large, workers), OURS, STATIC),
            False,
        )
    for workers, limit in ((1, 0.61), (2, 0.82)):
        goals.add(
            f"4 KiB, decision remembered, share of nginx static, {workers} worker(s)",
            limit,
            ratios(case(found, small, workers), REMEMBERED, STATIC),
            False,
        )
    mobile = case(found, other, 1).get("focust-video, mobile playlist", [])
    goals.add("app CPU of a mobile playlist of 1,800 segments", 300, [r["app"] for r in mobile], True, " µs", 0)


def tokens(goals):
    found = kept("tokens") or {}
    goals.add("verifying a token, every check", 0.6, [n / 1000 for n in found.get("nanoseconds", [])], True, " µs", 2)
    goals.add("allocations for each", 0, [found["allocations"]] if found else [], True, "", 3)


def uploads(goals):
    found = kept("upload") or {}

    def pairs(other, key):
        return [a[key] / b[key] for a, b in zip(found.get("focust-video", []), found.get(other, [])) if b[key]]

    goals.add("upload of 100 MB, wall, times nginx spooling alone", 1.6, pairs("nginx, spooling alone", "wall"))
    goals.add("upload, app CPU, times the C program's", 1.15, pairs("C on libfcgi, read and write", "app"))
    goals.add("upload, app CPU, share of Flask's", 0.2, pairs("Flask + gunicorn", "app"))
    parts = kept("tus") or {}
    walls = [[run["wall"] for run in parts.get(way, [])] for way in ("tus, parts of 8 MB", "multipart")]
    goals.add("the same in parts of 8 MB by tus, wall, times that of multipart", 1.3, [a / b for a, b in zip(*walls)])
    speeds = re.findall(r"multipart, browser, \d+ KiB: \d+ µs, (\d+) MB/s", kept("parser") or "")
    goals.add("multipart parser alone", 3, [int(speed) / 1000 for speed in speeds], False, " GB/s", 1)


def conversion(goals):
    path = RESULTS / "conversion-runs.json"
    found = json.loads(path.read_text()) if path.exists() else {}

    def pairs(kind, other, key):
        runs = found.get(kind, {})
        return [a[key] / b[key] for a, b in zip(runs.get("focust-video", []), runs.get(other, []))]

    goals.add("copying conversion, CPU, share of `ffmpeg` with AES", 0.25, pairs("copy", "ffmpeg, AES-128", "cpu"))
    goals.add("copying conversion, CPU, share of `ffmpeg` without AES", 1.0, pairs("copy", "ffmpeg, plain", "cpu"))
    goals.add(
        "transcoding, wall, share of `ffmpeg` with the same settings",
        1.0,
        pairs("transcode", "ffmpeg, AES-128", "wall"),
    )
    slower = re.findall(r"p99\b.*?([\d.]+) times", kept("under_load") or "")
    goals.add("p99 of playback while converting, times the idle one", 2, [float(n) for n in slower[:1]])


def starting(goals):
    found = kept("start") or {}
    goals.add("start to `/readyz`, 10,000 lessons and 100,000 task rows", 100, found.get("warm", []), True, " ms", 0)
    goals.add("the same, nothing in the page cache", 100, found.get("cold", []), True, " ms", 0)
    goals.add("resident when idle", 15, [found["idle"]] if found else [], True, " MB", 1)
    for name, size in found.get("stripped", {"focust-video": None}).items():
        goals.add(f"`{name}`, stripped", 20, [size] if size else [], True, " MB", 1)
    crowd = kept("viewers") or {}
    goals.add("1,000 viewers: requests that failed", 0, [crowd["errors"]] if crowd else [], True, "", 0)
    many = kept("lessons") or {"cpu": {}, "lessons": 0}
    for name, shares in many["cpu"].items():
        goals.add(f"app CPU, times that with 1,000 lessons: {name}", 1.1, shares)


def networks(goals):
    found = kept("networks") or []
    met = [float(each["start"] <= each["goal"][0] and each["stalled"] <= each["goal"][1]) for each in found]
    share = [sum(met) / len(met)] if met else []
    goals.add(
        "viewers on five networks, four recordings: sessions that start in time and hardly stall", 1, share, False
    )


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    goals = Goals()
    for part in (playback, tokens, uploads, conversion, starting, networks):
        part(goals)
    text = goals.table()
    print(text)
    playback_report.write("goals", text)


if __name__ == "__main__":
    main()
