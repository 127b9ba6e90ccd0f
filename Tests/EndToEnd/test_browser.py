"""The page of docs/examples/browser-upload in a browser: a file is chosen, goes up in parts, is converted, and plays.

The page comes from another site than the video server. Its backend is a stand-in that asks the server for tokens as
route.ts does; page and upload.js are what is shipped, and Chromium plays the playlist natively, keys included.
"""

import http.server
import json
import re
import shutil
import threading
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from harness.chromium import Page
from harness.client import service
from harness.server import REPOSITORY, wait_for
from harness.tokens import remember

EXAMPLE = REPOSITORY / "docs/examples/browser-upload"
REL = "trainer-1/course-1/browser/lesson-1"
PADDED = 20_000_000
WATCH = """
window.seen = [];
new MutationObserver(() => seen.push([document.querySelector("#status").textContent,
                                      document.querySelector("#progress").value]))
  .observe(document.body, { subtree: true, childList: true, attributes: true });
"""


class Site(http.server.SimpleHTTPRequestHandler):
    """The files of the example, and what route.ts does."""

    video = ""

    def do_GET(self):
        address = urlsplit(self.path)
        if address.path != "/api/lesson-video":
            return super().do_GET()
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        wanted = {"user_id": "trainer-1", "rel": query["rel"]}
        if query["action"] == "upload":
            path, wanted = "get-upload-token", wanted | {"type": "lesson", "ttl": "7200"}
        else:
            path, wanted = "get-video-token/v2", wanted | {"platform": "web"}
        answer = requests.get(f"{self.video}/api/{path}", params=wanted, headers=service(), timeout=10)
        remember(answer.json()["token"])
        body = json.dumps(answer.json() | {"server": self.video}).encode()
        self.send_response(answer.status_code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    """A site, on another host name than the server: http://localhost, which browsers trust like https."""
    handler = type("ThisSite", (Site,), {})
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=EXAMPLE))
    running.handler, running.origin = handler, f"http://localhost:{running.server_port}"
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def page(tmp_path):
    opened = Page(tmp_path)
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
    page.call("Page.navigate", url=f"{site.origin}/index.html?rel={REL}")
    wait_for(lambda: page.evaluate("document.readyState") == "complete", "the page")
    assert page.evaluate("document.createElement('video').canPlayType('application/vnd.apple.mpegurl')")
    page.evaluate(WATCH)
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
    parts = [each["request"] for each in page.happened("Network.requestWillBeSent")]
    patched = [urlsplit(each["url"]).netloc for each in parts if each["method"] == "PATCH"]
    assert patched == [f"127.0.0.1:{server.port}"] * 3
    played = [each["url"].split("?")[0].rsplit("/", 1)[1] for each in parts if "/hls2/" in each["url"]]
    assert {"output.m3u8", "segment_000.ts"} <= set(played), played


def test_a_page_of_a_site_that_is_not_allowed_sends_nothing(server, site, page):
    site.handler.video = server.url
    page.call("Page.navigate", url=f"{site.origin}/index.html?rel={REL}")
    wait_for(lambda: page.evaluate("document.readyState") == "complete", "the page")
    page.evaluate(f"void (backend = fetch('/api/lesson-video?action=upload&rel={REL}'))")
    refused = page.evaluate(
        "backend.then((answer) => answer.json()).then(({ server, token }) => fetch(`${server}/upload/tus/`, {"
        " method: 'POST', headers: { Authorization: `Bearer ${token}` } })).catch((problem) => problem.name)"
    )
    assert refused == "TypeError"
    assert any("CORS" in str(complaint) for complaint in page.complaints()), page.complaints()
