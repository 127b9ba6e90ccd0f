"""What nginx answers by itself, and what its configuration promises."""

import os
import re
import socket
import stat
import subprocess
import time

import pytest
import requests

from harness import raw
from harness.client import WEB_HEADERS, bearer, refusal, service
from harness.server import ORIGIN, REPOSITORY, binary, write_nginx
from harness.tokens import play

REL = "trainer-1/course-1/module-1/lesson-1"


def from_page(**headers):
    return {"Origin": ORIGIN} | headers


def test_a_body_over_the_limit_is_413_with_the_limit(server):
    answer = requests.post(f"{server.url}/upload/lesson", data=b"x" * (100 << 20) + b"x", headers=from_page())
    assert (answer.status_code, refusal(answer)) == (413, "too_large")
    assert answer.json()["limit"] == 104857600
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_a_chunked_body_over_the_limit_is_413_too(own_server):
    server = own_server(MAX_CONTENT_LENGTH="100000")

    def pieces():
        for _ in range(20):
            yield b"x" * 10000

    answer = requests.post(f"{server.url}/upload/lesson", data=pieces(), headers=service(), timeout=10)
    assert (answer.status_code, refusal(answer), answer.json()["limit"]) == (413, "too_large", 100000)


def test_other_routes_take_small_bodies_alone(server):
    answer = requests.post(f"{server.url}/api/revoke", data=b"x" * 70000, headers=service(), timeout=10)
    assert (answer.status_code, refusal(answer), answer.json()["limit"]) == (413, "too_large", 65536)


STRANGERS = "192.0.2.1"  # trusted in place of 127.0.0.1, so that the test itself is a stranger


def ask_for_token(server, user):
    address = f"{server.url}/api/get-video-token/v2"
    headers = from_page() | service()
    return requests.get(address, params={"user_id": user, "rel": REL}, headers=headers, timeout=10)


