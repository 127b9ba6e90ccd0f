"""A lesson with several renditions is watched through nginx: by ffmpeg, by hls.js and by a browser's own player."""

import json
import shutil
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from harness import renditions
from harness.chromium import Page
from harness.client import WEB_HEADERS, get_token, segment_uris
from harness.hls_page import served
from harness.media import decrypt, frame_hashes, probe, run
from harness.server import ORIGIN, SECRET_KEY, Server
from harness.site import HLS_JS
from harness.tokens import play, remember

REL = "trainer-1/course-1/module-1/watched"
VERSION = "watched1"
SECONDS = 60
SIZES = {"r0": (640, 360), "r1": (320, 180), "r2": (160, 90)}
# Bytes per second of a line of 200 kbit/s.
SLOW = 25_000

# hls.js as a page uses it, and what happened to it.
PLAYER = """<!doctype html><link rel="icon" href="data:,"><video id="video" muted></video><script type="module">
import { Hls } from "./hls.mjs";
window.faults = [];
window.loaded = [];
window.hls = new Hls();
hls.on("hlsError", (_, { type, details, fatal }) => faults.push([type, details, fatal]));
hls.on("hlsFragBuffered", (_, { frag }) => loaded.push(hls.levels[frag.level].height));
hls.loadSource(new URLSearchParams(location.search).get("film"));
hls.attachMedia(video);
hls.on("hlsManifestParsed", () => video.play());
</script>"""
NATIVE = """<!doctype html><link rel="icon" href="data:,"><video id="video" muted></video><script>
video.src = new URLSearchParams(location.search).get("film");
video.play();
</script>"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A site with the two pages: its address."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copy(HLS_JS, folder / "hls.mjs")
    (folder / "hls.html").write_text(PLAYER)
    (folder / "native.html").write_text(NATIVE)
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def lesson(pages, tmp_path_factory):
    """A server with a lesson of three renditions, which its files say are cut alike."""
    server = Server(tmp_path_factory.mktemp("server"), {"FOCUST_ALLOWED_ORIGINS": f"{pages},{ORIGIN}"})
    made = renditions.make_ladder(server.data / "hls" / REL, VERSION, SECONDS)
    assert {each.name: (each.width, each.height) for each in made} == SIZES
    server.start()
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    page = Page(tmp_path_factory.mktemp("chromium"))
    yield page
    page.close()


def throttle(page: Page, bytes_per_second: int) -> None:
    """The browser's own network conditions; -1: as fast as it goes."""
    page.call(
        "Network.emulateNetworkConditions",
        offline=False,
        latency=100 if bytes_per_second > 0 else 0,
        downloadThroughput=bytes_per_second,
        uploadThroughput=-1,
    )


def watch(page: Page, pages: str, kind: str, address: str) -> None:
    page.events.clear()
    page.open(f"{pages}/{kind}.html?film={requests.utils.quote(address, safe='')}")


def signed(server, platform: str = "web", **more) -> str:
    return get_token(server, REL, platform, **more)["signed_playlist_url"]


def test_ffmpeg_plays_every_rendition_without_a_header(lesson):
    """As apps do: every address carries what opens it."""
    address = signed(lesson, "mobile")
    found = json.loads(run("ffprobe", "-v", "error", "-of", "json", "-show_programs", address))["programs"]
    sizes = {(stream["width"], stream["height"]) for each in found for stream in each["streams"] if "width" in stream}
    assert sizes == set(SIZES.values())
    for uri in segment_uris(requests.get(address, timeout=10).text):
        name = urlsplit(uri).path.rsplit("/")[-1]
        on_disk = frame_hashes(lesson.data / "hls" / REL / name, "-allowed_extensions", "ALL", "-t", "6")
        assert frame_hashes(uri, "-t", "6") == on_disk and on_disk, name


