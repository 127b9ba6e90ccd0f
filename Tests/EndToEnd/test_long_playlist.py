"""A playlist that needs several FastCGI records, and more than a socket's buffer."""

import pytest

from harness import raw
from harness.client import bearer
from harness.tokens import play

REL = "trainer-long/course/module/lesson"


@pytest.mark.parametrize("count", [17, 120, 121, 1800, 9000])
def test_a_long_playlist_arrives_whole(server, count):
    lesson = server.data / "hls" / REL
    lesson.mkdir(parents=True, exist_ok=True)
    names = [f"segment_{number:05}.ts" for number in range(count)]
    lines = [line for name in names for line in ("#EXTINF:6,", name)]
    (lesson / "output.m3u8").write_text("\n".join(["#EXTM3U", *lines, "#EXT-X-ENDLIST", ""]))

    answer = raw.get(server.port, f"/mobile/hls2/{REL}/output.m3u8", bearer(play(REL, "mobile")))

    assert answer.status == 200
    found = answer.body.decode().splitlines()
    assert (found[0], found[-1], len(found)) == ("#EXTM3U", "#EXT-X-ENDLIST", 2 * count + 2)
    base = found[2].partition(names[0])[0]
    suffix = found[2].partition(names[0])[2]
    assert suffix.startswith("?token=")
    assert found[2::2][:count] == [f"{base}{name}{suffix}" for name in names]
