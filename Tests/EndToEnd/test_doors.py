"""Every route against every kind of token, from every kind of page, for one's own video and for others'."""

import base64
import functools
import http.client
import itertools
import json
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest

from harness import multipart, renditions
from harness.client import upload
from harness.openapi_recorder import RECORDER
from harness.server import API_KEY, ORIGIN, SECRET_KEY, Server
from harness.table import (
    ADDRESSES,
    AUDIENCES,
    CLAIMS,
    COURSES,
    GOOD_REFERRERS,
    ISSUERS,
    ISSUING,
    KEYLESS_KINDS,
    KINDS,
    MODULES,
    NO_TOKENS,
    REFERRERS,
    RELS,
    ROUTES,
    SESSION_AUDIENCES,
    SESSION_ISSUERS,
    TARGETS,
    VERSION,
    VIDEOS,
    admitted,
    base_kind,
    expected,
    expected_of_session,
    is_keyless_caller,
)
from harness.tokens import remember
from harness.trees import put

PREVIOUS_KEY = "end-to-end-previous-secret-key-of-more-than-32-bytes"
SESSION_SECRET = "end-to-end-session-secret-of-more-than-32-bytes"


@pytest.fixture(scope="module", params=["off", "5s"], ids=["asked each time", "decisions remembered"])
def doors(request, tmp_path_factory, short_h264):
    """A server with everything the table asks for: trees on disk and tasks that wait, as nothing is converted.

    Once more with an nginx that remembers what was allowed: it must change no answer.
    """
    settings = {
        "FOCUST_NGINX_DECISION_CACHE": request.param,
        "FOCUST_PREVIOUS_SECRET_KEYS": PREVIOUS_KEY,
        "FOCUST_IDENTITY_SECRET": SESSION_SECRET,
        "FOCUST_IDENTITY_ISSUER": ",".join(ISSUERS),
        "FOCUST_IDENTITY_AUDIENCE": ",".join(AUDIENCES),
        "FOCUST_SESSIONS_SEE_ALL": "true",
        "FOCUST_KEYLESS_ADDRESSES": ADDRESSES["keyless"],
        "FOCUST_CONVERSION_JOBS": "0",
        "FOCUST_LOG_LEVEL": "warning",
    }
    server = Server(tmp_path_factory.mktemp("doors"), settings)
    for rel in RELS.values():
        renditions.put_ladder(server.data / "hls" / rel, VERSION, segments=1)
        put(server.data / "originals" / rel / "film.mp4", b"film")
    for user, video in VIDEOS.values():
        renditions.put_ladder(server.data / "hls" / user / video, VERSION, segments=1)
        put(server.data / "originals" / user / f"{video}.mp4", b"film")
        put(server.data / "uploads" / user / f"{video}.mp4", b"film")
    for course in COURSES.values():
        put(server.data / "presentation_videos/courses" / course / "presentation.mp4", b"film")
    for course, module in MODULES.values():
        put(server.data / "presentation_videos/modules" / course / module / "presentation.mp4", b"film")
    server.start()
    server.tasks = {target: upload(server, rel, short_h264).json()["task_id"] for target, rel in RELS.items()}
    server.remembers = request.param != "off"
    yield server
    assert server.stop() == 0


def make_token(route, kind) -> str | None:
    """The token of that kind: the same one for all cells of a kind, so that only they differ in a cache's eyes."""
    # A task can be read for a day longer than its upload could begin.
    return signed(kind, base_kind(route), age=2 * 86400 if route.family == "task" else 100)


@functools.cache
def signed(kind, base, age) -> str | None:
    now = int(time.time())
    dates = {"iat": now, "exp": now + 3600, "jti": str(uuid.uuid4())}
    if kind == "none":
        return None
    if kind == "garbage":
        return "no-token-at-all"
    if kind == "API key":
        return API_KEY
    if kind == "session":
        claims = {"sub": "u", "iss": ISSUERS[0], "aud": AUDIENCES[0]}
        return remember(jwt.encode(claims | dates, SESSION_SECRET, algorithm="HS256"))
    claims = CLAIMS.get(kind) or CLAIMS[base]
    if kind == "expired":
        dates |= {"iat": now - age - 600, "exp": now - age}
    key = {"wrong key": "another-key-of-more-than-thirty-two-bytes", "previous key": PREVIOUS_KEY}.get(
        kind, SECRET_KEY
    )
    return remember(jwt.encode(claims | dates, key, algorithm="HS256"))


