"""Who may have tokens issued, what the answers say, and what the tokens say to others who read them."""

import base64
import http.server
import json
import os
import subprocess
import threading
import time
from urllib.parse import quote

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from harness.client import WEB_HEADERS, bearer, refusal, service
from harness.server import API_KEY, DEFAULTS, OTHER_API_KEY, SECRET_KEY, Server, binary, wait_for
from harness.tokens import play_claims, remember, sign
from harness.trees import put_video

REL = "trainer-1/course-1/module-1/lesson-1"
SESSION_SECRET = "end-to-end-session-secret-of-more-than-32-bytes"
AUDIENCE = "learner-app"
USER = "learner-1"

# Path and query without ttl; what the token must say beside dates and id; the address in the answer.
ENDPOINTS = {
    "play web": (
        f"/api/get-video-token/v2?user_id={USER}&rel={REL}",
        {"user_id": USER, "rel": REL, "platform": "web"},
        ("playlist_url", f"/hls2/{REL}/output.m3u8"),
    ),
    "play mobile": (
        f"/api/get-video-token/v2?user_id={USER}&rel={REL}&platform=mobile",
        {"user_id": USER, "rel": REL, "platform": "mobile"},
        ("playlist_url", f"/mobile/hls2/{REL}/output.m3u8"),
    ),
    "play v1": (
        f"/api/get-video-token/{USER}/film.part.mp4",
        {"user_id": USER, "filename": "film.part.mp4", "platform": "web"},
        ("playlist_url", f"/hls/{USER}/film/output.m3u8"),
    ),
    "play v1 mobile": (
        f"/api/get-video-token/mobile/{USER}/film.mp4/video-7",
        {"user_id": USER, "filename": "film.mp4", "video_id": "video-7", "platform": "mobile"},
        ("playlist_url", f"/mobile/hls/{USER}/video-7/output.m3u8"),
    ),
    "download lesson": (
        f"/api/get-download-token/v2?type=lesson&user_id={USER}&rel={REL}&filename=Le%C3%A7on%201.mp4",
        {"sub": "download", "platform": "download", "user_id": USER, "type": "lesson", "rel": REL}
        | {"filename": "Leçon 1.mp4"},
        ("download_url", f"/download2/{REL}/Le%C3%A7on%201.mp4"),
    ),
    "download course": (
        f"/api/get-download-token/v2?type=course&user_id={USER}&course_id=c&filename=presentation.mp4",
        {"sub": "download", "platform": "download", "user_id": USER, "type": "course", "course_id": "c"}
        | {"filename": "presentation.mp4"},
        ("download_url", "/download2/course/c/presentation.mp4"),
    ),
    "download module": (
        f"/api/get-download-token/v2?type=module&user_id={USER}&course_id=c&module_id=m&filename=presentation.mp4",
        {"sub": "download", "platform": "download", "user_id": USER, "type": "module", "course_id": "c"}
        | {"module_id": "m", "filename": "presentation.mp4"},
        ("download_url", "/download2/module/c/m/presentation.mp4"),
    ),
    "download v1": (
        f"/api/get-download-token/{USER}/film.mp4?x=1",
        {"action": "download", "platform": "download", "user_id": USER, "filename": "film.mp4"},
        ("download_url", f"/api/download/{USER}/film.mp4"),
    ),
    "upload lesson": (
        f"/api/get-upload-token?type=lesson&user_id={USER}&rel={REL}",
        {"sub": "upload", "platform": "upload", "user_id": USER, "type": "lesson", "rel": REL},
        ("upload_url", "/upload/lesson"),
    ),
    "upload course": (
        f"/api/get-upload-token?type=course&user_id={USER}&course_id=c",
        {"sub": "upload", "platform": "upload", "user_id": USER, "type": "course", "course_id": "c"},
        ("upload_url", "/upload_presentation/course/c"),
    ),
    "upload module": (
        f"/api/get-upload-token?type=module&user_id={USER}&course_id=c&module_id=m",
        {
            "sub": "upload",
            "platform": "upload",
            "user_id": USER,
            "type": "module",
            "course_id": "c",
            "module_id": "m",
        },
        ("upload_url", "/upload_presentation/module/c/m"),
    ),
}
FOR_USERS = [name for name in ENDPOINTS if not name.startswith("upload")]


