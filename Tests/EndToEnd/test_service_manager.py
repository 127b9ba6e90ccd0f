"""What the service manager is told: readiness, reloads, the end, and signs of life that stop when nobody serves."""

import contextlib
import os
import signal
import socket
import subprocess
import threading

import pytest

from harness.fastcgi import FastCGIRequest
from harness.server import API_KEY, DEFAULTS, binary, wait_for

REQUIRED = {"FOCUST_PUBLIC_URL": "http://127.0.0.1"}


class Manager:
    """Listens where NOTIFY_SOCKET points, as systemd does."""

    def __init__(self, path):
        self.messages: list[str] = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path if isinstance(path, str) else str(path))
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                self.messages.append(self.socket.recv(4096).decode())
            except OSError:
                return

    def lifesigns(self) -> int:
        return self.messages.count("WATCHDOG=1")


@pytest.fixture
def manager(tmp_path):
    listening = Manager(tmp_path / "notify.sock")
    yield listening
    listening.socket.close()


@pytest.fixture
def start(tmp_path):
    started = []

    def run(command="serve", **changes):
        (tmp_path / "data").mkdir(exist_ok=True)
        environment = {"PATH": os.environ["PATH"], "NOTIFY_SOCKET": str(tmp_path / "notify.sock")}
        environment |= {"FOCUST_DATA_DIR": str(tmp_path / "data")}
        if command == "serve":
            environment |= DEFAULTS | REQUIRED
            environment |= {"FOCUST_LISTEN": str(tmp_path / "fastcgi.sock")}
            environment |= {"FOCUST_UPLOAD_LISTEN": str(tmp_path / "upload.sock")}
        log = (tmp_path / "log").open("ab")
        started.append(subprocess.Popen([binary(), command], env=environment | changes, stderr=log))
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=15)


@pytest.mark.parametrize("command", ["serve", "work"])
def test_start_reload_and_end_are_told(manager, start, command):
    process = start(command)
    wait_for(lambda: manager.messages == ["READY=1"], "readiness")
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: len(manager.messages) == 3, "the reload")
    told, again = manager.messages[1:]
    assert told.startswith("RELOADING=1\nMONOTONIC_USEC=") and int(told.rpartition("=")[2]) > 0
    assert again == "READY=1"
    process.terminate()
    wait_for(lambda: manager.messages[-1] == "STOPPING=1", "the end")
    assert process.wait(timeout=15) == 0


def test_a_manager_in_the_abstract_namespace_is_told_too(start):
    name = f"focust-{os.getpid()}"
    manager = Manager("\0" + name)
    start(NOTIFY_SOCKET="@" + name)
    wait_for(lambda: manager.messages == ["READY=1"], "readiness")
    manager.socket.close()


def test_without_a_watchdog_or_for_another_process_no_sign_of_life_is_given(manager, start):
    start(WATCHDOG_USEC="300000", WATCHDOG_PID="1")
    wait_for(lambda: "READY=1" in manager.messages, "readiness")
    with pytest.raises(AssertionError):
        wait_for(manager.lifesigns, "no sign of life", 1)


def test_life_is_told_only_while_a_playback_thread_answers(manager, start, tmp_path):
    start(WATCHDOG_USEC="600000", FOCUST_THREADS="1")
    wait_for(lambda: manager.lifesigns() >= 3, "signs of life")
    # A body that has begun and does not end holds the one thread: the process lives, and serves nobody.
    parameters = {
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": "/api/revoke",
        "CONTENT_LENGTH": "100",
        "CONTENT_TYPE": "application/json",
        "HTTP_AUTHORIZATION": f"Bearer {API_KEY}",
    }
    with contextlib.closing(FastCGIRequest(tmp_path / "fastcgi.sock", parameters)) as idle:
        idle.send(b"{")
        wait_for(lambda: "no playback thread answers" in (tmp_path / "log").read_text(), "the complaint")
        before = manager.lifesigns()
        with pytest.raises(AssertionError):
            wait_for(lambda: manager.lifesigns() > before, "no sign of life", 1.5)
    wait_for(lambda: manager.lifesigns() > before, "signs of life again")


def test_lines_have_their_priority_where_the_journal_reads_them(start, tmp_path):
    log = tmp_path / "log"
    log.touch()
    stream = f"{log.stat().st_dev}:{log.stat().st_ino}"
    opened = {"FOCUST_OPEN_ISSUANCE": "true"}

    def ended(**changes) -> list[str]:
        log.write_text("")
        process = start(**changes)
        wait_for(lambda: "event=stopped" in log.read_text() or "is missing" in log.read_text() or ready(), "a line")
        process.terminate()
        process.wait(timeout=15)
        return log.read_text().splitlines()

    def ready() -> bool:
        return "open_issuance" in log.read_text()

    lines = ended(JOURNAL_STREAM=stream, **opened)
    levels = {"warning": "<4>", "notice": "<5>", "info": "<6>", "debug": "<7>", "error": "<3>"}
    assert any("open_issuance" in line for line in lines)
    for line in lines:
        assert line.startswith(levels[line.split("level=")[1].split()[0]] + "time="), line
    # Standard error that was redirected: the variable is inherited and means another file.
    for stream in ("1:1", f"{log.stat().st_dev}:{log.stat().st_ino + 1}", ""):
        assert all(line.startswith("time=") for line in ended(JOURNAL_STREAM=stream, **opened))
    stream = f"{log.stat().st_dev}:{log.stat().st_ino}"
    assert ended(JOURNAL_STREAM=stream, FOCUST_PUBLIC_URL="")[0].startswith("<3>focust-video: FOCUST_PUBLIC_URL")
