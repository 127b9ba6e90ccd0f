"""A presentation that is replaced, in the caches of Chromium."""

import http.server
import threading

import pytest
import requests

from harness.chromium import Page
from harness.client import service
from harness.media import make_h264
from harness.server import wait_for


class Blank(http.server.BaseHTTPRequestHandler):
    """A page with nothing on it."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><link rel=icon href=data:,><body></body>")

    def log_message(self, *_):
        pass


@pytest.fixture
def origin():
    """A site on another host name than the server: http://localhost, which browsers trust like https."""
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Blank)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://localhost:{running.server_port}"
    running.shutdown()
    running.server_close()


@pytest.fixture
def page(tmp_path, origin):
    opened = Page(tmp_path)
    show(opened, origin)
    yield opened
    opened.close()


def show(page, origin):
    page.open(origin)


def put_video(page, address: str) -> None:
    page.evaluate(
        "document.body.append(window.video = Object.assign(document.createElement('video'),"
        f" {{ crossOrigin: 'anonymous', muted: true, preload: 'auto', src: {address!r} }}))"
    )


def test_a_page_shows_the_presentation_that_is_there_now(own_server, origin, page, tmp_path):
    server = own_server(FOCUST_ALLOWED_ORIGINS=origin)
    address = f"{server.url}/presentation_videos/courses/course-1/presentation.mp4"

    def present(seconds: int) -> None:
        film = make_h264(tmp_path / f"{seconds}.mp4", seconds=seconds, size="160x120", bitrate="60k")
        files = {"video": ("film.mp4", film.read_bytes(), "video/mp4")}
        route = f"{server.url}/upload_presentation/course/course-1"
        assert requests.post(route, headers=service(), files=files, timeout=60).status_code == 201

    def duration():
        show(page, origin)
        put_video(page, address)
        return wait_for(lambda: page.evaluate("video.error ? 'gone' : Math.round(video.duration)"), "the film")

    present(2)
    assert duration() == 2
    # From the cache now, after a question.
    assert duration() == 2
    present(4)
    assert duration() == 4
    route = f"{server.url}/api/presentations/course/course-1"
    assert requests.delete(route, headers=service(), timeout=10).ok
    assert duration() == "gone"
