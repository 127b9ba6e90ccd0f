"""What nginx's own errors say to people, in French to those who prefer it, as the application does."""

import json
import re

import pytest
import requests

from harness import raw
from harness.host import Host
from harness.server import REPOSITORY, TEMPLATES

FRENCH = {"Accept_Language": "fr-FR, en;q=0.5"}
# What nginx itself makes only in bad hours, or of the application's word.
RARE = {
    "/rare/500": "return 500;",
    "/rare/503": "return 503;",
    "/rare/504": "return 504;",
    "/rare/replaced": "error_page 418 =404 /_focust/errors/replaced; return 418;",
}
FILM = "/presentation_videos/film.mp4"
# Path, method and headers; status and `error`; a word that the French sentence has.
ERRORS = [
    ("/hls2", "GET", {}, 404, "not_found", "rien à cette adresse"),
    ("/presentation_videos/none.mp4", "GET", {}, 404, "not_found", "rien à cette adresse"),
    ("/rare/replaced", "GET", {}, 404, "replaced", "remplacée"),
    (FILM, "POST", {}, 405, "method_not_allowed", "méthode"),
    (FILM, "GET", {"If_Match": '"other"'}, 412, "malformed_request", "attend"),
    (FILM, "GET", {"Range": "bytes=100-"}, 416, "malformed_request", "intervalle"),
    ("/api/tasks", "POST", {"Content_Length": "65537"}, 413, "too_large", "65536 octets"),
    ("/upload/lesson", "POST", {"Content_Length": "100001"}, 413, "too_large", "100000 octets"),
    ("/upload/tus/", "POST", {"Content_Length": "200001"}, 413, "too_large", "200000 octets"),
    ("/rare/500", "GET", {}, 500, "internal", "répondre"),
    ("/api/tasks", "GET", {}, 502, "unavailable", "répond pas"),
    ("/upload/lesson", "POST", {}, 502, "unavailable", "répond pas"),
    ("/rare/503", "GET", {}, 503, "unavailable", "occupé"),
    ("/rare/504", "GET", {}, 504, "unavailable", "trop de temps"),
]


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """One behind which no application runs."""
    directory = tmp_path_factory.mktemp("host")
    film = directory / "data" / FILM[1:]
    film.parent.mkdir(parents=True)
    film.write_bytes(b"film")
    locations = [f"location = {path} {{ include focust-video/location.conf; {what} }}" for path, what in RARE.items()]
    running = Host(directory, "\n".join(locations), MAX_CONTENT_LENGTH="100000", FOCUST_MAX_UPLOAD_SIZE="200000")
    yield running
    running.stop()


@pytest.mark.parametrize(("path", "method", "headers", "status", "error", "word"), ERRORS)
def test_each_error_of_nginx_is_told_in_both_languages(host, path, method, headers, status, error, word):
    english, french = (host.get(path, method=method, **headers, **language) for language in ({}, FRENCH))
    assert (english[0], french[0]) == (status, status)
    said = [json.loads(answer[1]) for answer in (english, french)]
    assert [answer["error"] for answer in said] == [error, error]
    assert word in said[1]["message"]
    assert said[0]["message"].isascii() and said[0]["message"] != said[1]["message"]
    assert said[0].keys() == said[1].keys()


def test_a_request_is_told_in_the_language_that_was_read_before_it_was_too_large(server):
    large = {"Authorization": "Bearer " + "a" * 40000}
    french = {"Accept-Language": "fr"}
    answers = [raw.get(server.port, "/hls2/x", headers) for headers in (french | large, large | french)]
    assert [answer.status for answer in answers] == [431, 431]
    said = [json.loads(answer.body)["message"] for answer in answers]
    assert said == ["Les en-têtes de la requête sont trop grands.", "The request headers are too large."]
    address = raw.get(server.port, "/hls2/" + "a" * 40000, french)
    assert (address.status, json.loads(address.body)["message"]) == (414, "The address is too long.")


LANGUAGES = [
    *("fr", "FR-ca", "fr-FR, en;q=0.5", "de, fr;q=0.3, en;q=0.2", "*, fr;q=0.1", "en;q=0.8, fr;q=0.9", "fr , en"),
    *(
        "fr;q=0.5, en;q=0.5",
        "fr ; q=0.4, en; q=0.3",
        "fr;level=1;q=0.6, en;q=0.5",
        "en;q=0, fr;q=0.001",
        "fr;q=1.000",
    ),
    *("en", "de", "", "en, fr", "en, fr;q=0.9", "fr;q=0", "fr;q=0.0", "en;q=0.5, fr;q=0.5", "fr;q=0.8, en-GB;q=0.9"),
    *("fr;level=1;q=0.4, en;q=0.5", "french", "xfr", "x-fr", "frx, en", "fr;q=0.05, en;q=0.3", "fr, en" + "," * 600),
]


def test_nginx_and_the_application_find_the_same_language(server):
    """The application judges by quality; both have languages of which the answer is French, and others."""
    found = []
    for languages in LANGUAGES:
        headers = {"Accept-Language": languages}
        answers = [
            requests.get(server.url + path, headers=headers, timeout=10).json() for path in ("/hls2", "/api/tasks")
        ]
        french = [not answer["message"].isascii() for answer in answers]
        assert french[0] == french[1], (languages, answers)
        found.append(french[0])
    assert found == [True] * 12 + [False] * 16


def sentences() -> list[tuple[str, str, str]]:
    """Each of nginx's answers in both languages: its code, in French, in English."""
    text = (TEMPLATES / "errors.conf").read_text()
    answer = r"return \d+ '\{\"error\":\"(\w+)\",\"message\":\"([^\"$]*(?:\$focust_maxsize[^\"]*)?)\"[^']*';"
    pairs = re.findall(rf"if \(\$focust_french\) \{{ {answer} \}}\n +{answer}", text)
    assert all(pair[0] == pair[2] for pair in pairs)
    return [(code, french, english) for code, french, _, english in pairs]


def test_every_answer_of_nginx_is_said_in_both_languages():
    said = sentences()
    text = (TEMPLATES / "errors.conf").read_text()
    # But for 429, whose sentences http.conf has.
    assert len(said) == text.count("location = ") - 1 == 13
    for _, french, english in said:
        assert not french.isascii() and english.isascii()


def test_sentences_that_the_application_says_too_are_the_same():
    swift = (REPOSITORY / "Sources/Server/Answers/French.swift").read_text()
    ours = dict(re.findall(r'"([^"]+)":\s+"([^"]+)"', swift))
    nginx = {english: french for _, french, english in sentences()}
    shared = nginx.keys() & ours.keys()
    assert shared >= {"There is nothing at this address.", "The video has been replaced; load its playlist again."}
    assert {english: nginx[english] for english in shared} == {english: ours[english] for english in shared}
