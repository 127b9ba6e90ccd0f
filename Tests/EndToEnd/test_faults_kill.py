"""The application dies before each system call that changes something; what the next start finds must be whole.

strace kills the process as it enters the call, so "before call n + 1" is also "after call n". The calls are those
that one thread made in an unharmed run before: nobody has to keep a list of steps.

FOCUST_FAULT_POINTS=all kills at every call; otherwise at the first of each kind of call on a path.
"""

import os
import threading
import time

import pytest
import requests

from harness.client import service, upload, wait_for_task
from harness.faults import Tracer, distinct, points
from harness.media import make_h264
from harness.player import Player
from harness.processes import Site
from harness.server import wait_for

SETTINGS = {
    "FOCUST_THREADS": "2",
    "FOCUST_UPLOAD_THREADS": "1",
    "FOCUST_CONVERSION_JOBS": "1",
    "FOCUST_SEGMENT_SECONDS": "2",
}


class Studio:
    """A site, two films that can be told apart, and what each looks like when it is played."""

    def __init__(self, directory):
        self.site = Site(directory, SETTINGS).start_nginx().start()
        self.directory = directory
        sizes = ("160x120", "176x144")
        films = [make_h264(directory / f"film-{size}.mp4", seconds=3, size=size, bitrate="60k") for size in sizes]
        self.films = {self.publish(film, f"{film.stem}/c/m/l"): film for film in films}
        assert len(self.films) == 2
        self.count = 0

    def publish(self, film, rel: str) -> str:
        answer = upload(self.site, rel, film)
        assert answer.status_code == 202, answer.text
        assert wait_for_task(self.site, answer.json()["task_id"])["status"] == "completed"
        return Player.of(self.site, rel).watch()

    def new_rel(self) -> str:
        self.count += 1
        return f"trainer-{self.count}/c/m/l"

    def other(self, digest: str | None) -> tuple[str, object]:
        """A film that is not the one with `digest`."""
        return next((found, film) for found, film in self.films.items() if found != digest)

    def trace(self, thread: str, rel: str, film) -> list:
        """The points of the unharmed way of `film` to `rel`, as the thread goes it."""
        output = self.directory / f"trace-{thread}"
        tracer = Tracer(self.site.thread_id(thread), output)
        self.publish(film, rel)
        # The thread's last steps come after the task is seen as completed.
        wait_for(lambda: not self.site.leftovers(), "the end of the way")
        time.sleep(0.1)
        tracer.detach()
        return points(output, self.site.data)

    def die_at(self, point, thread: str, rel: str, film) -> requests.Response | None:
        """Uploads; the process dies at `point`. Answers what the client was told, if anything."""
        output = self.directory / "trace-fault"
        inject = f"{point.call}:signal=KILL:when={point.number}"
        tracer = Tracer(self.site.thread_id(thread), output, inject)
        answers = []

        def send():
            answers.append(upload(self.site, rel, film))

        client = threading.Thread(target=send)
        client.start()
        try:
            self.site.app.wait(timeout=20)
        finally:
            client.join(timeout=20)
            tracer.detach()
        return answers[0] if answers else None

    def tasks(self, rel: str) -> list[dict]:
        answer = requests.get(f"{self.site.url}/api/tasks", params={"rel": rel}, headers=service(), timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()["tasks"]


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    running = Studio(tmp_path_factory.mktemp("kill"))
    yield running
    running.site.stop()


def chosen(found: list) -> list:
    return found if os.environ.get("FOCUST_FAULT_POINTS") == "all" else distinct(found)


def die_and_recover(studio: Studio, point, thread: str, before: str | None) -> str | None:
    """One death at `point`, with `before` published (None: nothing); answers what is wrong afterwards."""
    rel = studio.new_rel()
    if before:
        assert studio.publish(studio.films[before], rel) == before
    known = {task["task_id"] for task in studio.tasks(rel)}
    wanted, film = studio.other(before)
    answer = studio.die_at(point, thread, rel, film)
    studio.site.start()
    was_accepted = answer is not None and answer.status_code == 202
    player = Player.of(studio.site, rel)
    # The task goes on at once, and may replace the lesson in the middle of our watching.
    first_seen = wait_for(lambda: (seen := player.watch()) != "replaced" and seen, "a whole film")
    allowed = {before, wanted} if before else {"not_found", "conversion_in_progress", wanted}
    if first_seen not in allowed:
        return f"{first_seen} was seen right after the restart"
    new = [task["task_id"] for task in studio.tasks(rel) if task["task_id"] not in known]
    if was_accepted and new != [answer.json()["task_id"]]:
        return f"202 for {answer.json()['task_id']}, and the tasks are {new}"
    started = time.monotonic()
    # Without a 202 there is nothing, or a task: it was stored, and the process died before it could say so.
    for task in new:
        status = wait_for_task(studio.site, task, 25)["status"]
        if status != "completed":
            return f"the task ended as {status}"
    if (seconds := time.monotonic() - started) > 10:
        return f"the task took {seconds:.1f} s after the restart"
    expected = wanted if new else before or "not_found"
    if (seen := player.watch()) != expected:
        return f"{seen} is there, accepted: {was_accepted}, tasks: {new}"
    wait_for(lambda: not studio.site.leftovers(), f"no leftovers after {point}: {studio.site.leftovers()}", 10)
    return None


WAYS = [
    pytest.param("upload-0", False, id="upload-of-a-new-lesson"),
    pytest.param("convert-0", False, id="conversion-of-a-new-lesson"),
    pytest.param("convert-0", True, id="conversion-that-replaces-a-lesson"),
]


@pytest.mark.parametrize("thread,replaces", WAYS)
def test_whatever_the_moment_of_death_the_lesson_is_whole(studio, thread, replaces):
    before = next(iter(studio.films)) if replaces else None
    rel = studio.new_rel()
    if before:
        studio.publish(studio.films[before], rel)
    found = studio.trace(thread, rel, studio.other(before)[1])
    hit = chosen(found)
    assert len(hit) > 10, hit
    problems = []
    for point in hit:
        problem = die_and_recover(studio, point, thread, before)
        if problem:
            problems.append(f"{point}: {problem}")
    print(f"{thread}, replaces={replaces}: died at {len(hit)} of {len(found)} points, {len(problems)} problems")
    assert problems == []
