"""nginx remembers what the application allowed: for the very same question alone, and no longer than it may."""

import http.client
import itertools
import random
import re
import shutil
import stat
import time
import uuid

import pytest
import requests

from harness import media
from harness.client import make_lesson, refusal, segment_uris, service
from harness.openapi_recorder import RECORDER
from harness.server import ORIGIN, WILDCARD_ORIGIN, Server, wait_for
from harness.tokens import play, play_claims, sign
from harness.trees import put, put_lesson, put_video

REL = "t/c/m/l"
VERSION = "abc123"
LIFETIME = 5
PAGE = {"Referer": f"{ORIGIN}/course/1"}
SEGMENTS = {f"segment_{number:03}.ts": bytes([71, number]) * 500 for number in range(3)}
FIRST = f"segment_000.ts?v={VERSION}"
# What the two servers of a comparison may differ in.
OF_THE_MOMENT = {"date", "server", "connection", "x-request-id"}


@pytest.fixture(scope="module")
def remembering(tmp_path_factory):
    """A server whose nginx remembers."""
    running = Server(tmp_path_factory.mktemp("remembering"), {"FOCUST_NGINX_DECISION_CACHE": f"{LIFETIME}s"})
    for rel in (REL, "t/c/m/x", "t/c/m/l2"):
        put_lesson(running.data / "hls" / rel, VERSION, SEGMENTS)
    put_lesson(running.data / "hls/u/v", VERSION, SEGMENTS)
    put_video(running.data / "hls/t/c/m/older")
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def asking(remembering, tmp_path_factory):
    """A server over the same files, whose nginx asks each time."""
    settings = {"FOCUST_DATA_DIR": str(remembering.data), "FOCUST_CONVERSION_JOBS": "0"}
    running = Server(tmp_path_factory.mktemp("asking"), settings).start()
    yield running
    assert running.stop() == 0


