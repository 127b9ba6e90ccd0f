"""What the logs must not contain.

Those of the server that the tests share are judged at its end too, after all of them: see conftest.py.
"""

import re

import pytest
import requests

from harness.client import WEB_HEADERS, bearer, upload
from harness.server import API_KEY, SECRET_KEY
from harness.tokens import USED, play
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
