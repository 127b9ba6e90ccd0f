"""Resumable uploads (tus 1.0.0): a real client, and every rule and refusal one by one."""

import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import random
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from tusclient.client import TusClient

from harness import tus
from harness.client import bearer, refusal, service, task, wait_for_task
from harness.server import ORIGIN, wait_for
from harness.tokens import remember


def upload_token(server, **query) -> str:
    issued = requests.get(
        f"{server.url}/api/get-upload-token", params={"user_id": "trainer"} | query, headers=service(), timeout=10
    )
    assert issued.status_code == 200, issued.text
    return remember(issued.json()["token"])


def rel(name: str) -> str:
    return f"trainer-1/course-1/tus/{name}"


def original(server, name: str) -> bytes:
    folder = server.data / "originals" / rel(name)
    (stored,) = folder.iterdir()
    return stored.read_bytes()


def kept(server) -> list:
    return [path for path in (server.data / "uploads/.tus").iterdir() if not path.name.startswith(".")]


def begun_ones(server) -> list:
    """Without those whose making broke off: empty folders, which the sweep takes after a day."""
    return [folder for folder in kept(server) if (folder / "info").exists()]


def unfinished(server) -> list:
    return [folder for folder in kept(server) if (folder / "data").exists()]


# The way it should go.


@pytest.mark.parametrize("authorisation", ["api key", "token"])
def test_tuspy_uploads_a_lesson_in_parts(server, short_h264, authorisation):
    lesson = rel(f"tuspy-{authorisation.replace(' ', '-')}")
    token = None if authorisation == "api key" else upload_token(server, type="lesson", rel=lesson)
    client = TusClient(f"{server.url}/upload/tus/", headers=bearer(token) if token else service())
    names = ("trainer_id", "course_id", "module_id", "lesson_id")
    fields = dict(zip(names, lesson.split("/"), strict=True)) | {"filename": "Leçon 1.mp4", "filetype": "video/mp4"}
    uploader = client.uploader(str(short_h264), chunk_size=40_000, metadata=fields, upload_checksum=True)
    uploader.upload()
    answer = tus.look(uploader.url)
    assert answer.headers["Upload-Offset"] == answer.headers["Upload-Length"] == str(short_h264.stat().st_size)
    finished = wait_for_task(server, answer.headers["Focust-Task-Id"])
    assert (finished["status"], finished["rel"], finished["filename"]) == ("completed", lesson, "Leçon 1.mp4")
    assert original(server, lesson.rsplit("/", 1)[1]) == short_h264.read_bytes()
    status = requests.get(
        answer.headers["Focust-Status-Url"], headers=bearer(token) if token else service(), timeout=10
    )
    assert status.json()["status"] == "completed"


def test_the_first_part_may_come_with_the_creation(server, short_h264):
    film = short_h264.read_bytes()
    answer = tus.begin(
        server, len(film), tus.lesson_metadata(rel("with-upload")), body=film[:5000], Content_Type=tus.PART
    )
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "5000")
    last = tus.send(answer.headers["Location"], 5000, film[5000:])
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(film)))
    assert wait_for_task(server, last.headers["Focust-Task-Id"])["status"] == "completed"
    whole = tus.begin(server, len(film), tus.lesson_metadata(rel("at-once")), body=film, Content_Type=tus.PART)
    assert wait_for_task(server, whole.headers["Focust-Task-Id"])["status"] == "completed"


@pytest.mark.parametrize("kind", ["course", "module"])
def test_presentations_come_in_parts_too(server, short_h264, kind):
    ids = {"course_id": "tus-course"} | ({"module_id": "tus-module"} if kind == "module" else {})
    token = upload_token(server, type=kind, **ids)
    text = tus.metadata(type=kind, filename="welcome.mp4", **ids)
    film = short_h264.read_bytes()
    begun = tus.begin(server, len(film), text, bearer(token))
    last = tus.send(begun.headers["Location"], 0, film)
    assert last.status_code == 204, last.text
    assert requests.get(last.headers["Focust-File-Url"], timeout=10).status_code == 200
    bad = tus.begin(server, 4, text).headers["Location"]
    assert refusal(tus.send(bad, 0, b"text")) == "unsupported_media"
    assert tus.look(bad).status_code == 404


