"""Films are looked into and converted by processes of their own, which a film may kill and nobody notices."""

import contextlib
import json
import os
import re
import shutil
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
from harness.server import REPOSITORY, binary, wait_for

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


def test_a_converter_s_playlist_is_not_published_as_it_wrote_it(tmp_path, monkeypatch):
    """A film that took its converter over would write where players fetch the key: what they get is written anew."""
    film = make_h264(tmp_path / "film.mp4", seconds=2, size="160x120", bitrate="60k")
    folder = tmp_path / "bin"
    folder.mkdir()
    program, converter = folder / "focust-video", folder / "focust-media"
    shutil.copy(binary(), program)
    real = Path(binary()).resolve().with_name("focust-media")
    staged = f"{tmp_path}/site/data/hls/.staging/*/output.m3u8"
    key = '#EXT-X-KEY:METHOD=AES-128,URI="https://evil.example/key",IV=0x00000000000000000000000000000001'
    # The converter asks who its parent is, and here that is the script.
    lines = [
        "#!/bin/sh",
        f"reply=$({real} $$)",
        f"for list in {staged}; do",
        f"""    [ -f "$list" ] && sed -i 's|^#EXT-X-KEY.*|{key}|' "$list" && cp "$list" {tmp_path}/written""",
        "done",
        "printf '%s\\n' \"$reply\"",
    ]
    converter.write_text("\n".join(lines) + "\n")
    converter.chmod(0o755)
    monkeypatch.setenv("FOCUST_BINARY", str(program))
    running = Site(tmp_path / "site").start_nginx().start()
    try:
        task = upload(running, "t/c/m/l", film).json()["task_id"]
        assert wait_for_task(running, task, 60)["status"] == "completed"
        assert "evil.example" in (tmp_path / "written").read_text()
        published = (running.data / "hls/t/c/m/l/output.m3u8").read_text()
        assert [line for line in published.splitlines() if "KEY" in line] == [
            '#EXT-X-KEY:METHOD=AES-128,URI="enc.key"'
        ]
        assert len(Player.of(running, "t/c/m/l").watch()) == 64
    finally:
        running.stop()


def leaving(folder: Path) -> tuple[Path, Path]:
    """The program beside a converter that first leaves a process outside its group; and a file of their ids."""
    folder.mkdir()
    program, converter, left = folder / "focust-video", folder / "focust-media", folder / "left"
    shutil.copy(binary(), program)
    script = f"setsid sleep 60 < /dev/null > /dev/null 2>&1 &\necho $! >> {left}\n"
    real = Path(binary()).resolve().with_name("focust-media")
    converter.write_text(f'#!/bin/sh\n{script}exec {real} "$@"\n')
    converter.chmod(0o755)
    return program, left


def alive(ids: Path) -> list[int]:
    return [int(pid) for pid in ids.read_text().split() if Path(f"/proc/{pid}").exists()]


def test_what_a_converter_leaves_behind_has_ended_before_its_lesson_is_published(tmp_path, monkeypatch):
    film = make_h264(tmp_path / "film.mp4", seconds=2, size="160x120", bitrate="60k")
    program, left = leaving(tmp_path / "bin")
    command = [program, "convert", film, tmp_path / "lesson"]
    subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert (len(left.read_text().split()), alive(left)) == (1, [])
    monkeypatch.setenv("FOCUST_BINARY", str(program))
    running = Site(tmp_path / "site", {"FOCUST_CONVERSION_JOBS": "0"}).start_nginx().start()
    try:
        task = upload(running, "t/c/m/l", film).json()["task_id"]
        looked_into = len(left.read_text().split())
        assert (looked_into > 1, alive(left)) == (True, [])
        running.start_worker()
        assert wait_for_task(running, task, 60)["status"] == "completed"
        assert (len(left.read_text().split()) > looked_into, alive(left)) == (True, [])
    finally:
        running.stop()


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


OPTIONS = {
    "segment_seconds": 6,
    "preset": "veryfast",
    "crf": 22,
    "max_height": 1080,
    "threads": 1,
    "is_stored": False,
    "rungs": [],
    "max_bitrate": 5_000_000,
}


@pytest.mark.parametrize(
    ("order", "gigabytes"), [({"order": "probe"}, 1), ({"order": "plan", "options": OPTIONS}, 4)]
)
def test_memory_of_all_media_processes_together_has_a_bound(order, gigabytes, tmp_path):
    """Of private memory, the kind that nothing else bounds; more processes than one they cannot make."""
    source = tmp_path / "film.mp4"
    os.mkfifo(source)
    protocol = (REPOSITORY / "Sources/MediaProtocol/MediaOrder.swift").read_text()
    version = int(re.search(r"static let version = (\d+)", protocol)[1])
    media = Path(binary()).with_name("focust-media")
    line = json.dumps({"version": version, "source": str(source), **order}).encode() + b"\n"
    # It waits to open the film, which comes after it has shut itself in.
    with subprocess.Popen([media, str(os.getpid())], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            process.stdin.write(line)
            process.stdin.flush()
            proc = Path(f"/proc/{process.pid}")
            wait_for(lambda: "Seccomp:\t2" in (proc / "status").read_text(), "its filter of system calls")
            limit = str(gigabytes << 30)
            assert re.search(r"Max data size\s+(\S+)\s+(\S+)", (proc / "limits").read_text()).groups() == (
                limit,
                limit,
            )
        finally:
            process.kill()


# Root looks everywhere; without its capabilities it is a user like others.
BARE = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()


def test_other_processes_of_the_user_do_not_look_into_a_server_or_a_worker(tmp_path):
    site = Site(tmp_path / "site").start_nginx()
    try:
        server = site.start(prefix=BARE).app
        worker = site.start_worker(prefix=BARE)
        wait_for(lambda: "jobs=" in site.log.read_text(), "the worker")
        another = site.run([*BARE, "sleep", "60"], site.base)
        wait_for(lambda: not is_hidden(another.pid), "a program that hides nothing")
        assert [is_hidden(process.pid) for process in (server, worker)] == [True, True]
    finally:
        site.stop()


def is_hidden(pid: int) -> bool:
    """Whether another process of the user may not read where its memory lies."""
    command = [*BARE, "cat", f"/proc/{pid}/maps"]
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
