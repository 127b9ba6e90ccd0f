"""Starting, stopping, and settings that are wrong."""

import os
import signal
import socket
import subprocess
import threading
import time

import pytest
import requests

from harness.client import make_lesson, task, upload, wait_for_task
from harness.media import run
from harness.server import API_KEY, DEFAULTS, ORIGIN, REPOSITORY, SECRET_KEY, binary, free_port, wait_for

REL = "trainer-4/course-1/module-1/lesson-1"


def environment(tmp_path, **changes):
    """Settings good enough to start, with `changes`; None leaves a setting out."""
    settings = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": SECRET_KEY,
        "FOCUST_API_KEYS": API_KEY,
        "FOCUST_ALLOWED_ORIGINS": ORIGIN,
        "FOCUST_PUBLIC_URL": "http://127.0.0.1",
        "FOCUST_DATA_DIR": str(tmp_path / "data"),
        "FOCUST_LISTEN": str(tmp_path / "fastcgi.sock"),
        "FOCUST_UPLOAD_LISTEN": str(tmp_path / "upload.sock"),
    }
    (tmp_path / "data").mkdir(exist_ok=True)
    return {name: value for name, value in (settings | changes).items() if value is not None}


def start(environment):
    return subprocess.Popen(
        [binary(), "serve"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def connects(path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


WRONG = [
    ("SECRET_KEY", None),
    ("SECRET_KEY", "x" * 31),
    ("FOCUST_API_KEYS", None),
    ("FOCUST_ALLOWED_ORIGINS", None),
    ("FOCUST_ALLOWED_ORIGINS", "learner.example.com"),
    ("FOCUST_ALLOWED_ORIGINS", "https://learner.example.com/path"),
    ("FOCUST_ALLOWED_ORIGINS", "*"),
    ("FOCUST_PUBLIC_URL", None),
    ("FOCUST_PUBLIC_URL", "server.example.com"),
    ("FOCUST_PUBLIC_URL", "https://server.example.com/"),
    ("TOKEN_EXPIRY", "soon"),
    ("TOKEN_EXPIRY", "0"),
    ("TOKEN_EXPIRY", "-5"),
    ("FOCUST_MAX_TTL", "1e3"),
    ("FOCUST_THREADS", "0"),
    ("FOCUST_THREADS", "many"),
    ("MAX_CONTENT_LENGTH", "100M"),
    ("FOCUST_MIN_FREE_BYTES", "-1"),
    ("FOCUST_CONVERSION_JOBS", "1.5"),
    ("FOCUST_SEGMENT_SECONDS", "0"),
    ("FOCUST_CRF", "99"),
    ("FOCUST_X264_PRESET", "warp"),
    ("FOCUST_ACCEL_PREFIX", "focust"),
    ("FOCUST_LOG_LEVEL", "loud"),
    ("FOCUST_LOG_FORMAT", "xml"),
    ("FOCUST_OPEN_ISSUANCE", "perhaps"),
    ("FOCUST_PREVIOUS_SECRET_KEYS", "short"),
    ("FOCUST_DATA_DIR", "relative/data"),
    ("FOCUST_LISTEN", "relative.sock"),
    ("FOCUST_CONFIG", "/nonexistent/focust-video.env"),
]


@pytest.mark.parametrize("name,value", WRONG)
def test_a_wrong_setting_stops_the_start_with_a_line_that_names_it(tmp_path, name, value):
    process = start(environment(tmp_path, **{name: value}))
    _, errors = process.communicate(timeout=10)
    assert process.returncode != 0
    lines = errors.decode().splitlines()
    assert any(name in line for line in lines), errors
    assert SECRET_KEY not in errors.decode()
    if value and name != "SECRET_KEY" and "SECRET" not in name:
        assert any(name in line and value in line for line in lines), errors


def test_settings_come_from_a_file_and_the_environment_wins(tmp_path):
    good = environment(tmp_path)
    file = tmp_path / "focust-video.env"
    names = [name for name in good if name != "PATH"]
    file.write_text("# settings\n\n" + "".join(f'{name}="{good[name]}"\n' for name in names))
    process = start({"PATH": good["PATH"], "FOCUST_CONFIG": str(file)})
    wait_for(lambda: connects(tmp_path / "fastcgi.sock"), "the socket")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    process = start({"PATH": good["PATH"], "FOCUST_CONFIG": str(file), "FOCUST_THREADS": "none"})
    _, errors = process.communicate(timeout=10)
    assert process.returncode != 0
    assert b"FOCUST_THREADS" in errors


def test_secrets_come_from_files(tmp_path):
    for name, value in (("SECRET_KEY", SECRET_KEY), ("FOCUST_API_KEYS", API_KEY)):
        (tmp_path / name).write_text(value + "\n")
    files = {f"{name}_FILE": str(tmp_path / name) for name in ("SECRET_KEY", "FOCUST_API_KEYS")}
    process = start(environment(tmp_path, SECRET_KEY=None, FOCUST_API_KEYS=None, **files))
    wait_for(lambda: connects(tmp_path / "fastcgi.sock"), "the socket")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def test_a_stale_socket_is_replaced(tmp_path):
    for name in ("fastcgi.sock", "upload.sock"):
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(tmp_path / name))
        assert not connects(tmp_path / name)
    process = start(environment(tmp_path))
    wait_for(lambda: connects(tmp_path / "fastcgi.sock") and connects(tmp_path / "upload.sock"), "the sockets")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def test_a_file_in_the_sockets_place_is_not_removed(tmp_path):
    (tmp_path / "fastcgi.sock").write_text("somebody's file")
    process = start(environment(tmp_path))
    _, errors = process.communicate(timeout=10)
    assert process.returncode != 0
    assert b"fastcgi.sock" in errors
    assert (tmp_path / "fastcgi.sock").read_text() == "somebody's file"


def test_a_socket_in_use_is_not_taken_away(tmp_path):
    first = start(environment(tmp_path))
    wait_for(lambda: connects(tmp_path / "fastcgi.sock"), "the socket")
    (tmp_path / "second").mkdir()
    settings = environment(tmp_path / "second", FOCUST_LISTEN=str(tmp_path / "fastcgi.sock"))
    second = start(settings)
    _, errors = second.communicate(timeout=10)
    assert second.returncode != 0
    assert b"fastcgi.sock" in errors
    assert connects(tmp_path / "fastcgi.sock")
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=10) == 0


def test_it_listens_on_tcp_too(tmp_path):
    port = free_port()
    process = start(environment(tmp_path, FOCUST_LISTEN=f"127.0.0.1:{port}"))

    def accepts():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_for(accepts, "the port")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_ten_seconds_with_idle_connections_open(tmp_path, number):
    process = start(environment(tmp_path))
    wait_for(lambda: connects(tmp_path / "fastcgi.sock"), "the socket")
    idle = [socket.socket(socket.AF_UNIX) for _ in range(20)]
    for connection in idle:
        connection.connect(str(tmp_path / "fastcgi.sock"))
    started = time.monotonic()
    process.send_signal(number)
    assert process.wait(timeout=15) == 0
    assert time.monotonic() - started < 11
    for connection in idle:
        connection.close()


def test_a_conversion_cut_by_a_stop_is_done_after_the_next_start(own_server, tmp_path):
    film = tmp_path / "long.avi"
    pattern = "testsrc2=s=1280x720:r=25:d=30"
    run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern, "-c:v", "mpeg4", "-q:v", "5", film)
    server = own_server()
    task_id = upload(server, REL, film).json()["task_id"]
    wait_for(lambda: task(server, task_id)["progress"] > 0, "the conversion to be under way", pause=0.02)
    started = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - started < 13
    assert not (server.data / "hls" / REL / "output.m3u8").exists()
    server.start()
    finished = wait_for_task(server, task_id)
    assert finished["status"] == "completed"


