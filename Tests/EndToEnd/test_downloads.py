"""Originals and presentations: names, ranges, resuming, and replacement under the eyes of readers."""

import os
import subprocess
import threading

import pytest
import requests

from harness.client import WEB_HEADERS, bearer, make_lesson, refusal, service
from harness.media import make_h264, make_mpeg4
from harness.server import ORIGIN
from harness.tokens import remember, sign
from harness.trees import put

NAMES = {
    "film.mp4": 'attachment; filename="film.mp4"',
    "Leçon 1.mp4": "filename*=UTF-8''Le%C3%A7on%201.mp4",
    "日本語 100%.mp4": "filename*=UTF-8''%E6%97%A5%E6%9C%AC%E8%AA%9E%20100%25.mp4",
    "a;b=c'd.mp4": "filename",
    "what?#&+.mp4": "filename",
}


def ticket(server, **query):
    answer = requests.get(
        f"{server.url}/api/get-download-token/v2", params={"user_id": "u"} | query, headers=service(), timeout=10
    )
    assert answer.status_code == 200, answer.text
    remember(answer.json()["token"])
    return answer.json()["download_url"], answer.json()["token"]


@pytest.fixture(scope="module")
def content():
    return os.urandom(300_000)


@pytest.mark.parametrize("name", NAMES)
def test_a_download_has_the_name_it_was_uploaded_with(server, content, name):
    put(server.data / "originals/t/c/m/named" / name, content)
    address, token = ticket(server, type="lesson", rel="t/c/m/named", filename=name)
    answer = requests.get(address, headers=bearer(token), timeout=10)
    assert (answer.status_code, answer.content) == (200, content)
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;") and NAMES[name] in disposition
    disposition.encode("ascii")
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_curl_saves_it_under_that_name(server, content, tmp_path):
    put(server.data / "originals/t/c/m/named/film.mp4", content)
    address, token = ticket(server, type="lesson", rel="t/c/m/named", filename="film.mp4")
    subprocess.run(["curl", "-sfOJ", f"{address}?token={token}"], cwd=tmp_path, check=True, timeout=20)
    assert (tmp_path / "film.mp4").read_bytes() == content


def test_a_download_that_broke_off_is_resumed(server, content, tmp_path):
    put(server.data / "originals/t/c/m/named/film.mp4", content)
    address, token = ticket(server, type="lesson", rel="t/c/m/named", filename="film.mp4")
    begun = put(tmp_path / "part.mp4", content[:123_457])
    command = ["curl", "-sf", "-C", "-", "-w", "%{http_code} %{size_download}", "-o", begun]
    command += ["-H", f"Authorization: Bearer {token}", address]
    said = subprocess.run(command, capture_output=True, check=True, timeout=20, text=True).stdout
    assert said == f"206 {len(content) - 123_457}"
    assert begun.read_bytes() == content


def test_ranges_head_and_cors(server, content):
    put(server.data / "originals/t/c/m/named/film.mp4", content)
    address, token = ticket(server, type="lesson", rel="t/c/m/named", filename="film.mp4")
    page = bearer(token, Origin=ORIGIN)
    for wanted, part in (("0-9", content[:10]), ("299990-", content[299_990:]), ("-5", content[-5:])):
        answer = requests.get(address, headers=page | {"Range": f"bytes={wanted}"}, timeout=10)
        assert (answer.status_code, answer.content) == (206, part)
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Content-Disposition" in answer.headers["Access-Control-Expose-Headers"]
    beyond = requests.get(address, headers=page | {"Range": "bytes=300000-"}, timeout=10)
    assert (beyond.status_code, refusal(beyond)) == (416, "malformed_request")
    head = requests.head(address, headers=page, timeout=10)
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, "300000", b"")
    assert head.headers["Accept-Ranges"] == "bytes"


def test_an_uploaded_lesson_is_downloaded_byte_for_byte(server, short_h264):
    make_lesson(server, "t/c/m/original", short_h264, "Leçon 1.mp4")
    address, token = ticket(server, type="lesson", rel="t/c/m/original", filename="Leçon 1.mp4")
    answer = requests.get(address, headers=bearer(token), timeout=10)
    assert answer.content == short_h264.read_bytes()
    gone, token = ticket(server, type="lesson", rel="t/c/m/original", filename="Leçon 2.mp4")
    assert refusal(requests.get(gone, headers=bearer(token), timeout=10)) == "not_found"


