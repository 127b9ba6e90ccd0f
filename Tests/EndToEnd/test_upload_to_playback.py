"""The main way: a film goes in by POST /upload/lesson and plays back, for the web and for mobile."""

import re
import subprocess
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from harness import media
from harness.client import (
    WEB_HEADERS,
    bearer,
    get_token,
    make_lesson,
    segment_uris,
    task,
    upload,
    wait_for_task,
)
from harness.server import API_KEY, OTHER_API_KEY, REPOSITORY, SECRET_KEY
from harness.tokens import play


def web_playlist(lesson, token=None):
    headers = bearer(token or play(lesson.rel), **WEB_HEADERS)
    return requests.get(lesson.address("output.m3u8"), headers=headers, timeout=10)


def test_upload_answers_202_with_every_field(lesson):
    accepted = lesson.accepted
    assert accepted["lesson_id"] == "lesson-1"
    assert accepted["hls_path"] == f"/hls2/{lesson.rel}/output.m3u8"
    assert accepted["filename"] == "film.mp4"
    assert accepted["message"]
    assert accepted["status_url"].endswith(f"/api/tasks/{accepted['task_id']}")


@pytest.mark.parametrize(
    "keys",
    [f"site:{API_KEY}\n", f"{API_KEY}", f"site:{API_KEY},other:{OTHER_API_KEY}x\n", f"site:{API_KEY} , other:none\n"],
)
def test_the_example_uploads_with_the_servers_own_file_of_keys(server, tmp_path, keys):
    """Also in the middle of a rotation, when it holds two."""
    film = tmp_path / "film.mp4"
    film.write_bytes(b"no film")
    said = subprocess.run(
        [REPOSITORY / "packaging/examples/upload.sh", server.url, "t/c/m/example", film],
        input=keys,
        capture_output=True,
        text=True,
        timeout=60,
    )
    # Not 401: what is no film is read by who may upload alone.
    assert "error: 400" in said.stderr, said


def test_upload_names_the_task_in_location(server, short_h264):
    answer = upload(server, "trainer-1/course-1/module-1/located", short_h264)
    assert answer.status_code == 202
    assert answer.headers["Location"] == answer.json()["status_url"]
    assert wait_for_task(server, answer.json()["task_id"])["status"] == "completed"


def test_finished_task_tells_all_of_it(lesson):
    finished = lesson.finished
    assert finished["task_id"] == lesson.accepted["task_id"]
    assert finished["status"] == "completed"
    assert finished["progress"] == 1.0
    assert finished["rel"] == lesson.rel
    assert finished["lesson_id"] == "lesson-1"
    assert finished["hls_path"] == f"/hls2/{lesson.rel}/output.m3u8"
    assert finished["filename"] == "film.mp4"
    assert finished["duration"] == pytest.approx(20, abs=0.2)
    assert finished["attempts"] == 1
    assert finished["error"] is None
    assert finished["created_at"] and finished["updated_at"]


def test_progress_of_a_long_conversion_grows_to_one(server, tmp_path):
    film = tmp_path / "long.avi"
    pattern = "testsrc2=s=1280x720:r=25:d=20"
    media.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern, "-c:v", "mpeg4", film)
    answer = upload(server, "trainer-1/course-1/module-1/slow", film)
    task_id = answer.json()["task_id"]
    seen = []
    while True:
        state = task(server, task_id)
        seen.append(state["progress"])
        if state["status"] not in ("queued", "processing"):
            break
    assert state["status"] == "completed", state
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert any(0 < value < 1 for value in seen), "no progress was ever seen in between"


def test_token_names_the_playlist_and_the_state(server, lesson):
    answer = get_token(server, lesson.rel, ttl=120)
    assert answer["expires_in"] == 120
    assert answer["playlist_url"] == lesson.address("output.m3u8")
    assert answer["signed_playlist_url"] == f"{answer['playlist_url']}?token={answer['token']}"
    assert answer["status"] == "ready"
    claims = jwt.decode(answer["token"], SECRET_KEY, algorithms=["HS256"])
    assert claims["rel"] == lesson.rel
    assert claims["user_id"] == "learner-1"
    assert claims["platform"] == "web"
    assert claims["exp"] - claims["iat"] == 120
    assert claims["jti"]


