"""Deleting a lesson while it is uploaded again: what was answered 202 afterwards is never lost."""

import threading

import requests

from harness.client import service, upload, wait_for_task

REL = "trainer-6/course-1/module-1/raced"
UPLOADS = 30


def test_an_upload_that_races_with_deletions_ends_ready_or_deleted_and_never_failed(server, short_h264):
    done = threading.Event()
    deletions = []

    def delete():
        while not done.is_set():
            answer = requests.delete(f"{server.url}/api/lessons/{REL}", headers=service(), timeout=30)
            deletions.append(answer.status_code)

    deleter = threading.Thread(target=delete)
    deleter.start()
    try:
        accepted = [upload(server, REL, short_h264) for _ in range(UPLOADS)]
    finally:
        done.set()
        deleter.join()
    assert {answer.status_code for answer in accepted} == {202}
    assert set(deletions) == {200} and len(deletions) > UPLOADS
    ends = [wait_for_task(server, answer.json()["task_id"]) for answer in accepted]
    assert not [end for end in ends if end["status"] == "failed"]
    # Nothing was deleted after the last one, so it is there.
    final = upload(server, REL, short_h264).json()["task_id"]
    assert wait_for_task(server, final)["status"] == "completed"
    lesson = requests.get(f"{server.url}/api/lessons/{REL}", headers=service(), timeout=10).json()
    assert lesson["status"] == "ready" and lesson["task_id"] == final
