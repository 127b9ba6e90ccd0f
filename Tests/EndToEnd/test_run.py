"""scripts/run and scripts/demo: where and as whom they can be started, and how they stop."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
import requests

from harness import media
from harness.client import get_token, make_lesson
from harness.server import DEFAULTS, REPOSITORY, Server, binary, free_port, wait_for

REL = "trainer-8/course-1/module-1/lesson-1"


def plays(server, film) -> bool:
    make_lesson(server, REL, film)
    url = get_token(server, REL, "mobile")["signed_playlist_url"]
    return media.frame_hashes(url) == media.frame_hashes(film)


@pytest.mark.parametrize("name", ["with spaces and é", "x" * 120])
def test_it_runs_in_any_directory(tmp_path, short_h264, name):
    """Quoting in nginx's files; and a socket's path has at most 107 bytes, wherever the checkout lies."""
    server = Server(tmp_path / name).start()
    try:
        assert plays(server, short_h264)
    finally:
        assert server.stop() == 0


def test_several_run_side_by_side(own_server, short_h264):
    first, second = own_server(), own_server()
    make_lesson(first, REL, short_h264)
    assert get_token(first, REL)["status"] == "ready"
    assert get_token(second, REL)["status"] == "missing"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_it_runs_as_an_ordinary_user(short_h264):
    # Below /tmp and with a copy of what is needed: pytest's own directories and a checkout are not for everybody.
    directory = Path(tempfile.mkdtemp(prefix="focust-user-"))
    try:
        shutil.copytree(REPOSITORY / "scripts", directory / "checkout/scripts")
        shutil.copy(binary(), directory / "focust-video")
        (directory / "run").mkdir()
        subprocess.run(["chown", "-R", "nobody", directory], check=True)
        server = Server(directory / "run", {"FOCUST_BINARY": str(directory / "focust-video")})
        server.environment.pop("HOME", None)
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        server.start([*command, directory / "checkout/scripts/run"])
        try:
            assert plays(server, short_h264)
        finally:
            assert server.stop() == 0
        assert "permission denied" not in "".join(server.logs().values()).lower()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def test_secrets_that_are_missing_are_made_up_and_printed(tmp_path):
    server = Server(tmp_path / "run")
    for name in ("SECRET_KEY", "FOCUST_API_KEYS", "FOCUST_ALLOWED_ORIGINS"):
        del server.environment[name]
    server.start()
    try:
        lines = dict(line.split("=", 1) for line in server.output.read_text().splitlines() if "=" in line)
        key = lines["FOCUST_API_KEYS"].split()[0]
        assert len(lines["SECRET_KEY"].split()[0]) >= 32
        answer = requests.get(f"{server.url}/api/tasks", headers={"Authorization": f"Bearer {key}"}, timeout=10)
        assert answer.status_code == 200
    finally:
        assert server.stop() == 0


def processes_of(directory) -> list[str]:
    """Every process that has the directory in its command line or environment."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                text = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            except OSError:
                continue
            if str(directory).encode() in text:
                found.append(process.name)
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_running(tmp_path, number):
    server = Server(tmp_path / "run").start()
    # Ctrl-C reaches the whole process group; a kill reaches the script alone.
    server.process.send_signal(number)
    server.process.wait(timeout=20)
    wait_for(lambda: not processes_of(tmp_path), "nginx and the application to be gone", 15)


def test_the_demo_shows_both_ways_and_stops(tmp_path):
    port = free_port()
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {"FOCUST_HTTP_PORT": str(port), "FOCUST_RUN_DIR": str(tmp_path / "run"), "DEMO_EXIT": "1"}
    environment |= {"FOCUST_BINARY": str(binary()), "FOCUST_MIN_FREE_BYTES": DEFAULTS["FOCUST_MIN_FREE_BYTES"]}
    result = subprocess.run(
        [REPOSITORY / "scripts/demo"], env=environment, capture_output=True, text=True, timeout=240
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "web:    900 of 900 frames" in result.stdout
    assert "mobile: 900 of 900 frames" in result.stdout
    assert "no token: 403" in result.stdout
    wait_for(lambda: not processes_of(tmp_path), "everything to be stopped", 15)
