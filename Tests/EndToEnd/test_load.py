"""More connections than threads: nobody waits for somebody who does nothing."""

import re
import socket
import threading
import time
from pathlib import Path

import pytest
import requests

from harness.client import WEB_HEADERS, bearer, lesson_fields, make_lesson, upload, wait_for_task
from harness.fastcgi import FastCGIRequest, upload_parameters
from harness.media import make_h264, pad_mp4
from harness.multipart import CONTENT_TYPE, body, field, file
from harness.server import API_KEY, wait_for
from harness.tokens import play

REL = "trainer-1/course-1/module-1/lesson-1"


def ask_in_parallel(server, count, path, headers):
    """`count` requests on `count` connections, all begun at the same moment; their statuses and the slowest time."""
    start = threading.Barrier(count)
    answers = []

    def ask():
        start.wait()
        begun = time.monotonic()
        answer = requests.get(server.url + path, headers=headers, timeout=20)
        answers.append((answer.status_code, time.monotonic() - begun))

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return [status for status, _ in answers], max(seconds for _, seconds in answers)


@pytest.mark.parametrize("name", ["output.m3u8", "segment_000.ts", "enc.key"])
def test_200_parallel_connections_are_all_answered_by_8_threads(server, lesson, name):
    headers = bearer(play(REL), **WEB_HEADERS)
    # Keep-alive connections to nginx that idle, and connections to the application that never say a word. The latter
    # are what an upstream keepalive would leave behind; there are fewer than threads, or they would rightly block.
    idle_clients = [requests.Session() for _ in range(50)]
    idle_upstreams = [socket.socket(socket.AF_UNIX) for _ in range(4)]
    try:
        for client in idle_clients:
            assert client.get(f"{server.url}/hls2/{REL}/enc.key", headers=headers, timeout=10).status_code == 200
        for upstream in idle_upstreams:
            upstream.connect(str(server.app_socket()))
        statuses, slowest = ask_in_parallel(server, 200, f"/hls2/{REL}/{name}", headers)
    finally:
        for connection in [*idle_clients, *idle_upstreams]:
            connection.close()
    assert statuses == [200] * 200
    assert slowest < 10


def test_a_player_that_reads_slowly_holds_no_thread(own_server, h264):

    server = own_server(FOCUST_THREADS="1")
    lesson = make_lesson(server, REL, h264)
    request = f"GET /hls2/{REL}/segment_000.ts HTTP/1.1\r\nHost: a\r\nReferer: {WEB_HEADERS['Referer']}\r\n"
    request += f"Authorization: Bearer {play(REL)}\r\n\r\n"
    slow = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(10)]
    try:
        for connection in slow:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(request.encode())
        answer = requests.get(lesson.address("enc.key"), headers=bearer(play(REL), **WEB_HEADERS), timeout=5)
        assert answer.status_code == 200
    finally:
        for connection in slow:
            connection.close()


def peak_resident_bytes(pid) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


def test_an_upload_of_100_mb_holds_little_memory(own_server, tmp_path):

    # As large as a request may be, with the form around the film.
    film = pad_mp4(make_h264(tmp_path / "short.mp4", seconds=4), tmp_path / "large.mp4", 104857600 - 2000)
    server = own_server(FOCUST_CONVERSION_JOBS="1")
    pid = server.app_pid()
    answer = upload(server, REL, film)
    assert answer.status_code == 202, answer.text
    assert wait_for_task(server, answer.json()["task_id"])["status"] == "completed"
    peak = peak_resident_bytes(pid)
    print(f"peak resident: {peak / 1e6:.1f} MB")
    assert peak < 64 << 20


def busy_uploads(server) -> str | None:
    text = requests.get(f"{server.url}/metrics", timeout=10).text
    found = re.search(r'^focust_threads_busy{pool="upload"} (\d+)$', text, re.M)
    return found[1]


def test_uploads_do_not_hold_playback_threads(own_server, short_h264):
    """The one upload thread is busy with a body that stopped half-way past nginx; playback goes on."""
    server = own_server(FOCUST_THREADS="1", FOCUST_UPLOAD_THREADS="1")
    fields = [field(name, value) for name, value in lesson_fields(REL).items()]
    content = body(*fields, file("video", "film.mp4", short_h264.read_bytes()))
    parameters = upload_parameters(content, CONTENT_TYPE, API_KEY)
    stuck, behind = (FastCGIRequest(server.app_socket("upload.sock"), parameters) for _ in range(2))
    try:
        stuck.send(content[:60000])
        wait_for(lambda: busy_uploads(server) == "1", "the upload thread to be busy")
        behind.send(content[:60000])
        assert requests.get(f"{server.url}/healthz", timeout=5).status_code == 200
        assert busy_uploads(server) == "1"
    finally:
        stuck.close()
    # The thread was all that it waited for.
    behind.send(content[60000:])
    assert "Status: 202" in behind.finish()
    behind.close()
