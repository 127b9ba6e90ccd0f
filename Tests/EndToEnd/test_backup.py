"""A copy made while the server works, by the script that the documentation shows; a server that goes on from it."""

import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
import requests

from harness.client import WEB_HEADERS, bearer, get_token, make_lesson, refusal, service, upload, wait_for_task
from harness.media import make_h264
from harness.player import Player
from harness.processes import Site
from harness.server import REPOSITORY, wait_for
from harness.trees import retired

EXAMPLES = REPOSITORY / "packaging/examples"


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    directory = tmp_path_factory.mktemp("films")
    return [
        make_h264(directory / f"film-{seconds}.mp4", seconds=seconds, size="160x120", bitrate="60k")
        for seconds in (2, 4, 6)
    ]


@pytest.fixture
def sites(tmp_path):
    started = []

    def make(name: str, **settings) -> Site:
        started.append(Site(tmp_path / name, settings).start_nginx())
        return started[-1]

    yield make
    for site in started:
        site.stop()


def run(script: str, data: Path, backup: Path) -> subprocess.CompletedProcess:
    return run_after(os.environ["PATH"], script, data, backup)


def run_after(path: str, script: str, data: Path, backup: Path) -> subprocess.CompletedProcess:
    """As `run`, with programs looked for in the directories of `path`."""
    environment = {"PATH": path, "FOCUST_DATA_DIR": str(data)}
    command = ["sh", EXAMPLES / script, backup]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_a_copy_of_a_busy_server_plays_from_an_empty_directory(sites, films, tmp_path):
    site = sites("first").start()
    before = [f"t/c/m/before-{number}" for number in range(3)]
    for rel, film in zip(before, films, strict=True):
        make_lesson(site, rel, film)
    digests = {rel: Player.of(site, rel).watch() for rel in before}
    busy = "t/c/m/replaced-again-and-again"
    wanted = set()
    for film in films:
        make_lesson(site, busy, film)
        wanted.add(Player.of(site, busy).watch())
    presentation = requests.post(
        f"{site.url}/upload_presentation/course/c",
        headers=service(),
        files={"video": films[0].open("rb")},
        timeout=30,
    )
    assert presentation.status_code == 201
    shown = requests.get(f"{site.url}/presentation_videos/course/c", timeout=10).content
    revoked = get_token(site, before[0])["token"]
    requests.post(f"{site.url}/api/revoke", headers=service(), json={"rel": before[0]}, timeout=10)

    stop, accepted, failures = threading.Event(), [], []

    def send() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            answers = [upload(site, busy, films[number % 3]), upload(site, f"t/c/m/new-{number}", films[number % 3])]
            if {answer.status_code for answer in answers} != {202}:
                failures.append([answer.text for answer in answers])
            accepted.append(f"t/c/m/new-{number}")

    sender = threading.Thread(target=send)
    sender.start()
    try:
        wait_for(lambda: len(accepted) > 2, "uploads")
        acknowledged = list(accepted)
        backup = tmp_path / "backup"
        made = run("backup.sh", site.data, backup)
    finally:
        stop.set()
        sender.join(timeout=30)
    assert (made.returncode, made.stderr, failures) == (0, "", []), made
    assert backup.stat().st_mode & 0o077 == 0

    assert retired(backup) != {}
    # The first server is lost, disk and all.
    site.stop()
    shutil.rmtree(site.data)
    second = sites("second")
    assert run("restore.sh", second.data, backup).returncode == 0
    shutil.rmtree(backup)
    # What was kept for who watched the first server is not, and nothing of it would stay for ever.
    assert retired(second.data) == {}
    second.start()
    assert requests.get(f"{second.url}/readyz", timeout=10).status_code == 200
    assert {rel: Player.of(second, rel).watch() for rel in before} == digests
    assert requests.get(f"{second.url}/presentation_videos/course/c", timeout=10).content == shown
    # What waited is converted now; what was acknowledged before the copy began is there.
    for rel in acknowledged:
        wait_for(lambda rel=rel: get_token(second, rel)["status"] == "ready", f"{rel} to be converted", 30, 0.1)
        assert Player.of(second, rel).watch() in wanted
    assert Player.of(second, busy).watch() in wanted
    # Keys are private again, revocations hold.
    assert {path.stat().st_mode & 0o777 for path in second.data.glob("hls/**/enc.key")} == {0o600}
    assert (second.data / "state").stat().st_mode & 0o777 == 0o700
    answer = requests.get(
        f"{second.url}/hls2/{before[0]}/enc.key", headers=bearer(revoked, **WEB_HEADERS), timeout=10
    )
    assert refusal(answer) == "token_revoked"
    # And it goes on working.
    task = upload(second, "t/c/m/after", films[0]).json()["task_id"]
    assert wait_for_task(second, task)["status"] == "completed"


