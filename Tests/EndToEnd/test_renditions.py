"""Lessons with several renditions, as players see them: every playlist, key and segment, for every kind of token."""

import json
import re
import sqlite3
import time
import uuid
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from harness import renditions
from harness.client import WEB_HEADERS, bearer, refusal, segment_uris, service
from harness.server import SECRET_KEY, Server
from harness.tokens import play, play_claims, remember, sign
from harness.trees import put_video

REL = "renditions/course-1/module-1/lesson-1"
FLAT = "renditions-user/video"
SINGLE = "renditions/course-1/module-1/single"
VERSION = "ladder1"
NAMES = [rendition.name for rendition in renditions.LADDER]
MARGIN = 1800
DURATION = 20


@pytest.fixture(scope="module")
def ladder(server):
    """The shared server with a lesson of four renditions in either layout, and one of a single rendition."""
    for place in (REL, FLAT):
        renditions.put_ladder(server.data / "hls" / place, VERSION)
    put_video(server.data / "hls" / SINGLE)
    return server


def flat_token(platform: str = "web", **more) -> str:
    user, video = FLAT.split("/")
    claims = play_claims(REL, platform, user_id=user, video_id=video, **more)
    return sign({name: value for name, value in claims.items() if name != "rel"})


# How a player asks: the root of its addresses, its token, and whether that comes in the address.
WAYS = {
    "web, header": ("/hls2/" + REL, lambda **more: play(REL, **more), False),
    "web, address": ("/hls2/" + REL, lambda **more: play(REL, **more), True),
    "mobile, header": ("/mobile/hls2/" + REL, lambda **more: play(REL, "mobile", **more), False),
    "mobile, address": ("/mobile/hls2/" + REL, lambda **more: play(REL, "mobile", **more), True),
    "mobile token on the web": ("/hls2/" + REL, lambda **more: play(REL, "mobile", **more), True),
    "flat, header": ("/hls/" + FLAT, lambda **more: flat_token(**more), False),
    "flat, address": ("/hls/" + FLAT, lambda **more: flat_token(**more), True),
    "flat mobile, address": ("/mobile/hls/" + FLAT, lambda **more: flat_token("mobile", **more), True),
}


class Viewer:
    """One player: what it asks for goes out as its kind of player sends it."""

    def __init__(self, server, way: str, **claims):
        self.root, make, self.in_address = WAYS[way]
        self.server, self.token = server, make(**claims)

    def get(self, name: str, **more) -> requests.Response:
        """A file by its name, with the viewer's own token."""
        address = f"{self.server.url}{self.root}/{name}"
        headers = dict(WEB_HEADERS) if "/mobile/" not in self.root else {}
        if self.in_address:
            address += f"{'&' if '?' in address else '?'}token={self.token}"
        else:
            headers |= bearer(self.token)
        return requests.get(address, headers=headers | more, timeout=10)

    def follow(self, playlist: requests.Response, uri: str) -> requests.Response:
        """What a playlist names, as it is named there."""
        address = requests.compat.urljoin(playlist.url, uri)
        headers = dict(WEB_HEADERS) if "/mobile/" not in self.root else {}
        return requests.get(address, headers=headers | ({} if self.in_address else bearer(self.token)), timeout=10)


def variants(playlist: str) -> list[str]:
    """The renditions of a multivariant playlist, in its order."""
    return [urlsplit(uri).path.rsplit("/")[-1].removesuffix(".m3u8") for uri in segment_uris(playlist)]


def key_uri(playlist: str) -> str:
    return re.search(r'#EXT-X-KEY:METHOD=AES-128,URI="([^"]+)"', playlist)[1]


