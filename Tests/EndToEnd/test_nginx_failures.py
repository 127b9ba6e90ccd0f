"""What nginx fails at or refuses by itself leaves a line that the answer's request id leads to."""

import contextlib
import json
import os
import re
import socket
import stat

import pytest
import requests

from harness.client import service
from harness.host import Host, UnixConnection
from harness.processes import Site
from harness.server import ORIGIN, wait_for, write_nginx
from harness.small_disk import SmallDisk

REL = "trainer-1/course-1/module-1/lesson-1"
SECRET = "eyJ-a-token-that-no-log-may-have"
UPLOAD = "/upload/lesson"
PLAYLIST = f"/hls2/{REL}/output.m3u8"
# A host whose limits reach all of its addresses, as one beside a blog may have them.
# And something that names a file, as the application does.
HTTP = """
    limit_req_zone $request_uri zone=all:1m rate=1r/m;
    limit_conn_zone $request_uri zone=held:1m;
    server {{
        listen "unix:{directory}/naming.sock";
        location / {{ add_header X-Accel-Redirect /_focust/hls/t/c/m/l/none.ts; return 200; }}
    }}
"""
# nginx behind which no application runs; path, method, headers, and the status and cause that the line has.
REFUSALS = [
    (UPLOAD, "POST", {"Content_Length": "100001"}, 413, "the body is larger than 100000 bytes"),
    ("/api/revoke", "DELETE", {"Content_Length": "70000"}, 413, "the body is larger than 65536 bytes"),
    (UPLOAD, "POST", {}, 502, "the application does not answer"),
    (PLAYLIST, "GET", {}, 502, "the application does not answer"),
    (PLAYLIST, "HEAD", {}, 502, "the application does not answer"),
    ("/rare/500", "GET", {}, 500, "nginx could not take the request: client_body_temp_path is full"),
    ("/rare/504", "PUT", {}, 504, "the application took too long to answer"),
    ("/rare/503", "GET", {}, 503, "nginx refused it, and the application was not asked"),
    ("/rare/limited", "POST", {}, 503, "a limit_req of this host, not of focust-video"),
    ("/rare/named", "GET", {}, 404, "nginx could not open the file that the application named"),
    ("/api/get-video-token/v2", "GET", {}, 429, "a limit was reached: tokens_per_address"),
]
# What the client had no need of an administrator for: such lines would hide the others.
NO_FAILURES = [("/hls2", "GET"), ("/presentation_videos/none.mp4", "GET"), ("/presentation_videos/a.mp4", "POST")]


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    directory = tmp_path_factory.mktemp("host")
    rare = {f"/rare/{status}": f"return {status};" for status in (500, 503, 504)}
    rare |= {
        "/rare/limited": "limit_req zone=all;",
        "/rare/held": f'limit_conn held 1; proxy_pass "http://unix:{directory}/mute.sock";',
    }
    rare["/rare/named"] = f'proxy_pass "http://unix:{directory}/naming.sock";'
    inside = "include focust-video/location.conf;"
    locations = "\n".join(f"location = {path} {{ {inside} {what} }}" for path, what in rare.items())
    settings = {"MAX_CONTENT_LENGTH": "100000", "FOCUST_RATE_TOKENS_PER_ADDRESS": "1r/m burst=1"}
    running = Host(
        directory, locations, HTTP.format(directory=directory), FOCUST_TRUSTED_ADDRESSES="192.0.2.1", **settings
    )
    yield running
    running.stop()


def lines(host, part: str) -> list[str]:
    return [line for line in failures(host.directory) if part in line]


def failures(directory) -> list[str]:
    return (directory / "focust-video.error.log").read_text().splitlines()


def failure(directory, identifier: str) -> str:
    """The one line about that request; nginx writes it when the answer is out."""
    return wait_for(lambda: [line for line in failures(directory) if f" id={identifier} " in line], "the line")[0]


