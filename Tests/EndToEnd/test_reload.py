"""Settings that change while the server runs, and keys that are rotated without anybody being refused."""

import collections
import os
import signal
import stat
import subprocess
import threading
import time

import jwt
import pytest
import requests

from harness.client import bearer, get_token, make_lesson, refusal, service
from harness.configured import ConfiguredSite
from harness.media import make_h264
from harness.player import Player
from harness.server import API_KEY, ORIGIN, OTHER_API_KEY, REPOSITORY, SECRET_KEY, wait_for
from harness.tokens import play_claims, remember, sign

REL = "trainer-1/course-1/module-1/lesson-1"
NEW_KEY = "a-second-signing-key-that-is-long-enough-for-any-algorithm-of-the-family"
THIRD_API_KEY = "end-to-end-third-key-0123456789abcdef"
SESSION_SECRET = "end-to-end-session-secret-of-more-than-32-bytes"
RELOADS = 25


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_h264(tmp_path_factory.mktemp("films") / "film.mp4", seconds=4, size="160x120", bitrate="60k")


@pytest.fixture(scope="module")
def site(tmp_path_factory, film):
    """One server for all tests; each leaves the settings as it found them."""
    settings = {"FOCUST_IDENTITY_SECRET": SESSION_SECRET, "FOCUST_SESSIONS_SEE_ALL": "true"}
    running = ConfiguredSite(tmp_path_factory.mktemp("reload"), settings).bind_sockets().start_nginx().start()
    make_lesson(running, REL, film)
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def original(site):
    kept = dict(site.values)
    yield
    site.values = kept
    assert "event=reloaded" in site.reload()


def tasks(site, key) -> int:
    return requests.get(f"{site.url}/api/tasks", headers=service(key), timeout=10).status_code


def playlist(site, token, origin=ORIGIN) -> requests.Response:
    headers = bearer(token, Origin=origin)
    return requests.get(f"{site.url}/hls2/{REL}/output.m3u8", headers=headers, timeout=10)


def metric(site, name) -> float:
    text = requests.get(f"{site.url}/metrics", timeout=10).text
    (line,) = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(line.split()[1])


def test_a_removed_api_key_stops_at_once_and_a_new_one_begins(site):
    assert (tasks(site, API_KEY), tasks(site, OTHER_API_KEY), tasks(site, THIRD_API_KEY)) == (200, 200, 401)
    said = site.reload(FOCUST_API_KEYS=f"site:{API_KEY},third:{THIRD_API_KEY}")
    assert "changed=FOCUST_API_KEYS" in said
    # Every thread of the pool, and not only the first that hears of it.
    for _ in range(40):
        assert (tasks(site, OTHER_API_KEY), tasks(site, THIRD_API_KEY), tasks(site, API_KEY)) == (401, 200, 200)


def test_a_previous_secret_verifies_as_soon_as_it_is_named_and_no_longer(site):
    token = sign(play_claims(REL), key=NEW_KEY)
    assert refusal(playlist(site, token)) == "token_invalid"
    site.reload(FOCUST_PREVIOUS_SECRET_KEYS=NEW_KEY)
    assert [playlist(site, token).status_code for _ in range(20)] == [200] * 20
    # It verifies and never signs.
    jwt.decode(get_token(site, REL)["token"], SECRET_KEY, algorithms=["HS256"])
    site.reload(FOCUST_PREVIOUS_SECRET_KEYS=None)
    assert {refusal(playlist(site, token)) for _ in range(20)} == {"token_invalid"}


def test_origins_change_for_players_and_for_the_headers_of_the_application(site):
    token, other = sign(play_claims(REL)), "https://new.example.org"
    before = playlist(site, token, other)
    assert refusal(before) == "referrer_forbidden"
    assert "changed=FOCUST_ALLOWED_ORIGINS" in site.reload(FOCUST_ALLOWED_ORIGINS=other)
    answer = playlist(site, token, other)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == other
    assert refusal(playlist(site, token, ORIGIN)) == "referrer_forbidden"


def test_the_log_level_changes_in_every_thread(site):
    def refused() -> int:
        before = len(site.lines("refused"))
        for _ in range(20):
            playlist(site, "x")
        return len(site.lines("refused")) - before

    assert refused() == 20
    # What is below the new level is not written any more: the line about the reload neither.
    site.write(FOCUST_LOG_LEVEL="error")
    site.app.send_signal(signal.SIGHUP)
    wait_for(lambda: refused() == 0, "the new level")
    site.write(FOCUST_LOG_LEVEL="debug")
    site.app.send_signal(signal.SIGHUP)
    wait_for(lambda: refused() == 20, "the old level")


