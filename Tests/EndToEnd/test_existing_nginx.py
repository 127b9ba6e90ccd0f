"""The snippet in an nginx that serves other sites already: nothing of theirs changes. No application is needed."""

import pytest

from harness.host import Host
from harness.server import ORIGIN


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    directory = tmp_path_factory.mktemp("host")
    (directory / "site").mkdir()
    (directory / "site/index.html").write_text("the host's own start page\n")
    (directory / "data/presentation_videos/courses/c").mkdir(parents=True)
    (directory / "data/presentation_videos/courses/c/presentation.mp4").write_bytes(b"film")
    running = Host(directory)
    yield running
    running.stop()


@pytest.mark.parametrize(
    "target,status,body",
    [
        ("/", 200, "the host's own start page\n"),
        ("/api/anything", 200, "the host's own api, page\n"),
        ("/api/task", 200, "the host's own api, page\n"),
        ("/films/a.mp4", 200, "the host's own films\n"),
        ("/hls3/a.ts", 200, "the host's own films\n"),
        ("/nothing", 404, "the host's own page\n"),
        ("/uploads/x", 404, "the host's own page\n"),
    ],
)
def test_the_hosts_own_addresses_answer_as_before(host, target, status, body):
    answered, text, headers = host.get(target, Origin=ORIGIN)
    assert (answered, text) == (status, body)
    assert headers["X-Host"] == "yes"
    assert "Access-Control-Allow-Origin" not in headers


def test_the_other_site_answers_as_before(host):
    for target in ("/", "/hls2/a/b/c/d/output.m3u8", "/healthz", "/upload/lesson"):
        assert host.get(target, "other")[:2] == (200, "another site\n")


@pytest.mark.parametrize(
    "target",
    [
        "/hls2/a/b/c/d/segment_000.ts",
        "/hls2/a/b/c/d/enc.key",
        "/mobile/hls2/a/b/c/d/output.m3u8",
        "/download2/a/b/c/d/film.mp4",
        "/api/get-video-token/v2?user_id=u",
        "/api/tasks/x",
    ],
)
def test_the_videos_addresses_reach_the_application_whatever_the_host_does(host, target):
    """Nobody listens there, so that is a 502 in our words: no regular expression of the host's came first."""
    status, text, headers = host.get(f"{target}{'&' if '?' in target else '?'}token=SECRET-TOKEN", Origin=ORIGIN)
    assert status == 502
    assert '"error":"unavailable"' in text
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert headers["Cache-Control"] == "no-store"


def test_a_presentation_is_served_with_its_own_headers(host):
    status, text, headers = host.get("/presentation_videos/course/c", Origin=ORIGIN)
    assert (status, text) == (200, "film")
    assert headers["Content-Type"] == "video/mp4"
    assert headers.get_all("Cache-Control") == ["no-cache"]
    assert headers["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.parametrize(
    "target", ["/presentation_videos/", "/presentation_videos/courses/", "/hls2", "/_focust/hls/"]
)
def test_no_directory_is_listed(host, target):
    status, text, _ = host.get(target)
    assert status == 404
    assert '"error":"not_found"' in text


@pytest.mark.parametrize("target", ["/healthz", "/readyz", "/metrics"])
def test_operations_are_for_the_machine_itself(host, target):
    assert host.get(target, X_Real_IP="127.0.0.1")[0] == 502
    assert host.get(target, X_Real_IP="::1")[0] == 502
    for address in ("203.0.113.9", "10.0.0.1", "128.0.0.1", "2001:db8::1"):
        status, text, _ = host.get(target, X_Real_IP=address)
        assert status == 404
        assert '"error":"not_found"' in text


def test_no_token_is_in_the_hosts_logs_either(host):
    host.get("/hls2/a/b/c/d/segment_000.ts?token=SECRET-TOKEN")
    host.get("/upload/lesson?token=SECRET-TOKEN", method="POST", body=b"x")
    host.get("/nothing?of=the-host")
    assert "SECRET-TOKEN" not in host.log("host-access.log") + host.log("host-error.log")
    assert "SECRET-TOKEN" not in host.log("focust-video.access.log")
    assert "/hls2/a/b/c/d/segment_000.ts" in host.log("focust-video.access.log")
    # The host's own log is the host's own affair.
    assert "GET /nothing?of=the-host HTTP/1.1 -> 404" in host.log("host-access.log")
