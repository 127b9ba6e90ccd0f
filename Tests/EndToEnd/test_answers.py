"""Answers that lead on: pictures, whether a file is there, lists by pages, the tokens of a course in one call."""

import socket
import time

import jwt
import pytest
import requests

from harness import media, tus
from harness.client import WEB_HEADERS, bearer, get_token, lesson_fields, refusal, service, upload, wait_for_task
from harness.raw import parse
from harness.server import ORIGIN, SECRET_KEY, Server, wait_for
from harness.tokens import remember
from harness.trees import put, put_video

REL = "trainer-1/course-1/module-1/lesson-1"


def get(server, path, **query):
    return requests.get(server.url + path, params=query, headers=service(), timeout=10)


# Pictures.


@pytest.mark.parametrize("platform", ["web", "mobile"])
def test_a_play_token_names_the_poster_and_opens_it(server, lesson, platform):
    issued = get_token(server, lesson.rel, platform)
    headers = WEB_HEADERS if platform == "web" else {}
    poster = requests.get(issued["poster_url"], headers=headers, timeout=10)
    assert (poster.status_code, poster.headers["Content-Type"]) == (200, "image/jpeg")
    # The address names the version, so that a browser may keep the picture.
    assert "immutable" in poster.headers["Cache-Control"]
    assert issued["storyboard_url"] is None


def test_pictures_that_are_not_there_have_no_address(server):
    put_video(server.data / "hls/t/c/m/plain")
    for rel in ("t/c/m/plain", "t/c/m/nowhere"):
        issued = get_token(server, rel)
        assert issued["poster_url"] is None and issued["storyboard_url"] is None
    put(server.data / "hls/t/c/m/plain/storyboard.vtt", b"WEBVTT\n")
    issued = get_token(server, "t/c/m/plain")
    board = requests.get(issued["storyboard_url"], headers=WEB_HEADERS, timeout=10)
    assert (board.status_code, board.content) == (200, b"WEBVTT\n")


# Whether a download is there.


def test_a_download_token_says_whether_there_is_such_a_file(server):
    put(server.data / "originals/t/c/m/there/film.mp4", b"film")
    put(server.data / "presentation_videos/courses/there/presentation.mp4", b"film")
    put(server.data / "originals/there/film.mp4", b"film")
    lesson = {"type": "lesson", "user_id": "u", "rel": "t/c/m/there"}
    course = {"type": "course", "user_id": "u", "course_id": "there"}
    token = "/api/get-download-token/v2"
    for path, query, status in (
        (token, lesson | {"filename": "film.mp4"}, "ready"),
        (token, lesson | {"filename": "other.mp4"}, "missing"),
        (token, course | {"filename": "presentation.mp4"}, "ready"),
        (token, course | {"filename": "presentation.mov"}, "missing"),
        ("/api/get-download-token/there/film.mp4", {}, "ready"),
        ("/api/get-download-token/there/other.mp4", {}, "missing"),
    ):
        assert get(server, path, **query).json()["status"] == status


# Tokens in one call.


def batch(server, **body):
    return requests.post(f"{server.url}/api/get-video-tokens/v2", json=body, headers=service(), timeout=20)


def test_a_course_gets_its_tokens_in_one_call(server, lesson):
    rels = [lesson.rel, "t/c/m/nowhere", "no/lesson", lesson.rel]
    answer = batch(server, user_id="jean@example.com", rels=rels, platform="Mobile", ttl=604800.0)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()["tokens"]
    # The lesson that was named twice is one.
    assert [each["rel"] for each in tokens] == rels[:3]
    assert [each.get("status") for each in tokens] == ["ready", "missing", None]
    assert tokens[2]["error"] == "invalid_rel" and tokens[2]["message"]
    claims = jwt.decode(remember(tokens[0]["token"]), SECRET_KEY, algorithms=["HS256"])
    assert claims["user_id"] == "jean@example.com" and claims["rel"] == lesson.rel
    assert claims["exp"] - claims["iat"] == tokens[0]["expires_in"] == 86400
    assert requests.get(tokens[0]["signed_playlist_url"], timeout=10).status_code == 200
    assert requests.get(tokens[0]["poster_url"], timeout=10).status_code == 200


