"""Clients that were written by the guides of the earlier server, unmodified, and what their two settings do not open.

A site's backend sends no key and is known by its address; an app asks for its tokens from anywhere. The same calls
are made once more as new clients make them: with an API key, and without either setting.
"""

from urllib.parse import quote

import jwt
import pytest
import requests

from harness import media
from harness.client import WEB_HEADERS, bearer, refusal, service, wait_for_task
from harness.guides import Client
from harness.server import ORIGIN, SECRET_KEY, Server, wait_for
from harness.tokens import remember

BACKEND = "127.0.0.9"
UNMODIFIED = {
    "FOCUST_KEYLESS_ADDRESSES": "192.0.2.1,127.0.0.8/31",
    "FOCUST_OPEN_ISSUANCE": "true",
    "FOCUST_API_KEYS": "",
}
IDS = {"trainer_id": "trainer123", "course_id": "course456", "module_id": "module789", "lesson_id": "lesson001"}
REL = "/".join(IDS.values())
HOST = "https://server.focustagency.com"


@pytest.fixture(scope="module")
def film(media):
    return media_file(media / "Video.mp4")


def media_file(path):
    return media.make_h264(path, seconds=4, size="160x120", bitrate="60k")


@pytest.fixture(scope="module", params=["unmodified", "with keys"])
def site(request, tmp_path_factory):
    """The backend of a site, and an app of its users."""
    if request.param == "with keys":
        server = request.getfixturevalue("server")
        yield Client(server, headers=service()), Client(server, headers=service())
        return
    server = Server(tmp_path_factory.mktemp("unmodified"), UNMODIFIED).start()
    yield Client(server, address=BACKEND), Client(server)
    assert server.stop() == 0


@pytest.fixture(scope="module")
def backend(site):
    return site[0]


@pytest.fixture(scope="module")
def app(site):
    return site[1]


def send(client: Client, path: str, film, data=None, name=None):
    with film.open("rb") as file:
        files = {"video": (name or film.name, file, "video/mp4")}
        return client.session().post(client.server.url + path, data=data, files=files, timeout=60)


@pytest.fixture(scope="module")
def uploaded(backend, film):
    """The uploads of the web guide's section 3, each with the answer that it promises."""
    lesson = send(backend, "/upload/lesson", film, IDS)
    assert lesson.status_code == 202, lesson.text
    said = lesson.json()
    assert said["lesson_id"] == "lesson001" and said["hls_path"] == f"/hls2/{REL}/output.m3u8"
    course = send(backend, "/upload_presentation/course/course456", film, name="Présentation.mp4")
    assert course.status_code == 201, course.text
    assert course.json()["file_path"] == "presentation_videos/courses/course456/presentation.mp4"
    module = send(backend, "/upload_presentation/module/course456/module789", film)
    assert module.status_code == 201, module.text
    assert module.json()["file_path"] == "presentation_videos/modules/course456/module789/presentation.mp4"
    state = backend.session().get(f"{backend.server.url}/api/tasks/{said['task_id']}", timeout=10)
    assert state.status_code == 200, state.text
    return said["task_id"]


@pytest.fixture(scope="module")
def converted(backend, uploaded):
    if not backend.headers:
        return wait_by(backend, uploaded)
    return wait_for_task(backend.server, uploaded)


def wait_by(client, task_id):
    def ended():
        state = client.session().get(f"{client.server.url}/api/tasks/{task_id}", timeout=10).json()
        return state if state["status"] in ("completed", "failed") else None

    return wait_for(ended, "the guide's lesson")


def test_web_guide_sections_4_5_and_11(backend, converted, tmp_path):
    assert converted["status"] == "completed"
    call = f"{HOST}/api/get-video-token/v2?user_id=trainer123&rel={REL}&platform=web&ttl=900"
    issued = backend.curl(call)
    assert issued.status == 200, issued.body
    said = issued.json()
    assert said["expires_in"] == 900 and said["playlist_url"] == f"{backend.server.url}/hls2/{REL}/output.m3u8"
    page = bearer(remember(said["token"]), **WEB_HEADERS)
    playlist = requests.get(said["playlist_url"], headers=page, timeout=10)
    assert playlist.status_code == 200 and playlist.text.startswith("#EXTM3U")
    root = said["playlist_url"].rsplit("/", 1)[0]
    for name, size in (("segment_000.ts", None), ("enc.key", 16)):
        part = requests.get(f"{root}/{name}", headers=page, timeout=10)
        assert part.status_code == 200 and len(part.content) == (size or len(part.content)) > 0
    headers = "".join(f"{name}: {value}\r\n" for name, value in page.items())
    media.run("ffmpeg", "-v", "error", "-headers", headers, "-i", said["playlist_url"], "-f", "null", "-")