@pytest.mark.parametrize("way", WAYS)
def test_every_playlist_key_and_segment_is_reached_by_the_addresses_of_the_playlist(ladder, way):
    viewer = Viewer(ladder, way)
    main = viewer.get("output.m3u8")
    assert main.status_code == 200 and main.headers["Cache-Control"] == "no-store", main.text
    assert main.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    # What is no address stays as it is on disk, to the byte.
    on_disk = renditions.multivariant(renditions.LADDER).splitlines()
    tags = [line for line in on_disk if line.startswith("#")]
    assert [line for line in main.text.splitlines() if line.startswith("#")] == tags
    assert variants(main.text) == ["r2", "r3", "r1", "r0"]
    for uri, name in zip(segment_uris(main.text), variants(main.text), strict=True):
        playlist = viewer.follow(main, uri)
        assert playlist.status_code == 200 and playlist.headers["Cache-Control"] == "no-store", playlist.text
        key = viewer.follow(playlist, key_uri(playlist.text))
        assert (key.status_code, key.content) == (200, name.encode() * 8)
        assert key.headers["Cache-Control"] == "no-store"
        segments = [viewer.follow(playlist, each) for each in segment_uris(playlist.text)]
        assert [each.status_code for each in segments] == [200, 200]
        for number, segment in enumerate(segments):
            assert segment.content == b"\x47" + f"{name} {number}".encode() * 40
            assert segment.headers["Cache-Control"] == "private, max-age=3600, immutable"
            assert segment.headers["Content-Type"] == "video/mp2t"


@pytest.mark.parametrize("way", WAYS)
def test_addresses_are_absolute_for_apps_and_relative_for_pages(ladder, way):
    viewer = Viewer(ladder, way)
    main = viewer.get("output.m3u8")
    for playlist in (main, viewer.follow(main, segment_uris(main.text)[0])):
        uris = segment_uris(playlist.text) + re.findall(r'URI="([^"]+)"', playlist.text)
        is_mobile = "mobile" in way
        mobile_root = f"{ladder.url}/mobile{viewer.root.removeprefix('/mobile')}/"
        assert all(uri.startswith(mobile_root) if is_mobile else "/" not in uri for uri in uris), uris
        assert all(parse_qs(urlsplit(uri).query)["v"] == [VERSION] for uri in uris)
        carries = [set(parse_qs(urlsplit(uri).query)) == {"token", "v"} for uri in uris]
        assert all(carries) if is_mobile or viewer.in_address else not any(carries)


@pytest.mark.parametrize("way", [way for way in WAYS if "address" in way])
@pytest.mark.parametrize("claims", [{}, {"max_height": 720}], ids=["all", "some"])
def test_the_grant_of_a_lesson_lives_as_long_as_the_lesson_and_not_as_long_as_a_day(ladder, way, claims):
    """A playlist of renditions does not say how long the film is."""
    viewer = Viewer(ladder, way, exp=int(time.time()) + 60, **claims)
    main = viewer.get("output.m3u8")
    before = int(time.time())
    grants = {parse_qs(urlsplit(uri).query)["token"][0] for uri in segment_uris(main.text)}
    assert len(grants) == 1
    grant = remember(grants.pop())
    said = jwt.decode(grant, SECRET_KEY, algorithms=["HS256"])
    assert before - 20 <= said["exp"] - DURATION - MARGIN - 1 <= before + 20
    assert said["use"] == "segment" and said.get("max_height") == claims.get("max_height")
    # A rendition's playlist hands it on: it cannot be renewed for ever.
    below = viewer.follow(main, segment_uris(main.text)[0])
    inner = {parse_qs(urlsplit(uri).query)["token"][0] for uri in [*segment_uris(below.text), key_uri(below.text)]}
    assert inner == {grant}
    again = requests.get(f"{ladder.url}{viewer.root}/output.m3u8?token={grant}", headers=WEB_HEADERS, timeout=10)
    assert (again.status_code, refusal(again)) == (403, "token_mismatch")


def test_a_player_that_reads_its_playlist_again_by_its_own_address_goes_on(ladder):
    """ExoPlayer does after an error, in the middle of a film."""
    viewer = Viewer(ladder, "mobile, address")
    first, again = viewer.get("output.m3u8"), viewer.get("output.m3u8")
    assert variants(first.text) == variants(again.text) and again.status_code == 200
    # The grants of either go on working beside each other.
    for playlist in (first, again):
        assert all(viewer.follow(playlist, uri).status_code == 200 for uri in segment_uris(playlist.text))