WRONG_BATCHES = {
    "nobody": ({"rels": [REL]}, "missing_field", "user_id"),
    "an empty user": ({"user_id": "", "rels": [REL]}, "missing_field", "user_id"),
    "a user of many lines": ({"user_id": "a\nb", "rels": [REL]}, "invalid_id", "user_id"),
    "a user that is a list": ({"user_id": ["u"], "rels": [REL]}, "malformed_request", "user_id"),
    "no lessons": ({"user_id": "u"}, "missing_field", "rels"),
    "a lesson alone": ({"user_id": "u", "rels": REL}, "malformed_request", "rels"),
    "a lesson that is a number": ({"user_id": "u", "rels": [REL, 1]}, "malformed_request", "rels"),
    "too many lessons": ({"user_id": "u", "rels": [REL] * 101}, "malformed_request", "rels"),
    "another platform": ({"user_id": "u", "rels": [REL], "platform": "tv"}, "invalid_platform", "platform"),
    "half a second": ({"user_id": "u", "rels": [REL], "ttl": 0.5}, "invalid_ttl", "ttl"),
}


@pytest.mark.parametrize("name", WRONG_BATCHES)
def test_a_question_that_is_wrong_gets_no_tokens(server, name):
    body, error, field = WRONG_BATCHES[name]
    answer = batch(server, **body)
    assert (answer.status_code, refusal(answer), answer.json()["field"]) == (400, error, field)


def test_a_hundred_lessons_fit_and_none_is_fine(server):
    longest = ["/".join(["i" * 128] * 3 + [str(number).rjust(128, "i")]) for number in range(100)]
    assert [each["rel"] for each in batch(server, user_id="u", rels=longest).json()["tokens"]] == longest
    assert batch(server, user_id="u", rels=[]).json()["tokens"] == []


# Lists by pages.


@pytest.fixture(scope="module")
def library(tmp_path_factory, short_h264):
    """Lessons on disk, one that waits, one of the flat layout, and what is no lesson."""
    server = Server(tmp_path_factory.mktemp("library"), {"FOCUST_CONVERSION_JOBS": "0"})
    for rel in ("b/c1/m/l1", "a/c1/m/l1", "a-b/c2/m/l1", "a/c1/m/l10", "a/c1/m/l2", "a/c1/m-1/l1", "flat-user/video"):
        put_video(server.data / "hls" / rel)
    put(server.data / "hls/a/c1/m/empty/notes.txt", b"no lesson")
    server.start()
    assert upload(server, "a/c3/m/waits", short_h264).status_code == 202
    assert upload(server, "a/c1/m/l2", short_h264).status_code == 202
    yield server
    assert server.stop() == 0


ALL = ["a-b/c2/m/l1", "a/c1/m-1/l1", "a/c1/m/l1", "a/c1/m/l10", "a/c1/m/l2", "a/c3/m/waits", "b/c1/m/l1"]


def pages(server, path, member, key, **query):
    found, after = [], None
    while True:
        answer = get(server, path, **query | ({"after": after} if after else {}))
        assert answer.status_code == 200, answer.text
        found += [each[key] for each in answer.json()[member]]
        after = answer.json()["next"]
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 200])
def test_lessons_come_by_pages_each_once_and_in_order(library, limit):
    assert pages(library, "/api/lessons", "lessons", "rel", limit=limit) == ALL


@pytest.mark.parametrize("limit", [1, 50])
@pytest.mark.parametrize(
    "query,wanted",
    [
        ({"trainer_id": "a"}, ALL[1:6]),
        ({"trainer_id": "a-b"}, ALL[:1]),
        ({"course_id": "c1"}, ALL[1:5] + ALL[6:]),
        ({"trainer_id": "a", "course_id": "c3"}, ALL[5:6]),
        ({"trainer_id": "nobody"}, []),
        ({"after": "a/c1/m/l1"}, ALL[3:]),
        ({"after": "zz/c/m/l"}, []),
    ],
)
def test_lessons_are_listed_of_a_trainer_and_a_course(library, query, wanted, limit):
    assert pages(library, "/api/lessons", "lessons", "rel", limit=limit, **query) == wanted


def test_a_lesson_in_a_list_is_as_it_is_alone(library):
    listed = {each["rel"]: each for each in get(library, "/api/lessons").json()["lessons"]}
    for rel, each in listed.items():
        assert each == get(library, f"/api/lessons/{rel}").json()
    assert listed["a/c3/m/waits"]["status"] == "processing" and listed["a/c3/m/waits"]["published_at"] is None
    assert listed["a/c1/m/l1"]["created_at"] is None and listed["a/c1/m/l1"]["published_at"]


