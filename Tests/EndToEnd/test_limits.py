"""What nginx counts, and for whom: no application runs, so what passes the limits is a 502."""

import json
from contextlib import contextmanager

import pytest

from harness.host import Host

PASSES, LIMITED = 502, 429


@contextmanager
def hosted(directory, **settings):
    host = Host(directory, **settings)
    try:
        yield host
    finally:
        host.stop()


def ask(host, address, user="learner-1", path="/api/get-video-token/v2?rel=a/b/c/d&user_id={}"):
    return host.get(path.format(user), X_Real_IP=address)[0]


def test_strangers_cannot_use_up_the_tokens_of_another(tmp_path):
    with hosted(tmp_path, FOCUST_RATE_TOKENS_PER_USER="1r/m burst=1", FOCUST_TRUSTED_ADDRESSES="192.0.2.1") as host:
        flood = [ask(host, "203.0.113.9") for _ in range(5)]
        assert flood == [PASSES, PASSES, LIMITED, LIMITED, LIMITED]
        # The user's own app, elsewhere; another user behind the same address; the site's backend.
        assert ask(host, "203.0.113.10") == PASSES
        assert ask(host, "203.0.113.9", "learner-2") == PASSES
        assert [ask(host, "192.0.2.1") for _ in range(100)] == [PASSES] * 100


@pytest.mark.parametrize(
    "spelling",
    ["learner@example.com", "learner%40example.com", "auth0|5f7c", "auth0%7C5f7c", "le%C3%A7on", "a:b~c!d*e'(f)"],
)
def test_every_user_has_a_bucket_however_a_client_spells_the_id(tmp_path, spelling):
    with hosted(tmp_path, FOCUST_RATE_TOKENS_PER_USER="1r/m burst=1") as host:
        address = "203.0.113.9"
        assert [ask(host, address, spelling) for _ in range(3)] == [PASSES, PASSES, LIMITED]
        assert ask(host, address, spelling + "2") == PASSES


ROUTES = {
    "FOCUST_RATE_TOKENS_PER_ADDRESS": ("GET", "/api/get-video-token/v2?user_id={}"),
    "FOCUST_RATE_TOKENS_PER_USER": ("GET", "/api/get-video-token/v2?user_id=learner-1&n={}"),
    "FOCUST_RATE_UPLOADS_PER_ADDRESS": ("POST", "/upload/lesson?n={}"),
}
SAME = [
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:fffe"),
    ("2001:db8::1", "2001:db8:0:0:8000::"),
    ("::1", "::beef:0:0:1"),
    ("::ffff:203.0.113.9", "203.0.113.9"),
]
DIFFERENT = [
    ("2001:db8:1:2::1", "2001:db8:1:3::1"),
    ("203.0.113.9", "203.0.113.10"),
    ("::ffff:203.0.113.9", "::ffff:203.0.113.10"),
    ("::ffff:203.0.113.9", "::203.0.113.9"),
]


@pytest.mark.parametrize("setting", ROUTES)
def test_an_ipv6_network_is_one_client_and_an_ipv4_address_another(tmp_path, setting):
    method, path = ROUTES[setting]
    with hosted(tmp_path, **{setting: "1r/m burst=1", "FOCUST_TRUSTED_ADDRESSES": "192.0.2.1"}) as host:

        def statuses(*addresses):
            return [host.get(path.format(n), method=method, X_Real_IP=each)[0] for n, each in enumerate(addresses)]

        for number, (one, other) in enumerate(SAME):
            # Each pair in a network of its own, where it may be.
            answers = statuses(one, other, one, other)
            assert answers == [PASSES, PASSES, LIMITED, LIMITED], (number, one, other, answers)


@pytest.mark.parametrize("pair", DIFFERENT)
def test_other_networks_are_other_clients(tmp_path, pair):
    with hosted(tmp_path, FOCUST_RATE_TOKENS_PER_ADDRESS="1r/m burst=1") as host:
        one, other = pair
        assert [ask(host, one) for _ in range(3)] == [PASSES, PASSES, LIMITED]
        assert [ask(host, other) for _ in range(3)] == [PASSES, PASSES, LIMITED]


# Which limit: the method and address, the settings, and what is said of it.
SAID = {
    "tokens for a user": (
        ("GET", "/api/get-video-token/v2?user_id=learner-1"),
        {"FOCUST_RATE_TOKENS_PER_USER": "20r/m burst=1"},
        "Too many tokens for one user from one address: more than 20 per minute. Try again in 3 s.",
        "Trop de jetons pour un utilisateur depuis une même adresse : plus de 20 par minute. Réessayez dans 3 s.",
        3,
    ),
    "tokens": (
        ("GET", "/api/get-video-token/v2?user_id={}"),
        {"FOCUST_RATE_TOKENS_PER_ADDRESS": "9r/m burst=1", "FOCUST_RATE_TOKENS_PER_USER": "1r/m burst=9"},
        "Too many tokens from one address: more than 9 per minute. Try again in 7 s.",
        "Trop de jetons depuis une même adresse : plus de 9 par minute. Réessayez dans 7 s.",
        7,
    ),
    "uploads": (
        ("POST", "/upload/lesson"),
        {"FOCUST_RATE_UPLOADS_PER_ADDRESS": "1r/s burst=1"},
        "Too many uploads begun from one address: more than 1 per second. Try again in 1 s.",
        "Trop d’envois commencés depuis une même adresse : plus de 1 par seconde. Réessayez dans 1 s.",
        1,
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_who_is_refused_is_told_which_limit_was_reached(tmp_path, name):
    (method, path), settings, english, french, seconds = SAID[name]
    with hosted(tmp_path, **settings) as host:

        def flood(address, **headers):
            for number in range(10):
                status, body, told = host.get(path.format(number), method=method, X_Real_IP=address, **headers)
                if status == LIMITED:
                    return json.loads(body), told
            raise AssertionError("no limit was reached")

        for address, language, sentence in [("203.0.113.9", "en", english), ("203.0.113.10", "fr", french)]:
            body, told = flood(address, Accept_Language=language)
            assert body == {"error": "rate_limited", "message": sentence}
            assert int(told["Retry-After"]) == seconds
