"""The older interface: videos by user and file name, and trees that the server before this one wrote."""

import os
import subprocess

import pytest
import requests

from harness.client import WEB_HEADERS, bearer, refusal, segment_uris, service, wait_for_task
from harness.media import frame_hashes
from harness.server import Server
from harness.tokens import play_claims, remember, sign
from harness.trees import put

USER = "old-user"


def token_of(server, path):
    answer = requests.get(server.url + path, headers=service(), timeout=10)
    assert answer.status_code == 200, answer.text
    remember(answer.json()["token"])
    return answer.json()


def as_player(token):
    """What ffmpeg sends with every request, as a web player does."""
    headers = {"Authorization": f"Bearer {token}"} | WEB_HEADERS
    return ("-headers", "".join(f"{name}: {value}\r\n" for name, value in headers.items()))


@pytest.fixture(scope="module")
def flat(server, short_h264):
    """One upload by the older route, converted."""
    with short_h264.open("rb") as file:
        answer = requests.post(
            f"{server.url}/upload",
            headers=service(),
            data={"user_id": USER},
            files={"video": ("My film.final.mp4", file, "video/mp4")},
            timeout=60,
        )
    assert answer.status_code == 202, answer.text
    body = answer.json()
    assert body["message"] and body["video_id"] == "My_film"
    assert body["hls_path"] == f"/hls/{USER}/My_film/output.m3u8"
    finished = wait_for_task(server, body["task_id"])
    assert (finished["status"], finished["hls_path"]) == ("completed", body["hls_path"])
    return body


def test_what_the_older_upload_took_plays_for_web_and_mobile(server, flat, short_h264):
    wanted = frame_hashes(short_h264)
    web = token_of(server, f"/api/get-video-token/{USER}/My%20film.final.mp4")
    assert web["playlist_url"] == server.url + flat["hls_path"] and web["status"] == "ready"
    assert frame_hashes(web["playlist_url"], *as_player(web["token"])) == wanted
    mobile = token_of(server, f"/api/get-video-token/mobile/{USER}/My%20film.final.mp4/My_film")
    assert mobile["playlist_url"] == f"{server.url}/mobile{flat['hls_path']}"
    # No header at all: the playlist's own address carries the token, every other its grant.
    assert frame_hashes(mobile["signed_playlist_url"]) == wanted


def test_the_original_is_downloaded_with_its_own_token_and_never_with_one_to_play(server, flat, short_h264):
    web = token_of(server, f"/api/get-video-token/{USER}/My%20film.final.mp4")["token"]
    shown = requests.get(
        f"{server.url}/videos-user/{USER}/My%20film.final.mp4", headers=bearer(web, **WEB_HEADERS), timeout=10
    )
    assert (shown.status_code, refusal(shown)) == (404, "not_found")
    download = token_of(server, f"/api/get-download-token/{USER}/My%20film.final.mp4")
    kept = requests.get(download["download_url"], headers=bearer(download["token"]), timeout=10)
    assert (kept.status_code, kept.content) == (200, short_h264.read_bytes())
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert kept.headers["Cache-Control"] == "no-store"


def test_the_older_upload_needs_its_fields(server, short_h264):
    for data, files, error in (
        ({}, {"video": short_h264.open("rb")}, "missing_field"),
        ({"user_id": "../x"}, {"video": short_h264.open("rb")}, "invalid_id"),
        ({"user_id": USER}, {"other": b"x"}, "missing_field"),
        ({"user_id": USER}, {"video": ("film.mp4", b"text")}, "unsupported_media"),
    ):
        answer = requests.post(f"{server.url}/upload", headers=service(), data=data, files=files, timeout=10)
        assert (answer.status_code, refusal(answer)) == (400, error)
    assert requests.post(f"{server.url}/upload", data={"user_id": USER}, timeout=10).status_code == 401


# A tree of the predecessor's, as FFmpeg writes it.

FOREIGN = "https://old.example.net"


def write_predecessors_tree(directory, film, key_url):
    """HLS with one IV for all segments, another naming of them, and an absolute key address on another host."""
    directory.mkdir(parents=True)
    key = put(directory / "enc.key", os.urandom(16))
    info = directory.parent / f"{directory.name}.keyinfo"
    info.write_text(f"{key_url}\n{key}\n{os.urandom(16).hex()}\n")
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-i", film, "-c", "copy", "-hls_time", "2", "-hls_playlist_type", "vod"),
            *("-hls_key_info_file", info, "-hls_segment_filename", directory / "output%d.ts"),
            directory / "output.m3u8",
        ],
        check=True,
    )
    info.unlink()


