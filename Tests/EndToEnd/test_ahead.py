"""Uploads are judged by their headers: what is refused is answered before its body, which then goes nowhere."""

import http.server
import itertools
import json
import re
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from harness import raw, tus
from harness.chromium import Page
from harness.client import service, upload
from harness.held import file_sizes, open_sizes
from harness.host import Host
from harness.multipart import CONTENT_TYPE
from harness.server import API_KEY, ORIGIN, REPOSITORY, TEMPLATES, Server, wait_for
from harness.tokens import play, sign

REL = "trainer-1/course-1/ahead/lesson-1"
FORMS = ["/upload", "/upload/lesson", "/upload_presentation", "/upload_presentation/course/c"]
FORMS += ["/upload_presentation/module/c/m"]
CREATION = {"Upload-Length": "1000000", "Upload-Metadata": tus.lesson_metadata(REL), "Content-Type": tus.PART}
PART = {"Upload-Offset": "0", "Content-Type": tus.PART}
UNKNOWN = "/upload/tus/" + "0" * 32


def upload_token(**changes) -> dict[str, str]:
    now = int(time.time())
    claims = {"sub": "upload", "platform": "upload", "user_id": "u", "type": "lesson", "rel": REL}
    # The cases are made long before their turn.
    claims |= {"iat": now, "exp": now + 7200, "jti": "ahead"}
    return {"Authorization": f"Bearer {sign(claims | changes)}"}


# Method, path, headers, and how it is refused.
REFUSED = [
    *[("POST", path, {}, 401, "unauthorized") for path in FORMS],
    *[("POST", path, {"Authorization": "Bearer wrong"}, 401, "unauthorized") for path in FORMS],
    ("POST", "/upload/lesson", upload_token(exp=1), 403, "token_expired"),
    ("POST", "/upload/lesson", {"Authorization": f"Bearer {play(REL)}"}, 403, "token_mismatch"),
    ("POST", "/upload/lesson", upload_token() | {"Origin": "https://evil.example"}, 403, "referrer_forbidden"),
    ("POST", "/upload_presentation/course/c", upload_token(), 403, "token_mismatch"),
    ("POST", "/upload_presentation/course/%2e%2e", service(), 400, "invalid_id"),
    ("POST", "/upload", upload_token(), 403, "token_mismatch"),
    ("PUT", "/upload/lesson", {}, 405, "method_not_allowed"),
    ("POST", "/upload_presentation/nothing", {}, 404, "not_found"),
    ("POST", "/upload/tus/", tus.VERSION | CREATION, 401, "unauthorized"),
    ("POST", "/upload/tus/", upload_token(rel="t/c/m/other") | tus.VERSION | CREATION, 403, "token_mismatch"),
    ("POST", "/upload/tus/", service() | CREATION, 412, "unsupported_version"),
    ("POST", "/upload/tus/", service() | tus.VERSION | CREATION | {"Upload-Length": "x"}, 400, "malformed_request"),
    ("POST", "/upload/tus/", service() | tus.VERSION | CREATION | {"Upload-Length": "9" * 12}, 413, "too_large"),
    ("PATCH", UNKNOWN, tus.VERSION | PART, 404, "not_found"),
    ("PATCH", UNKNOWN, PART, 412, "unsupported_version"),
    ("PATCH", UNKNOWN, tus.VERSION | {"Upload-Offset": "0"}, 415, "unsupported_content_type"),
    ("POST", UNKNOWN, tus.VERSION | PART | {"X-HTTP-Method-Override": "PATCH"}, 404, "not_found"),
    ("DELETE", UNKNOWN, tus.VERSION, 404, "not_found"),
]


@contextmanager
def begun(port, method, path, headers, length=1_000_000, sent=300_000):
    """A request of which a part of the body is sent, and no more."""
    lines = [f"{method} {path} HTTP/1.1", "Host: a", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + b"x" * sent)
        yield connection


