"""A page on which hls.js plays a lesson in Chromium, as browsers without HLS of their own do it."""

import http.server
import shutil
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from .chromium import Page
from .server import wait_for
from .site import HLS_JS

PAGE = """<!doctype html><link rel="icon" href="data:,"><video id="video" muted></video><script type="module">
import { Hls } from "./hls.mjs";
window.faults = [];
window.hls = new Hls();
hls.on("hlsError", (_, { type, details, fatal }) => faults.push([type, details, fatal]));
hls.loadSource("output.m3u8");
hls.attachMedia(video);
hls.on("hlsManifestParsed", () => {
  video.playbackRate = 4;
  video.play();
});
</script>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def log_message(self, *_):
        pass


@contextmanager
def served(folder: Path):
    """The folder's address while it is served."""
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()


def play_to_end(page: Page, lesson: Path) -> dict:
    """Plays the lesson in `lesson`, of a few seconds, and answers what was decoded and what went wrong."""
    shutil.copy(HLS_JS, lesson / "hls.mjs")
    (lesson / "index.html").write_text(PAGE)
    with served(lesson) as address:
        page.open(f"{address}/index.html")
        ended = "window.video?.ended || window.faults?.some(([, , fatal]) => fatal)"
        wait_for(lambda: page.evaluate(ended), "hls.js to reach the end", 30, 0.1)
        return page.evaluate(
            "({ faults, ended: video.ended, time: video.currentTime, width: video.videoWidth,"
            " sound: video.webkitAudioDecodedByteCount, pictures: video.webkitDecodedFrameCount })"
        )