def ask(server, name, headers, more="", path=None):
    path = path or ENDPOINTS[name][0]
    if more:
        path += ("&" if "?" in path else "?") + more
    return requests.get(server.url + path, headers=headers, timeout=15)


def read(token: str) -> dict:
    return jwt.decode(remember(token), SECRET_KEY, algorithms=["HS256"])


@pytest.mark.parametrize("name", ENDPOINTS)
def test_pyjwt_reads_what_is_issued(server, name):
    before = int(time.time())
    answer = ask(server, name, service())
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    claims = read(body["token"])
    _, wanted, (key, path) = ENDPOINTS[name]
    default = 3600 if name.startswith("play") else 900
    assert (
        before <= claims["iat"] <= time.time()
        and claims["exp"] == claims["iat"] + default == claims["iat"] + (body["expires_in"])
    )
    assert claims.pop("jti") and claims.pop("iat") and claims.pop("exp")
    assert claims == wanted
    assert body[key] == server.url + path
    if key == "playlist_url":
        assert body["signed_playlist_url"] == f"{body[key]}?token={body['token']}"
        assert body["status"] in ("ready", "processing", "failed", "missing")
    if key == "upload_url":
        assert body["max_bytes"] == 104857600
        assert body["resumable_url"] == f"{server.url}/upload/tus/" and body["resumable_max_bytes"] == 1 << 31
    if key == "download_url":
        assert body["status"] == "missing"
    assert jwt.get_unverified_header(body["token"]) == {"alg": "HS256", "typ": "JWT"}


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_id_of_a_token_is_new(server, name):
    ids = {read(ask(server, name, service()).json()["token"])["jti"] for _ in range(5)}
    assert len(ids) == 5


LIFETIMES = {"1": 1, "86400": 86400, "86401": 86400, "604800": 86400, "9" * 40: 86400, "900.0": 900, "0900": 900}
NO_LIFETIMES = ("0", "0.0", "-1", "1.5", "+5", "x", "900s", "1e3", "900.", ".0", "1.0.0", "\u0661")


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("ttl,seconds", [*LIFETIMES.items(), *((each, 0) for each in NO_LIFETIMES)])
def test_the_lifetime_keeps_to_its_limits(server, name, ttl, seconds):
    answer = ask(server, name, service(), f"ttl={quote(ttl)}")
    if seconds:
        claims = read_any(answer.json()["token"])
        assert claims["exp"] - claims["iat"] == answer.json()["expires_in"] == seconds
    else:
        assert (answer.status_code, refusal(answer), answer.json()["field"]) == (400, "invalid_ttl", "ttl")


def read_any(token):
    """A token of one second may be over before it is looked at."""
    return jwt.decode(remember(token), SECRET_KEY, algorithms=["HS256"], options={"verify_exp": False})


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        service("wrong-key"),
        service(API_KEY + "x"),
        service(API_KEY[:-1]),
        service(f"site:{API_KEY}"),
        service(API_KEY.upper()),
        {"Authorization": f"Basic {API_KEY}"},
        {"Authorization": API_KEY},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
    ],
    ids=str,
)
def test_without_an_api_key_nothing_is_issued(server, name, headers):
    answer = ask(server, name, headers)
    assert (answer.status_code, refusal(answer)) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_api_key_in_the_query_is_none(server):
    assert ask(server, "play web", {}, f"token={API_KEY}").status_code == 401


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("key", [API_KEY, OTHER_API_KEY])
def test_each_of_several_keys_issues(server, name, key):
    assert ask(server, name, service(key)).status_code == 200


def test_keys_are_rotated_by_settings(own_server):
    new = "a-new-key-0123456789abcdef0123456789"
    server = own_server(FOCUST_API_KEYS=f"{new}")
    assert ask(server, "play web", service(new)).status_code == 200
    assert ask(server, "play web", service(API_KEY)).status_code == 401


