#!/usr/bin/env python3
"""What a viewer notices of a conversion: the delay of playback requests with all conversion threads at work, beside
the delay with none, alternately. Prints medians of the rounds."""

import argparse
import http.client
import json
import os
import pathlib
import signal
import statistics
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

from playback_servers import (
    API_KEY,
    ORIGIN,
    REL,
    ROOT,
    SECRET,
    VERSION,
    free_port,
    make_tree,
    token,
)

FILM = "-f lavfi -i testsrc2=s=1920x1080:r=30:d=60 -vf noise=alls=10:allf=t -c:v mpeg4 -q:v 4"


def service(url, **more):
    request = urllib.request.Request(
        url, headers={"Authorization": f"Bearer {API_KEY}"}, **more
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def delays(url, seconds):
    """p50 and p99 in milliseconds of a viewer who asks a hundred times a second: a load that leaves the cores idle, so
    that what is measured is the conversion's doing and not the load's own."""
    parts = urllib.parse.urlsplit(url)
    headers = {"Authorization": f"Bearer {token()}", "Referer": f"{ORIGIN}/lesson"}
    viewer = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    taken = []
    begin = time.perf_counter()
    for number in range(seconds * 100):
        time.sleep(max(0, begin + number / 100 - time.perf_counter()))
        asked = time.perf_counter()
        viewer.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        answer = viewer.getresponse()
        answer.read()
        taken.append((time.perf_counter() - asked) * 1000)
        assert answer.status == 200, answer.status
    cuts = statistics.quantiles(taken, n=100)
    return {50: cuts[49], 99: cuts[98]}


def upload(base, film, lesson):
    """Begins a conversion; answers once it runs."""
    fields = {
        "trainer_id": "t",
        "course_id": "c",
        "module_id": "m",
        "lesson_id": lesson,
    }
    form = [
        part for name, value in fields.items() for part in ("-F", f"{name}={value}")
    ]
    answer = subprocess.check_output(
        [
            "curl",
            "-sf",
            "-H",
            f"Authorization: Bearer {API_KEY}",
            *form,
            "-F",
            f"video=@{film}",
            f"{base}/upload/lesson",
        ]
    )
    task = json.loads(answer)["task_id"]
    while service(f"{base}/api/tasks/{task}")["status"] == "queued":
        time.sleep(0.05)
    return task


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        film = pathlib.Path(folder) / "film.avi"
        subprocess.run(["ffmpeg", "-v", "error", *FILM.split(), film], check=True)
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        data = pathlib.Path(folder) / "data"
        data.mkdir()
        make_tree(data)
        settings = {
            "FOCUST_RUN_DIR": f"{folder}/run",
            "FOCUST_DATA_DIR": str(data),
            "FOCUST_HTTP_PORT": str(port),
        }
        settings |= {
            "SECRET_KEY": SECRET,
            "FOCUST_API_KEYS": API_KEY,
            "FOCUST_ALLOWED_ORIGINS": ORIGIN,
        }
        settings |= {"FOCUST_MIN_FREE_BYTES": "0", "MAX_CONTENT_LENGTH": str(1 << 30)}
        settings |= {"FOCUST_BINARY": str(ROOT / ".build/release/focust-video")}
        running = subprocess.Popen(
            [ROOT / "scripts/run"],
            env=os.environ | settings,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            for line in running.stdout:
                if line.startswith("ready"):
                    break
            url = f"{base}/hls2/{REL}/segment_4k.ts?v={VERSION}"
            rounds = []
            for number in range(options.rounds):
                idle = delays(url, options.seconds)
                task = upload(base, film, f"film-{number}")
                busy = delays(url, options.seconds)
                state = service(f"{base}/api/tasks/{task}")["status"]
                assert state == "processing", (
                    f"the conversion was over before the measurement: {state}"
                )
                request = {"method": "DELETE"}
                service(f"{base}/api/lessons/t/c/m/film-{number}", **request)
                rounds.append((idle, busy))
                time.sleep(3)
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(timeout=20)
    for share in (50, 99):
        idle = statistics.median(idle[share] for idle, _ in rounds)
        busy = statistics.median(busy[share] for _, busy in rounds)
        ratio = statistics.median(busy[share] / idle[share] for idle, busy in rounds)
        print(
            f"p{share}: idle {idle:.2f} ms, converting {busy:.2f} ms, {ratio:.2f} times"
        )


if __name__ == "__main__":
    main()
