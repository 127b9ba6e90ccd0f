#!/usr/bin/env python3
"""An upload of 100 MB through nginx side by side with its peers: wall, CPU of app and nginx, peak memory.

Every contender takes the same body in turn, several rounds; medians are printed with their spread. focust-video is sent
a film that it will accept, parses, probes, syncs and queues; its peers only store and sync what they are sent, nginx
alone without the sync.
"""

import pathlib
import statistics
import subprocess
import time

import playback_report
from playback_peers import start_c, start_flask, start_upload_ways
from playback_servers import API_KEY, ROOT, Fleet, cpu_seconds, memory_mb

FILM_BYTES = 100_000_000
SHORT_FILM = (
    "-f lavfi -i testsrc2=s=320x240:r=25:d=2 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -movflags +faststart"
)


def make_film(path):
    """A short film with a `free` box (ISO/IEC 14496-12 §8.1.2) behind it that makes up the size."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", *SHORT_FILM.split(), str(path)], check=True)
    with path.open("ab") as file:
        rest = FILM_BYTES - file.tell()
        file.write(rest.to_bytes(4, "big") + b"free" + bytes(rest - 8))


def send(url, film, number):
    """One upload by curl; wall seconds."""
    names = ("trainer_id", "course_id", "module_id", "lesson_id")
    fields = [part for name in names for part in ("-F", f"{name}={name}-{number}")]
    command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{time_total}", "-H", "Expect:"]
    command += ["-H", f"Authorization: Bearer {API_KEY}", *fields, "-F", f"video=@{film};type=video/mp4", url]
    status, seconds = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    if status not in ("201", "202"):
        raise SystemExit(f"{url}: status {status}")
    return float(seconds)


def remove_films(directory):
    """What was stored: its pages are free for the next contender, which else pays for ones that the machine never had."""
    for path in directory.rglob("*"):
        if path.is_file() and path.stat().st_size >= FILM_BYTES // 2:
            path.unlink()


def measure(contenders, fleet, film, rounds):
    results = {name: [] for name, *_ in contenders}
    for number in range(rounds):
        for name, url, app, nginx in contenders if number % 2 == 0 else reversed(contenders):
            before = cpu_seconds(app), cpu_seconds(nginx)
            wall = send(url, film, number)
            # What is done behind the answer (closing, unlinking) belongs to the upload too.
            time.sleep(0.2)
            run = {"wall": wall, "app": cpu_seconds(app) - before[0], "nginx": cpu_seconds(nginx) - before[1]}
            results[name].append(run | {"peak": memory_mb(app, "VmHWM")})
            remove_films(fleet.data)
    return results


def table(results):
    lines = ["| contender | wall s | app CPU s | nginx CPU s | app peak MB |", "| --- | --- | --- | --- | --- |"]
    for name, runs in results.items():
        wall, app, nginx = (playback_report.spread([r[key] for r in runs], 2) for key in ("wall", "app", "nginx"))
        peak = statistics.median(r["peak"] for r in runs)
        lines.append(f"| {name} | {wall} | {app} | {nginx} | {peak:.0f} |")
    return "\n".join(lines)


def start(fleet):
    """All contenders: name, URL, processes of the app and of nginx."""
    port, *processes = fleet.start_app()
    found = [("focust-video", f"http://127.0.0.1:{port}/upload/lesson", *processes)]
    port, *processes = start_c(fleet, "upload")
    found.append(("C on libfcgi, read and write", f"http://127.0.0.1:{port}/upload/lesson", *processes))
    ways = start_upload_ways(fleet)
    found.append(("the same, unbuffered", *ways["unbuffered"]))
    found.append(("C, `copy_file_range` from nginx's body file", *ways["copy"]))
    found.append(("C, nginx's body file kept, libavformat reads it in place", *ways["place"]))
    port, app, nginx = start_flask(fleet)
    found.append(("nginx, spooling alone", f"http://127.0.0.1:{port}/spool", [], nginx))
    found.append(("Flask + gunicorn", f"http://127.0.0.1:{port}/upload", app, nginx))
    return found


def main():
    options = playback_report.options(__doc__, rounds=5)
    subprocess.run([ROOT / "Benchmarks/peers/build"], check=True)
    with Fleet(2, app=options.app) as fleet:
        film = pathlib.Path(fleet.directory) / "film.mp4"
        make_film(film)
        results = measure(start(fleet), fleet, film, options.rounds)
    playback_report.publish("upload", table(results), results, options.quick)


if __name__ == "__main__":
    main()
