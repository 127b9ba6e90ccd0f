#!/usr/bin/env python3
"""A film of 100 MB by tus, in parts of 8 MB, beside the same film by multipart: wall, CPU of app and nginx.

The same client sends both, on one connection, from memory; each part is answered when it is on disk.
"""

import base64
import http.client
import pathlib
import statistics
import time
from urllib.parse import urlsplit

import playback_report
from playback_servers import API_KEY, Fleet, cpu_seconds
from upload import make_film, remove_films

PART = 8_000_000
NAMES = ("trainer_id", "course_id", "module_id", "lesson_id")
SERVICE = {"Authorization": f"Bearer {API_KEY}"}
VERSION = {"Tus-Resumable": "1.0.0"}


def ask(connection, method, path, wanted, body=None, headers=None):
    connection.request(method, path, body, SERVICE | (headers or {}))
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != wanted:
        raise SystemExit(f"{method} {path}: status {answer.status}: {text!r}")
    return answer


def multipart(connection, film, number):
    fields = "".join(f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{n}-{number}\r\n' for n in NAMES)
    head = f'{fields}--b\r\nContent-Disposition: form-data; name="video"; filename="film.mp4"\r\n\r\n'.encode()
    parts = [head, *(film[start : start + PART] for start in range(0, len(film), PART)), b"\r\n--b--\r\n"]
    length = str(sum(map(len, parts)))
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": length}
    ask(connection, "POST", "/upload/lesson", 202, iter(parts), headers)


def tus(connection, film, number):
    fields = {"filename": "film.mp4"} | {name: f"{name}-tus-{number}" for name in NAMES}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in fields.items())
    headers = VERSION | {"Upload-Length": str(len(film)), "Upload-Metadata": metadata}
    path = urlsplit(ask(connection, "POST", "/upload/tus/", 201, None, headers).headers["Location"]).path
    for start in range(0, len(film), PART):
        part = {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
        answer = ask(connection, "PATCH", path, 204, film[start : start + PART], VERSION | part)
    if not answer.headers["Focust-Task-Id"]:
        raise SystemExit(f"{path}: all parts were taken, and there is no task")


def measure(fleet, film, rounds):
    port, app, nginx = fleet.start_app()
    ways = [("multipart", multipart), ("tus, parts of 8 MB", tus)]
    results = {name: [] for name, _ in ways}
    for number in range(rounds):
        for name, send in ways if number % 2 == 0 else reversed(ways):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            before, began = (cpu_seconds(app), cpu_seconds(nginx)), time.monotonic()
            send(connection, film, number)
            wall = time.monotonic() - began
            connection.close()
            # What is done behind the answer belongs to the upload too.
            time.sleep(0.2)
            run = {"wall": wall, "app": cpu_seconds(app) - before[0], "nginx": cpu_seconds(nginx) - before[1]}
            results[name].append(run)
            remove_films(fleet.data)
    return results


def table(results):
    lines = ["| way | wall s | app CPU s | nginx CPU s |", "| --- | --- | --- | --- |"]
    for name, runs in results.items():
        cells = (playback_report.spread([run[key] for run in runs], 2) for key in ("wall", "app", "nginx"))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    one, other = ([run["wall"] for run in runs] for runs in results.values())
    times = statistics.median(other) / statistics.median(one)
    return "\n".join(lines) + f"\n\nBy tus the median takes {times:.2f} times the wall time of multipart (goal: 1.3)."


def main():
    options = playback_report.options(__doc__, rounds=9)
    with Fleet(2, app=options.app) as fleet:
        path = pathlib.Path(fleet.directory) / "film.mp4"
        make_film(path)
        results = measure(fleet, path.read_bytes(), options.rounds)
    playback_report.publish("tus", table(results), results, options.quick)


if __name__ == "__main__":
    main()