def test_what_is_no_video_becomes_a_task_that_says_so(server):
    url = tus.begun(server, rel("no-video"), 9)
    last = tus.send(url, 0, b"plaintext")
    assert last.status_code == 204
    ended = task(server, last.headers["Focust-Task-Id"])
    assert (ended["status"], ended["error"]["code"]) == ("failed", "unsupported_media")
    assert ended["error"]["message"].startswith("This is not a video file that can be read: ")
    for path, find in (("", lambda said: said), (f"?rel={rel('no-video')}", lambda said: said["tasks"][0])):
        address = f"{server.url}/api/tasks{path or '/' + ended['task_id']}"
        french = requests.get(address, headers=service() | {"Accept-Language": "fr"}, timeout=10).json()
        error = find(french)["error"]
        assert error["code"] == "unsupported_media"
        assert error["message"].startswith("Ce n’est pas un fichier vidéo qui puisse être lu")
    assert tus.look(url).headers["Focust-Task-Id"] == last.headers["Focust-Task-Id"]
    assert not (server.data / "uploads" / rel("no-video")).exists()


def test_the_method_may_be_said_in_a_header(server):
    url = tus.begun(server, rel("override"), 10)
    sent = tus.VERSION | {"Upload-Offset": "0", "Content-Type": tus.PART}
    answer = requests.post(url, headers=sent | {"X-HTTP-Method-Override": "PATCH"}, data=b"12345", timeout=10)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "5")
    answer = requests.post(url, headers=tus.VERSION | {"X-HTTP-Method-Override": "DELETE"}, timeout=10)
    assert answer.status_code == 204
    assert tus.look(url).status_code == 404


def test_a_browser_is_given_leave(server):
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}
    for path in ("/upload/tus/", "/upload/tus/" + "0" * 32):
        answer = requests.options(server.url + path, headers=asked, timeout=10)
        assert answer.status_code == 204
        assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
        assert "Upload-Metadata" in answer.headers["Access-Control-Allow-Headers"]
        assert answer.headers["Tus-Max-Size"] == "2147483648"
    answer = tus.begin(server, 5, tus.lesson_metadata(rel("cors")), Origin=ORIGIN)
    assert "Location" in answer.headers["Access-Control-Expose-Headers"]
    answer = tus.look(answer.headers["Location"], Origin=ORIGIN)
    assert "Focust-Task-Id" in answer.headers["Access-Control-Expose-Headers"]
    other = requests.options(
        server.url + "/upload/tus/", headers=asked | {"Origin": "https://evil.example"}, timeout=10
    )
    assert "Access-Control-Allow-Origin" not in other.headers


# What is refused.


BAD_METADATA = [
    ("", "malformed_request", "Upload-Metadata"),
    ("filename", "missing_field", "filename"),
    ("filename Zg", "malformed_request", "filename"),
    ("filename Zh==", "malformed_request", "filename"),
    ("filename /w==", "malformed_request", "filename"),
    ("filename Zg== Zg==", "malformed_request", "Upload-Metadata"),
    ("filename Zg==,filename Zg==", "malformed_request", "filename"),
    (",filename Zg==", "malformed_request", "Upload-Metadata"),
    (tus.lesson_metadata(rel("x"), filename="../.."), "invalid_filename", "filename"),
    (tus.lesson_metadata(rel("x"), filename="film.exe"), "unsupported_media", "filename"),
    (tus.lesson_metadata("a/b/c/.."), "invalid_id", "lesson_id"),
    (tus.lesson_metadata("a/b/c/\x00d"), "invalid_id", "lesson_id"),
    (tus.metadata(filename="a.mp4", trainer_id="t"), "missing_field", "course_id"),
    (tus.lesson_metadata(rel("x"), type="film"), "invalid_type", "type"),
    (
        tus.lesson_metadata(rel("x"), success_callback_url="http://evil.example/"),
        "invalid_callback",
        "success_callback_url",
    ),
    (tus.lesson_metadata(rel("x"), more="m" * 2100), "malformed_request", "more"),
    (tus.lesson_metadata(rel("x"), a="m" * 2000, b="m" * 2000, c="m" * 1500), "malformed_request", "Upload-Metadata"),
]


