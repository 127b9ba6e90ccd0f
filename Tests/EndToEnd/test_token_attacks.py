"""Tokens that must open nothing. Beside each table stands the token that does open: none passes by chance."""

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from harness.client import WEB_HEADERS, bearer, refusal
from harness.server import API_KEY, SECRET_KEY
from harness.tokens import play, play_claims, remember, sign

REL = "trainer-1/course-1/module-1/lesson-1"


def encode(data) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def by_hand(header, payload, key: str = SECRET_KEY) -> str:
    """A token with any header and payload, correctly signed with HMAC-SHA-256."""
    signed = f"{encode(header)}.{encode(payload)}"
    mac = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return remember(f"{signed}.{encode(mac)}")


def unsigned(algorithm) -> str:
    return remember(f"{encode({'alg': algorithm, 'typ': 'JWT'})}.{encode(play_claims(REL))}.")


def with_header(**header) -> str:
    return by_hand({"alg": "HS256", "typ": "JWT"} | header, play_claims(REL))


def rsa_confusion() -> str:
    """Signed by HMAC with a public key's PEM, which a careless verifier would use as the secret."""
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return by_hand({"alg": "HS256", "typ": "JWT"}, play_claims(REL), pem.decode())


def rsa_signed() -> str:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return remember(jwt.encode(play_claims(REL), private, algorithm="RS256"))


def changed(token: str, part: int, change) -> str:
    parts = token.split(".")
    parts[part] = change(parts[part])
    return remember(".".join(parts))


def flip(text: str) -> str:
    """Another first character: the last one may hold bits that do not count."""
    return ("A" if text[0] != "A" else "B") + text[1:]


def raw_payload(text: str) -> str:
    """A payload that json.dumps would not write."""
    return by_hand({"alg": "HS256", "typ": "JWT"}, text.encode())


def replaced_number(value: str) -> str:
    text = json.dumps(play_claims(REL) | {"exp": 0})
    return raw_payload(text.replace('"exp": 0', f'"exp": {value}'))


INVALID = {
    "alg none": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "alg NONE": lambda: unsigned("NONE"),
    "alg nOnE": lambda: unsigned("nOnE"),
    "alg empty": lambda: unsigned(""),
    "alg null": lambda: unsigned(None),
    "alg none with a good signature": lambda: by_hand({"alg": "none"}, play_claims(REL)),
    "alg hs256 in lower case": lambda: by_hand({"alg": "hs256"}, play_claims(REL)),
    "alg missing": lambda: by_hand({"typ": "JWT"}, play_claims(REL)),
    "alg a list": lambda: by_hand({"alg": ["HS256"]}, play_claims(REL)),
    "HS384": lambda: sign(play_claims(REL), algorithm="HS384"),
    "HS512": lambda: sign(play_claims(REL), algorithm="HS512"),
    "RS256": rsa_signed,
    "a public key as HMAC secret": rsa_confusion,
    "another secret": lambda: sign(play_claims(REL), "another-secret-key-of-more-than-32-bytes"),
    "an empty secret": lambda: by_hand({"alg": "HS256"}, play_claims(REL), ""),
    "the API key as secret": lambda: sign(play_claims(REL), API_KEY),
    "no signature": lambda: changed(play(REL), 2, lambda _: ""),
    "signature flipped": lambda: changed(play(REL), 2, flip),
    "signature cut": lambda: changed(play(REL), 2, lambda text: text[:-4]),
    "signature longer": lambda: changed(play(REL), 2, lambda text: text + "AAAA"),
    "signature padded": lambda: changed(play(REL), 2, lambda text: text + "="),
    "payload flipped": lambda: changed(play(REL), 1, flip),
    "payload padded": lambda: changed(play(REL), 1, lambda text: text + "=="),
    "header flipped": lambda: changed(play(REL), 0, flip),
    "cut in the middle": lambda: remember(play(REL)[:90]),
    "two parts": lambda: remember(".".join(play(REL).split(".")[:2])),
    "four parts": lambda: remember(play(REL) + ".AAAA"),
    "dots alone": lambda: "..",
    "words": lambda: "this-is-no-token",
    "a trailing newline, encoded": lambda: remember(play(REL) + "%0a"),
    "standard base64 alphabet": lambda: changed(play(REL), 2, lambda text: "+/" + text[2:]),
    "oversize": lambda: sign(play_claims(REL, filler="x" * 4000)),
    "payload no JSON": lambda: raw_payload("exp=9999999999"),
    "payload a list": lambda: raw_payload("[]"),
    "payload a string": lambda: raw_payload('"rel"'),
    "payload empty": lambda: raw_payload(""),
    "payload deep": lambda: raw_payload('{"a":' * 500 + "1" + "}" * 500),
    "payload not UTF-8": lambda: by_hand({"alg": "HS256"}, b'{"rel":"\xff\xfe"}'),
    "payload followed by more": lambda: raw_payload(json.dumps(play_claims(REL)) + "{}"),
    "exp missing": lambda: play(REL, exp=None),
    "exp a string": lambda: replaced_number('"9999999999"'),
    "exp true": lambda: replaced_number("true"),
    "exp null": lambda: replaced_number("null"),
    "exp a list": lambda: replaced_number("[9999999999]"),
    "exp beyond 64 bits": lambda: replaced_number("1" + "0" * 40),
    "exp infinite": lambda: replaced_number("1e999"),
    "exp NaN": lambda: replaced_number("NaN"),
    "rel a list": lambda: sign(play_claims(REL) | {"rel": [REL]}),
    "rel a number": lambda: sign(play_claims(REL) | {"rel": 7}),
    "platform a number": lambda: sign(play_claims(REL) | {"platform": 1}),
    "user_id a number": lambda: sign(play_claims(REL) | {"user_id": 1}),
}