def test_token_for_mobile_names_the_mobile_playlist(server, lesson):
    answer = get_token(server, lesson.rel, "mobile")
    assert answer["playlist_url"] == lesson.address("output.m3u8", mobile=True)
    assert requests.get(answer["signed_playlist_url"], timeout=10).status_code == 200


def test_token_for_a_lesson_that_is_not_there_says_so(server):
    assert get_token(server, "trainer-1/course-1/module-1/never")["status"] == "missing"


def test_playlist_keeps_to_the_rules(lesson):
    answer = web_playlist(lesson)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert answer.headers["Cache-Control"] == "no-store"
    lines = answer.text.splitlines()
    assert lines[0] == "#EXTM3U"
    assert "#EXT-X-VERSION:3" in lines
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in lines
    assert "#EXT-X-MEDIA-SEQUENCE:0" in lines
    assert lines[-1] == "#EXT-X-ENDLIST"
    target = next(int(line.split(":")[1]) for line in lines if line.startswith("#EXT-X-TARGETDURATION:"))
    durations = [float(line[8:].split(",")[0]) for line in lines if line.startswith("#EXTINF:")]
    assert sum(durations) == pytest.approx(20, abs=0.2)
    assert all(round(duration) <= target for duration in durations)
    assert min(durations) > 0.5, "a sliver of a segment"
    keys = [line for line in lines if line.startswith("#EXT-X-KEY")]
    assert len(keys) == 1
    assert "METHOD=AES-128" in keys[0] and "IV=" not in keys[0]


def test_web_playlist_keeps_its_addresses_relative(lesson):
    text = web_playlist(lesson).text
    assert [urlsplit(uri).path for uri in segment_uris(text)] == [
        f"segment_{number:03}.ts" for number in range(len(segment_uris(text)))
    ]
    assert "token=" not in text and "://" not in text
    assert re.search(r'URI="(enc\.key|key)(\?v=[^"&]+)?"', text)


def test_mobile_playlist_carries_grants_that_open_segments_and_key_alone(lesson):
    token = play(lesson.rel, "mobile")
    text = requests.get(lesson.address("output.m3u8", True), headers=bearer(token), timeout=10).text
    uris = [*segment_uris(text), re.search(r'URI="([^"]+)"', text)[1]]
    assert all(uri.startswith(lesson.address("", mobile=True)) for uri in uris)
    grant = parse_qs(urlsplit(uris[0]).query)["token"][0]
    claims = jwt.decode(grant, SECRET_KEY, algorithms=["HS256"])
    assert claims["use"] == "segment"
    assert claims["rel"] == lesson.rel
    assert claims["user_id"] == "learner-1"
    # As long as the film (20 s) and the margin (1800 s), whatever is left of the caller's own token.
    assert 1800 <= claims["exp"] - claims["iat"] <= 1830
    assert all(requests.get(uri, timeout=10).status_code == 200 for uri in uris)
    again = requests.get(f"{lesson.address('output.m3u8', True)}?token={grant}", timeout=10)
    assert again.status_code == 403


def test_playlists_of_both_kinds_differ_in_nothing_but_addresses(lesson):
    def without_addresses(text):
        return [re.sub(r'URI="[^"]*"', "", line) for line in text.splitlines() if line.startswith("#")]

    mobile = requests.get(lesson.address("output.m3u8", True), headers=bearer(play(lesson.rel, "mobile")), timeout=10)
    assert without_addresses(mobile.text) == without_addresses(web_playlist(lesson).text)


def test_every_segment_decrypts_to_a_stream_that_starts_with_a_key_frame(lesson, tmp_path):
    token = play(lesson.rel)
    headers = bearer(token, **WEB_HEADERS)
    key = requests.get(lesson.address("enc.key"), headers=headers, timeout=10).content
    assert len(key) == 16
    for number, uri in enumerate(segment_uris(web_playlist(lesson).text)):
        answer = requests.get(lesson.address(uri), headers=headers, timeout=10)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "video/mp2t"
        encrypted = tmp_path / "segment"
        encrypted.write_bytes(answer.content)
        plain = media.decrypt(encrypted, key, number, tmp_path / f"segment-{number}.ts")
        stream = plain.read_bytes()
        assert len(stream) % 188 == 0
        assert all(stream[offset] == 0x47 for offset in range(0, len(stream), 188))
        pids = [int.from_bytes(stream[offset + 1 : offset + 3], "big") & 0x1FFF for offset in (0, 188)]
        # Service information may come first, but before any picture come the PAT (PID 0) and the PMT.
        assert 0 in pids
        assert "K" in media.first_video_packet(plain)["flags"]


