"""A lesson gets its further renditions while it is watched, whatever happens meanwhile."""

import json
import os
import re
import subprocess
import threading
from pathlib import Path

import pytest
import requests

from harness import media
from harness.client import (
    make_lesson,
    segment_uris,
    service,
    upload,
    wait_for_task,
)
from harness.player import Player, decrypted
from harness.processes import Site
from harness.server import binary, wait_for
from harness.small_disk import SmallDisk

REL = "trainer-1/course-1/module-1/lesson-1"
LADDER = {"FOCUST_RENDITIONS": "144:150k,96:60k@10", "FOCUST_CONVERSION_JOBS": "1"}
# So slow that there is time to come in between; copies are not touched by it.
SLOW = LADDER | {"FOCUST_X264_PRESET": "veryslow"}
MIB = 1 << 20


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """One that is copied, as a first rendition, in a moment."""
    return media.make_h264(tmp_path_factory.mktemp("films") / "film.mp4", seconds=8, size="320x240", bitrate="300k")


@pytest.fixture(scope="module")
def long_film(tmp_path_factory):
    path = tmp_path_factory.mktemp("films") / "long.mp4"
    return media.make_h264(path, seconds=40, size="320x240", bitrate="300k")


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return media.make_h264(tmp_path_factory.mktemp("films") / "other.mp4", seconds=4, size="176x144", bitrate="60k")


@pytest.fixture
def sites(tmp_path):
    """Sites of the test's own, stopped at its end."""
    started = []

    def make(**settings: str) -> Site:
        site = Site(tmp_path / f"site-{len(started)}", SLOW | settings).start_nginx().start()
        started.append(site)
        return site

    yield make
    for site in started:
        site.stop()


def directory(site, rel: str = REL) -> Path:
    return site.data / "hls" / rel


def is_multivariant(site, rel: str = REL) -> bool:
    return "#EXT-X-STREAM-INF" in (directory(site, rel) / "output.m3u8").read_text()


def wait_for_renditions(site, rel: str = REL) -> None:
    wait_for(lambda: is_multivariant(site, rel), "the renditions", 120, 0.1)


def works(site) -> list[Path]:
    return list((site.data / "hls/.renditions").iterdir())


def wait_for_work(site) -> Path:
    """The directory in which renditions are made, with segments in it."""
    wait_for(lambda: list((site.data / "hls/.renditions").glob("*/files/*.ts")), "renditions to be made", 60, 0.01)
    return works(site)[0]


def is_idle(site) -> bool:
    metrics = requests.get(f"{site.url}/metrics", timeout=10).text
    return 'focust_threads_busy{pool="conversion"} 0' in metrics


def logged(site, event: str) -> list[str]:
    lines = site.log.read_text(errors="replace").splitlines()
    return [line for line in lines if f"event={event} " in line and "kind=renditions" in line]


def play_all(player: Player) -> dict[str, int]:
    """Reads every rendition to its end, and answers how many pictures each has."""
    pictures = {}
    for uri in segment_uris(player.playlist()):
        playlist = player.fetch(uri)
        player.judge(playlist)
        key = player.fetch(re.search(r'URI="([^"]+)"', playlist.text)[1])
        player.judge(key)
        stream = b""
        for number, segment in enumerate(segment_uris(playlist.text)):
            answer = player.fetch(segment)
            player.judge(answer)
            stream += decrypted(answer.content, key.content, number, segment)
        count = ("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-of", "json")
        probed = media.run(*count, "-show_entries", "stream=nb_read_frames,height", "-", input=stream)
        (video,) = json.loads(probed)["streams"]
        pictures[video["height"]] = int(video["nb_read_frames"])
    return pictures


def command(site, *arguments: str) -> subprocess.CompletedProcess:
    line = [binary(), "renditions", *arguments]
    return subprocess.run(line, env=site.environment, capture_output=True, text=True, timeout=60)


