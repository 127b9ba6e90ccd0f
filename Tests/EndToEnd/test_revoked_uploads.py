"""A token that is revoked while its upload goes on: the upload ends, and nothing of it is kept or published."""

import fcntl
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest
import requests

from harness import multipart, tus
from harness.client import bearer, lesson_fields, refusal, service
from harness.fastcgi import FastCGIRequest
from harness.server import SECRET_KEY, wait_for
from harness.tokens import remember

USER = "trainer-7"


def rel(name: str) -> str:
    return f"trainer-7/course-7/revoked/{name}"


def upload_token(server, **query) -> str:
    issued = requests.get(
        f"{server.url}/api/get-upload-token", params={"user_id": USER} | query, headers=service(), timeout=10
    )
    assert issued.status_code == 200, issued.text
    return remember(issued.json()["token"])


def claims(token: str) -> dict:
    return jwt.decode(token, SECRET_KEY, algorithms=["HS256"], options={"verify_iat": False})


def revoke(server, **subject):
    answer = requests.post(f"{server.url}/api/revoke", json=subject, headers=service(), timeout=10)
    assert answer.status_code == 200, answer.text


def subject(token: str, name: str, by: str) -> dict:
    return {"jti": {"jti": claims(token)["jti"]}, "user_id": {"user_id": USER}, "rel": {"rel": rel(name)}}[by]


def tasks(server, name: str) -> list:
    answer = requests.get(f"{server.url}/api/tasks", params={"rel": rel(name)}, headers=service(), timeout=10)
    return answer.json()["tasks"]


def received(server) -> int:
    """Bytes of uploads of any kind that are on disk."""
    return sum(path.stat().st_size for path in (server.data / "uploads").rglob("*") if path.name == "data")


@pytest.mark.parametrize("by", ["jti", "user_id", "rel"])
def test_a_part_that_comes_in_ends_when_its_token_is_revoked(server, short_h264, by):
    name = f"part-{by}"
    token = upload_token(server, type="lesson", rel=rel(name))
    film = short_h264.read_bytes()
    before = received(server)
    begun = tus.begin(server, len(film), tus.lesson_metadata(rel(name)), bearer(token))
    slow = tus.Slow(begun.headers["Location"], 0, len(film))
    slow.send(film[:4000])
    wait_for(lambda: received(server) == before + 4000, "the first bytes")
    revoke(server, **subject(token, name, by))
    # Nothing more is sent, and still there is an answer.
    slow.connection.sock.settimeout(5)
    answer = slow.answer()
    assert (answer.status, b"token_revoked" in answer.read()) == (403, True)
    slow.drop()
    assert received(server) == before
    assert refusal(tus.send(begun.headers["Location"], 4000, film[4000:])) == "token_revoked"
    assert tasks(server, name) == []


def test_a_neighbours_part_goes_on(server, short_h264):
    film = short_h264.read_bytes()
    token = upload_token(server, type="lesson", rel=rel("neighbour"))
    begun = tus.begin(server, len(film), tus.lesson_metadata(rel("neighbour")), bearer(token))
    slow = tus.Slow(begun.headers["Location"], 0, len(film))
    slow.send(film[:4000])
    revoke(server, rel=rel("neighbours"))
    revoke(server, user_id=USER + "7")
    slow.send(film[4000:])
    assert slow.answer().status == 204
    assert len(tasks(server, "neighbour")) == 1


@pytest.mark.parametrize("by", ["jti", "user_id", "rel"])
def test_a_form_that_comes_in_ends_when_its_token_is_revoked(server, short_h264, by):
    """On the upload socket itself: nginx hands a form over as a whole."""
    name = f"form-{by}"
    token = upload_token(server, type="lesson", rel=rel(name))
    fields = [multipart.field(key, value) for key, value in lesson_fields(rel(name)).items()]
    body = multipart.body(*fields, multipart.file("video", "film.mp4", short_h264.read_bytes()))
    staging = server.data / "uploads/.staging"

    def staged():
        return [path for path in staging.iterdir() if path.stat().st_size]

    wait_for(lambda: not staged(), "other uploads to end")
    request = form_request(server, "/upload/lesson", token, len(body))
    # More than is read at a time.
    request.send(body[:300_000])
    wait_for(staged, "the first bytes")
    revoke(server, **subject(token, name, by))
    request.send(body[300_000:])
    text = request.finish()
    request.close()
    assert "403" in text.splitlines()[0] and "token_revoked" in text
    assert not staged() and tasks(server, name) == []
    assert not (server.data / "uploads" / rel(name)).exists()