def answer_of(connection) -> raw.RawAnswer:
    """What comes, as soon as it is whole, though the request is not."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        assert piece, received
        received += piece
    answer = raw.parse(received)
    while len(answer.body) < int(answer.headers["content-length"]):
        answer.body += connection.recv(65536)
    return answer


@pytest.fixture(scope="module")
def lonely(tmp_path_factory):
    """A server whose socket for uploads counts who comes, and answers nobody."""
    server = Server(tmp_path_factory.mktemp("lonely")).start()
    path = server.app_socket("upload.sock")
    path.rename(path.with_suffix(".away"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(64)
        listener.setblocking(False)
        yield server, listener
    path.with_suffix(".away").rename(path)
    assert server.stop() == 0


def came(listener) -> int:
    for count in itertools.count():
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count


def stored(server) -> list[int]:
    """The sizes of the bodies that nginx keeps, whose files it unlinks at once: only its descriptors show them."""
    folder, master = server.directory / "tmp/body", int((server.directory / "nginx.pid").read_text())
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return file_sizes(folder) + [size for worker in workers for size in open_sizes(int(worker), folder)]


@pytest.mark.parametrize("method,path,headers,status,error", REFUSED)
def test_a_refused_upload_is_answered_before_its_body(lonely, method, path, headers, status, error):
    server, listener = lonely
    origin = {"Origin": ORIGIN} | headers
    with begun(server.port, method, path, origin) as connection:
        answer = answer_of(connection)
        assert (answer.status, answer.error) == (status, error)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)
        assert answer.headers["vary"] == "Origin"
        allowed = origin["Origin"] == ORIGIN
        assert answer.headers.get("access-control-allow-origin") == (ORIGIN if allowed else None)
        assert answer.headers.get("tus-resumable") == ("1.0.0" if "/tus/" in path else None)
        assert "x-answer-status" not in answer.headers
        # Of what has come, nothing is kept; and the socket for uploads has heard of nothing.
        assert stored(server) == []
        assert came(listener) == 0


@pytest.mark.parametrize("method,path,headers", [("POST", path, service()) for path in FORMS])
def test_what_is_admitted_goes_there_with_its_body(lonely, method, path, headers):
    server, listener = lonely
    with begun(server.port, method, path, headers, 1000, 1000):
        wait_for(lambda: came(listener), "the upload to reach the socket for uploads")


def test_that_there_is_no_room_is_told_before_the_body_comes(own_server):
    server = own_server(FOCUST_MIN_FREE_BYTES=str(1 << 50))
    for path in FORMS:
        with begun(server.port, "POST", path, service()) as connection:
            assert answer_of(connection).error == "insufficient_storage", path
    assert stored(server) == []


def test_of_an_admitted_upload_what_has_come_is_stored(lonely):
    """Else nothing would be seen of a refused one either."""
    server, _ = lonely
    with begun(server.port, "POST", "/upload/lesson", service()):
        wait_for(lambda: sum(stored(server)) > 200_000, "the body to come")
    wait_for(lambda: stored(server) == [], "the body to go")


def test_a_body_without_a_length_is_not_waited_for_either(lonely):
    server, listener = lonely
    head = "POST /upload/lesson HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.encode() + b"40000\r\n" + b"x" * 0x40000 + b"\r\n")
        assert answer_of(connection).error == "unauthorized"
        assert (stored(server), came(listener)) == ([], 0)


def test_only_an_admitted_client_is_asked_for_its_body(lonely):
    server, _ = lonely
    expecting = {"Expect": "100-continue"}
    with begun(server.port, "POST", "/upload/lesson", expecting, sent=0) as connection:
        assert answer_of(connection).status == 401
    with begun(server.port, "POST", "/upload/lesson", expecting | service(), sent=0) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 Continue\r\n")


def test_a_client_that_reads_last_reads_the_refusal(server):
    with begun(server.port, "POST", "/upload/lesson", {}, 20_000_000, 20_000_000) as connection:
        assert answer_of(connection).error == "unauthorized"
        # And may go on with its next request: all of the body was taken.
        connection.sendall(b"OPTIONS /upload/lesson HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 204")


HEADERS, RST_STREAM = 1, 3


def frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    """RFC 9113 §4.1."""
    return len(content).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + content


def frames_of(connection):
    """Those of the one stream: kind, flags, content."""
    with connection.makefile("rb") as file:
        while True:
            head = file.read(9)
            content = file.read(int.from_bytes(head[:3], "big"))
            if head[5:] == b"\0\0\0\1":
                yield head[3], head[4], content


def test_http_2_is_told_before_the_body_too(server, tmp_path):
    """By hand: curl 7.88 loses an answer that comes before it has sent everything."""
    host = Host(tmp_path, FOCUST_LISTEN=str(server.app_socket()))
    fields = {":method": "POST", ":path": "/upload/lesson", ":scheme": "http", ":authority": "a"}
    fields |= {"content-length": "1000000"}
    # Literals that are not indexed (RFC 7541 §6.2.2).
    block = b"".join(
        b"\0" + b"".join(bytes([len(text)]) + text.encode() for text in field) for field in fields.items()
    )
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(20)
            connection.connect(str(tmp_path / "host2.sock"))
            begin = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"") + frame(HEADERS, 4, 1, block)
            connection.sendall(begin + frame(0, 0, 1, b"x" * 16000))
            (kind, _, _), (_, flags, body), reset = itertools.islice(frames_of(connection), 3)
        assert (kind, flags, json.loads(body)["error"]) == (HEADERS, 1, "unauthorized")
        # The whole answer, and that the rest of the body is not wanted (RFC 9113 §8.1).
        assert reset == (RST_STREAM, 0, bytes(4))
    finally:
        host.stop()


def test_curl_learns_it_before_it_has_sent_the_film(server, tmp_path):
    (tmp_path / "film").write_bytes(b"x" * 8_000_000)
    options = ["--data-binary", f"@{tmp_path / 'film'}", "-w", " %{http_code} %{size_upload}", "-H", "Expect:"]
    command = ["curl", "-sS", "--limit-rate", "200k", "-m", "20", *options, f"{server.url}/upload/lesson"]
    *_, status, sent = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert (status, int(sent) < 8_000_000) == ("401", True)


FETCH = """
(async () => {
  const body = new Uint8Array(8000000);
  const answer = await fetch(%s, { method: %s, headers: %s, body, credentials: "include" });
  return [answer.status, (await answer.json()).error];
})()
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """An empty page of another site, in Chromium, which sends a whole body before it looks for an answer."""
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    opened = Page(tmp_path_factory.mktemp("chromium"))
    # Which would copy every body into its events.
    opened.call("Network.disable")
    opened.origin = f"http://localhost:{site.server_port}"
    opened.open(f"{opened.origin}/")
    yield opened
    opened.close()
    site.shutdown()
    site.server_close()