def test_web_guide_section_5_asks_for_a_page_and_section_7_binds_the_path(backend, converted):
    said = backend.curl(f"{HOST}/api/get-video-token/v2?user_id=trainer123&rel={REL}").json()
    assert said["expires_in"] == 3600
    token = remember(said["token"])
    for headers in ({}, {"Referer": "https://elsewhere.example.org/"}):
        answer = requests.get(said["playlist_url"], headers=bearer(token, **headers), timeout=10)
        assert answer.status_code == 403
    other = said["playlist_url"].replace("lesson001", "lesson002")
    for address, headers in ((other, bearer(token)), (said["playlist_url"], {})):
        assert requests.get(address, headers=headers | WEB_HEADERS, timeout=10).status_code == 403
    claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
    late = jwt.encode(claims | {"exp": claims["iat"] - 1}, SECRET_KEY, algorithm="HS256")
    answer = requests.get(said["playlist_url"], headers=bearer(late, **WEB_HEADERS), timeout=10)
    assert (answer.status_code, refusal(answer)) == (403, "token_expired")


def test_web_guide_sections_4_and_5_for_an_app(app, converted):
    said = app.curl(f"{HOST}/api/get-video-token/v2?user_id=trainer123&rel={REL}&platform=mobile").json()
    playlist = requests.get(said["playlist_url"], headers=bearer(remember(said["token"])), timeout=10)
    lines = [line for line in playlist.text.splitlines() if line and not line.startswith("#")]
    assert playlist.status_code == 200 and lines
    # Rewritten: a player opens what it names without a header.
    for address in lines:
        remember(address.split("token=")[1].split("&")[0])
        assert requests.get(address, timeout=10).status_code == 200
    header = f"Authorization: Bearer {said['token']}\r\n"
    media.run("ffmpeg", "-v", "error", "-headers", header, "-i", said["playlist_url"], "-f", "null", "-")


def test_web_guide_section_10_shows_presentations(backend, film, uploaded):
    for place in ("courses/course456", "modules/course456/module789"):
        shown = requests.get(f"{backend.server.url}/presentation_videos/{place}/presentation.mp4", timeout=10)
        assert (shown.status_code, shown.headers["Content-Type"]) == (200, "video/mp4")
        assert len(shown.content) == film.stat().st_size
        missing = f"{backend.server.url}/presentation_videos/{place}/presentation.webm"
        assert requests.get(missing, timeout=10).status_code == 404


def test_web_guide_section_6(backend, film, uploaded):
    sent = send(backend, "/upload", film, {"user_id": "trainer123"}, name="flat.mp4")
    assert sent.status_code == 202 and sent.json()["hls_path"] == "/hls/trainer123/flat/output.m3u8"
    issued = backend.curl(f"{HOST}/api/get-download-token/trainer123/flat.mp4?ttl=900").json()
    got = backend.curl("-H", f"Authorization: Bearer {remember(issued['token'])}", issued["download_url"])
    assert (got.status, got.body) == (200, film.read_bytes())


def test_web_guide_section_8(backend, film, tmp_path):
    without = send(backend, "/upload/lesson", film, {name: IDS[name] for name in IDS if name != "module_id"})
    assert (without.status_code, refusal(without), without.json()["field"]) == (400, "missing_field", "module_id")
    text = tmp_path / "film.txt"
    text.write_text("This is no film.")
    for name in ("film.txt", "film.mp4"):
        wrong = send(backend, "/upload/lesson", text, IDS | {"lesson_id": "text"}, name=name)
        assert (wrong.status_code, refusal(wrong)) == (400, "unsupported_media")


