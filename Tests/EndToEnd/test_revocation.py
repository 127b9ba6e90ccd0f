"""What is revoked or deleted stops at once, for good, and does not stop what comes after it."""

import os
import signal
import subprocess
import time

import jwt
import pytest
import requests

from harness.client import WEB_HEADERS, bearer, get_token, make_lesson, refusal, service, task, upload
from harness.media import make_h264
from harness.server import SECRET_KEY, Server, wait_for
from harness.tokens import play_claims, remember, sign
from harness.trees import put, put_video


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    """A server whose lessons were put on disk."""
    running = Server(tmp_path_factory.mktemp("videos"))
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def rel(videos, request):
    """A lesson of the test's own."""
    rel = f"t/c/m/{abs(hash(request.node.name))}"
    put_video(videos.data / "hls" / rel)
    put(videos.data / "originals" / rel / "film.mp4", b"film")
    return rel


def play(server, rel, token, root="/hls2"):
    return requests.get(f"{server.url}{root}/{rel}/output.m3u8", headers=bearer(token, **WEB_HEADERS), timeout=10)


def outcome(answer):
    return "plays" if answer.status_code == 200 else refusal(answer)


def revoke(server, **subject):
    answer = requests.post(f"{server.url}/api/revoke", json=subject, headers=service(), timeout=10)
    assert answer.status_code == 200, answer.text


def delete(server, path):
    return requests.delete(f"{server.url}{path}", headers=service(), timeout=10)


def identity(token):
    return jwt.decode(remember(token), SECRET_KEY, algorithms=["HS256"], options={"verify_iat": False})["jti"]


def test_one_token_is_revoked_by_its_id(videos, rel):
    first, second = (get_token(videos, rel)["token"] for _ in range(2))
    revoke(videos, jti=identity(first))
    assert outcome(play(videos, rel, first)) == "token_revoked"
    assert outcome(play(videos, rel, second)) == "plays"


def test_a_user_is_revoked_and_gets_new_tokens_at_once(videos, rel):
    old = get_token(videos, rel, user_id="leaver")["token"]
    other = get_token(videos, rel, user_id="stayer")["token"]
    revoke(videos, user_id="leaver")
    # In the same second, most of the time.
    new = get_token(videos, rel, user_id="leaver")["token"]
    assert outcome(play(videos, rel, old)) == "token_revoked"
    assert [outcome(play(videos, rel, token)) for token in (other, new)] == ["plays", "plays"]


def test_a_lesson_is_revoked_and_gets_new_tokens_at_once(videos, rel):
    put_video(videos.data / "hls" / f"{rel}0")
    old = [get_token(videos, rel, platform)["token"] for platform in ("web", "mobile")]
    neighbour = get_token(videos, f"{rel}0")["token"]
    playlist = play(videos, rel, old[1], "/mobile/hls2").text
    grant = remember(playlist.split("token=")[1].split("&")[0])
    revoke(videos, rel=rel)
    new = get_token(videos, rel)["token"]
    assert [outcome(play(videos, rel, token)) for token in old] == ["token_revoked"] * 2
    segment = requests.get(f"{videos.url}/mobile/hls2/{rel}/segment_000.ts?token={grant}", timeout=10)
    assert refusal(segment) == "token_revoked"
    assert outcome(play(videos, rel, new)) == "plays"
    assert outcome(play(videos, f"{rel}0", neighbour)) == "plays"


@pytest.mark.parametrize("again", ["user_id", "rel", "jti"])
def test_a_token_issued_right_after_a_revocation_is_revoked_by_the_next(videos, rel, again):
    """All within a second, where dates alone do not tell before from after."""
    user = f"user-{again}"
    for _ in range(5):
        revoke(videos, user_id=user)
        token = get_token(videos, rel, user_id=user)["token"]
        assert outcome(play(videos, rel, token)) == "plays"
        revoke(videos, **{again: {"user_id": user, "rel": rel, "jti": identity(token)}[again]})
        assert outcome(play(videos, rel, token)) == "token_revoked"
        assert outcome(play(videos, rel, get_token(videos, rel, user_id=user)["token"])) == "plays"


def test_flat_tokens_are_revoked_by_user_and_video(videos):
    put_video(videos.data / "hls/flat-user/film")
    for claims in ({"filename": "film.mp4"}, {"video_id": "film"}):
        token = sign(play_claims(None, user_id="flat-user", iat=int(time.time()) - 5, **claims))
        assert outcome(play(videos, "flat-user/film", token, "/hls")) == "plays"
    revoke(videos, rel="flat-user/film")
    for claims in ({"filename": "film.mp4"}, {"video_id": "film"}):
        token = sign(play_claims(None, user_id="flat-user", iat=int(time.time()) - 5, **claims))
        assert outcome(play(videos, "flat-user/film", token, "/hls")) == "token_revoked"