def test_wrong_settings_change_nothing_and_are_named_on_one_line(site):
    before = len(site.lines("reload_refused"))
    said = site.reload(
        FOCUST_API_KEYS="third:too-short-a-one", FOCUST_LOG_LEVEL="loud", FOCUST_PREVIOUS_SECRET_KEYS="short-secret"
    )
    assert "level=error event=reload_refused" in said
    for name in ("FOCUST_API_KEYS", "FOCUST_LOG_LEVEL", "FOCUST_PREVIOUS_SECRET_KEYS"):
        assert f"{name} is " in said
    assert "too-short-a-one" not in said and "short-secret" not in said
    assert len(site.lines("reload_refused")) == before + 1
    assert metric(site, "focust_settings_reload_successful") == 0
    assert (tasks(site, API_KEY), tasks(site, OTHER_API_KEY)) == (200, 200)
    # A file that is gone is no reason to forget what it said.
    site.config.rename(site.config.with_suffix(".away"))
    site.app.send_signal(signal.SIGHUP)
    wait_for(lambda: len(site.lines("reload_refused")) == before + 2, "the second refusal")
    assert tasks(site, API_KEY) == 200
    site.config.with_suffix(".away").rename(site.config)
    site.reload(FOCUST_API_KEYS=f"site:{API_KEY}", FOCUST_LOG_LEVEL="debug", FOCUST_PREVIOUS_SECRET_KEYS=None)
    assert metric(site, "focust_settings_reload_successful") == 1


def test_a_change_that_needs_a_restart_is_named_and_the_rest_applies(site):
    before = len(site.lines("restart_needed"))
    said = site.reload(FOCUST_THREADS="3", TOKEN_EXPIRY="60", FOCUST_API_KEYS=f"third:{THIRD_API_KEY}")
    assert "changed=FOCUST_API_KEYS" in said
    wait_for(lambda: len(site.lines("restart_needed")) == before + 1, "the line")
    assert 'changed="TOKEN_EXPIRY FOCUST_THREADS"' in site.lines("restart_needed")[-1]
    assert (tasks(site, API_KEY), tasks(site, THIRD_API_KEY)) == (401, 200)
    answer = requests.get(
        f"{site.url}/api/get-video-token/v2",
        params={"user_id": "u", "rel": REL},
        headers=service(THIRD_API_KEY),
        timeout=10,
    )
    assert answer.json()["expires_in"] == 3600


def test_the_issuers_and_audiences_of_sessions_change_while_it_runs(site):
    def issued(**claims) -> int:
        token = remember(jwt.encode({"sub": "u", "exp": int(time.time()) + 300} | claims, SESSION_SECRET))
        address = f"{site.url}/api/get-video-token/v2?user_id=u&rel={REL}"
        return requests.get(address, headers=bearer(token), timeout=10).status_code

    here = {"iss": "https://id.example.com", "aud": "learner-app"}
    assert (issued(), issued(**here)) == (200, 200)
    site.reload(FOCUST_IDENTITY_ISSUER="https://id.example.com", FOCUST_IDENTITY_AUDIENCE="learner-app")
    assert (issued(), issued(**here), issued(**here | {"aud": "other"})) == (401, 200, 401)
    # What would not start is not taken over, and changes nothing.
    assert "event=reload_refused" in site.reload(FOCUST_SESSIONS_SEE_ALL=None, FOCUST_IDENTITY_ISSUER=None)
    assert (issued(), issued(**here), issued(**here | {"iss": "other"})) == (401, 200, 401)
    # The site is asked from the next start on; until then a session gets nothing, rather than everything.
    site.reload(FOCUST_SESSIONS_SEE_ALL=None, FOCUST_ELIGIBILITY_URL="http://127.0.0.1:1/eligible")
    assert issued(**here) == 401


def test_a_secret_in_a_file_of_its_own_is_read_again(site, tmp_path):
    file = tmp_path / "api-keys"
    file.write_text(f"site:{API_KEY}\n")
    site.reload(FOCUST_API_KEYS=None, FOCUST_API_KEYS_FILE=str(file))
    assert (tasks(site, API_KEY), tasks(site, THIRD_API_KEY)) == (200, 401)
    file.write_text(f"third:{THIRD_API_KEY}\n")
    site.reload()
    assert (tasks(site, API_KEY), tasks(site, THIRD_API_KEY)) == (401, 200)
    site.values["FOCUST_API_KEYS_FILE"] = None