def test_tokens_are_limited_per_user_and_address(own_server):
    server = own_server(FOCUST_RATE_TOKENS_PER_USER="1r/m burst=2", FOCUST_TRUSTED_ADDRESSES=STRANGERS)
    answers = [ask_for_token(server, "greedy") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert refusal(refused) == "rate_limited"
    assert int(refused.headers["Retry-After"]) == 60
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert ask_for_token(server, "modest").status_code == 200


def test_the_sites_backend_has_a_token_for_every_lesson_of_a_course(own_server):
    server = own_server(FOCUST_RATE_TOKENS_PER_USER="1r/m burst=1")
    assert [ask_for_token(server, "viewer").status_code for _ in range(100)] == [200] * 100


@pytest.mark.parametrize(
    "path",
    [
        "/api/get-video-token/v2?rel={rel}&user_id=alice",
        "/api/get-video-token/v2?USER_ID={n}&rel={rel}&user_id=alice",
        "/api/get-download-token/v2?n={n}&user_id=alice",
        "/api/get-upload-token?n={n}&user_id=alice",
        "/api/get-video-token/alice/film{n}.mp4",
        "/api/get-video-token/mobile/alice/film.mp4/video{n}",
        "/api/get-download-token/alice/film{n}.mp4",
        "/api//get-video-token/alice/film{n}.mp4",
        "/api/get-video-token/v2?rel={rel}&%75ser_id=alice{n}",
        "/api/get-video-token/v2?rel={rel}&user_id=%61lice{n}",
    ],
)
def test_no_spelling_of_a_user_escapes_the_limit(own_server, path):
    server = own_server(FOCUST_RATE_TOKENS_PER_USER="1r/m burst=2", FOCUST_TRUSTED_ADDRESSES=STRANGERS)
    answers = [raw.get(server.port, path.format(rel=REL, n=n), service()).status for n in range(4)]
    assert answers[3] == 429
    assert 429 not in answers[:3]


def ask_from(address, server, path):
    with socket.create_connection(("127.0.0.1", server.port), 10, source_address=(address, 0)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return raw.parse(answer)


def test_tokens_are_limited_per_address_except_for_the_sites_own_backend(own_server):
    server = own_server(
        FOCUST_RATE_TOKENS_PER_ADDRESS="1r/m burst=1", FOCUST_TRUSTED_ADDRESSES="127.0.0.1, 127.0.1.0/24"
    )

    def statuses(address):
        paths = [f"/api/get-video-token/v2?user_id=user{number}" for number in range(4)]
        return [ask_from(address, server, path).status for path in paths]

    assert statuses("127.0.0.2") == [401, 401, 429, 429]
    assert statuses("127.0.0.1") == [401] * 4
    assert statuses("127.0.1.77") == [401] * 4


def test_uploads_are_limited_per_address(own_server):
    server = own_server(FOCUST_RATE_UPLOADS_PER_ADDRESS="1r/m burst=1", FOCUST_TRUSTED_ADDRESSES="192.0.2.1")
    answers = [requests.post(f"{server.url}/upload/lesson", data=b"", timeout=10) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[2].headers["Retry-After"]


def test_preflights_are_not_counted(own_server):
    server = own_server(FOCUST_RATE_TOKENS_PER_USER="1r/m burst=1", FOCUST_TRUSTED_ADDRESSES=STRANGERS)
    for _ in range(5):
        answer = requests.options(f"{server.url}/api/get-video-token/v2?user_id=u", headers=from_page(), timeout=10)
        assert answer.status_code == 204


def test_without_the_application_nginx_answers_502(own_server, tmp_path):
    server = own_server()
    socket_path = server.app_socket()
    socket_path.rename(socket_path.with_suffix(".away"))
    try:
        answer = requests.get(f"{server.url}/hls2/{REL}/output.m3u8", headers=from_page(), timeout=10)
    finally:
        socket_path.with_suffix(".away").rename(socket_path)
    assert (answer.status_code, refusal(answer)) == (502, "unavailable")
    assert answer.headers["Retry-After"]
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Cache-Control"] == "no-store"
    assert requests.get(f"{server.url}/healthz", timeout=10).status_code == 200


@pytest.mark.parametrize(
    "request_bytes,status",
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET /hls2/x HTTP/1.1\r\n\r\n", 400),
        (b"GET /hls2/x HTTP/9.9\r\nHost: a\r\n\r\n", 400),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
        (b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 40000 + b"\r\n\r\n", 431),
        (b"TRACE /hls2/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405),
        (b"POST /upload/lesson HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /upload/lesson HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (
            b"POST /upload/lesson HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
        ),
    ],
)
def test_what_is_no_request_is_refused_in_json(server, request_bytes, status):
    answer = raw.exchange(server.port, request_bytes)
    assert answer.status == status
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.error


@pytest.mark.parametrize(
    "method,path", [("POST", "/presentation_videos/course/c"), ("DELETE", "/presentation_videos/film.mp4")]
)
def test_presentations_are_only_read(server, method, path):
    folder = server.data / "presentation_videos"
    (folder / "courses/c").mkdir(parents=True, exist_ok=True)
    (folder / "courses/c/presentation.mp4").write_bytes(b"film")
    (folder / "film.mp4").write_bytes(b"film")
    answer = requests.request(method, server.url + path, headers=from_page(), timeout=10)
    assert (answer.status_code, refusal(answer)) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("extension", ["mp4", "m4v", "mov", "avi", "wmv", "flv", "mkv", "webm", "mpg", "ts", "3gp"])
def test_presentations_are_served_under_both_names(server, extension):
    content = os.urandom(5000)
    for stored, older in (
        (f"courses/course-{extension}", f"course/course-{extension}"),
        (f"modules/course-{extension}/m", f"module/course-{extension}/m"),
    ):
        folder = server.data / "presentation_videos" / stored
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"presentation.{extension}").write_bytes(content)
        for path in (f"{stored}/presentation.{extension}", older):
            answer = requests.get(f"{server.url}/presentation_videos/{path}", headers=from_page(), timeout=10)
            assert answer.content == content
            assert answer.headers["Content-Type"].startswith("video/")
            assert answer.headers["Cache-Control"] == "no-cache"
            part = requests.get(answer.url, headers={"Range": "bytes=10-19"}, timeout=10)
            assert (part.status_code, part.content) == (206, content[10:20])
            again = requests.get(answer.url, headers={"If-None-Match": answer.headers["ETag"]}, timeout=10)
            assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["courses/c/.part", "courses/c/presentation.key", ".hidden.mp4", "courses", "courses/c/"]
)
def test_nothing_else_below_presentations_is_served(server, path):
    file = server.data / "presentation_videos" / path
    if not path.endswith(("courses", "/")):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"not for the public")
    answer = requests.get(f"{server.url}/presentation_videos/{path}", timeout=10, allow_redirects=False)
    assert (answer.status_code, refusal(answer)) == (404, "not_found")