# Presentations.

PLACES = {
    "course": ("course/c1", "courses/c1", {"type": "course", "course_id": "c1"}),
    "module": ("module/c1/m1", "modules/c1/m1", {"type": "module", "course_id": "c1", "module_id": "m1"}),
}


def present(server, route, film, name=None):
    with film.open("rb") as file:
        files = {"video": (name or film.name, file)}
        return requests.post(f"{server.url}/upload_presentation{route}", headers=service(), files=files, timeout=30)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    return (
        make_h264(folder / "a.mp4", 1, "160x90", moov_first=True),
        make_h264(folder / "b.mp4", 2, "320x180", moov_first=True),
        make_mpeg4(folder / "c.avi", 1),
    )


@pytest.mark.parametrize("kind", PLACES)
def test_a_presentation_is_replaced_whatever_its_extension(server, films, kind):
    route, stored, query = PLACES[kind]
    for film in (*films, films[0]):
        answer = present(server, f"/{route}", film)
        path = f"presentation_videos/{stored}/presentation{film.suffix}"
        assert answer.status_code == 201, answer.text
        assert answer.json()["file_path"] == path
        assert answer.json()["url"] == f"{server.url}/{path}"
        poster = f"presentation_videos/{stored}/poster.jpg"
        assert sorted(name for name in server.stored_files() if f"/{stored}/" in name) == [poster, path]
        for address in (answer.json()["url"], f"{server.url}/presentation_videos/{route}"):
            served = requests.get(address, headers={"Origin": ORIGIN}, timeout=10)
            assert served.content == film.read_bytes()
            assert served.headers["Access-Control-Allow-Origin"] == ORIGIN
            tag = served.headers["ETag"]
            again = requests.get(address, headers={"If-None-Match": tag, "Origin": ORIGIN}, timeout=10)
            assert (again.status_code, again.content) == (304, b"")
            part = requests.get(address, headers={"Range": "bytes=5-14"}, timeout=10)
            assert (part.status_code, part.content) == (206, film.read_bytes()[5:15])
        download, token = ticket(server, filename=f"presentation{film.suffix}", **query)
        kept = requests.get(download, headers=bearer(token), timeout=10)
        assert kept.content == film.read_bytes()
        assert kept.headers["Content-Disposition"].startswith("attachment")


def test_the_older_route_keeps_the_files_name(server, films):
    answer = present(server, "", films[0], "Présentation 1.mp4")
    assert answer.status_code == 201
    assert answer.json() == {
        "message": answer.json()["message"],
        "file_path": "presentation_videos/Présentation 1.mp4",
    }
    served = requests.get(f"{server.url}/presentation_videos/Pr%C3%A9sentation%201.mp4", timeout=10)
    assert served.content == films[0].read_bytes()


def test_a_text_is_no_presentation_and_replaces_none(server, films, tmp_path):
    assert present(server, "/course/kept", films[0]).status_code == 201
    text = put(tmp_path / "text.mp4", b"This is a text.")
    answer = present(server, "/course/kept", text)
    assert (answer.status_code, refusal(answer)) == (400, "unsupported_media")
    served = requests.get(f"{server.url}/presentation_videos/course/kept", timeout=10)
    assert served.content == films[0].read_bytes()


@pytest.mark.parametrize("pair", [(0, 1), (0, 2)], ids=["same extension", "another extension"])
def test_readers_see_one_presentation_or_the_other_whole(server, films, pair):
    """By the address that does not name the extension, which is what pages use that do not know it."""
    route = f"course/watched{pair[1]}"
    chosen = [films[index] for index in pair]
    whole = {film.read_bytes() for film in chosen}
    assert present(server, f"/{route}", chosen[0]).status_code == 201
    done, seen, wrong = threading.Event(), set(), []

    def read():
        with requests.Session() as session:
            while not done.is_set():
                answer = session.get(f"{server.url}/presentation_videos/{route}", timeout=10)
                if answer.status_code == 404 and pair == (0, 2):
                    # nginx looks which extension there is and then opens it; in between it may have gone. Asked
                    # again, it must find the other.
                    answer = session.get(f"{server.url}/presentation_videos/{route}", timeout=10)
                if answer.status_code == 200 and answer.content in whole:
                    seen.add(answer.content)
                else:
                    wrong.append((answer.status_code, len(answer.content)))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for turn in range(1, 31):
            assert present(server, f"/{route}", chosen[turn % 2]).status_code == 201
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert seen == whole
    assert not wrong, wrong[:10]


