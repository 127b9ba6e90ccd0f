"""A lesson that is uploaded again: who watches sees the old one to its end, and never new bytes with the old key."""

import re
import subprocess
import threading
import time

import pytest
import requests

from harness import media
from harness.client import (
    WEB_HEADERS,
    bearer,
    get_token,
    make_lesson,
    refusal,
    segment_uris,
    service,
    task,
    upload,
    wait_for_task,
)
from harness.player import Player
from harness.server import wait_for
from harness.tokens import play
from harness.trees import listed, put_video, retired


def playlist(lesson):
    answer = requests.get(lesson.address("output.m3u8"), headers=bearer(play(lesson.rel), **WEB_HEADERS), timeout=10)
    return answer.text


def fetch(lesson, uri):
    return requests.get(lesson.address(uri), headers=bearer(play(lesson.rel), **WEB_HEADERS), timeout=10)


def key_uri(text):
    return re.search(r'URI="([^"]+)"', text)[1]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Three films that can be told apart."""
    directory = tmp_path_factory.mktemp("tiny")
    return [
        media.make_h264(directory / f"{size}.mp4", seconds=6, size=size, bitrate="60k")
        for size in ("160x120", "176x144", "192x108")
    ]


def test_who_watches_sees_the_old_version_to_its_end_and_who_comes_the_new_one(server, h264, short_h264):
    rel = "trainer-5/course-1/module-1/replaced"
    lesson = make_lesson(server, rel, h264)
    old = playlist(lesson)
    uris = [*segment_uris(old), key_uri(old), f"poster.jpg?{segment_uris(old)[0].partition('?')[2]}"]
    before = [fetch(lesson, uri) for uri in uris]
    make_lesson(server, rel, short_h264)
    after = [fetch(lesson, uri) for uri in uris]
    assert [answer.status_code for answer in after] == [200] * len(uris)
    assert [answer.content for answer in after] == [answer.content for answer in before]
    names = ("Cache-Control", "Content-Type")
    assert [[answer.headers[name] for name in names] for answer in after] == [
        [answer.headers[name] for name in names] for answer in before
    ]
    assert fetch(lesson, "segment_000.ts").content not in [answer.content for answer in before]
    assert "no-store" in fetch(lesson, "segment_000.ts").headers["Cache-Control"]
    new = playlist(lesson)
    assert segment_uris(new)[0] != segment_uris(old)[0]
    assert fetch(lesson, key_uri(new)).content != fetch(lesson, key_uri(old)).content
    # Who has to load the playlist again is not led back to the old one.
    query = segment_uris(old)[0].partition("?")[2]
    again = fetch(lesson, f"output.m3u8?{query}")
    assert (again.status_code, refusal(again)) == (404, "replaced")
    headers = "".join(f"{name}: {value}\r\n" for name, value in bearer(play(rel), **WEB_HEADERS).items())
    played = media.frame_hashes(lesson.address("output.m3u8"), "-headers", headers)
    assert played == media.frame_hashes(short_h264)


def test_several_versions_are_watched_at_once(server, tiny):
    rel = "trainer-5/course-1/module-1/several"
    player = Player.of(server, rel)
    playlists, films = [], []
    for film in (*tiny, tiny[0]):
        make_lesson(server, rel, film)
        playlists.append(player.playlist())
        films.append(player.watch())
    assert len(set(films[:3])) == 3
    assert [player.watch_on(playlist) for playlist in playlists] == films
    stale = bearer(play(rel), **WEB_HEADERS)
    for name in ("segment_000.ts", "enc.key", "poster.jpg"):
        answer = requests.get(f"{server.url}/hls2/{rel}/{name}?v=0abc", headers=stale, timeout=10)
        assert (answer.status_code, refusal(answer)) == (404, "replaced"), name


def test_ffmpeg_plays_a_film_to_its_end_that_is_replaced_meanwhile(own_server, tiny, tmp_path):
    server = own_server(FOCUST_SEGMENT_SECONDS="1")
    rel = "trainer-5/course-1/module-1/ffmpeg"
    lesson = make_lesson(server, rel, tiny[0])
    headers = "".join(f"{name}: {value}\r\n" for name, value in bearer(play(rel), **WEB_HEADERS).items())
    frames = tmp_path / "frames"
    command = ["ffmpeg", "-v", "error", "-re", "-headers", headers, "-i", lesson.address("output.m3u8")]
    command += ["-map", "0:v:0", "-flush_packets", "1", "-f", "framemd5", str(frames)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as player:
        wait_for(lambda: frames.exists() and len(media.hash_column(frames.read_text())) > 10, "the first pictures")
        make_lesson(server, rel, tiny[1])
        shown = len(media.hash_column(frames.read_text()))
        assert player.wait(timeout=60) == 0
        assert player.stderr.read() == b""
    assert 10 < shown < 150
    assert media.hash_column(frames.read_text()) == media.frame_hashes(tiny[0])


@pytest.mark.parametrize("keep", ["0", "3"])
def test_a_version_that_is_kept_no_more_is_replaced_and_leaves_nothing(own_server, tiny, keep):
    server = own_server(FOCUST_KEEP_REPLACED=keep)
    rel = "trainer-5/course-1/module-1/gone"
    lesson = make_lesson(server, rel, tiny[0])
    old = playlist(lesson)
    make_lesson(server, rel, tiny[1])
    if keep != "0":
        wait_for(lambda: fetch(lesson, segment_uris(old)[0]).status_code == 404, "the end of the old version")
    poster = f"poster.jpg?{segment_uris(old)[0].partition('?')[2]}"
    for uri in [*segment_uris(old), key_uri(old), poster]:
        answer = fetch(lesson, uri)
        assert (answer.status_code, refusal(answer)) == (404, "replaced"), uri
        assert "max-age=3600" not in answer.headers.get("Cache-Control", "")
    wait_for(lambda: not listed(server.data), "the list to be empty")
    assert retired(server.data) == {}
    assert len(list((server.data / "hls" / rel).glob(".v-*"))) == 1
    assert Player.of(server, rel).watch()


def test_a_version_whose_time_comes_while_the_server_is_off_goes_at_the_next_start(own_server, tiny):
    server = own_server(FOCUST_KEEP_REPLACED="1000")
    rel = "trainer-5/course-1/module-1/off"
    lesson = make_lesson(server, rel, tiny[0])
    old = playlist(lesson)
    make_lesson(server, rel, tiny[1])
    assert server.stop() == 0
    server.start()
    # A restart ends nothing.
    assert fetch(lesson, key_uri(old)).status_code == 200
    assert server.stop() == 0
    (version,), (entry,) = retired(server.data), listed(server.data)
    assert listed(server.data)[entry] == rel and retired(server.data)[version] == entry
    # As if it had happened an hour ago.
    time_and_life, name = entry.split(".")
    then = "+".join([str(int(time_and_life.split("+")[0]) - 3600), time_and_life.split("+")[1]])
    mark = server.data / "hls" / version / ".retired"
    mark.unlink()
    mark.symlink_to(then)
    (server.data / "hls/.retired" / entry).rename(server.data / "hls/.retired" / f"{then}.{name}")
    # And the clock had gone on since then: of one that was set ahead everything looks over.
    (server.data / "state/clock").write_text(f"{int(time.time())} 3600")
    server.start()
    wait_for(lambda: not listed(server.data) and not retired(server.data), "the sweep")
    answer = fetch(lesson, key_uri(old))
    assert (answer.status_code, refusal(answer)) == (404, "replaced")


def test_deleting_a_lesson_ends_every_version_of_it_at_once(server, tiny):
    rel = "trainer-5/course-1/module-1/deleted"
    lesson = make_lesson(server, rel, tiny[0])
    old = playlist(lesson)
    make_lesson(server, rel, tiny[1])
    token = play(rel)
    assert any(rel in version for version in retired(server.data))
    assert requests.delete(f"{server.url}/api/lessons/{rel}", headers=service(), timeout=10).ok
    assert not (server.data / "hls" / rel).exists()
    assert rel not in listed(server.data).values()
    # Neither with the token from before, nor with one that is issued now.
    later = get_token(server, rel)["token"]
    for headers, expected in ((bearer(token), (403, "token_revoked")), (bearer(later), (404, "not_found"))):
        for uri in (segment_uris(old)[0], key_uri(old)):
            answer = requests.get(lesson.address(uri), headers=headers | WEB_HEADERS, timeout=10)
            assert (answer.status_code, refusal(answer)) == expected, uri
    # Nor is it there again with the next lesson of that name.
    make_lesson(server, rel, tiny[2])
    answer = requests.get(lesson.address(key_uri(old)), headers=bearer(later, **WEB_HEADERS), timeout=10)
    assert (answer.status_code, refusal(answer)) == (404, "replaced")


def test_a_revoked_viewer_sees_no_version(server, tiny):
    rel = "trainer-5/course-1/module-1/revoked"
    lesson = make_lesson(server, rel, tiny[0])
    old = playlist(lesson)
    make_lesson(server, rel, tiny[1])
    token = play(rel)
    assert requests.post(f"{server.url}/api/revoke", headers=service(), json={"rel": rel}, timeout=10).ok
    for uri in (segment_uris(old)[0], key_uri(old)):
        answer = requests.get(lesson.address(uri), headers=bearer(token, **WEB_HEADERS), timeout=10)
        assert (answer.status_code, refusal(answer)) == (403, "token_revoked")
    assert not [version for version in retired(server.data) if rel in version]
    assert rel not in listed(server.data).values()
    later = bearer(get_token(server, rel)["token"], **WEB_HEADERS)
    answer = requests.get(lesson.address(key_uri(old)), headers=later, timeout=10)
    assert (answer.status_code, refusal(answer)) == (404, "replaced")
    assert requests.get(lesson.address("segment_000.ts"), headers=later, timeout=10).status_code == 200


def test_nothing_of_a_kept_version_but_what_a_player_needs_is_sent(server, tiny):
    """Its key least of all by nginx."""
    rel = "trainer-5/course-1/module-1/closed"
    lesson = make_lesson(server, rel, tiny[0])
    version = segment_uris(playlist(lesson))[0].partition("?v=")[2]
    make_lesson(server, rel, tiny[1])
    kept = server.data / f"hls/{rel}/.v-{version}"
    assert (kept / "enc.key").stat().st_mode & 0o777 == 0o600
    headers = bearer(play(rel), **WEB_HEADERS)
    for path in (
        f"/hls2/{rel}/.v-{version}/enc.key",
        f"/hls2/{rel}/.v-{version}/segment_000.ts",
        f"/_focust/hls/{rel}/.v-{version}/enc.key",
        f"/hls2/{rel}/.retired?v={version}",
    ):
        answer = requests.get(server.url + path, headers=headers, timeout=10)
        assert answer.status_code in (400, 403, 404), path
        assert (kept / "enc.key").read_bytes() not in answer.content


def test_a_lesson_of_another_server_s_tree_is_watched_to_its_end_too(server, tiny):
    rel = "trainer-5/course-1/module-1/older"
    put_video(server.data / "hls" / rel)
    address = f"{server.url}/hls2/{rel}"
    headers = bearer(play(rel), **WEB_HEADERS)
    old = requests.get(f"{address}/output.m3u8", headers=headers, timeout=10).text
    uris = [*segment_uris(old), key_uri(old)]
    before = [requests.get(f"{address}/{uri}", headers=headers, timeout=10).content for uri in uris]
    make_lesson(server, rel, tiny[0])
    after = [requests.get(f"{address}/{uri}", headers=headers, timeout=10) for uri in uris]
    assert [answer.status_code for answer in after] == [200] * len(uris)
    assert [answer.content for answer in after] == before


def test_the_old_version_plays_all_the_while_the_new_one_is_made(server, short_h264, tmp_path):
    rel = "trainer-5/course-1/module-1/meanwhile"
    lesson = make_lesson(server, rel, short_h264)
    film = tmp_path / "long.avi"
    pattern = "testsrc2=s=1280x720:r=25:d=15"
    media.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern, "-c:v", "mpeg4", film)
    old = playlist(lesson)
    task_id = upload(server, rel, film).json()["task_id"]
    statuses = []
    while task(server, task_id)["status"] in ("queued", "processing"):
        statuses += [fetch(lesson, uri).status_code for uri in (segment_uris(old)[0], key_uri(old))]
        time.sleep(0.05)
    assert len(statuses) > 1 and set(statuses) == {200}
    assert fetch(lesson, segment_uris(old)[0]).status_code == 200


def test_a_failed_replacement_changes_nothing(server, short_h264):
    rel = "trainer-5/course-1/module-1/kept"
    lesson = make_lesson(server, rel, short_h264)
    before = playlist(lesson)
    answer = requests.post(
        f"{server.url}/upload/lesson",
        headers={"Authorization": "Bearer wrong"},
        files={"video": ("film.mp4", b"text")},
        timeout=10,
    )
    assert answer.status_code == 401
    assert playlist(lesson) == before


def test_segment_and_key_of_one_version_always_belong_together(server, h264, short_h264, tmp_path):
    """Players that read while the lesson is replaced again and again decrypt everything they get."""
    rel = "trainer-5/course-1/module-1/churn"
    lesson = make_lesson(server, rel, short_h264)
    stop = threading.Event()
    problems = []
    rounds = []

    def play_on(number):
        encrypted, plain = tmp_path / f"{number}.enc", tmp_path / f"{number}.ts"
        while not stop.is_set():
            text = playlist(lesson)
            key, segment = fetch(lesson, key_uri(text)), fetch(lesson, segment_uris(text)[0])
            problems.extend(answer.text for answer in (key, segment) if answer.status_code != 200)
            if key.status_code == segment.status_code == 200:
                encrypted.write_bytes(segment.content)
                try:
                    media.decrypt(encrypted, key.content, 0, plain)
                except AssertionError as error:
                    problems.append(str(error))
                rounds.append(number)

    players = [threading.Thread(target=play_on, args=(number,)) for number in range(3)]
    for player in players:
        player.start()
    try:
        for source in (h264, short_h264) * 3:
            answer = upload(server, rel, source)
            assert wait_for_task(server, answer.json()["task_id"])["status"] == "completed"
    finally:
        stop.set()
        for player in players:
            player.join(timeout=30)
    assert problems == []
    assert len(rounds) > 10


def test_a_lesson_still_converting_says_so(server, tmp_path):
    rel = "trainer-5/course-1/module-1/first"
    film = tmp_path / "long.avi"
    pattern = "testsrc2=s=1280x720:r=25:d=20"
    media.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern, "-c:v", "mpeg4", film)
    task_id = upload(server, rel, film).json()["task_id"]
    address = f"{server.url}/hls2/{rel}/output.m3u8"
    answer = requests.get(address, headers=bearer(play(rel), **WEB_HEADERS), timeout=10)
    assert (answer.status_code, refusal(answer)) == (404, "conversion_in_progress")
    assert int(answer.headers["Retry-After"]) > 0
    body = answer.json()
    assert body["task_id"] == task_id
    assert body["status"] in ("queued", "processing")
    assert 0 <= body["progress"] <= 1
    wait_for_task(server, task_id)
    assert requests.get(address, headers=bearer(play(rel), **WEB_HEADERS), timeout=10).status_code == 200


def test_a_second_upload_supersedes_one_that_waits(server, short_h264, tmp_path):
    rel = "trainer-5/course-1/module-1/superseded"
    film = tmp_path / "long.avi"
    pattern = "testsrc2=s=1280x720:r=25:d=15"
    media.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern, "-c:v", "mpeg4", film)
    blocker = upload(server, f"{rel}-other", film).json()["task_id"]
    first = upload(server, rel, short_h264).json()["task_id"]
    second = upload(server, rel, short_h264).json()["task_id"]
    assert wait_for_task(server, first)["status"] == "superseded"
    assert wait_for_task(server, second)["status"] == "completed"
    wait_for_task(server, blocker)


def test_an_upload_right_after_a_conversion_is_taken(server, tmp_path):
    """The finished one removes the directories it leaves empty, at the moment when the next one wants them."""
    film = media.make_h264(tmp_path / "tiny.mp4", seconds=1, size="160x120", bitrate="50k")

    def replace_again_and_again(trainer):
        for _ in range(40):
            answer = upload(server, f"{trainer}/course/module/lesson", film)
            statuses.append(answer.status_code)
            while answer.ok and task(server, answer.json()["task_id"])["status"] != "completed":
                time.sleep(0.001)

    statuses = []
    trainers = [threading.Thread(target=replace_again_and_again, args=(f"trainer-{n}",)) for n in (6, 7)]
    for trainer in trainers:
        trainer.start()
    for trainer in trainers:
        trainer.join(timeout=60)
    assert statuses == [202] * 80