def test_who_began_with_the_first_playlist_reads_on_byte_for_byte(sites, long_film):
    site = sites()
    make_lesson(site, REL, long_film)
    player = Player.of(site, REL)
    first = player.playlist()
    assert "#EXT-X-STREAM-INF" not in first
    uris = [*segment_uris(first), re.search(r'URI="([^"]+)"', first)[1]]
    before = {uri: player.fetch(uri).content for uri in uris}
    torn, done = [], threading.Event()

    def watch() -> None:
        watching = Player(site.url, REL, player.token)
        while not done.is_set():
            for uri in uris:
                answer = watching.fetch(uri)
                if (answer.status_code, answer.content) != (200, before[uri]):
                    torn.append((uri, answer.status_code))
            # The converter has what nobody else wants of the processors.
            done.wait(0.5)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        wait_for_renditions(site)
        wait_for(lambda: not works(site), "the work to end")
    finally:
        done.set()
        watcher.join(timeout=60)
    assert torn == []
    assert {uri: player.fetch(uri).content for uri in uris} == before
    # Who comes now has the choice, under the same version.
    now = player.playlist()
    assert {uri.partition("?")[0] for uri in segment_uris(now)} == {"r0.m3u8", "r1.m3u8", "r2.m3u8"}
    assert segment_uris(now)[0].partition("?")[2] == segment_uris(first)[0].partition("?")[2]
    assert play_all(player) == {240: 1000, 144: 1000, 96: 400}
    keys = [path.read_bytes() for path in directory(site).glob("*.key")]
    assert len(set(keys)) == 3 and {len(key) for key in keys} == {16}
    assert {path.stat().st_mode & 0o777 for path in directory(site).glob("*.key")} == {0o600}


def test_killed_in_the_middle_it_goes_on_and_leaves_nothing(sites, long_film):
    site = sites()
    make_lesson(site, REL, long_film)
    before = sorted(path.name for path in directory(site).iterdir())
    wait_for_work(site)
    site.kill()
    assert works(site)
    site.start()
    assert Player.of(site, REL).watch()
    assert is_multivariant(site) or sorted(path.name for path in directory(site).iterdir()) == before
    wait_for_renditions(site)
    wait_for(lambda: not works(site), "the work to be removed")
    assert play_all(Player.of(site, REL)) == {240: 1000, 144: 1000, 96: 400}
    assert site.leftovers() == []


def test_an_upload_goes_first_and_the_work_goes_on_afterwards(sites, long_film, other):
    site = sites()
    make_lesson(site, REL, long_film)
    wait_for_work(site)
    accepted = upload(site, "t2/c/m/l", other).json()
    assert wait_for_task(site, accepted["task_id"])["status"] == "completed"
    assert not is_multivariant(site)
    assert len(logged(site, "conversion_put_back")) == 1
    wait_for_renditions(site)
    wait_for_renditions(site, "t2/c/m/l")
    assert play_all(Player.of(site, REL))[144] == 1000


def test_a_lesson_deleted_in_the_middle_stays_away(sites, long_film):
    site = sites()
    make_lesson(site, REL, long_film)
    wait_for_work(site)
    assert requests.delete(f"{site.url}/api/lessons/{REL}", headers=service(), timeout=30).ok
    wait_for(lambda: is_idle(site), "the work to end")
    assert not directory(site).exists()
    assert works(site) == [] or site.terminate() == 0 and site.start() and works(site) == []
    assert site.leftovers() == []


def test_a_lesson_replaced_in_the_middle_gets_the_renditions_of_the_new_film(sites, long_film, other):
    site = sites()
    make_lesson(site, REL, long_film)
    wait_for_work(site)
    make_lesson(site, REL, other)
    wait_for_renditions(site)
    wait_for(lambda: is_idle(site), "the work to end")
    pictures = play_all(Player.of(site, REL))
    assert set(pictures.values()) <= {100, 40} and pictures[144] == 100
    named = {line for line in (directory(site) / "output.m3u8").read_text().splitlines() if line.endswith(".m3u8")}
    assert {path.name for path in directory(site).glob("r*.m3u8")} == named


def test_what_takes_the_place_of_a_copy_lets_it_be_watched_to_its_end(sites, film):
    site = sites(FOCUST_MAX_BITRATE="200k", FOCUST_X264_PRESET="ultrafast")
    make_lesson(site, REL, film)
    player = Player.of(site, REL)
    first = player.playlist()
    wait_for_renditions(site)
    assert "r0.m3u8" not in player.playlist()
    assert player.watch_on(first)
    (entry,) = (path for path in (site.data / "hls/.retired").iterdir() if path.is_symlink())
    assert entry.name.endswith(".r0")
    entry.rename(entry.with_name("1+1." + entry.name.partition(".")[2]))
    wait_for(lambda: not (directory(site) / "segment_000.ts").exists(), "the copy to go")
    assert not (directory(site) / "enc.key").exists()
    assert play_all(player)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts file systems")
