"""What is asked for wrongly gets an answer that a page can read, whoever gives it: the application or nginx."""

import json
import os
import signal
import socket
from pathlib import Path

import pytest
import requests

from harness import raw
from harness.client import WEB_HEADERS, bearer, refusal, service
from harness.server import ORIGIN, Server, wait_for
from harness.tokens import play
from harness.trees import put, put_video

REL = "t/c/m/l"
PAGE = {"Origin": ORIGIN}
TASK = "7b2f8c1e-0000-4000-8000-000000000000"

# Every route with the methods it takes.
ROUTES = {
    f"/api/get-video-token/v2?user_id=u&rel={REL}": "GET, HEAD",
    "/api/get-video-token/u/film.mp4": "GET, HEAD",
    "/api/get-video-token/mobile/u/film.mp4/film": "GET, HEAD",
    f"/api/get-download-token/v2?type=lesson&user_id=u&rel={REL}&filename=film.mp4": "GET, HEAD",
    "/api/get-download-token/u/film.mp4": "GET, HEAD",
    f"/api/get-upload-token?type=lesson&user_id=u&rel={REL}": "GET, HEAD",
    f"/hls2/{REL}/output.m3u8": "GET, HEAD",
    f"/hls2/{REL}/segment_000.ts": "GET, HEAD",
    f"/hls2/{REL}/key": "GET, HEAD",
    f"/mobile/hls2/{REL}/output.m3u8": "GET, HEAD",
    "/hls/u/v/output.m3u8": "GET, HEAD",
    "/mobile/hls/u/v/output.m3u8": "GET, HEAD",
    "/videos-user/u/film.mp4": "GET, HEAD",
    f"/download2/{REL}/film.mp4": "GET, HEAD",
    "/download2/course/c/film.mp4": "GET, HEAD",
    "/download2/module/c/m/film.mp4": "GET, HEAD",
    "/api/download/u/film.mp4": "GET, HEAD",
    "/upload/lesson": "POST",
    "/upload": "POST",
    "/upload_presentation/course/c": "POST",
    "/upload_presentation/module/c/m": "POST",
    "/upload_presentation": "POST",
    "/api/tasks": "GET, HEAD",
    f"/api/tasks/{TASK}": "GET, HEAD",
    "/api/lessons": "GET, HEAD",
    "/api/get-video-tokens/v2": "POST",
    f"/api/lessons/{REL}": "GET, HEAD, DELETE",
    "/api/presentations/course/c": "DELETE",
    "/api/presentations/module/c/m": "DELETE",
    "/api/revoke": "POST",
    "/healthz": "GET, HEAD",
    "/readyz": "GET, HEAD",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "BREW", "get")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("plain"))
    put_video(running.data / "hls" / REL)
    put(running.data / "presentation_videos/courses/c/presentation.mp4", b"film")
    running.start()
    yield running
    assert running.stop() == 0


def check(answer, status, error):
    """A refusal as pages read it: JSON that says what and why, with CORS."""
    check_headers(answer, status)
    assert answer.error == error, answer
    assert json.loads(answer.body)["message"]


def check_headers(answer, status):
    assert answer.status == status, answer
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("path", ROUTES)
def test_a_method_that_a_route_does_not_take_is_405_and_says_which_it_takes(plain, path):
    allowed = ROUTES[path].split(", ")
    for method in METHODS:
        answer = raw.get(plain.port, path, PAGE | {"Content-Length": "0"}, method)
        if method in allowed:
            assert answer.status != 405, method
        elif method == "get":
            # Methods are told apart by case (RFC 9110 §9.1); nginx takes capital letters alone.
            assert answer.status in (400, 405) and answer.error
        else:
            check_headers(answer, 405)
            if method != "HEAD":
                check(answer, 405, "method_not_allowed")
            assert set(answer.headers["allow"].split(", ")) == {*allowed, "OPTIONS"}, method


