"""Uploads that are refused: each with its error and field, and nothing left on disk."""

import itertools
import os
import re
import socket

import pytest
import requests

from harness.client import lesson_fields, refusal, service, upload, wait_for_task
from harness.fastcgi import FastCGIRequest, upload_parameters
from harness.multipart import BOUNDARY, CONTENT_TYPE, END, body, field, file
from harness.server import API_KEY, OTHER_API_KEY, wait_for

REL = "trainer-2/course-1/module-1/lesson-1"
FIELDS = lesson_fields(REL)


def post(server, content: bytes, path="/upload/lesson", content_type=CONTENT_TYPE, headers=None):
    headers = (service() if headers is None else headers) | {"Content-Type": content_type}
    return requests.post(server.url + path, data=content, headers=headers, timeout=30)


def form(film: bytes, **changes) -> bytes:
    """A lesson's form; a change to None leaves that field out."""
    fields = {name: value for name, value in (FIELDS | changes).items() if value is not None}
    return body(*(field(name, value) for name, value in fields.items()), file("video", "film.mp4", film))


@pytest.fixture
def unchanged(server):
    """Whatever happens in the test, the same files lie below the data directory afterwards."""
    before = server.stored_files()
    yield
    wait_for(lambda: server.stored_files() == before, "the refused upload's files to be gone", 10)


@pytest.fixture(scope="module")
def film(short_h264) -> bytes:
    return short_h264.read_bytes()


@pytest.mark.parametrize("name", FIELDS)
def test_a_missing_id_is_named(server, unchanged, film, name):
    answer = post(server, form(film, **{name: None}))
    assert (answer.status_code, refusal(answer), answer.json()["field"]) == (400, "missing_field", name)


def test_a_missing_film_is_named(server, unchanged):
    answer = post(server, body(*(field(name, value) for name, value in FIELDS.items())))
    assert (answer.status_code, refusal(answer), answer.json()["field"]) == (400, "missing_field", "video")


BAD_IDS = [
    "..",
    ".",
    ".hidden",
    "a/b",
    "a\\b",
    "a b",
    "%2e%2e",
    "a%2fb",
    "é",
    "a\x00b",
    "x" * 129,
    "a\nb",
    "'",
    "~",
]


@pytest.mark.parametrize("value", BAD_IDS)
@pytest.mark.parametrize("name", ["trainer_id", "lesson_id"])
def test_what_is_no_id_is_refused(server, unchanged, film, name, value):
    answer = post(server, form(film, **{name: value}))
    assert (answer.status_code, refusal(answer), answer.json()["field"]) == (400, "invalid_id", name)


@pytest.mark.parametrize("value", ["a", "x" * 128, "A-b_c.d", "-", "_", "0", "a..b"])
def test_every_id_that_is_one_is_taken(server, film, value):
    answer = post(server, form(film, trainer_id="trainer-ids", lesson_id=value))
    assert answer.status_code == 202, answer.text
    assert wait_for_task(server, answer.json()["task_id"])["status"] == "completed"


def test_a_field_given_twice_is_refused(server, unchanged, film):
    parts = [field(name, value) for name, value in FIELDS.items()]
    answer = post(server, body(*parts, field("lesson_id", "other"), file("video", "film.mp4", film)))
    assert (answer.status_code, refusal(answer)) == (400, "malformed_request")


def test_two_films_are_refused(server, unchanged, film):
    parts = [field(name, value) for name, value in FIELDS.items()]
    answer = post(server, body(*parts, file("video", "a.mp4", film), file("video", "b.mp4", film)))
    assert (answer.status_code, refusal(answer)) == (400, "malformed_request")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'x' * 71}",
        f"multipart/mixed; boundary={BOUNDARY}",
        "multipart/form-data; boundary=another",
    ],
)
def test_what_is_no_form_is_refused(server, unchanged, film, content_type):
    answer = post(server, form(film), content_type=content_type)
    assert (answer.status_code, refusal(answer)) == (400, "malformed_request")


