"""A lesson is replaced again and again while it is watched: whoever watches sees one film whole, to its end."""

import collections
import threading

import pytest

from harness.client import segment_uris, upload, wait_for_task
from harness.media import make_h264
from harness.player import Player
from harness.processes import Site

REL = "trainer-1/course-1/module-1/watched"
REPLACEMENTS = 24
PLAYERS = 4


@pytest.fixture
def site(tmp_path):
    running = Site(tmp_path / "site", {"FOCUST_SEGMENT_SECONDS": "1"}).start_nginx().start()
    yield running
    running.stop()


def test_nobody_ever_sees_a_mix(site, tmp_path):
    sizes = ("160x120", "176x144", "192x108")
    films = [make_h264(tmp_path / f"{size}.mp4", seconds=8, size=size, bitrate="60k") for size in sizes]

    def publish(film) -> str:
        answer = upload(site, REL, film)
        assert answer.status_code == 202, answer.text
        assert wait_for_task(site, answer.json()["task_id"])["status"] == "completed"
        return Player.of(site, REL).watch()

    known = {publish(film) for film in films}
    assert len(known) == len(films)
    stop = threading.Event()
    seen: collections.Counter[str] = collections.Counter()
    problems, overtaken = [], [0]

    def play_on():
        player = Player.of(site, REL)
        while not stop.is_set():
            try:
                playlist = player.playlist()
                seen[player.watch_on(playlist)] += 1
                overtaken[0] += segment_uris(player.playlist()) != segment_uris(playlist)
            except Exception as error:
                problems.append(repr(error))

    players = [threading.Thread(target=play_on) for _ in range(PLAYERS)]
    for player in players:
        player.start()
    try:
        for round in range(REPLACEMENTS):
            publish(films[round % len(films)])
    finally:
        stop.set()
        for player in players:
            player.join(timeout=30)
    print(f"{sum(seen.values())} rounds, {overtaken[0]} overtaken by a replacement: {dict(seen)}")
    assert problems == []
    assert set(seen) == known
    # The race was run: some players were in the middle of a film when the next one took its place.
    assert overtaken[0] > 0
