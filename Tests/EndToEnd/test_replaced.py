"""A lesson that is uploaded again: never new bytes with the old key."""

import re
import threading
import time

import requests

from harness import media
from harness.client import (
    WEB_HEADERS,
    bearer,
    make_lesson,
    refusal,
    segment_uris,
    task,
    upload,
    wait_for_task,
)
from harness.tokens import play


def playlist(lesson):
    answer = requests.get(lesson.address("output.m3u8"), headers=bearer(play(lesson.rel), **WEB_HEADERS), timeout=10)
    return answer.text


def fetch(lesson, uri):
    return requests.get(lesson.address(uri), headers=bearer(play(lesson.rel), **WEB_HEADERS), timeout=10)


def key_uri(text):
    return re.search(r'URI="([^"]+)"', text)[1]


def test_the_version_that_was_replaced_is_gone_and_the_new_one_plays(server, h264, short_h264):
    rel = "trainer-5/course-1/module-1/replaced"
    lesson = make_lesson(server, rel, h264)
    old = playlist(lesson)
    old_key = fetch(lesson, key_uri(old)).content
    make_lesson(server, rel, short_h264)
    for uri in [*segment_uris(old), key_uri(old)]:
        answer = fetch(lesson, uri)
        assert (answer.status_code, refusal(answer)) == (404, "replaced"), uri
        assert "max-age=3600" not in answer.headers.get("Cache-Control", "")
    new = playlist(lesson)
    assert segment_uris(new)[0] != segment_uris(old)[0]
    assert fetch(lesson, key_uri(new)).content != old_key
    headers = "".join(f"{name}: {value}\r\n" for name, value in bearer(play(rel), **WEB_HEADERS).items())
    played = media.frame_hashes(lesson.address("output.m3u8"), "-headers", headers)
    assert played == media.frame_hashes(short_h264)


def test_the_old_version_plays_until_the_new_one_is_ready(server, short_h264, tmp_path):
    rel = "trainer-5/course-1/module-1/meanwhile"
    lesson = make_lesson(server, rel, short_h264)
    film = tmp_path / "long.avi"
    pattern = "testsrc2=s=1280x720:r=25:d=15"
    media.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern, "-c:v", "mpeg4", film)
    old = playlist(lesson)
    task_id = upload(server, rel, film).json()["task_id"]
    seen_while_converting = 0
    while task(server, task_id)["status"] in ("queued", "processing"):
        answer = fetch(lesson, segment_uris(old)[0])
        if answer.status_code == 200:
            seen_while_converting += 1
        else:
            assert refusal(answer) == "replaced"
        time.sleep(0.05)
    assert seen_while_converting > 0
    assert fetch(lesson, segment_uris(old)[0]).status_code == 404


def test_a_failed_replacement_changes_nothing(server, short_h264):
    rel = "trainer-5/course-1/module-1/kept"
    lesson = make_lesson(server, rel, short_h264)
    before = playlist(lesson)
    answer = requests.post(
        f"{server.url}/upload/lesson",
        headers={"Authorization": "Bearer wrong"},
        files={"video": ("film.mp4", b"text")},
        timeout=10,
    )
    assert answer.status_code == 401
    assert playlist(lesson) == before


def test_segment_and_key_of_one_version_always_belong_together(server, h264, short_h264, tmp_path):
    """Players that read while the lesson is replaced again and again decrypt everything they get."""
    rel = "trainer-5/course-1/module-1/churn"
    lesson = make_lesson(server, rel, short_h264)
    stop = threading.Event()
    problems = []
    rounds = []

    def play_on(number):
        encrypted, plain = tmp_path / f"{number}.enc", tmp_path / f"{number}.ts"
        while not stop.is_set():
            text = playlist(lesson)
            key, segment = fetch(lesson, key_uri(text)), fetch(lesson, segment_uris(text)[0])
            for answer in (key, segment):
                if answer.status_code == 404 and refusal(answer) != "replaced":
                    problems.append(answer.text)
            if key.status_code == segment.status_code == 200:
                encrypted.write_bytes(segment.content)
                try:
                    media.decrypt(encrypted, key.content, 0, plain)
                except AssertionError as error:
                    problems.append(str(error))
                rounds.append(number)

    players = [threading.Thread(target=play_on, args=(number,)) for number in range(3)]
    for player in players:
        player.start()
    try:
        for source in (h264, short_h264) * 3:
            answer = upload(server, rel, source)
            assert wait_for_task(server, answer.json()["task_id"])["status"] == "completed"
    finally:
        stop.set()
        for player in players:
            player.join(timeout=30)
    assert problems == []
    assert len(rounds) > 10


def test_a_lesson_still_converting_says_so(server, tmp_path):
    rel = "trainer-5/course-1/module-1/first"
    film = tmp_path / "long.avi"
    pattern = "testsrc2=s=1280x720:r=25:d=20"
    media.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern, "-c:v", "mpeg4", film)
    task_id = upload(server, rel, film).json()["task_id"]
    address = f"{server.url}/hls2/{rel}/output.m3u8"
    answer = requests.get(address, headers=bearer(play(rel), **WEB_HEADERS), timeout=10)
    assert (answer.status_code, refusal(answer)) == (404, "conversion_in_progress")
    assert int(answer.headers["Retry-After"]) > 0
    body = answer.json()
    assert body["task_id"] == task_id
    assert body["status"] in ("queued", "processing")
    assert 0 <= body["progress"] <= 1
    wait_for_task(server, task_id)
    assert requests.get(address, headers=bearer(play(rel), **WEB_HEADERS), timeout=10).status_code == 200


def test_a_second_upload_supersedes_one_that_waits(server, short_h264, tmp_path):
    rel = "trainer-5/course-1/module-1/superseded"
    film = tmp_path / "long.avi"
    pattern = "testsrc2=s=1280x720:r=25:d=15"
    media.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern, "-c:v", "mpeg4", film)
    blocker = upload(server, f"{rel}-other", film).json()["task_id"]
    first = upload(server, rel, short_h264).json()["task_id"]
    second = upload(server, rel, short_h264).json()["task_id"]
    assert wait_for_task(server, first)["status"] == "superseded"
    assert wait_for_task(server, second)["status"] == "completed"
    wait_for_task(server, blocker)


def test_an_upload_right_after_a_conversion_is_taken(server, tmp_path):
    """The finished one removes the directories it leaves empty, at the moment when the next one wants them."""
    film = media.make_h264(tmp_path / "tiny.mp4", seconds=1, size="160x120", bitrate="50k")

    def replace_again_and_again(trainer):
        for _ in range(40):
            answer = upload(server, f"{trainer}/course/module/lesson", film)
            statuses.append(answer.status_code)
            while answer.ok and task(server, answer.json()["task_id"])["status"] != "completed":
                time.sleep(0.001)

    statuses = []
    trainers = [threading.Thread(target=replace_again_and_again, args=(f"trainer-{n}",)) for n in (6, 7)]
    for trainer in trainers:
        trainer.start()
    for trainer in trainers:
        trainer.join(timeout=60)
    assert statuses == [202] * 80
