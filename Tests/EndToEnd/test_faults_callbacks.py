"""What a receiver was told survives restarts and deaths; what it refused can be seen, and sent again by hand."""

import time

import pytest

from harness.client import task, upload, wait_for_task
from harness.media import make_h264
from harness.processes import Site
from harness.receiver import Receiver
from harness.server import wait_for

REL = "trainer-1/course-1/module-1/told"


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_h264(tmp_path_factory.mktemp("films") / "film.mp4", seconds=2, size="160x120", bitrate="60k")


@pytest.fixture
def receiver():
    running = Receiver()
    yield running
    running.close()


@pytest.fixture
def site(tmp_path, receiver):
    settings = {
        "FOCUST_CALLBACK_URL": receiver.url,
        "FOCUST_CALLBACK_SECRET": "a-secret-that-the-receiver-shares",
        "FOCUST_CALLBACK_ALLOW_PRIVATE": "true",
    }
    running = Site(tmp_path / "site", settings).start_nginx().start()
    yield running
    running.stop()


def callback(site: Site, task_id: str) -> dict:
    return task(site, task_id)["callback"]


def reached(site: Site, task_id: str, status: str) -> dict:
    def found():
        state = callback(site, task_id)
        return state if state and state["status"] == status else None

    return wait_for(found, f"a callback that is {status}", 60)


def test_a_stop_while_a_callback_is_in_flight_loses_nothing(site, receiver, film):
    receiver.goes_on.clear()
    task_id = upload(site, REL, film).json()["task_id"]
    wait_for(lambda: receiver.received, "the callback")
    started = time.monotonic()
    assert site.terminate() == 0
    print(f"stopped with a callback in flight after {time.monotonic() - started:.1f} s")
    receiver.goes_on.set()
    site.start()
    # Told twice, for nobody knows whether the first one was understood; the id says that it is the same.
    assert reached(site, task_id, "delivered")["last_status"] == 204
    assert len(receiver.received) == 2
    assert len(set(receiver.ids())) == 1
    assert receiver.received[0][1] == receiver.received[1][1]


def test_a_death_between_the_end_of_a_conversion_and_its_callback_loses_nothing(site, receiver, film):
    receiver.answers = lambda before: 503 if before == 0 else 204
    task_id = upload(site, REL, film).json()["task_id"]
    wait_for(lambda: callback(site, task_id) and callback(site, task_id)["last_status"] == 503, "the first answer")
    site.kill()
    site.start()
    state = reached(site, task_id, "delivered")
    assert (state["attempts"], state["last_status"]) == (2, 204)
    assert len(set(receiver.ids())) == 1


def test_a_callback_that_was_given_up_is_shown_and_sent_again_by_hand(site, receiver, film):
    receiver.answers = 410
    task_id = upload(site, REL, film).json()["task_id"]
    assert reached(site, task_id, "abandoned")["last_status"] == 410
    assert wait_for_task(site, task_id)["status"] == "completed"
    shown = site.tasks("show", task_id).stdout
    origin = receiver.url.removesuffix("/hook")
    assert f"callback: abandoned, 1 attempts, HTTP 410, {origin}\n" in shown
    receiver.answers = 200
    retried = site.tasks("retry", task_id)
    assert (retried.returncode, retried.stdout) == (0, "callbacks due: 1\n")
    # Another process is told of it, and need not wait for its second to be over.
    assert reached(site, task_id, "delivered")["attempts"] == 2
    assert len(set(receiver.ids())) == 1
    assert site.tasks("retry", task_id).returncode == 1


def test_a_callback_in_its_pause_is_sent_at_once_by_hand(site, receiver, film):
    receiver.answers = 500
    task_id = upload(site, REL, film).json()["task_id"]
    wait_for(lambda: len(receiver.received) == 2, "the second attempt", 60)
    # The next one would come half a minute later.
    waiting = wait_for(lambda: (now := callback(site, task_id))["attempts"] == 2 and now["last_status"] and now, "it")
    assert waiting["status"] == "pending" and waiting["next_attempt"]
    receiver.answers = 204
    retried = site.tasks("retry", "--callbacks", task_id)
    assert (retried.returncode, retried.stdout) == (0, "callbacks due: 1\n")
    assert wait_for(lambda: len(receiver.received) == 3, "the third attempt")
    assert reached(site, task_id, "delivered")["attempts"] == 3