def form_request(server, path: str, token: str, length: int) -> FastCGIRequest:
    parameters = {
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": multipart.CONTENT_TYPE,
        "CONTENT_LENGTH": str(length),
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "REMOTE_ADDR": "127.0.0.1",
    }
    return FastCGIRequest(server.app_socket("upload.sock"), parameters)


@pytest.mark.parametrize("kind", ["form", "resumable"])
def test_what_is_revoked_elsewhere_is_asked_for_in_the_transaction_that_queues(server, short_h264, kind):
    """By another process, whose revocation this one has not read yet: the database alone knows."""
    name = f"queued-{kind}"
    token = upload_token(server, type="lesson", rel=rel(name))
    film = short_h264.read_bytes()
    waiting = server.data / "uploads" / rel(name)
    database = sqlite3.connect(server.data / "state/focust.db", isolation_level=None, timeout=30)
    upload = begin_upload(server, token, name, film, kind)
    database.execute("BEGIN IMMEDIATE")
    answer = upload.finish(wait=lambda: waiting.exists() and any(waiting.iterdir()))
    now = int(time.time() * 1000)
    database.execute(
        "INSERT INTO revocation (kind, target, revoked_at, expires_at) VALUES ('jti', ?, ?, ?)",
        (claims(token)["jti"], now, now + 10**9),
    )
    database.execute("COMMIT")
    database.close()
    assert refusal(answer()) == "token_revoked"
    assert tasks(server, name) == []
    assert not waiting.exists() or not any(waiting.iterdir())


class Upload:
    """A request on a thread of its own, of which the test knows how far it is."""

    def __init__(self, send):
        self.send = send

    def finish(self, wait):
        pool = ThreadPoolExecutor(1)
        future = pool.submit(self.send)
        wait_for(lambda: future.done() or wait(), "the upload to come so far", 30, 0.01)
        assert not future.done(), future.result().text
        return lambda: future.result(timeout=60)


def begin_upload(server, token, name, film, kind) -> Upload:
    if kind == "resumable":
        begun = tus.begin(server, len(film), tus.lesson_metadata(rel(name)), bearer(token))
        return Upload(lambda: tus.send(begun.headers["Location"], 0, film))
    address = f"{server.url}/upload/lesson"
    files = {"video": ("film.mp4", film, "video/mp4")}
    return Upload(
        lambda: requests.post(address, headers=bearer(token), data=lesson_fields(rel(name)), files=files, timeout=60)
    )


def test_a_presentation_is_asked_for_under_its_lock(server, short_h264):
    token = upload_token(server, type="course", course_id="course-revoked")
    address = f"{server.url}/upload_presentation/course/course-revoked"
    film = short_h264.read_bytes()

    def send():
        files = {"video": ("film.mp4", film, "video/mp4")}
        return requests.post(address, headers=bearer(token), files=files, timeout=60)

    published = server.data / "presentation_videos/courses/course-revoked"
    lock = (server.data / "presentation_videos/.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    inode = Path(lock.name).stat().st_ino
    answer = Upload(send).finish(wait=lambda: is_waited_for(inode))
    revoke(server, user_id=USER)
    lock.close()
    assert refusal(answer()) == "token_revoked"
    assert not published.exists() or not any(published.iterdir())
    token = upload_token(server, type="course", course_id="course-revoked")
    assert send().status_code == 201


def is_waited_for(inode: int) -> bool:
    """Whether a process waits for the lock of that file (proc_locks(5))."""
    lines = Path("/proc/locks").read_text().splitlines()
    return any(" -> " in line and f":{inode} " in line for line in lines)


@pytest.mark.parametrize("ahead,error", [(3600, "token_invalid"), (86400 * 400, "token_invalid"), (10, None)])
def test_an_upload_token_dated_in_the_future_is_refused(server, ahead, error):
    now = int(time.time())
    made = {"sub": "upload", "platform": "upload", "user_id": USER, "type": "lesson", "rel": rel("future")}
    token = remember(jwt.encode(made | {"iat": now + ahead, "exp": now + ahead + 600}, SECRET_KEY))
    answer = tus.begin(server, 9, tus.lesson_metadata(rel("future")), bearer(token))
    assert (answer.status_code, answer.status_code == 201 or refusal(answer)) == (
        (403, error) if error else (201, True)
    )
