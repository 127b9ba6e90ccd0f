#!/usr/bin/env python3
"""What a viewer notices of a conversion: the delay of playback requests at a constant rate with all conversion
threads at work, beside the delay with none, alternately. And, to see what is the machine's own: the delay of a static
file from the same nginx, and both while an ffmpeg of nobody's re-encodes the same film, in the background or as an
equal."""

import argparse
import contextlib
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

from playback_servers import API_KEY, ORIGIN, REL, ROOT, SECRET, VERSION, free_port, make_tree, token

FILM = "-f lavfi -i testsrc2=s=1920x1080:r=30:d=40 -vf noise=alls=10:allf=t -c:v mpeg4 -q:v 4"
# As this server re-encodes.
ENCODE = "-c:v libx264 -preset veryfast -crf 22 -an -f null -"
PACE = ROOT / ".build/bench-pace"
CONDITIONS = {
    "nothing else": None,
    "a conversion by focust-video": "upload",
    "ffmpeg in the background (SCHED_IDLE)": ["chrt", "-i", "0", "ionice", "-c", "3"],
    "ffmpeg as an equal (nice 0)": [],
}


def service(url, **more):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {API_KEY}"}, **more)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def delays(port, path, options):
    """Microseconds of each request, from the moment it was due."""
    headers = f"Authorization: Bearer {token()}\r\nReferer: {ORIGIN}/lesson\r\n"
    command = [PACE, "127.0.0.1", port, path, options.rate, options.seconds, headers]
    text = subprocess.check_output([str(part) for part in command], text=True)
    # The first requests warm the connection up.
    return [int(line) for line in text.split()][options.rate // 10 :]


@contextlib.contextmanager
def busy(with_what, base, film, number):
    """The machine at work on something else."""
    if with_what is None:
        yield
    elif with_what == "upload":
        fields = {"trainer_id": "t", "course_id": "c", "module_id": "m", "lesson_id": f"film-{number}"}
        form = [part for name, value in fields.items() for part in ("-F", f"{name}={value}")]
        bearer = ["-H", f"Authorization: Bearer {API_KEY}"]
        answer = subprocess.check_output(
            ["curl", "-sf", *bearer, *form, "-F", f"video=@{film}", f"{base}/upload/lesson"]
        )
        task = f"{base}/api/tasks/{json.loads(answer)['task_id']}"
        while service(task)["status"] == "queued":
            time.sleep(0.05)
        time.sleep(0.5)
        yield
        state = service(task)["status"]
        assert state == "processing", f"the conversion was over before the measurement: {state}"
        service(f"{base}/api/lessons/t/c/m/film-{number}", method="DELETE")
        # The worker learns of it at its next heartbeat.
        time.sleep(3)
    else:
        command = [*with_what, "ffmpeg", "-v", "error", "-nostdin", "-stream_loop", "-1", "-i", film, *ENCODE.split()]
        encoder = subprocess.Popen(command)
        time.sleep(0.5)
        yield
        assert encoder.poll() is None
        encoder.kill()
        encoder.wait()


@contextlib.contextmanager
def server(folder):
    port = free_port()
    data = pathlib.Path(folder) / "data"
    data.mkdir()
    make_tree(data)
    settings = {
        "FOCUST_RUN_DIR": f"{folder}/run",
        "FOCUST_DATA_DIR": str(data),
        "FOCUST_HTTP_PORT": str(port),
        "SECRET_KEY": SECRET,
        "FOCUST_API_KEYS": API_KEY,
        "FOCUST_ALLOWED_ORIGINS": ORIGIN,
        "FOCUST_MIN_FREE_BYTES": "0",
        "MAX_CONTENT_LENGTH": str(1 << 31),
        "FOCUST_BINARY": os.environ.get("FOCUST_BINARY", str(ROOT / ".build/release/focust-video")),
    }
    running = subprocess.Popen(
        [ROOT / "scripts/run"], env=os.environ | settings, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        for line in running.stdout:
            if line.startswith("ready"):
                break
        yield port
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=20)


def p(samples, share):
    return statistics.quantiles(samples, n=1000, method="inclusive")[share * 10 - 1] / 1000


def report(rounds, options):
    """A row for each condition and path: of all samples, and the spread of the rounds' own ratios."""
    load = os.getloadavg()[0]
    lines = [
        f"Measured {time.strftime('%Y-%m-%d')} on {os.cpu_count()} cores, load average {load:.1f} at the end: "
        f"{options.rate} requests a second on one connection, {options.rounds} rounds of {options.seconds} s each.",
        "",
        "| meanwhile | what | p50 ms | p99 ms | p99.9 ms | p99 / idle p99 (rounds) |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name in CONDITIONS:
        for what in ("segment", "static file"):
            samples = [number for one in rounds for number in one[name, what]]
            idle = [number for one in rounds for number in one["nothing else", what]]
            ratios = sorted(p(one[name, what], 99) / p(one["nothing else", what], 99) for one in rounds)
            whole = p(samples, 99) / p(idle, 99)
            tail = statistics.quantiles(samples, n=1000, method="inclusive")[998] / 1000
            lines.append(
                f"| {name} | {what} | {p(samples, 50):.2f} | {p(samples, 99):.2f} | {tail:.2f} "
                f"| {whole:.2f} ({ratios[0]:.2f}–{statistics.median(ratios):.2f}–{ratios[-1]:.2f}) |"
            )
    idle, busy = (
        p([number for one in rounds for number in one[name, "segment"]], 99) for name in list(CONDITIONS)[:2]
    )
    lines += [
        "",
        f"p99 of a segment during a conversion: {busy:.2f} ms instead of {idle:.2f} ms, {busy / idle:.2f} times.",
    ]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--film", type=pathlib.Path, help="made where none is named")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        film = options.film or pathlib.Path(folder) / "film.avi"
        if not film.exists():
            subprocess.run(["ffmpeg", "-v", "error", *FILM.split(), film], check=True)
        rounds = []
        with server(folder) as port:
            segment = f"/hls2/{REL}/segment_4k.ts?v={VERSION}"
            for number in range(options.rounds):
                one = {}
                for name, with_what in CONDITIONS.items():
                    with busy(with_what, f"http://127.0.0.1:{port}", film, number):
                        one[name, "segment"] = delays(port, segment, options)
                        one[name, "static file"] = delays(port, "/presentation_videos/4k.mp4", options)
                rounds.append(one)
    print(report(rounds, options))


if __name__ == "__main__":
    main()