def test_download_guide_by_curl(backend, app, film, converted, tmp_path):
    tokens = (
        f"type=lesson&user_id=trainer123&rel={REL}&filename=Video.mp4&ttl=900",
        "type=course&user_id=trainer123&course_id=course456&filename=presentation.mp4",
        "type=module&user_id=trainer123&course_id=course456&module_id=module789&filename=presentation.mp4",
    )
    places = (f"{REL}/Video.mp4", "course/course456/presentation.mp4", "module/course456/module789/presentation.mp4")
    for number, (query, place) in enumerate(zip(tokens, places, strict=True)):
        ask = f"{HOST}/api/get-download-token/v2?{query}"
        assert app.curl("-X", "OPTIONS", ask).status == 204
        issued = app.curl(ask)
        assert issued.status == 200, issued.body
        assert issued.json()["expires_in"] == 900
        assert issued.json()["download_url"] == f"{app.server.url}/download2/{place}"
        folder = tmp_path / str(number)
        folder.mkdir()
        authorization = f"Authorization: Bearer {remember(issued.json()['token'])}"
        got = app.curl("-H", authorization, "-OJL", f"{HOST}/download2/{place}", into=folder)
        saved = folder / place.rsplit("/", 1)[1]
        assert got.status == 200 and saved.stat().st_size == film.stat().st_size
        # A lesson's original comes back as it was sent; a presentation's index may have been moved to its front.
        assert number > 0 or saved.read_bytes() == film.read_bytes()
        refused = app.curl("-H", authorization, f"{HOST}/download2/{REL}/Autre.mp4")
        assert refused.status == 403
        assert requests.get(issued.json()["download_url"], timeout=10).status_code == 403
        assert requests.options(issued.json()["download_url"], timeout=10).status_code == 204


@pytest.mark.parametrize("user", ["trainer123", "jean@exemple.fr", "auth0|5f7c8ec7c33c6c004bbafe82", "Élodie Noël"])
def test_download_guide_by_flutter(backend, app, film, user):
    """Dart's `Uri.parse` leaves what a query may hold as it is, and percent-encodes the rest as UTF-8."""
    rel = REL.replace("lesson001", "flutter")
    fields = dict(zip(IDS, rel.split("/"), strict=True))
    assert send(backend, "/upload/lesson", film, fields, name="Leçon n° 1.mp4").status_code == 202
    query = f"type=lesson&user_id={user}&rel={rel}&filename=Leçon n° 1.mp4&ttl=900"
    url = f"{app.server.url}/api/get-download-token/v2?" + quote(query, safe="=&/@:?!$'()*+,;~%")
    issued = app.session().get(url, timeout=10)
    assert issued.status_code == 200, issued.text
    data = issued.json()
    assert jwt.decode(remember(data["token"]), SECRET_KEY, algorithms=["HS256"])["user_id"] == user
    answer = requests.get(data["download_url"], headers=bearer(data["token"]), timeout=10)
    assert (answer.status_code, answer.content) == (200, film.read_bytes())
    assert answer.headers["Content-Disposition"].startswith("attachment")


# The original is there from the upload on, whatever becomes of the conversion.


@pytest.fixture(scope="module")
def idle(tmp_path_factory):
    """A server that converts nothing: what was uploaded waits."""
    server = Server(tmp_path_factory.mktemp("idle"), {"FOCUST_CONVERSION_JOBS": "0"}).start()
    yield Client(server, headers=service())
    assert server.stop() == 0


def original(client: Client, rel: str, name: str) -> requests.Response:
    query = {"type": "lesson", "user_id": "trainer123", "rel": rel, "filename": name}
    url = f"{client.server.url}/api/get-download-token/v2"
    issued = client.session().get(url, params=query, timeout=10).json()
    return requests.get(issued["download_url"], headers=bearer(remember(issued["token"])), timeout=10)


def fields(rel: str) -> dict[str, str]:
    return dict(zip(IDS, rel.split("/"), strict=True))


def test_an_original_can_be_downloaded_while_its_lesson_waits(idle, film, tmp_path):
    rel = "t/c/m/waits"
    assert send(idle, "/upload/lesson", film, fields(rel)).status_code == 202
    assert original(idle, rel, "Video.mp4").content == film.read_bytes()
    said = idle.curl(f"{HOST}/api/get-video-token/v2?user_id=u&rel={rel}").json()
    page = bearer(remember(said["token"]), **WEB_HEADERS)
    waiting = requests.get(said["playlist_url"], headers=page, timeout=10)
    assert (waiting.status_code, refusal(waiting)) == (404, "conversion_in_progress")
    # Nothing was ever converted, so the newest upload is the original.
    second = media_file(tmp_path / "Second.mp4")
    assert send(idle, "/upload/lesson", second, fields(rel)).status_code == 202
    assert original(idle, rel, "Second.mp4").content == second.read_bytes()
    assert original(idle, rel, "Video.mp4").status_code == 404
    gone = idle.session().delete(f"{idle.server.url}/api/lessons/{rel}", timeout=10)
    assert gone.status_code == 200
    assert not list((idle.server.data / "originals/t/c/m").glob("waits/*"))


