"""Web tokens play on allowed pages alone; the origin is parsed, never matched by prefix."""

import pytest
import requests

from harness.client import bearer, refusal
from harness.server import ORIGIN
from harness.tokens import play

ALLOWED = [
    {"Referer": ORIGIN},
    {"Referer": f"{ORIGIN}/"},
    {"Referer": f"{ORIGIN}/course/1?next=https://evil.example#x"},
    {"Referer": f"{ORIGIN}:443/course"},
    {"Referer": "HTTPS://LEARNER.EXAMPLE.COM/course"},
    {"Referer": "https://north.school.example/a"},
    {"Referer": "https://a.b.school.example/a"},
    {"Origin": ORIGIN},
    {"Referer": f"{ORIGIN}/a", "Origin": "https://evil.example"},
]

FORBIDDEN = [
    {"Referer": "https://evil.example/"},
    {"Referer": f"{ORIGIN}.evil.example/"},
    {"Referer": f"{ORIGIN}@evil.example/"},
    {"Referer": "https://learner.example.com:pass@evil.example/"},
    {"Referer": "https://evil.example/https://learner.example.com/"},
    {"Referer": "https://evil.example?https://learner.example.com/"},
    {"Referer": "https://evil.example#https://learner.example.com/"},
    {"Referer": "https://evil.example\\@learner.example.com/"},
    {"Referer": "https://evil.example\\.learner.example.com/"},
    {"Referer": "http://learner.example.com/"},
    {"Referer": "ftp://learner.example.com/"},
    {"Referer": "//learner.example.com/"},
    {"Referer": "learner.example.com"},
    {"Referer": f"{ORIGIN}:8443/"},
    {"Referer": f"{ORIGIN}:80/"},
    {"Referer": f"{ORIGIN}:0443443/"},
    {"Referer": f"{ORIGIN}./"},
    {"Referer": "https://xlearner.example.com/"},
    {"Referer": "https://example.com/"},
    {"Referer": "https://school.example/"},
    {"Referer": "https://evilschool.example/"},
    {"Referer": "https://north.school.example.evil.example/"},
    {"Referer": "https://.school.example/"},
    {"Referer": "null"},
    {"Referer": "about:blank"},
    {"Referer": "javascript:alert(1)"},
    {"Referer": "https://"},
    {"Referer": "https:///learner.example.com"},
    {"Referer": "https://learner.example.com%2eevil.example/"},
    {"Referer": "https://le\u0430rner.example.com/".encode()},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Referer": "https://evil.example/", "Origin": ORIGIN},
]


def label(headers):
    return " ".join(f"{name}={value!r}" for name, value in headers.items())


def ask(lesson, headers, name="output.m3u8"):
    return requests.get(lesson.address(name), headers=bearer(play(lesson.rel)) | headers, timeout=10)


@pytest.mark.parametrize("headers", ALLOWED, ids=label)
def test_an_allowed_page_plays(lesson, headers):
    for name in ("output.m3u8", "segment_000.ts", "enc.key"):
        assert ask(lesson, headers, name).status_code == 200


@pytest.mark.parametrize("headers", FORBIDDEN, ids=label)
def test_a_page_elsewhere_plays_nothing(lesson, headers):
    for name in ("output.m3u8", "segment_000.ts", "enc.key"):
        answer = ask(lesson, headers, name)
        assert (answer.status_code, refusal(answer)) == (403, "referrer_forbidden"), name


def test_no_page_at_all_plays_nothing(lesson):
    answer = ask(lesson, {})
    assert (answer.status_code, refusal(answer)) == (403, "referrer_missing")


def test_a_mobile_token_needs_no_page(lesson):
    headers = bearer(play(lesson.rel, "mobile")) | {"Referer": "https://evil.example/"}
    assert requests.get(lesson.address("output.m3u8", True), headers=headers, timeout=10).status_code == 200