@pytest.mark.parametrize(
    "condition", [{"If-Match": '"another"'}, {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}]
)
@pytest.mark.parametrize("name", ["/presentation_videos/conditional.mp4", f"/hls2/{REL}/segment_000.ts"])
def test_a_condition_that_does_not_hold_is_refused_in_json(server, lesson, name, condition):
    (server.data / "presentation_videos").mkdir(exist_ok=True)
    (server.data / "presentation_videos/conditional.mp4").write_bytes(b"film")
    headers = bearer(play(REL), **WEB_HEADERS) | from_page()
    answer = requests.get(server.url + name, headers=headers | condition, timeout=10)
    assert (answer.status_code, refusal(answer)) == (412, "malformed_request")
    assert answer.raw.headers.getlist("Access-Control-Allow-Origin") == [ORIGIN]
    assert requests.get(server.url + name, headers=headers | {"If-Match": "*"}, timeout=10).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_operations_answer_the_machine_itself(server, path):
    assert requests.get(server.url + path, timeout=10).status_code == 200


def test_playlists_are_compressed_for_who_can_read_it(lesson):
    answer = requests.get(lesson.address("output.m3u8", True), headers=bearer(play(REL, "mobile")), timeout=10)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.text.startswith("#EXTM3U")


def test_a_replaced_setting_cannot_become_nginx_syntax(tmp_path):
    base = {"FOCUST_ALLOWED_ORIGINS": ORIGIN, "FOCUST_PUBLIC_URL": "https://video.test"}
    for name, value in [
        ("FOCUST_ALLOWED_ORIGINS", 'https://a.example";} server { listen 1;'),
        ("FOCUST_ALLOWED_ORIGINS", "https://a.example/path"),
        ("FOCUST_ALLOWED_ORIGINS", "https://a.example$"),
        ("FOCUST_ALLOWED_ORIGINS", "*"),
        ("FOCUST_ALLOWED_ORIGINS", ""),
        ("FOCUST_DATA_DIR", '/data"; root /;'),
        ("FOCUST_DATA_DIR", "/data/$uri"),
        ("FOCUST_DATA_DIR", "data"),
        ("FOCUST_DATA_DIR", "/data\n/x"),
        ("FOCUST_LISTEN", "unix:/x"),
        ("FOCUST_LISTEN", "/" + "x" * 107),
        ("FOCUST_ACCEL_PREFIX", "/"),
        ("FOCUST_ACCEL_PREFIX", "/a b"),
        ("MAX_CONTENT_LENGTH", "1m; x"),
        ("FOCUST_TRUSTED_ADDRESSES", "1.2.3.4;"),
        ("FOCUST_RATE_TOKENS_PER_USER", "fast"),
        ("FOCUST_NGINX_DECISION_CACHE", "6s"),
        ("FOCUST_NGINX_DECISION_CACHE", "5s; x"),
        ("FOCUST_NGINX_DECISION_DIR", '/run/x" levels=1'),
    ]:
        result = subprocess.run(
            [binary(), "nginx", tmp_path / "out"],
            env=base | {name: value},
            capture_output=True,
            text=True,
        )
        assert result.returncode == 2, (name, value)
        assert name in result.stderr
        assert not (tmp_path / "out").exists()


