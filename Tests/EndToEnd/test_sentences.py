"""What refusals say to people: what to do, and in French to those who prefer it."""

import time

import pytest
import requests

from harness.client import bearer, refusal, service
from harness.server import API_KEY
from harness.tokens import play

REL = "t/c/m/l"
TASKS = "/api/tasks"
TOKEN = f"/api/get-video-token/v2?user_id=u&rel={REL}"
PLAYLIST = f"/hls2/{REL}/output.m3u8"

# A token of its own, which lives as long as the whole suite may take.
PLAY = play(REL, exp=int(time.time()) + 86400)
# The mistake: method, address, headers; what the sentence must name.
MISTAKES = {
    "no key": ("GET", TASKS, {}, "An API key is needed"),
    "a wrong key": ("GET", TASKS, bearer("wrong-key-0123456789"), "unknown"),
    "a wrong key for a token": ("GET", TOKEN, bearer("wrong-key-0123456789"), "unknown"),
    "a wrong key for an upload": ("POST", "/upload/lesson", bearer("wrong-key-0123456789"), "unknown"),
    "name and key": ("GET", TASKS, bearer(f"site:{API_KEY}"), "colon"),
    "a token as key": ("GET", TASKS, bearer(play(REL)), "This is a token"),
    "basic": ("GET", TASKS, {"Authorization": "Basic dTpw"}, "the word Bearer"),
    "undefined as key": ("GET", TASKS, bearer("undefined"), "undefined"),
    "undefined as token": ("GET", PLAYLIST, bearer("undefined"), "undefined"),
    "an object as token": ("GET", PLAYLIST, bearer("[object Object]"), "[object Object]"),
    "a key as token": ("GET", PLAYLIST, service(), "This is an API key"),
    "no page": ("GET", PLAYLIST, bearer(PLAY), "platform=mobile"),
    "another page": (
        "GET",
        PLAYLIST,
        bearer(PLAY, Referer="https://other.example.org:8443/private?a=1"),
        "https://other.example.org:8443 ",
    ),
    "another method": ("POST", TOKEN, service(), "GET, HEAD, OPTIONS"),
    "two slashes": ("GET", "/api//tasks", service(), "two slashes"),
    "a slash at the end": ("GET", "/api/get-video-token/v2/", service(), "slash"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_refusal_names_the_mistake(server, name):
    method, path, headers, word = MISTAKES[name]
    english = requests.request(method, server.url + path, headers=headers, timeout=10)
    french = requests.request(
        method, server.url + path, headers=headers | {"Accept-Language": "fr-FR, en;q=0.5"}, timeout=10
    )
    assert word in english.json()["message"], english.text
    assert "private" not in english.text
    assert (french.status_code, refusal(french)) == (english.status_code, refusal(english))
    assert french.json()["message"] != english.json()["message"]
    for text in (english.text, french.text):
        assert API_KEY not in text and "wrong-key" not in text and "eyJ" not in text


@pytest.mark.parametrize("languages", ["en", "de", "en, fr;q=0.9", "fr;q=0", ""])
def test_others_are_told_in_english(server, languages):
    answer = requests.get(server.url + TASKS, headers={"Accept-Language": languages}, timeout=10)
    assert answer.json()["message"] == "An API key is needed, as Authorization: Bearer."