@pytest.mark.parametrize(("path", "method", "headers", "status", "cause"), REFUSALS)
def test_what_nginx_refuses_has_a_line_with_the_clients_method_and_the_cause(
    host, path, method, headers, status, cause
):
    address = f"203.0.113.{REFUSALS.index((path, method, headers, status, cause)) + 1}"
    # What has a limit is let through first.
    for _ in range(4):
        answer = host.get(f"{path}?token={SECRET}", method=method, X_Real_IP=address, **headers)
        if answer[0] == status:
            break
    assert answer[0] == status
    told = f"status={status} "
    (line,) = wait_for(lambda: [line for line in lines(host, f"client={address} ") if told in line], "a line")
    assert f'cause="{cause}' in line
    assert line.endswith(f'request="{method} {path}"')
    if status >= 500 and method != "HEAD":
        assert json.loads(answer[1])["request_id"] == re.search(r" id=(\w{32}) ", line)[1]
    seen = [line for line in host.log("focust-video.access.log").splitlines() if line.startswith(f"{address} ")]
    assert f'"{method} {path} HTTP/1.1" {status} ' in seen[-1]
    assert "eyJ" not in host.log("focust-video.access.log") + host.log("focust-video.error.log")


def test_a_limit_of_connections_of_the_hosts_own_has_a_line_too(host):
    first = UnixConnection(host.directory / "host.sock")
    with socket.socket(socket.AF_UNIX) as mute, contextlib.closing(first):
        mute.bind(str(host.directory / "mute.sock"))
        mute.listen()
        first.request("GET", "/rare/held")
        kept, _ = mute.accept()
        assert host.get("/rare/held", X_Real_IP="203.0.113.98")[0] == 503
        kept.close()
    (line,) = wait_for(lambda: lines(host, "client=203.0.113.98 "), "a line")
    assert "a limit_conn of this host, not of focust-video" in line


@pytest.mark.parametrize(("path", "method"), NO_FAILURES)
def test_what_is_simply_not_there_has_no_such_line(host, path, method):
    assert host.get(path, method=method, X_Real_IP="203.0.113.99")[0] in (404, 405)
    wait_for(lambda: "203.0.113.99 " in host.log("focust-video.access.log"), "the access log")
    assert "203.0.113.99" not in host.log("focust-video.error.log")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    running = Site(tmp_path_factory.mktemp("site")).start_nginx().start()
    yield running
    running.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_an_upload_for_which_nginx_has_no_room_leads_to_its_cause(site):
    disk = SmallDisk(site.directory / "tmp/body", 1 << 20)
    try:
        answer = requests.post(
            f"{site.url}{UPLOAD}?x={SECRET}", data=bytes(5 << 20), headers=service() | {"Origin": ORIGIN}, timeout=20
        )
    finally:
        disk.remove()
    assert (answer.status_code, answer.json()["error"]) == (500, "internal")
    line = failure(site.directory, answer.json()["request_id"])
    assert "client_body_temp_path is full or not writable" in line
    assert line.endswith(f'request="POST {UPLOAD}"')


def test_what_the_application_refuses_has_its_line_there_alone(site):
    before = failures(site.directory)
    answer = requests.get(f"{site.url}/hls2/{REL}/output.m3u8", timeout=10)
    assert answer.json()["error"] == "token_missing"
    assert requests.post(f"{site.url}{UPLOAD}", data=b"x", timeout=10).status_code == 401
    assert requests.get(f"{site.url}/healthz", timeout=10).status_code == 200
    assert failures(site.directory) == before


@pytest.mark.parametrize("name", ["focust-video.access.log", "focust-video.error.log"])
def test_the_logs_are_not_for_everybody_from_the_beginning(tmp_path, name):
    def write(log_directory=tmp_path):
        write_nginx(tmp_path / "out", {"FOCUST_NGINX_LOG_DIR": str(log_directory)})

    write()
    log = tmp_path / name
    assert (stat.S_IMODE(log.stat().st_mode), log.stat().st_gid) == (0o640, tmp_path.stat().st_gid)
    # What is there stays as it is, a link is not followed, and a directory that is missing is nginx's to complain of.
    log.write_text("kept\n")
    log.chmod(0o600)
    write()
    assert (log.read_text(), stat.S_IMODE(log.stat().st_mode)) == ("kept\n", 0o600)
    log.unlink()
    log.symlink_to(tmp_path / "elsewhere")
    write()
    assert not (tmp_path / "elsewhere").exists()
    write(tmp_path / "none")
    assert not (tmp_path / "none").exists()