@pytest.mark.parametrize(
    "query,error",
    [
        ({"limit": "0"}, "malformed_request"),
        ({"limit": "201"}, "malformed_request"),
        ({"after": "a/b"}, "invalid_rel"),
        ({"trainer_id": "../x"}, "invalid_id"),
        ({"course_id": "a/b"}, "invalid_id"),
    ],
)
def test_a_list_of_lessons_that_cannot_be(library, query, error):
    answer = get(library, "/api/lessons", **query)
    assert (answer.status_code, refusal(answer)) == (400, error)


def test_a_lesson_tells_its_dates_its_size_and_its_poster(server, lesson):
    said = get(server, f"/api/lessons/{lesson.rel}").json()
    assert (said["width"], said["height"]) == (640, 360)
    assert said["poster_path"] == f"/hls2/{lesson.rel}/poster.jpg"
    assert said["created_at"] == lesson.finished["created_at"]
    assert said["created_at"][:10] <= said["published_at"][:10]


def test_tasks_come_by_pages_too(library):
    all_tasks = pages(library, "/api/tasks", "tasks", "task_id")
    assert len(all_tasks) == 2
    assert pages(library, "/api/tasks", "tasks", "task_id", limit=1, status="queued") == all_tasks
    for query in ({"after": "7b2f8c1e-0000-4000-8000-000000000000"}, {"after": "x"}):
        assert refusal(get(library, "/api/tasks", **query)) == "invalid_id"
    for query in ({"page": "2"}, {"offset": "50"}):
        answer = get(library, "/api/tasks", **query)
        assert (answer.status_code, refusal(answer)) == (400, "malformed_request")


# A token that ends while its upload comes.


def upload_token(server, rel, **query) -> dict:
    answer = get(server, "/api/get-upload-token", type="lesson", user_id="u", rel=rel, **query)
    remember(answer.json()["token"])
    return answer.json()


def form(rel, film) -> bytes:
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in lesson_fields(rel).items()
    ]
    head = "".join(parts) + '--b\r\nContent-Disposition: form-data; name="video"; filename="film.mp4"\r\n\r\n'
    return head.encode() + film + b"\r\n--b--\r\n"


def send_slowly(server, body, token) -> tuple[int, bytes]:
    """All but the end of an upload, and the end only once its token has expired."""
    end = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])["exp"]
    head = "POST /upload/lesson HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    head += f"Authorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:-10])
        wait_for(lambda: time.time() > end + 1, "the token to expire", 10)
        connection.sendall(body[-10:])
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    parsed = parse(answer)
    return parsed.status, parsed.body


def test_a_slow_line_is_no_reason_to_refuse_the_last_byte(server, short_h264):
    token = upload_token(server, "t/c/m/slow", ttl=2)["token"]
    status, body = send_slowly(server, form("t/c/m/slow", short_h264.read_bytes()), token)
    assert status == 202, body
    task_id = requests.models.complexjson.loads(body)["task_id"]
    # What became of it can still be read with that token; nothing else can be done with it.
    follow = requests.get(f"{server.url}/api/tasks/{task_id}", headers=bearer(token), timeout=10)
    assert (follow.status_code, follow.json()["rel"]) == (200, "t/c/m/slow")
    with short_h264.open("rb") as file:
        again = requests.post(
            f"{server.url}/upload/lesson",
            headers=bearer(token),
            data=lesson_fields("t/c/m/slow"),
            files={"video": ("film.mp4", file)},
            timeout=20,
        )
    assert (again.status_code, refusal(again)) == (403, "token_expired")
    assert wait_for_task(server, task_id)["status"] == "completed"


def test_a_task_is_told_for_a_day_and_no_longer(server, lesson):
    task = f"{server.url}/api/tasks/{lesson.finished['task_id']}"
    token = upload_token(server, lesson.rel)["token"]
    claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
    now = int(time.time())
    for age, status in ((86000, 200), (86500, 403)):
        old = jwt.encode(claims | {"iat": now - age - 60, "exp": now - age}, SECRET_KEY, algorithm="HS256")
        assert requests.get(task, headers=bearer(remember(old)), timeout=10).status_code == status


