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
    "x-api-key": ("GET", TASKS, {"X-API-Key": API_KEY}, "Authorization: Bearer"),
    "no word before the token": ("GET", PLAYLIST, {"Authorization": PLAY}, "Authorization: Bearer"),
    "nothing behind the word": ("GET", PLAYLIST, {"Authorization": "Bearer"}, "Authorization: Bearer"),
    "a play token for a download": ("GET", f"/download2/{REL}/film.mp4", bearer(PLAY), "not for downloads"),
    "a play token for an upload": ("POST", "/upload/lesson", bearer(PLAY), "not for uploads"),
    "a token of another lesson": ("GET", "/hls2/t/c/m/l2/output.m3u8", bearer(PLAY), "another video"),
    "an old token": ("GET", PLAYLIST, bearer(play(REL, exp=int(time.time()) - 60)), "expired"),
    "three ids": ("GET", TOKEN.removesuffix("/l"), service(), "four ids"),
    "a ttl with its unit": ("GET", TOKEN + "&ttl=900s", service(), "a whole number of seconds"),
    "a platform of its own": ("GET", TOKEN + "&platform=ios", service(), "web or mobile"),
    "a user of two lines": ("GET", TOKEN.replace("=u&", "=a%0Ab&"), service(), "control character"),
    "an address for callbacks": (
        "GET",
        f"/api/get-upload-token?user_id=u&type=lesson&rel={REL}&success_callback_url=https://other.example.org/",
        service(),
        "FOCUST_CALLBACK_HOSTS",
    ),
    "another tus": ("POST", "/upload/tus/", service(), "Tus-Resumable must be 1.0.0"),
}

IDS = dict(zip(("trainer_id", "course_id", "module_id", "lesson_id"), REL.split("/"), strict=True))
FILM = ("film.mp4", b"This is no film.")
# What is wrong with a form: its parts; what the sentence must name.
FORMS = {
    "names of another language": ({"data": {"trainerId": "t"}, "files": {"video": FILM}}, "trainer_id is missing"),
    "rel": ({"data": {"rel": REL}, "files": {"video": FILM}}, "trainer_id is missing"),
    "file": ({"data": IDS, "files": {"file": FILM}}, "video is missing"),
    "json": ({"json": IDS}, "multipart/form-data"),
    "no boundary": ({"data": b"x", "headers": {"Content-Type": "multipart/form-data"}}, "boundary"),
    "a text": ({"data": IDS, "files": {"video": FILM}}, "not a video"),
    "a picture": ({"data": IDS, "files": {"video": ("a.png", b"x")}}, "not one of: mp4,"),
    "no file": ({"data": IDS | {"video": "film.mp4"}}, "multipart/form-data"),
}
BODIES = {
    "two to revoke": ("/api/revoke", {"user_id": "u", "rel": REL}, "Only one of"),
    "nothing to revoke": ("/api/revoke", {}, "One of jti"),
    "one lesson as text": ("/api/get-video-tokens/v2", {"user_id": "u", "rels": REL}, "rels must be a list"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_refusal_names_the_mistake(server, name):
    method, path, headers, word = MISTAKES[name]
    assert_named(method, server.url + path, headers, word)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_refused_by_what_is_wrong_with_it(server, name):
    parts, word = FORMS[name]
    headers = service() | parts.get("headers", {})
    assert_named("POST", f"{server.url}/upload/lesson", headers, word, parts)


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_refused_by_what_is_wrong_with_it(server, name):
    path, body, word = BODIES[name]
    assert_named("POST", server.url + path, service(), word, {"json": body})


def assert_named(method: str, url: str, headers: dict, word: str, parts: dict | None = None) -> None:
    """The sentence names the mistake; in French it says so too."""

    def ask(**language: str) -> requests.Response:
        return requests.request(method, url, **(parts or {}) | {"headers": headers | language, "timeout": 10})

    english, french = ask(), ask(**{"Accept-Language": "fr-FR, en;q=0.5"})
    assert 400 <= english.status_code < 500
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
