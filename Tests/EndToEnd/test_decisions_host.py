"""An nginx whose own habits of caching and of access would undo what the switch promises, were they not set again."""

import os
import socket
import subprocess

import pytest
import requests

from harness.client import bearer, refusal, service
from harness.host import NGINX
from harness.server import DEFAULTS, PORTS, Server, free_port, wait_for, write_nginx
from harness.tokens import play
from harness.trees import put_lesson

REL = "t/c/m/l"
SEGMENT = f"/hls2/{REL}/segment_000.ts?v=abc123"
PAGE = {"Referer": "https://learner.example.com/"}

CONFIGURATION = """
daemon off;
{user}
pid "{directory}/nginx.pid";
events {{ }}
http {{
    client_body_temp_path "{directory}/body";
    fastcgi_temp_path "{directory}/fastcgi";
    proxy_temp_path "{directory}/proxy";
    scgi_temp_path "{directory}/scgi";
    uwsgi_temp_path "{directory}/uwsgi";
    fastcgi_cache_path "{directory}/host" keys_zone=host:1m;
    fastcgi_cache host;
    fastcgi_cache_key one-for-all;
    fastcgi_cache_valid any 1h;
    fastcgi_cache_use_stale error timeout updating http_403 http_404 http_500 http_503;
    fastcgi_cache_background_update on;
    fastcgi_ignore_headers X-Accel-Expires;
    fastcgi_intercept_errors on;
    satisfy any;
    error_page 403 404 500 502 =200 /host;
    open_file_cache max=100;
    root "{directory}";
    include focust-video/http.conf;
    server {{
        listen 127.0.0.1:{port};
        allow 127.0.0.1;
        deny all;
        location = /host {{ return 200 "the host's own page\\n"; }}
        include focust-video/server.conf;
    }}
}}
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("app"))
    put_lesson(running.data / "hls" / REL, "abc123", {"segment_000.ts": b"film"})
    yield running.start()
    assert running.stop() == 0


@pytest.fixture(scope="module")
def url(app, tmp_path_factory):
    """Where the host's nginx listens, in front of the application."""
    directory, port = tmp_path_factory.mktemp("host"), free_port()
    settings = DEFAULTS | {
        "FOCUST_DATA_DIR": str(app.data),
        "FOCUST_LISTEN": str(app.app_socket()),
        "FOCUST_NGINX_LOG_DIR": str(directory),
        "FOCUST_NGINX_DECISION_CACHE": "5s",
        "FOCUST_NGINX_DECISION_DIR": str(directory / "decisions"),
    }
    write_nginx(directory / "focust-video", settings)
    user = "user root;" if os.geteuid() == 0 else ""
    (directory / "nginx.conf").write_text(CONFIGURATION.format(directory=directory, port=port, user=user))
    log = directory / "error.log"
    process = subprocess.Popen([NGINX, "-p", directory, "-c", directory / "nginx.conf", "-e", log])
    address = f"http://127.0.0.1:{port}"

    def listens():
        assert process.poll() is None, log.read_text()
        try:
            return requests.get(f"{address}/host", timeout=5).ok
        except requests.ConnectionError:
            return False

    wait_for(listens, "the host's nginx")
    PORTS.add(port)
    yield address
    process.terminate()
    process.wait(timeout=10)
    PORTS.discard(port)


def test_the_host_s_habits_let_nobody_in(url):
    for _ in range(2):
        allowed = requests.get(url + SEGMENT, headers=bearer(play(REL), **PAGE), timeout=10)
        assert (allowed.status_code, allowed.content) == (200, b"film")
        assert allowed.headers["Cache-Control"] == "private, max-age=3600, immutable"
        for headers, error in [
            (PAGE, "token_missing"),
            (bearer("nonsense", **PAGE), "token_invalid"),
            (bearer(play("t/c/m/x"), **PAGE), "token_mismatch"),
            (bearer(play(REL)), "referrer_missing"),
        ]:
            refused = requests.get(url + SEGMENT, headers=headers, timeout=10)
            assert (refused.status_code, refusal(refused)) == (403, error)


def test_the_host_s_cache_keeps_no_refusal_and_nothing_beyond_its_time(url, app):
    """A token that begins to be valid is let in; once it has ended it is not, though the host caches for an hour."""
    later = bearer(play("t/c/m/later"), **PAGE)
    address = f"{url}/hls2/t/c/m/later/segment_000.ts?v=abc123"
    missing = requests.get(address, headers=later, timeout=10)
    assert (missing.status_code, refusal(missing)) == (404, "not_found")
    put_lesson(app.data / "hls/t/c/m/later", "abc123", {"segment_000.ts": b"film"})
    assert requests.get(address, headers=later, timeout=10).content == b"film"
    token = play(REL)
    assert requests.get(url + SEGMENT, headers=bearer(token, **PAGE), timeout=10).content == b"film"
    revoked = requests.post(f"{app.url}/api/revoke", headers=service(), json={"rel": REL}, timeout=10)
    assert revoked.ok
    wait_for(
        lambda: requests.get(url + SEGMENT, headers=bearer(token, **PAGE), timeout=10).status_code == 403,
        "the refusal",
        6,
    )


def test_an_address_that_the_host_allows_is_still_asked_about_before_its_film(url):
    """By `satisfy any` it would be enough, and the film of a stranger be taken before anybody looks."""
    port = int(url.rpartition(":")[2])
    head = "POST /upload/lesson HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 401")
