"""The listings for a site's developer: TypeScript accepts them, and they do what the page says they do."""

import base64
import hashlib
import hmac
import json
import re
import time

import pytest

from harness import typescript
from harness.client import upload
from harness.listings import FRENCH_PAGE, PAGE, of_callbacks, of_page
from harness.receiver import Receiver
from harness.server import REPOSITORY, Server, wait_for

REL = "trainer-1/course-1/module-1/lesson-1"
SCRIPTS = REPOSITORY / "Tests/EndToEnd/typescript"


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A folder in which the examples are checked and run, with stand-ins for what a site has of its own."""
    folder = tmp_path_factory.mktemp("workshop")
    stand_ins = SCRIPTS / "stand-ins"
    imports = {"@/lib/lessons": str(stand_ins / "lessons.ts"), "next/server": str(stand_ins / "next-server.ts")}
    typescript.configure(folder, imports)
    return folder


def test_typescript_accepts_every_listing_strictly(workshop):
    written = [workshop / "receiver.ts", workshop / "verify.ts"]
    for path, (text,) in zip(written, [of_page("ts"), [of_callbacks("ts")]], strict=True):
        path.write_text(text)
    example = REPOSITORY / "docs/examples/browser-upload/route.ts"
    assert typescript.check(workshop, *written, example, SCRIPTS / "receive.ts") == ""


def test_typescript_accepts_every_listing_for_pages(tmp_path):
    """As JavaScript: what nothing tells the type of may be anything, null too."""
    typescript.configure(tmp_path, {}, checkJs=True, strict=False)
    sending, playing = of_page("js")
    given = "declare const file: File, upload_url: string, token: string;\n"
    (tmp_path / "given.d.ts").write_text(given)
    (tmp_path / "sending.js").write_text(f'/// <reference path="./given.d.ts" />\n{sending}export {{}};\n')
    (tmp_path / "playing.js").write_text(playing)
    assert typescript.check(tmp_path, tmp_path / "sending.js", tmp_path / "playing.js") == ""


def test_the_two_receivers_verify_in_the_same_way():
    (receiver,) = of_page("ts")
    function = of_callbacks("ts").split("export ")[1]
    assert function.strip() in receiver


def without_comments(listing: str) -> str:
    return re.sub(r"[ ]*//[^\n]*|/\*\*.*?\*/", "", listing, flags=re.S)


def test_the_french_page_has_the_listings_of_the_english_one():
    kinds = [re.findall(r"^```(\w+)$", page.read_text(), re.M) for page in (PAGE, FRENCH_PAGE)]
    assert kinds[0] == kinds[1] and {"sh", "js", "ts"} == set(kinds[0])
    for language in set(kinds[0]):
        french = list(map(without_comments, of_page(language, FRENCH_PAGE)))
        assert french == list(map(without_comments, of_page(language)))


# Callbacks.


def signed(secret: bytes, identifier: str, sent: int, body: str) -> dict[str, str]:
    """The headers of a callback that was signed with this key at this time."""
    tag = hmac.digest(secret, f"{identifier}.{sent}.{body}".encode(), hashlib.sha256)
    signature = "v1," + base64.b64encode(tag).decode()
    return {"webhook-id": identifier, "webhook-timestamp": str(sent), "webhook-signature": signature}


def cases(secret: str, headers: dict[str, str], body: str) -> dict[str, tuple[str, dict[str, str], str]]:
    """What a receiver may get, by name: its secret, the headers and the body."""
    now, identifier = int(time.time()), headers["webhook-id"]
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    unsigned = {name: value for name, value in headers.items() if name != "webhook-signature"}
    failed = json.dumps(json.loads(body) | {"status": "error", "error": "The conversion took too long."})
    both = f"v1,{'A' * 43}= {headers['webhook-signature']}"
    return {
        "as it came": (secret, headers, body),
        "with the signatures of two secrets": (secret, headers | {"webhook-signature": both}, body),
        "signed now": (secret, signed(key, identifier, now, body), body),
        "of a failure": (secret, signed(key, identifier, now, failed), failed),
        "with another body": (secret, headers, body.replace("lesson-1", "lesson-2")),
        "with another id": (secret, headers | {"webhook-id": f"{identifier}0"}, body),
        "with another time": (secret, headers | {"webhook-timestamp": str(now + 1)}, body),
        "signed long ago": (secret, signed(key, identifier, now - 3600, body), body),
        "signed for a later hour": (secret, signed(key, identifier, now + 3600, body), body),
        "signed with another secret": (secret, signed(b"another", identifier, now, body), body),
        "without a signature": (secret, unsigned, body),
        "without anything": (secret, {}, body),
        "signed with the nothing that a receiver without a secret has": (
            "",
            signed(b"", identifier, now, body),
            body,
        ),
    }


GENUINE = {"as it came", "with the signatures of two secrets", "signed now", "of a failure"}
SECRETS = ["whsec_" + base64.b64encode(bytes(range(32))).decode(), "a text that both sides know"]


@pytest.fixture(scope="module", params=SECRETS, ids=["whsec", "text"])
def received(request, tmp_path_factory, short_h264):
    """The cases made of a callback that the server has sent."""
    site = Receiver()
    settings = {"FOCUST_CALLBACK_URL": site.url, "FOCUST_CALLBACK_ALLOW_PRIVATE": "true"}
    server = Server(tmp_path_factory.mktemp("calling"), settings | {"FOCUST_CALLBACK_SECRET": request.param}).start()
    upload(server, REL, short_h264)
    wait_for(lambda: site.received, "a callback")
    server.stop()
    site.close()
    headers, body = site.received[0]
    return cases(request.param, {name: headers[name] for name in headers if "webhook" in name}, body.decode())


def test_the_receiver_in_typescript_takes_what_is_genuine_alone(workshop, received):
    (text,) = of_page("ts")
    (workshop / "receiver.ts").write_text(text)
    (workshop / "received.json").write_text(json.dumps(list(received.values())))
    said = typescript.execute(
        workshop, SCRIPTS / "receive.ts", workshop / "receiver.ts", workshop / "received.json"
    ).splitlines()
    statuses = dict(zip(received, json.loads(said.pop()), strict=True))
    assert statuses == {name: 204 if name in GENUINE else 401 for name in received}
    told = json.loads(received["as it came"][2])
    ready = ["ready", told["context"], told["duration"]]
    failed = ["failed", told["context"], "The conversion took too long."]
    assert list(map(json.loads, said)) == [ready, ready, ready, failed]


def test_the_verification_in_python_takes_what_is_genuine_alone(received):
    listing = {}
    exec(of_callbacks("python"), listing)
    taken = {
        name
        for name, (secret, headers, body) in received.items()
        if listing["is_genuine"](secret, headers, body.encode())
    }
    assert taken == GENUINE
