"""Storage that is full, read-only or broken, and too few descriptors: clear refusals, nothing torn, and it passes."""

import os
import resource
import time

import pytest
import requests

from harness import tus
from harness.client import lesson_fields, refusal, service, task, upload, wait_for_task
from harness.faults import Tracer
from harness.media import make_h264, pad_mp4
from harness.player import Player
from harness.processes import Site
from harness.server import wait_for
from harness.small_disk import SmallDisk
from harness.trees import listed, retired

REL = "trainer-1/course-1/module-1/stored"
DISK = 24 << 20

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts a file system")


@pytest.fixture
def sites(tmp_path):
    started = []

    def make(**settings) -> Site:
        started.append(Site(tmp_path / f"site-{len(started)}", {"FOCUST_MIN_FREE_BYTES": "0"} | settings))
        return started[-1].start_nginx()

    yield make
    for site in started:
        site.stop()


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_h264(tmp_path_factory.mktemp("films") / "film.mp4", seconds=3, size="160x120", bitrate="60k")


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return make_h264(tmp_path_factory.mktemp("films") / "other.mp4", seconds=3, size="176x144", bitrate="60k")


@pytest.fixture(scope="module")
def large(film, tmp_path_factory):
    return pad_mp4(film, tmp_path_factory.mktemp("films") / "large.mp4", 12 << 20)


def publish(site: Site, film, rel: str = REL) -> str:
    answer = upload(site, rel, film)
    assert answer.status_code == 202, answer.text
    ended = wait_for_task(site, answer.json()["task_id"])
    assert ended["status"] == "completed", ended
    return Player.of(site, rel).watch()


def is_ready(site: Site) -> bool:
    return requests.get(f"{site.url}/readyz", timeout=10).status_code == 200


ROUTES = {
    "/upload/lesson": lesson_fields(REL),
    "/upload": {"user_id": "learner-1"},
    "/upload_presentation/course/course-1": {},
    "/upload_presentation/module/course-1/module-1": {},
    "/upload_presentation": {},
}


def test_uploads_are_refused_while_less_is_free_than_must_stay(sites, film):
    site = sites(FOCUST_MIN_FREE_BYTES=str(1 << 50)).start()
    for route, fields in ROUTES.items():
        files = {"video": ("film.mp4", film.read_bytes(), "video/mp4")}
        answer = requests.post(site.url + route, headers=service(), data=fields, files=files, timeout=30)
        assert (answer.status_code, refusal(answer)) == (507, "insufficient_storage"), route
        assert int(answer.headers["Retry-After"]) > 0
    assert site.leftovers() == []
    assert [path for path in (site.data / "presentation_videos").rglob("*.mp4")] == []
    site.terminate()
    site.start(FOCUST_MIN_FREE_BYTES="0")
    publish(site, film)


@needs_root
def test_a_full_disk_refuses_uploads_and_keeps_what_is_there(sites, disk, film, other, large):
    site = sites(FOCUST_DATA_DIR=str(disk.path)).start()
    whole = publish(site, film)
    # Announced, it is refused before a byte is stored.
    disk.fill(leaving=8 << 20)
    answer = upload(site, REL, large)
    assert (answer.status_code, refusal(answer)) == (507, "insufficient_storage")
    # Full to the last byte, whatever the step that finds out.
    statuses = []
    for leaving in (300_000, 100_000, 60_000, 40_000, 20_000, 8192, 0):
        disk.empty()
        disk.fill(leaving=leaving)
        answer = upload(site, f"{REL}-{leaving}", other)
        statuses.append(answer.status_code)
        if answer.status_code != 202:
            assert (answer.status_code, refusal(answer)) == (507, "insufficient_storage"), answer.text
        assert Player.of(site, REL).watch() == whole
    print(f"uploads into a disk that fills up: {statuses}")
    assert 507 in statuses
    disk.empty()
    wait_for(lambda: is_ready(site), "readiness")
    assert publish(site, other) != whole
    site.kill()
    site.start()
    wait_for(lambda: not [name for name in site.leftovers() if ".staging" in name], "no leftovers")


@needs_root
@pytest.mark.parametrize("by_upload", [True, False], ids=["by-an-upload", "by-the-floor"])
def test_versions_that_were_replaced_give_way_where_room_is_wanted(sites, disk, film, other, tmp_path, by_upload):
    site = sites(FOCUST_DATA_DIR=str(disk.path), FOCUST_MIN_FREE_BYTES=str(1 << 20)).start()
    old = publish(site, film)
    (site.data / "hls" / REL / "segment_900.ts").write_bytes(bytes(5 << 20))
    viewer = Player.of(site, REL)
    playlist = viewer.playlist()
    new = publish(site, other)
    assert viewer.watch_on(playlist) == old
    if by_upload:
        # More than the floor is free, and would not be with this one.
        disk.fill(leaving=4 << 20)
        assert upload(site, f"{REL}-2", pad_mp4(film, tmp_path / "large.mp4", 4 << 20)).status_code == 202
    else:
        disk.fill(leaving=1 << 19)
        wait_for(lambda: disk.free() > 1 << 20, "room")
    assert viewer.watch_on(playlist) == "replaced"
    assert retired(site.data) == listed(site.data) == {}
    assert Player.of(site, REL).watch() == new


