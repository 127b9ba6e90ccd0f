#!/usr/bin/env python3
"""How long a start takes with many lessons and task rows, what the idle server holds in memory, and how large it is."""

import argparse
import os
import pathlib
import shutil
import socket
import sqlite3
import struct
import subprocess
import tempfile
import time

import playback_report
from playback_servers import Fleet, memory_mb, tree_of

# A task of each kind for every ten rows; all of them ended, as nearly all are.
INSERT = """
INSERT INTO job (id, rel, owner, filename, source, bytes, status, turn, progress, duration, created_at, updated_at, ended_at,
    attempts)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
SELECT printf('%032x', i), printf('t%d/c/m/l%d', i % 100, i % :lessons), printf('t%d', i % 100), 'film.mp4',
    printf('uploads/%d', i), 1000000, CASE WHEN i % 10 = 0 THEN 'failed' ELSE 'completed' END, i, 1.0, 60.0,
    :now - i * 1000, :now - i * 1000, :now - i * 1000, 1 FROM n
"""


def record(kind, content):
    return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def question(path):
    """A whole FastCGI request for `path` (FastCGI Specification §3)."""
    parameters = b""
    for name, value in (("REQUEST_METHOD", "GET"), ("REQUEST_URI", path), ("REMOTE_ADDR", "127.0.0.1")):
        parameters += bytes([len(name), len(value)]) + name.encode() + value.encode()
    return record(1, struct.pack(">HB5x", 1, 0)) + record(4, parameters) + record(4, b"") + record(5, b"")


def is_ready(path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        try:
            connection.connect(str(path))
            connection.sendall(question("/readyz"))
            answer = connection.recv(65536)
        except OSError:
            return False
    return b"Status: 200" in answer


def fill(data, lessons, rows):
    for number in range(lessons):
        lesson = data / f"hls/t{number % 100}/c/m/l{number}"
        version = lesson / ".v-0123456789abc"
        version.mkdir(parents=True)
        (lesson / ".version").symlink_to(version.name)
        for name in ("output.m3u8", "enc.key", "segment_000.ts"):
            (lesson / name).touch()
        os.link(lesson / "segment_000.ts", version / "segment_000.ts")
    with sqlite3.connect(data / "state/focust.db") as database:
        database.execute(INSERT, {"rows": rows, "lessons": lessons, "now": int(time.time() * 1000)})


def launch(fleet):
    """One start; seconds from exec to the first 200 of /readyz, and the process."""
    path = fleet.directory / "start.sock"
    more = {"FOCUST_LISTEN": str(path), "FOCUST_UPLOAD_LISTEN": str(fleet.directory / "start-upload.sock")}
    begin = time.perf_counter()
    process = fleet.spawn([fleet.app_binary, "serve"], "start", env=fleet.settings(**more))
    while not is_ready(path):
        if process.poll() is not None or time.perf_counter() - begin > 30:
            raise SystemExit((fleet.directory / "start.log").read_text())
        time.sleep(0.0005)
    return time.perf_counter() - begin, process


def forget_files():
    """Empties the page cache; False where that is not allowed."""
    subprocess.run(["sync"], check=True)
    try:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
    except OSError:
        return False
    return True


def starts(fleet, rounds, cold):
    found = []
    for _ in range(rounds):
        if cold and not forget_files():
            return []
        seconds, process = launch(fleet)
        found.append(seconds * 1000)
        fleet.stop(process)
    return found


def idle_memory(fleet):
    """Of every process of the server, once the sweeps of the start are over: MB, and their number."""
    _, process = launch(fleet)
    time.sleep(5)
    pids = tree_of(process.pid)
    found = memory_mb(pids, "VmRSS")
    anonymous = memory_mb(pids, "RssAnon")
    fleet.stop(process)
    return found, anonymous, len(pids)


def executables(server):
    """The server, and the program that looks into films for it."""
    return [path for path in (server, server.with_name("focust-media")) if path.exists()]


def stripped_mb(binary):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "stripped"
        subprocess.run(["strip", "-o", path, binary], check=True)
        return path.stat().st_size / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lessons", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--app", help="another executable instead of .build/release/focust-video")
    parser.add_argument("--quick", action="store_true", help="a tenth of it, and the document stays as it is")
    options = parser.parse_args()
    if options.quick:
        options.lessons, options.rows, options.rounds = options.lessons // 10, options.rows // 10, 3
    with Fleet(1, app=options.app) as fleet:
        fleet.stop(launch(fleet)[1])
        shutil.rmtree(fleet.data / "hls/trainer-1", ignore_errors=True)
        empty = starts(fleet, options.rounds, False)
        fill(fleet.data, options.lessons, options.rows)
        warm, cold = starts(fleet, options.rounds, False), starts(fleet, min(3, options.rounds), True)
        memory, anonymous, processes = idle_memory(fleet)
        binary = pathlib.Path(fleet.app_binary)
        sizes = {path.name: (path.stat().st_size / 1e6, stripped_mb(path)) for path in executables(binary)}
    full = f"{options.lessons:,} lessons, {options.rows:,} task rows"
    text = "\n".join(
        [
            "| what | measured |",
            "| --- | --- |",
            f"| start to `/readyz`, nothing stored, ms | {playback_report.spread(empty, 1)} |",
            f"| start to `/readyz`, {full}, ms | {playback_report.spread(warm, 1)} |",
            "| the same with nothing in the page cache, the executable and its libraries read from disk, ms | "
            + (playback_report.spread(cold, 1) if cold else "not measured: the page cache may not be emptied here")
            + " |",
            f"| resident when idle, {processes} processes, MB (of it anonymous) | {memory:.1f} ({anonymous:.1f}) |",
        ]
        + [f"| `{name}`, MB (stripped) | {size:.1f} ({stripped:.1f}) |" for name, (size, stripped) in sizes.items()]
    )
    print(text)
    if not options.quick:
        playback_report.write("start", text)
    facts = {
        "warm": warm,
        "cold": cold,
        "idle": memory,
        "stripped": {name: stripped for name, (_, stripped) in sizes.items()},
    }
    playback_report.keep("start", facts, options.quick)


if __name__ == "__main__":
    main()