HEIGHTS = {
    5000: ["r2", "r3", "r1", "r0"],
    1080: ["r2", "r3", "r1", "r0"],
    1079: ["r2", "r3", "r1"],
    720: ["r2", "r3", "r1"],
    719: ["r2", "r3"],
    432: ["r2", "r3"],
    431: ["r3"],
    234: ["r3"],
    1: ["r3"],
}


def left(answer: requests.Response) -> list[str]:
    """The renditions of a playlist; the one whose own it is, where it has segments."""
    assert answer.status_code == 200, answer.text
    if "#EXTINF" not in answer.text:
        return variants(answer.text)
    segments = {re.sub(r"_\d+\.ts$", "", urlsplit(uri).path.rsplit("/")[-1]) for uri in segment_uris(answer.text)}
    (name,) = segments
    assert "#EXT-X-STREAM-INF" not in answer.text and "#EXT-X-ENDLIST" in answer.text
    return ["r0" if name == "segment" else name]


@pytest.mark.parametrize(("height", "names"), HEIGHTS.items())
@pytest.mark.parametrize("way", ["web, header", "mobile, address", "flat, address"])
def test_what_is_larger_than_max_height_is_left_out_and_the_lowest_never(ladder, way, height, names):
    """By the page's wish and by the token's word alike; where one is left, its own playlist is the answer."""
    assert left(Viewer(ladder, way).get(f"output.m3u8?max_height={height}")) == names
    assert left(Viewer(ladder, way, max_height=height).get("output.m3u8")) == names
    # Whichever is less.
    assert left(Viewer(ladder, way, max_height=height).get("output.m3u8?max_height=5000")) == names
    assert left(Viewer(ladder, way, max_height=5000).get(f"output.m3u8?max_height={height}")) == names


def test_a_playlist_of_the_one_rendition_that_is_left_plays(ladder):
    """What reads output.m3u8 by itself and knows no playlist of playlists asks for one height."""
    for way in WAYS:
        viewer = Viewer(ladder, way)
        playlist = viewer.get("output.m3u8?max_height=234")
        assert viewer.follow(playlist, key_uri(playlist.text)).content == b"r3" * 8
        segments = [viewer.follow(playlist, uri) for uri in segment_uris(playlist.text)]
        assert [segment.status_code for segment in segments] == [200, 200]


@pytest.mark.parametrize("value", ["", "0", "-1", "480p", "4.5", "%2B480", "4e2", "two", "480%20", "%00"])
@pytest.mark.parametrize("place", [REL, SINGLE])
def test_a_height_that_is_no_whole_number_is_refused(ladder, place, value):
    address = f"{ladder.url}/hls2/{place}/output.m3u8?max_height={value}"
    answer = requests.get(address, headers=WEB_HEADERS | bearer(play(place)), timeout=10)
    assert (answer.status_code, refusal(answer), answer.json()["field"]) == (400, "malformed_request", "max_height")
    french = requests.get(address, headers=WEB_HEADERS | bearer(play(place)) | {"Accept-Language": "fr"}, timeout=10)
    assert french.json()["message"] == "max_height doit être un nombre entier de pixels, au moins 1."


def files_of(name: str) -> list[str]:
    plain = [f"{name}.m3u8", renditions.key_name(name), renditions.segment_name(name, 1)]
    return plain + [f"{file}?v={VERSION}" for file in plain] + (["key"] if name == "r0" else [])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("height", [1080, 720, 400])
