"""The application dies before each system call that changes something; what the next start finds must be whole.

strace kills the process as it enters the call, so "before call n + 1" is also "after call n". The calls are those
that one thread made in an unharmed run before: nobody has to keep a list of steps.

FOCUST_FAULT_POINTS=all kills at every call; otherwise at the first of each kind of call on a path.
"""

import os
import time

import pytest
import requests

from harness.client import service, upload, wait_for_task
from harness.faults import distinct
from harness.player import Player
from harness.server import wait_for
from harness.studio import Studio
from harness.trees import listed, retired


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
    viewer, watched = Player.of(studio.site, rel), None
    if before:
        assert studio.publish(studio.films[before], rel) == before
        watched = viewer.playlist()
    known = {task["task_id"] for task in studio.tasks(rel)}
    wanted, film = studio.other(before)
    answer = studio.die_at(point, thread, lambda: upload(studio.site, rel, film))
    studio.site.start()
    was_accepted = answer is not None and answer.status_code == 202
    player = Player.of(studio.site, rel)
    # The task goes on at once, and may replace the lesson in the middle of our watching.
    first_seen = wait_for(lambda: (seen := player.watch()) != "replaced" and seen, "a whole film")
    allowed = {before, wanted} if before else {"not_found", "conversion_in_progress", wanted}
    if first_seen not in allowed:
        return f"{first_seen} was seen right after the restart"
    if watched and (seen := viewer.watch_on(watched)) != before:
        return f"who watched the old one saw {seen} right after the restart"
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
    if watched and (seen := viewer.watch_on(watched)) != before:
        return f"who watched the old one saw {seen} at the end"
    if forgotten := unlisted(studio):
        return f"{forgotten} would never be removed"
    wait_for(lambda: not studio.site.leftovers(), f"no leftovers after {point}: {studio.site.leftovers()}", 10)
    return None


def unlisted(studio: Studio) -> list[str]:
    """Versions that are kept for their viewers, and that no sweep would find."""
    entries = listed(studio.site.data)
    kept = retired(studio.site.data).items()
    return [directory for directory, entry in kept if entries.get(entry) != directory.rpartition("/")[0]]


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
    found = studio.trace(thread, lambda: studio.publish(studio.other(before)[1], rel))
    hit = chosen(found)
    assert len(hit) > 10, hit
    problems = []
    for point in hit:
        problem = die_and_recover(studio, point, thread, before)
        if problem:
            problems.append(f"{point}: {problem}")
    print(f"{thread}, replaces={replaces}: died at {len(hit)} of {len(found)} points, {len(problems)} problems")
    assert problems == []


@pytest.fixture
def forgetful(tmp_path):
    """A studio that keeps a replaced lesson for a second."""
    running = Studio(tmp_path, FOCUST_KEEP_REPLACED="1")
    yield running
    running.site.stop()


def is_swept(studio: Studio) -> bool:
    return not listed(studio.site.data) and not retired(studio.site.data) and not studio.site.leftovers()


def test_whatever_the_moment_of_death_what_was_replaced_is_removed(forgetful):
    """The thread that removes it dies; the next start goes on."""
    studio = forgetful
    (old, old_film), (new, new_film) = studio.films.items()

    def replace():
        rel = studio.new_rel()
        assert studio.publish(old_film, rel) == old
        assert studio.publish(new_film, rel) == new
        wait_for(lambda: is_swept(studio), "the end of the old version")

    found = studio.trace("housekeeping", replace)
    hit = chosen(found)
    assert len(hit) > 5, hit
    problems = []
    for point in hit:
        rel = studio.new_rel()
        assert studio.publish(old_film, rel) == old
        studio.die_at(point, "housekeeping", lambda rel=rel: upload(studio.site, rel, new_film))
        studio.site.start()
        wait_for(lambda: is_swept(studio), f"the end of the old version after {point}")
        if (seen := Player.of(studio.site, rel).watch()) != new:
            problems.append(f"{point}: {seen} is there")
        if len(versions := list((studio.site.data / "hls" / rel).glob(".v-*"))) != 1:
            problems.append(f"{point}: {versions}")
    print(f"sweep: died at {len(hit)} of {len(found)} points, {len(problems)} problems")
    assert problems == []


def present(studio: Studio, course: str, film, extension: str) -> requests.Response:
    files = {"video": (f"film.{extension}", film.read_bytes(), "video/mp4")}
    address = f"{studio.site.url}/upload_presentation/course/{course}"
    return requests.post(address, headers=service(), files=files, timeout=60)


def shown_at(studio: Studio, course: str) -> tuple[bytes | None, bytes | None]:
    """A course's presentation and its poster; nothing where there is none."""
    root = f"{studio.site.url}/presentation_videos"
    answers = [
        requests.get(f"{root}/{path}", timeout=10) for path in (f"course/{course}", f"courses/{course}/poster.jpg")
    ]
    film, poster = (answer.content if answer.status_code == 200 else None for answer in answers)
    return film, poster


def die_presenting_and_recover(studio: Studio, point, old: tuple, new: tuple, films: list) -> str | None:
    """One death at `point` of an upload that replaces `old`, under another extension; what is wrong afterwards."""
    course = studio.new_id()
    assert present(studio, course, films[0], "mp4").status_code == 201
    answer = studio.die_at(point, "upload-0", lambda: present(studio, course, films[1], "mov"))
    studio.site.start()
    folder = studio.site.data / f"presentation_videos/courses/{course}"
    wait_for(
        lambda: len(list(folder.glob("presentation.*"))) == 1,
        f"one presentation after {point}: {list(folder.iterdir())}",
        10,
    )
    wait_for(lambda: not studio.site.leftovers(), f"no leftovers after {point}: {studio.site.leftovers()}", 10)
    told_new = answer is not None and answer.status_code == 201
    film, poster = shown_at(studio, course)
    # Without a poster for a while, never with another film's.
    allowed = [new] if told_new else [shown for pair in (old, new) for shown in (pair, (pair[0], None))]
    if (film, poster) not in allowed:
        return f"{len(film or b'')} bytes with a poster of {len(poster or b'')}, told {answer}"
    return None


def test_whatever_the_moment_of_death_there_is_one_presentation_and_it_is_whole(studio):
    films = list(studio.films.values())
    course = studio.new_id()
    bodies = []
    for film in films:
        assert present(studio, course, film, "mp4").status_code == 201
        bodies.append(shown_at(studio, course))
    assert None not in bodies[0] + bodies[1]
    assert bodies[0][0] != bodies[1][0] and bodies[0][1] != bodies[1][1]
    found = studio.trace("upload-0", lambda: present(studio, course, films[1], "mov"))
    hit = chosen(found)
    assert len(hit) > 8, hit
    problems = []
    for point in hit:
        problem = die_presenting_and_recover(studio, point, *bodies, films)
        if problem:
            problems.append(f"{point}: {problem}")
    print(f"presentation: died at {len(hit)} of {len(found)} points, {len(problems)} problems")
    assert problems == []
