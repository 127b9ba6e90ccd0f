"""Conversions keep FOCUST_MIN_FREE_BYTES free: they wait for room, say so, and go on by themselves."""

import os
import sqlite3

import pytest
import requests

from harness.client import task, upload, wait_for_task
from harness.media import make_h264, pad_mp4, run
from harness.server import wait_for

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts file systems")

MIB = 1 << 20
DISK, FLOOR = 96 * MIB, 32 * MIB


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_h264(tmp_path_factory.mktemp("films") / "film.mp4", seconds=2, size="160x120", bitrate="60k")


@pytest.fixture(scope="module")
def large(film, tmp_path_factory):
    return pad_mp4(film, tmp_path_factory.mktemp("films") / "large.mp4", 12 * MIB)


@pytest.fixture(scope="module")
def long_film(tmp_path_factory):
    """One that takes some seconds to convert."""
    path = tmp_path_factory.mktemp("films") / "long.avi"
    pattern = "testsrc2=s=1280x720:r=25:d=12"
    run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern, "-c:v", "mpeg4", "-q:v", "5", path)
    return path


def queued(site, name: str, film) -> str:
    answer = upload(site, f"t/c/m/{name}", film)
    assert answer.status_code == 202, answer.text
    return answer.json()["task_id"]


def waits(site, identity: str, attempts: int = 0) -> bool:
    state = task(site, identity)
    reason = (state["error"] or {}).get("code")
    return (state["status"], state["attempts"], reason) == ("queued", attempts, "insufficient_storage")


def waiting(site) -> int:
    lines = requests.get(f"{site.url}/metrics", timeout=10).text.splitlines()
    (line,) = (line for line in lines if line.startswith("focust_queue_waiting_for_space "))
    return int(line.split()[1])


def is_logged(site, event: str) -> bool:
    return f"event={event} " in site.log.read_text(errors="replace")


def staged(site) -> list:
    return list((site.data / "hls/.staging").iterdir())


def test_none_begins_below_the_floor_nor_one_that_would_pass_it(small_site, disk, film, large):
    tasks = {name: queued(small_site, name, each) for name, each in {"small": film, "large": large}.items()}
    disk.fill(leaving=FLOOR - 2 * MIB)
    small_site.terminate()
    small_site.start(FOCUST_CONVERSION_JOBS="1")
    wait_for(lambda: all(waits(small_site, each) for each in tasks.values()), "both to say that they wait", 30)
    assert waiting(small_site) == 2
    assert is_logged(small_site, "conversions_wait_for_space")
    assert not is_logged(small_site, "conversion_started")
    # Room for the one, and not for the other.
    disk.empty()
    disk.fill(leaving=FLOOR + 6 * MIB)
    ended = wait_for_task(small_site, tasks["small"])
    assert (ended["status"], ended["attempts"], ended["error"]) == ("completed", 1, None)
    wait_for(lambda: waits(small_site, tasks["large"]), "the large one to wait", 30)
    assert is_logged(small_site, "conversion_waits_for_space")
    assert (waiting(small_site), staged(small_site)) == (1, [])
    disk.empty()
    # That a pause ends by itself, the small one has shown.
    end_pause(small_site, tasks["large"], attempts=0)
    ended = wait_for_task(small_site, tasks["large"])
    assert (ended["status"], ended["attempts"], ended["error"]) == ("completed", 1, None)
    assert waiting(small_site) == 0


def stop_at_the_floor(site, disk) -> None:
    """Fills the disk under a conversion."""
    wait_for(lambda: list((site.data / "hls/.staging").glob("*/*.ts")), "the conversion to be under way", pause=0.01)
    disk.fill(leaving=FLOOR - MIB)


def end_pause(site, identity: str, attempts: int) -> None:
    """As if the task had been tried so often, and its pause were over."""
    with sqlite3.connect(site.data / "state/focust.db", timeout=30) as database:
        statement = "UPDATE job SET attempts = ?, not_before = 1 WHERE id = ? AND status = 'queued'"
        assert database.execute(statement, (attempts, identity)).rowcount == 1
    database.close()


def test_one_that_runs_stops_at_the_floor_leaves_nothing_and_counts(small_site, disk, long_film):
    identity = queued(small_site, "long", long_film)
    small_site.start_worker("--jobs", "1")
    stop_at_the_floor(small_site, disk)
    wait_for(lambda: waits(small_site, identity, attempts=1), "the task to say that it waits", 30)
    assert staged(small_site) == []
    assert (waiting(small_site), is_logged(small_site, "conversion_failed")) == (1, True)
    assert not (small_site.data / "hls/t/c/m/long/output.m3u8").exists()
    # One that is stopped again and again is not converted for ever.
    disk.empty()
    end_pause(small_site, identity, attempts=7)
    stop_at_the_floor(small_site, disk)
    ended = wait_for_task(small_site, identity)
    assert (ended["status"], ended["attempts"], ended["error"]["code"]) == ("failed", 8, "insufficient_storage")
    assert "space" in ended["error"]["message"]
    assert (staged(small_site), waiting(small_site)) == ([], 0)
    disk.empty()
    assert small_site.tasks("retry", identity).returncode == 0
    assert wait_for_task(small_site, identity)["status"] == "completed"
