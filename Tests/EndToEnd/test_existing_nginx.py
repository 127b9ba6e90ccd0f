"""The snippet in an nginx that serves other sites already: nothing of theirs changes. No application is needed."""

import http.client
import os
import shutil
import socket
import subprocess

import pytest

from harness.server import ORIGIN, REPOSITORY, wait_for

NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")

# A host with habits of its own, each of which could get in the way of an included snippet.
CONFIGURATION = """
daemon off;
{user}
pid "{directory}/nginx.pid";
error_log "{directory}/host-error.log" info;
events {{ }}
http {{
    client_body_temp_path "{directory}/body";
    fastcgi_temp_path "{directory}/fastcgi";
    proxy_temp_path "{directory}/proxy";
    scgi_temp_path "{directory}/scgi";
    uwsgi_temp_path "{directory}/uwsgi";

    map $http_accept $host_wants {{ default page; ~json data; }}
    log_format host '$request -> $status';
    access_log "{directory}/host-access.log" host;
    add_header X-Host yes always;
    error_page 404 /host-404;
    fastcgi_keep_conn on;
    fastcgi_intercept_errors on;
    fastcgi_param HTTP_PROXY $http_proxy;
    gzip on;
    gzip_types *;
    open_file_cache max=100;
    expires 1h;
    autoindex on;
    set_real_ip_from unix:;
    real_ip_header X-Real-IP;

    include focust-video/http.conf;

    server {{
        listen "unix:{directory}/host.sock";
        root "{directory}/site";
        location = /host-404 {{ return 404 "the host's own page\\n"; }}
        location /api/ {{ return 200 "the host's own api, $host_wants\\n"; }}
        location ~ \\.(ts|mp4|key|m3u8)$ {{ return 200 "the host's own films\\n"; }}
        include focust-video/server.conf;
    }}
    server {{
        listen "unix:{directory}/other.sock";
        location / {{ return 200 "another site\\n"; }}
    }}
}}
"""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


class Host:
    def __init__(self, directory):
        self.directory = directory

    def get(self, target, site="host", method="GET", body=None, **headers):
        connection = UnixConnection(self.directory / f"{site}.sock")
        connection.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers

    def log(self, name):
        return (self.directory / name).read_text()


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    directory = tmp_path_factory.mktemp("host")
    (directory / "site").mkdir()
    (directory / "site/index.html").write_text("the host's own start page\n")
    (directory / "data/presentation_videos/courses/c").mkdir(parents=True)
    (directory / "data/presentation_videos/courses/c/presentation.mp4").write_bytes(b"film")
    settings = {
        "PATH": os.environ["PATH"],
        "FOCUST_ALLOWED_ORIGINS": ORIGIN,
        "FOCUST_DATA_DIR": str(directory / "data"),
        "FOCUST_LISTEN": str(directory / "none.sock"),
        "FOCUST_NGINX_LOG_DIR": str(directory),
    }
    subprocess.run([REPOSITORY / "nginx/render", directory / "focust-video"], env=settings, check=True)
    user = "user root;" if os.geteuid() == 0 else ""
    (directory / "nginx.conf").write_text(CONFIGURATION.format(directory=directory, user=user))
    error_log = directory / "host-error.log"
    process = subprocess.Popen([NGINX, "-p", directory, "-c", directory / "nginx.conf", "-e", error_log])
    wait_for(lambda: process.poll() is not None or (directory / "host.sock").exists(), "nginx")
    assert process.poll() is None, error_log.read_text()
    yield Host(directory)
    process.terminate()
    process.wait(timeout=10)


@pytest.mark.parametrize(
    "target,status,body",
    [
        ("/", 200, "the host's own start page\n"),
        ("/api/anything", 200, "the host's own api, page\n"),
        ("/api/task", 200, "the host's own api, page\n"),
        ("/films/a.mp4", 200, "the host's own films\n"),
        ("/hls3/a.ts", 200, "the host's own films\n"),
        ("/nothing", 404, "the host's own page\n"),
        ("/uploads/x", 404, "the host's own page\n"),
    ],
)
def test_the_hosts_own_addresses_answer_as_before(host, target, status, body):
    answered, text, headers = host.get(target, Origin=ORIGIN)
    assert (answered, text) == (status, body)
    assert headers["X-Host"] == "yes"
    assert "Access-Control-Allow-Origin" not in headers


def test_the_other_site_answers_as_before(host):
    for target in ("/", "/hls2/a/b/c/d/output.m3u8", "/healthz", "/upload/lesson"):
        assert host.get(target, "other")[:2] == (200, "another site\n")


@pytest.mark.parametrize(
    "target",
    [
        "/hls2/a/b/c/d/segment_000.ts",
        "/hls2/a/b/c/d/enc.key",
        "/mobile/hls2/a/b/c/d/output.m3u8",
        "/download2/a/b/c/d/film.mp4",
        "/api/get-video-token/v2?user_id=u",
        "/api/tasks/x",
    ],
)
def test_the_videos_addresses_reach_the_application_whatever_the_host_does(host, target):
    """Nobody listens there, so that is a 502 in our words: no regular expression of the host's came first."""
    status, text, headers = host.get(f"{target}{'&' if '?' in target else '?'}token=SECRET-TOKEN", Origin=ORIGIN)
    assert status == 502
    assert '"error":"unavailable"' in text
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert headers["Cache-Control"] == "no-store"


def test_a_presentation_is_served_with_its_own_headers(host):
    status, text, headers = host.get("/presentation_videos/course/c", Origin=ORIGIN)
    assert (status, text) == (200, "film")
    assert headers["Content-Type"] == "video/mp4"
    assert headers.get_all("Cache-Control") == ["public, max-age=86400"]
    assert headers["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.parametrize(
    "target", ["/presentation_videos/", "/presentation_videos/courses/", "/hls2", "/_focust/hls/"]
)
def test_no_directory_is_listed(host, target):
    status, text, _ = host.get(target)
    assert status == 404
    assert '"error":"not_found"' in text


@pytest.mark.parametrize("target", ["/healthz", "/readyz", "/metrics"])
def test_operations_are_for_the_machine_itself(host, target):
    assert host.get(target, X_Real_IP="127.0.0.1")[0] == 502
    assert host.get(target, X_Real_IP="::1")[0] == 502
    for address in ("203.0.113.9", "10.0.0.1", "128.0.0.1", "2001:db8::1"):
        status, text, _ = host.get(target, X_Real_IP=address)
        assert status == 404
        assert '"error":"not_found"' in text


def test_no_token_is_in_the_hosts_logs_either(host):
    host.get("/hls2/a/b/c/d/segment_000.ts?token=SECRET-TOKEN")
    host.get("/upload/lesson?token=SECRET-TOKEN", method="POST", body=b"x")
    host.get("/nothing?of=the-host")
    assert "SECRET-TOKEN" not in host.log("host-access.log") + host.log("host-error.log")
    assert "SECRET-TOKEN" not in host.log("focust-video.access.log")
    assert "/hls2/a/b/c/d/segment_000.ts" in host.log("focust-video.access.log")
    # The host's own log is the host's own affair.
    assert "GET /nothing?of=the-host HTTP/1.1 -> 404" in host.log("host-access.log")