def test_a_token_that_does_not_say_when_it_was_issued_falls_under_every_revocation(videos, rel):
    token = sign(play_claims(rel, iat=None, jti=None))
    assert outcome(play(videos, rel, token)) == "plays"
    revoke(videos, rel=rel)
    assert outcome(play(videos, rel, token)) == "token_revoked"


@pytest.mark.parametrize("age", [0, 100, 3600, None], ids=str)
def test_a_grant_is_as_old_as_the_token_it_was_made_for(videos, rel, age):
    """A revocation between the two, by user or lesson, must not miss the younger one."""
    now = int(time.time())
    issued = None if age is None else now - age
    token = sign(play_claims(rel, "mobile", iat=issued))
    playlist = play(videos, rel, token, "/mobile/hls2").text
    grant = remember(playlist.split("token=")[1].split("&")[0])
    claims = jwt.decode(grant, SECRET_KEY, algorithms=["HS256"])
    assert claims.get("iat") == issued
    assert claims["exp"] >= now + 1800
    segment = f"{videos.url}/mobile/hls2/{rel}/segment_000.ts?token={grant}"
    assert requests.get(segment, timeout=10).status_code == 200
    revoke(videos, rel=rel)
    assert refusal(requests.get(segment, timeout=10)) == "token_revoked"


@pytest.mark.parametrize(
    "ahead,wanted", [(0, "plays"), (15, "plays"), (120, "token_invalid"), (10**7, "token_invalid")]
)
def test_a_token_dated_in_the_future_is_refused(videos, rel, ahead, wanted):
    now = int(time.time())
    token = sign(play_claims(rel, iat=now + ahead, exp=now + ahead + 600))
    assert outcome(play(videos, rel, token)) == wanted


@pytest.mark.parametrize(
    "body,error,field",
    [
        ("{}", "missing_field", "jti"),
        ('{"user_id":"a","rel":"a/b/c/d"}', "malformed_request", "rel"),
        ('{"user_id":"a\\u0000"}', "invalid_id", "user_id"),
        ('{"user_id":7}', "malformed_request", "user_id"),
        ('{"rel":"a/b/c"}', "invalid_rel", "rel"),
        ('{"jti":""}', "malformed_request", "jti"),
        ("[]", "missing_field", "jti"),
        ("nonsense", "malformed_request", None),
        ("", "malformed_request", None),
    ],
)
def test_a_revocation_that_means_nothing_is_refused(videos, body, error, field):
    answer = requests.post(f"{videos.url}/api/revoke", data=body, headers=service(), timeout=10)
    assert (answer.status_code, refusal(answer), answer.json().get("field")) == (400, error, field)


def test_revocation_needs_an_api_key(videos, rel):
    token = get_token(videos, rel)["token"]
    answer = requests.post(f"{videos.url}/api/revoke", json={"rel": rel}, headers=bearer(token), timeout=10)
    assert answer.status_code == 401
    for path in (f"/api/lessons/{rel}", "/api/presentations/course/c", "/api/presentations/module/c/m"):
        assert requests.delete(videos.url + path, headers=bearer(token), timeout=10).status_code == 401
    assert outcome(play(videos, rel, token)) == "plays"


def test_revocations_survive_a_kill(tmp_path):
    server = Server(tmp_path / "server")
    rels = [f"t/c/m/{name}" for name in ("by-jti", "by-user", "by-rel", "not-at-all")]
    for rel in rels:
        put_video(server.data / "hls" / rel)
    server.start()
    tokens = [get_token(server, rel, user_id=f"user-{number}")["token"] for number, rel in enumerate(rels)]
    revoke(server, jti=identity(tokens[0]))
    revoke(server, user_id="user-1")
    revoke(server, rel=rels[2])
    os.kill(server.app_pid(), signal.SIGKILL)
    server.process.wait(timeout=30)
    server.start()
    try:
        outcomes = [outcome(play(server, rel, token)) for rel, token in zip(rels, tokens, strict=True)]
        assert outcomes == ["token_revoked"] * 3 + ["plays"]
        for rel in rels:
            assert outcome(play(server, rel, get_token(server, rel)["token"])) == "plays"
    finally:
        server.stop()


def test_another_process_of_the_same_data_takes_revocations_in(tmp_path):
    """Two runs over one directory: what one is told, the other knows within two seconds."""
    first = Server(tmp_path / "first")
    put_video(first.data / "hls/t/c/m/l")
    second = Server(tmp_path / "second", {"FOCUST_DATA_DIR": str(first.data)})
    first.start()
    second.start()
    try:
        token = get_token(first, "t/c/m/l")["token"]
        assert outcome(play(second, "t/c/m/l", token)) == "plays"
        revoke(first, rel="t/c/m/l")
        wait_for(lambda: outcome(play(second, "t/c/m/l", token)) == "token_revoked", "the other process", 2.5)
        assert outcome(play(second, "t/c/m/l", get_token(first, "t/c/m/l")["token"])) == "plays"
    finally:
        assert (first.stop(), second.stop()) == (0, 0)


# Deletion.


