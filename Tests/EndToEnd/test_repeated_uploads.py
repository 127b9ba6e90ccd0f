"""Idempotency-Key: an upload that comes again is one upload, whatever happened to the first answer."""

import http.client
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from harness import multipart, tus
from harness.client import bearer, lesson_fields, refusal, service
from harness.fastcgi import FastCGIRequest
from harness.processes import Site
from harness.server import API_KEY, OTHER_API_KEY, wait_for
from harness.tokens import remember

LESSON, FLAT, COURSE = "/upload/lesson", "/upload", "/upload_presentation/course/{id}"
MODULE, LOOSE = "/upload_presentation/module/{id}/module-1", "/upload_presentation"
FORMS = [LESSON, FLAT, COURSE, MODULE, LOOSE]


class Upload:
    """One upload that a client may send as often as it likes."""

    def __init__(self, server, path: str, film: Path, name: str | None = None, credentials: str | None = None):
        self.server = server
        self.id = name or uuid.uuid4().hex[:12]
        self.path = path.format(id=self.id)
        self.rel = f"trainer-1/course-1/repeated/{self.id}"
        fields = {LESSON: lesson_fields(self.rel), FLAT: {"user_id": self.id}}.get(path, {})
        parts = [multipart.field(*each) for each in fields.items()]
        self.body = multipart.body(*parts, multipart.file("video", f"{self.id}.mp4", film.read_bytes()))
        self.headers = bearer(credentials or API_KEY) | {
            "Idempotency-Key": f'"{self.id}"',
            "Content-Type": multipart.CONTENT_TYPE,
        }

    def with_token(self, user: str = "trainer-1") -> "Upload":
        query = {"user_id": user, "type": "lesson", "rel": self.rel}
        if "course" in self.path:
            query = {"user_id": user, "type": "course", "course_id": self.id}
        self.headers |= bearer(upload_token(self.server, query))
        return self

    def send(self, body: bytes | None = None, **headers) -> requests.Response:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.post(
            self.server.url + self.path, headers=self.headers | headers, data=body or self.body, timeout=60
        )

    def send_head(self) -> http.client.HTTPResponse:
        """All but the body, and what that is answered."""
        address = urlsplit(self.server.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
        connection.putrequest("POST", self.path)
        for name, value in (self.headers | {"Content-Length": len(self.body)}).items():
            connection.putheader(name, str(value))
        connection.endheaders()
        return connection.getresponse()

    def tasks(self) -> list[str]:
        rel = f"{self.id}/{self.id}" if self.path == FLAT else self.rel
        answer = requests.get(f"{self.server.url}/api/tasks", params={"rel": rel}, headers=service(), timeout=10)
        return [task["task_id"] for task in answer.json()["tasks"]]


def upload_token(server, query: dict) -> str:
    issued = requests.get(f"{server.url}/api/get-upload-token", params=query, headers=service(), timeout=10)
    assert issued.status_code == 200, issued.text
    return remember(issued.json()["token"])


def said(answer: requests.Response) -> tuple:
    return answer.status_code, answer.json(), answer.headers.get("Location")


def assert_reused(answer: requests.Response) -> None:
    assert (answer.status_code, refusal(answer)) == (422, "idempotency_key_reused"), answer.text
    assert answer.json()["field"] == "Idempotency-Key"


@pytest.mark.parametrize("path", FORMS)
def test_a_repetition_is_answered_as_the_first(server, short_h264, path):
    upload = Upload(server, path, short_h264)
    first = upload.send()
    assert first.status_code in (201, 202), first.text
    # Without the quotes it is the same key; another boundary makes no other body.
    other = multipart.CONTENT_TYPE.replace("boundary=-", "boundary=")
    body = upload.body.replace(multipart.BOUNDARY.encode(), multipart.BOUNDARY[1:].encode())
    for again in [upload.send(Idempotency_Key=upload.id), upload.send(body, Content_Type=other)]:
        assert said(again) == said(first)
    if path in (LESSON, FLAT):
        assert upload.tasks() == [first.json()["task_id"]]


@pytest.mark.parametrize("path", FORMS)
def test_without_a_key_each_upload_is_one(server, short_h264, path):
    upload = Upload(server, path, short_h264)
    del upload.headers["Idempotency-Key"]
    assert [upload.send().status_code for _ in range(2)] in ([201, 201], [202, 202])
    if path in (LESSON, FLAT):
        assert len(upload.tasks()) == 2


@pytest.mark.parametrize("path", [LESSON, COURSE])
@pytest.mark.parametrize("who", ["token", "key"])
def test_a_repetition_costs_no_body_where_its_headers_name_its_target(server, short_h264, path, who):
    upload = Upload(server, path, short_h264)
    if who == "token":
        upload.with_token()
    if (path, who) == (LESSON, "key"):
        # The lesson stands in the form alone: to take this for a repetition would lose it.
        other = Upload(server, LESSON, short_h264, upload.id[:-1] + ("0" if upload.id[-1] != "0" else "1"))
        other.headers["Idempotency-Key"] = upload.headers["Idempotency-Key"]
        assert len(other.body) == len(upload.body) and upload.send().status_code == 202
        assert_reused(other.send())
        return
    first = upload.send()
    again = upload.send_head()
    assert again.status == first.status_code, again.read()
    assert again.read() == first.content
    assert again.headers.get("Location") == first.headers.get("Location")


@pytest.mark.parametrize("path", FORMS)
def test_another_upload_with_the_same_key_is_refused(server, short_h264, h264, path):
    upload = Upload(server, path, short_h264)
    assert upload.send().ok
    longer = Upload(server, path, h264, upload.id)
    assert_reused(longer.send())
    # As long, and something else inside; the last bytes of an MP4 are not needed to read it.
    altered = upload.body[: -len(multipart.END) - 10] + b"\0" + upload.body[-len(multipart.END) - 9 :]
    if path not in (COURSE, MODULE):
        assert_reused(upload.send(altered))
    # Another target, of which nothing comes.
    elsewhere = next(other for other in FORMS if other != path)
    stranger = Upload(server, elsewhere, short_h264)
    stranger.headers["Idempotency-Key"] = upload.headers["Idempotency-Key"]
    assert_reused(stranger.send())
    assert stranger.send_head().status == 422
    assert stranger.tasks() == []


def test_a_token_of_another_lesson_is_no_repetition(server, short_h264):
    upload = Upload(server, LESSON, short_h264).with_token()
    assert upload.send().status_code == 202
    other = Upload(server, LESSON, short_h264).with_token()
    other.headers["Idempotency-Key"] = upload.headers["Idempotency-Key"]
    assert other.send_head().status == 422
    assert_reused(other.send())


def test_a_user_with_a_new_token_is_the_same_caller(server, short_h264):
    upload = Upload(server, LESSON, short_h264).with_token()
    first = upload.send()
    assert said(upload.with_token().send()) == said(first)


def test_other_callers_have_keys_of_their_own(server, short_h264):
    upload = Upload(server, LESSON, short_h264)
    found = [upload.send()]
    found.append(upload.send(**bearer(OTHER_API_KEY)))
    found += [upload.with_token(user).send() for user in ("trainer-1", "trainer-2")]
    assert [answer.status_code for answer in found] == [202] * 4
    assert set(upload.tasks()) == {answer.json()["task_id"] for answer in found}
    assert len(upload.tasks()) == 4


@pytest.mark.parametrize("key", ['""', "two words", "a, b", '"open', "k" * 256, "clé".encode(), 'a"b'])
@pytest.mark.parametrize("path", [LESSON, "/upload/tus/"])
def test_what_is_no_key_is_refused(server, short_h264, key, path):
    if path == LESSON:
        answer = Upload(server, path, short_h264).send(Idempotency_Key=key)
    else:
        answer = tus.begin(server, 100, tus.lesson_metadata("t/c/m/l"), Idempotency_Key=key)
    assert (answer.status_code, refusal(answer)) == (400, "malformed_request")
    assert answer.json()["field"] == "Idempotency-Key"


def test_a_refused_upload_leaves_its_key_free(server, short_h264):
    upload = Upload(server, LESSON, short_h264)
    refused = upload.send(multipart.body(*[multipart.field(*each) for each in lesson_fields(upload.rel).items()]))
    assert refusal(refused) == "missing_field"
    assert upload.send().status_code == 202


def test_a_repetition_needs_the_same_rights(server, short_h264):
    upload = Upload(server, LESSON, short_h264).with_token("trainer-revoked")
    assert upload.send().status_code == 202
    requests.post(
        f"{server.url}/api/revoke", json={"user_id": "trainer-revoked"}, headers=service(), timeout=10
    ).raise_for_status()
    assert refusal(upload.send()) == "token_revoked"


def direct(site, upload: Upload, socket: str = "upload.sock", **more: str) -> FastCGIRequest:
    """The upload past nginx, so that its body can stop and its answer stay unread."""
    names = {"Authorization": "HTTP_AUTHORIZATION", "Idempotency-Key": "HTTP_IDEMPOTENCY_KEY"}
    parameters = {names.get(name, "CONTENT_TYPE"): value for name, value in upload.headers.items()}
    target = {"REQUEST_METHOD": "POST", "REQUEST_URI": upload.path, "CONTENT_LENGTH": str(len(upload.body))}
    return FastCGIRequest(site.directory / socket, parameters | target | more)


def is_under_way(site, upload: Upload) -> bool:
    """Asks as nginx does ahead of a body, which takes no key."""
    return "X-Answer-Status: 409" in direct(site, upload, "fastcgi.sock", ASKED_AHEAD="1").finish()


@pytest.mark.parametrize("path", [*FORMS, "/upload/tus/"])
def test_one_that_comes_while_the_first_is_under_way_waits(server, short_h264, path):
    upload = Upload(server, LESSON if "tus" in path else path, short_h264)
    first = direct(server, upload)
    first.send(upload.body[:1000])
    wait_for(lambda: is_under_way(server, upload), "the first to begin")
    if "tus" in path:
        key = {"Idempotency-Key": upload.headers["Idempotency-Key"]}
        answer = tus.begin(server, len(upload.body), tus.lesson_metadata(upload.rel), key)
    else:
        answer = upload.send()
    assert (answer.status_code, refusal(answer)) == (409, "idempotency_key_in_use")
    assert (answer.headers["Retry-After"], answer.json()["field"]) == ("2", "Idempotency-Key")
    # It breaks off, and its key is free again.
    first.close()
    wait_for(lambda: not is_under_way(server, upload), "the key to be free")
    assert upload.send().ok


def test_of_several_at_once_one_becomes_a_task(server, short_h264):
    upload = Upload(server, LESSON, short_h264)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: upload.send(), range(6)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    taken = {answer.json()["task_id"] for answer in answers if answer.status_code == 202}
    assert len(taken) == 1 and upload.tasks() == list(taken)
    assert upload.send().json()["task_id"] in taken


@pytest.fixture
def site(tmp_path):
    running = Site(tmp_path / "site", {"FOCUST_CONVERSION_JOBS": "0"}).start_nginx()
    yield running.start()
    running.stop()


def test_an_answer_that_was_never_read_is_given_after_a_crash(site, short_h264):
    """The process dies when the upload is stored, and its client has heard nothing."""
    upload, kept = Upload(site, LESSON, short_h264), Upload(site, COURSE, short_h264)
    before = kept.send()
    unread = direct(site, upload)
    unread.send(upload.body)
    unread.connection.sendall(b"\x01\x05\x00\x01\x00\x00\x00\x00")
    stored = wait_for(upload.tasks, "the task")
    site.kill()
    unread.close()
    site.start()
    again = upload.send()
    assert (again.status_code, [again.json()["task_id"]]) == (202, stored)
    assert upload.tasks() == stored
    assert said(kept.send()) == said(before)


# Resumable uploads.


def create(server, rel: str, length: int, key: str, body: bytes | None = None, **headers) -> requests.Response:
    content = {"Content_Type": tus.PART} if body is not None else {}
    return tus.begin(server, length, tus.lesson_metadata(rel), {"Idempotency-Key": key}, body, **content, **headers)


def test_a_creation_that_comes_again_leads_to_the_same_upload(server, short_h264):
    film, key = short_h264.read_bytes(), uuid.uuid4().hex
    rel = f"trainer-1/course-1/repeated/{key}"
    first = create(server, rel, len(film), key)
    address = first.headers["Location"]
    assert first.status_code == 201 and tus.send(address, 0, film[:1000]).status_code == 204
    again = create(server, rel, len(film), key)
    assert (again.status_code, again.headers["Location"]) == (201, address)
    assert again.headers["Upload-Offset"] == "1000"
    task = tus.send(address, 1000, film[1000:]).headers["Focust-Task-Id"]
    # Also when it is whole.
    finished = create(server, rel, len(film), key)
    assert (finished.headers["Location"], finished.headers["Focust-Task-Id"]) == (address, task)
    # What was given up, or expired, is begun anew.
    other = create(server, rel, len(film), key + "-2").headers["Location"]
    assert requests.delete(other, headers=tus.VERSION, timeout=10).status_code == 204
    anew = create(server, rel, len(film), key + "-2")
    assert (anew.status_code, anew.headers.get("Upload-Offset", "0")) == (201, "0")
    assert tus.offset(anew.headers["Location"]) == 0


def test_a_first_part_that_comes_again_is_taken_once(server, short_h264):
    film, key = short_h264.read_bytes(), uuid.uuid4().hex
    rel = f"trainer-1/course-1/repeated/{key}"
    answers = [create(server, rel, len(film), key, film[:2000]) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.headers["Upload-Offset"] for answer in answers] == ["2000", "2000"]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert tus.send(answers[0].headers["Location"], 2000, film[2000:]).headers["Focust-Task-Id"]


def test_another_creation_with_the_same_key_is_refused(server, short_h264):
    film, key = short_h264.read_bytes(), uuid.uuid4().hex
    rel = f"trainer-1/course-1/repeated/{key}"
    assert create(server, rel, len(film), key).status_code == 201
    assert_reused(create(server, rel, len(film) + 1, key))
    assert_reused(create(server, rel + "x", len(film), key))
    form = Upload(server, LESSON, short_h264, key)
    assert_reused(form.send())
    key = form.id + "-form"
    form.headers["Idempotency-Key"] = key
    assert form.send().status_code == 202
    assert_reused(create(server, rel, len(film), key))


def test_callers_with_the_same_key_have_uploads_of_their_own(server):
    key = uuid.uuid4().hex
    rel = f"trainer-1/course-1/repeated/{key}"
    token = upload_token(server, {"user_id": "trainer-1", "type": "lesson", "rel": rel})
    callers = [service(), bearer(OTHER_API_KEY), bearer(token)]
    answers = [create(server, rel, 1000, key, **caller) for caller in callers]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.headers["Location"] for answer in answers}) == 3


def test_a_creation_by_a_new_token_outlives_the_revoked_one(server):
    key = uuid.uuid4().hex
    rel = f"trainer-1/course-1/repeated/{key}"
    query = {"user_id": f"trainer-{key}", "type": "lesson", "rel": rel}
    begun = create(server, rel, 1000, key, **bearer(upload_token(server, query)))
    assert begun.status_code == 201 and tus.send(begun.headers["Location"], 0, b"x" * 10).status_code == 204
    requests.post(
        f"{server.url}/api/revoke", json={"user_id": query["user_id"]}, headers=service(), timeout=10
    ).raise_for_status()
    again = create(server, rel, 1000, key, **bearer(upload_token(server, query)))
    assert again.status_code == 201
    assert tus.send(again.headers["Location"], 0, b"x" * 10).status_code == 204


def test_a_restart_forgets_no_creation(site):
    first = create(site, "t/c/m/l", 1000, "key-1").headers["Location"]
    site.kill()
    site.start()
    assert create(site, "t/c/m/l", 1000, "key-1").headers["Location"] == first
