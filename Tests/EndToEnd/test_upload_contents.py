"""What is inside an uploaded file decides, not what it is called; and no file makes the server open another."""

import http.server
import threading
import unicodedata

import pytest
import requests

from harness import media
from harness.client import lesson_fields, refusal, service, wait_for_task
from harness.multipart import CONTENT_TYPE, body, field, file
from harness.server import wait_for

REL = "trainer-3/course-1/module-1/lesson-1"


def upload_bytes(server, name, content, rel=REL):
    return requests.post(
        f"{server.url}/upload/lesson",
        headers=service(),
        data=lesson_fields(rel),
        files={"video": (name, content, "video/mp4")},
        timeout=60,
    )


def assert_refused(server, name, content):
    before = server.stored_files()
    answer = upload_bytes(server, name, content)
    assert (answer.status_code, refusal(answer)) == (400, "unsupported_media"), answer.text
    assert answer.json()["field"] == "video"
    wait_for(lambda: server.stored_files() == before, "the refused file to be gone", 10)


@pytest.mark.parametrize("extension", ["mp4", "mov", "avi", "wmv", "flv", "mkv", "webm", "mpg", "ts", "mts", "3gp"])
def test_a_text_under_any_name_is_refused_at_once(server, extension):
    assert_refused(server, f"film.{extension}", b"This is a text, not a film.\n" * 200)


@pytest.mark.parametrize("name", ["film.txt", "film.mp4.exe", "film.m3u8", "film.mp3", "film.gif"])
def test_a_film_under_another_kind_of_name_is_refused(server, short_h264, name):
    before = server.stored_files()
    answer = upload_bytes(server, name, short_h264.read_bytes())
    assert answer.status_code == 400
    assert refusal(answer) in ("unsupported_media", "invalid_filename")
    assert server.stored_files() == before


def test_an_empty_file_is_refused(server):
    before = server.stored_files()
    answer = upload_bytes(server, "film.mp4", b"")
    assert answer.status_code == 400
    assert refusal(answer) in ("unsupported_media", "missing_field")
    assert server.stored_files() == before


def test_a_film_cut_short_in_its_header_is_refused(server, short_h264):
    assert_refused(server, "film.mp4", short_h264.read_bytes()[:2000])


def test_sound_without_a_picture_is_refused(server, tmp_path):
    sound = tmp_path / "sound.mp4"
    media.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=3", "-c:a", "aac", sound)
    assert_refused(server, "sound.mp4", sound.read_bytes())


class Canary:
    """A web server that remembers whether anybody came."""

    def __init__(self):
        self.visits = visits = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                visits.append(self.path)
                self.send_error(404)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def canary():
    bird = Canary()
    requests.get(f"{bird.url}/alive", timeout=5)
    assert bird.visits.pop() == "/alive"
    yield bird
    bird.http.shutdown()


SCRIPTS = {
    "HLS playlist": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{url}/segment.ts\n#EXT-X-ENDLIST\n",
    "HLS playlist of a file": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{file}\n#EXT-X-ENDLIST\n",
    "HLS key": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{url}/key"\n#EXTINF:5,\n{file}\n#EXT-X-ENDLIST\n',
    "concat of an address": "ffconcat version 1.0\nfile '{url}/film.mp4'\n",
    "concat of a file": "ffconcat version 1.0\nfile '{file}'\n",
    "concat without its first line": "file '{file}'\nfile '{url}/film.mp4'\n",
    "DASH manifest": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
    '<AdaptationSet><Representation id="0"><BaseURL>{url}/film.mp4</BaseURL></Representation></AdaptationSet>'
    "</Period></MPD>",
    "SDP": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
    "a=rtpmap:96 H264/90000\n",
    "SMIL": '<smil><body><video src="{url}/film.mp4"/></body></smil>',
    "ASX": '<asx version="3.0"><entry><ref href="{url}/film.mp4"/></entry></asx>',
    "RTSP redirect": "RTSPtextRTSP://127.0.0.1:1/film\nrtsptext\nrtsp://127.0.0.1:1/film",
    "subtitles": "WEBVTT\n\n00:00.000 --> 00:05.000\nHello\n",
}