def test_a_lesson_survives_a_restart(own_server, short_h264):
    server = own_server()
    lesson = make_lesson(server, REL, short_h264)
    files = server.stored_files()
    assert server.stop() == 0
    server.start()
    assert server.stored_files() == files
    assert task(server, lesson.accepted["task_id"])["status"] == "completed"


def test_requests_in_flight_are_answered_before_it_stops(own_server, short_h264):
    """A stop in the middle of a hundred requests: each is answered or refused cleanly, none hangs or is cut."""
    server = own_server()
    make_lesson(server, REL, short_h264)
    statuses = []

    def ask():
        with requests.Session() as session:
            for _ in range(20):
                try:
                    statuses.append(session.get(f"{server.url}/healthz", timeout=10).status_code)
                except requests.ConnectionError:
                    return

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(statuses) > 20, "the first answers")
    os.kill(server.app_pid(), signal.SIGTERM)
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()
    assert set(statuses) <= {200, 502, 503}
    assert statuses.count(200) > 20


def test_when_the_application_dies_the_run_ends_and_says_so(own_server):
    server = own_server()
    os.kill(server.app_pid(), signal.SIGKILL)
    assert server.process.wait(timeout=20) == 1
    assert "focust-video ended" in server.output.read_text()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{server.url}/healthz", timeout=5)


def test_a_port_in_use_is_named(server, tmp_path):
    settings = {"PATH": os.environ["PATH"]} | DEFAULTS
    settings |= {"FOCUST_HTTP_PORT": str(server.port), "FOCUST_RUN_DIR": str(tmp_path / "second")}
    result = subprocess.run([REPOSITORY / "scripts/run"], env=settings, capture_output=True, text=True, timeout=30)
    assert result.returncode == 1
    assert f"port {server.port} is in use" in result.stderr


def test_version_is_told():
    result = subprocess.run([binary(), "--version"], capture_output=True, text=True, timeout=10)
    assert result.returncode == 0
    assert result.stdout.strip()
