"""Every answer that docs/openapi.yaml describes, brought about once: the recorder compares each with the document."""

import time
import uuid

import jwt
import pytest
import requests

from harness.client import bearer, lesson_fields, refusal, service, wait_for_task
from harness.openapi import document
from harness.server import ORIGIN, Server
from harness.tokens import play, play_claims, remember, sign
from harness.trees import put

REL = "trainer-1/course-1/module-1/lesson-1"
IDENTITY_SECRET = "a-secret-that-the-identity-provider-and-this-server-share"
REFERER = {"Referer": f"{ORIGIN}/page"}


def operations(status: str) -> list[tuple[str, str]]:
    """What is described to answer `status`, as parameters of a test."""
    return sorted((method, template) for method, template, each in document().pairs() if each == status)


def over(status: str):
    return pytest.mark.parametrize("method,template", operations(status))


def address(template: str, **changes: str) -> str:
    """The template with the document's own examples put in."""
    item = document().paths[template]
    operation = next(iter(item[name] for name in item if name != "parameters"))
    for parameter in map(document().resolve, item.get("parameters", []) + operation.get("parameters", [])):
        if parameter["in"] == "path":
            value = changes.get(parameter["name"], parameter["example"])
            template = template.replace(f"{{{parameter['name']}}}", value)
    return template


# Asks by its body what its neighbours ask by their query.
BATCH = "/api/get-video-tokens/v2"


def ask(server, method: str, template: str, **options) -> requests.Response:
    headers = service() | options.pop("headers", {})
    url = server.url + address(template) + options.pop("query", "")
    if template == BATCH and not options.keys() & {"data", "json"}:
        options["json"] = {"user_id": "learner-1", "rels": [REL]}
    return requests.request(method, url, headers=headers, timeout=30, **options)


def is_refused(answer: requests.Response, status: int, code: str) -> bool:
    """An answer to HEAD has no body that could name the code."""
    return answer.status_code == status and (answer.request.method == "HEAD" or refusal(answer) == code)


# One upload's address asks for no token, and for headers without which it says nothing: test_resumable.py has it.
RESUMED = "/upload/tus/{upload_id}"


def needs_query(template: str) -> str:
    """A query that the addresses which issue tokens are content with."""
    if "get-" not in template or "{" in template or template == BATCH:
        return ""
    return f"?user_id=learner-1&rel={REL}" + ("" if "video" in template else "&type=lesson&filename=film.mp4")


# What nginx refuses by itself.


@over("414")
def test_too_long_an_address(server, method, template):
    assert ask(server, method, template, query="?x=" + "a" * 40000).status_code == 414


@over("431")
def test_too_large_headers(server, method, template):
    assert ask(server, method, template, headers={"X-Long": "a" * 40000}).status_code == 431


@over("413")
def test_too_large_a_body(narrow, method, template):
    limit = 1000000 if template.startswith("/upload") else 65536
    answer = ask(narrow, method, template, data=b"x" * (limit + 1))
    assert is_refused(answer, 413, "too_large")
    assert method == "HEAD" or answer.json()["limit"] == limit


@over("400")
def test_a_malformed_request(server, method, template):
    answer = ask(server, method, template, headers={"Host": "no host"})
    assert is_refused(answer, 400, "malformed_request")


@pytest.mark.parametrize("method,template", [pair for pair in operations("429") if pair[1] != RESUMED])
def test_too_many_requests(hurried, method, template):
    answers = [ask(hurried, method, template, query=needs_query(template)) for _ in range(4)]
    assert (answers[-1].status_code, refusal(answers[-1])) == (429, "rate_limited")


@over("502")
def test_no_application(deserted, method, template):
    answer = ask(deserted, method, template)
    assert is_refused(answer, 502, "unavailable")


# Servers with settings of their own, each for several tests.


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    started = []

    def start(**settings):
        started.append(Server(tmp_path_factory.mktemp("narrow"), settings).start())
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="module")
def narrow(start):
    """Small bodies, no free space, users with sessions, and a site that says nothing about who is eligible."""
    return start(
        MAX_CONTENT_LENGTH="1000000",
        FOCUST_MAX_UPLOAD_SIZE="1000000",
        FOCUST_MIN_FREE_BYTES=str(1 << 49),
        FOCUST_IDENTITY_SECRET=IDENTITY_SECRET,
        FOCUST_ELIGIBILITY_URL="http://127.0.0.1:1/eligible",
    )


@pytest.fixture(scope="module")
def hurried(start):
    return start(
        FOCUST_RATE_TOKENS_PER_USER="1r/m burst=1",
        FOCUST_RATE_UPLOADS_PER_ADDRESS="1r/m burst=1",
        FOCUST_TRUSTED_ADDRESSES="192.0.2.1",
    )


