"""A lesson, and a presentation, that are replaced while a page of another site shows them in Chromium."""

import http.server
import threading
from urllib.parse import urlsplit

import pytest
import requests

from harness.chromium import Page
from harness.client import get_token, make_lesson, service
from harness.media import make_h264
from harness.server import wait_for
from harness.trees import retired

REL = "trainer-1/course-1/browser/replaced"
SECONDS = 60


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
    page.call("Page.navigate", url=origin)
    wait_for(lambda: page.evaluate("document.readyState") == "complete", "the page")


def put_video(page, address: str) -> None:
    page.evaluate(
        "document.body.append(window.video = Object.assign(document.createElement('video'),"
        f" {{ crossOrigin: 'anonymous', muted: true, preload: 'auto', src: {address!r} }}))"
    )


def asked_for(page, version: str) -> list[str]:
    """The names of the segments of that version which the browser has been sent."""
    answers = [each["response"] for each in page.happened("Network.responseReceived")]
    paths = [urlsplit(each["url"]) for each in answers if each["status"] in (200, 206)]
    return [each.path.rsplit("/", 1)[1] for each in paths if f"v={version}" in each.query and ".ts" in each.path]


def test_chromium_plays_a_film_to_its_end_that_is_replaced_meanwhile(own_server, origin, page, tmp_path):
    server = own_server(FOCUST_ALLOWED_ORIGINS=origin, FOCUST_SEGMENT_SECONDS="2")
    film = make_h264(tmp_path / "film.mp4", seconds=SECONDS, size="320x180", bitrate="1500k")
    other = make_h264(tmp_path / "other.mp4", seconds=3, size="160x120", bitrate="60k")
    make_lesson(server, REL, film)
    version = str((server.data / "hls" / REL / ".version").readlink()).removeprefix(".v-")
    put_video(page, get_token(server, REL)["signed_playlist_url"])
    page.evaluate("video.play()")
    wait_for(lambda: page.evaluate("video.currentTime") > 1, "the film to move")
    make_lesson(server, REL, other)
    assert any(version in kept for kept in retired(server.data))
    # Not all of it had been loaded when the other one took its place.
    before = set(asked_for(page, version))
    assert len(before) < SECONDS / 2, before
    page.evaluate("video.playbackRate = 8")
    wait_for(lambda: page.evaluate("video.ended || video.error"), "the end", 60, 0.2)
    assert page.evaluate("({ error: video.error, width: video.videoWidth })") == {"error": None, "width": 320}
    assert page.evaluate("video.currentTime") > SECONDS - 1
    assert len(set(asked_for(page, version))) == SECONDS / 2
    assert page.complaints() == []


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
