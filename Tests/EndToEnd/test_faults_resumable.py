"""The application dies between the last byte of a resumable upload and its task, at each system call on the way."""

import hashlib
import os

import pytest
import requests

from harness import tus
from harness.client import wait_for_task
from harness.faults import Tracer, distinct, points
from harness.server import wait_for
from harness.studio import Studio


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    running = Studio(tmp_path_factory.mktemp("resumed"))
    yield running
    running.site.stop()


def half_sent(studio: Studio, film: bytes) -> tuple[str, str]:
    rel = studio.new_rel()
    url = tus.begun(studio.site, rel, len(film))
    assert tus.send(url, 0, film[: len(film) // 2]).status_code == 204
    return rel, url


def send_rest(url: str, film: bytes) -> requests.Response:
    return tus.send(url, len(film) // 2, film[len(film) // 2 :])


def way_of_the_last_part(studio: Studio, film: bytes) -> list:
    _, url = half_sent(studio, film)
    output = studio.directory / "trace-last-part"
    tracer = Tracer(studio.site.thread_id("upload-0"), output)
    answer = send_rest(url, film)
    tracer.detach()
    assert wait_for_task(studio.site, answer.headers["Focust-Task-Id"])["status"] == "completed"
    assert requests.delete(url, headers=tus.VERSION, timeout=10).status_code == 204
    found = points(output, studio.site.data)
    return found if os.environ.get("FOCUST_FAULT_POINTS") == "all" else distinct(found)


def die_and_resume(studio: Studio, point, film: bytes) -> str | None:
    """One death at `point` of the last part; answers what is wrong after the client has gone on."""
    rel, url = half_sent(studio, film)
    told = studio.die_at(point, "upload-0", lambda: send_rest(url, film))
    studio.site.start()
    answer = tus.look(url)
    offset = int(answer.headers["Upload-Offset"])
    if offset < len(film) // 2 or (told is not None and told.status_code == 204 and offset < len(film)):
        return f"only {offset} bytes are there"
    if offset < len(film):
        answer = tus.send(url, offset, film[offset:])
    identity = answer.headers.get("Focust-Task-Id")
    if [each["task_id"] for each in studio.tasks(rel)] != [identity]:
        return f"{identity} was told, and the tasks are {studio.tasks(rel)}"
    if (status := wait_for_task(studio.site, identity)["status"]) != "completed":
        return f"the task ended as {status}"
    (stored,) = (studio.site.data / "originals" / rel).iterdir()
    if hashlib.sha256(stored.read_bytes()).digest() != hashlib.sha256(film).digest():
        return "other bytes are stored"
    assert requests.delete(url, headers=tus.VERSION, timeout=10).status_code == 204
    wait_for(lambda: not studio.site.leftovers(), f"no leftovers after {point}: {studio.site.leftovers()}", 10)
    return None


def test_whatever_the_moment_of_death_one_task_has_the_whole_film(studio):
    film = next(iter(studio.films.values())).read_bytes()
    hit = way_of_the_last_part(studio, film)
    assert {"write", "fdatasync", "link", "rename"} <= {point.call for point in hit}, hit
    problems = []
    for point in hit:
        if problem := die_and_resume(studio, point, film):
            problems.append(f"{point}: {problem}")
    print(f"the last part: died at {len(hit)} points, {len(problems)} problems")
    assert problems == []