def test_a_deleted_lesson_leaves_nothing(own_server, short_h264):
    server = own_server()
    lesson = make_lesson(server, "t/c/m/gone", short_h264)
    kept = make_lesson(server, "t/c/m/gone2", short_h264)
    shown = requests.get(f"{server.url}/api/lessons/t/c/m/gone", headers=service(), timeout=10).json()
    assert (shown["status"], shown["filename"], shown["rel"]) == ("ready", short_h264.name, "t/c/m/gone")
    assert shown["segments"] >= 1 and shown["size"] > 1000 and abs(shown["duration"] - 4) < 0.2
    assert shown["codecs"].startswith("avc1.") and "mp4a.40.2" in shown["codecs"]
    token = get_token(server, "t/c/m/gone")["token"]
    kept_token = get_token(server, "t/c/m/gone2")["token"]
    answer = delete(server, "/api/lessons/t/c/m/gone")
    assert answer.status_code == 200
    assert not [path for path in server.stored_files() if "/gone/" in f"/{path}/"]
    assert outcome(play(server, lesson.rel, token)) == "token_revoked"
    assert outcome(play(server, lesson.rel, get_token(server, lesson.rel)["token"])) == "not_found"
    assert get_token(server, lesson.rel)["status"] == "missing"
    assert outcome(play(server, kept.rel, kept_token)) == "plays"
    assert delete(server, "/api/lessons/t/c/m/gone").status_code == 200
    assert delete(server, "/api/lessons/t/c/m/never").status_code == 200
    again = make_lesson(server, "t/c/m/gone", short_h264)
    assert outcome(play(server, again.rel, get_token(server, again.rel)["token"])) == "plays"
    assert outcome(play(server, again.rel, token)) == "token_revoked"


def test_a_lesson_deleted_while_it_waits_is_never_converted(own_server, short_h264):
    server = own_server(FOCUST_CONVERSION_JOBS="0")
    accepted = upload(server, "t/c/m/waits", short_h264).json()
    token = get_token(server, "t/c/m/waits")
    assert token["status"] == "processing"
    assert outcome(play(server, "t/c/m/waits", token["token"])) == "conversion_in_progress"
    assert delete(server, "/api/lessons/t/c/m/waits").status_code == 200
    assert not [path for path in server.stored_files() if "waits" in path]
    assert task(server, accepted["task_id"])["status"] == "superseded"
    assert get_token(server, "t/c/m/waits")["status"] == "missing"


def test_a_lesson_deleted_while_it_is_converted_does_not_come_back(own_server, tmp_path):
    server = own_server(FOCUST_X264_PRESET="slow", FOCUST_CONVERSION_JOBS="1")
    film = tmp_path / "long.avi"
    source = make_h264(tmp_path / "source.mp4", 30)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", source, "-c:v", "mpeg4", "-q:v", "3", "-c:a", "libmp3lame", film], check=True
    )
    task_id = upload(server, "t/c/m/busy", film).json()["task_id"]
    wait_for(lambda: task(server, task_id)["status"] == "processing", "the conversion to begin", 20, 0.02)
    assert delete(server, "/api/lessons/t/c/m/busy").status_code == 200
    assert task(server, task_id)["status"] == "superseded"
    # The one conversion thread is free again once another lesson has gone through it.
    make_lesson(server, "t/c/m/next", make_h264(tmp_path / "next.mp4", 2))
    assert task(server, task_id)["status"] == "superseded"
    assert not [path for path in server.stored_files() if "busy" in path]
    assert not [path for path in server.stored_files() if task_id in path]
    assert get_token(server, "t/c/m/busy")["status"] == "missing"


def test_a_lesson_that_never_was_is_not_found(videos):
    answer = requests.get(f"{videos.url}/api/lessons/t/c/m/never", headers=service(), timeout=10)
    assert (answer.status_code, refusal(answer)) == (404, "not_found")


def test_presentations_are_deleted_with_their_tokens(videos):
    folder = videos.data / "presentation_videos"
    for place, route, query in (
        ("courses/c9", "course/c9", {"type": "course", "course_id": "c9"}),
        ("modules/c9/m9", "module/c9/m9", {"type": "module", "course_id": "c9", "module_id": "m9"}),
    ):
        put(folder / place / "presentation.mp4", b"film")
        answer = requests.get(
            f"{videos.url}/api/get-download-token/v2",
            params={"user_id": "u", "filename": "presentation.mp4"} | query,
            headers=service(),
            timeout=10,
        )
        address, token = answer.json()["download_url"], remember(answer.json()["token"])
        assert requests.get(address, headers=bearer(token), timeout=10).content == b"film"
        assert delete(videos, f"/api/presentations/{route}").status_code == 200
        assert not [path for path in videos.stored_files() if place in path]
        assert outcome(requests.get(address, headers=bearer(token), timeout=10)) == "token_revoked"
        assert requests.get(f"{videos.url}/presentation_videos/{route}", timeout=10).status_code == 404
        assert delete(videos, f"/api/presentations/{route}").status_code == 200
