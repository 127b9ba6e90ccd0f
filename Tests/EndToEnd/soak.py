"""Minutes of bad company: slow and idle clients, broken uploads, downloads whose client vanishes; and viewers.

Counts threads, descriptors, memory and files before and after; what is left behind is a failure. SOAK_SECONDS (240).
Then come slow clients without credentials, beside honest ones (soak_attack.py).
"""

import json
import os
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from harness import multipart
from harness.client import bearer, get_token, service, upload, wait_for_task
from harness.held import counts, settle
from harness.media import make_h264
from harness.player import Player
from harness.processes import Site
from soak_attack import MEMORY_TOLERANCE, attack, length

REL = "trainer-1/course-1/module-1/soaked"
IDLE_CONNECTIONS = 1000


class Company:
    """The clients, each in a thread of its own until the end."""

    def __init__(self, site: Site, film: Path):
        self.site = site
        self.film = film
        self.stop = threading.Event()
        self.done: Counter[str] = Counter()
        self.whole = {self.publish()}

    def publish(self, rel: str = REL) -> str:
        answer = upload(self.site, rel, self.film)
        assert answer.status_code == 202, answer.text
        assert wait_for_task(self.site, answer.json()["task_id"])["status"] == "completed"
        return Player.of(self.site, rel).watch()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.site.port), timeout=10)

    def watches(self) -> None:
        seen = Player.of(self.site, REL).watch()
        assert seen in self.whole, seen
        self.done["films watched"] += 1

    def uploads(self) -> None:
        assert self.publish() in self.whole
        self.done["lessons replaced"] += 1
        self.stop.wait(0.5)

    def head(self, length: int) -> bytes:
        lines = ["POST /upload/lesson HTTP/1.1", "Host: a", f"Authorization: {service()['Authorization']}"]
        lines += [f"Content-Type: {multipart.CONTENT_TYPE}", f"Content-Length: {length}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def breaks_off(self) -> None:
        with self.connect() as connection:
            part = multipart.file("video", "a.mp4", self.film.read_bytes())
            connection.sendall(self.head(50_000_000) + part[: len(part) // 2])
        self.done["uploads broken off"] += 1
        self.stop.wait(0.05)

    def crawls(self) -> None:
        with self.connect() as connection:
            for byte in self.head(10)[:100]:
                connection.sendall(bytes([byte]))
                if self.stop.wait(0.05):
                    break
        self.done["slow requests"] += 1

    def vanishes(self) -> None:
        token = get_token(self.site, REL)["token"]
        with self.connect() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            headers = bearer(token, Host="a", Referer="https://learner.example.com/")
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            connection.sendall(f"GET /hls2/{REL}/segment_000.ts HTTP/1.1\r\n{lines}\r\n".encode())
            connection.recv(100)
        self.done["downloads abandoned"] += 1

    def keep(self, action) -> None:
        while not self.stop.is_set():
            try:
                action()
            except Exception as error:
                self.done[f"ERROR {action.__name__}: {error!r}"[:200]] += 1

    def stay(self, seconds: float) -> None:
        actions = [self.watches, self.watches, self.uploads, self.breaks_off, self.crawls, self.crawls, self.vanishes]
        threads = [threading.Thread(target=self.keep, args=(action,)) for action in actions]
        idle = [self.connect() for _ in range(IDLE_CONNECTIONS)]
        self.stop.clear()
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.stop.set()
        for thread in threads:
            thread.join(timeout=60)
        for connection in idle:
            connection.close()


def settled(site: Site) -> dict[str, int]:
    settle(site)
    return counts(site)


def main() -> int:
    seconds = float(os.environ.get("SOAK_SECONDS", "240"))
    with tempfile.TemporaryDirectory(prefix="focust-soak-") as directory:
        film = make_h264(Path(directory) / "film.mp4", seconds=6, size="320x180", bitrate="800k")
        site = Site(Path(directory) / "site", {"FOCUST_KEEP_REPLACED": "20"}).start_nginx().start()
        try:
            company = Company(site, film)
            # Every code path once, so that what is allocated once is allocated.
            company.stay(min(20.0, seconds / 4))
            before = settled(site)
            company.stay(seconds)
            after = settled(site)
        finally:
            site.stop()
    print(json.dumps({"seconds": seconds, "before": before, "after": after, "done": dict(company.done)}, indent=2))
    problems = [
        name
        for name in ("threads", "descriptors", "child processes", "leftover files", "replaced versions")
        if after[name] > before[name]
    ]
    if after["resident KiB"] > before["resident KiB"] * MEMORY_TOLERANCE:
        problems.append("resident KiB")
    problems += [name for name in company.done if name.startswith("ERROR")]
    with tempfile.TemporaryDirectory(prefix="focust-attack-") as directory:
        problems += attack(Path(directory), length())
    print(f"soak: {', '.join(problems) or 'nothing was left behind'}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
