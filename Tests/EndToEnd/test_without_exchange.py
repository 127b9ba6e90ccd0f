"""File systems that exchange no two names, or move no directory: lessons are replaced and removed there too."""

import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
import requests

from harness.client import WEB_HEADERS, get_token, make_lesson, service
from harness.media import make_h264
from harness.player import Player
from harness.processes import Site
from harness.server import wait_for
from harness.small_disk import SmallDisk

REL = "trainer-1/course-1/module-1/replaced"


def without_exchange(trace: Path) -> tuple:
    """A kernel that exchanges no two names, as with FUSE, and takes its time to move one."""
    return (
        *("strace", "-D", "-f", "--seccomp-bpf", "-qq", "-o", trace, "-e", "trace=rename,renameat2"),
        *("-e", "inject=renameat2:error=EINVAL", "-e", "inject=rename:delay_enter=20000"),
    )


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    directory = tmp_path_factory.mktemp("films")
    return [
        make_h264(directory / f"{seconds}.mp4", seconds=seconds, size="160x120", bitrate="60k") for seconds in (2, 4)
    ]


def aside(data: Path) -> list[Path]:
    return [path for path in (data / "hls/.aside").rglob("*") if not path.is_dir()]


def test_a_lesson_is_replaced_and_nobody_finds_it_gone(tmp_path, films):
    site = Site(tmp_path / "site").start_nginx().start(prefix=without_exchange(tmp_path / "trace"))
    try:
        wait_for(lambda: "level=warning event=replaced_lessons_are_set_aside" in site.log.read_text(), "the warning")
        make_lesson(site, REL, films[0])
        first = Player.of(site, REL).watch()
        token = get_token(site, REL)["token"]
        done, statuses = threading.Event(), set()

        def ask() -> None:
            headers = {"Authorization": f"Bearer {token}", **WEB_HEADERS}
            while not done.is_set():
                statuses.add(
                    requests.get(f"{site.url}/hls2/{REL}/output.m3u8", headers=headers, timeout=10).status_code
                )

        asker = threading.Thread(target=ask)
        asker.start()
        try:
            for film in (films[1], films[0], films[1]):
                make_lesson(site, REL, film)
        finally:
            done.set()
            asker.join(timeout=30)
        assert "/hls/.aside/" in (tmp_path / "trace").read_text()
        assert statuses == {200}
        assert Player.of(site, REL).watch() != first
        assert aside(site.data) == []
        assert requests.delete(f"{site.url}/api/lessons/{REL}", headers=service(), timeout=10).ok
        assert not (site.data / "hls" / REL).exists()
    finally:
        site.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a file system")
def test_a_lesson_of_an_overlays_lower_layer_is_replaced_and_removed(tmp_path, films):
    other = "trainer-1/course-1/module-1/removed"
    first = Site(tmp_path / "first").start_nginx().start()
    try:
        for rel in (REL, other):
            make_lesson(first, rel, films[0])
        before = Player.of(first, REL).watch()
    finally:
        first.stop()
    disk = SmallDisk(tmp_path / "disk", 32 << 20)
    layers = {name: disk.path / name for name in ("lower", "upper", "work")}
    shutil.copytree(first.data, layers["lower"], symlinks=True)
    layers["upper"].mkdir()
    layers["work"].mkdir()
    merged = tmp_path / "merged"
    merged.mkdir()
    options = ",".join(f"{name}dir={path}" for name, path in layers.items())
    subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", merged], check=True)
    site = Site(tmp_path / "second", {"FOCUST_DATA_DIR": str(merged), "FOCUST_MIN_FREE_BYTES": "0"})
    try:
        site.start_nginx().start()
        assert Player.of(site, REL).watch() == before
        make_lesson(site, REL, films[1])
        assert Player.of(site, REL).watch() != before
        assert aside(site.data) == []
        assert requests.delete(f"{site.url}/api/lessons/{other}", headers=service(), timeout=10).ok
        assert not (site.data / "hls" / other).exists()
    finally:
        site.stop()
        subprocess.run(["umount", "-l", merged], check=True)
        disk.remove()
