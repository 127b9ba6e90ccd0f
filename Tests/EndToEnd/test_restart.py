"""Restarts: with sockets that stay open nobody notices them; without, nothing is lost."""

import collections
import json
import signal
import threading
import time

import pytest
import requests

from harness import multipart
from harness.client import lesson_fields, service, upload, wait_for_task
from harness.fastcgi import FastCGIRequest
from harness.media import make_h264, pad_mp4, run
from harness.player import Player
from harness.processes import Site
from harness.server import wait_for

REL = "trainer-1/course-1/module-1/restarted"
RESTARTS = 10


@pytest.fixture
def sites(tmp_path):
    started = []

    def make(**settings) -> Site:
        started.append(Site(tmp_path / f"site-{len(started)}", settings))
        return started[-1]

    yield make
    for site in started:
        site.stop()


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_h264(tmp_path_factory.mktemp("films") / "film.mp4", seconds=4, size="160x120", bitrate="60k")


def test_ten_restarts_with_passed_sockets_fail_no_request(sites, film):
    site = sites().bind_sockets().start_nginx().start()
    accepted = upload(site, REL, film).json()["task_id"]
    assert wait_for_task(site, accepted)["status"] == "completed"
    whole = Player.of(site, REL).watch()
    stop = threading.Event()
    outcomes: collections.Counter[str] = collections.Counter()
    tasks = []
    slowest = [0.0]

    def watch():
        player = Player.of(site, REL)
        while not stop.is_set():
            started = time.monotonic()
            try:
                outcomes["played" if player.watch() == whole else "wrong film"] += 1
            except Exception as error:
                outcomes[repr(error)] += 1
            slowest[0] = max(slowest[0], time.monotonic() - started)

    def send():
        number = 0
        while not stop.is_set():
            number += 1
            try:
                answer = upload(site, f"trainer-2/course/module/{number}", film)
                outcomes[f"upload {answer.status_code}"] += 1
                tasks.append(answer.json()["task_id"])
            except Exception as error:
                outcomes[repr(error)] += 1
            stop.wait(0.2)

    threads = [threading.Thread(target=work) for work in (watch, watch, watch, send)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(RESTARTS):
            time.sleep(0.3)
            assert site.terminate() == 0
            site.start()
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)
    print(f"{RESTARTS} restarts, slowest film {slowest[0]:.2f} s: {dict(outcomes)}")
    assert set(outcomes) == {"played", "upload 202"}, outcomes
    assert outcomes["played"] > 5 * RESTARTS
    for task in tasks:
        ended = wait_for_task(site, task)
        assert ended["status"] == "completed", ended