# What a browser's recorder sends.


@pytest.mark.parametrize(
    "codecs,container,stored",
    [(("libvpx",), "webm", "blob.webm"), (("libx264",), "mp4", "blob.mp4"), (("libx264",), "matroska", "blob.mkv")],
)
def test_a_blob_takes_its_type_from_what_is_inside(server, tmp_path, codecs, container, stored):
    film = tmp_path / "recorded"
    source = "testsrc2=s=160x120:r=10:d=2"
    media.run(
        *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-c:v", codecs[0], "-pix_fmt", "yuv420p"),
        *("-f", container, film),
    )
    rel = f"t/c/m/{container}"
    answer = upload(server, rel, film, filename="blob")
    assert (answer.status_code, answer.json().get("filename")) == (202, stored), answer.text
    assert wait_for_task(server, answer.json()["task_id"])["status"] == "completed"
    assert (server.data / "originals" / rel / stored).read_bytes() == film.read_bytes()
    with film.open("rb") as file:
        presented = requests.post(
            f"{server.url}/upload_presentation/course/{container}",
            headers=service(),
            files={"video": ("blob", file)},
            timeout=60,
        )
    extension = stored.rsplit(".", 1)[1]
    assert presented.json()["file_path"] == f"presentation_videos/courses/{container}/presentation.{extension}"


def test_a_resumable_blob_takes_its_type_from_what_is_inside(server, tmp_path, short_h264):
    text, film = b"This is no film.\n" * 100, short_h264.read_bytes()
    for rel, body, status, stored in (
        ("t/c/m/resumed", film, "completed", "blob.mp4"),
        ("t/c/m/resumed-text", text, "failed", "blob"),
    ):
        address = tus.begun(server, rel, len(body), filename="blob")
        task = wait_for_task(server, tus.send(address, 0, body).headers["Focust-Task-Id"])
        assert (task["status"], task["filename"]) == (status, stored)
    course = tus.metadata(filename="blob", type="course", course_id="resumed")
    address = tus.begin(server, len(film), course).headers["Location"]
    assert tus.send(address, 0, film).headers["Focust-File-Url"].endswith("/courses/resumed/presentation.mp4")
    assert refusal(tus.begin(server, 9, tus.lesson_metadata("t/c/m/l", filename="blob.txt"))) == "unsupported_media"


def test_a_resumable_upload_outlives_its_token(server, short_h264):
    """A slow line is no reason to refuse the last byte, and for a day the token tells what became of it."""
    film, rel = short_h264.read_bytes(), "t/c/m/late"
    issued = requests.get(
        f"{server.url}/api/get-upload-token",
        params={"user_id": "u", "type": "lesson", "rel": rel, "ttl": 1},
        headers=service(),
        timeout=10,
    ).json()
    token = bearer(remember(issued["token"]))
    address = tus.begin(server, len(film), tus.lesson_metadata(rel), token).headers["Location"]

    def is_over():
        return requests.post(f"{server.url}/upload/lesson", headers=token, timeout=10).status_code == 403

    wait_for(is_over, "the token to expire")
    sent = tus.send(address, 0, film)
    assert sent.status_code == 204, sent.text
    assert requests.get(sent.headers["Focust-Status-Url"], headers=token, timeout=10).status_code == 200


@pytest.mark.parametrize("name", ["blob", "blob.txt", "film.webm.exe"])
def test_a_text_is_no_film_whatever_it_is_called(server, tmp_path, name):
    text = tmp_path / "text"
    text.write_text("This is no film, and has no extension to say so.\n" * 100)
    answer = upload(server, "t/c/m/text", text, filename=name)
    assert (answer.status_code, refusal(answer)) == (400, "unsupported_media")


# Addresses with a slash too many.


@pytest.mark.parametrize(
    "path",
    [
        "/api/get-video-token/v2/",
        "/api/get-download-token/v2/?type=lesson",
        f"/hls2/{REL}/output.m3u8/",
        "/api/tasks/",
    ],
)
def test_a_slash_too_many_is_named(server, path):
    answer = requests.get(server.url + path, headers=service() | {"Origin": ORIGIN}, timeout=10)
    assert (answer.status_code, refusal(answer)) == (404, "not_found")
    assert "slash" in answer.json()["message"]