@pytest.mark.skipif(os.geteuid() != 0, reason="secrets are root's to hand over")
def test_secrets_that_the_unit_hands_over_are_taken_by_a_reload_or_named(site, tmp_path):
    kept, given = tmp_path / "secrets", tmp_path / "given"
    kept.mkdir()

    def reload(**secrets: str | None) -> str:
        for name, text in secrets.items():
            (kept / name).unlink(missing_ok=True)
            if text is not None:
                (kept / name).write_text(f"{text}\n")
        # What the unit does at a reload, before the signal.
        subprocess.run([REPOSITORY / "packaging/hand-over-secrets", kept, given, "daemon"], check=True, timeout=10)
        return site.reload(FOCUST_API_KEYS=None, FOCUST_SECRETS=f"{given}/")

    reload(FOCUST_API_KEYS=f"site:{API_KEY}")
    assert (tasks(site, API_KEY), tasks(site, THIRD_API_KEY)) == (200, 401)
    assert "changed=FOCUST_API_KEYS" in reload(FOCUST_API_KEYS=f"third:{THIRD_API_KEY}")
    assert (tasks(site, API_KEY), tasks(site, THIRD_API_KEY)) == (401, 200)
    before = len(site.lines("restart_needed"))
    assert "changed=FOCUST_PREVIOUS_SECRET_KEYS" in reload(
        FOCUST_PREVIOUS_SECRET_KEYS=NEW_KEY, CALLBACK_BEARER=NEW_KEY
    )
    wait_for(lambda: len(site.lines("restart_needed")) > before, "what waits for a restart")
    assert "CALLBACK_BEARER" in site.lines("restart_needed")[-1]
    token = sign(play_claims(REL), key=NEW_KEY)
    assert playlist(site, token).status_code == 200
    # A file that is gone is a secret that is gone.
    reload(FOCUST_PREVIOUS_SECRET_KEYS=None, CALLBACK_BEARER=None)
    assert refusal(playlist(site, token)) == "token_invalid"
    assert sorted(path.name for path in given.iterdir()) == ["FOCUST_API_KEYS"]
    for path, mode in ((given, 0o750), (given / "FOCUST_API_KEYS", 0o440)):
        status = path.stat()
        assert (stat.S_IMODE(status.st_mode), status.st_uid) == (mode, 0) and path.group() == "daemon"
    site.values["FOCUST_SECRETS"] = None


def test_reloads_under_load_fail_no_request(site):
    stop = threading.Event()
    outcomes: collections.Counter[str] = collections.Counter()
    whole = Player.of(site, REL).watch()

    def watch():
        player = Player.of(site, REL)
        while not stop.is_set():
            outcomes["played" if player.watch() == whole else "wrong"] += 1

    def call():
        with requests.Session() as session:
            while not stop.is_set():
                answer = session.get(f"{site.url}/api/tasks", headers=service(API_KEY), timeout=10)
                outcomes[f"api {answer.status_code}"] += 1

    def guarded(work):
        try:
            work()
        except Exception as error:
            outcomes[repr(error)] += 1

    threads = [threading.Thread(target=guarded, args=[work]) for work in (watch, watch, call, call)]
    for thread in threads:
        thread.start()
    try:
        for number in range(RELOADS):
            keys = f"site:{API_KEY},third:{THIRD_API_KEY}" if number % 2 else f"other:{OTHER_API_KEY},site:{API_KEY}"
            site.reload(FOCUST_API_KEYS=keys, FOCUST_PREVIOUS_SECRET_KEYS=NEW_KEY if number % 3 else None)
            # Judged by the new settings from here on, while all the others go on.
            wanted = (200, 401) if number % 2 else (401, 200)
            assert (tasks(site, THIRD_API_KEY), tasks(site, OTHER_API_KEY)) == wanted
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)
    print(f"{RELOADS} reloads, meanwhile: {dict(outcomes)}")
    assert set(outcomes) == {"played", "api 200"} and min(outcomes.values()) > 10


def test_the_signing_key_is_rotated_without_a_viewer_noticing(site):
    """The walk-through of docs/operations.md."""
    old_token = get_token(site, REL)["token"]
    old_player = Player(site.url, REL, old_token)
    whole = old_player.watch()
    # 1. The new key signs, the old one still verifies: with passed sockets the restart refuses nobody.
    site.write(SECRET_KEY=NEW_KEY, FOCUST_PREVIOUS_SECRET_KEYS=SECRET_KEY)
    assert site.terminate() == 0
    site.start()
    new_token = get_token(site, REL)["token"]
    jwt.decode(new_token, NEW_KEY, algorithms=["HS256"])
    assert old_player.watch() == whole
    assert Player(site.url, REL, new_token).watch() == whole
    # 2. When the last old token has expired, the old key goes.
    site.reload(FOCUST_PREVIOUS_SECRET_KEYS=None)
    assert refusal(playlist(site, old_token)) == "token_invalid"
    assert Player(site.url, REL, new_token).watch() == whole
    # Back, as the other tests want it.
    site.write(SECRET_KEY=SECRET_KEY)
    assert site.terminate() == 0
    site.start()


def test_an_api_key_is_rotated_without_a_call_being_refused(site):
    """The walk-through of docs/operations.md: add, switch, remove."""
    site.reload(FOCUST_API_KEYS=f"site:{API_KEY},site-2:{THIRD_API_KEY}")
    assert (tasks(site, API_KEY), tasks(site, THIRD_API_KEY)) == (200, 200)
    site.reload(FOCUST_API_KEYS=f"site-2:{THIRD_API_KEY}")
    assert (tasks(site, API_KEY), tasks(site, THIRD_API_KEY)) == (401, 200)


def test_no_secret_is_in_the_log_of_all_those_reloads(site):
    text = site.log.read_text(errors="replace")
    for secret in (SECRET_KEY, NEW_KEY, API_KEY, OTHER_API_KEY, THIRD_API_KEY):
        assert secret not in text
