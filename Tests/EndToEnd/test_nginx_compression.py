"""A host that compresses all it has, with gzip and brotli, leaves the answers alone that hold a token: BREACH."""

from pathlib import Path

import pytest
import requests

from harness.client import service
from harness.processes import NGINX_CONF, Site

MODULE = Path("/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so")
REL = "trainer-1/course-1/module-1/lesson-1"
COMPRESSING = f"load_module {MODULE};\n" + NGINX_CONF.replace(
    "http {{", "http {{ gzip on; gzip_types *; gzip_min_length 1; brotli on; brotli_types *; brotli_min_length 1;"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = Site(tmp_path_factory.mktemp("compressing"), nginx_conf=COMPRESSING)
    made.start_nginx().start()
    yield made
    made.stop()


QUESTIONS = {
    "play": ("GET", f"/api/get-video-token/v2?user_id=u&rel={REL}", None),
    "several": ("POST", "/api/get-video-tokens/v2", {"user_id": "u", "rels": [REL]}),
    "play v1": ("GET", "/api/get-video-token/u/film.mp4", None),
    "play v1 mobile": ("GET", "/api/get-video-token/mobile/u/film.mp4/film", None),
    "download": ("GET", f"/api/get-download-token/v2?type=lesson&user_id=u&rel={REL}&filename=film.mp4", None),
    "download v1": ("GET", "/api/get-download-token/u/film.mp4", None),
    "upload": ("GET", "/api/get-upload-token?type=course&user_id=u&course_id=c", None),
}


@pytest.mark.parametrize("encoding", ["gzip", "br", "br, gzip", "*"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_no_token_is_compressed(site, question, encoding):
    method, path, body = QUESTIONS[question]
    headers = service() | {"Accept-Encoding": encoding}
    answer = requests.request(method, site.url + path, headers=headers, json=body, timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "identity"
    assert "token" in answer.json() or "tokens" in answer.json()
    assert int(answer.headers["Content-Length"]) == len(answer.content)


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_the_host_does_compress_what_holds_none(site, encoding):
    """Or the test above would see nothing."""
    headers = service() | {"Accept-Encoding": encoding}
    with requests.get(f"{site.url}/api/tasks", headers=headers, timeout=10, stream=True) as answer:
        assert answer.headers["Content-Encoding"] == encoding