def test_a_token_with_max_height_opens_nothing_of_larger_renditions(ladder, way, height):
    names = HEIGHTS.get(height, ["r3"])
    viewer = Viewer(ladder, way, max_height=height)
    # What a playlist of its own carries opens as much.
    holders = [viewer]
    if viewer.in_address:
        holder = Viewer(ladder, way)
        uri = segment_uris(viewer.get("output.m3u8").text)[0]
        holder.token = remember(parse_qs(urlsplit(uri).query)["token"][0])
        holders.append(holder)
    for holder in holders:
        for name in NAMES:
            for file in files_of(name):
                answer = holder.get(file)
                if name in names:
                    assert answer.status_code == 200, (file, answer.text)
                else:
                    assert (answer.status_code, refusal(answer)) == (403, "token_mismatch"), file
        assert holder.get("poster.jpg").status_code == 200
    english = "The token is for smaller renditions of the video."
    french = "Le jeton est pour des versions plus petites de la vidéo."
    if height < 1080:
        for language, sentence in (("en", english), ("fr", french)):
            assert viewer.get("enc.key", **{"Accept-Language": language}).json()["message"] == sentence


def test_a_token_without_max_height_opens_everything(ladder):
    """The other side of the refusals above."""
    for way in WAYS:
        viewer = Viewer(ladder, way)
        assert all(viewer.get(file).status_code == 200 for name in NAMES for file in files_of(name))


def test_a_token_with_max_height_opens_a_lesson_of_one_rendition(ladder):
    """The lowest there is, whatever its size."""
    for name in ("output.m3u8", "enc.key", "key", "segment_000.ts", "output.m3u8?max_height=1"):
        headers = WEB_HEADERS | bearer(play(SINGLE, max_height=1))
        assert requests.get(f"{ladder.url}/hls2/{SINGLE}/{name}", headers=headers, timeout=10).status_code == 200


def test_who_watched_the_first_rendition_when_it_was_alone_watches_it_to_its_end(ladder):
    """Its token says what it says, and was given when nothing smaller was there."""
    rel, now = "renditions/course-1/module-1/later", int(time.time())
    renditions.put_ladder(ladder.data / "hls" / rel, VERSION, since=now - 30)
    for issued, status in ((now - 60, 200), (now - 30, 200), (now - 29, 403), (None, 403)):
        headers = WEB_HEADERS | bearer(play(rel, max_height=480, iat=issued))
        for file in files_of("r0"):
            answer = requests.get(f"{ladder.url}/hls2/{rel}/{file}", headers=headers, timeout=10)
            assert answer.status_code == status, (issued, file)
        other = requests.get(f"{ladder.url}/hls2/{rel}/r1.m3u8", headers=headers, timeout=10)
        assert (other.status_code, refusal(other)) == (403, "token_mismatch")