@needs_root
def test_a_disk_that_fills_up_in_the_middle_of_a_part_keeps_what_came(sites, disk, large):
    site = sites(FOCUST_DATA_DIR=str(disk.path), FOCUST_CONVERSION_JOBS="0").start()
    film = large.read_bytes()
    url = tus.begun(site, REL, len(film))
    part = tus.Slow(url, 0, len(film))
    part.send(film[: 1 << 20])
    (data,) = (disk.path / "uploads/.tus").glob("*/data")
    wait_for(lambda: data.stat().st_size == 1 << 20, "the first bytes")
    disk.fill(leaving=200_000)
    part.send(film[1 << 20 : 2 << 20])
    assert part.answer().status == 507
    part.drop()
    assert refusal(tus.send(url, data.stat().st_size, film[:5])) == "insufficient_storage"
    disk.empty()
    offset = tus.offset(url)
    assert 1 << 20 <= offset < 2 << 20
    last = tus.send(url, offset, film[offset:])
    assert last.status_code == 204, last.text
    (stored,) = (disk.path / "uploads" / REL).iterdir()
    assert stored.read_bytes() == film
    assert task(site, last.headers["Focust-Task-Id"])["status"] == "queued"


@needs_root
def test_a_job_table_without_room_refuses_uploads_and_plays_on(sites, tmp_path, film, other):
    data = tmp_path / "data"
    state = SmallDisk(data / "state", 2 << 20)
    try:
        site = sites(FOCUST_DATA_DIR=str(data)).start()
        whole = publish(site, film)
        state.fill(leaving=65_536)
        accepted = []
        # What the log of the database has grown to is used again; then there is no room for another row.
        statuses = []
        while len(statuses) < 500 and 507 not in statuses:
            answer = upload(site, f"{REL}-{len(statuses)}", other)
            statuses.append(answer.status_code)
            if answer.status_code == 202:
                accepted.append(answer.json()["task_id"])
        assert set(statuses[:-1]) <= {202} and refusal(answer) == "insufficient_storage"
        print(f"refused after {len(statuses) - 1} more uploads")
        refused = f"{REL}-{len(statuses) - 1}"
        answer = requests.get(f"{site.url}/api/tasks", params={"rel": refused}, headers=service(), timeout=10)
        assert answer.json()["tasks"] == []
        assert list((site.data / "uploads" / refused).rglob("*")) == []
        assert Player.of(site, REL).watch() == whole
        assert requests.get(f"{site.url}/healthz", timeout=10).status_code == 200
        state.empty()
        assert publish(site, other) != whole
        # What was accepted before is converted too, some after the lease of a conversion whose end found no room.
        wait_for(lambda: not site.leftovers(), "what waits to be converted", 90)
        for task_id in accepted:
            assert wait_for_task(site, task_id)["status"] == "completed"
        site.stop()
    finally:
        state.remove()


@needs_root
def test_a_disk_that_fills_up_during_a_conversion_delays_it(sites, disk, film, large):
    site = sites(FOCUST_DATA_DIR=str(disk.path), FOCUST_CONVERSION_JOBS="0").start()
    accepted = upload(site, REL, film)
    assert accepted.status_code == 202
    task_id = accepted.json()["task_id"]
    # Room for the database's log, and none for the lesson.
    disk.fill(leaving=65_536)
    worker = site.start_worker()
    wait_for(lambda: task(site, task_id)["attempts"] >= 1, "an attempt")
    wait_for(lambda: "event=conversion_failed" in site.log.read_text(errors="replace"), "it to fail")
    state = task(site, task_id)
    assert state["status"] in ("queued", "processing"), state
    assert worker.poll() is None
    disk.empty()
    # After its pause of 15 s it is tried again, by itself.
    ended = wait_for_task(site, task_id, 40)
    assert (ended["status"], ended["attempts"]) == ("completed", 2)
    assert len(Player.of(site, REL).watch()) == 64
    wait_for(lambda: not site.leftovers(), "no leftovers")


@needs_root
def test_a_read_only_disk_plays_on_and_says_that_it_is_not_ready(sites, disk, film, other):
    site = sites(FOCUST_DATA_DIR=str(disk.path)).start()
    whole = publish(site, film)
    assert is_ready(site)
    disk.freeze("uploads", "hls")
    try:
        answer = requests.get(f"{site.url}/readyz", timeout=10)
        assert answer.status_code == 503
        answer = upload(site, f"{REL}-2", other)
        assert answer.status_code in (500, 503, 507)
        assert refusal(answer) in ("internal", "unavailable", "insufficient_storage")
        assert Player.of(site, REL).watch() == whole
    finally:
        disk.thaw()
    wait_for(lambda: is_ready(site), "readiness")
    assert publish(site, other) != whole


