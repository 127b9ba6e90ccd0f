"""All addresses below a path, in a server { } that has an application with /api/, /upload and /healthz of its own."""

import re
import subprocess
from urllib.parse import urlsplit

import pytest
import requests

from harness import tus
from harness.client import WEB_HEADERS, bearer, get_token, make_lesson, refusal, service, wait_for_task
from harness.media import run
from harness.processes import NGINX_CONF, Site
from harness.server import ORIGIN, binary
from harness.tokens import play

PREFIX = "/video"
REL = "trainer-1/course-1/module-1/lesson-1"
# The regular expression would take every address that no ^~ keeps from it.
OWN = """
        location / {{ return 404 "the site's own page\\n"; }}
        location /api/ {{ return 200 "the site's own api\\n"; }}
        location /upload {{ return 200 "the site's own upload\\n"; }}
        location = /healthz {{ return 200 "the site is well\\n"; }}
        location ~ \\.(ts|mp4|m3u8)$ {{ return 200 "the site's own films\\n"; }}
        include focust-video/server.conf;
"""
INCLUDES = NGINX_CONF[NGINX_CONF.index("        include focust-video/error-pages.conf;") :]
INCLUDES = INCLUDES[: INCLUDES.index("server.conf;") + len("server.conf;\n")]


@pytest.fixture(scope="module", params=["off", "2s"])
def site(request, tmp_path_factory):
    """Without and with nginx's cache of decisions, whose maps know addresses too."""
    directory = tmp_path_factory.mktemp("prefix")
    settings = {
        "FOCUST_NGINX_PREFIX": PREFIX,
        "FOCUST_NGINX_DECISION_CACHE": request.param,
        "FOCUST_NGINX_DECISION_DIR": str(directory / "decisions"),
        "FOCUST_UPLOADS_AT_ONCE": "4",
    }
    made = Site(directory, settings, NGINX_CONF.replace(INCLUDES, OWN))
    made.start_nginx().start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def lesson(site, short_h264):
    return make_lesson(site, REL, short_h264)


def origin(site) -> str:
    return site.url.removesuffix(PREFIX)


@pytest.mark.parametrize(
    "target,body",
    [
        ("/api/tasks", "the site's own api\n"),
        ("/api/get-video-token/v2?user_id=u", "the site's own api\n"),
        ("/upload/lesson", "the site's own upload\n"),
        ("/upload/tus/", "the site's own upload\n"),
        ("/healthz", "the site is well\n"),
        ("/hls2/a/b/c/d/segment_000.ts", "the site's own films\n"),
        ("/presentation_videos/course/c", "the site's own page\n"),
        ("/metrics", "the site's own page\n"),
        ("/_focust/hls/a/b/c/d/segment_000.ts", "the site's own films\n"),
        ("/videos", "the site's own page\n"),
        ("/video", "the site's own page\n"),
    ],
)
def test_the_site_keeps_all_its_addresses(site, target, body):
    assert requests.get(origin(site) + target, timeout=10).text == body


def test_every_address_that_is_given_out_lies_below_the_prefix(site, lesson):
    assert lesson.accepted["status_url"].startswith(f"{site.url}/api/tasks/")
    for platform in ("web", "mobile"):
        token = get_token(site, REL, platform)
        assert all(token[name].startswith(f"{site.url}/") for name in ("playlist_url", "signed_playlist_url"))
    answer = requests.get(
        f"{site.url}/api/get-upload-token", {"user_id": "u", "type": "course", "course_id": "c"}, headers=service()
    )
    assert answer.json()["upload_url"] == f"{site.url}/upload_presentation/course/c"
    assert answer.json()["resumable_url"] == f"{site.url}/upload/tus/"


