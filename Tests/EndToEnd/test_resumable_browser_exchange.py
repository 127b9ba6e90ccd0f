"""What tus-js-client 4 says to a server from a web page, request by request, and what it needs to hear.

Written by hand after its published behaviour, not recorded from it: the headers it sets, the preflights that a
browser puts in front of each request because of them, how it resumes, and how it gives an upload up. It reads
`Location` at a creation, `Upload-Offset` after each part, both `Upload-Offset` and `Upload-Length` where it resumes,
and begins anew on 404 or 410.
"""

import base64

import requests

from harness import tus
from harness.client import bearer, service, wait_for_task
from harness.server import ORIGIN, wait_for
from harness.tokens import remember

LESSON = "trainer-1/course-1/tus-js/lesson"
NAMES = ("trainer_id", "course_id", "module_id", "lesson_id")


def encoded(**values: str) -> str:
    """Its spelling: name, space, base64, joined by commas; an empty value has no space."""
    pairs = ((name, base64.b64encode(value.encode()).decode()) for name, value in values.items())
    return ",".join(f"{name} {text}" if text else name for name, text in pairs)


class Page:
    """A page's requests as a browser makes them: the preflight first, then the request with its Origin."""

    def __init__(self, token: str):
        self.headers = {"Origin": ORIGIN, "Referer": f"{ORIGIN}/upload", **bearer(token)}

    def send(self, method: str, url: str, body=None, **headers: str) -> requests.Response:
        own = {"Tus-Resumable": "1.0.0"} | {name.replace("_", "-"): value for name, value in headers.items()}
        self.preflight(method, url, sorted(name.lower() for name in (*own, "authorization")))
        answer = requests.request(method, url, headers=self.headers | own, data=body, timeout=60)
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        return answer

    def preflight(self, method: str, url: str, names: list[str]) -> None:
        asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": ",".join(names)}
        answer = requests.options(url, headers={"Origin": ORIGIN} | asked, timeout=10)
        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        allowed = {name.strip().lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}
        assert set(names) <= allowed, set(names) - allowed
        assert method in {name.strip() for name in answer.headers["Access-Control-Allow-Methods"].split(",")}

    @staticmethod
    def heard(answer: requests.Response, name: str) -> str:
        """A header, if the page may read it."""
        exposed = {other.strip().lower() for other in answer.headers["Access-Control-Expose-Headers"].split(",")}
        assert name.lower() in exposed, exposed
        return answer.headers[name]


def test_a_page_uploads_loses_its_connection_and_goes_on(server, short_h264):
    film = short_h264.read_bytes()
    issued = requests.get(
        f"{server.url}/api/get-upload-token",
        params={"user_id": "trainer", "type": "lesson", "rel": LESSON},
        headers=service(),
        timeout=10,
    )
    token = remember(issued.json()["token"])
    page = Page(token)
    text = encoded(filename="film.mp4", filetype="video/mp4", **dict(zip(NAMES, LESSON.split("/"), strict=True)))
    endpoint = f"{server.url}/upload/tus/"
    begun = page.send("POST", endpoint, Upload_Length=str(len(film)), Upload_Metadata=text)
    assert begun.status_code == 201
    url = page.heard(begun, "Location")
    first = page.send("PATCH", url, film[:30_000], Upload_Offset="0", Content_Type=tus.PART)
    assert (first.status_code, page.heard(first, "Upload-Offset")) == (204, "30000")

    # The network goes in the middle of the second part.
    cut = tus.Slow(url, 30_000, len(film) - 30_000, Origin=ORIGIN, **bearer(token))
    cut.send(film[30_000:40_000])
    folder = server.data / "uploads/.tus"
    wait_for(lambda: any(path.stat().st_size == 40_000 for path in folder.glob("*/data")), "the bytes")
    cut.drop()

    def resumed() -> requests.Response | None:
        answer = page.send("HEAD", url)
        return answer if answer.status_code == 200 else None

    seen = wait_for(resumed, "an answer to HEAD")
    assert page.heard(seen, "Upload-Length") == str(len(film))
    assert seen.headers["Cache-Control"] == "no-store"
    had = int(page.heard(seen, "Upload-Offset"))
    assert had == 40_000
    last = page.send("PATCH", url, film[had:], Upload_Offset=str(had), Content_Type=tus.PART)
    assert (last.status_code, page.heard(last, "Upload-Offset")) == (204, str(len(film)))
    assert wait_for_task(server, page.heard(last, "Focust-Task-Id"))["status"] == "completed"
    (stored,) = (server.data / "originals" / LESSON).iterdir()
    assert stored.read_bytes() == film


def test_a_page_gives_an_upload_up_and_begins_anew(server):
    page = Page(
        remember(
            requests.get(
                f"{server.url}/api/get-upload-token",
                params={"user_id": "trainer", "type": "course", "course_id": "tus-js-course"},
                headers=service(),
                timeout=10,
            ).json()["token"]
        )
    )
    text = encoded(type="course", course_id="tus-js-course", filename="film.mp4")
    begun = page.send("POST", f"{server.url}/upload/tus/", Upload_Length="9", Upload_Metadata=text)
    url = page.heard(begun, "Location")
    assert page.send("DELETE", url).status_code == 204
    # What makes it forget the address and create another.
    assert page.send("HEAD", url).status_code in (404, 410)
    again = page.send("POST", f"{server.url}/upload/tus/", Upload_Length="9", Upload_Metadata=text)
    assert (again.status_code, page.heard(again, "Location") != url) == (201, True)
