"""Conversions in processes of their own, which know no secret and share one queue."""

import collections
import re
import time

import pytest
import requests

from harness.client import service, upload, wait_for_task
from harness.media import make_h264, run
from harness.player import Player
from harness.processes import Site
from harness.server import wait_for

JOBS = 12


@pytest.fixture
def site(tmp_path):
    running = Site(tmp_path / "site", {"FOCUST_CONVERSION_JOBS": "0"}).start_nginx().start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_h264(tmp_path_factory.mktemp("films") / "film.mp4", seconds=2, size="160x120", bitrate="60k")


@pytest.fixture(scope="module")
def long_film(tmp_path_factory):
    """One that takes seconds to convert."""
    path = tmp_path_factory.mktemp("films") / "long.avi"
    pattern = "testsrc2=s=1280x720:r=25:d=12"
    run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern, "-c:v", "mpeg4", "-q:v", "5", path)
    return path


def state(site: Site, task: str) -> dict:
    return requests.get(f"{site.url}/api/tasks/{task}", headers=service(), timeout=10).json()


def events(site: Site, event: str) -> list[str]:
    """The tasks that this event was logged of, by whichever process."""
    lines = [line.split() for line in site.log.read_text(errors="replace").splitlines() if f"event={event} " in line]
    return [word.removeprefix("task_id=") for words in lines for word in words if word.startswith("task_id=")]


def wait_for_workers(site: Site, count: int) -> None:
    """Until so many processes can be woken: each that converts has a mark of its own."""
    wait_for(lambda: len(list((site.data / "state").glob("workers/*"))) == count, f"{count} workers")


def test_a_server_that_converts_nothing_leaves_the_task_to_others(site, film):
    task = upload(site, "t/c/m/waits", film).json()["task_id"]
    time.sleep(1.5)
    assert state(site, task)["status"] == "queued"
    site.start_worker()
    assert wait_for_task(site, task)["status"] == "completed"


@pytest.mark.parametrize("workers", [1, 3])
def test_each_task_is_converted_once(site, film, workers):
    for _ in range(workers):
        site.start_worker("--jobs", "2")
    wait_for_workers(site, workers)
    answers = [upload(site, f"t-{number % 3}/c/m/{number}", film) for number in range(JOBS)]
    tasks = [answer.json()["task_id"] for answer in answers]
    for task in tasks:
        ended = wait_for_task(site, task)
        assert (ended["status"], ended["attempts"]) == ("completed", 1)
    assert collections.Counter(events(site, "conversion_started")) == collections.Counter(tasks)
    assert sorted(wait_for(lambda: done(site, JOBS), "the log")) == sorted(tasks)
    assert {len(Player.of(site, f"t-{number % 3}/c/m/{number}").watch()) for number in range(JOBS)} == {64}
    wait_for(lambda: not site.leftovers(), "no leftovers")


def done(site: Site, count: int) -> list[str]:
    found = events(site, "conversion_finished")
    return found if len(found) >= count else []


def test_a_task_starts_soon_after_its_202(site, film):
    site.start_worker()
    wait_for_workers(site, 1)
    delays = []
    for number in range(6):
        # At different moments of the worker's own second.
        time.sleep(0.17 * number)
        task = upload(site, f"t/c/m/prompt-{number}", film).json()["task_id"]
        accepted = time.monotonic()
        wait_for(lambda task=task: task in events(site, "conversion_started"), "the start", 5, 0.005)
        delays.append(time.monotonic() - accepted)
        wait_for_task(site, task)
    print(f"from 202 to the start of the conversion: {', '.join(f'{delay * 1000:.0f}' for delay in delays)} ms")


def test_a_worker_that_stops_hands_its_task_to_another(site, long_film):
    first = site.start_worker()
    wait_for_workers(site, 1)
    task = upload(site, "t/c/m/handed", long_film).json()["task_id"]
    wait_for(lambda: list((site.data / "hls/.staging").glob("*/*.ts")), "the conversion to be under way", pause=0.01)
    second = site.start_worker()
    wait_for_workers(site, 2)
    assert state(site, task)["status"] == "processing"
    assert site.terminate(first) == 0
    ended = wait_for_task(site, task)
    assert (ended["status"], ended["attempts"]) == ("completed", 1)
    assert events(site, "conversion_started") == [task, task]
    assert events(site, "conversion_put_back") == [task]
    assert second.poll() is None


def test_a_worker_that_is_killed_loses_its_task_to_another_at_once(site, long_film):
    first = site.start_worker()
    wait_for_workers(site, 1)
    task = upload(site, "t/c/m/orphan", long_film).json()["task_id"]
    wait_for(lambda: task in events(site, "conversion_started"), "the conversion to be under way", pause=0.01)
    site.start_worker()
    wait_for_workers(site, 2)
    site.kill(first)
    killed = time.monotonic()
    wait_for(lambda: len(events(site, "conversion_started")) == 2, "the other to start", 10, 0.01)
    print(f"an orphan was taken over after {time.monotonic() - killed:.2f} s")
    assert time.monotonic() - killed < 3
    ended = wait_for_task(site, task)
    assert (ended["status"], ended["attempts"]) == ("completed", 2)


def test_tasks_are_listed_shown_and_tried_again_by_hand(site, film, tmp_path):
    site.start_worker()
    good = upload(site, "t/c/m/good", film).json()["task_id"]
    assert wait_for_task(site, good)["status"] == "completed"
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(film.read_bytes())
    site.terminate(site.processes[-1])
    failing = upload(site, "t/c/m/bad", cut).json()["task_id"]
    # Its upload vanishes before anybody converts it: a failure for good, until somebody puts it back.
    (waiting,) = (site.data / "uploads/t/c/m/bad").iterdir()
    kept = waiting.rename(tmp_path / "kept.mp4")
    site.start_worker()
    ended = wait_for_task(site, failing)
    assert (ended["status"], ended["error"]["code"]) == ("failed", "upload_missing")

    listed = site.tasks("list").stdout.splitlines()
    assert [line.split()[:2] for line in listed] == [[failing, "failed"], [good, "completed"]]
    # When it came, and when it changed last.
    for line in listed:
        came, changed = re.findall(r"  (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)(?=  )", line)
        assert came < changed
    assert site.tasks("list", "--status", "failed").stdout.split()[0] == failing
    shown = site.tasks("show", failing).stdout
    assert "error: upload_missing" in shown and "status: failed" in shown
    assert f"\ncause: journalctl -u focust-video-work -u focust-video -o cat --grep task_id={failing}\n" in shown
    assert re.search(rf"event=conversion_failed .*cause=.* task_id={failing}$", site.log.read_text(), re.MULTILINE)
    shown = site.tasks("show", good).stdout
    assert re.search(r"^plan: .*; .*$", shown, re.MULTILINE) and "cause:" not in shown
    # A line for each fact, whatever it is made of.
    assert all(re.match(r"\w+: ", line) for line in shown.splitlines()) and "\\u{" not in shown
    assert site.tasks("show", "no-id").returncode == 2
    assert site.tasks("retry", good).returncode == 1

    waiting.parent.mkdir(parents=True, exist_ok=True)
    kept.rename(waiting)
    retried = site.tasks("retry", failing)
    assert (retried.returncode, retried.stdout) == (0, "queued\n")
    assert wait_for_task(site, failing)["status"] == "completed"
    assert len(Player.of(site, "t/c/m/bad").watch()) == 64