def test_what_earlier_versions_wrote_and_nothing_includes_goes(tmp_path):
    out = tmp_path / "focust-video"
    out.mkdir()
    for name in ("sentences.conf", "http.conf", "mine.conf"):
        (out / name).write_text("# old\n")
    write_nginx(out, {"FOCUST_NGINX_LOG_DIR": str(tmp_path)})
    written = {path.name: path.read_text() for path in out.iterdir()}
    assert "sentences.conf" not in written and written["mine.conf"] == "# old\n"
    assert "upstream focust_playback" in written["http.conf"]
    # Each file is there for nginx to include, or for people to.
    text = "".join(written.values())
    for name in set(written) - {"mine.conf", "http.conf", "server.conf", "example-server.conf", "monitoring.conf"}:
        assert f"focust-video/{name};" in text or name == "segments.conf", name


def test_sockets_are_for_the_group_alone(server):
    for name in ("fastcgi.sock", "upload.sock"):
        mode = server.app_socket(name).stat().st_mode
        assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o660


def test_a_slow_upload_holds_no_thread(own_server):
    """Bodies that trickle in, more of them than there are upload threads; a whole one still gets its answer."""
    server = own_server(FOCUST_UPLOAD_THREADS="2")
    head = "POST /upload/lesson HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nstart"
    slow = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(8)]
    try:
        for connection in slow:
            connection.sendall(head.encode())
        started = time.monotonic()
        answer = requests.post(f"{server.url}/upload/lesson", data=b"x", timeout=10)
        assert answer.status_code == 401
        assert time.monotonic() - started < 2
    finally:
        for connection in slow:
            connection.close()


def test_headers_of_proxies_do_not_reach_the_application(lesson):
    headers = bearer(play(REL), **WEB_HEADERS) | {
        "Proxy": "http://127.0.0.1:1",
        "X-Accel-Redirect": "/etc/passwd",
    }
    assert requests.get(lesson.address("enc.key"), headers=headers, timeout=10).status_code == 200


# What the location of a route includes, by the route's kind.
INCLUDED = {
    "play": "playback.conf",
    "file": "playback.conf",
    "issue": "issue.conf",
    "service": "request.conf",
    "follow": "request.conf",
    "upload": "upload.conf",
    "resume": "ahead.conf",
    "open": "operations.conf",
    "metrics": "operations.conf",
}
# A service call that issues tokens, and an upload that is resumable.
OTHERS = {"/api/get-upload-token": "issue.conf", "/upload/tus/": "ahead.conf"}


def test_every_route_has_a_location_of_its_kind(tmp_path):
    source = (REPOSITORY / "Sources/Server/Routing/Routes.swift").read_text()
    pieces = dict(re.findall(r'let (\w+) = "([^"]+)"', source))
    routes = re.findall(r'Route\(\s*\[[^]]+\], "([^"]+)",\s*\.(\w+)', source)
    assert len(routes) > 35
    write_nginx(tmp_path / "focust-video", {"FOCUST_NGINX_LOG_DIR": str(tmp_path)})
    text = (tmp_path / "focust-video/server.conf").read_text()
    found = re.findall(r"^location (=|\^~) (/\S*) \{(.*?)\}$", text, re.M | re.S)
    locations = {(kind, path): body for kind, path, body in found}
    for route, kind in routes:
        for name, piece in pieces.items():
            route = route.replace(f"\\({name})", piece)
        path = re.sub(r"\{\w+\}", "x", route)
        prefixes = sorted((it for _, it in locations if path.startswith(it) and ("^~", it) in locations), key=len)
        body = locations.get(("=", path)) or locations[("^~", prefixes[-1])]
        assert f"/{OTHERS.get(path, INCLUDED[kind])};" in body, (route, body)