def test_a_second_copy_takes_what_is_new_and_drops_what_is_gone(sites, films, tmp_path):
    site = sites("site").start()
    make_lesson(site, "t/c/m/stays", films[0])
    make_lesson(site, "t/c/m/goes", films[0])
    backup = tmp_path / "backup"
    assert run("backup.sh", site.data, backup).returncode == 0
    segment = backup / "hls/t/c/m/stays/segment_000.ts"
    first = segment.stat().st_ino
    # The version's second names are links in the copy too, and take no room.
    assert segment.stat().st_nlink == 2
    requests.delete(f"{site.url}/api/lessons/t/c/m/goes", headers=service(), timeout=10)
    make_lesson(site, "t/c/m/comes", films[0])
    assert run("backup.sh", site.data, backup).returncode == 0
    assert segment.stat().st_ino == first
    assert sorted(path.name for path in (backup / "hls/t/c/m").iterdir()) == ["comes", "stays"]


def program(directory: Path, name: str, text: str) -> str:
    """A PATH by which `name` is a script of these lines."""
    directory.mkdir()
    (directory / name).write_text(f"#!/bin/sh\n{text}\n")
    (directory / name).chmod(0o755)
    return f"{directory}:{os.environ['PATH']}"


@pytest.fixture
def copy(sites, films, tmp_path):
    """A backup of a stopped server with a lesson, a task and a revocation, and where all of it is to be restored."""
    site = sites("copied").start()
    make_lesson(site, "t/c/m/l", films[0])
    revoked = get_token(site, "t/c/m/l")["token"]
    requests.post(f"{site.url}/api/revoke", headers=service(), json={"rel": "t/c/m/l"}, timeout=10)
    task = upload(site, "t/c/m/l", films[1]).json()["task_id"]
    assert wait_for_task(site, task)["status"] == "completed"
    backup = tmp_path / "copy"
    assert run("backup.sh", site.data, backup).returncode == 0
    site.stop()

    def is_whole(restored: Site) -> bool:
        answer = requests.get(
            f"{restored.url}/hls2/t/c/m/l/enc.key", headers=bearer(revoked, **WEB_HEADERS), timeout=10
        )
        Player.of(restored, "t/c/m/l").watch()
        return refusal(answer) == "token_revoked" and wait_for_task(restored, task)["status"] == "completed"

    return backup, is_whole


def cannot_start(site: Site, reason: str) -> bool:
    """Whether the server, started now, ends by itself and says why."""
    site.start(wait=False)
    return site.app.wait(timeout=30) == 1 and reason in site.log.read_text()


def test_a_server_that_is_started_in_the_middle_of_a_restore_waits_for_its_end(sites, copy, tmp_path):
    backup, is_whole = copy
    site = sites("restored")
    reached, go_on = tmp_path / "reached", tmp_path / "go-on"
    os.mkfifo(reached)
    os.mkfifo(go_on)
    lines = f"[ -e {tmp_path}/once ] || {{ : > {tmp_path}/once; echo > {reached}; cat {go_on}; }}\n"
    path = program(tmp_path / "bin", "rsync", lines + f'exec {shutil.which("rsync")} "$@"')
    script = subprocess.Popen(
        ["sh", EXAMPLES / "restore.sh", backup],
        env={"PATH": path, "FOCUST_DATA_DIR": str(site.data)},
        stdin=subprocess.DEVNULL,
    )
    try:
        reached.read_text()
        assert cannot_start(site, "a backup is being put into")
        go_on.write_text("")
        assert script.wait(timeout=60) == 0
    finally:
        script.kill()
        script.wait()
    site.start()
    assert is_whole(site)


