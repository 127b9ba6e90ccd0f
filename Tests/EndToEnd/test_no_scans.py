"""No request reads a directory, so that a million lessons make none slower: what strace(1) sees of it."""

import re
import subprocess

import pytest
import requests

from harness.client import WEB_HEADERS, bearer, lesson_fields, service, upload
from harness.server import Server, wait_for
from harness.tokens import play, sign
from harness.trees import put, put_lesson

REL = "t/c/m/l"
SEGMENT = "segment_000.ts?v=abc123"
CLAIMS = {"iat": 1, "exp": 4_000_000_000, "user_id": "u", "platform": "download"}
DOWNLOAD = CLAIMS | {"sub": "download"}


class Trace:
    """Every directory that a process and its children read while it is attached."""

    def __init__(self, pid, output):
        self.output = output
        command = ["strace", "-f", "-qq", "-y", "-e", "trace=getdents64", "-o", output, "-p", str(pid)]
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL)
        threads = subprocess.run(["ls", f"/proc/{pid}/task"], capture_output=True, text=True).stdout.split()
        wait_for(lambda: all(self.is_traced(pid, thread) for thread in threads), "strace to attach")

    @staticmethod
    def is_traced(pid, thread):
        with open(f"/proc/{pid}/task/{thread}/status") as status:
            return "TracerPid:\t0\n" not in status.read()

    def end(self, root):
        """What was read below `root`, relative to it.

        The list of versions that were replaced is left out: no request reads it, a sweep does when it has changed.
        """
        self.process.terminate()
        self.process.wait(timeout=10)
        found = re.findall(r"getdents64\(\d+<([^>]*)>", self.output.read_text())
        return {path.removeprefix(f"{root}/") for path in found if path.startswith(str(root))} - {"hls/.retired"}


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A server with a few of everything, which converts nothing while it is watched."""
    running = Server(tmp_path_factory.mktemp("stored"), {"FOCUST_CONVERSION_JOBS": "0"})
    put_lesson(running.data / "hls" / REL, "abc123", {"segment_000.ts": b"film"})
    put_lesson(running.data / "hls/u/v", "abc123", {"segment_000.ts": b"film"})
    for path in (f"originals/{REL}/film.mp4", "originals/u/v.mp4", "uploads/u/v.mp4"):
        put(running.data / path, b"film")
    put(running.data / "presentation_videos/courses/c/presentation.mp4", b"film")
    put(running.data / "presentation_videos/modules/c/m/presentation.mp4", b"film")
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def trace(stored, tmp_path):
    return Trace(stored.app_pid(), tmp_path / "trace")


def get(server, path, headers):
    answer = requests.get(f"{server.url}{path}", headers=headers, timeout=30)
    assert answer.ok, (path, answer.status_code, answer.text)
    return answer


def test_playing_and_downloading_read_no_directory(stored, trace):
    web, mobile = bearer(play(REL), **WEB_HEADERS), bearer(play(REL, "mobile"))
    flat = bearer(play(None, user_id="u", filename="v.mp4"), **WEB_HEADERS)
    for name in ("output.m3u8", "enc.key", "key", SEGMENT, "segment_000.ts"):
        get(stored, f"/hls2/{REL}/{name}", web)
        get(stored, f"/mobile/hls2/{REL}/{name}", mobile)
        get(stored, f"/hls/u/v/{name}", flat)
    get(stored, "/videos-user/u/v.mp4", flat)
    film, presentation = {"filename": "film.mp4"}, {"filename": "presentation.mp4"}
    lesson = bearer(sign(DOWNLOAD | film | {"type": "lesson", "rel": REL}))
    course = bearer(sign(DOWNLOAD | presentation | {"type": "course", "course_id": "c"}))
    module = bearer(sign(DOWNLOAD | presentation | {"type": "module", "course_id": "c", "module_id": "m"}))
    get(stored, f"/download2/{REL}/film.mp4", lesson)
    get(stored, "/download2/course/c/presentation.mp4", course)
    get(stored, "/download2/module/c/m/presentation.mp4", module)
    get(stored, "/api/download/u/v.mp4", bearer(sign(CLAIMS | {"action": "download", "filename": "v.mp4"})))
    for path in (f"/hls2/{REL}0/output.m3u8", "/hls/u/none/output.m3u8"):
        assert requests.get(stored.url + path, headers=web, timeout=10).status_code in (403, 404)
    missing = requests.get(f"{stored.url}/hls2/t/c/m/none/output.m3u8", headers=bearer(play("t/c/m/none", "mobile")))
    assert missing.status_code == 404
    assert trace.end(stored.data) == set()


def test_issuing_and_asking_read_no_directory_but_the_lesson_s_own(stored, trace):
    query = f"user_id=u&rel={REL}"
    for path in (
        f"/api/get-video-token/v2?{query}",
        f"/api/get-video-token/v2?{query}&platform=mobile",
        "/api/get-video-token/u/v.mp4",
        "/api/get-video-token/mobile/u/v.mp4/v",
        f"/api/get-download-token/v2?{query}&type=lesson&filename=film.mp4",
        "/api/get-download-token/v2?user_id=u&type=course&course_id=c&filename=presentation.mp4",
        "/api/get-download-token/u/v.mp4",
        f"/api/get-upload-token?{query}&type=lesson",
        "/api/tasks",
        f"/api/tasks?rel={REL}&status=completed",
        "/healthz",
        "/readyz",
    ):
        get(stored, path, service())
    revoked = requests.post(f"{stored.url}/api/revoke", headers=service(), json={"user_id": "nobody"}, timeout=10)
    assert revoked.ok
    # What a lesson amounts to: its own files, and nobody else's.
    lesson = get(stored, f"/api/lessons/{REL}", service()).json()
    assert (lesson["segments"], lesson["filename"]) == (1, "film.mp4")
    assert trace.end(stored.data) <= {f"hls/{REL}", f"originals/{REL}"}


def test_an_upload_reads_no_directory_but_that_of_its_own_original(stored, trace, short_h264):
    for lesson in ("up", "up", "again"):
        assert upload(stored, f"t/c/m/{lesson}", short_h264).status_code == 202
    for path in ("course/new", "module/new/m"):
        with short_h264.open("rb") as film:
            answer = requests.post(
                f"{stored.url}/upload_presentation/{path}",
                headers=service(),
                files={"video": ("film.mp4", film, "video/mp4")},
                timeout=60,
            )
        assert answer.status_code == 201, answer.text
    broken = requests.post(
        f"{stored.url}/upload/lesson",
        headers=service(),
        data=lesson_fields("t/c/m/text"),
        files={"video": ("film.mp4", b"a text")},
        timeout=10,
    )
    assert broken.status_code == 400
    assert trace.end(stored.data) <= {"originals/t/c/m/up", "originals/t/c/m/again"}


def test_what_is_deleted_is_read_and_strace_sees_it(stored, trace):
    put_lesson(stored.data / "hls/t/c/m/old", "abc123", {"segment_000.ts": b"film"})
    answer = requests.delete(f"{stored.url}/api/lessons/t/c/m/old", headers=service(), timeout=10)
    assert answer.ok
    found = trace.end(stored.data)
    assert found
    # The lesson's own directory, on its way out; never one that holds other lessons.
    assert not any(re.fullmatch(r"hls(/t(/c(/m)?)?)?", path) for path in found), found
