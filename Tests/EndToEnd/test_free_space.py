"""The floor of free space: whatever comes in, and however much at once, so much of the disk stays free."""

import contextlib
import os

import pytest
import requests

from harness import tus
from harness.client import service
from harness.fastcgi import FastCGIRequest
from harness.server import wait_for

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts file systems")

MIB = 1 << 20
DISK, FLOOR, FILM = 96 * MIB, 56 * MIB, 30 * MIB
# By so much the floor may be passed, and what the server keeps of its own.
STEP = 16 * MIB


def refused(answer: requests.Response) -> bool:
    return (answer.status_code, answer.json()["error"]) == (507, "insufficient_storage")


def pieces(count: int):
    for _ in range(count // 65536):
        yield bytes(65536)


def test_parts_under_way_are_counted_together(small_site, disk):
    first, second = (tus.begun(small_site, f"t/c/m/{name}", FILM) for name in ("first", "second"))
    slow = tus.Slow(first, 0, FILM)
    slow.send(bytes(MIB))
    wait_for(lambda: disk.free() <= DISK - MIB, "the first part to come in")
    assert refused(tus.send(second, 0, bytes(FILM)))
    assert tus.offset(second) == 0
    # What broke off is counted no more.
    slow.drop()
    wait_for(lambda: tus.look(first).headers.get("Upload-Offset") == str(MIB), "the first part's end")
    requests.delete(first, headers=tus.VERSION, timeout=30)
    assert tus.send(second, 0, pieces(FILM - 65536)).status_code == 204


def test_forms_under_way_are_counted_together(small_site, disk):
    parameters = {
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": "/upload/lesson",
        "CONTENT_LENGTH": str(FILM),
        "CONTENT_TYPE": "multipart/form-data; boundary=b",
        "HTTP_AUTHORIZATION": service()["Authorization"],
    }
    film = b'--b\r\nContent-Disposition: form-data; name="video"; filename="film.mp4"\r\n\r\n' + bytes(2 * MIB)
    with contextlib.ExitStack() as stack:
        requests_ = [FastCGIRequest(small_site.directory / "upload.sock", parameters) for _ in range(2)]
        for request in requests_:
            stack.callback(request.close)
        requests_[0].send(film)
        wait_for(lambda: disk.free() <= DISK - MIB, "the first form to come in")
        requests_[1].send(film)
        answer = requests_[1].finish()
        assert answer.startswith("Status: 507 "), answer
        assert "insufficient_storage" in answer


def test_a_part_of_unknown_length_ends_at_the_floor(small_site, disk):
    url = tus.begun(small_site, "t/c/m/unknown", FILM)
    disk.fill(leaving=FLOOR + 8 * MIB)
    assert refused(tus.send(url, 0, pieces(FILM)))
    assert disk.free() >= FLOOR - STEP
    # And goes on where there is room again.
    disk.empty()
    assert tus.send(url, tus.offset(url), pieces(65536)).status_code == 204


def test_a_part_ends_where_others_take_the_room_meanwhile(small_site, disk):
    url = tus.begun(small_site, "t/c/m/meanwhile", FILM)
    slow = tus.Slow(url, 0, FILM)
    slow.send(bytes(MIB))
    wait_for(lambda: disk.free() <= DISK - MIB, "the part to begin")
    disk.fill(leaving=FLOOR + 8 * MIB)
    with contextlib.suppress(OSError):
        slow.send(bytes(FILM - MIB))
    assert slow.answer().status == 507
    assert disk.free() >= FLOOR - STEP
