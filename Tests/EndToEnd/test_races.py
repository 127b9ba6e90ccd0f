"""Two at once: presentations that take each other's place, and questions that nobody answers."""

import itertools
import socket
import threading
import time

import requests

from harness.client import WEB_HEADERS, bearer, make_lesson, service
from harness.media import make_h264
from harness.tokens import play


def test_two_uploads_of_one_presentation_leave_exactly_one(server, media):
    film = make_h264(media / "raced.mp4", seconds=1, moov_first=True).read_bytes()
    for course in range(20):
        statuses = []

        def send(name, course=course, statuses=statuses):
            answer = requests.post(
                f"{server.url}/upload_presentation/course/raced-{course}",
                headers=service(),
                files={"video": (name, film, "video/mp4")},
                timeout=30,
            )
            statuses.append(answer.status_code)

        senders = [threading.Thread(target=send, args=[name]) for name in ("a.mp4", "b.mov", "c.m4v")]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert statuses == [201] * 3
        left = sorted((server.data / f"presentation_videos/courses/raced-{course}").iterdir())
        assert [path.stem for path in left] == ["poster", "presentation"], left
        shown = requests.get(f"{server.url}/presentation_videos/course/raced-{course}", timeout=10)
        assert shown.status_code == 200 and shown.content == film


def test_a_site_that_does_not_answer_holds_up_its_own_questions_and_no_viewer(own_server, short_h264):
    silent = socket.create_server(("127.0.0.1", 0), backlog=128)
    server = own_server(FOCUST_ELIGIBILITY_URL=f"http://127.0.0.1:{silent.getsockname()[1]}/", FOCUST_THREADS="4")
    lesson = make_lesson(server, "trainer-1/course-1/module-1/watched", short_h264)
    refusals = []

    def ask(user):
        answer = requests.get(
            f"{server.url}/api/get-video-token/v2",
            params={"user_id": f"user-{user}", "rel": lesson.rel},
            headers=service(),
            timeout=30,
        )
        refusals.append((answer.status_code, answer.json()["error"], int(answer.headers["Retry-After"])))

    askers = [threading.Thread(target=ask, args=[user]) for user in range(16)]
    for asker in askers:
        asker.start()
    slowest = 0.0
    headers = bearer(play(lesson.rel), **WEB_HEADERS)
    for _ in itertools.takewhile(lambda _: any(asker.is_alive() for asker in askers), itertools.count()):
        begun = time.monotonic()
        assert requests.get(lesson.address("output.m3u8"), headers=headers, timeout=30).status_code == 200
        slowest = max(slowest, time.monotonic() - begun)
    silent.close()
    assert {(status, error) for status, error, _ in refusals} == {(503, "unavailable")} and len(refusals) == 16
    # A question takes three seconds; a viewer who had to wait for one would have waited for most of it.
    assert slowest < 2