@pytest.mark.parametrize("text,error,field", BAD_METADATA)
def test_metadata_is_read_strictly(server, text, error, field):
    before = len(kept(server))
    answer = tus.begin(server, 10, text)
    assert (answer.status_code, refusal(answer), answer.json()["field"]) == (400, error, field)
    assert len(kept(server)) == before


@pytest.mark.parametrize(
    "changes,status,error",
    [
        ({"Tus_Resumable": None}, 412, "unsupported_version"),
        ({"Tus_Resumable": "0.2.2"}, 412, "unsupported_version"),
        ({"Upload_Length": None}, 400, "missing_field"),
        ({"Upload_Length": "0"}, 400, "malformed_request"),
        ({"Upload_Length": "+5"}, 400, "malformed_request"),
        ({"Upload_Length": "9" * 19}, 400, "malformed_request"),
        ({"Upload_Length": "2147483649"}, 413, "too_large"),
        ({"Upload_Length": None, "Upload_Defer_Length": "1"}, 400, "malformed_request"),
        ({"Upload_Concat": "partial"}, 400, "malformed_request"),
        ({"Authorization": None}, 401, "unauthorized"),
        ({"Authorization": "Bearer wrong"}, 401, "unauthorized"),
        ({"body": b"12345", "Content_Type": "text/plain"}, 415, "unsupported_content_type"),
        ({"body": b"12345678901", "Content_Type": tus.PART}, 413, "too_large"),
        (
            {"body": b"12345", "Content_Type": tus.PART, "Upload_Checksum": tus.checksum(b"other")},
            460,
            "checksum_mismatch",
        ),
    ],
)
def test_creations_are_refused(server, changes, status, error):
    before = len(kept(server))
    answer = tus.begin(server, 10, tus.lesson_metadata(rel("x")), **changes)
    assert (answer.status_code, refusal(answer)) == (status, error)
    assert len(kept(server)) == before


@pytest.mark.parametrize(
    "offset,body,headers,status,error",
    [
        (0, b"1", {}, 409, "offset_conflict"),
        (6, b"1", {}, 409, "offset_conflict"),
        (-1, b"1", {}, 400, "malformed_request"),
        (5, b"1", {"Upload_Offset": None}, 400, "missing_field"),
        (5, b"123456", {}, 413, "too_large"),
        (5, iter([b"123", b"456"]), {}, 413, "too_large"),
        (5, b"1", {"Content_Type": "video/mp4"}, 415, "unsupported_content_type"),
        (5, b"1", {"Tus_Resumable": None}, 412, "unsupported_version"),
        (5, b"1", {"Upload_Checksum": "md5 1B2M2Y8AsgTpgAmY7PhCfg=="}, 400, "malformed_request"),
        (5, b"1", {"Upload_Checksum": "sha1 AAAA"}, 400, "malformed_request"),
        (5, b"1", {"Upload_Checksum": tus.checksum(b"2")}, 460, "checksum_mismatch"),
        (5, b"1", {"Upload_Checksum": tus.checksum(b"2", "sha256")}, 460, "checksum_mismatch"),
        (5, b"1", {"Origin": "https://evil.example"}, 403, "referrer_forbidden"),
    ],
)
def test_a_part_that_is_refused_leaves_nothing(server, offset, body, headers, status, error):
    url = tus.begun(server, rel("refused"), 10)
    assert tus.send(url, 0, b"12345", Upload_Checksum=tus.checksum(b"12345", "sha256")).status_code == 204
    answer = tus.send(url, offset, body, **headers)
    assert (answer.status_code, refusal(answer)) == (status, error)
    assert tus.offset(url) == 5
    assert requests.delete(url, headers=tus.VERSION, timeout=10).status_code == 204


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
@pytest.mark.parametrize("version", [{}, {"Tus-Resumable": "0.2.2"}])
def test_a_request_of_another_version_changes_nothing(server, method, version):
    url = tus.begun(server, rel("version"), 10)
    answer = requests.request(method, url, headers=version, timeout=10)
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert tus.offset(url) == 0
    assert requests.delete(url, headers=tus.VERSION, timeout=10).status_code == 204