# The query's mistakes: what is left out or wrong, status is always 400.
MISTAKES = [
    ("/api/get-video-token/v2?rel={rel}", "missing_field", "user_id"),
    ("/api/get-video-token/v2?user_id=u", "missing_field", "rel"),
    ("/api/get-video-token/v2?user_id=&rel={rel}", "missing_field", "user_id"),
    ("/api/get-video-token/v2?user_id=a%0Ab&rel={rel}", "invalid_id", "user_id"),
    (f"/api/get-video-token/v2?user_id={'a' * 257}&rel={{rel}}", "invalid_id", "user_id"),
    ("/api/get-download-token/v2?type=lesson&user_id=%00&rel={rel}&filename=a.mp4", "invalid_id", "user_id"),
    ("/api/get-upload-token?type=lesson&user_id=a%7F&rel={rel}", "invalid_id", "user_id"),
    ("/api/get-video-token/jean@example.com/film.mp4", "invalid_id", "user_id"),
    ("/api/get-video-token/v2?user_id=u&rel=a/b/c", "invalid_rel", "rel"),
    ("/api/get-video-token/v2?user_id=u&rel={rel}/", "invalid_rel", "rel"),
    ("/api/get-video-token/v2?user_id=u&rel=a/../b/c", "invalid_rel", "rel"),
    ("/api/get-video-token/v2?user_id=u&rel={rel}&platform=tv", "invalid_platform", "platform"),
    ("/api/get-video-token/v2?user_id=u&user_id=v&rel={rel}", "malformed_request", "user_id"),
    ("/api/get-video-token/v2?user_id=u&rel={rel}&rel={rel}", "malformed_request", "rel"),
    ("/api/get-video-token/v2?user_id=u&rel=%ff", "malformed_request", None),
    ("/api/get-video-token/a%2fb/film.mp4", "invalid_id", "user_id"),
    ("/api/get-video-token/u/..%2ffilm.mp4", "invalid_filename", "filename"),
    ("/api/get-video-token/mobile/u/film.mp4/%2e%2e", "invalid_id", "video_id"),
    ("/api/get-download-token/v2?user_id=u&filename=a.mp4", "missing_field", "type"),
    ("/api/get-download-token/v2?type=film&user_id=u&filename=a.mp4", "invalid_type", "type"),
    ("/api/get-download-token/v2?type=lesson&user_id=u&filename=a.mp4", "missing_field", "rel"),
    ("/api/get-download-token/v2?type=course&user_id=u&filename=a.mp4", "missing_field", "course_id"),
    ("/api/get-download-token/v2?type=module&course_id=c&user_id=u&filename=a.mp4", "missing_field", "module_id"),
    ("/api/get-download-token/v2?type=lesson&rel={rel}&user_id=u", "missing_field", "filename"),
    ("/api/get-download-token/v2?type=lesson&rel={rel}&user_id=u&filename=a/b", "invalid_filename", "filename"),
    ("/api/get-download-token/u/.hidden", "invalid_filename", "filename"),
    ("/api/get-upload-token?type=lesson&rel={rel}", "missing_field", "user_id"),
    ("/api/get-upload-token?type=lesson&user_id=u", "missing_field", "rel"),
    ("/api/get-upload-token?user_id=u&rel={rel}", "missing_field", "type"),
]


@pytest.mark.parametrize("path,error,field", MISTAKES)
def test_a_mistake_is_named(server, path, error, field):
    answer = requests.get(server.url + path.format(rel=REL), headers=service(), timeout=10)
    assert (answer.status_code, refusal(answer), answer.json().get("field")) == (400, error, field)


@pytest.mark.parametrize("ttl", ["", "&ttl="])
def test_a_lifetime_that_is_left_empty_is_the_default(server, ttl):
    answer = requests.get(f"{server.url}{ENDPOINTS['download course'][0]}{ttl}", headers=service(), timeout=10)
    assert answer.json()["expires_in"] == 900