@pytest.mark.parametrize("path", ROUTES)
def test_every_route_answers_options(plain, path):
    answer = raw.get(plain.port, path, PAGE | {"Access-Control-Request-Method": "GET"}, "OPTIONS")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, DELETE, OPTIONS"
    assert answer.headers["access-control-allow-headers"].startswith("Authorization, Content-Type, Range, ")
    assert answer.headers["access-control-max-age"] == "7200"
    other = raw.get(plain.port, path, {"Origin": "https://evil.example"}, "OPTIONS")
    assert other.status == 204
    assert not [name for name in other.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("path", [path for path, methods in ROUTES.items() if "GET" in methods])
def test_head_answers_as_get_does_without_the_body(plain, path):
    headers = {name: value for name, value in (PAGE | WEB_HEADERS).items()}
    headers |= bearer(play(REL)) if path.startswith("/hls2") else service()
    get = raw.get(plain.port, path, headers)
    head = raw.get(plain.port, path, headers, "HEAD")
    assert (head.status, head.body) == (get.status, b"")
    ignored = ("date", "content-length", "etag", "last-modified")
    assert {k: v for k, v in head.headers.items() if k not in ignored} == {
        k: v for k, v in get.headers.items() if k not in ignored
    }
    # The ids and dates of two tokens may differ in their length, two fixed answers may not.
    if "token" not in path:
        assert head.headers.get("content-length") == get.headers.get("content-length")


UNKNOWN = [
    "/",
    "/nowhere",
    "/api",
    "/api/",
    "/api/nowhere",
    "/hls2/",
    "/hls2/t/c/m/l",
    "/hls2/t/c/m/l/output.m3u8/",
    "/hls2/t/c/m/output.m3u8",
    "/hls2/t/c/m/l/x/output.m3u8",
    "/hls2/t/c//l/output.m3u8/",
    "/HLS2/t/c/m/l/output.m3u8",
    "/download2/",
    "/download2/course/c",
    "/api/get-video-token/",
    "/api/get-upload-token/",
    "/api/tasks/a/b",
    "/api/tasks/a/",
    "/api/lessons/t/c/m",
    "/api/lessons/t/c/m/l/",
    "/api/revoke/",
    "/upload/",
    "/upload/lesson/",
    "/upload/nowhere",
    "/upload_presentation/",
    "/upload_presentation/course/c/",
    "/upload_presentation/nowhere/c",
    "/healthz/",
    "/presentation_videos",
    "/presentation_videos/",
    "/presentation_videos/course/c/",
    "/_focust/errors/404",
    "/_focust/",
]


@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_address_is_404_for_every_method(plain, path):
    for method in ("GET", "POST", "DELETE"):
        answer = raw.get(plain.port, path, PAGE | service() | {"Content-Length": "0"}, method)
        if path.startswith("/presentation_videos") and method != "GET":
            assert answer.status in (404, 405) and answer.error
            continue
        check(answer, 404, "not_found")
        assert "location" not in answer.headers


def test_an_empty_name_at_the_end_is_none(plain):
    """A trailing slash where a name belongs: the route is known, the token good, and there is nothing."""
    for root, platform in (("/hls2", "web"), ("/mobile/hls2", "mobile")):
        headers = PAGE | bearer(play(REL, platform))
        check(raw.get(plain.port, f"{root}/{REL}/", headers), 404, "not_found")
        check(raw.get(plain.port, f"{root}/{REL}/", PAGE), 403, "token_missing")
    check(raw.get(plain.port, "/api/get-video-token/v2/", PAGE | service()), 404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        f"/api/get-video-token/v2?user_id=u&rel={REL}&ttl=5&ttl=6",
        f"/api/get-video-token/v2?user_id=u&rel={REL}&us%65r_id=v",
        f"/api/get-download-token/v2?type=lesson&type=course&user_id=u&rel={REL}&filename=a.mp4",
        "/api/get-download-token/u/film.mp4?ttl=1&ttl=1",
        f"/api/get-upload-token?type=lesson&user_id=u&rel={REL}&rel={REL}",
        "/api/tasks?limit=1&limit=2",
        "/api/tasks?limit=0",
        "/api/tasks?limit=501",
        "/api/tasks?limit=1e1",
        "/api/tasks?status=done",
        "/api/tasks?rel=a/%zz",
        "/api/tasks?" + "&".join(f"a{number}=1" for number in range(65)),
    ],
)
def test_a_query_that_can_be_read_in_two_ways_is_refused(plain, path):
    check(raw.get(plain.port, path, PAGE | service()), 400, "malformed_request")