def test_unknown_addresses_lead_nowhere(server):
    for name in ("0" * 32, "0" * 31, "..", "%2e%2e", "A" * 32, "0" * 33):
        prepared = requests.Request("HEAD", server.url, headers=tus.VERSION).prepare()
        prepared.url = f"{server.url}/upload/tus/{name}"
        assert requests.Session().send(prepared, timeout=10).status_code in (400, 404)
    assert requests.get(f"{server.url}/upload/tus/{'0' * 32}", timeout=10).status_code == 405
    assert refusal(tus.send(f"{server.url}/upload/tus/{'0' * 32}", 0, b"1")) == "not_found"
    assert requests.delete(f"{server.url}/upload/tus/{'0' * 32}", headers=tus.VERSION, timeout=10).status_code == 404


def test_a_token_opens_its_own_target_until_it_is_revoked(server):
    token = upload_token(server, type="lesson", rel=rel("own"))
    assert refusal(tus.begin(server, 9, tus.lesson_metadata(rel("other")), bearer(token))) == "token_mismatch"
    text = tus.metadata(type="course", course_id="course-1", filename="a.mp4")
    assert refusal(tus.begin(server, 9, text, bearer(token))) == "token_mismatch"
    own = tus.lesson_metadata(rel("own"))
    assert refusal(tus.begin(server, 9, own, bearer(token), Origin="https://evil.example")) == "referrer_forbidden"
    url = tus.begin(server, 9, own, bearer(token), Origin=ORIGIN).headers["Location"]
    assert tus.send(url, 0, b"12345").status_code == 204
    revoked = requests.post(f"{server.url}/api/revoke", json={"rel": rel("own")}, headers=service(), timeout=10)
    assert revoked.status_code == 200, revoked.text
    assert refusal(tus.send(url, 5, b"6789")) == "token_revoked"
    assert tus.look(url).status_code == 403
    assert requests.delete(url, headers=tus.VERSION, timeout=10).status_code == 403
    assert refusal(tus.begin(server, 9, own, bearer(token))) == "token_revoked"


def test_a_deleted_lesson_takes_its_unfinished_uploads_along(server):
    url = tus.begun(server, rel("deleted"), 9)
    other = tus.begun(server, rel("deleted-not"), 9)
    assert (
        requests.delete(f"{server.url}/api/lessons/{rel('deleted')}", headers=service(), timeout=10).status_code
        == 200
    )
    assert tus.look(url).status_code == 404
    assert tus.offset(other) == 0


def test_an_upload_that_rested_too_long_is_over(own_server):
    server = own_server()
    url = tus.begun(server, rel("rested"), 9)
    (folder,) = kept(server)
    day_ago = time.time() - 24 * 3600 - 60
    os.utime(folder / "data", (day_ago, day_ago))
    assert tus.look(url).status_code == 410
    assert refusal(tus.send(url, 0, b"123")) == "upload_expired"
    assert requests.delete(url, headers=tus.VERSION, timeout=10).status_code == 410
    restart_believing_the_clock(server)
    wait_for(lambda: not kept(server), "the sweep")


def restart_believing_the_clock(server, steady_seconds: int = 2 * 86400) -> None:
    """As if the process before had seen the clock go on for so long."""
    server.stop()
    (server.data / "state/clock").write_text(f"{int(time.time())} {steady_seconds}")
    server.start()


@pytest.mark.parametrize("days", [1, 365])
def test_a_clock_that_may_be_ahead_removes_no_upload(own_server, days):
    server = own_server()
    url = tus.begun(server, rel("ahead"), 9)
    assert tus.send(url, 0, b"123").status_code == 204
    (folder,) = kept(server)
    now = time.time()
    for name in ("info", "data"):
        os.utime(folder / name, (now - days * 86400 - 60,) * 2)
    restart_believing_the_clock(server, 3600)
    # The sweep is over once the process has ended in order.
    assert server.stop() == 0
    assert kept(server) == [folder]
    os.utime(folder / "info", (now, now))
    os.utime(folder / "data", (now, now))
    server.start()
    assert tus.offset(url) == 3