def test_it_plays_for_the_web_and_for_mobile(site, lesson, short_h264):
    def frames(source, *options):
        entries = ("-show_entries", "stream=nb_read_frames", "-of", "csv=p=0")
        said = run("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", *entries, *options, source)
        return said.split()[-1]

    mobile = get_token(site, REL, "mobile")["signed_playlist_url"]
    headers = "".join(f"{name}: {value}\r\n" for name, value in bearer(play(REL), **WEB_HEADERS).items())
    web = f"{site.url}/hls2/{REL}/output.m3u8"
    assert frames(mobile) == frames(web, "-headers", headers) == frames(short_h264)
    playlist = requests.get(mobile, timeout=10).text
    lines = re.findall(r'^[^#\n].*|URI="([^"]*)"', playlist, re.M)
    assert lines and playlist.count(f"{site.url}/mobile/hls2/{REL}/") == len(lines)


def test_a_segment_is_sent_by_nginx_with_the_same_headers(site, lesson):
    headers = bearer(play(REL), Origin=ORIGIN, **WEB_HEADERS)
    playlist = requests.get(f"{site.url}/hls2/{REL}/output.m3u8", headers=headers, timeout=10).text
    name = next(line for line in playlist.splitlines() if line and not line.startswith("#"))
    for _ in range(3):
        answer = requests.get(f"{site.url}/hls2/{REL}/{name}", headers=headers, timeout=10)
        assert answer.status_code == 200
        assert (answer.headers["Accept-Ranges"], answer.headers["Content-Type"]) == ("bytes", "video/mp2t")
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_the_original_is_downloaded(site, lesson, short_h264):
    wish = {"type": "lesson", "user_id": "u", "rel": REL, "filename": short_h264.name}
    token = requests.get(f"{site.url}/api/get-download-token/v2", wish, headers=service(), timeout=10).json()
    assert token["signed_download_url"].startswith(f"{site.url}/download2/")
    assert requests.get(token["signed_download_url"], timeout=10).content == short_h264.read_bytes()


def test_a_resumable_upload_goes_on_at_its_location(site, short_h264):
    rel, film = "trainer-1/course-1/module-1/resumed", short_h264.read_bytes()
    answer = tus.begin(site, len(film), tus.lesson_metadata(rel))
    assert (answer.status_code, answer.headers["Location"].startswith(f"{site.url}/upload/tus/")) == (201, True)
    url = answer.headers["Location"]
    assert tus.send(url, 0, film[:1000]).status_code == 204
    assert tus.offset(url) == 1000
    done = tus.send(url, 1000, film[1000:])
    assert done.status_code == 204
    assert done.headers["Focust-Status-Url"].startswith(f"{site.url}/api/tasks/")
    assert wait_for_task(site, done.headers["Focust-Task-Id"])["status"] == "completed"
    # What a page may read of it, and the log without the name that is all one needs to go on with it.
    seen = requests.head(url, headers=service() | {"Origin": ORIGIN, "Tus-Resumable": "1.0.0"}, timeout=10)
    assert "Upload-Offset" in seen.headers["Access-Control-Expose-Headers"]
    log = (site.directory / "focust-video.access.log").read_text()
    assert f"{PREFIX}/upload/tus/-" in log and urlsplit(url).path not in log


def test_presentations_are_served_by_nginx(site, short_h264):
    with short_h264.open("rb") as file:
        files = {"video": ("film.mp4", file)}
        answer = requests.post(f"{site.url}/upload_presentation/course/c", headers=service(), files=files, timeout=60)
    assert answer.json()["url"] == f"{site.url}/presentation_videos/courses/c/presentation.mp4"
    stored = (site.data / "presentation_videos/courses/c/presentation.mp4").read_bytes()
    for url in (answer.json()["url"], f"{site.url}/presentation_videos/course/c"):
        assert requests.get(url, timeout=10).content == stored
    assert requests.get(f"{site.url}/presentation_videos/course/d", timeout=10).status_code == 404