def test_a_restore_that_was_killed_is_refused_by_the_server_and_run_again(sites, copy, tmp_path):
    backup, is_whole = copy
    site = sites("restored")
    lines = f'case $* in *hls/*) kill -9 $PPID; exit 1;; esac\nexec {shutil.which("rsync")} "$@"'
    killed = run_after(program(tmp_path / "bin", "rsync", lines), "restore.sh", site.data, backup)
    assert killed.returncode == -9
    assert cannot_start(site, "run restore.sh again")
    assert run("restore.sh", site.data, backup).returncode == 0
    site.start()
    assert is_whole(site)


def test_a_restore_follows_no_link_that_lies_in_its_way(sites, copy, tmp_path):
    """Whoever took over the service owns the directory, and could have left a mark there."""
    backup, _ = copy
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("kept")
    for name in ("hls", "state"):
        data = tmp_path / f"data-{name}"
        data.mkdir()
        (data / ".restoring").touch()
        (data / name).symlink_to(elsewhere)
        refused = run("restore.sh", data, backup)
        assert refused.returncode == 2 and f"{name} is a link" in refused.stderr
    if os.geteuid() == 0:
        data = tmp_path / "data-of-others"
        data.mkdir()
        (data / ".restoring").touch()
        shutil.chown(data / ".restoring", "nobody")
        refused = run("restore.sh", data, backup)
        assert refused.returncode == 2 and "is not empty" in refused.stderr
    assert [path.name for path in elsewhere.iterdir()] == ["kept"]


def test_a_restore_refuses_while_the_units_run_wherever_their_data_lies(sites, copy, tmp_path):
    backup, _ = copy
    empty = tmp_path / "empty"
    empty.mkdir()
    asked = tmp_path / "asked"
    path = program(tmp_path / "bin", "systemctl", f'echo "$@" > {asked}')
    refused = run_after(path, "restore.sh", empty, backup)
    assert refused.returncode == 2 and "systemctl stop focust-video.socket" in refused.stderr
    assert asked.read_text().split()[:3] == ["is-active", "--quiet", "focust-video.socket"]
    assert list(empty.iterdir()) == []


def test_a_restore_refuses_a_directory_in_use_and_what_is_no_copy(sites, films, tmp_path):
    site = sites("site").start()
    make_lesson(site, "t/c/m/l", films[0])
    backup = tmp_path / "backup"
    assert run("backup.sh", site.data, backup).returncode == 0
    refused = run("restore.sh", site.data, backup)
    assert refused.returncode == 2 and "somebody works with" in refused.stderr
    site.stop()
    refused = run("restore.sh", site.data, backup)
    assert refused.returncode == 2 and "is not empty" in refused.stderr
    refused = run("restore.sh", tmp_path, tmp_path / "nothing")
    assert refused.returncode == 2 and "is no copy" in refused.stderr
    assert run("backup.sh", tmp_path / "nothing", tmp_path / "other").returncode != 0


def test_a_lesson_behind_a_link_is_left_out_and_said_so_and_all_else_is_copied(sites, films, tmp_path):
    site = sites("linked").start()
    make_lesson(site, "t/c/m/honest", films[0])
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "hosts").write_text("nobody's business")
    # A change while it runs, which is what has a lesson copied by its own path.
    lesson = site.data / "hls/t/c/m/linked"
    wrapper = tmp_path / "bin"
    wrapper.mkdir()
    (wrapper / "rsync").write_text(
        f"#!/bin/sh\n[ -L {lesson} ] || ln -s {secrets} {lesson}\n"
        'case $* in *hls/t/c/m/*) ;; */hls/*) echo ">f+++++++++ t/c/m/linked/hosts" ;; esac\n'
        f'exec {shutil.which("rsync")} "$@"\n'
    )
    (wrapper / "rsync").chmod(0o755)
    backup = tmp_path / "backup"
    environment = {"PATH": f"{wrapper}:{os.environ['PATH']}", "FOCUST_DATA_DIR": str(site.data)}
    command = ["sh", EXAMPLES / "backup.sh", backup]
    made = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert made.returncode == 1
    assert "hls/t/c/m/linked lies behind a link" in made.stderr
    # The link itself is a file like any other.
    assert (backup / "hls/t/c/m/linked").is_symlink()
    assert list((backup / "hls/t/c/m/honest").iterdir())
    assert list((backup / "originals").iterdir())