def folder_of(server, lesson: str):
    """Of the lesson's one upload."""
    (folder,) = (each for each in kept(server) if lesson in json.loads((each / "info").read_bytes()).values())
    return folder


def begin_days_ago(folder, days: float) -> None:
    os.utime(folder / "info", (time.time() - days * 86400 - 60,) * 2)


def test_an_upload_is_over_a_week_after_it_began_whatever_comes(own_server):
    server = own_server()
    url, young = (tus.begun(server, rel(name), 9) for name in ("old", "young"))
    old = folder_of(server, rel("old"))
    begin_days_ago(folder_of(server, rel("young")), 6)
    slow = tus.Slow(url, 0, 9)
    slow.send(b"1")
    wait_for(lambda: (old / "data").stat().st_size == 1, "the part to begin")
    begin_days_ago(old, 7)
    assert slow.answer().status == 410
    slow.drop()
    assert tus.look(url).status_code == 410
    assert refusal(tus.send(url, 1, b"2")) == "upload_expired"
    assert tus.send(young, 0, b"1").status_code == 204
    restart_believing_the_clock(server)
    wait_for(lambda: old not in kept(server), "the sweep")
    assert tus.offset(young) == 1


def test_a_new_upload_ends_the_open_one_of_its_caller_and_target(server):
    lesson = rel("again")
    own = bearer(upload_token(server, type="lesson", rel=lesson))
    other_caller, other_lesson = tus.begun(server, lesson, 9), tus.begun(server, rel("again-not"), 9)

    def begin_again():
        return tus.begin(server, 9, tus.lesson_metadata(lesson), own).headers["Location"]

    first = begin_again()
    second = begin_again()
    assert tus.look(first).status_code == 404
    assert refusal(tus.send(first, 0, b"1")) == "not_found"
    assert [tus.offset(url) for url in (other_caller, other_lesson, second)] == [0, 0, 0]
    third = tus.begun(server, lesson, 9)
    assert tus.look(other_caller).status_code == 404
    assert [tus.offset(url) for url in (other_lesson, second, third)] == [0, 0, 0]


def remove_by_a_new_one(server, lesson: str) -> None:
    tus.begun(server, lesson, 9)


def remove_by_deletion(server, lesson: str) -> None:
    assert requests.delete(f"{server.url}/api/lessons/{lesson}", headers=service(), timeout=10).ok


@pytest.mark.parametrize("remove", [remove_by_a_new_one, remove_by_deletion])
@pytest.mark.parametrize("more", [{}, {"Upload_Checksum": tus.checksum(b"123456789")}])
def test_a_part_of_an_upload_that_is_removed_ends(server, remove, more):
    lesson = rel("removed")
    url = tus.begun(server, lesson, 9)
    data = folder_of(server, lesson) / "data"
    slow = tus.Slow(url, 0, 9, **more)
    slow.send(b"1")
    wait_for(lambda: data.stat().st_size == 1, "the part to begin")
    remove(server, lesson)
    assert slow.answer().status == 404
    slow.drop()
    assert not data.exists()


def test_a_whole_upload_is_not_ended_by_a_new_one(server, short_h264):
    lesson, film = rel("whole"), short_h264.read_bytes()
    url = tus.begun(server, lesson, len(film))
    assert tus.send(url, 0, film).status_code == 204
    tus.begun(server, lesson, 9)
    assert wait_for_task(server, tus.look(url).headers["Focust-Task-Id"])["status"] == "completed"


def test_one_upload_is_open_whoever_creates_at_once_and_dies(own_server):
    server = own_server(FOCUST_CONVERSION_JOBS="0")
    lesson = rel("at-once")

    def begin(_):
        with contextlib.suppress(requests.RequestException):
            return tus.begin(server, 9, tus.lesson_metadata(lesson), body=b"1", Content_Type=tus.PART).status_code

    with ThreadPoolExecutor(4) as pool:
        # A part that came with a creation is refused where the next creation was quicker than its first byte.
        assert set(pool.map(begin, range(16))) <= {201, 404}
        assert len(kept(server)) == 1
        for _ in range(4):
            answers = [pool.submit(begin, number) for number in range(16)]
            answers[0].result()
            os.kill(server.app_pid(), signal.SIGKILL)
            for answer in answers:
                answer.result()
            server.process.wait(timeout=30)
            server.start()
            assert len(begun_ones(server)) <= 1
    begin(None)
    assert len(begun_ones(server)) == 1


