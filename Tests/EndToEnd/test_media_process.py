"""Films are looked into and converted by processes of their own, which a film may kill and nobody notices."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from harness.client import upload, wait_for_task
from harness.media import make_h264, make_mpeg4
from harness.player import Player
from harness.processes import Site
from harness.server import binary, wait_for

# Long enough to be caught at it.
SLOW = {"FOCUST_X264_PRESET": "veryslow"}


@pytest.fixture
def site(tmp_path):
    running = Site(tmp_path / "site", SLOW).start_nginx().start()
    yield running
    running.stop()


def converters(site: Site) -> list[int]:
    """The media processes of the server."""
    found = []
    for thread in Path(f"/proc/{site.app.pid}/task").iterdir():
        # Threads end while they are listed, as that which keeps a lease does.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += [int(child) for child in (thread / "children").read_text().split()]
    return found


def test_the_server_links_no_libav():
    linked = subprocess.run(["ldd", binary()], capture_output=True, text=True, check=True).stdout
    assert "libcrypto" in linked
    assert "libav" not in linked
    assert "libx264" not in linked


def test_a_film_that_kills_its_converter_three_times_fails_and_nobody_who_watches_notices(site, tmp_path):
    film = make_h264(tmp_path / "film.mp4", seconds=4, size="160x120", bitrate="60k")
    assert wait_for_task(site, upload(site, "t/c/m/good", film).json()["task_id"], 20)["status"] == "completed"
    watcher = Player.of(site, "t/c/m/good")
    stop, views = threading.Event(), []

    def watch() -> None:
        while not stop.is_set():
            views.append(watcher.watch())
            time.sleep(0.05)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        killer = make_mpeg4(tmp_path / "killer.avi", seconds=90)
        task = upload(site, "t/c/m/killer", killer).json()["task_id"]
        for number in (signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT):
            [converter] = wait_for(lambda: converters(site), "a converter", 60)
            os.kill(converter, number)
            wait_for(lambda pid=converter: pid not in converters(site), "the converter's end", 60)
        ended = wait_for_task(site, task, 10)
    finally:
        stop.set()
        thread.join()
    assert (ended["status"], ended["attempts"]) == ("failed", 3)
    assert ended["error"]["code"] == "converter_crashed"
    assert site.app.poll() is None
    assert len(views) > 20
    assert set(views) == {watcher.watch()}


def test_a_converter_ends_with_its_server(site, tmp_path):
    slow = make_mpeg4(tmp_path / "slow.avi", seconds=90)
    upload(site, "t/c/m/slow", slow)
    [converter] = wait_for(lambda: converters(site), "a converter", 20)
    site.kill()
    wait_for(lambda: not Path(f"/proc/{converter}").exists(), "the converter's end")


def test_a_converter_is_given_no_secret_and_holds_nothing_of_another_lesson(site, tmp_path):
    slow = make_mpeg4(tmp_path / "slow.avi", seconds=90)
    upload(site, "t/c/m/slow", slow)
    [converter] = wait_for(lambda: converters(site), "a converter", 20)
    proc = Path(f"/proc/{converter}")
    wait_for(lambda: "NoNewPrivs:\t1" in (proc / "status").read_text(), "its confinement")
    wait_for(lambda: "Seccomp:\t2" in (proc / "status").read_text(), "its filter of system calls")
    assert (proc / "environ").read_bytes() == b"LANG=C.UTF-8\0"
    assert (proc / "cmdline").read_bytes().split(b"\0")[1:] == [str(site.app.pid).encode(), b""]
    targets = [os.readlink(entry) for entry in (proc / "fd").iterdir()]
    assert not [target for target in targets if target.endswith(".key") or "/state/" in target]


def test_other_processes_of_the_user_do_not_look_into_a_server_or_a_worker(site):
    """Files below /proc that tell of a process's memory are root's where it hides."""
    worker = site.start_worker()
    wait_for(lambda: "jobs=" in site.log.read_text(), "the worker")
    for process in (site.app, worker):
        status = Path(f"/proc/{process.pid}/environ").stat()
        assert (status.st_uid, hidden(process.pid)) == (0, True)


def hidden(pid: int) -> bool:
    """Whether a process without any capability of root's may not read where the memory of another lies."""
    command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "cat", f"/proc/{pid}/maps"]
    return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode != 0


@pytest.mark.parametrize("version", [{}, {"version": 99}])
def test_an_order_of_another_version_is_refused_for_want_of_a_restart_and_no_film_is_blamed(version):
    order = json.dumps({**version, "order": "probe", "source": "/nowhere.mp4"})
    media = Path(binary()).with_name("focust-media")
    ended = subprocess.run(
        [media, str(os.getpid())], input=order + "\n", capture_output=True, text=True, timeout=20, check=False
    )
    failure = json.loads(ended.stdout)["failed"]
    assert failure["kind"] == "resource"
    assert "restarted" in failure["message"]
    assert ended.returncode == 1