def ask(server, path, headers, method="GET"):
    """Status, headers and body of the answer to exactly these headers."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    RECORDER.record(method, server.url + path, answer.status, dict(answer.headers), body)
    return answer.status, sorted((n.lower(), v) for n, v in answer.headers.items()), body


def answered(server) -> int:
    """How many requests the application has answered so far, but for those about itself."""
    text = requests.get(f"{server.url}/metrics", timeout=10).text
    counts = re.findall(r'^focust_requests_total\{route="([^"]*)",.*?\} (\S+)', text, re.MULTILINE)
    assert counts
    return sum(int(float(count)) for route, count in counts if route not in ("/metrics", "/healthz", "/readyz"))


def is_remembered(server, path, headers, method="GET") -> bool:
    """Whether the request is allowed without the application."""
    before = answered(server)
    status, _, _ = ask(server, path, headers, method)
    return status in (200, 206) and answered(server) == before


def segment(name=FIRST, rel=REL, root="/hls2"):
    return f"{root}/{rel}/{name}"


def web(token, **more):
    return {"Authorization": f"Bearer {token}"} | PAGE | more


def test_what_was_allowed_is_served_without_the_application(remembering):
    headers = web(play(REL))
    assert not is_remembered(remembering, segment(), headers)
    # Again, should the machine have taken five seconds in between.
    wait_for(lambda: is_remembered(remembering, segment(), headers), "the decision to be remembered")
    wait_for(lambda: is_remembered(remembering, segment(FIRST.replace("000", "001")), headers), "another segment")
    status, _, body = ask(remembering, segment(FIRST.replace("000", "001")), headers)
    assert (status, body) == (200, SEGMENTS["segment_001.ts"])


TOKEN, OTHER_TOKEN = "T" * 20, "U" * 20
# What differs from a request that was allowed: its path or query, its headers, its method.
OTHERS = {
    "another token": lambda t, o: (segment(), web(o), "GET"),
    "the token in the query": lambda t, o: (segment(f"{FIRST}&token={t}"), PAGE, "GET"),
    "the token in the query, before": lambda t, o: (segment(f"segment_000.ts?token={t}&v={VERSION}"), PAGE, "GET"),
    "a token in both places": lambda t, o: (segment(f"{FIRST}&token={o}"), web(t), "GET"),
    "another word for Bearer": lambda t, o: (segment(), PAGE | {"Authorization": f"bearer {t}"}, "GET"),
    "a token that ends otherwise": lambda t, o: (segment(), web(t + "A"), "GET"),
    "a token that is cut": lambda t, o: (segment(), web(t[:-1]), "GET"),
    "no token": lambda t, o: (segment(), PAGE, "GET"),
    "another lesson": lambda t, o: (segment(rel="t/c/m/x"), web(t), "GET"),
    "a lesson whose name begins so": lambda t, o: (segment(rel="t/c/m/l2"), web(t), "GET"),
    "the mobile address": lambda t, o: (segment(root="/mobile/hls2"), web(t), "GET"),
    "another page": lambda t, o: (segment(), web(t, Referer=f"{ORIGIN}/course/2"), "GET"),
    "another allowed site": lambda t, o: (segment(), web(t, Referer=f"{WILDCARD_ORIGIN}/"), "GET"),
    "a forbidden site": lambda t, o: (segment(), web(t, Referer="https://evil.example/"), "GET"),
    "a site whose name begins so": lambda t, o: (segment(), web(t, Referer=f"{ORIGIN}.evil.example/"), "GET"),
    "no page": lambda t, o: (segment(), {"Authorization": f"Bearer {t}"}, "GET"),
    "an origin besides": lambda t, o: (segment(), web(t, Origin=ORIGIN), "GET"),
    "an origin instead": lambda t, o: (segment(), {"Authorization": f"Bearer {t}", "Origin": ORIGIN}, "GET"),
    "a foreign origin besides": lambda t, o: (segment(), web(t, Origin="https://evil.example"), "GET"),
    "HEAD": lambda t, o: (segment(), web(t), "HEAD"),
    "another host": lambda t, o: (segment(), web(t, Host="other.example"), "GET"),
    "another version": lambda t, o: (segment("segment_000.ts?v=abc124"), web(t), "GET"),
    "no version": lambda t, o: (segment("segment_000.ts"), web(t), "GET"),
    "another parameter": lambda t, o: (segment(f"{FIRST}&x=1"), web(t), "GET"),
    "the version twice": lambda t, o: (segment(f"{FIRST}&v={VERSION}"), web(t), "GET"),
    "another version first": lambda t, o: (segment(f"segment_000.ts?v=abc124&v={VERSION}"), web(t), "GET"),
    "the version in capitals": lambda t, o: (segment(f"segment_000.ts?V={VERSION}"), web(t), "GET"),
    "the version encoded": lambda t, o: (segment("segment_000.ts?v=abc%3123"), web(t), "GET"),
    "an encoded letter": lambda t, o: (segment(rel="t/c/m/%6c"), web(t), "GET"),
    "an encoded name": lambda t, o: (segment(f"segment%5f000.ts?v={VERSION}"), web(t), "GET"),
    "another slash": lambda t, o: (segment(rel="t/c/m//l"), web(t), "GET"),
    "a way round": lambda t, o: (segment(rel="t/c/m/x/../l"), web(t), "GET"),
    "a dot": lambda t, o: (segment(rel="t/c/./m/l"), web(t), "GET"),
    "a body": lambda t, o: (segment(), web(t, **{"Content-Length": "0"}), "GET"),
    "POST": lambda t, o: (segment(), web(t, **{"Content-Length": "0"}), "POST"),
    "DELETE": lambda t, o: (segment(), web(t), "DELETE"),
    "OPTIONS": lambda t, o: (segment(), web(t, Origin=ORIGIN), "OPTIONS"),
    "the key": lambda t, o: (segment(f"enc.key?v={VERSION}"), web(t), "GET"),
    "the playlist": lambda t, o: (segment("output.m3u8"), web(t), "GET"),
    "a segment that is none": lambda t, o: (segment(FIRST.replace("000", "999")), web(t), "GET"),
    "the key named as a segment": lambda t, o: (segment(f"enc.key.ts?v={VERSION}"), web(t), "GET"),
    # Values that hold what could part the values from each other.
    "page and origin moved together": lambda t, o: (segment(), web(t, Referer=PAGE["Referer"] + ORIGIN), "GET"),
    "an encoded line end": lambda t, o: (segment(), web(t, Referer=PAGE["Referer"] + "%0a"), "GET"),
    "a written line end": lambda t, o: (segment(), web(t, Referer=PAGE["Referer"] + "\\n"), "GET"),
    "a tab": lambda t, o: (segment(), web(t, Referer=PAGE["Referer"] + "\t" + ORIGIN), "GET"),
    "the page in the token": lambda t, o: (segment(), {"Authorization": f"Bearer {t} {PAGE['Referer']}"}, "GET"),
    "the token in the page": lambda t, o: (segment(), {"Referer": f"Bearer {t}{PAGE['Referer']}"}, "GET"),
    "an encoded line end in the address": lambda t, o: (segment(f"{FIRST}%0ABearer%20{t}"), PAGE, "GET"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_request_is_never_answered_from_what_is_remembered(remembering, asking, name):
    token, other = play(REL), play(REL)
    headers = web(token)
    path, others_headers, method = OTHERS[name](token, other)
    ask(remembering, segment(), headers)
    before = answered(remembering)
    given = ask(remembering, path, others_headers, method)
    was_asked = answered(remembering) - before
    wanted = ask(asking, path, others_headers, method)
    assert comparable(given) == comparable(wanted)
    assert was_asked > 0 or given[0] not in (200, 206)


@pytest.mark.parametrize("first", ["apart", "together"])
@pytest.mark.parametrize("place", ["page and origin", "token and page", "query and page"])
def test_values_that_read_the_same_one_behind_the_other_are_kept_apart(remembering, asking, place, first):
    token = play(REL)
    bearer, page = f"Bearer {token}", PAGE["Referer"]
    pair = {
        "page and origin": (
            (segment(), web(token, Origin=ORIGIN)),
            (segment(), web(token, Referer=page + ORIGIN)),
        ),
        "token and page": ((segment(), web(token)), (segment(), {"Authorization": bearer + page})),
        "query and page": (
            (segment(f"{FIRST}&token={token}"), PAGE),
            (segment(f"{FIRST}&token={token}{page}"), {}),
        ),
    }[place]
    for path, headers in pair if first == "apart" else reversed(pair):
        assert comparable(ask(remembering, path, headers)) == comparable(ask(asking, path, headers))


def comparable(answer):
    """The answer without what differs each time: nginx counts its boundaries between several ranges."""
    status, headers, body = answer
    boundary = re.search(r"boundary=(\d+)", dict(headers).get("content-type", ""))
    kept = [header for header in headers if header[0] not in OF_THE_MOMENT]
    return re.sub(boundary[1], "", repr((status, kept, body))) if boundary else repr((status, kept, body))


def test_no_answer_is_changed_by_it(remembering, asking):
    """Every combination of what decides, in any order, twice each: as a server answers that asks each time."""
    web_token, mobile_token, flat_token = play(REL), play(REL, "mobile"), play(None, user_id="u", video_id="v")
    tokens = (None, web_token, mobile_token, flat_token, play(REL, use="segment"), play("t/c/m/x"))
    pages = ({}, PAGE, {"Referer": "https://evil.example/"}, {"Origin": ORIGIN}, PAGE | {"Origin": ORIGIN})
    places = [f"{root}/hls2/{rel}" for root in ("", "/mobile") for rel in (REL, "t/c/m/x", "t/c/m/older")]
    places += ["/hls/u/v"]
    cells = list(itertools.product(places, tokens, pages, (True, False)))
    order = random.Random(6)
    order.shuffle(cells)
    problems = []
    before = answered(remembering)
    for place, token, page, in_query in cells:
        method = order.choice(("GET", "GET", "HEAD"))
        query = f"?v={VERSION}" + (f"&token={token}" if token and in_query else "")
        headers = page | ({"Authorization": f"Bearer {token}"} if token and not in_query else {})
        for number in range(2):
            path = f"{place}/segment_00{number}.ts{query}"
            given, wanted = (comparable(ask(server, path, headers, method)) for server in (remembering, asking))
            if given != wanted:
                problems.append((place, tokens.index(token), page, in_query, method, number, given, wanted))
    assert not problems, problems[:3]
    assert answered(remembering) > before


@pytest.mark.parametrize(
    "condition",
    [
        {"Range": "bytes=0-9"},
        {"Range": "bytes=990-"},
        {"Range": "bytes=-5"},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "bytes=5000-"},
        {"If-None-Match": '"x"'},
        {"If-Match": '"x"'},
        {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"If-Range": '"x"', "Range": "bytes=0-9"},
        {"Accept-Encoding": "gzip"},
        {"Origin": ORIGIN, "Range": "bytes=5000-"},
        {"Origin": ORIGIN, "Range": "bytes=0-9"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_ranges_and_conditions_are_nginx_s_business_either_way(remembering, asking, method, condition):
    headers = web(play(REL), **condition)
    wanted = comparable(ask(asking, segment(), headers, method))
    for _ in range(2):
        assert comparable(ask(remembering, segment(), headers, method)) == wanted


def test_a_refusal_is_never_remembered(remembering):
    """An answer that says no is asked for again, each time."""
    headers = web(play(REL), Referer="https://evil.example/")
    for _ in range(3):
        before = answered(remembering)
        assert ask(remembering, segment(), headers)[0] == 403
        assert answered(remembering) > before


def test_keys_and_playlists_are_never_remembered(remembering):
    headers = web(play(REL))
    ask(remembering, segment(), headers)
    for name in (f"enc.key?v={VERSION}", "key", "output.m3u8", f"output.m3u8?v={VERSION}"):
        for _ in range(2):
            before = answered(remembering)
            assert ask(remembering, segment(name), headers)[0] == 200
            assert answered(remembering) == before + 1, name


def test_a_token_is_not_served_past_its_last_second(remembering):
    """Its `exp` ends it to the second, though nginx might have remembered for longer."""
    expiry = int(time.time()) + 3
    headers = web(play(REL, exp=expiry))
    was_remembered, refused = False, False
    while not refused:
        asked_at = time.time()
        before = answered(remembering)
        status, _, _ = ask(remembering, segment(), headers)
        if asked_at >= expiry:
            assert status == 403
            refused = True
        was_remembered |= status == 200 and answered(remembering) == before
    assert was_remembered


def test_a_revoked_token_is_refused_when_the_lifetime_is_over(remembering):
    claims = play_claims(REL)
    headers = web(sign(claims))
    wait_for(lambda: is_remembered(remembering, segment(), headers), "the decision to be remembered")
    revoked = requests.post(
        f"{remembering.url}/api/revoke", headers=service(), json={"jti": claims["jti"]}, timeout=10
    )
    assert revoked.ok
    # The promise is the lifetime; what is asked in the last moment of it may be answered in the next.
    wait_for(lambda: ask(remembering, segment(), headers)[0] == 403, "the refusal", LIFETIME + 1)
    assert ask(remembering, segment(), headers)[0] == 403


def test_a_replaced_lesson_goes_on_for_who_watches_it(remembering, tmp_path):
    """By the decision that is remembered, and by those that follow."""
    rel = f"t/c/m/{uuid.uuid4().hex}"
    films = [media.make_h264(tmp_path / f"{size}.mp4", 3, size, "60k") for size in ("160x120", "176x144")]
    make_lesson(remembering, rel, films[0])
    headers = web(play(rel))
    old = segment_uris(
        requests.get(f"{remembering.url}{segment('output.m3u8', rel)}", headers=headers, timeout=10).text
    )
    before = ask(remembering, segment(old[0], rel), headers)[2]
    make_lesson(remembering, rel, films[1])
    wait_for(lambda: is_remembered(remembering, segment(old[0], rel), headers), "the decision to be remembered")
    assert ask(remembering, segment(old[0], rel), headers)[2] == before
    new = segment_uris(
        requests.get(f"{remembering.url}{segment('output.m3u8', rel)}", headers=headers, timeout=10).text
    )
    assert ask(remembering, segment(new[0], rel), headers)[2] != before


def test_a_version_that_is_removed_is_gone_at_once(remembering, tmp_path):
    """While the old decision is remembered: the version that was asked for or a clean refusal, never new bytes."""
    rel = f"t/c/m/{uuid.uuid4().hex}"
    lesson = remembering.data / "hls" / rel
    put_lesson(lesson, "one", {"segment_000.ts": b"old bytes"}, b"1" * 16)
    headers = web(play(rel))
    old, new = segment("segment_000.ts?v=one", rel), segment("segment_000.ts?v=two", rel)
    wait_for(lambda: is_remembered(remembering, old, headers), "the decision to be remembered")
    assert ask(remembering, old, headers)[2] == b"old bytes"
    staged = lesson.with_name("staged")
    put_lesson(staged, "two", {"segment_000.ts": b"new bytes"}, b"2" * 16)
    lesson.rename(lesson.with_name("gone"))
    staged.rename(lesson)
    status, _, body = ask(remembering, old, headers)
    assert (status, b'"replaced"' in body) == (404, True)
    assert ask(remembering, new, headers)[2] == b"new bytes"
    # And by a tree of another program, which has no versions.
    shutil.rmtree(lesson)
    put_video(lesson)
    assert ask(remembering, new, headers)[0] == 404
    shutil.rmtree(lesson)
    status, _, body = ask(remembering, new, headers)
    assert (status, b'"not_found"' in body) == (404, True)


def test_a_lesson_without_versions_is_asked_for_each_time(remembering):
    """Its segments have one path whatever they hold: what was allowed says nothing of what is there later."""
    rel = "t/c/m/older"
    headers = web(play(rel))
    playlist = requests.get(f"{remembering.url}{segment('output.m3u8', rel)}", headers=headers, timeout=10).text
    versioned = re.search(r"segment_000\.ts\?v=\S+", playlist)[0]
    for name in (versioned, "segment_000.ts"):
        for _ in range(2):
            before = answered(remembering)
            assert ask(remembering, segment(name, rel), headers)[0] == 200
            assert answered(remembering) > before
    put(remembering.data / "hls" / rel / "segment_001.ts", b"another")
    status, _, body = ask(remembering, segment(versioned, rel), headers)
    assert (status, b'"replaced"' in body) == (404, True)


def test_what_is_remembered_is_nginx_s_alone(remembering):
    token = play(REL)
    ask(remembering, segment(), web(token))
    directory = remembering.directory / "decisions"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    files = [path for path in directory.rglob("*") if path.is_file()]
    assert any(token.encode() in path.read_bytes() for path in files)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    assert not any(token in text for text in remembering.logs().values())


def test_an_application_that_is_gone_is_said_to_be(own_server):
    server = own_server(FOCUST_NGINX_DECISION_CACHE="5s")
    put_lesson(server.data / "hls" / REL, VERSION, SEGMENTS)
    server.app_socket().unlink()
    answer = requests.get(f"{server.url}{segment()}", headers=web(play(REL)), timeout=10)
    assert (answer.status_code, refusal(answer)) == (502, "unavailable")