def test_no_room_no_upload(own_server):
    server = own_server(FOCUST_MIN_FREE_BYTES=str(1 << 50))
    assert refusal(tus.begin(server, 9, tus.lesson_metadata(rel("room")))) == "insufficient_storage"


def test_names_of_uploads_are_in_no_log(server):
    url = tus.begun(server, rel("log"), 9)
    tus.send(url, 3, b"1")
    name = url.rsplit("/", 1)[1]
    wait_for(lambda: any("/upload/tus/" in text for text in server.logs().values()), "the log")
    assert not [path for path, text in server.logs().items() if name in text]
    assert name not in str(kept(server))


# Networks and processes that break.


def test_what_came_before_a_break_counts(server):
    url = tus.begun(server, rel("broken"), 300_000)
    part = tus.Slow(url, 0, 300_000)
    part.send(b"a" * 100_000)
    # nginx forgets what it reads together with the end of the connection.
    wait_for(lambda: any((folder / "data").stat().st_size == 100_000 for folder in unfinished(server)), "the bytes")
    part.drop()
    assert tus.offset(url) == 100_000
    had = tus.offset(url)
    part = tus.Slow(url, had, 50_000, Upload_Checksum=tus.checksum(b"b" * 50_000))
    part.send(b"b" * 20_000)
    part.drop()
    wait_for(lambda: tus.look(url).status_code == 200, "the other's end")
    assert tus.offset(url) == had


def test_the_newer_of_two_writers_goes_on(server):
    url = tus.begun(server, rel("two"), 100_000)
    old = tus.Slow(url, 0, 100_000)
    old.send(b"a" * 50_000)
    # As a phone does that lost its network: the old connection is not closed, and says no more.
    had = tus.offset(url)
    assert tus.send(url, had, b"b" * 1000).status_code == 204
    # Told so, or cut off: the body it announced will never be whole.
    with contextlib.suppress(http.client.RemoteDisconnected):
        assert old.answer().status == 423
    old.drop()
    assert tus.offset(url) == had + 1000


def test_slow_uploads_leave_threads_for_the_others(own_server):
    server = own_server(FOCUST_UPLOAD_THREADS="4")
    urls = [tus.begun(server, rel(f"slow-{number}"), 10) for number in range(4)]
    slow = [tus.Slow(url, 0, 10) for url in urls[:3]]
    for part in slow:
        part.send(b"1")
    wait_for(
        lambda: len([f for f in unfinished(server) if (f / "data").stat().st_size]) == 3, "three parts under way"
    )
    answer = tus.send(urls[3], 0, b"12345")
    assert (answer.status_code, refusal(answer)) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert tus.look(urls[3]).status_code == 200
    for part in slow:
        part.drop()
    wait_for(lambda: tus.send(urls[3], 0, b"12345").status_code == 204, "a slot")


@pytest.mark.parametrize("method", ["OPTIONS", "PATCH", "POST", "GET", "DELETE"])
@pytest.mark.parametrize(
    "body", ["Content-Length: 1000000000\r\n\r\n1", "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"]
)
def test_bodies_of_nobody_that_never_end_hold_no_thread(own_server, method, body):
    server = own_server(FOCUST_UPLOAD_THREADS="2")
    url = tus.begun(server, rel("honest"), 10)
    with contextlib.ExitStack() as stack:
        for _ in range(6):
            stranger = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            # None of what tus clients say, and a first byte of what is never to come.
            stranger.sendall(f"{method} /upload/tus/x HTTP/1.1\r\nHost: x\r\n{body}".encode())
        answer = requests.head(url, headers=service() | tus.VERSION, timeout=20)
    assert answer.status_code == 200