def test_a_body_on_a_get_changes_nothing(plain):
    head = f"GET /hls2/{REL}/key HTTP/1.1\r\nHost: a\r\nConnection: close\r\nReferer: {ORIGIN}/\r\n"
    head += f"Authorization: Bearer {play(REL)}\r\n"
    body = b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
    answer = raw.exchange(plain.port, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert (answer.status, answer.body) == (200, bytes(range(16)))
    chunked = f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    assert raw.exchange(plain.port, chunked).body == bytes(range(16))
    large = f"{head}Origin: {ORIGIN}\r\nContent-Length: 70000\r\n\r\n".encode() + b"x" * 70000
    check(raw.exchange(plain.port, large), 413, "too_large")


def test_what_is_too_long_is_refused_in_json(plain):
    for size in (3000, 5000, 7000):
        answer = raw.get(plain.port, "/hls2/" + "a" * size, PAGE)
        check(answer, 404, "not_found")
        answer = raw.get(plain.port, f"/hls2/{REL}/key?token=" + "a" * size, PAGE)
        check(answer, 403, "token_invalid")
        answer = raw.get(plain.port, f"/hls2/{REL}/key", PAGE | {"Authorization": "Bearer " + "a" * size})
        check(answer, 403, "token_invalid")
        answer = raw.get(plain.port, "/api/tasks", PAGE | {"Authorization": "Bearer " + "a" * size})
        check(answer, 401, "unauthorized")
        answer = raw.get(plain.port, f"/hls2/{'a' * 129}/c/m/l/key", PAGE)
        check(answer, 400, "invalid_id")
    assert raw.get(plain.port, "/hls2/" + "a" * 40000).status == 414
    assert raw.get(plain.port, f"/hls2/{REL}/key", {"Authorization": "Bearer " + "a" * 40000}).status == 431


def children(pid):
    return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def shorten_nginxs_patience(server):
    """A second where the installed files say thirty; nothing else of them is changed."""
    rendered = server.directory / "focust-video/request.conf"
    text = rendered.read_text()
    assert "fastcgi_read_timeout 30s;" in text
    rendered.write_text(text.replace("fastcgi_read_timeout 30s;", "fastcgi_read_timeout 1s;"))
    master = int((server.directory / "nginx.pid").read_text())
    before = children(master)
    os.kill(master, signal.SIGHUP)
    wait_for(lambda: (now := children(master)) and not now & before, "new workers of nginx", 20)


def test_an_application_that_does_not_answer_is_504(own_server):
    """The application is stopped in its tracks; its sockets still take connections."""
    server = own_server()
    shorten_nginxs_patience(server)
    path = "/api/tasks"
    assert requests.get(server.url + path, headers=service(), timeout=10).status_code == 200
    pid = server.app_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        answer = requests.get(server.url + path, headers=PAGE | service(), timeout=20)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert (answer.status_code, refusal(answer)) == (504, "unavailable")
    assert answer.headers["Retry-After"] and answer.headers["Access-Control-Allow-Origin"] == ORIGIN


def ask_from(address, server, path, headers):
    with socket.create_connection(("127.0.0.1", server.port), 10, source_address=(address, 0)) as connection:
        lines = [f"GET {path} HTTP/1.1", "Host: a", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return raw.parse(answer)


def test_the_sites_backend_is_not_limited_and_strangers_are_each_for_themselves(own_server):
    """The trusted address asks for as many users, and as often for one, as it likes, whatever others have asked."""
    server = own_server(
        FOCUST_RATE_TOKENS_PER_ADDRESS="1r/m burst=4",
        FOCUST_RATE_TOKENS_PER_USER="1r/m burst=1",
        FOCUST_TRUSTED_ADDRESSES="127.0.0.1",
    )

    def ask(address, user):
        path = f"/api/get-video-token/v2?user_id={user}&rel={REL}"
        return ask_from(address, server, path, PAGE | service())

    assert [ask("127.0.0.9", "busy").status for _ in range(3)] == [200, 200, 429]
    assert [ask("127.0.0.1", f"user-{number}").status for number in range(20)] == [200] * 20
    assert [ask("127.0.0.1", "busy").status for _ in range(20)] == [200] * 20
    # Elsewhere the address counts, whoever is asked for; and a busy user is busy from there alone.
    answers = [ask("127.0.0.8", f"other-{number}") for number in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    check(answers[5], 429, "rate_limited")
    assert int(answers[5].headers["retry-after"]) > 0
    assert ask("127.0.0.10", "busy").status == 200
