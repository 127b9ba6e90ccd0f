"""A site with little of everything, whose application is killed at a point and started again."""

import threading
import time
from pathlib import Path

import requests

from .client import service, upload, wait_for_task
from .faults import Point, Tracer, points
from .media import make_h264
from .player import Player
from .processes import Site
from .server import wait_for

SETTINGS = {
    "FOCUST_THREADS": "2",
    "FOCUST_UPLOAD_THREADS": "1",
    "FOCUST_CONVERSION_JOBS": "1",
    "FOCUST_SEGMENT_SECONDS": "2",
}


class Studio:
    """A site, two films that can be told apart, and what each looks like when it is played."""

    def __init__(self, directory: Path, **changes: str):
        self.site = Site(directory, SETTINGS | changes).start_nginx().start()
        self.directory = directory
        sizes = ("160x120", "176x144")
        films = [make_h264(directory / f"film-{size}.mp4", seconds=3, size=size, bitrate="60k") for size in sizes]
        self.films = {self.publish(film, f"{film.stem}/c/m/l"): film for film in films}
        assert len(self.films) == 2
        self.count = 0

    def publish(self, film: Path, rel: str) -> str:
        answer = upload(self.site, rel, film)
        assert answer.status_code == 202, answer.text
        assert wait_for_task(self.site, answer.json()["task_id"])["status"] == "completed"
        return Player.of(self.site, rel).watch()

    def new_id(self) -> str:
        self.count += 1
        return f"trainer-{self.count}"

    def new_rel(self) -> str:
        return f"{self.new_id()}/c/m/l"

    def other(self, digest: str | None) -> tuple[str, Path]:
        """A film that is not the one with `digest`."""
        return next((found, film) for found, film in self.films.items() if found != digest)

    def trace(self, thread: str, act) -> list[Point]:
        """The points that the thread passes, unharmed, while `act` runs."""
        output = self.directory / f"trace-{thread}"
        tracer = Tracer(self.site.thread_id(thread), output)
        act()
        # The thread's last steps come after the task is seen as completed.
        wait_for(lambda: not self.site.leftovers(), "the end of the way")
        time.sleep(0.1)
        tracer.detach()
        return points(output, self.site.data)

    def die_at(self, point: Point, thread: str, send) -> requests.Response | None:
        """The process dies at `point` of what `send` asks for. Answers what the client was told, if anything."""
        output = self.directory / "trace-fault"
        inject = f"{point.call}:signal=KILL:when={point.number}"
        tracer = Tracer(self.site.thread_id(thread), output, inject)
        answers = []
        client = threading.Thread(target=lambda: answers.append(send()))
        client.start()
        try:
            self.site.app.wait(timeout=60)
        finally:
            client.join(timeout=60)
            tracer.detach()
        return answers[0] if answers else None

    def tasks(self, rel: str) -> list[dict]:
        answer = requests.get(f"{self.site.url}/api/tasks", params={"rel": rel}, headers=service(), timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()["tasks"]