def test_few_wait_for_an_upload_that_another_has(own_server):
    """Who knows one address would else hold all threads by asking for it again and again."""
    server = own_server(FOCUST_UPLOAD_THREADS="4")
    url = tus.begun(server, rel("held"), 10)
    (folder,) = unfinished(server)
    with (folder / "info").open() as info, ThreadPoolExecutor(4) as pool:
        fcntl.flock(info, fcntl.LOCK_EX)
        answers = [pool.submit(tus.look, url) for _ in range(4)]
        wait_for(lambda: sum(each.done() for each in answers) == 3, "all but one to be answered")
        fcntl.flock(info, fcntl.LOCK_UN)
    assert sorted(each.result().status_code for each in answers) == [200, 423, 423, 423]


def test_a_part_counts_as_an_upload_at_once_and_a_preflight_does_not(own_server):
    server = own_server(FOCUST_UPLOADS_AT_ONCE="1", FOCUST_TRUSTED_ADDRESSES="192.0.2.1")
    url, other = tus.begun(server, rel("counted"), 10), tus.begun(server, rel("counted-2"), 10)
    part = tus.Slow(url, 0, 10)
    part.send(b"1")
    wait_for(lambda: any((folder / "data").stat().st_size for folder in unfinished(server)), "the part under way")
    assert requests.options(url, data=b"x" * 100, timeout=20).status_code == 204
    assert tus.look(other).status_code == 429
    part.drop()
    wait_for(lambda: tus.look(other).status_code == 200, "the end of the part")


def resume(server, url: str, film: bytes, dice: random.Random) -> str:
    """Sends what is missing, cut off at random places; answers the task's id."""
    while True:
        answer = tus.look(url)
        if answer.status_code != 200:
            time.sleep(0.05)
            continue
        if "Focust-Task-Id" in answer.headers:
            return answer.headers["Focust-Task-Id"]
        offset = int(answer.headers["Upload-Offset"])
        part = film[offset:]
        if dice.random() < 0.6:
            slow = tus.Slow(url, offset, len(part))
            slow.send(part[: dice.randrange(1, len(part) + 1)])
            slow.drop()
        else:
            tus.send(url, offset, part)


def kill_while(server, seconds: float) -> None:
    """kill -9 after a while, and the same settings started again."""
    time.sleep(seconds)
    os.kill(server.app_pid(), signal.SIGKILL)


@pytest.mark.parametrize("count", [int(os.environ.get("FOCUST_RESUMED_UPLOADS", "6"))])
def test_uploads_survive_cuts_and_kills(own_server, short_h264, count):
    server = own_server(FOCUST_CONVERSION_JOBS="0")
    film = short_h264.read_bytes() + os.urandom(2_000_000)
    dice = random.Random(8)
    problems = []
    for number in range(count):
        url = tus.begun(server, rel(f"killed-{number}"), len(film))
        acknowledged = 0
        while True:
            killer = threading.Thread(target=kill_while, args=(server, dice.uniform(0, 0.15)))
            killer.start()
            step = dice.randrange(50_000, len(film))
            try:
                offset = tus.offset(url)
                if offset < acknowledged:
                    problems.append(f"{number}: {acknowledged} was acknowledged, {offset} is there")
                answer = tus.send(url, offset, film[offset : offset + step])
                if answer.status_code == 204:
                    acknowledged = int(answer.headers["Upload-Offset"])
            except (requests.RequestException, AssertionError):
                pass
            killer.join()
            server.process.wait(timeout=30)
            server.start()
            if tus.offset(url) == len(film):
                break
        identity = resume(server, url, film, dice)
        tasks = requests.get(
            f"{server.url}/api/tasks", params={"rel": rel(f"killed-{number}")}, headers=service(), timeout=10
        )
        if [each["task_id"] for each in tasks.json()["tasks"]] != [identity]:
            problems.append(f"{number}: {tasks.json()}")
        (stored,) = (server.data / "uploads" / rel(f"killed-{number}")).iterdir()
        if hashlib.sha256(stored.read_bytes()).digest() != hashlib.sha256(film).digest():
            problems.append(f"{number}: other bytes")
    assert problems == []