@pytest.fixture(scope="module")
def inherited(tmp_path_factory, short_h264):
    """A server started over a tree that it did not write."""
    running = Server(tmp_path_factory.mktemp("inherited"))
    write_predecessors_tree(running.data / "hls/t/c/m/l", short_h264, f"{FOREIGN}/hls2/t/c/m/l/key")
    write_predecessors_tree(running.data / "hls/u/v", short_h264, f"{FOREIGN}/hls/u/v/key")
    put(running.data / "uploads/u/v.mp4", short_h264.read_bytes())
    running.start()
    yield running
    assert running.stop() == 0


PLACES = {
    "rel": ("hls2/t/c/m/l", {"rel": "t/c/m/l"}),
    "flat by video": ("hls/u/v", {"rel": None, "user_id": "u", "video_id": "v"}),
    "flat by file": ("hls/u/v", {"rel": None, "user_id": "u", "filename": "v.mp4"}),
}


def token_for(claims, platform):
    return sign(play_claims(**({"rel": None, "platform": platform} | claims)))


@pytest.mark.parametrize("place", PLACES)
def test_a_tree_of_the_predecessors_plays_as_it_lies_for_mobile(inherited, short_h264, place):
    path, claims = PLACES[place]
    address = f"{inherited.url}/mobile/{path}/output.m3u8?token={token_for(claims, 'mobile')}"
    playlist = requests.get(address, timeout=10).text
    assert FOREIGN not in playlist
    for uri in segment_uris(playlist):
        assert uri.startswith(f"{inherited.url}/mobile/{path}/output")
    assert frame_hashes(address) == frame_hashes(short_h264)


@pytest.mark.parametrize("place", PLACES)
def test_a_tree_of_the_predecessors_plays_as_it_lies_for_the_web(inherited, short_h264, place):
    path, claims = PLACES[place]
    token = token_for(claims, "web")
    address = f"{inherited.url}/{path}/output.m3u8"
    playlist = requests.get(address, headers=bearer(token, **WEB_HEADERS), timeout=10).text
    assert FOREIGN not in playlist
    assert frame_hashes(address, *as_player(token)) == frame_hashes(short_h264)


def test_serving_it_changes_nothing_on_disk(inherited, short_h264):
    playlist = (inherited.data / "hls/t/c/m/l/output.m3u8").read_text()
    assert f'URI="{FOREIGN}/hls2/t/c/m/l/key"' in playlist
    assert not [name for name in inherited.stored_files() if name.startswith("hls/") and name.count("/") < 3]


def test_its_raw_upload_is_shown_and_downloaded(inherited, short_h264):
    token = token_for({"user_id": "u", "filename": "v.mp4"}, "web")
    shown = requests.get(f"{inherited.url}/videos-user/u/v.mp4", headers=bearer(token, **WEB_HEADERS), timeout=10)
    assert shown.content == short_h264.read_bytes()
    download = token_of(inherited, "/api/get-download-token/u/v.mp4")
    kept = requests.get(download["download_url"], headers=bearer(download["token"]), timeout=10)
    assert kept.content == short_h264.read_bytes()


@pytest.mark.parametrize(
    "filename,opens",
    [
        ("v.mp4", True),
        ("v.part.2.mp4", True),
        ("v", True),
        ("../v.mp4", False),
        ("x/v.mp4", False),
        ("x\\v.mp4", False),
        (".v.mp4", False),
        (" v.mp4", False),
        ('"v.mp4', False),
        ("\u202ev.mp4", False),
        ("v .mp4", False),
        ("V.mp4", False),
    ],
)
def test_a_v1_filename_is_taken_as_it_stands_in_the_token(inherited, filename, opens):
    """What would be cleaned from the name of an uploaded file is no part of another name here."""
    token = sign(play_claims(None, user_id="u", filename=filename))
    answer = requests.get(f"{inherited.url}/hls/u/v/output.m3u8", headers=bearer(token, **WEB_HEADERS), timeout=10)
    assert answer.status_code == (200 if opens else 403), answer.text


@pytest.mark.parametrize("size", [0, 1, 15, 17, 32, 4096])
def test_a_key_that_is_not_sixteen_bytes_is_never_served(inherited, size):
    put(inherited.data / "hls/u/broken/enc.key", bytes(size))
    put(inherited.data / "hls/u/broken/output.m3u8", b"#EXTM3U\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST\n")
    token = sign(play_claims(None, user_id="u", video_id="broken"))
    for name in ("enc.key", "key"):
        answer = requests.get(
            f"{inherited.url}/hls/u/broken/{name}", headers=bearer(token, **WEB_HEADERS), timeout=10
        )
        assert (answer.status_code, refusal(answer)) == (500, "internal")
    put(inherited.data / "hls/u/broken/enc.key", bytes(range(16)))
    answer = requests.get(f"{inherited.url}/hls/u/broken/key", headers=bearer(token, **WEB_HEADERS), timeout=10)
    assert (answer.status_code, answer.content) == (200, bytes(range(16)))