def test_an_old_version_is_judged_by_its_own_renditions(ladder):
    """A lesson that was replaced is kept for its viewers, with what was known of it."""
    rel = "renditions/course-1/module-1/replaced"
    directory = ladder.data / "hls" / rel
    renditions.put_ladder(directory, "new1")
    old = directory / ".v-old1"
    renditions.put_ladder(old, "unused")
    (old / ".retired").symlink_to(f"{int(time.time())}+3600")
    (ladder.data / "hls/.retired" / f"{int(time.time())}+3600.old1").symlink_to(rel)
    renditions.describe(directory, renditions.LADDER[1:], DURATION, 1)
    headers = WEB_HEADERS | bearer(play(rel, max_height=1080))
    for version, status in (("old1", 200), ("new1", 403)):
        answer = requests.get(f"{ladder.url}/hls2/{rel}/enc.key?v={version}", headers=headers, timeout=10)
        assert answer.status_code == status, answer.text
    for version in ("old1", "new1"):
        headers = WEB_HEADERS | bearer(play(rel, max_height=432))
        for file, status in (("enc-r1.key", 403), ("enc-r3.key", 200), ("r1_000.ts", 403), ("r3_000.ts", 200)):
            answer = requests.get(f"{ladder.url}/hls2/{rel}/{file}?v={version}", headers=headers, timeout=10)
            assert answer.status_code == status, (version, file, answer.text)


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"version":2}', b"\x00" * 64, None])
def test_damaged_facts_shut_a_token_with_max_height_out_and_nobody_else(ladder, damage):
    rel = f"renditions/course-1/module-1/damaged-{'away' if damage is None else len(damage)}"
    directory = ladder.data / "hls" / rel
    renditions.put_ladder(directory, VERSION)
    (directory / "renditions.json").unlink()
    if damage is not None:
        (directory / "renditions.json").write_bytes(damage)
    address = f"{ladder.url}/hls2/{rel}"
    whole = WEB_HEADERS | bearer(play(rel))
    part = WEB_HEADERS | bearer(play(rel, max_height=720))
    assert requests.get(f"{address}/enc-r1.key", headers=part, timeout=10).status_code in (403, 500)
    assert requests.get(f"{address}/output.m3u8", headers=part, timeout=10).status_code == 500
    asked = requests.get(f"{address}/output.m3u8?max_height=720", headers=whole, timeout=10)
    assert (asked.status_code, refusal(asked)) == (500, "internal")
    for name in ("enc-r1.key", "r0.m3u8"):
        assert requests.get(f"{address}/{name}", headers=whole, timeout=10).status_code == 200
    if damage is None:
        # A rendition's own playlist says how long the film is.
        main = requests.get(f"{address}/output.m3u8?token={play(rel)}", headers=WEB_HEADERS, timeout=10)
        grant = remember(parse_qs(urlsplit(segment_uris(main.text)[0]).query)["token"][0])
        said = jwt.decode(grant, SECRET_KEY, algorithms=["HS256"])
        assert abs(said["exp"] - time.time() - DURATION - MARGIN) < 30


def test_what_is_known_of_renditions_is_not_served(ladder):
    for way in ("web, header", "mobile, address", "flat, address"):
        viewer = Viewer(ladder, way)
        for name in ("renditions.json", f"renditions.json?v={VERSION}", f".v-{VERSION}/renditions.json"):
            assert viewer.get(name).status_code in (400, 404)


@pytest.mark.parametrize("name", ["enc-r0.key", "enc-r4.key", "enc-r16.key", "enc-r01.key", "enc-.key", "ENC.KEY"])
def test_a_key_of_no_rendition_is_none(ladder, name):
    assert Viewer(ladder, "web, header").get(name).status_code == 404


def test_a_key_of_a_wrong_length_is_not_served(ladder):
    rel = "renditions/course-1/module-1/short-key"
    renditions.put_ladder(ladder.data / "hls" / rel, VERSION)
    for name in ("enc.key", "enc-r2.key"):
        (ladder.data / "hls" / rel / name).write_bytes(b"short")
        answer = requests.get(f"{ladder.url}/hls2/{rel}/{name}", headers=WEB_HEADERS | bearer(play(rel)), timeout=10)
        assert (answer.status_code, refusal(answer)) == (500, "internal")


# Every call that issues a token that plays.
ISSUING = {
    "v2": lambda more: ("GET", "/api/get-video-token/v2", {"user_id": "u", "rel": REL, **more}),
    "batch": lambda more: ("POST", "/api/get-video-tokens/v2", {"user_id": "u", "rels": [REL, SINGLE], **more}),
    "v1": lambda more: ("GET", f"/api/get-video-token/{FLAT}.mp4", more),
    "v1 mobile": lambda more: ("GET", f"/api/get-video-token/mobile/{FLAT.replace('/', '/a.mp4/')}", more),
}


def issue(server, call: str, **more) -> requests.Response:
    method, path, values = ISSUING[call](more)
    sent = {"json": values} if method == "POST" else {"params": values}
    return requests.request(method, server.url + path, headers=service(), timeout=10, **sent)


@pytest.mark.parametrize("call", ISSUING)
@pytest.mark.parametrize(("value", "claim"), [(None, None), (720, 720), ("720", 720), ("480.0", 480), (99999, 65535)])
def test_a_token_says_the_max_height_that_was_asked_for(ladder, call, value, claim):
    answer = issue(ladder, call, **({} if value is None else {"max_height": value}))
    assert answer.status_code == 200, answer.text
    for token in re.findall(r'"token":"([^"]+)"', answer.text):
        said = jwt.decode(remember(token), SECRET_KEY, algorithms=["HS256"])
        assert said.get("max_height") == claim and ("max_height" in said) == (claim is not None)


