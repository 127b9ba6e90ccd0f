"""Plays and uploads without pause until the file that it is given is gone; answers how often which status came."""

import collections
import http.client
import json
import pathlib
import ssl
import sys
import threading
import time

URL = "video.example.com"
running, certificate, token, rel = sys.argv[1:5]
counts: collections.Counter[str] = collections.Counter()
slowest = 0.0


def ask(path: str) -> None:
    global slowest
    context = ssl.create_default_context(cafile=certificate)
    headers = {"Authorization": f"Bearer {token}"}
    started = time.monotonic()
    try:
        connection = http.client.HTTPSConnection(URL, timeout=20, context=context)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        counts[str(answer.status)] += 1
        connection.close()
    except OSError as error:
        counts[repr(error)] += 1
    slowest = max(slowest, time.monotonic() - started)


def play() -> None:
    while pathlib.Path(running).exists():
        for name in ("output.m3u8", "enc.key", "segment_000.ts"):
            ask(f"/mobile/hls2/{rel}/{name}")


threads = [threading.Thread(target=play) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps({"answers": dict(counts), "slowest": round(slowest, 2)}))
sys.exit(set(counts) != {"200"})