@pytest.fixture(scope="module")
def deserted(start):
    server = start()
    sockets = [server.app_socket(name) for name in ("fastcgi.sock", "upload.sock")]
    for socket in sockets:
        socket.rename(socket.with_suffix(".away"))
    yield server
    for socket in sockets:
        socket.with_suffix(".away").rename(socket)


# Who may not.


@over("401")
def test_nobody_in_particular(server, method, template):
    answer = ask(server, method, template, headers={"Authorization": "Bearer wrong"})
    assert (answer.status_code, refusal(answer)) == (401, "unauthorized")


ISSUING = [pair for pair in operations("403") if "get-" in pair[1]]
FORBIDDING = [pair for pair in operations("403") if pair[1] != RESUMED]
UPLOADING = [pair for pair in FORBIDDING if "upload" in pair[1] or "tasks" in pair[1]]
PLAYING = [pair for pair in FORBIDDING if pair not in ISSUING + UPLOADING]


@pytest.mark.parametrize("method,template", ISSUING)
def test_a_session_of_another_user(narrow, method, template):
    session = remember(jwt.encode({"sub": "somebody", "exp": int(time.time()) + 600}, IDENTITY_SECRET))
    answer = ask(narrow, method, template, query=needs_query(template), headers=bearer(session))
    assert (answer.status_code, refusal(answer), answer.json()["field"]) == (403, "token_mismatch", "user_id")


@pytest.mark.parametrize("method,template", UPLOADING)
def test_a_token_that_is_not_for_uploads(server, method, template):
    answer = ask(server, method, template, headers=bearer(play(REL)))
    assert (answer.status_code, refusal(answer)) == (403, "token_mismatch")


@pytest.mark.parametrize("method,template", PLAYING)
def test_no_token(server, method, template):
    answer = requests.request(method, server.url + address(template), timeout=10)
    assert (answer.status_code, refusal(answer)) == (403, "token_missing")


# A lesson of many is refused in its place.
@pytest.mark.parametrize("method,template", [pair for pair in ISSUING if pair[1] != BATCH])
def test_a_site_that_is_silent(narrow, method, template):
    answer = ask(narrow, method, template, query=needs_query(template))
    assert (answer.status_code, refusal(answer)) == (503, "unavailable")


# What is not there.


def claims_for(template: str, ids: dict[str, str]) -> dict:
    """The claims that open the address with these ids in it."""
    rel = "/".join(ids[name] for name in lesson_fields(REL))
    platform = "mobile" if template.startswith("/mobile/") else "web"
    if "hls2" in template:
        return play_claims(rel, platform)
    flat = play_claims(None, platform, user_id=ids["user_id"], filename=ids["filename"])
    if template.startswith(("/hls/", "/mobile/hls/", "/videos-user/")):
        return flat
    if template.startswith("/api/download/"):
        return flat | {"platform": "download", "action": "download"}
    target = {"type": "lesson", "rel": rel}
    for kind, names in (("course", ["course_id"]), ("module", ["course_id", "module_id"])):
        if template.startswith(f"/download2/{kind}/"):
            target = {"type": kind} | {name: ids[name] for name in names}
    return flat | {"platform": "download", "sub": "download"} | target


NINTH = {
    "trainer_id": "trainer-9",
    "course_id": "course-9",
    "module_id": "module-9",
    "lesson_id": "lesson-9",
    "user_id": "user-9",
    "video_id": "film-9",
    "filename": "film-9.mp4",
    "task_id": str(uuid.uuid4()),
}


@pytest.mark.parametrize(
    "method,template",
    [pair for pair in operations("404") if pair[1].count("/") > 1 and not pair[1].startswith("/upload/tus/")],
)
def test_nothing_there(server, method, template):
    headers = service() if "/api/" in template and "download" not in template else {}
    if "presentation" not in template and not headers:
        headers = bearer(sign(claims_for(template, NINTH))) | REFERER
    url = server.url + address(template, **NINTH)
    answer = requests.request(method, url, headers=headers, timeout=10)
    assert (answer.status_code, refusal(answer)) == (404, "not_found"), answer.text


# What is well.


@pytest.fixture(scope="module")
def stored(server, lesson, short_h264):
    """One of everything, under the ids of the document's examples."""
    film = short_h264.read_bytes()

    def post(path, **fields):
        files = {"video": ("film.mp4", film, "video/mp4")}
        return requests.post(server.url + path, headers=service(), data=fields, files=files, timeout=60)

    flat = post("/upload", user_id="learner-1")
    assert flat.status_code == 202, flat.text
    assert wait_for_task(server, flat.json()["task_id"])["status"] == "completed"
    for path in ("", "/course/course-1", "/module/course-1/module-1"):
        assert post(f"/upload_presentation{path}").status_code == 201
    # What `/videos-user/` shows can only come from the predecessor.
    put(server.data / "uploads/learner-1/film.mp4", film)
    return lesson


