"""A playlist that needs several FastCGI records, and more than a socket's buffer."""

import time

import jwt
import pytest

from harness import raw
from harness.client import bearer
from harness.server import SECRET_KEY
from harness.tokens import play, remember

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


def mobile_playlist(server, text: str) -> raw.RawAnswer:
    lesson = server.data / "hls" / REL
    lesson.mkdir(parents=True, exist_ok=True)
    (lesson / "output.m3u8").write_text(text)
    return raw.get(server.port, f"/mobile/hls2/{REL}/output.m3u8", bearer(play(REL, "mobile")))


@pytest.mark.parametrize("line", ["a\n", '#EXT-X-MAP:URI="a"\n'])
def test_a_short_file_does_not_become_an_endless_answer(server, line):
    """As a converter that a film took over, or an older tree, may leave it."""
    answer = mobile_playlist(server, "#EXTM3U\n" + line * ((3 << 20) // len(line)))
    assert (answer.status, answer.error) == (500, "internal")


@pytest.mark.parametrize(
    "extinf,seconds",
    [
        ("#EXTINF:10,\na.ts\n", 11),
        ("#EXTINF:86399,\na.ts\n", 86400),
        ("#EXTINF:86400,\na.ts\n", 86400),
        ("#EXTINF:999999999,\na.ts\n", 86400),
        ("#EXTINF:999999999,\na.ts\n" * 7, 86400),
        ("#EXTINF:10,\na.ts\n" * 9000, 86400),
        ("#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n", 86400),
    ],
)
def test_a_grant_lives_no_longer_than_a_day_and_the_margin(server, extinf, seconds):
    before = int(time.time())
    answer = mobile_playlist(server, f"#EXTM3U\n{extinf}#EXT-X-ENDLIST\n")
    grant = remember(answer.body.decode().split("token=")[1].split("&")[0])
    lifetime = jwt.decode(grant, SECRET_KEY, algorithms=["HS256"])["exp"] - before
    assert seconds + 1800 <= lifetime <= seconds + 1800 + (int(time.time()) - before)