class Connections(threading.local):
    """One kept-open connection per thread; a cell takes a fraction of a millisecond this way."""

    def __init__(self):
        self.open = {}

    def ask(self, server, method, path, headers, body, address="any"):
        source = (ADDRESSES[address], 0)
        connection = self.open.setdefault(
            (server.port, address),
            http.client.HTTPConnection("127.0.0.1", server.port, timeout=30, source_address=source),
        )
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        given = {name: ", ".join(answer.headers.get_all(name)) for name in answer.headers}
        RECORDER.record(method, server.url + path, answer.status, given, content)
        return answer, content


connections = Connections()


def ask(server, route, kind, referrer, target, in_query, address):
    headers = dict(REFERRERS[referrer])
    path = f"/api/tasks/{server.tasks[target]}" if route.family == "task" else route.paths[target]
    token = make_token(route, kind)
    if token and in_query:
        path += f"{'&' if '?' in path else '?'}token={token}"
    elif token:
        headers["Authorization"] = f"Bearer {token}"
    body = None
    if route.method == "POST":
        headers["Content-Type"] = multipart.CONTENT_TYPE
        fields = [multipart.field(name, value) for name, value in route.form.get(target, {}).items()]
        body = multipart.body(*fields, multipart.file("video", "film.mp4", b"This is a text and no film.\n"))
    return connections.ask(server, route.method, path, headers, body, address)


def judge(server, route, kind, referrer, target, in_query, address) -> str | None:
    """What is wrong with one cell's answer."""
    answer, body = ask(server, route, kind, referrer, target, in_query, address)
    wanted = expected(route, kind, referrer, target, address)
    given = (answer.status, None)
    if answer.status >= 400:
        given = (answer.status, json.loads(body).get("error"))
    cors = answer.getheader("Access-Control-Allow-Origin")
    problems = []
    if given != wanted:
        problems.append(f"{given} and not {wanted}")
    if cors != (ORIGIN if referrer == "origin only" else None):
        problems.append(f"Access-Control-Allow-Origin: {cors}")
    if wanted == (200, None) and not body:
        problems.append("no body")
    if (answer.status == 401) != (answer.getheader("WWW-Authenticate") == "Bearer"):
        problems.append("WWW-Authenticate")
    where = "query" if in_query else "header"
    cell = f"{kind} in {where}, {referrer} page, {target}, {address} address"
    return f"{cell}: {'; '.join(problems)}" if problems else None


def cells(route, full: bool = True):
    """Kind, page, target, where the token is, and address: what is asked of a route.

    The tokens that may open it with every page and every target. Each of the other kinds with every page and with
    every target, but not with all pairs of these two: those are others for the next route, so that a quarter of the
    routes has any three. Where not in full, no kind has all pairs, and the address that needs no key is left out.
    """
    # Every other cell brings its token in the query, whatever the target.
    places = list(itertools.product(enumerate(REFERRERS), enumerate(TARGETS)))
    for address, kinds in (("any", KINDS), ("keyless", KEYLESS_KINDS))[: 2 if full else 1]:
        for offset, kind in enumerate(kinds, ROUTES.index(route)):
            in_full = full and may_open(route, kind)
            for (row, referrer), (column, target) in places:
                if in_full or (row + offset) % len(TARGETS) == column:
                    yield kind, referrer, target, (row + column) % 2 == 1, address


def may_open(route, kind: str) -> bool:
    """Whether it is a token that opens the route to some page: what a key opens, it opens to all alike."""
    asked = itertools.product([route], [kind], GOOD_REFERRERS, TARGETS)
    return kind not in NO_TOKENS and any(expected(*cell) == admitted(route) for cell in asked)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_cell_of_the_table_is_answered_as_the_rules_say(doors, route):
    def cell(place):
        kind, referrer, target, in_query, address = place
        # An API key is one in the header alone.
        return judge(doors, route, kind, referrer, target, in_query and kind != "API key", address)

    # nginx remembers decisions on segments alone; those are asked for twice, and of the rest as much as shows that
    # nothing else has changed.
    is_remembered = doors.remembers and ("segment" in route.part or route.part == "poster")
    asked = list(cells(route, full=is_remembered or not doors.remembers))
    with ThreadPoolExecutor(4) as pool:
        problems = [problem for _ in range(2 if is_remembered else 1) for problem in pool.map(cell, asked) if problem]
    assert not problems, "\n".join(problems)


