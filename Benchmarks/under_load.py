#!/usr/bin/env python3
"""What a viewer notices of a conversion: the delay of playback requests at a constant rate with all conversion
threads at work, beside the delay with none, alternately. Conversions run in a process of their own, once in a control
group that gets the processor when nobody else wants it (`CPUWeight=idle`, as the systemd unit says), and once without.
And, to see what is the machine's own: the delay of a static file from the same nginx, and both while an ffmpeg of
nobody's re-encodes the same film, in the background or as an equal."""

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
# Where groups are made, and what is there if the cpu controller is: version 2 beside the services, or version 1.
GROUPS = {"/sys/fs/cgroup/system.slice": "cpu.weight", "/sys/fs/cgroup/cpu": "cpu.shares"}
CONDITIONS = {
    "nothing else": None,
    "a conversion, in its idle control group": "idle group",
    "a conversion, in no group of its own": "no group",
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
    # At the client's priority nothing is changed: with a real-time one (chrt --fifo) the application, not nginx, took seven
    # times as long beside a conversion, for a reason in the kernel's scheduler that was not found.
    # The first requests warm the connection up.
    return [int(line) for line in text.split()][options.rate // 10 :]


@contextlib.contextmanager
def idle_group():
    """A control group whose processes run when nobody outside wants to (cpu.idle, Linux 5.15)."""
    root = next((path for path, mark in GROUPS.items() if os.path.exists(f"{path}/{mark}")), None)
    if root is None:
        raise SystemExit(f"under_load: none of {', '.join(GROUPS)} has the cpu controller")
    group = pathlib.Path(root) / f"focust-video-bench-{os.getpid()}"
    group.mkdir()
    try:
        (group / "cpu.idle").write_text("1")
        yield group
    finally:
        group.rmdir()


@contextlib.contextmanager
def worker(settings, group):
    """The conversions' own process, as focust-video-work.service starts it."""
    command = [settings["FOCUST_BINARY"], "work", "--jobs", str(max(1, os.cpu_count() // 2))]
    if group:
        command = ["sh", "-c", f'echo 0 > {group}/cgroup.procs && exec "$@"', "sh", *command]
    with open(f"{settings['FOCUST_RUN_DIR']}/work.log", "ab") as log:
        running = subprocess.Popen(command, env=os.environ | settings, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        running.terminate()
        assert running.wait(timeout=20) == 0


@contextlib.contextmanager
def converting(base, film, number):
    """A film in the hands of a conversion."""
    fields = {"trainer_id": "t", "course_id": "c", "module_id": "m", "lesson_id": f"film-{number}"}
    form = [part for name, value in fields.items() for part in ("-F", f"{name}={value}")]
    bearer = ["-H", f"Authorization: Bearer {API_KEY}"]
    answer = subprocess.check_output(["curl", "-sf", *bearer, *form, "-F", f"video=@{film}", f"{base}/upload/lesson"])
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


@contextlib.contextmanager
def encoding(prefix, film):
    """An ffmpeg of nobody's."""
    encoder = subprocess.Popen(
        [*prefix, "ffmpeg", "-v", "error", "-nostdin", "-stream_loop", "-1", "-i", film, *ENCODE.split()]
    )
    time.sleep(0.5)
    try:
        yield
        assert encoder.poll() is None
    finally:
        encoder.kill()
        encoder.wait()


@contextlib.contextmanager
def busy(with_what, settings, film, number):
    """The machine at work on something else."""
    if with_what is None:
        yield
    elif isinstance(with_what, list):
        with encoding(with_what, film):
            yield
    else:
        base = f"http://127.0.0.1:{settings['FOCUST_HTTP_PORT']}"
        with contextlib.ExitStack() as stack:
            group = stack.enter_context(idle_group()) if with_what == "idle group" else None
            stack.enter_context(worker(settings, group))
            stack.enter_context(converting(base, film, f"{number}-{'idle' if group else 'plain'}"))
            yield


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
        "FOCUST_CONVERSION_JOBS": "0",
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
        yield settings
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
        with server(folder) as settings:
            port = settings["FOCUST_HTTP_PORT"]
            segment = f"/hls2/{REL}/segment_4k.ts?v={VERSION}"
            for number in range(options.rounds):
                one = {}
                for name, with_what in CONDITIONS.items():
                    with busy(with_what, settings, film, number):
                        one[name, "segment"] = delays(port, segment, options)
                        one[name, "static file"] = delays(port, "/presentation_videos/4k.mp4", options)
                rounds.append(one)
    print(report(rounds, options))


if __name__ == "__main__":
    main()
