"""What a page shows before a film plays: the poster of a lesson, and of a presentation."""

import subprocess

import pytest
import requests

from harness.client import WEB_HEADERS, bearer, make_lesson, refusal, segment_uris, service
from harness.media import run
from harness.tokens import play
from harness.trees import put_video

BLUE, RED = (0x10, 0x20, 0xC0), (0xC0, 0x30, 0x20)


def get(address, rel, platform="web", **more):
    headers = bearer(play(rel, platform=platform), **(WEB_HEADERS if platform == "web" else {}))
    return requests.get(address, headers=headers | more, timeout=10)


def looks(content, folder):
    """Codec, width, height, and the colour in the middle."""
    file = folder / "seen.jpg"
    file.write_bytes(content)
    probe = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0"]
    codec, width, height = subprocess.check_output([*probe, file], text=True).strip().split(",")
    raw = ["ffmpeg", "-v", "error", "-vf", "crop=2:2", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    colour = subprocess.check_output([*raw[:3], "-i", file, *raw[3:]])[:3]
    return codec, int(width), int(height), tuple(colour)


def is_near(colour, wanted):
    return all(abs(one - other) <= 12 for one, other in zip(colour, wanted, strict=True))


def film(path, colour, size="320x240"):
    source = f"color=0x{bytes(colour).hex()}:s={size}:r=25:d=2"
    run("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-c:v", "libx264", "-pix_fmt", "yuv420p", path)
    return path


def test_a_lesson_has_a_poster_for_those_who_may_play_it(server, lesson, tmp_path):
    address = lesson.address("poster.jpg")
    assert requests.get(address, headers=WEB_HEADERS, timeout=10).status_code == 403
    answer = get(address, lesson.rel)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"
    codec, width, height, _ = looks(answer.content, tmp_path)
    command = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_entries",
        "stream=width,height",
        "-of",
        "csv=p=0",
    ]
    assert codec == "mjpeg"
    assert [str(width), str(height)] == subprocess.check_output([*command, lesson.source], text=True).strip().split(
        ","
    )
    part = get(address, lesson.rel, Range="bytes=0-1")
    assert part.status_code == 206 and part.content == b"\xff\xd8"
    mobile = get(address.replace("/hls2/", "/mobile/hls2/"), lesson.rel, "mobile")
    assert mobile.status_code == 200 and mobile.content == answer.content


def test_a_poster_goes_with_the_version_of_its_lesson(server, media, tmp_path):
    rel = "trainer-1/course-1/module-1/poster"
    lesson = make_lesson(server, rel, film(media / "poster-blue.mp4", BLUE, "1920x1080"))
    query = segment_uris(get(lesson.address("output.m3u8"), rel).text)[0].partition("?")[2]
    address = f"{lesson.address('poster.jpg')}?{query}"
    answer = get(address, rel)
    assert "immutable" in answer.headers["Cache-Control"]
    *shape, colour = looks(answer.content, tmp_path)
    assert shape == ["mjpeg", 1280, 720] and is_near(colour, BLUE), (shape, colour)
    make_lesson(server, rel, film(media / "poster-red.mp4", RED))
    # Who watches the old version still has its own; who comes anew the new one.
    assert get(address, rel).content == answer.content
    *_, colour = looks(get(lesson.address("poster.jpg"), rel).content, tmp_path)
    assert is_near(colour, RED)


def test_an_older_lesson_has_none_and_no_other_picture_is_served(server, lesson):
    old = "trainer-1/course-1/module-1/older"
    put_video(server.data / "hls" / old)
    put_video(server.data / "hls/older-user/film")
    (server.data / "hls" / lesson.rel / "other.jpg").write_bytes(b"\xff\xd8")
    for address, rel in (
        (f"{server.url}/hls2/{old}/poster.jpg", old),
        (lesson.address("other.jpg"), lesson.rel),
        (lesson.address("poster.jpeg"), lesson.rel),
    ):
        answer = get(address, rel)
        assert (answer.status_code, refusal(answer)) == (404, "not_found"), address


PLACES = [("course/with-poster", "courses/with-poster"), ("module/with-poster/m", "modules/with-poster/m")]


@pytest.mark.parametrize("route,stored", PLACES)
def test_a_presentation_has_the_poster_of_its_own_film_or_none(server, media, tmp_path, route, stored):
    address = f"{server.url}/presentation_videos/{stored}/poster.jpg"

    def send(path):
        answer = requests.post(
            f"{server.url}/upload_presentation/{route}",
            headers=service(),
            files={"video": (path.name, path.read_bytes(), "video/mp4")},
            timeout=30,
        )
        assert answer.status_code == 201

    missing = requests.get(address, timeout=10)
    assert (missing.status_code, refusal(missing)) == (404, "not_found")
    for colour, name in ((BLUE, "blue.mp4"), (RED, "red.mov")):
        send(film(media / f"presented-{name}", colour, "1920x1080"))
        answer = requests.get(address, timeout=10)
        assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/jpeg"
        *shape, seen = looks(answer.content, tmp_path)
        assert shape == ["mjpeg", 1280, 720] and is_near(seen, colour)
    # Whoever asks for the film gets the film.
    shown = requests.get(f"{server.url}/presentation_videos/{route}", timeout=10)
    assert shown.headers["Content-Type"] == "video/quicktime"
    assert (
        requests.delete(f"{server.url}/api/presentations/{route}", headers=service(), timeout=10).status_code == 200
    )
    assert requests.get(address, timeout=10).status_code == 404
    assert requests.get(f"{server.url}/presentation_videos/{route}", timeout=10).status_code == 404
    assert list((server.data / "presentation_videos" / stored).iterdir()) == []


def test_a_poster_is_no_presentation_and_cannot_be_sent_as_one(server):
    answer = requests.post(
        f"{server.url}/upload_presentation/course/forged",
        headers=service(),
        files={"video": ("poster.jpg", b"\xff\xd8\xff\xd9", "image/jpeg")},
        timeout=30,
    )
    assert (answer.status_code, refusal(answer)) == (400, "unsupported_media")
    assert not (server.data / "presentation_videos/courses/forged").exists()