@pytest.mark.parametrize("platform,meant", [("WEB", "web"), ("Mobile", "mobile"), ("", "web")])
def test_a_platform_is_taken_in_any_case(server, platform, meant):
    issued = ask(server, "play web", service(), f"platform={platform}").json()
    assert read(issued["token"])["platform"] == meant


USERS = ["jean@example.com", "auth0|5f7c8e", "Élodie Noël", "../..", "😀" * 256, '"', "a&b=c+d%"]


@pytest.mark.parametrize("user", USERS)
def test_a_user_is_whatever_the_site_calls_them(server, user):
    """Where the id is a claim. The claim is the text byte for byte, and revoking it means this user."""
    for name in ("play web", "download lesson", "upload lesson"):
        path = ENDPOINTS[name][0].replace(f"user_id={USER}", f"user_id={quote(user, safe='')}")
        token = ask(server, name, service(), path=path).json()["token"]
        assert read(token)["user_id"] == user
    revoked = requests.post(f"{server.url}/api/revoke", json={"user_id": user}, headers=service(), timeout=10)
    assert (revoked.status_code, revoked.json()["revoked"]) == (200, {"user_id": user})


def test_parameters_that_nobody_knows_are_ignored_however_often(server):
    for name in ENDPOINTS:
        assert ask(server, name, service(), "utm=1&utm=2&=&=").status_code == 200
    for path in ("/api/tasks?a=1&a=2", "/api/lessons?x&x"):
        assert requests.get(server.url + path, headers=service(), timeout=10).status_code == 200


# The sessions of an identity provider.


def session(secret_or_key, algorithm="HS256", kid=None, **changes):
    now = int(time.time())
    claims = {"sub": USER, "aud": AUDIENCE, "iat": now, "exp": now + 300} | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return remember(jwt.encode(claims, secret_or_key, algorithm=algorithm, headers={"kid": kid} if kid else None))


def jwk(key, kid, algorithm):
    implementation = jwt.get_algorithm_by_name(algorithm)
    return json.loads(implementation.to_jwk(key.public_key())) | {"kid": kid, "alg": algorithm, "use": "sig"}


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    """The keys of a provider, one of each kind, and one more for later."""
    keys = {
        "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
        "later": ec.generate_private_key(ec.SECP256R1()),
    }
    file = tmp_path_factory.mktemp("provider") / "jwks.json"
    write_keys(file, jwk(keys["RS256"], "first", "RS256"), jwk(keys["ES256"], "second", "ES256"))
    return keys, file


def write_keys(file, *keys):
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps({"keys": keys}))
    fresh.rename(file)


@pytest.fixture(scope="module")
def with_sessions(tmp_path_factory, provider):
    settings = {
        "FOCUST_IDENTITY_SECRET": SESSION_SECRET,
        "FOCUST_IDENTITY_JWKS": str(provider[1]),
        "FOCUST_IDENTITY_AUDIENCE": AUDIENCE,
        "FOCUST_SESSIONS_SEE_ALL": "true",
    }
    running = Server(tmp_path_factory.mktemp("sessions"), settings).start()
    yield running
    assert running.stop() == 0


@pytest.mark.parametrize("name", FOR_USERS)
def test_a_users_session_issues_the_users_own_tokens(with_sessions, provider, name):
    keys, _ = provider
    for token in (
        session(SESSION_SECRET),
        session(keys["RS256"], "RS256", "first"),
        session(keys["ES256"], "ES256", "second"),
        session(keys["ES256"], "ES256"),
    ):
        assert ask(with_sessions, name, bearer(token)).status_code == 200
    assert ask(with_sessions, name, service()).status_code == 200


@pytest.mark.parametrize("name", FOR_USERS)
@pytest.mark.parametrize("subject", ["learner-2", "learner-10", "Learner-1", "learner-1 ", ""])
def test_another_users_session_is_refused(with_sessions, name, subject):
    answer = ask(with_sessions, name, bearer(session(SESSION_SECRET, sub=subject)))
    # An empty subject is nobody's session at all.
    assert answer.status_code == (403 if subject else 401)
    assert refusal(answer) == ("token_mismatch" if subject else "unauthorized")