@pytest.mark.parametrize("call", ISSUING)
@pytest.mark.parametrize("value", ["", "0", "-720", "720p", "7.5", "all"])
def test_no_token_is_issued_for_a_max_height_that_is_no_whole_number(ladder, call, value):
    """A page that lost the number must not get everything."""
    answer = issue(ladder, call, max_height=value)
    assert (answer.status_code, refusal(answer), answer.json()["field"]) == (400, "malformed_request", "max_height")


def test_a_token_that_was_asked_for_with_max_height_opens_that_much(ladder):
    for call in ISSUING:
        body = issue(ladder, call, max_height=720).json()
        for each in body.get("tokens", [body]):
            remember(each["token"])
            if SINGLE in each["playlist_url"]:
                continue
            answer = requests.get(each["signed_playlist_url"], headers=WEB_HEADERS, timeout=10)
            assert left(answer) == ["r2", "r3", "r1"], call
            address = each["playlist_url"].replace("output.m3u8", "enc.key")
            key = requests.get(f"{address}?token={each['token']}", headers=WEB_HEADERS, timeout=10)
            assert (key.status_code, refusal(key)) == (403, "token_mismatch")


def test_tokens_that_do_not_play_know_no_max_height(ladder):
    for path, wanted in (
        ("get-upload-token", {"type": "lesson", "rel": REL}),
        ("get-download-token/v2", {"type": "lesson", "rel": REL, "filename": "film.mp4"}),
    ):
        answer = requests.get(
            f"{ladder.url}/api/{path}",
            params={"user_id": "u", "max_height": "720"} | wanted,
            headers=service(),
            timeout=10,
        )
        said = jwt.decode(remember(answer.json()["token"]), SECRET_KEY, algorithms=["HS256"])
        assert "max_height" not in said


@pytest.mark.parametrize("claim", ["480", 480.5, 0, -1, None, [480], True, 10**7, {"a": 1}])
def test_a_token_whose_max_height_is_none_opens_nothing(ladder, claim):
    """A signature of ours under something that another program wrote: what is not understood is no wide door."""
    token = sign(play_claims(REL) | {"max_height": claim})
    answer = requests.get(f"{ladder.url}/hls2/{REL}/r3.m3u8", headers=WEB_HEADERS | bearer(token), timeout=10)
    assert (answer.status_code, refusal(answer)) == (403, "token_invalid")


def test_a_raw_upload_is_no_rendition(ladder):
    """How large its picture is, nothing knows."""
    user = "renditions-raw"
    film = ladder.data / "uploads" / user / "film.mp4"
    film.parent.mkdir(parents=True)
    film.write_bytes(b"film")
    for claims, status in (({}, 200), ({"max_height": 5000}, 403)):
        said = play_claims(REL, user_id=user, filename="film.mp4", **claims)
        token = sign({name: value for name, value in said.items() if name != "rel"})
        answer = requests.get(
            f"{ladder.url}/videos-user/{user}/film.mp4", headers=WEB_HEADERS | bearer(token), timeout=10
        )
        assert answer.status_code == status, answer.text
    assert json.loads(answer.text)["error"] == "token_mismatch"


# What a job makes, as its row keeps it: name, width, height, frames per second and share.
MAKING = "r1 1280 720 25.0 0.5\nr2 768 432 25.0 0.0\nr3 416 234 15.0 0.25"
# A job's status, the lesson's, and how many of its renditions are of which.
JOBS = {
    None: ("none", {}),
    "queued": ("queued", {"queued": 3}),
    "processing": ("processing", {"processing": 2, "queued": 1}),
    "failed": ("failed", {"failed": 3}),
    "completed": ("completed", {}),
    "superseded": ("none", {}),
}


