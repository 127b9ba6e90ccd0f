"""The page of docs/examples/browser-upload in browsers: a file is chosen, goes up in parts, is converted, and plays.

The page comes from another site than the video server; page, upload.js and play.js are what is shipped.
"""

import re
import shutil
from functools import partial
from urllib.parse import urlsplit

import pytest
import requests

from harness import site as sites
from harness import tus
from harness.browsers import BROWSERS
from harness.client import bearer, service
from harness.server import wait_for
from harness.tokens import remember

REL = "trainer-1/course-1/browser/lesson-1"
PADDED = 20_000_000
WATCH = """
window.seen = [];
new MutationObserver(() => seen.push([document.querySelector("#status").textContent,
                                      document.querySelector("#progress").value]))
  .observe(document.body, { subtree: true, childList: true, attributes: true });
"""


@pytest.fixture
def site():
    with sites.opened() as running:
        yield running


@pytest.fixture(params=BROWSERS)
def page(request, tmp_path):
    opened = BROWSERS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def long_film(h264, tmp_path):
    """A film of three parts: a `free` box (ISO/IEC 14496-12 §8.1.2) behind it makes up the size."""
    film = shutil.copy(h264, tmp_path / "Leçon 1.mp4")
    with film.open("ab") as file:
        rest = PADDED - file.tell()
        file.write(rest.to_bytes(4, "big") + b"free" + bytes(rest - 8))
    return film


def test_a_page_uploads_follows_and_plays_a_lesson(own_server, site, page, long_film):
    server = own_server(FOCUST_ALLOWED_ORIGINS=site.origin)
    site.handler.video = server.url
    page.open(f"{site.origin}/index.html?rel={REL}")
    page.evaluate(WATCH)
    named = "[document.querySelector('#file').labels[0].textContent, document.querySelector('video').ariaLabel]"
    assert page.evaluate(named) == ["Choose a film:", "Lesson"]
    page.choose("#file", long_film)
    status = partial(page.evaluate, "document.querySelector('#status').textContent")
    ended = wait_for(lambda: re.match("Playing|It did not work.*", status()), "the page to play", 60, 0.2).string
    assert ended == "Playing", (ended, page.complaints())
    wait_for(lambda: page.evaluate("document.querySelector('#video').currentTime") > 1, "the film to move", 30)
    shown = page.evaluate("({ width: video.videoWidth, error: video.error, muted: video.muted })")
    assert shown["error"] is None and shown["width"] > 0, shown
    assert page.complaints() == []

    seen = page.evaluate("seen")
    assert [text for text in dict.fromkeys(text for text, _ in seen)] == ["Uploading", "Converting", "Playing"]
    shares = [share for text, share in seen if text == "Uploading"]
    assert shares == sorted(shares) and shares[-1] == 1 and any(0 < share < 1 for share in shares), shares
    (original,) = (server.data / "originals" / REL).iterdir()
    assert original.read_bytes() == long_film.read_bytes()
    parts = page.requests()
    assert [urlsplit(url).netloc for method, url in parts if method == "PATCH"] == [f"127.0.0.1:{server.port}"] * 3
    played = [url.split("?")[0].rsplit("/", 1)[1] for _, url in parts if "/hls2/" in url]
    assert {"output.m3u8", "segment_000.ts"} <= set(played), played


def test_an_upload_that_was_revoked_begins_anew(own_server, site, page, short_h264):
    server = own_server(FOCUST_ALLOWED_ORIGINS=site.origin)
    site.handler.video = server.url
    page.open(f"{site.origin}/index.html?rel={REL}")
    stat = short_h264.stat()
    wanted = {"user_id": "trainer-1", "type": "lesson", "rel": REL}
    issued = requests.get(f"{server.url}/api/get-upload-token", params=wanted, headers=service(), timeout=10)
    token = bearer(remember(issued.json()["token"]))
    begun = tus.begin(server, stat.st_size, tus.lesson_metadata(REL), token).headers["Location"]
    key = f"upload:{REL}:{short_h264.name}:{stat.st_size}:{stat.st_mtime_ns // 1_000_000}"
    page.evaluate(f"localStorage.setItem({key!r}, {begun!r})")
    revoked = requests.post(f"{server.url}/api/revoke", json={"user_id": "trainer-1"}, headers=service(), timeout=10)
    assert revoked.ok and tus.look(begun).status_code == 403
    page.choose("#file", short_h264)
    page.wait("document.querySelector('#status').textContent === 'Playing'", "the page to play", 60)
    assert any(method == "HEAD" and url == begun for method, url in page.requests())


def test_a_page_of_a_site_that_is_not_allowed_sends_nothing(server, site, page):
    site.handler.video = server.url
    page.open(f"{site.origin}/index.html?rel={REL}")
    page.evaluate(f"void (backend = fetch('/api/lesson-video?action=upload&rel={REL}'))")
    refused = page.evaluate(
        "backend.then((answer) => answer.json()).then(({ server, token }) => fetch(`${server}/upload/tus/`, {"
        " method: 'POST', headers: { Authorization: `Bearer ${token}` } })).catch((problem) => problem.name)"
    )
    assert refused == "TypeError"
    assert any("CORS" in str(complaint) for complaint in page.complaints()), page.complaints()
