"""CORS on everything an allowed page may ask for, and nothing for other pages."""

import pytest
import requests

from harness.client import bearer, service
from harness.server import ORIGIN, WILDCARD_ORIGIN
from harness.tokens import play

REL = "trainer-1/course-1/module-1/lesson-1"
EXPOSED = "Content-Length, Content-Range, Content-Disposition, Retry-After, Location, ETag, Accept-Ranges"
METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
# What players, HTTP libraries, Sentry and OpenTelemetry, and tus clients send.
SENT = """authorization content-type range if-range if-none-match if-modified-since cache-control x-requested-with
x-request-id sentry-trace baggage traceparent tracestate idempotency-key tus-resumable upload-length upload-offset
upload-metadata upload-checksum upload-defer-length upload-concat x-http-method-override"""

# Method, path, headers beside Origin, status: the application's answers, nginx's files, nginx's errors.
ANSWERS = [
    ("GET", f"/hls2/{REL}/output.m3u8", "web", 200),
    ("GET", f"/hls2/{REL}/segment_000.ts", "web", 200),
    ("HEAD", f"/hls2/{REL}/segment_000.ts", "web", 200),
    ("GET", f"/hls2/{REL}/segment_000.ts", "range", 206),
    ("GET", f"/hls2/{REL}/segment_000.ts", "beyond", 416),
    ("GET", f"/hls2/{REL}/enc.key", "web", 200),
    ("GET", f"/mobile/hls2/{REL}/output.m3u8", "mobile", 200),
    ("GET", f"/mobile/hls2/{REL}/segment_000.ts", "mobile", 200),
    ("GET", f"/hls2/{REL}/output.m3u8", "none", 403),
    ("GET", f"/hls2/{REL}/segment_999.ts", "web", 404),
    ("GET", f"/api/get-video-token/v2?user_id=u&rel={REL}", "service", 200),
    ("GET", f"/api/get-video-token/v2?user_id=u&rel={REL}", "none", 401),
    ("GET", "/api/tasks/7b2f8c1e-0000-4000-8000-000000000000", "service", 404),
    ("POST", "/upload/lesson", "service", 400),
    ("POST", "/upload/lesson", "none", 401),
    ("GET", "/nowhere", "none", 404),
    ("GET", "/hls2", "none", 404),
    ("GET", f"/_focust/hls/{REL}/segment_000.ts", "none", 404),
    ("GET", "/presentation_videos/course/none", "none", 404),
]


def request(server, method, path, kind, origin):
    headers = {
        "none": {},
        "service": service(),
        "web": bearer(play(REL)),
        "mobile": bearer(play(REL, "mobile")),
        "range": bearer(play(REL), Range="bytes=0-9"),
        "beyond": bearer(play(REL), Range="bytes=999999999-"),
    }[kind]
    referer = {"Referer": f"{ORIGIN}/page"}
    headers = headers | referer | ({"Origin": origin} if origin else {})
    return requests.request(method, server.url + path, headers=headers, timeout=10)


def cors_headers(answer):
    """Name and value of every CORS header, repetitions included: a browser refuses a doubled one."""
    names = answer.raw.headers
    return [(name.lower(), names.getlist(name)) for name in names if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("origin", [ORIGIN, WILDCARD_ORIGIN])
@pytest.mark.parametrize("method,path,kind,status", ANSWERS)
def test_an_allowed_page_may_read_the_answer(server, lesson, method, path, kind, status, origin):
    answer = request(server, method, path, kind, origin)
    assert answer.status_code == status, answer.text[:500]
    headers = dict(cors_headers(answer))
    assert headers["access-control-allow-origin"] == [origin]
    assert headers["access-control-allow-credentials"] == ["true"]
    assert headers["access-control-expose-headers"] == [EXPOSED]
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "https://evil.example",
        "null",
        f"{ORIGIN}.evil.example",
        "http://learner.example.com",
        "https://school.example",
        "https://learnerXexample.com",
    ],
)
@pytest.mark.parametrize("method,path,kind,status", ANSWERS)
def test_another_page_gets_no_leave(server, lesson, method, path, kind, status, origin):
    answer = request(server, method, path, kind, origin)
    assert answer.status_code == status, answer.text[:500]
    assert cors_headers(answer) == []
    # A cache must not hand this one to the allowed page.
    assert "Origin" in answer.headers["Vary"]


ROUTES = [
    f"/hls2/{REL}/output.m3u8",
    f"/hls2/{REL}/segment_000.ts",
    f"/mobile/hls2/{REL}/enc.key",
    "/hls/user/video/output.m3u8",
    "/mobile/hls/user/video/output.m3u8",
    "/videos-user/user/film.mp4",
    f"/download2/{REL}/film.mp4",
    "/download2/course/c/film.mp4",
    "/download2/module/c/m/film.mp4",
    "/api/download/user/film.mp4",
    "/api/get-video-token/v2",
    "/api/get-video-token/user/film.mp4",
    "/api/get-video-token/mobile/user/film.mp4/video",
    "/api/get-upload-token",
    "/api/get-download-token/v2",
    "/api/get-download-token/user/film.mp4",
    "/api/tasks",
    "/api/tasks/7b2f8c1e-0000-4000-8000-000000000000",
    f"/api/lessons/{REL}",
    "/api/presentations/course/c",
    "/api/presentations/module/c/m",
    "/api/revoke",
    "/upload",
    "/upload/lesson",
    "/upload_presentation",
    "/upload_presentation/course/c",
    "/upload_presentation/module/c/m",
    "/presentation_videos/course/c",
    "/presentation_videos/module/c/m",
    "/presentation_videos/courses/c/presentation.mp4",
    "/presentation_videos/courses/c/poster.jpg",
    "/presentation_videos/modules/c/m/poster.jpg",
    "/presentation_videos/film.mp4",
]


TUS_ROUTES = ["/upload/tus/", "/upload/tus/00000000000000000000000000000000"]


def preflight(server, path, origin):
    headers = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": ",".join(sorted(SENT.split())),
    }
    return requests.options(server.url + path, headers=headers | {"Origin": origin}, timeout=10)


def listed(value: str) -> set[str]:
    return {name.strip().lower() for name in value.split(",")}


@pytest.mark.parametrize("path", ROUTES + TUS_ROUTES)
def test_preflight_of_an_allowed_page(server, lesson, path):
    answer = preflight(server, path, ORIGIN)
    assert answer.status_code == 204, answer.text
    assert answer.content == b""
    headers = dict(cors_headers(answer))
    assert headers["access-control-allow-origin"] == [ORIGIN]
    assert headers["access-control-allow-credentials"] == ["true"]
    assert headers["access-control-allow-methods"] == [METHODS + (", PATCH" if path in TUS_ROUTES else "")]
    (allowed,) = headers["access-control-allow-headers"]
    assert listed(allowed) == set(SENT.split())
    assert headers["access-control-max-age"] == ["7200"]
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ROUTES + TUS_ROUTES)
def test_preflight_of_another_page_gets_no_leave(server, lesson, path):
    answer = preflight(server, path, "https://evil.example")
    assert cors_headers(answer) == []
    assert "Origin" in answer.headers["Vary"]