def file_ids(template: str) -> dict[str, str]:
    """The ids of what `stored` has put there."""
    ids = lesson_fields(REL) | {"user_id": "learner-1", "video_id": "film", "filename": "film.mp4"}
    is_presentation = template.startswith(("/download2/course/", "/download2/module/"))
    return ids | {"file": "segment_000.ts"} | ({"filename": "presentation.mp4"} if is_presentation else {})


def file_headers(template: str) -> dict[str, str]:
    """A token for that file, where it needs one."""
    if template.startswith("/presentation_videos/"):
        return {}
    return bearer(sign(claims_for(template, file_ids(template)))) | REFERER


@over("206")
def test_a_file_whole_in_part_and_not_at_all(server, stored, method, template):
    url, headers = server.url + address(template, **file_ids(template)), file_headers(template) | {"Origin": ORIGIN}
    whole = requests.get(url, headers=headers, timeout=10)
    assert whole.status_code == 200, whole.text[:200]
    head = requests.head(url, headers=headers, timeout=10)
    assert (head.status_code, head.headers["ETag"]) == (200, whole.headers["ETag"])
    for more, status in [
        ({"Range": "bytes=0-9"}, 206),
        ({"Range": "bytes=0-1,5-6"}, 206),
        ({"If-None-Match": whole.headers["ETag"]}, 304),
        ({"If-Match": '"another"'}, 412),
        ({"Range": "bytes=999999999-"}, 416),
    ]:
        assert requests.get(url, headers=headers | more, timeout=10).status_code == status, more


@pytest.mark.parametrize("name", ["output.m3u8", "enc.key", "key"])
@pytest.mark.parametrize("template", [template for _, template in operations("206") if template.endswith("/{file}")])
def test_playlist_and_key(server, stored, template, name):
    answer = requests.get(
        server.url + address(template, **file_ids(template) | {"file": name}),
        headers=file_headers(template),
        timeout=10,
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "method,template",
    [pair for pair in operations("200") if pair not in operations("206") and pair[0] == "GET"],
)
def test_what_is_asked_for(server, stored, method, template):
    changes = {"task_id": stored.finished["task_id"]}
    url = server.url + address(template, **changes) + needs_query(template)
    assert requests.get(url, headers=service(), timeout=10).status_code == 200


def test_uploads_with_no_space_left(narrow, short_h264):
    for method, template in operations("507"):
        if "upload" in template and "tus" not in template:
            fields = lesson_fields(REL) | {"user_id": "learner-1"}
            answer = ask(
                narrow, method, template, data=fields, files={"video": ("film.mp4", short_h264.read_bytes())}
            )
            assert (answer.status_code, refusal(answer)) == (507, "insufficient_storage")


def test_every_way_to_revoke_and_to_erase(own_server, short_h264):
    server = own_server()
    for body in ({"jti": "x"}, {"user_id": "learner-1"}, {"rel": REL}, {"rel": "learner-1/film"}):
        assert ask(server, "POST", "/api/revoke", json=body).json()["revoked"] == body
    for body in ({}, {"user_id": "\0"}, {"rel": "/"}, {"jti": 1}, {"jti": "x", "rel": REL}):
        assert ask(server, "POST", "/api/revoke", json=body).status_code == 400
    for method, template in operations("200"):
        if method == "DELETE":
            assert ask(server, method, template).status_code == 200


@pytest.mark.parametrize(
    "query", ["", "?rel=" + REL, "?status=completed", "?limit=1", "?rel=learner-1/film&limit=500"]
)
def test_lists_of_tasks(server, stored, query):
    assert ask(server, "GET", "/api/tasks", query=query).status_code == 200


@pytest.mark.parametrize(
    "query", ["?rel=a", "?status=done", "?limit=0", "?limit=501", "?limit=1&limit=2", "?rel=%ff"]
)
def test_lists_of_tasks_that_cannot_be(server, query):
    assert ask(server, "GET", "/api/tasks", query=query).status_code == 400


def test_a_lesson_that_waits_for_its_conversion(own_server, short_h264):
    server = own_server(FOCUST_CONVERSION_JOBS="0")
    files = {"video": ("film.mp4", short_h264.read_bytes())}
    task_id = ask(server, "POST", "/upload/lesson", data=lesson_fields(REL), files=files).json()["task_id"]
    waiting = ask(server, "GET", "/api/lessons/{trainer_id}/{course_id}/{module_id}/{lesson_id}").json()
    assert (waiting["status"], waiting["task_id"], waiting["segments"]) == ("processing", task_id, None)
    for template in (template for _, template in operations("206") if "hls2" in template):
        answer = requests.get(server.url + address(template), headers=file_headers(template), timeout=10)
        assert (refusal(answer), answer.json()["task_id"]) == ("conversion_in_progress", task_id)