@pytest.mark.parametrize(
    "method,path,status,word",
    [
        ("GET", f"/hls2/{REL}/output.m3u8", 403, "token_missing"),
        ("GET", "/hls2", 404, "not_found"),
        ("GET", "/_focust/errors/404", 404, "not_found"),
        ("GET", f"/_focust/hls/{REL}/segment_000.ts", 404, "not_found"),
        ("GET", "/api/tasks", 401, "unauthorized"),
        ("POST", "/upload/lesson", 401, "unauthorized"),
        ("POST", "/upload/tus/", 401, "unauthorized"),
        ("GET", "/upload/lesson", 405, "method_not_allowed"),
    ],
)
def test_refusals_are_ours(site, lesson, method, path, status, word):
    answer = requests.request(method, site.url + path, headers={"Origin": ORIGIN}, timeout=10)
    assert (answer.status_code, refusal(answer)) == (status, word)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.parametrize(
    "path,limit", [("/upload/lesson", 104857600), ("/upload/tus/", 2147483648), ("/api/tasks", 65536)]
)
def test_a_413_names_the_limit_of_the_address(site, path, limit):
    answer = requests.post(site.url + path, headers={"Content-Length": str(2**40)}, timeout=10)
    assert (answer.status_code, answer.json()["limit"]) == (413, limit)


@pytest.mark.parametrize("path", [f"/hls2/{REL}/output.m3u8", "/upload/lesson", "/upload/tus/", "/api/tasks"])
def test_preflights_are_answered(site, path):
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}
    answer = requests.options(site.url + path, headers=headers, timeout=10)
    assert answer.status_code == 204
    assert ("PATCH" in answer.headers["Access-Control-Allow-Methods"]) == path.startswith("/upload/tus/")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_lie_below_the_prefix(site, path):
    assert requests.get(site.url + path, timeout=10).status_code == 200


@pytest.mark.parametrize("spelled", ["/vide%6F", "/x/../video", "//video"])
def test_another_spelling_of_the_prefix_opens_nothing(site, lesson, spelled):
    path = f"{spelled}/mobile/hls2/{REL}/output.m3u8?token={play(REL, 'mobile')}"
    connection = requests.Request("GET", origin(site))
    prepared = connection.prepare()
    prepared.url = origin(site) + path
    assert requests.Session().send(prepared, timeout=10).status_code == 404


def test_a_site_with_a_healthz_of_its_own_leaves_ours_out(tmp_path):
    own = NGINX_CONF.replace(
        "        include focust-video/error",
        '        location = /healthz {{ return 200 "own"; }}\n        include focust-video/error',
    )
    made = Site(tmp_path, {"FOCUST_NGINX_OPERATIONS": "false"}, own)
    try:
        made.start_nginx().start(wait=False)
        assert requests.get(f"{made.url}/healthz", timeout=10).text == "own"
        for path in ("/readyz", "/metrics"):
            assert requests.get(made.url + path, timeout=10).status_code == 404
    finally:
        made.stop()


@pytest.mark.parametrize(
    "settings,name",
    [
        ({"FOCUST_NGINX_PREFIX": "/video", "FOCUST_PUBLIC_URL": "https://site.example.com"}, "FOCUST_PUBLIC_URL"),
        (
            {"FOCUST_NGINX_PREFIX": "/video", "FOCUST_PUBLIC_URL": "https://site.example.com/videos"},
            "FOCUST_PUBLIC_URL",
        ),
        ({"FOCUST_NGINX_PREFIX": "/video/"}, "FOCUST_NGINX_PREFIX"),
        ({"FOCUST_NGINX_PREFIX": "video"}, "FOCUST_NGINX_PREFIX"),
        ({"FOCUST_NGINX_PREFIX": "/a b"}, "FOCUST_NGINX_PREFIX"),
    ],
)
def test_a_prefix_that_the_public_url_does_not_carry_is_refused(tmp_path, settings, name):
    usual = {"FOCUST_ALLOWED_ORIGINS": ORIGIN, "FOCUST_PUBLIC_URL": "https://site.example.com/video"}
    for command in (["nginx", tmp_path / "out"], ["serve"]):
        result = subprocess.run(
            [binary(), *command], env=usual | settings, capture_output=True, text=True, timeout=20
        )
        assert result.returncode == 2 and f"focust-video: {name} is" in result.stderr
    assert not (tmp_path / "out").exists()
