"""Production and staging side by side on one machine and one nginx: neither talks to the other."""

import shutil
import subprocess

import pytest
import requests

from harness.client import bearer, get_token, make_lesson, refusal, service, task, upload, wait_for_task
from harness.host import NGINX
from harness.processes import NGINX_CONF, Site
from harness.server import free_port, wait_for, write_nginx

REL = "trainer-1/course-1/module-1/lesson-1"
OTHER_KEY = "staging-signing-key-of-more-bytes-than-the-64-that-HS512-would-want-00"
INCLUDE = "        include focust-video/server.conf;\n"
OWN_SERVER = """    }}
    server {{
        listen 127.0.0.1:{{staging}};
        include focust-video-staging/error-pages.conf;
        include focust-video-staging/server.conf;
"""


class Pair:
    """Two servers behind one nginx: staging in a server { } of its own, or in production's, below /staging."""

    def __init__(self, directory, prefix: str):
        port = free_port()
        beside = f"{INCLUDE}        include focust-video-staging/server.conf;\n"
        conf = NGINX_CONF.replace(
            INCLUDE, beside if prefix else INCLUDE + OWN_SERVER.replace("{{staging}}", str(port))
        )
        conf = conf.replace(
            "include focust-video/http.conf;",
            "include focust-video/http.conf; include focust-video-staging/http.conf;",
        )
        self.production = Site(directory / "production", nginx_conf=conf)
        root = f"http://127.0.0.1:{port}"
        settings = {
            "FOCUST_INSTANCE": "staging",
            "SECRET_KEY": OTHER_KEY,
            "FOCUST_NGINX_LOG_DIR": str(self.production.directory),
            # So few that one token of staging's uses them up.
            "FOCUST_RATE_TOKENS_PER_ADDRESS": "1r/m burst=1",
            "FOCUST_TRUSTED_ADDRESSES": "192.0.2.1",
        }
        if prefix:
            settings["FOCUST_NGINX_PREFIX"] = prefix
            root = self.production.url
        self.staging = Site(directory / "staging", settings | {"FOCUST_PUBLIC_URL": root + prefix})
        self.staging.url = root + prefix
        write_nginx(self.production.directory / "focust-video-staging", self.staging.environment)
        self.production.start_nginx()
        for site in (self.production, self.staging):
            site.start()

    def stop(self):
        for site in (self.staging, self.production):
            site.stop()


@pytest.fixture(scope="module", params=["", "/staging"], ids=["own server", "same server"])
def pair(request, tmp_path_factory):
    made = Pair(tmp_path_factory.mktemp("pair"), request.param)
    yield made
    made.stop()


def tasks(site) -> list:
    return requests.get(f"{site.url}/api/tasks", headers=service(), timeout=10).json()["tasks"]


@pytest.mark.parametrize("first", ["production", "staging"])
def test_what_is_uploaded_to_one_is_not_the_other_s(pair, short_h264, first):
    here = getattr(pair, first)
    there = pair.staging if here is pair.production else pair.production
    before = tasks(there)
    rel = f"trainer-1/course-1/module-1/to-{first}"
    made = make_lesson(here, rel, short_h264)
    assert made.accepted["status_url"].startswith(f"{here.url}/api/tasks/")
    assert (here.data / "hls" / rel / "output.m3u8").exists()
    assert not (there.data / "hls" / rel).exists() and not (there.data / "originals" / rel).exists()
    assert tasks(there) == before
    answer = requests.get(f"{there.url}/api/lessons/{rel}", headers=service(), timeout=10)
    assert (answer.status_code, refusal(answer)) == (404, "not_found")


def test_a_token_of_one_opens_nothing_of_the_other(pair, short_h264):
    make_lesson(pair.production, REL, short_h264)
    accepted = upload(pair.staging, REL, short_h264).json()
    assert wait_for_task(pair.staging, accepted["task_id"])["status"] == "completed"
    token = get_token(pair.production, REL, "mobile")["token"]
    path = f"/mobile/hls2/{REL}/output.m3u8"
    assert requests.get(pair.production.url + path, headers=bearer(token), timeout=10).status_code == 200
    answer = requests.get(pair.staging.url + path, headers=bearer(token), timeout=10)
    assert (answer.status_code, refusal(answer)) == (403, "token_invalid")
    assert task(pair.staging, accepted["task_id"])["rel"] == REL
    answer = requests.get(f"{pair.production.url}/api/tasks/{accepted['task_id']}", headers=service(), timeout=10)
    assert answer.status_code == 404


def test_limits_are_each_one_s_own(pair):
    address = f"/api/get-video-token/v2?user_id=u&rel={REL}"

    def status(site):
        return requests.get(site.url + address, headers=service(), timeout=10).status_code

    assert 429 in [status(pair.staging) for _ in range(4)]
    assert [status(pair.production) for _ in range(4)] == [200] * 4


def test_each_logs_its_own_requests(pair):
    directory = pair.production.directory
    for site, name in ((pair.production, "focust-video"), (pair.staging, "focust-video-staging")):
        requests.get(f"{site.url}/hls2/only/of/{name}/x/y", timeout=10)
        log = directory / f"{name}.access.log"
        wait_for(lambda log=log, name=name: f"/only/of/{name}/" in log.read_text(), "the line")
    assert "only/of/focust-video-staging" not in (directory / "focust-video.access.log").read_text()


@pytest.mark.parametrize("dead", ["production", "staging"])
def test_one_goes_on_without_the_other(pair, dead):
    gone = getattr(pair, dead)
    other = pair.staging if gone is pair.production else pair.production
    gone.terminate()
    try:
        answer = requests.get(f"{gone.url}/api/tasks", headers=service(), timeout=10)
        assert (answer.status_code, refusal(answer)) == (502, "unavailable")
        assert requests.get(f"{other.url}/readyz", timeout=10).status_code == 200
        assert requests.get(f"{other.url}/api/tasks", headers=service(), timeout=10).status_code == 200
    finally:
        gone.start()


def test_nginx_refuses_two_that_have_one_name(pair, tmp_path):
    """What the names are for: the same files twice do not even load."""
    conf = (pair.production.directory / "nginx.conf").read_text().replace("focust-video-staging/http", "second/http")
    shutil.copytree(pair.production.directory / "focust-video", tmp_path / "focust-video")
    shutil.copytree(pair.production.directory / "focust-video", tmp_path / "second")
    shutil.copytree(pair.production.directory / "focust-video-staging", tmp_path / "focust-video-staging")
    (tmp_path / "nginx.conf").write_text(conf)
    command = [NGINX, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert result.returncode != 0 and 'duplicate upstream "focust_playback"' in result.stderr
