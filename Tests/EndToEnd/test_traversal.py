"""Paths that try to be other paths, sent byte for byte; the token is good, so only the path can be at fault."""

import pytest

from harness import raw
from harness.client import WEB_HEADERS, bearer
from harness.tokens import play

REL = "trainer-1/course-1/module-1/lesson-1"

# Each must be refused, whoever asks: with a web token, a mobile token, none.
HOSTILE = [
    "/hls2/{rel}/../lesson-1/enc.key",
    "/hls2/{rel}/./enc.key",
    "/hls2/{rel}/x/../enc.key",
    "/hls2/{rel}/%2e%2e/lesson-1/enc.key",
    "/hls2/{rel}/%2e/enc.key",
    "/hls2/{rel}/..%2flesson-1/enc.key",
    "/hls2/{rel}%2fenc.key",
    "/hls2/{rel}/%2fenc.key",
    "/hls2/{rel}//enc.key",
    "/hls2//{rel}/enc.key",
    "//hls2/{rel}/enc.key",
    "/hls2/./{rel}/enc.key",
    "/./hls2/{rel}/enc.key",
    "/x/../hls2/{rel}/enc.key",
    "/presentation_videos/../hls2/{rel}/enc.key",
    "/presentation_videos/../hls/{rel}/enc.key",
    "/presentation_videos/%2e%2e/hls/{rel}/enc.key",
    "/presentation_videos/..%2fhls/{rel}/enc.key",
    "/presentation_videos../hls/{rel}/enc.key",
    "/presentation_videos/courses/..%2f..%2f..%2fhls/{rel}/enc.key",
    "/presentation_videos/course/..",
    "/presentation_videos/course/%2e%2e",
    "/presentation_videos/module/../..",
    "/hls2/{rel}/enc.key/",
    "/hls2/{rel}/enc.key%00.ts",
    "/hls2/{rel}/segment_000.ts%00",
    "/hls2/{rel}/segment_000.ts/../enc.key",
    "/hls2/{rel}/segment_000.ts%20",
    "/hls2/{rel}/\\..\\enc.key",
    "/hls2/{rel}/%5c..%5cenc.key",
    "/hls2/{rel}/%252e%252e/lesson-1/enc.key",
    "/hls2/{rel}/enc.key%3Fx",
    "/hls2/{rel}/ENC.KEY",
    "/hls2/{rel}/.enc.key",
    "/hls2/{rel}/output.m3u8%0d%0aX-Evil:1",
    "/hls2/{rel}/",
    "/hls2/{rel}",
    "/hls2/../state/focust.sqlite",
    "/hls2/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/hls2/..%2f..%2f..%2f..%2f/etc/passwd",
    "/hls2/{rel}/..;/enc.key",
    "/hls2/{rel}/%c0%ae%c0%ae/lesson-1/enc.key",
    "/hls2/{rel}/%uff0e%uff0e/enc.key",
    "/mobile/../hls2/{rel}/enc.key",
    "/mobile//hls2/{rel}/enc.key",
    "/mobile/hls2/../hls2/{rel}/enc.key",
    "/hls/{rel}/enc.key",
    "/originals/{rel}/film.mp4",
    "/uploads/{rel}/film.mp4",
    "/state/",
    "/_focust/hls/{rel}/segment_000.ts",
    "/_focust/hls/{rel}/enc.key",
    "/_focust/originals/{rel}/film.mp4",
    "/_focust/../_focust/hls/{rel}/segment_000.ts",
    "/%5ffocust/hls/{rel}/segment_000.ts",
    "//_focust/hls/{rel}/segment_000.ts",
    "/_focust/hls../hls/{rel}/segment_000.ts",
    "/_focust/hls../state/",
    "/_focust/errors/404/../../hls/{rel}/segment_000.ts",
    "/_FOCUST/hls/{rel}/segment_000.ts",
    "/../../../../etc/passwd",
    "/..%2f..%2f..%2fetc/passwd",
    "/.%2e/etc/passwd",
]

MEDIA = (b"\x47", b"#EXTM3U", b"root:", b"SQLite")


def callers():
    yield {}
    yield bearer(play(REL), **WEB_HEADERS)
    yield bearer(play(REL, "mobile"))


@pytest.mark.parametrize("path", HOSTILE)
def test_a_path_that_means_another_is_refused(server, lesson, path):
    key = (server.data / "hls" / REL / "enc.key").read_bytes()
    for headers in callers():
        answer = raw.get(server.port, path.format(rel=REL), headers)
        assert 400 <= answer.status < 500, answer
        assert answer.error, answer
        assert key not in answer.body
        assert not answer.body.startswith(MEDIA)
        assert "x-evil" not in answer.headers


@pytest.mark.parametrize("path", ["/hls2/{rel}/enc.key", "/hls2/{rel}/segment_000.ts", "/hls2/{rel}/output.m3u8"])
def test_the_plain_path_beside_them_opens(server, lesson, path):
    headers = bearer(play(REL), **WEB_HEADERS)
    assert raw.get(server.port, path.format(rel=REL), headers).status == 200


def test_an_absolute_target_is_no_way_around(server, lesson):
    target = f"http://127.0.0.1/_focust/hls/{REL}/segment_000.ts"
    assert raw.get(server.port, target).status == 404


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_internal_locations_are_closed_to_every_method(server, lesson, method):
    assert 400 <= raw.get(server.port, f"/_focust/hls/{REL}/segment_000.ts", method=method).status < 500


def test_a_link_put_into_a_lesson_leads_nowhere(server, lesson):
    link = server.data / "hls" / REL / "segment_900.ts"
    link.symlink_to("/etc/passwd")
    try:
        headers = bearer(play(REL), **WEB_HEADERS)
        answer = raw.get(server.port, f"/hls2/{REL}/segment_900.ts", headers)
    finally:
        link.unlink()
    assert (answer.status, answer.error) == (404, "not_found")


@pytest.mark.parametrize(
    "name",
    [
        "state",
        "output.m3u8.bak",
        "segment_000.ts.tmp",
        "segment_.ts",
        "segment_000.m4s",
        "segment_0000000.ts",
    ],
)
def test_names_beside_the_lessons_own_are_not_found(server, lesson, name):
    answer = raw.get(server.port, f"/hls2/{REL}/{name}", bearer(play(REL), **WEB_HEADERS))
    assert answer.status in (400, 404)
    assert answer.error


def test_the_key_on_disk_is_for_the_application_alone(server, lesson):
    assert (server.data / "hls" / REL / "enc.key").stat().st_mode & 0o777 == 0o600