@pytest.mark.parametrize("name", ["upload lesson", "upload course", "upload module"])
def test_a_users_session_is_no_leave_to_upload(with_sessions, name):
    assert refusal(ask(with_sessions, name, bearer(session(SESSION_SECRET)))) == "unauthorized"


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
def test_what_is_no_session_of_the_providers_is_401(with_sessions, provider):
    keys, _ = provider
    now = int(time.time())
    pem = keys["RS256"].public_key().public_numbers().n.to_bytes(256, "big")
    confused = jwt.encode({"sub": USER, "exp": now + 300}, base64.b64encode(pem), algorithm="HS256")
    for token in (
        session("another-secret-of-more-than-thirty-two-bytes"),
        session(SECRET_KEY),
        session(SESSION_SECRET, exp=now - 120),
        session(SESSION_SECRET, exp=None),
        session(SESSION_SECRET, sub=None),
        session(SESSION_SECRET, algorithm="HS512"),
        session(SESSION_SECRET, nbf=now + 600),
        session(SESSION_SECRET, aud="another-app"),
        session(keys["RS256"], "RS256", "first", aud=None),
        session(keys["later"], "ES256", "second"),
        session(keys["later"], "ES256"),
        session(keys["RS256"], "RS256", "second"),
        session(keys["RS256"], "RS512", "first"),
        session(keys["RS256"], "PS256", "first"),
        remember(confused),
        session(SESSION_SECRET)[:-2],
    ):
        answer = ask(with_sessions, "play web", bearer(token))
        assert (answer.status_code, refusal(answer)) == (401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_keys_are_replaced_while_it_runs(with_sessions, provider):
    keys, file = provider
    new = session(keys["later"], "ES256", "third")
    old = session(keys["RS256"], "RS256", "first")
    assert ask(with_sessions, "play web", bearer(new)).status_code == 401
    before = file.read_text()
    write_keys(file, jwk(keys["later"], "third", "ES256"))
    wait_for(lambda: ask(with_sessions, "play web", bearer(new)).status_code == 200, "the new key", 4, 0.1)
    assert ask(with_sessions, "play web", bearer(old)).status_code == 401
    # A file that is half written changes nothing.
    file.write_text('{"keys": [{"kty": "EC"')
    time_to_notice = time.monotonic() + 1.5
    while time.monotonic() < time_to_notice:
        assert ask(with_sessions, "play web", bearer(new)).status_code == 200
    file.write_text(before)
    wait_for(lambda: ask(with_sessions, "play web", bearer(old)).status_code == 200, "the old key again", 4, 0.1)


def test_sessions_are_nothing_where_no_provider_is_set(server):
    assert ask(server, "play web", bearer(session(SESSION_SECRET))).status_code == 401


def test_sessions_that_may_see_all_are_warned_of_at_each_start(with_sessions):
    lines = [
        line for text in with_sessions.logs().values() for line in text.splitlines() if "sessions_see_all:" in line
    ]
    assert len(lines) == 1 and "level=warning" in lines[0]


@pytest.mark.parametrize(
    "settings,named",
    [
        ({"FOCUST_IDENTITY_SECRET": SESSION_SECRET}, "FOCUST_ELIGIBILITY_URL is missing"),
        (
            {"FOCUST_IDENTITY_JWKS": "/etc/hostname", "FOCUST_SESSIONS_SEE_ALL": "true"},
            "FOCUST_IDENTITY_AUDIENCE is missing",
        ),
    ],
    ids=["the site is not asked", "a key set without an audience"],
)
def test_sessions_that_would_open_too_much_stop_the_start_with_one_line(tmp_path, settings, named):
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= DEFAULTS | {"FOCUST_PUBLIC_URL": "https://video.example.com", "FOCUST_DATA_DIR": str(tmp_path)}
    for command, output in (("serve", "stderr"), ("check", "stdout")):
        ended = subprocess.run(
            [binary(), command], env=environment | settings, capture_output=True, text=True, timeout=20
        )
        assert ended.returncode == 2
        said = [line for line in getattr(ended, output).splitlines() if named.split()[0] in line]
        assert len(said) == 1 and (command == "check" or named in said[0]), ended
    assert not any(tmp_path.iterdir())


def test_open_issuance_asks_nobody_and_says_so(own_server):
    server = own_server(FOCUST_OPEN_ISSUANCE="true")
    for name in FOR_USERS:
        assert ask(server, name, {}).status_code == 200
    assert ask(server, "upload lesson", {}).status_code == 401
    assert requests.get(f"{server.url}/api/tasks", timeout=10).status_code == 401
    lines = [line for text in server.logs().values() for line in text.splitlines() if "open_issuance:" in line]
    assert lines and "warning" in lines[0].lower()


# The site is asked whether the user may.


class Eligibility(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.questions.append((self.headers["Content-Type"], json.loads(body)))
        if self.server.status is None:
            self.server.released.wait(20)
            return
        self.send_response(self.server.status)
        if 300 <= self.server.status < 400:
            self.send_header("Location", "/yes")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Eligibility)
    listening.questions, listening.status, listening.released = [], 200, threading.Event()
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield listening
    listening.released.set()
    listening.shutdown()
    listening.server_close()


@pytest.fixture(scope="module")
def asking(tmp_path_factory, site):
    url = f"http://127.0.0.1:{site.server_port}/eligible"
    running = Server(tmp_path_factory.mktemp("asking"), {"FOCUST_ELIGIBILITY_URL": url}).start()
    yield running
    assert running.stop() == 0


QUESTIONS = {
    "play web": {"user_id": USER, "action": "play", "type": "lesson", "rel": REL},
    "play mobile": {"user_id": USER, "action": "play", "type": "lesson", "rel": REL},
    "play v1": {"user_id": USER, "action": "play", "filename": "film.part.mp4"},
    "play v1 mobile": {"user_id": USER, "action": "play", "filename": "film.mp4"},
    "download lesson": {"user_id": USER, "action": "download", "type": "lesson", "rel": REL}
    | {"filename": "Leçon 1.mp4"},
    "download course": {"user_id": USER, "action": "download", "type": "course", "course_id": "c"}
    | {"filename": "presentation.mp4"},
    "download module": {"user_id": USER, "action": "download", "type": "module", "course_id": "c", "module_id": "m"}
    | {"filename": "presentation.mp4"},
    "download v1": {"user_id": USER, "action": "download", "filename": "film.mp4"},
}


# The site is asked about a file, and the token must not open another video than that file's.
ASKED = {"play v1 mobile": f"/api/get-video-token/mobile/{USER}/film.mp4/film"}


def test_a_video_that_is_not_the_files_is_refused_where_the_site_is_asked(asking, site):
    site.questions.clear()
    answer = ask(asking, "play v1 mobile", service())
    assert (answer.status_code, refusal(answer)) == (400, "invalid_id") and answer.json()["field"] == "video_id"
    assert site.questions == []


@pytest.mark.parametrize("name", FOR_USERS)
def test_the_site_is_asked_and_its_answer_counts(asking, site, name):
    for status in (200, 204, 403, 404, 500, 302):
        site.status = status
        site.questions.clear()
        answer = ask(asking, name, service(), path=ASKED.get(name))
        assert site.questions == [("application/json", QUESTIONS[name])]
        if status < 300:
            assert answer.status_code == 200
        else:
            assert (answer.status_code, refusal(answer)) == (403, "not_eligible")


def test_who_may_not_ask_is_refused_before_the_site_is_asked(asking, site):
    site.questions.clear()
    assert ask(asking, "play web", {}).status_code == 401
    assert requests.get(f"{asking.url}/api/get-video-token/v2?user_id=u", headers=service()).status_code == 400
    assert site.questions == []


def test_a_silent_site_is_503_within_four_seconds(asking, site):
    site.status = None
    started = time.monotonic()
    answer = ask(asking, "play web", service())
    assert 2.5 < time.monotonic() - started < 4.5
    assert (answer.status_code, refusal(answer)) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def ask_for_many(server, *rels: str) -> list[str]:
    """What the site's page gets for each lesson: a token, or the code of a refusal."""
    answer = requests.post(
        f"{server.url}/api/get-video-tokens/v2",
        json={"user_id": USER, "rels": rels},
        headers=service(),
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    return [each.get("error", "token") for each in answer.json()["tokens"]]


def asked_about(site) -> list[str]:
    return [question["rel"] for _, question in site.questions]


def test_the_site_is_asked_once_about_each_of_many_lessons(asking, site):
    site.status = 200
    site.questions.clear()
    assert ask_for_many(asking, "t/c/m/1", "t/c/m/2", "none", "t/c/m/1") == ["token", "token", "invalid_rel"]
    assert asked_about(site) == ["t/c/m/1", "t/c/m/2"]
    site.status = 403
    assert ask_for_many(asking, "t/c/m/1", "none") == ["not_eligible", "invalid_rel"]


def test_a_silent_site_leaves_what_is_known_of_many_lessons(asking, site):
    site.status = None
    site.questions.clear()
    answers = ask_for_many(asking, *(f"t/c/m/{number}" for number in range(50)), "none")
    assert answers == ["unavailable"] * 50 + ["invalid_rel"]
    assert asked_about(site) == ["t/c/m/0"]


def test_many_lessons_are_answered_where_too_many_users_wait(own_server, site):
    site.status = None
    site.questions.clear()
    url = f"http://127.0.0.1:{site.server_port}/eligible"
    # Half of the threads ask.
    server = own_server(FOCUST_ELIGIBILITY_URL=url, FOCUST_THREADS="2")
    waiting = threading.Thread(target=ask, args=(server, "play web", service()))
    waiting.start()
    wait_for(lambda: site.questions, "the first to ask")
    assert ask_for_many(server, "t/c/m/1", "t/c/m/2") == ["unavailable"] * 2
    assert asked_about(site) == [REL]
    waiting.join()


def test_a_site_that_is_not_there_is_503_at_once(own_server):
    server = own_server(FOCUST_ELIGIBILITY_URL="http://127.0.0.1:1/eligible")
    answer = ask(server, "play web", service())
    assert (answer.status_code, refusal(answer)) == (503, "unavailable")
    assert ask(server, "upload lesson", service()).status_code == 200


# Keys of before, and tokens of before.


@pytest.fixture(scope="module")
def rotated(tmp_path_factory):
    running = Server(
        tmp_path_factory.mktemp("rotated"),
        {"SECRET_KEY": NEW_KEY, "FOCUST_PREVIOUS_SECRET_KEYS": f"{SECRET_KEY},{OLDER_KEY}"},
    )
    put_video(running.data / "hls" / REL)
    put_video(running.data / "hls" / USER / "film")
    running.start()
    yield running
    assert running.stop() == 0


NEW_KEY = "a-new-signing-key-of-more-than-thirty-two-bytes"
OLDER_KEY = "an-older-signing-key-of-more-than-thirty-two-bytes"


def play(server, token, path=f"/hls2/{REL}/output.m3u8"):
    return requests.get(server.url + path, headers=bearer(token, **WEB_HEADERS), timeout=10)


@pytest.mark.parametrize("key", [NEW_KEY, SECRET_KEY, OLDER_KEY])
def test_keys_of_before_still_verify(rotated, key):
    assert play(rotated, sign(play_claims(REL), key)).status_code == 200


def test_keys_of_before_sign_nothing(rotated):
    token = ask(rotated, "play web", service()).json()["token"]
    assert jwt.decode(remember(token), NEW_KEY, algorithms=["HS256"])["rel"] == REL
    for key in (SECRET_KEY, OLDER_KEY):
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(token, key, algorithms=["HS256"])
    mobile = play(rotated, sign(play_claims(REL, "mobile"), OLDER_KEY)).text
    grant = mobile.split("token=")[1].split("&")[0]
    assert jwt.decode(remember(grant), NEW_KEY, algorithms=["HS256"])["use"] == "segment"


def predecessors(claims: dict) -> str:
    """As PyJWT 1 wrote them: `typ` before `alg`, and neither `iat` nor `jti`."""
    now = int(time.time())
    header = json.dumps({"typ": "JWT", "alg": "HS256"}, separators=(",", ":")).encode()
    payload = json.dumps(claims | {"exp": now + 600}, separators=(",", ":")).encode()
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in (header, payload))
    key = jwt.get_algorithm_by_name("HS256")
    signature = key.sign(signed, SECRET_KEY.encode())
    return remember(f"{signed.decode()}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}")


@pytest.mark.parametrize(
    "claims,path",
    [
        ({"user_id": USER, "rel": REL, "platform": "web"}, f"/hls2/{REL}/output.m3u8"),
        ({"user_id": USER, "rel": REL, "platform": "mobile"}, f"/mobile/hls2/{REL}/output.m3u8"),
        ({"user_id": USER, "filename": "film.mp4", "platform": "web"}, f"/hls/{USER}/film/output.m3u8"),
        (
            {"user_id": USER, "filename": "any.mp4", "video_id": "film", "platform": "mobile"},
            f"/mobile/hls/{USER}/film/key",
        ),
    ],
)
def test_tokens_of_the_predecessors_shape_play(rotated, claims, path):
    assert play(rotated, predecessors(claims), path).status_code == 200
    assert play(rotated, predecessors(claims | {"user_id": None}), path).status_code == 403


# A browser sends the file straight here.


def test_an_upload_token_uploads_its_lesson_and_follows_the_task(server, short_h264):
    rel = "trainer-1/course-1/module-1/from-a-browser"
    query = {"user_id": USER, "type": "lesson", "rel": rel}
    issued = requests.get(f"{server.url}/api/get-upload-token", params=query, headers=service(), timeout=10).json()
    token = remember(issued["token"])
    names = ("trainer_id", "course_id", "module_id", "lesson_id")

    def send(lesson, **headers):
        with short_h264.open("rb") as film:
            fields = dict(zip(names, lesson.split("/"), strict=True))
            return requests.post(
                issued["upload_url"], headers=bearer(token) | headers, data=fields, files={"video": film}, timeout=30
            )

    assert refusal(send(rel, Origin="https://evil.example")) == "referrer_forbidden"
    assert refusal(send(rel + "2", Referer=WEB_HEADERS["Referer"])) == "token_mismatch"
    accepted = send(rel, Referer=WEB_HEADERS["Referer"])
    assert accepted.status_code == 202, accepted.text
    address = accepted.json()["status_url"]

    def finished():
        answer = requests.get(address, headers=bearer(token), timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()["status"] == "completed"

    wait_for(finished, "the conversion", 60, 0.1)
    assert requests.get(address, timeout=10).status_code == 401
    assert requests.get(f"{server.url}/api/tasks", headers=bearer(token), timeout=10).status_code == 401


@pytest.mark.parametrize("kind", ["course", "module"])
def test_an_upload_token_uploads_its_presentation_alone(server, short_h264, kind):
    ids = {"course_id": "token-course"} | ({"module_id": "token-module"} if kind == "module" else {})
    issued = requests.get(
        f"{server.url}/api/get-upload-token",
        params={"user_id": USER, "type": kind} | ids,
        headers=service(),
        timeout=10,
    ).json()
    token = remember(issued["token"])

    def send(address):
        with short_h264.open("rb") as film:
            return requests.post(address, headers=bearer(token), files={"video": film}, timeout=30)

    assert send(issued["upload_url"]).status_code == 201
    assert refusal(send(issued["upload_url"] + "2")) == "token_mismatch"
    assert refusal(send(f"{server.url}/upload_presentation")) == "token_mismatch"