# Tokens of an older server: its guide names these claims, and no others.

LESSON = {"user_id": "u", "type": "lesson", "rel": "t/c/m/older", "filename": "film.mp4", "exp": 4_000_000_000}
FLAT = {"user_id": "older", "filename": "film.mp4", "exp": 4_000_000_000}
ENOUGH = {
    "as its guide has it": ("lesson", {}),
    "with platform": ("lesson", {"platform": "download"}),
    "with sub": ("lesson", {"sub": "download"}),
    "with action": ("lesson", {"action": "download", "iat": 1}),
    "flat, with action": ("flat", {"action": "download"}),
    "flat, with platform": ("flat", {"platform": "download"}),
}
TOO_LITTLE = {
    "no type": ("lesson", {"type": None}),
    "no rel": ("lesson", {"rel": None}),
    "no filename": ("lesson", {"filename": None}),
    "no user": ("lesson", {"user_id": None}),
    "another file": ("lesson", {"filename": "film2.mp4"}),
    "another lesson": ("lesson", {"rel": "t/c/m/older2"}),
    "a course's": ("lesson", {"type": "course", "course_id": "c"}),
    "for the web": ("lesson", {"platform": "web"}),
    "for apps": ("lesson", {"platform": "mobile"}),
    "for uploads": ("lesson", {"sub": "upload", "platform": "upload"}),
    "of a session": ("lesson", {"sub": "u"}),
    "to play": ("lesson", {"action": "play"}),
    "a grant": ("lesson", {"use": "segment"}),
    "flat, for nothing in particular": ("flat", {}),
    "flat, for the web": ("flat", {"platform": "web"}),
    "flat, to play": ("flat", {"action": "play", "platform": "download"}),
    "flat, of another user": ("flat", {"action": "download", "user_id": "other"}),
    "flat, but of a lesson": ("flat", {"platform": "download", "type": "lesson", "rel": "t/c/m/older"}),
}


def download_by(server, layout: str, changes: dict) -> requests.Response:
    base, path = {"lesson": (LESSON, "download2/t/c/m/older"), "flat": (FLAT, "api/download/older")}[layout]
    token = sign({name: value for name, value in (base | changes).items() if value is not None})
    return requests.get(f"{server.url}/{path}/film.mp4", headers=bearer(token), timeout=10)


@pytest.fixture(scope="module")
def older(server):
    for directory in ("t/c/m/older", "older"):
        put(server.data / "originals" / directory / "film.mp4", b"film")
    return server


@pytest.mark.parametrize("claims", ENOUGH)
def test_an_older_download_token_is_taken_where_it_says_what_it_opens(older, claims):
    answer = download_by(older, *ENOUGH[claims])
    assert (answer.status_code, answer.content) == (200, b"film")


@pytest.mark.parametrize("claims", TOO_LITTLE)
def test_an_older_download_token_is_refused_where_it_says_less_or_something_else(older, claims):
    answer = download_by(older, *TOO_LITTLE[claims])
    assert (answer.status_code, refusal(answer)) == (403, "token_mismatch")


def test_an_older_download_token_without_an_end_is_refused_and_a_revoked_one_too(older):
    assert refusal(download_by(older, "lesson", {"exp": None})) == "token_invalid"
    revoked = {"rel": "t/c/m/older-revoked", "iat": 1}
    address = f"{older.url}/download2/t/c/m/older-revoked/film.mp4"
    put(older.data / "originals/t/c/m/older-revoked/film.mp4", b"film")
    asked = {"headers": bearer(sign(LESSON | revoked)), "timeout": 10}
    assert requests.get(address, **asked).status_code == 200
    requests.post(f"{older.url}/api/revoke", json={"rel": revoked["rel"]}, headers=service(), timeout=10)
    assert refusal(requests.get(address, **asked)) == "token_revoked"


def test_an_older_download_token_plays_nothing(server, lesson):
    token = sign(LESSON | {"rel": "trainer-1/course-1/module-1/lesson-1"})
    for mobile in (False, True):
        answer = requests.get(lesson.address("output.m3u8", mobile), headers=bearer(token, **WEB_HEADERS), timeout=10)
        assert refusal(answer) == "token_mismatch"
