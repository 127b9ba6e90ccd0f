"""Plays and uploads (unless --only-play is the last argument) without pause until the file that it is given is gone;
answers how often which status came.

The API key comes on standard input, where no list of processes shows it.
"""

import collections
import http.client
import json
import pathlib
import ssl
import sys
import threading
import time

URL = "video.example.com"
running, certificate, token, rel, film = sys.argv[1:6]
uploads = sys.argv[6:] != ["--only-play"]
key = sys.stdin.readline().strip().rpartition(":")[2]
BOUNDARY = "afternoon-boundary"
counts: collections.Counter[str] = collections.Counter()
slowest = 0.0


def ask(path: str, bearer: str, body: bytes | None = None) -> None:
    global slowest
    context = ssl.create_default_context(cafile=certificate)
    headers = {"Authorization": f"Bearer {bearer}"}
    if body:
        headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
    started = time.monotonic()
    try:
        connection = http.client.HTTPSConnection(URL, timeout=20, context=context)
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        counts[f"{'upload' if body else 'play'} {answer.status}"] += 1
        connection.close()
    except OSError as error:
        counts[repr(error)] += 1
    slowest = max(slowest, time.monotonic() - started)


def play() -> None:
    while pathlib.Path(running).exists():
        for name in ("output.m3u8", "enc.key", "segment_000.ts"):
            ask(f"/mobile/hls2/{rel}/{name}", token)


def upload() -> None:
    number = 0
    while pathlib.Path(running).exists():
        number += 1
        fields = {"trainer_id": "trainer-2", "course_id": "c", "module_id": "m", "lesson_id": f"load-{number}"}
        head = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="video"; filename="film.mp4"\r\n\r\n'
        ask(
            "/upload/lesson",
            key,
            head.encode() + pathlib.Path(film).read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode(),
        )
        time.sleep(0.5)


threads = [threading.Thread(target=work) for work in (play, play, play, *[upload] * uploads)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps({"answers": dict(counts), "slowest": round(slowest, 2)}))
sys.exit(set(counts) != {"play 200", "upload 202"})
