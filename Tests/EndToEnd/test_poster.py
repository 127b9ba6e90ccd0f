"""What a page shows before a film plays: the poster of a lesson, and a presentation that begins at once."""

import subprocess

import requests

from harness.client import WEB_HEADERS, bearer, service
from harness.tokens import play


def test_a_lesson_has_a_poster_for_those_who_may_play_it(server, lesson, tmp_path):
    address = lesson.address("poster.jpg")
    assert requests.get(address, headers=WEB_HEADERS, timeout=10).status_code == 403
    answer = requests.get(address, headers=bearer(play(lesson.rel), **WEB_HEADERS), timeout=10)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/jpeg"
    (tmp_path / "poster.jpg").write_bytes(answer.content)
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0"]
    codec, width, height = subprocess.check_output([*command, tmp_path / "poster.jpg"], text=True).strip().split(",")
    film = subprocess.check_output([*command, "-select_streams", "v", lesson.source], text=True).strip().split(",")
    assert codec == "mjpeg" and [width, height] == film[1:]


def test_a_presentation_begins_with_its_index(server, media):
    film = media / "index-last.mp4"
    source = "-f lavfi -i testsrc2=s=320x240:d=2 -c:v libx264 -pix_fmt yuv420p"
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source.split(), film], check=True)
    sent = film.read_bytes()
    assert sent.index(b"mdat") < sent.index(b"moov")
    answer = requests.post(
        f"{server.url}/upload_presentation/course/fast-start",
        headers=service(),
        files={"video": (film.name, sent, "video/mp4")},
        timeout=30,
    )
    assert answer.status_code == 201
    served = requests.get(f"{server.url}/presentation_videos/course/fast-start", timeout=10).content
    assert served.index(b"moov") < served.index(b"mdat") and len(served) == len(sent)
