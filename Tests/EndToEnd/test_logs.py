"""What the logs must not contain.

Those of the server that the tests share are judged at its end too, after all of them: see conftest.py.
"""

import re

import pytest
import requests

from harness.client import WEB_HEADERS, bearer, upload
from harness.server import API_KEY, SECRET_KEY
from harness.tokens import USED, play, sign
from harness.written import nothing_secret_in

REL = "trainer-1/course-1/module-1/lesson-1"


@pytest.fixture(scope="module")
def logs(server, lesson):
    """The logs, after requests of every kind that carried tokens in every place."""
    for platform, root in (("web", "hls2"), ("mobile", "mobile/hls2")):
        token = play(REL, platform)
        for name in ("output.m3u8", "segment_000.ts", "segment_999.ts", "enc.key", "nothing"):
            address = f"{server.url}/{root}/{REL}/{name}"
            for query in (f"?token={token}", f"?token={token}x", f"?a=1&token={token}"):
                requests.get(address + query, headers={"Referer": f"https://x.example/?token={token}"}, timeout=10)
                requests.get(address + query, headers=WEB_HEADERS, timeout=10)
            requests.get(address, headers=bearer(token, **WEB_HEADERS), timeout=10)
    token = play(REL)
    for path in (
        "nowhere",
        "upload/lesson",
        "presentation_videos/x.mp4",
        "_focust/x",
        "api/tasks/x",
    ):
        requests.get(f"{server.url}/{path}?token={token}", timeout=10)
        requests.post(f"{server.url}/{path}?token={token}", data=b"x" * 70000, timeout=10)
    return server.logs()


def test_every_log_was_written(logs):
    text = "".join(logs.values())
    assert f"/hls2/{REL}/segment_000.ts" in text
    assert any(path.endswith("app.log") and content for path, content in logs.items())


def test_no_token_secret_or_query_is_in_any_log(logs):
    assert len(USED) >= 3
    nothing_secret_in(logs)


@pytest.mark.parametrize(
    "written",
    [
        lambda token: SECRET_KEY,
        lambda token: API_KEY,
        lambda token: "GET /x?token=1",
        lambda token: token,
        lambda token: token.split(".")[1],
        lambda token: token.split(".")[2],
    ],
    ids=["the secret key", "an API key", "a query", "a token", "a payload", "a signature"],
)
def test_one_that_is_there_is_found(written):
    with pytest.raises(AssertionError, match="app.log"):
        nothing_secret_in({"run.out": "started", "app.log": f"level=info line={written(play(REL))}x\n"})


def test_numbers_in_the_log_are_as_people_write_them(server, lesson, logs):
    (text,) = [text for path, text in logs.items() if path.endswith("app.log")]
    assert re.search(r" duration=[0-9.]+ .* seconds=\d+(\.\d{1,3})? ", text)
    assert re.findall(r"\S+=[-0-9.]+e[-+0-9]+(?= |$)", text, re.MULTILINE) == []


def test_no_key_of_a_film_is_in_any_log(server, lesson, logs):
    key = (server.data / "hls" / REL / "enc.key").read_bytes()
    for path, text in logs.items():
        assert key.hex() not in text.lower(), path


def refusals(server, user: str) -> list[dict[str, str]]:
    """The lines of refusals that name the user, as their fields."""
    (log,) = (text for path, text in server.logs().items() if path.endswith("app.log"))
    lines = [line for line in log.splitlines() if "event=refused " in line and f"user={user} " in f"{line} "]
    return [dict(part.split("=", 1) for part in line.split() if "=" in part) for line in lines]


def test_a_refusal_is_found_by_its_user_and_leads_to_the_token(server, lesson):
    ended = play(REL, user_id="learner-7", jti="j-ended", exp=1)
    other = play("t/c/m/other", user_id="learner-7", jti="j-other")
    grant = play(REL, "mobile", user_id="learner-7", jti="j-grant", parent="j-parent", use="segment")
    upload_token = play("t/c/m/x", "upload", sub="upload", type="lesson", user_id="learner-7", jti="j-up")
    for method, path, headers in (
        ("GET", f"hls2/{REL}/output.m3u8", bearer(ended, **WEB_HEADERS)),
        ("GET", f"hls2/{REL}/output.m3u8?token={other}", WEB_HEADERS),
        ("GET", f"mobile/hls2/{REL}/output.m3u8", bearer(grant)),
        ("GET", f"hls2/{REL}/nothing.ts", bearer(play(REL, user_id="learner-7", jti="j-missing"), **WEB_HEADERS)),
        ("POST", "upload_presentation/course/c", bearer(upload_token)),
        # What anybody could have made says nothing of anybody.
        (
            "GET",
            f"hls2/{REL}/output.m3u8",
            bearer(sign({"user_id": "learner-7", "exp": 4_000_000_000}, "x" * 40), **WEB_HEADERS),
        ),
        ("GET", f"hls2/{REL}/output.m3u8", bearer(API_KEY, **WEB_HEADERS)),
    ):
        assert requests.request(method, f"{server.url}/{path}", headers=headers, timeout=10).status_code in (403, 404)
    told = [(line["jti"], line["error"], line["path"]) for line in refusals(server, "learner-7")]
    assert told == [
        ("j-ended", "token_expired", f"/hls2/{REL}/output.m3u8"),
        ("j-other", "token_mismatch", f"/hls2/{REL}/output.m3u8"),
        ("j-parent", "token_mismatch", f"/mobile/hls2/{REL}/output.m3u8"),
        ("j-missing", "not_found", f"/hls2/{REL}/nothing.ts"),
        ("j-up", "token_mismatch", "/upload_presentation/course/c"),
    ]


def test_a_missing_application_puts_no_token_into_a_log(own_server, short_h264):
    """When nginx cannot reach it, nginx would log the whole request line."""
    server = own_server()
    sockets = [server.app_socket(name) for name in ("fastcgi.sock", "upload.sock")]
    for path in sockets:
        path.rename(path.with_suffix(".away"))
    token = play(REL)
    address = f"{server.url}/hls2/{REL}/segment_000.ts?token={token}"
    assert requests.get(address, headers=WEB_HEADERS, timeout=10).status_code == 502
    assert upload(server, REL, short_h264).status_code == 502
    assert requests.get(f"{server.url}/healthz", timeout=10).status_code == 502
    for path in sockets:
        path.with_suffix(".away").rename(path)
    text = "".join(server.logs().values())
    assert token not in text and "token=" not in text
    # The cause can be read all the same, where no token comes by.
    assert "connect() to unix:" in text
