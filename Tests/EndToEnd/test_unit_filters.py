"""The units' system-call filters and ban on code in writable memory, tried: everything still works under them."""

import subprocess

import pytest

from harness.client import upload, wait_for_task
from harness.media import make_h264, make_mpeg4
from harness.player import Player
from harness.processes import Site
from harness.server import REPOSITORY

PYTHON = "/usr/bin/python3"
FILTER = REPOSITORY / "Tests/EndToEnd/harness/under_filter.py"


def under(unit: str) -> tuple:
    return (PYTHON, FILTER, REPOSITORY / "systemd" / unit)


@pytest.mark.parametrize(
    "command",
    [
        ("setpriv", "--reuid", "1", "--clear-groups", "true"),
        ("chroot", "/", "true"),
        (PYTHON, "-c", "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)"),
        (PYTHON, "-c", "import ctypes, sys; sys.exit(ctypes.CDLL(None).ptrace(0, 0, 0, 0) != 0)"),
    ],
    ids=["another user", "another root", "code in writable memory", "tracing"],
)
@pytest.mark.parametrize("unit", ["focust-video.service", "focust-video-work.service"])
def test_the_filter_refuses_what_the_unit_has_no_use_for(unit, command):
    bound = subprocess.run([*under(unit), *command], capture_output=True, text=True, timeout=30)
    assert bound.returncode != 0, bound.stdout
    assert subprocess.run([*under(unit), PYTHON, "-c", "import ctypes, mmap"], timeout=30).returncode == 0


def test_uploads_conversions_and_playback_work_under_the_filters(tmp_path):
    site = Site(tmp_path / "site", {"FOCUST_CONVERSION_JOBS": "0"}).start_nginx()
    try:
        site.start(prefix=under("focust-video.service"))
        site.start_worker(prefix=under("focust-video-work.service"))
        copied = make_h264(tmp_path / "film.mp4", seconds=4, size="160x120", bitrate="60k")
        transcoded = make_mpeg4(tmp_path / "old.avi", seconds=2)
        for name, film in (("copied", copied), ("transcoded", transcoded)):
            task = upload(site, f"t/c/m/{name}", film).json()["task_id"]
            assert wait_for_task(site, task)["status"] == "completed", site.log.read_text()
            assert len(Player.of(site, f"t/c/m/{name}").watch()) == 64
        assert "level=error" not in site.log.read_text()
    finally:
        site.stop()