def add_job(server, rel: str, kind: str, status: str, renditions_made: str | None = None) -> str:
    """A row as the queue has it; its id."""
    now, identifier = int(time.time() * 1000), f"{uuid.uuid4()}"
    row = {"id": identifier, "rel": rel, "owner": rel.split("/")[0], "filename": "film.mp4", "status": status}
    row |= {"source": "originals/film.mp4", "bytes": 1, "turn": 0, "created_at": now, "updated_at": now}
    row |= {"kind": kind, "renditions": renditions_made}
    if status == "processing":
        row |= {"worker": "somebody", "lease_until": now + 3_600_000}
    elif status != "queued":
        row |= {"ended_at": now}
    with sqlite3.connect(server.data / "state/focust.db", timeout=30) as database:
        places = ", ".join("?" * len(row))
        database.execute(f"INSERT INTO job ({', '.join(row)}) VALUES ({places})", list(row.values()))
    return identifier


@pytest.fixture(scope="module")
def idle(tmp_path_factory):
    """A server that converts nothing: what its tables say stays as it is."""
    running = Server(tmp_path_factory.mktemp("idle"), {"FOCUST_CONVERSION_JOBS": "0"}).start()
    yield running
    assert running.stop() == 0


def show(server, path: str) -> dict:
    answer = requests.get(f"{server.url}/api/{path}", headers=service(), timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("status", JOBS)
def test_lessons_and_tasks_say_which_renditions_there_are_and_which_are_to_come(idle, status):
    rel = f"listing/course-1/module-1/{status}"
    directory = idle.data / "hls" / rel
    put_video(directory)
    first = renditions.LADDER[0]
    facts = {"version": 1, "duration": 10.0, "since": 1, "renditions": [first.facts()], "retired": []}
    (directory / "renditions.json").write_text(json.dumps(facts))
    task = add_job(idle, rel, "conversion", "completed")
    if status:
        add_job(idle, rel, "renditions", status, MAKING)
    wanted, counts = JOBS[status]
    for found in (
        show(idle, f"lessons/{rel}"),
        show(idle, f"tasks/{task}"),
        show(idle, f"tasks?rel={rel}")["tasks"][0],
    ):
        assert found["renditions_status"] == wanted
        ready, *others = found["renditions"]
        assert ready == {
            **{"name": "r0", "width": 1920, "height": 1080, "frame_rate": 25.0, "status": "ready"},
            **{"bandwidth": first.peak, "average_bandwidth": first.average, "codecs": first.codecs},
        }
        assert Counter(each["status"] for each in others) == counts
        assert all(each["bandwidth"] is None and each["width"] for each in others)


def test_a_lesson_with_all_its_renditions_lists_them_and_says_how_long_it_is(ladder):
    found = show(ladder, f"lessons/{REL}")
    assert [each["name"] for each in found["renditions"]] == NAMES
    assert {each["status"] for each in found["renditions"]} == {"ready"}
    assert found["renditions_status"] == "completed" and found["duration"] == DURATION
    # As many as one of them has.
    assert found["segments"] == 2


def test_a_lesson_of_an_older_server_has_one_rendition_of_which_little_is_known(ladder):
    found = show(ladder, f"lessons/{SINGLE}")
    (only,) = found["renditions"]
    assert only["name"] == "r0" and only["status"] == "ready" and only["bandwidth"] is None
    assert found["renditions_status"] == "none"


def test_a_task_whose_upload_was_replaced_or_has_not_ended_has_no_renditions(idle):
    rel = "listing/course-1/module-1/replaced"
    put_video(idle.data / "hls" / rel)
    old, new, next_one = (add_job(idle, rel, "conversion", status) for status in ("completed", "completed", "queued"))
    assert show(idle, f"tasks/{new}")["renditions"]
    for task in (old, next_one):
        found = show(idle, f"tasks/{task}")
        assert (found["renditions"], found["renditions_status"]) == ([], "none")
