"""A site as docs/examples/browser-upload makes one: its pages as they are shipped, hls.js, and what route.ts does."""

import http.server
import json
import threading
from contextlib import contextmanager
from functools import partial
from urllib.parse import parse_qs, urlsplit

import requests

from .client import service
from .server import REPOSITORY
from .tokens import remember

EXAMPLE = REPOSITORY / "docs/examples/browser-upload"
# `scripts/venv` puts it there: an ES module that exports the class as Hls.
HLS_JS = REPOSITORY / ".venv/hls.mjs"
# A player that keeps little: what it has not asked for yet can still be refused.
SPARING = b"""import { Hls } from "./whole-hls.mjs";
Hls.DefaultConfig.maxBufferLength = Hls.DefaultConfig.maxMaxBufferLength = 6;
export { Hls };
"""


class Site(http.server.SimpleHTTPRequestHandler):
    """The files of the example, and its backend; the class's members are the site's settings."""

    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}
    video = ""  # the video server's address
    ttl = ""  # of play tokens
    policy = ""  # Referrer-Policy of the pages
    issued: list[dict] = []  # what the video server has issued

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == "/api/lesson-video":
            self.issue({name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()})
        elif path == "/hls.mjs":
            self.answer(200, "text/javascript", SPARING)
        elif path == "/whole-hls.mjs":
            self.answer(200, "text/javascript", HLS_JS.read_bytes())
        else:
            super().do_GET()

    def issue(self, query: dict[str, str]) -> None:
        """What route.ts does, for somebody who may use every lesson."""
        wanted = {"user_id": "trainer-1", "rel": query["rel"]}
        if query["action"] == "upload":
            path, wanted = "get-upload-token", wanted | {"type": "lesson", "ttl": "7200"}
        else:
            path, wanted = "get-video-token/v2", wanted | {"platform": "web", "ttl": self.ttl}
        headers = service() | {"Accept-Language": self.headers.get("Accept-Language", "en")}
        try:
            answer = requests.get(f"{self.video}/api/{path}", params=wanted, headers=headers, timeout=10)
        except requests.ConnectionError:
            return self.answer(500, "text/html", b"<h1>Internal Server Error</h1>")
        body = answer.json()
        if answer.ok:
            remember(body["token"])
            self.issued.append(body)
            body["server"] = self.video
        self.answer(answer.status_code, "application/json", json.dumps(body).encode())

    def answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self):
        # A page from a cache would have the policy of another test.
        self.send_header("Cache-Control", "no-store")
        if self.policy:
            self.send_header("Referrer-Policy", self.policy)
        super().end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def opened(**settings):
    """The running site, on another host name than the server: http://localhost, which browsers trust like https."""
    handler = type("ThisSite", (Site,), {"issued": []} | settings)
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=EXAMPLE))
    running.handler, running.origin = handler, f"http://localhost:{running.server_port}"
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield running
    finally:
        running.shutdown()
        running.server_close()