@pytest.mark.parametrize("extension", ["mp4", "avi", "ts", "mkv"])
@pytest.mark.parametrize("kind", SCRIPTS)
def test_a_script_called_a_film_opens_nothing(server, canary, h264, kind, extension):
    content = SCRIPTS[kind].format(url=canary.url, file=h264)
    assert_refused(server, f"film.{extension}", content.encode())
    assert canary.visits == []


def test_an_mp4_that_names_another_file_for_its_data_opens_nothing(server, canary, short_h264):
    """An external data reference (`url ` in `dref`) points where its author likes."""
    film = short_h264.read_bytes()
    own = b"\0\0\0\x0curl \0\0\0\1"
    assert film.count(own) == 2
    # The flag 1 means "in this file"; without it an address follows, which needs no room if it is empty.
    answer = upload_bytes(server, "film.mp4", film.replace(own, b"\0\0\0\x0curl \0\0\0\0"), f"{REL}-dref")
    if answer.status_code == 202:
        wait_for_task(server, answer.json()["task_id"])
    else:
        assert refusal(answer) == "unsupported_media"
    assert canary.visits == []


@pytest.mark.parametrize(
    "sent,stored",
    [
        ("Leçon 1.mp4", "Leçon 1.mp4"),
        (unicodedata.normalize("NFD", "Leçon 2.mp4"), "Leçon 2.mp4"),
        ("الدرس الأول.mp4", "الدرس الأول.mp4"),
        ("第一课 🎬.mp4", "第一课 🎬.mp4"),
        ("100% sûr?.mp4", "100% sûr?.mp4"),
        ("../../../etc/passwd.mp4", "passwd.mp4"),
        ("C:\\films\\lesson.mp4", "lesson.mp4"),
        ("...hidden.mp4", "hidden.mp4"),
        ("FILM.MP4", "FILM.MP4"),
    ],
)
def test_the_name_stays_readable_and_harmless(server, short_h264, sent, stored):
    rel = f"{REL}-name"
    with short_h264.open("rb") as film:
        # By hand: requests would write the name in its own way.
        quoted = sent.replace("\\", "\\\\") if "\\" in sent else sent
        fields = (field(name, value) for name, value in lesson_fields(rel).items())
        content = body(*fields, file("video", quoted, film.read()))
    answer = requests.post(
        f"{server.url}/upload/lesson",
        data=content,
        headers=service() | {"Content-Type": CONTENT_TYPE},
        timeout=30,
    )
    assert answer.status_code == 202, answer.text
    assert answer.json()["filename"] == stored
    assert wait_for_task(server, answer.json()["task_id"])["status"] in ("completed", "superseded")


def test_a_long_name_is_cut_and_keeps_its_extension(server, short_h264):
    answer = upload_bytes(server, "é" * 150 + ".mp4", short_h264.read_bytes(), f"{REL}-long")
    name = answer.json()["filename"]
    assert len(name.encode()) <= 200
    assert name.endswith("é.mp4")
    wait_for_task(server, answer.json()["task_id"])


def test_a_name_in_rfc_5987_form_is_read(server, short_h264):
    named = b'form-data; name="video"; filename="x.mp4"; filename*=UTF-8\'\'Le%C3%A7on%203.mp4'
    fields = (field(name, value) for name, value in lesson_fields(f"{REL}-5987").items())
    content = body(*fields, file("video", "", short_h264.read_bytes(), named))
    answer = requests.post(
        f"{server.url}/upload/lesson",
        data=content,
        headers=service() | {"Content-Type": CONTENT_TYPE},
        timeout=30,
    )
    assert answer.status_code == 202, answer.text
    assert answer.json()["filename"] == "Leçon 3.mp4"
    wait_for_task(server, answer.json()["task_id"])