def test_a_page_of_another_site_reads_why_its_upload_was_refused(own_server, page):
    server = own_server(FOCUST_ALLOWED_ORIGINS=page.origin)

    def fetch(method, path, headers):
        return page.evaluate(FETCH % tuple(json.dumps(each) for each in (server.url + path, method, headers)))

    more = {"X-Requested-With": "fetch", "sentry-trace": "0", "Cache-Control": "no-cache"}
    assert fetch("POST", "/upload/lesson", {"Authorization": "Bearer wrong"} | more) == [401, "unauthorized"]
    assert fetch("POST", "/upload/lesson", upload_token(exp=1)) == [403, "token_expired"]
    assert fetch("PATCH", UNKNOWN, tus.VERSION | PART | more) == [404, "not_found"]
    assert stored(server) == []


@pytest.fixture
def strangers(own_server):
    """A server to which even the test is a stranger, as to one on the Internet."""
    return lambda **settings: own_server(FOCUST_TRUSTED_ADDRESSES="192.0.2.1", **settings)


def test_strangers_use_up_nobodys_share_of_the_uploads_at_once(strangers, short_h264):
    server = strangers(FOCUST_UPLOADS_AT_ONCE="1", FOCUST_UPLOADS_IN_ALL="2", FOCUST_UPLOAD_THREADS="1")
    with ExitStack() as slow:
        for _ in range(20):
            slow.enter_context(begun(server.port, "POST", "/upload/lesson", {}, sent=10))
            slow.enter_context(begun(server.port, "PATCH", UNKNOWN, tus.VERSION | PART, sent=10))
        assert upload(server, REL, short_h264).status_code == 202
        # One that was admitted has its share, as long as it lasts.
        fields = service() | {"Content-Type": CONTENT_TYPE}

        def has_its_share():
            # Refused itself, as long as nginx still counts the one before.
            slow.enter_context(begun(server.port, "POST", "/upload/lesson", fields, sent=10))
            answer = upload(server, REL, short_h264)
            # A refusal counts as false.
            return [answer] if answer.status_code == 429 else []

        [refused] = wait_for(has_its_share, "the admitted upload to be counted")
        said = "Too many uploads at once from one address: more than 1. Try again when one of them has ended."
        assert refused.json() == {"error": "rate_limited", "message": said}
        assert refused.headers["Retry-After"] == "10"


def test_all_uploads_of_strangers_together_have_a_bound(server, tmp_path):
    sockets = {"FOCUST_LISTEN": "fastcgi.sock", "FOCUST_UPLOAD_LISTEN": "upload.sock"}
    sockets = {name: str(server.app_socket(value)) for name, value in sockets.items()}
    host = Host(tmp_path, FOCUST_UPLOADS_IN_ALL="3", FOCUST_TRUSTED_ADDRESSES="192.0.2.1", **sockets)

    def start(address, body=b"1"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(20)
        connection.connect(str(tmp_path / "host.sock"))
        lines = ["POST /upload/lesson HTTP/1.1", "Host: a", "Content-Length: 2", f"X-Real-IP: {address}"]
        lines += [f"Authorization: Bearer {API_KEY}", "Connection: close"]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        return connection

    def status(connection):
        return answer_of(connection).status

    try:
        slow = [start(f"203.0.113.{number}") for number in range(3)]
        wait_for(lambda: status(start("203.0.113.9", b"12")) == 429, "three uploads to be under way")
        said = "Too many uploads at once from all addresses together: more than 3. Try again shortly."
        refused = answer_of(start("203.0.113.9", b"12"))
        assert json.loads(refused.body) == {"error": "rate_limited", "message": said}
        # The site's backend is not one of them.
        assert status(start("192.0.2.1", b"12")) == 400
        slow.pop().close()
        wait_for(lambda: status(start("203.0.113.9", b"12")) == 400, "one of the three to be gone")
        for connection in slow:
            connection.close()
    finally:
        host.stop()


def test_nginx_knows_every_status_that_a_refusal_can_have():
    swift = (REPOSITORY / "Sources/Domain/ErrorCode.swift").read_text()
    known = re.findall(r"return (\d+) \$focust_body", (TEMPLATES / "refused.conf").read_text())
    # And those of an upload that was answered before.
    assert set(known) == {"201", "202", *re.findall(r": (\d{3})$", swift, re.MULTILINE)}
