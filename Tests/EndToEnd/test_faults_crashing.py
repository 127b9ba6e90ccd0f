"""A film that kills the process which converts it ends as failed, and keeps nobody else from being converted."""

import pytest

from harness.client import upload, wait_for_task
from harness.media import make_h264
from harness.player import Player
from harness.processes import Site
from harness.server import wait_for

# A conversion makes one symbolic link; a worker that is started so dies of the first film that it has converted.
KILLING = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=symlink", "-e", "inject=symlink:signal=KILL")


@pytest.fixture
def site(tmp_path):
    running = Site(tmp_path / "site", {"FOCUST_CONVERSION_JOBS": "0"}).start_nginx().start()
    yield running
    running.stop()


def test_the_third_crash_is_the_last(site, tmp_path):
    film = make_h264(tmp_path / "film.mp4", seconds=2, size="160x120", bitrate="60k")

    def die() -> None:
        worker = site.start_worker(prefix=KILLING)
        wait_for(lambda: worker.poll() is not None, "the worker to die of the film", 40)

    killer = upload(site, "t/c/m/killer", film).json()["task_id"]
    die()
    die()
    # In the pause after the second crash others are converted.
    healthy = site.start_worker()
    good = upload(site, "t/c/m/good", film).json()["task_id"]
    assert wait_for_task(site, good, 10)["status"] == "completed"
    assert site.terminate(healthy) == 0
    die()
    site.start_worker()
    ended = wait_for_task(site, killer, 10)
    assert (ended["status"], ended["attempts"]) == ("failed", 3)
    assert ended["error"]["code"] == "converter_crashed"
    assert Player.of(site, "t/c/m/killer").watch() == "conversion_failed"
    after = upload(site, "t/c/m/after", film).json()["task_id"]
    assert wait_for_task(site, after, 10)["status"] == "completed"
    # The failed task keeps its upload: it can be tried again by hand.
    wait_for(lambda: site.leftovers() == [f"uploads/t/c/m/killer/{killer}.mp4"], "the dead attempts to be swept")