def test_the_table_has_open_doors_as_well_as_closed_ones():
    """A model that refused everything would agree with a server that does."""
    for route in ROUTES:
        for address in ADDRESSES:
            answers = {expected(route, *cell[:3], address) for cell in cells(route) if cell[-1] == address}
            assert len(answers) > 1
        assert admitted(route) in {expected(route, *cell[:3]) for cell in cells(route) if cell[-1] == "any"}


def test_of_each_route_all_pairs_are_asked_and_of_all_routes_all_triples():
    kinds = len(KINDS) + len(KEYLESS_KINDS)
    times = Counter()
    for route in ROUTES:
        asked = list(cells(route))
        assert len({(address, kind, page) for kind, page, _, _, address in asked}) == kinds * len(REFERRERS)
        assert len({(address, kind, target) for kind, _, target, _, address in asked}) == kinds * len(TARGETS)
        per_kind = Counter(kind for kind, *_, address in asked if address == "any")
        assert all(per_kind[kind] == len(REFERRERS) * len(TARGETS) for kind in KINDS if may_open(route, kind))
        times.update((address, *cell[:3]) for *cell, address in asked)
    assert len(times) == kinds * len(REFERRERS) * len(TARGETS)
    assert min(times.values()) >= len(ROUTES) // len(TARGETS)


@pytest.mark.parametrize("route", ISSUING)
def test_a_session_gets_tokens_where_it_was_issued_by_whom_and_for_whom_the_settings_say(doors, route):
    now = int(time.time())
    problems = []
    for user in ("u", "u2"):
        for (issuer, its), (audience, whose) in itertools.product(SESSION_ISSUERS.items(), SESSION_AUDIENCES.items()):
            claims = {"sub": user, "exp": now + 600} | its | whose
            # Not by PyJWT, which would refuse to write some of these.
            token = remember(signed_session(claims, SESSION_SECRET))
            answer, body = connections.ask(doors, "GET", ISSUING[route], {"Authorization": f"Bearer {token}"}, None)
            given = (answer.status, json.loads(body).get("error"))
            wanted = expected_of_session(route, user, issuer, audience)
            if given != wanted:
                problems.append(f"{user}, issuer {issuer}, audience {audience}: {given} and not {wanted}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("route", ISSUING)
def test_a_keyless_address_gets_tokens_as_a_key_does_and_no_other_address_does(doors, route):
    """Whatever is sent along is judged: by a wrong key, a spoilt session or another site's page nothing is opened."""
    dates = {"exp": int(time.time()) + 600}
    right = {"iss": ISSUERS[0], "aud": AUDIENCES[0]}
    sessions = {
        "another issuer's session": right | {"sub": "u", "iss": "https://securetoken.example.org/another"},
        "another audience's session": right | {"sub": "u", "aud": "another"},
        "another user's session": right | {"sub": "u2"},
    }
    sent = {"none": {}, "garbage": {"Authorization": "Bearer no-token-at-all"}}
    for kind, claims in sessions.items():
        token = remember(signed_session(claims | dates, SESSION_SECRET))
        sent[kind] = {"Authorization": f"Bearer {token}"}
    problems = []
    for address, kind, referrer in itertools.product(ADDRESSES, sent, REFERRERS):
        headers = sent[kind] | REFERRERS[referrer]
        answer, body = connections.ask(doors, "GET", ISSUING[route], headers, None, address)
        given = (answer.status, json.loads(body).get("error"))
        wanted = (200, None) if is_keyless_caller(kind, referrer, address) else (401, "unauthorized")
        if kind == "another user's session":
            wanted = expected_of_session(route, "u2", "first", "first")
        if given != wanted:
            problems.append(f"{kind}, {referrer} page, {address} address: {given} and not {wanted}")
    assert not problems, "\n".join(problems)


def signed_session(claims: dict, secret: str) -> str:
    key = jwt.get_algorithm_by_name("HS256")
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256"}, claims)]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(key.sign(signed, secret.encode())).rstrip(b"=")
    return f"{signed.decode()}.{signature.decode()}"


def test_the_table_stored_nothing(doors):
    """Whoever was let in sent a text, and whoever was not sent it in vain."""
    waiting = {path for path in doors.stored_files() if path.startswith("uploads/")}
    assert len(waiting) == len(RELS) + len(VIDEOS)