FAILURES = [
    ("fsync", "EIO"),
    ("fsync", "ENOSPC"),
    ("write", "EIO"),
    ("write", "ENOSPC"),
    ("rename", "EROFS"),
    ("rename", "ENOSPC"),
    ("openat", "ENOSPC"),
    ("openat", "EMFILE"),
    ("mkdir", "ENOSPC"),
    ("pwrite64", "EIO"),
    ("pwrite64", "ENOSPC"),
]


@pytest.mark.parametrize("call,error", FAILURES)
def test_a_call_that_fails_during_an_upload_is_told_and_leaves_nothing(sites, film, other, tmp_path, call, error):
    site = sites(FOCUST_UPLOAD_THREADS="1", FOCUST_CONVERSION_JOBS="0").start()
    inject = f"{call}:error={error}:when=1"
    tracer = Tracer(site.thread_id("upload-0"), tmp_path / "trace", inject)
    answer = upload(site, REL, film)
    tracer.detach()
    assert answer.status_code in (500, 507), answer.text
    assert refusal(answer) == ("insufficient_storage" if error == "ENOSPC" else "internal")
    assert site.leftovers() == []
    answer = requests.get(f"{site.url}/api/tasks", params={"rel": REL}, headers=service(), timeout=10)
    assert answer.json()["tasks"] == []
    assert upload(site, REL, film).status_code == 202


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_the_original_of_the_upload_that_waits_comes_back_where_its_replacement_is_not_stored(
    sites, film, other, tmp_path, call
):
    site = sites(FOCUST_UPLOAD_THREADS="1", FOCUST_CONVERSION_JOBS="0").start()
    first = upload(site, REL, film, "first.mp4").json()["task_id"]
    originals = site.data / "originals" / REL
    assert [path.name for path in originals.iterdir()] == ["first.mp4"]
    # The end of the transaction that adds the task: the file system has changed by then.
    log = site.data / "state/focust.db-wal"
    inject = f"{call}:error=EIO:when=1"
    tracer = Tracer(site.thread_id("upload-0"), tmp_path / "trace", inject, of=log)
    answer = upload(site, REL, other, "second.mp4")
    tracer.detach()
    assert "(INJECTED)" in (tmp_path / "trace").read_text()
    assert refusal(answer) == "internal"
    assert [path.name for path in originals.iterdir()] == ["first.mp4"]
    assert (originals / "first.mp4").read_bytes() == film.read_bytes()
    assert site.leftovers() == [f"uploads/{REL}/{first}.mp4"]
    assert task(site, first)["status"] == "queued"
    assert upload(site, REL, other, "second.mp4").status_code == 202
    assert [path.name for path in originals.iterdir()] == ["second.mp4"]


CONVERSION_FAILURES = [
    ("fsync", "EIO"),
    ("renameat2", "EROFS"),
    ("renameat2", "ENOSPC"),
    ("link", "ENOSPC"),
    ("symlink", "EMFILE"),
    ("mkdir", "ENOSPC"),
]


@pytest.mark.parametrize("call,error", CONVERSION_FAILURES)
def test_a_call_that_fails_during_a_conversion_is_tried_again(sites, film, other, tmp_path, call, error):
    site = sites(FOCUST_CONVERSION_JOBS="1").start()
    whole = publish(site, film)
    tracer = Tracer(site.thread_id("convert-0"), tmp_path / "trace", f"{call}:error={error}:when=1")
    task_id = upload(site, REL, other).json()["task_id"]
    wait_for(lambda: "event=conversion_failed" in site.log.read_text(errors="replace"), "it to fail")
    tracer.detach()
    state = wait_for(lambda: (now := task(site, task_id))["status"] == "queued" and now, "the task to wait", 5)
    assert (state["attempts"], state["error"]["code"]) == (1, "internal"), state["error"]
    assert Player.of(site, REL).watch() == whole
    wait_for(lambda: site.leftovers() == [f"uploads/{REL}/{task_id}.mp4"], "nothing but the upload")


def test_too_few_descriptors_pass(sites, film):
    site = sites().start()
    whole = publish(site, film)
    limits = resource.prlimit(site.app.pid, resource.RLIMIT_NOFILE)
    used = len(os.listdir(f"/proc/{site.app.pid}/fd"))
    # A limit well below what is open for good: nothing more can be opened, accepted connections included.
    resource.prlimit(site.app.pid, resource.RLIMIT_NOFILE, (used // 2, limits[1]))
    deadline = time.monotonic() + 2
    statuses = set()
    while time.monotonic() < deadline:
        try:
            statuses.add(requests.get(f"{site.url}/readyz", timeout=0.5).status_code)
        except requests.Timeout:
            statuses.add("nobody accepts")
    assert 200 not in statuses, statuses
    resource.prlimit(site.app.pid, resource.RLIMIT_NOFILE, limits)
    wait_for(lambda: is_ready(site), "readiness")
    assert Player.of(site, REL).watch() == whole
    assert publish(site, film) == whole
