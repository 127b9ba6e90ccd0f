"""Trainers who upload and viewers who watch, at a steady pace, and how long each of their requests takes."""

import http.client
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

from .client import WEB_HEADERS, bearer, segment_uris, upload, wait_for_task
from .player import Player
from .processes import Site

WATCHED = "trainer-1/course-1/attacked/watched"
UPLOADERS, VIEWERS = 8, 100
# Between two requests of one viewer, and between two uploads of one trainer; seconds.
PAUSE = 1.0


class Honest:
    """The trainers and the viewers, each in a thread of its own; how long each request took, and what went wrong."""

    def __init__(self, site: Site, film: Path):
        self.site, self.film = site, film
        self.stop = threading.Event()
        self.delays: dict[str, list[float]] = defaultdict(list)
        self.errors: Counter[str] = Counter()
        self.tasks: dict[str, str] = {}
        self.publish(WATCHED)
        wait_for_task(site, self.tasks[WATCHED])
        self.whole = Player.of(site, WATCHED).watch()

    def publish(self, rel: str) -> None:
        begun = time.perf_counter()
        answer = upload(self.site, rel, self.film)
        self.delays["upload"].append(time.perf_counter() - begun)
        assert answer.status_code == 202, f"upload: {answer.status_code} {answer.text[:200]}"
        self.tasks[rel] = answer.json()["task_id"]

    def uploads(self, number: int) -> None:
        while not self.stop.wait(PAUSE):
            self.publish(f"trainer-1/course-1/attacked/lesson-{number}")

    def views(self, player: Player, path: str, content: bytes, number: int) -> None:
        """Asks for one segment again and again, on one connection; viewers do not begin at the same moment."""
        headers = bearer(player.token, **WEB_HEADERS)
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        self.stop.wait(PAUSE * number / VIEWERS)
        while not self.stop.is_set():
            begun = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            self.delays["segment"].append(time.perf_counter() - begun)
            assert answer.status == 200, f"segment: {answer.status} {body[:200]!r}"
            assert body == content, "segment: other bytes"
            self.stop.wait(PAUSE)
        connection.close()

    def keep(self, action, *arguments) -> None:
        try:
            action(*arguments)
        except Exception as error:
            self.errors[f"ERROR {error!r}"[:200]] += 1

    def stay(self, seconds: float) -> dict[str, list[float]]:
        """The delays of all requests of that time, in seconds."""
        self.delays.clear()
        self.stop.clear()
        player = Player.of(self.site, WATCHED)
        name = segment_uris(player.playlist())[0]
        segment = player.fetch(name)
        player.judge(segment)
        shown = (player, f"/hls2/{WATCHED}/{name}", segment.content)
        clients = [(self.uploads, number) for number in range(UPLOADERS)]
        clients += [(self.views, *shown, number) for number in range(VIEWERS)]
        threads = [threading.Thread(target=self.keep, args=client) for client in clients]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.stop.set()
        for thread in threads:
            thread.join(timeout=120)
        self.errors["ERROR client still waits"] += sum(thread.is_alive() for thread in threads)
        return dict(self.delays)

    def check(self) -> None:
        """The last upload of each lesson became one that can be watched whole."""
        for rel, task in self.tasks.items():
            self.keep(self.check_lesson, rel, task)

    def check_lesson(self, rel: str, task: str) -> None:
        assert wait_for_task(self.site, task)["status"] == "completed", f"{rel} was not converted"
        assert Player.of(self.site, rel).watch() == self.whole, f"{rel} is another film"
