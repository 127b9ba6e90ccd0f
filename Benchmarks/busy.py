#!/usr/bin/env python3
"""Segments per second while films are converted and uploads come in, beside the same server with neither, alternately."""

import argparse
import json
import subprocess
import threading
import time
import urllib.request

import playback_report
from playback import WEB, Contender, load
from playback_servers import API_KEY, REL, VERSION, Fleet
from upload import make_film, send

FILM = "-f lavfi -i testsrc2=s=1920x1080:r=30:d=60 -vf noise=alls=10:allf=t -c:v mpeg4 -q:v 4"


def service(url, method="GET"):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {API_KEY}"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def lesson(name):
    """The rel of what `send` uploads under that name."""
    return f"trainer_id-{name}/course_id-{name}/module_id-{name}/lesson_id-{name}"


class Conversion:
    """A 1080p film being re-encoded; ended by deleting its lesson."""

    def __init__(self, base, film):
        self.base, self.film, self.count = base, film, 0

    def __enter__(self):
        self.count += 1
        self.rel = lesson(f"film{self.count}")
        send(f"{self.base}/upload/lesson", self.film, f"film{self.count}")
        while not self.is_running():
            time.sleep(0.05)

    def is_running(self):
        return service(f"{self.base}/api/tasks?rel={self.rel}")["tasks"][0]["status"] == "processing"

    def __exit__(self, *_):
        assert self.is_running(), "the conversion was over before the measurement"
        service(f"{self.base}/api/lessons/{self.rel}", "DELETE")


class Uploads:
    """One upload of 100 MB after the other; each is deleted again, so that no disk fills up."""

    def __init__(self, base, film):
        self.base, self.film, self.count = base, film, 0

    def __enter__(self):
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ending.is_set():
            self.count += 1
            send(f"{self.base}/upload/lesson", self.film, f"upload{self.count}")
            service(f"{self.base}/api/lessons/{lesson(f'upload{self.count}')}", "DELETE")

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one round, and the document stays as it is")
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds
    with Fleet(2) as fleet:
        film, big = fleet.directory / "film.avi", fleet.directory / "film.mp4"
        subprocess.run(["ffmpeg", "-v", "error", *FILM.split(), str(film)], check=True)
        make_film(big)
        port, app, nginx = fleet.start_app(FOCUST_CONVERSION_JOBS="1", MAX_CONTENT_LENGTH=str(4 << 30))
        base = f"http://127.0.0.1:{port}"
        url = f"{base}/hls2/{REL}/segment_4k.ts?v={VERSION}"
        cases = {
            name: Contender(name, url, WEB, app, nginx)
            for name in ("nothing else", "a conversion", "uploads", "both")
        }
        conversion, uploads = Conversion(base, film), Uploads(base, big)
        for _ in range(rounds):
            cases["nothing else"].rounds.append(load(cases["nothing else"], 3, 32))
            with conversion:
                cases["a conversion"].rounds.append(load(cases["a conversion"], 3, 32))
            with uploads:
                cases["uploads"].rounds.append(load(cases["uploads"], 3, 32))
            with conversion, uploads:
                cases["both"].rounds.append(load(cases["both"], 3, 32))
        count = uploads.count
    text = table(cases, count)
    print(text)
    if not options.quick:
        playback_report.write("busy", text)
    base = cases["nothing else"].rounds
    shares = {n: [r["rate"] / b["rate"] for r, b in zip(c.rounds, base)] for n, c in cases.items()}
    playback_report.keep("busy", shares, options.quick)


def table(cases, uploads):
    lines = ["| meanwhile | segments/s | share of undisturbed | p50 µs |", "| --- | --- | --- | --- |"]
    base = cases["nothing else"].rounds
    for name, contender in cases.items():
        shares = [run["rate"] / other["rate"] for run, other in zip(contender.rounds, base)]
        lines.append(
            f"| {name} | {playback_report.spread([r['rate'] for r in contender.rounds])} "
            f"| {playback_report.spread(shares, 2)} | {playback_report.middle(contender, 'p50'):.0f} |"
        )
    return "\n".join(lines) + f"\n\n{uploads} uploads of 100 MB were taken meanwhile; every request was answered."


if __name__ == "__main__":
    main()