MISMATCHED = {
    "another lesson": lambda: play("trainer-1/course-1/module-1/other"),
    "a longer name that begins with this one": lambda: play(REL + "0"),
    "a shorter name that this one begins with": lambda: play(REL[:-2]),
    "the directory above": lambda: play("trainer-1/course-1/module-1"),
    "a trailing slash": lambda: play(REL + "/"),
    "other case": lambda: play(REL.upper()),
    "a way back": lambda: play("trainer-1/course-1/module-1/x/../lesson-1"),
    "no rel": lambda: play(None),
    "no user": lambda: play(REL, user_id=None),
    "empty rel": lambda: play(""),
    "a platform nobody knows": lambda: play(REL, "tv"),
    "no platform": lambda: play(REL, platform=None),
    "a flat video of that name": lambda: play(None, video_id="lesson-1", filename="lesson-1.mp4"),
    "a download token": lambda: play(REL, "download", sub="download", type="lesson", filename="film.mp4"),
    "an older download token": lambda: play(None, "download", action="download", filename="film.mp4"),
    "an upload token": lambda: play(REL, "upload"),
}

NAMES = ("output.m3u8", "segment_000.ts", "enc.key", "key")


def ask(lesson, name, token, mobile=False):
    headers = bearer(token) | ({} if mobile else WEB_HEADERS)
    return requests.get(lesson.address(name, mobile), headers=headers, timeout=10)


@pytest.mark.parametrize("name", NAMES)
def test_the_token_made_for_it_opens(lesson, name):
    assert ask(lesson, name, play(REL)).status_code == 200
    assert ask(lesson, name, play(REL, "mobile"), mobile=True).status_code == 200


@pytest.mark.parametrize("attack", INVALID)
def test_a_forged_or_broken_token_is_invalid(lesson, attack):
    token = INVALID[attack]()
    for name in NAMES:
        answer = ask(lesson, name, token)
        assert (answer.status_code, refusal(answer)) == (403, "token_invalid"), name


@pytest.mark.parametrize("attack", MISMATCHED)
def test_a_token_for_something_else_opens_nothing_here(lesson, attack):
    token = MISMATCHED[attack]()
    for name in NAMES:
        for mobile in (False, True):
            answer = ask(lesson, name, token, mobile)
            assert answer.status_code == 403, name
            assert refusal(answer) in ("token_mismatch", "token_invalid"), name


@pytest.mark.parametrize("seconds", [-1, -3600, -1_000_000_000])
def test_an_expired_token_says_so(lesson, seconds):
    answer = ask(lesson, "output.m3u8", play(REL, exp=int(time.time()) + seconds))
    assert (answer.status_code, refusal(answer)) == (403, "token_expired")


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "../../../../dev/null"},
        {"kid": "x' UNION SELECT 'key"},
        {"jku": "http://127.0.0.1:1/jwks.json"},
        {"x5u": "http://127.0.0.1:1/cert.pem"},
        {"jwk": {"kty": "oct", "k": encode(b"attacker-key-attacker-key-attacker")}},
    ],
)
def test_key_hints_in_the_header_change_nothing(lesson, header):
    """Whoever signs with another key gains nothing by saying where that key is."""
    forged = by_hand({"alg": "HS256", "typ": "JWT"} | header, play_claims(REL), "attacker-key-attacker-key-attacker")
    assert refusal(ask(lesson, "output.m3u8", forged)) == "token_invalid"


@pytest.mark.parametrize(
    "header",
    [{"kid": "site-2026"}, {"cty": "JWT", "x5t": "AAAA"}, {"typ": "at+jwt"}, {"jku": "http://127.0.0.1:1/jwks.json"}],
    ids=str,
)
def test_header_members_that_are_not_known_are_ignored(lesson, header):
    """RFC 7515 §4: libraries add a kid of their own."""
    assert ask(lesson, "output.m3u8", with_header(**header)).status_code == 200


def test_critical_extensions_that_are_not_understood_are_refused(lesson):
    assert refusal(ask(lesson, "output.m3u8", with_header(crit=["b64"], b64=False))) == "token_invalid"


def test_without_a_token_nothing_opens(lesson):
    for name in NAMES:
        answer = requests.get(lesson.address(name), headers=WEB_HEADERS, timeout=10)
        assert (answer.status_code, refusal(answer)) == (403, "token_missing")


@pytest.mark.parametrize("scheme", ["Basic", "Token", "BearerX"])
def test_another_authorization_scheme_is_no_token(lesson, scheme):
    headers = {"Authorization": f"{scheme} {play(REL)}"} | WEB_HEADERS
    assert requests.get(lesson.address("enc.key"), headers=headers, timeout=10).status_code == 403


def test_a_web_token_does_not_play_as_mobile(lesson):
    for name in NAMES:
        answer = ask(lesson, name, play(REL), mobile=True)
        assert (answer.status_code, refusal(answer)) == (403, "token_mismatch")


def test_the_header_is_read_before_the_query(lesson):
    address = f"{lesson.address('output.m3u8')}?token={play(REL)}"
    assert requests.get(address, headers=WEB_HEADERS, timeout=10).status_code == 200
    bad = play("trainer-1/course-1/module-1/other")
    assert requests.get(address, headers=bearer(bad, **WEB_HEADERS), timeout=10).status_code == 403


def test_an_api_key_plays_nothing(lesson):
    assert refusal(ask(lesson, "output.m3u8", API_KEY)) == "token_invalid"