def test_key_under_its_older_name_is_the_same(lesson):
    headers = bearer(play(lesson.rel), **WEB_HEADERS)
    answers = [requests.get(lesson.address(name), headers=headers, timeout=10) for name in ("enc.key", "key")]
    assert answers[0].content == answers[1].content
    for answer in answers:
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Cache-Control"] == "no-store"


def ffmpeg_web_options(token):
    headers = bearer(token, **WEB_HEADERS)
    return ("-headers", "".join(f"{name}: {value}\r\n" for name, value in headers.items()))


def test_ffmpeg_plays_the_web_playlist_with_the_frames_of_the_source(lesson):
    played = media.frame_hashes(lesson.address("output.m3u8"), *ffmpeg_web_options(play(lesson.rel)))
    assert played == media.frame_hashes(lesson.source)
    assert len(played) == 500


def test_ffmpeg_plays_the_mobile_playlist_with_no_header_at_all(server, lesson):
    played = media.frame_hashes(get_token(server, lesson.rel, "mobile")["signed_playlist_url"])
    assert played == media.frame_hashes(lesson.source)


def test_ffmpeg_gets_nothing_without_a_token(lesson):
    with pytest.raises(AssertionError, match="403"):
        media.frame_hashes(lesson.address("output.m3u8"))


def test_copied_audio_is_the_source_packet_by_packet(lesson):
    options = ffmpeg_web_options(play(lesson.rel))
    played = media.audio_packet_hashes(lesson.address("output.m3u8"), *options, strip_adts=True)
    # The first packet is the encoder's run-in, which the source's edit list cuts away.
    assert played == media.audio_packet_hashes(lesson.source)[1:]


def test_what_cannot_be_copied_is_transcoded_to_h264_of_even_size(server, mpeg4):
    lesson = make_lesson(server, "trainer-1/course-1/module-1/transcoded", mpeg4)
    url = get_token(server, lesson.rel, "mobile")["signed_playlist_url"]
    streams = {stream["codec_type"]: stream for stream in media.probe(url)["streams"]}
    assert streams["video"]["codec_name"] == "h264"
    assert streams["video"]["pix_fmt"] == "yuv420p"
    assert streams["video"]["width"] in (320, 322) and streams["video"]["height"] in (240, 242)
    assert streams["audio"]["codec_name"] == "aac"
    assert len(media.frame_hashes(url)) == 120


def test_segments_answer_ranges_and_head(lesson):
    headers = bearer(play(lesson.rel), **WEB_HEADERS)
    address = lesson.address("segment_000.ts")
    whole = requests.get(address, headers=headers, timeout=10)
    part = requests.get(address, headers=headers | {"Range": "bytes=100-199"}, timeout=10)
    assert part.status_code == 206
    assert part.content == whole.content[100:200]
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.content)}"
    head = requests.head(address, headers=headers, timeout=10)
    assert head.status_code == 200
    assert int(head.headers["Content-Length"]) == len(whole.content)
    beyond = requests.get(address, headers=headers | {"Range": "bytes=99999999-"}, timeout=10)
    assert beyond.status_code == 416
    assert beyond.json()["error"]


def test_named_versions_are_cached_and_nothing_else(lesson):
    headers = bearer(play(lesson.rel), **WEB_HEADERS)
    uri = segment_uris(web_playlist(lesson).text)[0]
    assert "?v=" in uri
    versioned = requests.get(lesson.address(uri), headers=headers, timeout=10)
    assert versioned.headers["Cache-Control"] == "private, max-age=3600, immutable"
    plain = requests.get(lesson.address("segment_000.ts"), headers=headers, timeout=10)
    assert "max-age=3600" not in plain.headers.get("Cache-Control", "")
    assert plain.content == versioned.content
