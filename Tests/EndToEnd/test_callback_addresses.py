"""Who may say where callbacks go, and where the site's own bearer goes with them."""

import jwt
import pytest
import requests

from harness import tus
from harness.client import bearer, lesson_fields, refusal, service, wait_for_task
from harness.receiver import Receiver
from harness.server import SECRET_KEY, Server, wait_for
from harness.tokens import remember

BEARER = "the-sites-own-bearer-0123456789"
NAMES = ("success_callback_url", "error_callback_url")


@pytest.fixture(scope="module")
def receiver():
    listening = Receiver()
    yield listening
    listening.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory, receiver):
    origin = receiver.url.rpartition("/")[0]
    settings = {
        "FOCUST_CALLBACK_HOSTS": f"learn.example.com,{origin}",
        "FOCUST_CALLBACK_SECRET": "a-secret-that-the-receiver-shares",
        "FOCUST_CALLBACK_ALLOW_PRIVATE": "true",
        "CALLBACK_BEARER": BEARER,
    }
    running = Server(tmp_path_factory.mktemp("callbacks"), settings).start()
    yield running
    assert running.stop() == 0


def rel(name: str) -> str:
    return f"trainer-1/course-1/callbacks/{name}"


def upload_token(site, name: str, **more) -> requests.Response:
    query = {"user_id": "trainer-1", "type": "lesson", "rel": rel(name)} | more
    answer = requests.get(f"{site.url}/api/get-upload-token", params=query, headers=service(), timeout=10)
    if answer.status_code == 200:
        remember(answer.json()["token"])
    return answer


def form(site, name: str, headers, film: bytes, **more) -> requests.Response:
    files = {"video": ("film.mp4", film, "video/mp4")}
    address = f"{site.url}/upload/lesson"
    return requests.post(address, headers=headers, data=lesson_fields(rel(name)) | more, files=files, timeout=60)


def resumable(site, name: str, headers, film: bytes, **more) -> requests.Response:
    return tus.begin(site, len(film), tus.lesson_metadata(rel(name), **more), headers, film, Content_Type=tus.PART)


WAYS = {"form": form, "resumable": resumable}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_beside_an_upload_token_nobody_names_an_address(site, short_h264, way, name):
    claimed = {name: "https://learn.example.com/hook"}
    for token in (
        upload_token(site, "beside").json()["token"],
        upload_token(site, "beside", **claimed).json()["token"],
    ):
        # Not even the one that the token names.
        sent = {name: "https://learn.example.com/hook"}
        answer = WAYS[way](site, "beside", bearer(token), short_h264.read_bytes(), **sent)
        assert (answer.status_code, refusal(answer), answer.json()["field"]) == (400, "invalid_callback", name)
    listed = requests.get(f"{site.url}/api/tasks", params={"rel": rel("beside")}, headers=service(), timeout=10)
    assert listed.json()["tasks"] == []


@pytest.mark.parametrize("way", WAYS)
def test_the_claims_of_an_upload_token_say_where(site, receiver, short_h264, way):
    before = len(receiver.received)
    address = receiver.url + f"?way={way}"
    token = upload_token(site, f"claimed-{way}", success_callback_url=address).json()["token"]
    assert jwt.decode(token, SECRET_KEY, algorithms=["HS256"])["success_callback_url"] == address
    answer = WAYS[way](site, f"claimed-{way}", bearer(token), short_h264.read_bytes())
    assert answer.status_code in (201, 202), answer.text
    wait_for(lambda: len(receiver.received) > before, "the callback", 60)
    headers, _ = receiver.received[-1]
    assert headers["webhook-signature"].startswith("v1,")
    # In the clear: not there.
    assert "authorization" not in headers


@pytest.mark.parametrize("way", WAYS)
def test_an_api_key_names_them_beside_the_film(site, receiver, short_h264, way):
    before = len(receiver.received)
    answer = WAYS[way](site, f"key-{way}", service(), short_h264.read_bytes(), success_callback_url=receiver.url)
    assert answer.status_code in (201, 202), answer.text
    wait_for(lambda: len(receiver.received) > before, "the callback", 60)
    task_id = answer.headers.get("Focust-Task-Id") or answer.json()["task_id"]
    assert wait_for_task(site, task_id)["status"] == "completed"


BAD = [
    "http://learn.example.com/hook",
    "https://learn.example.com:8443/hook",
    "https://learn.example.com:80/hook",
    "http://learn.example.com:443/hook",
    "https://learn.example.com.evil.example/hook",
    "https://evil.example/learn.example.com",
    "https://learn.example.com@evil.example/hook",
    "//learn.example.com/hook",
    "learn.example.com/hook",
    "https://127.0.0.1/hook",
    "http://127.0.0.1:1/hook",
]


@pytest.mark.parametrize("url", BAD)
@pytest.mark.parametrize("name", NAMES)
def test_a_bare_host_means_https_and_its_port(site, short_h264, name, url):
    for answer in (
        upload_token(site, "bad", **{name: url}),
        form(site, "bad", service(), b"no film", **{name: url}),
        tus.begin(site, 9, tus.lesson_metadata(rel("bad"), **{name: url})),
    ):
        assert (answer.status_code, refusal(answer), answer.json()["field"]) == (400, "invalid_callback", name)
    good = {name: "https://LEARN.example.com:443/hook?x=1"}
    assert upload_token(site, "good", **good).status_code == 200


def test_addresses_that_make_no_readable_token_are_refused(site):
    long = "https://learn.example.com/" + "a" * 900
    assert upload_token(site, "long", success_callback_url=long).status_code == 200
    answer = upload_token(site, "long", success_callback_url=long, error_callback_url=long)
    assert (answer.status_code, refusal(answer)) == (400, "invalid_callback")


def test_a_claim_that_the_settings_allow_no_more_is_refused(site, short_h264):
    """As a token would be that was signed by other settings."""
    token = upload_token(site, "older").json()["token"]
    claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
    forged = remember(jwt.encode(claims | {"error_callback_url": "https://old.example.com/"}, SECRET_KEY))
    answer = form(site, "older", bearer(forged), short_h264.read_bytes())
    assert (answer.status_code, refusal(answer)) == (400, "invalid_callback")


def test_the_log_names_who_did_what_and_no_secret(site, short_h264):
    issued = upload_token(site, "logged").json()["token"]
    jti = jwt.decode(issued, SECRET_KEY, algorithms=["HS256"])["jti"]
    answer = form(site, "logged", bearer(issued), short_h264.read_bytes())
    assert answer.status_code == 202
    revoked = requests.post(f"{site.url}/api/revoke", json={"jti": jti}, headers=service(), timeout=10)
    assert revoked.status_code == 200
    (app,) = [text for path, text in site.logs().items() if path.endswith("app.log")]

    def line(event: str) -> dict:
        (found,) = [line for line in app.splitlines() if f" event={event} " in line and jti in line]
        return dict(pair.split("=", 1) for pair in found.split())

    expected = {"kind": "upload", "user": "trainer-1", "target": rel("logged"), "caller": "site", "seconds": "900"}
    assert expected.items() <= line("token_issued").items()
    assert {"caller": "token", "user": "trainer-1", "rel": rel("logged")}.items() <= line("upload_queued").items()
    assert {"by": "jti", "subject": jti, "caller": "site"}.items() <= line("revoked").items()
    assert BEARER not in app and issued not in app
