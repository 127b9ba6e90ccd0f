"""The page for a site's developer, followed word for word: each command, and the code that uploads from a page."""

import json
import os
import re
import subprocess

import pytest
import requests

from harness import typescript
from harness.client import bearer, wait_for_task
from harness.listings import PAGE, of_page
from harness.openapi import document
from harness.server import API_KEY, ORIGIN, Server, wait_for
from harness.tokens import remember

REL = "trainer-1/course-1/module-1/lesson-1"
# A page of the site, as a browser says where it is.
ON_A_PAGE = {"Referer": f"{ORIGIN}/course/1"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A server of its own: the page deletes the lesson in the end."""
    server = Server(tmp_path_factory.mktemp("site")).start()
    yield server
    assert server.stop() == 0


def say(server: Server, command: str) -> dict:
    """What a command of the page answers, in a shell where V and K are what it says they are."""
    environment = {"PATH": os.environ["PATH"], "V": server.url, "K": API_KEY}
    quiet = command.replace("curl ", "curl --silent --show-error --fail-with-body --max-time 20 ", 1)
    done = subprocess.run(["sh", "-c", quiet], env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, f"{command}: {done.stdout} {done.stderr}"
    answer = json.loads(done.stdout)
    for token in re.findall(r'"token":"([^"]+)"', done.stdout):
        remember(token)
    return answer


def commands(name: str) -> str:
    """The one command of the page that calls this address."""
    (found,) = [line for block in of_page("sh") for line in block.splitlines() if f"/api/{name}" in line]
    return found


@pytest.fixture(scope="module")
def accepted(site, tmp_path_factory, short_h264) -> dict:
    """What the upload's code was answered: it runs as it stands, with the film that a person has chosen."""
    issued = say(site, commands("get-upload-token"))
    folder = tmp_path_factory.mktemp("page")
    typescript.configure(folder, {})
    chosen = f"""
        const file = new File([await Deno.readFile({str(short_h264)!r})], "film.mp4");
        const {{ upload_url, token }} = {json.dumps(issued)};
    """
    (folder / "page.js").write_text(
        chosen + of_page("js")[0] + "console.log(JSON.stringify({ task_id, status_url }));"
    )
    return json.loads(typescript.execute(folder, folder / "page.js")) | {"token": issued["token"]}


@pytest.fixture(scope="module")
def finished(site, accepted) -> dict:
    return wait_for_task(site, accepted["task_id"])


def test_a_page_uploads_and_follows_its_task_with_the_same_token(accepted, finished):
    answer = requests.get(accepted["status_url"], headers=bearer(accepted["token"]), timeout=10)
    assert (answer.status_code, answer.json()["status"], answer.json()["rel"]) == (200, "completed", REL)


def test_the_page_has_every_state_of_a_task():
    states = PAGE.read_text().split("## States of a task")[1].split("\n## ")[0]
    named = re.findall(r"^\| `(\w+)` \|", states, re.M)
    assert named[1:] == document().root["components"]["schemas"]["TaskStatus"]["enum"]


def test_a_token_plays_on_a_page_and_so_do_those_of_a_course(site, finished):
    one = say(site, commands("get-video-token/"))
    (other,) = say(site, commands("get-video-tokens/"))["tokens"]
    assert one["expires_in"] == 900
    for issued in (one, other):
        assert issued["status"] == "ready"
        playlist = requests.get(issued["signed_playlist_url"], headers=ON_A_PAGE, timeout=10)
        assert playlist.status_code == 200 and playlist.text.startswith("#EXTM3U")
        poster = requests.get(issued["poster_url"], headers=ON_A_PAGE, timeout=10)
        assert poster.content.startswith(b"\xff\xd8") and "max-age=3600" in poster.headers["Cache-Control"]
        elsewhere = requests.get(issued["signed_playlist_url"], timeout=10)
        assert elsewhere.json()["error"] == "referrer_missing"
        # With crossorigin="anonymous", where the site hides its pages.
        assert requests.get(issued["signed_playlist_url"], headers={"Origin": ORIGIN}, timeout=10).ok


def test_the_original_is_saved_by_a_link(site, finished, short_h264):
    issued = say(site, commands("get-download-token/"))
    saved = requests.get(issued["signed_download_url"], timeout=10)
    assert issued["status"] == "ready" and saved.content == short_h264.read_bytes()
    assert saved.headers["Content-Disposition"].startswith("attachment")
    another = say(site, commands("get-download-token/").replace("film.mp4", "none.mp4"))
    assert another["status"] == "missing"


def test_lessons_are_listed_revoked_and_deleted(site, finished):
    watched = say(site, commands("get-video-token/"))["signed_playlist_url"]
    page = say(site, commands("lessons?"))
    assert ([lesson["rel"] for lesson in page["lessons"]], page["next"]) == ([REL], None)
    say(site, commands("revoke"))
    assert requests.get(watched, headers=ON_A_PAGE, timeout=10).json()["error"] == "token_revoked"
    again = say(site, commands("get-video-token/"))["signed_playlist_url"]
    assert requests.get(again, headers=ON_A_PAGE, timeout=10).status_code == 200
    assert say(site, commands("lessons/"))["rel"] == REL
    wait_for(lambda: say(site, commands("get-video-token/"))["status"] == "missing", "the lesson to be gone")


def test_a_refusal_is_said_in_french_to_who_prefers_it(site):
    url = f"{site.url}/api/get-video-token/v2"
    headers = bearer(API_KEY, **{"Accept-Language": "fr"})
    answer = requests.get(url, params={"user_id": "jean"}, headers=headers, timeout=10)
    assert answer.json() == {"error": "missing_field", "message": "rel manque.", "field": "rel"}