def test_an_upload_that_runs_when_it_is_told_to_stop_is_finished(sites, film):
    site = sites(FOCUST_CONVERSION_JOBS="0").start_nginx().start()
    answers = []
    half = threading.Event()
    go_on = threading.Event()

    def body():
        text = {"trainer_id": "t", "course_id": "c", "module_id": "m", "lesson_id": "slow"}
        for name, value in text.items():
            yield f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        yield b'--b\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\n'
        content = film.read_bytes()
        yield content[: len(content) // 2]
        half.set()
        go_on.wait(10)
        yield content[len(content) // 2 :] + b"\r\n--b--\r\n"

    def send():
        headers = service() | {"Content-Type": "multipart/form-data; boundary=b"}
        answers.append(requests.post(f"{site.url}/upload/lesson", data=body(), headers=headers, timeout=30))

    client = threading.Thread(target=send)
    client.start()
    assert half.wait(10)
    # Behind these answers nginx has long been told that the upload may come.
    assert all(requests.get(f"{site.url}/healthz", timeout=10).status_code == 200 for _ in range(20))
    # nginx holds the half body, so the stop finds an idle application and is quick; the new one gets it whole.
    assert site.terminate() == 0
    site.start()
    go_on.set()
    client.join(timeout=30)
    assert [answer.status_code for answer in answers] == [202], [answer.text for answer in answers]


def begin_upload(site: Site, lesson: str, body: bytes) -> FastCGIRequest:
    """Half an upload, in the hands of the application itself."""
    parameters = {
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": "/upload/lesson",
        "CONTENT_TYPE": multipart.CONTENT_TYPE,
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "REQUEST_ID": lesson,
        "HTTP_AUTHORIZATION": service()["Authorization"],
    }
    request = FastCGIRequest(site.directory / "upload.sock", parameters)
    request.send(body[: len(body) // 2])
    wait_for(lambda: list((site.data / "uploads/.staging").iterdir()), "the first half")
    return request


def lesson_form(lesson: str, film) -> bytes:
    fields = [multipart.field(name, value) for name, value in lesson_fields(f"t/c/m/{lesson}").items()]
    return b"".join(fields) + multipart.file("video", "a.mp4", film.read_bytes()) + multipart.END


@pytest.fixture(scope="module")
def large(film, tmp_path_factory):
    """Longer than the pieces in which the application reads."""
    return pad_mp4(film, tmp_path_factory.mktemp("films") / "large.mp4", 2 << 20)


def test_a_body_that_arrives_while_the_application_stops_is_taken_to_its_end(sites, large):
    site = sites(FOCUST_CONVERSION_JOBS="0").start_nginx().start()
    body = lesson_form("late", large)
    request = begin_upload(site, "late", body)
    site.app.send_signal(signal.SIGTERM)
    wait_for(lambda: not site.is_healthy(), "it to stop accepting")
    assert site.app.poll() is None
    request.send(body[len(body) // 2 :])
    answer = request.finish()
    assert "Status: 202" in answer, answer
    assert site.app.wait(timeout=20) == 0
    task = json.loads(answer.split("\r\n\r\n", 1)[1])["task_id"]
    site.start(FOCUST_CONVERSION_JOBS="1")
    assert wait_for_task(site, task)["status"] == "completed"


def test_a_body_that_does_not_come_holds_up_a_stop_for_ten_seconds_and_leaves_nothing(sites, large):
    site = sites(FOCUST_CONVERSION_JOBS="0").start_nginx().start()
    request = begin_upload(site, "never", lesson_form("never", large))
    started = time.monotonic()
    assert site.terminate() == 0
    print(f"stopped beside a body that does not come after {time.monotonic() - started:.1f} s")
    assert "Status: 20" not in request.answer()
    site.start()
    wait_for(lambda: not site.leftovers(), "what it left to be swept")
    answer = requests.get(f"{site.url}/api/tasks", params={"rel": "t/c/m/never"}, headers=service(), timeout=10)
    assert answer.json()["tasks"] == []


@pytest.mark.parametrize("is_killed", [False, True], ids=["SIGTERM", "SIGKILL"])
def test_a_conversion_goes_on_at_once_after_a_restart(sites, tmp_path, is_killed):
    pattern = "testsrc2=s=1280x720:r=25:d=12"
    long = tmp_path / "long.avi"
    run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern, "-c:v", "mpeg4", "-q:v", "5", long)
    site = sites().start_nginx().start()
    task = upload(site, REL, long).json()["task_id"]
    address = f"{site.url}/api/tasks/{task}"

    def state() -> dict:
        return requests.get(address, headers=service(), timeout=10).json()

    wait_for(lambda: list((site.data / "hls/.staging").glob("*/*.ts")), "the conversion to be under way", pause=0.01)
    assert state()["status"] == "processing"
    if is_killed:
        site.kill()
        assert list((site.data / "hls/.staging").iterdir())
    else:
        assert site.terminate() == 0
        assert site.leftovers() == [f"uploads/{REL}/{task}.avi"]
    site.start()
    started = time.monotonic()
    wait_for(lambda: state()["status"] == "processing", "the conversion to go on", 5, 0.01)
    assert time.monotonic() - started < 2
    ended = wait_for_task(site, task)
    assert ended["status"] == "completed"
    # An orderly stop does not count as an attempt, a crash does.
    assert ended["attempts"] == (2 if is_killed else 1)
    wait_for(lambda: not site.leftovers(), "the dead attempt's files to be swept", 10)
    assert len(Player.of(site, REL).watch()) == 64
