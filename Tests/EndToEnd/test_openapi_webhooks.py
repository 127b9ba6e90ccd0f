"""The callbacks that docs/openapi.yaml describes, as a receiver gets them."""

import base64
import hashlib
import hmac
import json

import pytest
import requests

from harness import media
from harness.client import bearer, lesson_fields, refusal, service, upload, wait_for_task
from harness.openapi import document
from harness.receiver import Receiver
from harness.server import ORIGIN, wait_for
from harness.tokens import play

SECRET = "a-secret-that-the-receiver-of-callbacks-shares"
REL = "trainer-1/course-1/module-1/lesson-1"


@pytest.fixture
def receiver():
    site = Receiver()
    yield site
    site.close()


def settings(receiver, **more):
    return {
        "FOCUST_CALLBACK_URL": receiver.url,
        "FOCUST_CALLBACK_SECRET": SECRET,
        "FOCUST_CALLBACK_ALLOW_PRIVATE": "true",
    } | more


def assert_as_described(name: str, headers: dict[str, str], body: bytes) -> dict:
    operation = document().callbacks()[name]
    for parameter in map(document().resolve, operation["parameters"]):
        assert document().is_valid(parameter["schema"], headers[parameter["name"]]), parameter["name"]
    assert headers["content-type"] == "application/json"
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert document().is_valid(schema, json.loads(body)), body
    assert not document().is_valid(schema, json.loads(body) | {"more": 1})
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(SECRET.encode(), signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    return json.loads(body)


def first(receiver):
    wait_for(lambda: receiver.received, "a callback")
    return receiver.received[0]


def test_success_is_told_as_described(own_server, receiver, short_h264):
    server = own_server(**settings(receiver))
    task_id = upload(server, REL, short_h264).json()["task_id"]
    told = assert_as_described("conversionSucceeded", *first(receiver))
    assert (told["task_id"], told["context"]) == (task_id, lesson_fields(REL))
    delivered = wait_for(
        lambda: (state := wait_for_task(server, task_id)["callback"])["status"] == "delivered" and state, "delivery"
    )
    assert delivered == {
        "status": "delivered",
        "attempts": 1,
        "last_status": 204,
        "last_error": None,
        "next_attempt": None,
    }


def test_that_a_lesson_has_its_renditions_is_told_as_described(own_server, receiver, short_h264):
    renditions = {"FOCUST_RENDITIONS": "144:150k", "FOCUST_CALLBACK_EVENTS": "renditions"}
    server = own_server(**settings(receiver), **renditions)
    task_id = upload(server, REL, short_h264).json()["task_id"]
    wait_for(lambda: len(receiver.received) == 2, "both callbacks", 60)
    converted, complete = receiver.received
    told = assert_as_described("renditionsReady", *complete)
    before = assert_as_described("conversionSucceeded", *converted)
    differing = {name for name in told if told[name] != before[name]}
    assert (differing, told["task_id"]) == ({"status", "message"}, task_id)
    assert len(set(receiver.ids())) == 2


def test_success_in_the_flat_layout_is_told_as_described(own_server, receiver, short_h264):
    server = own_server(**settings(receiver))
    files = {"video": ("film.mp4", short_h264.read_bytes())}
    answer = requests.post(
        f"{server.url}/upload", headers=service(), data={"user_id": "learner-1"}, files=files, timeout=30
    )
    told = assert_as_described("conversionSucceeded", *first(receiver))
    assert (told["task_id"], told["context"]) == (answer.json()["task_id"], {"lesson_id": "film"})


def test_failure_is_told_as_described_to_receiver_and_player(own_server, receiver, tmp_path):
    server = own_server(**settings(receiver, FOCUST_CONVERSION_TIMEOUT="1"))
    film = tmp_path / "long.avi"
    pattern = "testsrc2=s=1280x720:r=50:d=60"
    media.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", pattern, "-c:v", "mpeg4", "-q:v", "8", film)
    task_id = upload(server, REL, film).json()["task_id"]
    assert wait_for_task(server, task_id)["error"]["code"] == "conversion_timeout"
    assert assert_as_described("conversionFailed", *first(receiver))["task_id"] == task_id
    headers = bearer(play(REL), Referer=f"{ORIGIN}/page")
    answer = requests.get(f"{server.url}/hls2/{REL}/output.m3u8", headers=headers, timeout=10)
    assert (answer.status_code, refusal(answer), answer.json()["task_id"]) == (404, "conversion_failed", task_id)
