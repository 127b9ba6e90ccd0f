"""docs/examples/browser-upload/watch.html, by which learners watch, in a browser with HLS and in one without.

Pages, play.js and hls.js are what a site would have; they come from another site than the video server, and what
happens to a lesson while it is watched happens here. The person reads French.

Where a film is watched for long, all browsers watch at once, each a lesson of its own: the time passes for all.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import requests

from harness import site as sites
from harness.browsers import BROWSERS
from harness.client import get_token, make_lesson, refusal
from harness.media import make_h264
from harness.server import Server, free_port, wait_for

REL = "trainer-1/course-1/browser/watched"
STATUS = "document.querySelector('#status').textContent"
AWAY = "La vidéo n'est pas joignable pour le moment ; elle reprendra d'elle-même."


@pytest.fixture(scope="module")
def site():
    with sites.opened() as running:
        yield running


@pytest.fixture(scope="module")
def browsers(tmp_path_factory):
    """All of them, opened at once: most of that is waiting for them."""
    folders = {name: tmp_path_factory.mktemp(name) for name in BROWSERS}
    with ThreadPoolExecutor() as pool:
        opened = {name: pool.submit(BROWSERS[name], folder, language="fr") for name, folder in folders.items()}
    yield {name: each.result() for name, each in opened.items()}
    for each in opened.values():
        each.result().close()


@pytest.fixture(params=BROWSERS)
def browser(request, browsers):
    return browsers[request.param]


@pytest.fixture(scope="module")
def start(site, tmp_path_factory):
    """The servers of this module, by their settings: one for each."""
    running = {}

    def get(**settings: str) -> Server:
        key = tuple(settings.items())
        if key not in running:
            own = {"FOCUST_ALLOWED_ORIGINS": site.origin, "FOCUST_SEGMENT_SECONDS": "2"} | settings
            running[key] = Server(tmp_path_factory.mktemp("server"), own).start()
        return running[key]

    yield get
    for server in running.values():
        server.stop()


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")

    def make(seconds: int, size: str = "160x120"):
        film = folder / f"{seconds}-{size}.mp4"
        return film if film.exists() else make_h264(film, seconds=seconds, size=size, bitrate="60k")

    return make


def open_page(site, browser, server, rel: str = REL, origin: str | None = None, **settings):
    """Opens the page of a lesson of `server` on the site, and presses play."""
    for name, value in ({"video": server.url, "ttl": "", "policy": ""} | settings).items():
        setattr(site.handler, name, value)
    browser.open("about:blank")
    browser.events.clear()
    browser.open(f"{origin or site.origin}/watch.html?rel={rel}")
    browser.evaluate("window.video.muted = true; void video.play().catch(() => {})")
    return browser


@pytest.fixture
def watch(site, browser):
    """What `open_page` does, in one browser."""
    site.handler.issued.clear()
    return partial(open_page, site, browser)


@pytest.fixture
def watch_everywhere(site, browsers):
    """What `open_page` does, in all browsers: a page and the lesson that it shows, for each."""
    site.handler.issued.clear()

    def open_pages(server, film, **settings):
        rels = {f"{REL}-{name}": browser for name, browser in browsers.items()}
        for rel in rels:
            make_lesson(server, rel, film)
        return [(open_page(site, browser, server, rel, **settings), rel) for rel, browser in rels.items()]

    return open_pages


def issued(site, rel: str) -> list[dict]:
    """What the site had issued for the lesson, and for the page that shows it."""
    return [each for each in site.handler.issued if f"/{rel}/" in each["playlist_url"]]


def plays(page, beyond: float) -> None:
    page.wait(f"video.currentTime > {beyond}", f"the film to be beyond {beyond} s")


def is_dead(site, address: str) -> bool:
    answer = requests.get(address, headers={"Referer": site.origin}, timeout=10)
    return answer.status_code == 403 and refusal(answer) == "token_expired"


def segments(page) -> list[str]:
    return [url for url, status in page.answers() if ".ts?" in url and status in (200, 206)]


def test_a_lesson_goes_on_after_pauses_longer_than_its_token_and_than_its_grant(site, start, films, watch_everywhere):
    server = start(FOCUST_GRANT_MARGIN="0")
    watched = watch_everywhere(server, films(20), ttl="5")
    for page, _ in watched:
        plays(page, 1)
        page.evaluate("video.playbackRate = 1.5; video.pause()")
    for page, rel in watched:
        (first,) = issued(site, rel)
        wait_for(partial(is_dead, site, first["signed_playlist_url"]), "the token to end")
        page.evaluate("void video.play()")
        plays(page, 3)
        assert len(issued(site, rel)) == 1 and page.complaints() == []
        page.evaluate("video.pause()")
    for page, rel in watched:
        wait_for(partial(is_dead, site, segments(page)[0]), "the grant to end")
        page.evaluate("video.currentTime = 18; void video.play()")
        page.wait("video.ended", "the end")
        assert page.evaluate("[video.playbackRate, video.currentTime > 19.5, video.error]") == [1.5, True, None]
        assert len(issued(site, rel)) == 2 and page.evaluate(STATUS) == ""


def test_a_lesson_that_is_replaced_is_watched_to_its_end(site, start, films, watch_everywhere):
    server = start(FOCUST_GRANT_MARGIN="0")
    watched = watch_everywhere(server, films(40, "320x180"))
    for page, rel in watched:
        plays(page, 1)
        make_lesson(server, rel, films(3))
        # Not all of it had been loaded when the other one took its place.
        assert len(set(segments(page))) < 18
        page.evaluate("video.playbackRate = 8")
    for page, rel in watched:
        page.wait("video.ended || video.error", "the end", 60)
        assert page.evaluate("[video.videoWidth, video.currentTime > 39, video.error]") == [320, True, None]
        assert len(issued(site, rel)) == 1 and page.complaints() == []


def test_a_lesson_whose_old_version_is_gone_goes_on_in_the_new_one(site, start, films, watch_everywhere):
    server = start(FOCUST_KEEP_REPLACED="0")
    watched = watch_everywhere(server, films(60, "320x180"))
    for page, rel in watched:
        plays(page, 1)
        make_lesson(server, rel, films(60))
        page.evaluate("video.currentTime = 40")
    for page, rel in watched:
        page.wait("video.videoWidth === 160 && !video.paused", "the new film")
        plays(page, 40.5)
        # A shorter one has no such place: it begins.
        noted = "shown.push([video.videoWidth, video.currentTime])"
        page.evaluate(f"window.shown = []; video.ontimeupdate = () => {noted}")
        make_lesson(server, rel, films(3, "320x180"))
        page.evaluate("video.currentTime = 20")
    for page, rel in watched:
        page.wait("video.ended", "the end of the shorter film")
        assert [time for width, time in page.evaluate("shown") if width == 320 and 0 < time < 2.5]
        assert page.evaluate(STATUS) == "" and len(issued(site, rel)) == 3


def test_a_lesson_goes_on_where_it_was_when_its_server_comes_back(start, films, watch):
    server = start(FOCUST_KEEP_REPLACED="0")
    make_lesson(server, REL, films(60, "320x180"))
    page = watch(server)
    plays(page, 1)
    assert server.stop() == 0
    page.evaluate("video.currentTime = 40")
    page.wait("video.readyState < 3", "the film to stand still")
    server.start()
    plays(page, 40.5)
    assert page.evaluate(STATUS) == ""


def test_a_page_whose_policy_hides_it_plays_and_has_its_poster(start, site, films, watch):
    server = start(FOCUST_KEEP_REPLACED="0")
    make_lesson(server, REL, films(3))
    page = watch(server, policy="no-referrer")
    page.wait("video.ended", "the end")
    assert page.complaints() == []
    page.wait("video.poster.startsWith('blob:')", "the poster")
    # An image of that page has neither Referer nor, without crossorigin, Origin.
    shown = (
        "new Promise((done) => Object.assign(new Image(), {{ onload: () => done(1), onerror: () => done(0), {} }}))"
    )
    source = f"src: {get_token(server, REL)['poster_url']!r}"
    assert page.evaluate(shown.format(source)) == 0
    assert page.evaluate(shown.format(f"crossOrigin: 'anonymous', {source}")) == 1


def test_a_lesson_that_cannot_be_played_says_why_in_the_learners_language(start, watch):
    server = start(FOCUST_KEEP_REPLACED="0")
    # The video server's sentence, and what the site's backend was told.
    told = watch(server, "trainer-1/course-1/browser/missing").wait(STATUS, "a sentence")
    assert told == "Cette vidéo n’existe pas."
    told = watch(server, "no/lesson").wait(STATUS, "a sentence")
    assert told != AWAY and "rel" in told, told


def test_a_lesson_that_cannot_be_reached_plays_by_itself_when_it_can(site, start, films, watch):
    server = start(FOCUST_KEEP_REPLACED="0")
    make_lesson(server, REL, films(3))
    page = watch(server, video=f"http://127.0.0.1:{free_port()}")
    assert page.wait(STATUS, "a sentence") == AWAY
    site.handler.video = server.url
    page.wait("video.ended", "the end")
    assert page.evaluate(STATUS) == ""


def test_a_page_of_a_site_that_is_not_allowed_is_told_that_it_cannot_be_reached(start, films, watch):
    server = start(FOCUST_KEEP_REPLACED="0")
    make_lesson(server, REL, films(3))
    with sites.opened(video=server.url) as other:
        page = watch(server, origin=other.origin)
        assert page.wait(STATUS, "a sentence") == AWAY
        assert page.evaluate("video.readyState") == 0
        assert any("output.m3u8" in url for _, url in page.requests())