def test_below_the_floor_it_stops_leaves_nothing_and_goes_on(sites, tmp_path, long_film):
    disk = SmallDisk(tmp_path / "disk", 96 * MIB)
    try:
        site = sites(FOCUST_MIN_FREE_BYTES=str(32 * MIB), FOCUST_DATA_DIR=str(disk.path / "data"))
        make_lesson(site, REL, long_film)
        before = sorted(path.name for path in directory(site).iterdir())
        wait_for_work(site)
        disk.fill(leaving=31 * MIB)
        wait_for(lambda: logged(site, "conversion_failed"), "the work to stop", 30)
        wait_for(lambda: not works(site), "what it made to go")
        assert sorted(path.name for path in directory(site).iterdir()) == before
        assert Player.of(site, REL).watch()
        disk.empty()
        wait_for_renditions(site)
        site.stop()
    finally:
        disk.remove()


def test_lessons_from_before_get_theirs_from_the_original_or_their_own_segments(sites, film):
    site = sites(FOCUST_RENDITIONS="none", FOCUST_X264_PRESET="ultrafast")
    make_lesson(site, REL, film)
    make_lesson(site, "t2/c/m/l", film)
    (original,) = (site.data / "originals/t2/c/m/l").iterdir()
    original.unlink()
    site.terminate()
    site.environment["FOCUST_RENDITIONS"] = LADDER["FOCUST_RENDITIONS"]
    site.start()
    said = command(site, "--missing")
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines() == ["queued  t2/c/m/l", f"queued  {REL}", "queued 2"]
    for rel in (REL, "t2/c/m/l"):
        wait_for_renditions(site, rel)
        assert play_all(Player.of(site, rel)) == {240: 200, 144: 200, 96: 80}
    wait_for(lambda: is_idle(site), "the work to end")
    again = command(site, "--missing")
    assert again.stdout.splitlines() == ["present  t2/c/m/l", f"present  {REL}", "queued 0"]


def test_a_tree_of_the_earlier_server_gets_them_too(sites, tmp_path, film):
    rel = "old-trainer/old-course/old-module/old-lesson"
    old = tmp_path / "old"
    lesson = old / "hls" / rel
    lesson.mkdir(parents=True)
    key = lesson / "enc.key"
    key.write_bytes(bytes(range(16)))
    (tmp_path / "keyinfo").write_text(f"https://old.example.com/hls2/{rel}/key\n{key}\n")
    media.run(
        *("ffmpeg", "-v", "error", "-i", film, "-c", "copy", "-hls_time", "4", "-hls_playlist_type", "vod"),
        *("-hls_key_info_file", tmp_path / "keyinfo", "-hls_segment_filename", lesson / "segment_%03d.ts"),
        lesson / "output.m3u8",
    )
    site = sites(FOCUST_X264_PRESET="ultrafast")
    site.terminate()
    line = [binary(), "import", old]
    subprocess.run(line, env=site.environment, check=True, capture_output=True, timeout=60)
    site.start()
    before = Player.of(site, rel).watch()
    said = command(site, "--missing", "--rel", rel)
    assert said.stdout.splitlines() == [f"queued  {rel}", "queued 1"]
    wait_for_renditions(site, rel)
    pictures = play_all(Player.of(site, rel))
    assert (pictures[240], pictures[144]) == (200, 200)
    assert before


@pytest.mark.parametrize(
    ("arguments", "status"),
    [((), 64), (("--missing", "--rel", "no/lesson/at/all"), 1), (("--missing", "--rel", "../x"), 64)],
)
def test_a_command_that_makes_no_sense_queues_nothing(sites, arguments, status):
    site = sites(FOCUST_X264_PRESET="ultrafast")
    said = command(site, *arguments)
    assert said.returncode in (status, 2), (said.returncode, said.stdout, said.stderr)
    assert "queued  " not in said.stdout