@pytest.mark.parametrize("name", SIZES)
def test_every_rendition_is_a_film_under_its_own_key(lesson, tmp_path, name):
    """By openssl and ffprobe, from what a player was sent."""
    uris = segment_uris(requests.get(signed(lesson, "mobile"), timeout=10).text)
    uri = next(each for each in uris if f"/{name}.m3u8" in each)
    playlist = requests.get(uri, timeout=10).text
    key_uri = playlist.split('URI="')[1].split('"')[0]
    key = requests.get(key_uri, timeout=10).content
    segment = tmp_path / "segment"
    segment.write_bytes(requests.get(segment_uris(playlist)[3], timeout=10).content)
    streams = probe(decrypt(segment, key, 3, tmp_path / "plain.ts"))["streams"]
    picture = next(each for each in streams if each["codec_type"] == "video")
    assert (picture["width"], picture["height"]) == SIZES[name]
    # The grant that came with the main playlist opens all of it, and lives as long as the film.
    grants = {parse_qs(urlsplit(each).query)["token"][0] for each in (uri, key_uri, *segment_uris(playlist))}
    said = jwt.decode(remember(grants.pop()), SECRET_KEY, algorithms=["HS256"])
    assert not grants and said["use"] == "segment"


def test_hls_js_starts_and_plays_on_a_slow_line_and_climbs_when_the_line_is_good(lesson, pages, page):
    throttle(page, SLOW)
    watch(page, pages, "hls", signed(lesson))
    page.wait("window.video?.currentTime > 0.5", "the film to start", 60)
    # Lower than the first one listed: it starts among those of the fewest frames per second.
    assert page.evaluate("loaded[0]") == SIZES["r2"][1]
    page.wait("video.currentTime > 8", "the film to play on a slow line", 60)
    slow = page.evaluate("loaded")
    assert slow[-1] == SIZES["r2"][1], slow
    throttle(page, -1)
    # hls.js believes a line by the seconds that it has loaded: a short film has no time for the last step.
    page.wait(f"loaded.at(-1) >= {SIZES['r1'][1]}", "a better rendition to be loaded", 60)
    page.evaluate("window.best = 0; video.onresize = () => { best = Math.max(best, video.videoHeight); }")
    page.evaluate("video.playbackRate = 4")
    page.wait("video.ended || faults.some(([, , fatal]) => fatal)", "the end", 60)
    seen = page.evaluate("({ ended: video.ended, best, faults, loaded })")
    assert seen["ended"] and seen["best"] >= SIZES["r1"][1], seen
    assert not any(fatal for _, _, fatal in seen["faults"]), seen


def test_hls_js_stays_below_max_height(lesson, pages, page):
    """By the token, whatever the line carries; nothing larger is even asked for."""
    throttle(page, -1)
    watch(page, pages, "hls", signed(lesson, max_height="180"))
    page.wait("window.video?.currentTime > 1", "the film to start", 60)
    page.evaluate("video.playbackRate = 4")
    page.wait("video.currentTime > 20", "the film to go on", 60)
    asked = {urlsplit(url).path.rsplit("/")[-1] for _, url in page.requests() if REL in url}
    assert set(page.evaluate("loaded")) <= {180, 90} and page.evaluate("hls.levels.length") == 2
    assert not any(name.startswith(("segment_", "r0")) or name == "enc.key" for name in asked), asked
    assert not page.complaints()


def test_a_browsers_own_player_plays_the_lesson(lesson, pages, page):
    throttle(page, -1)
    assert page.evaluate("document.createElement('video').canPlayType('application/vnd.apple.mpegurl')")
    watch(page, pages, "native", signed(lesson))
    page.wait("window.video?.currentTime > 2 || video.error", "the film to start", 60)
    assert page.evaluate("[video.error, [90, 180, 360].includes(video.videoHeight)]") == [None, True]


def test_the_predecessors_clients_read_one_rendition_by_themselves(lesson):
    """A script that takes every line without # for a segment asks for one height."""
    token = play(REL)
    headers = WEB_HEADERS | {"Authorization": f"Bearer {token}"}
    base = f"{lesson.url}/hls2/{REL}/"
    playlist = requests.get(f"{base}output.m3u8?max_height=90", headers=headers, timeout=10).text
    names = segment_uris(playlist)
    durations = [float(line[8:].split(",")[0]) for line in playlist.splitlines() if line.startswith("#EXTINF:")]
    # The sound may end in a segment of its own.
    assert len(names) == len(durations) and len(names) in (SECONDS // 2, SECONDS // 2 + 1)
    assert abs(sum(durations) - SECONDS) < 1
    assert all(requests.get(base + name, headers=headers, timeout=10).status_code == 200 for name in names[:3])