BROKEN = {
    "empty": b"",
    "garbage": os.urandom(5000),
    "no end": lambda film: form(film)[: -len(END)],
    "cut inside the film": lambda film: form(film)[: len(form(film)) // 2],
    "cut inside a header": f"--{BOUNDARY}\r\nContent-Disposition: form-data; na".encode(),
    "a part without a name": lambda film: body(file("", "", film, b"form-data")),
    "headers without end": f"--{BOUNDARY}\r\n".encode() + b"X-Long: " + b"a" * 200000,
    "ten thousand parts": body(*[field("x", "y")] * 10000),
    "a field of a megabyte": lambda film: form(film, trainer_id="x" * (1 << 20)),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_body_leaves_nothing(server, unchanged, film, kind):
    content = BROKEN[kind]
    answer = post(server, content(film) if callable(content) else content)
    assert answer.status_code == 400
    assert refusal(answer) in ("malformed_request", "missing_field", "invalid_id")


@pytest.mark.parametrize("order", list(itertools.permutations(["film", "trainer_id", "rest"])))
def test_fields_come_in_any_order(server, film, order):
    rest = {name: value for name, value in FIELDS.items() if name != "trainer_id"}
    parts = {
        "film": file("video", "film.mp4", film),
        "trainer_id": field("trainer_id", "trainer-order"),
        "rest": b"".join(field(name, value) for name, value in rest.items()),
    }
    answer = post(server, b"a preamble\r\n" + body(*(parts[name] for name in order)) + b"an epilogue")
    assert answer.status_code == 202, answer.text
    assert answer.json()["hls_path"] == "/hls2/trainer-order/course-1/module-1/lesson-1/output.m3u8"
    # The orders are one lesson's uploads, and the next may come before this one's turn.
    assert wait_for_task(server, answer.json()["task_id"])["status"] in ("completed", "superseded")


def busy_uploads(server) -> int:
    text = requests.get(f"{server.url}/metrics", timeout=10).text
    return int(re.search(r'^focust_threads_busy{pool="upload"} (\d+)$', text, re.M)[1])


def logged(server, pattern: str) -> int:
    """How many lines of the logs say so."""
    return sum(len(re.findall(pattern, text)) for text in server.logs().values())


@pytest.mark.parametrize("fraction", [0.01, 0.5, 0.99])
def test_a_client_that_goes_away_leaves_nothing(server, unchanged, film, fraction):
    content = form(film)
    head = (
        f"POST /upload/lesson HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {API_KEY}\r\n"
        f"Content-Type: {CONTENT_TYPE}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    given_up = r"POST /upload/lesson\S* HTTP/1.1\" (400|499) "
    before = logged(server, given_up)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head.encode() + content[: int(len(content) * fraction)])
    wait_for(lambda: logged(server, given_up) > before, "nginx to have noticed")


def test_a_body_that_breaks_off_between_nginx_and_the_application_leaves_nothing(server, unchanged, film):
    """The same towards the application itself, past nginx: half a FastCGI request."""
    content = form(film)
    refused = r"refused .*path=/upload/lesson"
    before = logged(server, refused)
    request = FastCGIRequest(server.app_socket("upload.sock"), upload_parameters(content, CONTENT_TYPE, API_KEY))
    request.send(content[: len(content) // 2])
    wait_for(lambda: busy_uploads(server) > 0, "the application to read")
    request.close()
    wait_for(lambda: logged(server, refused) > before, "the application to have noticed")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {API_KEY}"}])
def test_uploads_need_an_api_key(server, unchanged, film, headers):
    answer = post(server, form(film), headers=headers)
    assert (answer.status_code, refusal(answer)) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_each_of_several_api_keys_is_good(server):
    for key in (API_KEY, OTHER_API_KEY):
        answer = requests.get(f"{server.url}/api/tasks/none", headers=service(key), timeout=10)
        assert answer.status_code in (400, 404)


def test_without_space_uploads_are_507(own_server, short_h264):
    server = own_server(FOCUST_MIN_FREE_BYTES=str(1 << 49))
    before = server.stored_files()
    answer = upload(server, REL, short_h264)
    assert (answer.status_code, refusal(answer)) == (507, "insufficient_storage")
    assert server.stored_files() == before


@pytest.mark.parametrize("url", ["http://evil.example/hook", "file:///etc/passwd", "no url", "http://127.0.0.1/"])
def test_a_callback_to_an_unknown_host_is_refused(server, unchanged, film, url):
    answer = post(server, form(film, success_callback_url=url))
    assert (answer.status_code, refusal(answer)) == (400, "invalid_callback")
    assert answer.json()["field"] == "success_callback_url"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_405(server, method):
    answer = requests.request(method, f"{server.url}/upload/lesson", headers=service(), timeout=10)
    assert (answer.status_code, refusal(answer)) == (405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]