def test_an_original_stays_when_its_conversion_fails(own_server, film, tmp_path):
    server = own_server(FOCUST_CONVERSION_TIMEOUT="1", FOCUST_X264_PRESET="veryslow")
    client = Client(server, headers=service())
    slow = tmp_path / "slow.avi"
    source = "testsrc2=s=1280x720:r=25:d=20"
    media.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-c:v", "mpeg4", "-q:v", "20", slow)
    failed = send(client, "/upload/lesson", slow, fields("t/c/m/fails"))
    assert wait_for_task(server, failed.json()["task_id"])["status"] == "failed"
    assert original(client, "t/c/m/fails", "slow.avi").content == slow.read_bytes()
    # Where there is a lesson, its original stays until another one has taken its place.
    good = send(client, "/upload/lesson", film, fields("t/c/m/stays"))
    assert wait_for_task(server, good.json()["task_id"])["status"] == "completed"
    failed = send(client, "/upload/lesson", slow, fields("t/c/m/stays"))
    assert wait_for_task(server, failed.json()["task_id"])["status"] == "failed"
    assert original(client, "t/c/m/stays", "Video.mp4").content == film.read_bytes()
    assert original(client, "t/c/m/stays", "slow.avi").status_code == 404


# What the two settings do not open.


@pytest.fixture(scope="module")
def keyless(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("keyless"), {"FOCUST_KEYLESS_ADDRESSES": BACKEND}).start()
    yield server
    assert server.stop() == 0


CALLS = {
    "tasks": ("GET", "/api/tasks"),
    "play token": ("GET", f"/api/get-video-token/v2?user_id=u&rel={REL}"),
    "download token": ("GET", f"/api/get-download-token/v2?type=lesson&user_id=u&rel={REL}&filename=a.mp4"),
    "upload token": ("GET", f"/api/get-upload-token?type=lesson&user_id=u&rel={REL}"),
    "deletion": ("DELETE", f"/api/lessons/{REL}"),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_keyless_address_needs_no_key_and_others_do(keyless, call):
    method, path = CALLS[call]
    own, other = Client(keyless, address=BACKEND).session(), Client(keyless, address="127.0.0.10").session()
    assert own.request(method, keyless.url + path, timeout=10).status_code == 200
    # An address is what nginx saw, whatever the request says of itself.
    for headers in ({}, {"X-Forwarded-For": BACKEND, "X-Real-IP": BACKEND, "Forwarded": f"for={BACKEND}"}):
        refused = other.request(method, keyless.url + path, headers=headers, timeout=10)
        assert (refused.status_code, refusal(refused)) == (401, "unauthorized")
    assert other.request(method, keyless.url + path, headers=service(), timeout=10).status_code == 200


WRONG = {
    "a wrong key": {"Authorization": "Bearer wrong-key-0123456789"},
    "no token at all": {"Authorization": "Bearer undefined"},
    "a page of another site": {"Origin": "https://evil.example.org"},
    "a picture on another site": {"Referer": "https://evil.example.org/page"},
    "a sandboxed page": {"Origin": "null"},
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("call", CALLS)
def test_a_keyless_address_is_judged_by_what_it_sends(keyless, call, wrong):
    method, path = CALLS[call]
    own = Client(keyless, address=BACKEND).session()
    answer = own.request(method, keyless.url + path, headers=WRONG[wrong], timeout=10)
    assert (answer.status_code, refusal(answer)) == (401, "unauthorized")
    allowed = own.request(method, keyless.url + path, headers={"Origin": ORIGIN}, timeout=10)
    assert allowed.status_code == 200


def test_an_upload_token_opens_no_more_from_a_keyless_address(keyless, film):
    own = Client(keyless, address=BACKEND)
    ask = f"{keyless.url}/api/get-upload-token?type=lesson&user_id=u&rel=t/c/m/own"
    token = remember(own.session().get(ask, timeout=10).json()["token"])
    holder = Client(keyless, address=BACKEND, headers=bearer(token))
    refused = send(holder, "/upload/lesson", film, fields("t/c/m/other"))
    assert (refused.status_code, refusal(refused)) == (403, "token_mismatch")
    in_query = send(own, f"/upload/lesson?token={token}", film, fields("t/c/m/other"))
    assert (in_query.status_code, refusal(in_query)) == (403, "token_mismatch")
    assert send(holder, "/upload/lesson", film, fields("t/c/m/own")).status_code == 202


def test_each_start_warns_of_keyless_addresses(keyless, server):
    def warnings(running):
        return [
            line for text in running.logs().values() for line in text.splitlines() if "keyless_addresses:" in line
        ]

    assert warnings(keyless) and "warning" in warnings(keyless)[0].lower()
    assert not warnings(server)
