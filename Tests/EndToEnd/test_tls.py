"""The example of a whole server with TLS: accepted by nginx, and used over HTTP/2 with a certificate made for it."""

import os
import re
import subprocess

import pytest

from harness.host import NGINX
from harness.media import run
from harness.server import ORIGIN, REPOSITORY, wait_for

NAME = "video.example.com"
HSTS = "strict-transport-security: max-age=63072000"


class Site:
    """nginx with the example server, which listens on unix sockets instead of its ports."""

    def __init__(self, directory):
        self.directory = directory
        self.certificate = directory / "fullchain.pem"
        run(
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"),
            *("-keyout", directory / "privkey.pem", "-out", self.certificate),
        )
        settings = {
            "PATH": os.environ["PATH"],
            "FOCUST_ALLOWED_ORIGINS": ORIGIN,
            "FOCUST_DATA_DIR": str(directory / "data"),
            "FOCUST_LISTEN": str(directory / "none.sock"),
            "FOCUST_NGINX_LOG_DIR": str(directory),
        }
        subprocess.run([REPOSITORY / "nginx/render", directory / "focust-video"], env=settings, check=True)
        film = directory / "data/presentation_videos/courses/c/presentation.mp4"
        film.parent.mkdir(parents=True)
        film.write_bytes(b"film")
        example = (directory / "focust-video/example-server.conf").read_text()
        example = example.replace(f"/etc/letsencrypt/live/{NAME}", str(directory))
        example = re.sub(r"listen \[::\]:\d+[^;]*;", "", example)
        example = example.replace("listen 443", f"listen unix:{directory}/443").replace(
            "listen 80;", f"listen unix:{directory}/80;"
        )
        temporary = "".join(
            f'{kind}_temp_path "{directory}/{kind}";' for kind in ("client_body", "fastcgi", "proxy", "scgi", "uwsgi")
        )
        user = "user root;" if os.geteuid() == 0 else ""
        (directory / "nginx.conf").write_text(
            f'daemon off; {user} pid "{directory}/pid"; events {{ }}'
            f"http {{ {temporary} include focust-video/http.conf; {example} }}"
        )
        self.command = [NGINX, "-p", directory, "-c", directory / "nginx.conf", "-e", directory / "error.log"]

    def curl(self, path, *options, port=443, scheme="https"):
        """Status line and headers in lower case, then the body."""
        answer = run(
            *("curl", "-sS", "-i", "--unix-socket", self.directory / str(port), "--cacert", self.certificate),
            *(*options, f"{scheme}://{NAME}{path}"),
        )
        head, _, body = answer.partition("\r\n\r\n")
        return head.lower(), body


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = Site(tmp_path_factory.mktemp("tls"))
    process = subprocess.Popen(made.command)
    wait_for(lambda: process.poll() is not None or (made.directory / "443").exists(), "nginx")
    assert process.poll() is None, (made.directory / "error.log").read_text()
    yield made
    process.terminate()
    process.wait(timeout=10)


def test_nginx_accepts_it_without_a_warning(site):
    result = subprocess.run([*site.command, "-t"], capture_output=True, text=True)
    said = [line for line in result.stderr.splitlines() if "[warn]" in line or "[emerg]" in line]
    assert (result.returncode, [line for line in said if '"user" directive' not in line]) == (0, [])


@pytest.mark.parametrize(
    "path,status,body",
    [
        ("/presentation_videos/course/c", 200, "film"),
        ("/", 404, '"error":"not_found"'),
        ("/hls2/a/b/c/d/output.m3u8", 502, '"error":"unavailable"'),
        ("/_focust/hls/a", 404, '"error":"not_found"'),
    ],
)
def test_answers_come_by_http2_with_strict_transport_security(site, path, status, body):
    head, text = site.curl(path)
    assert head.startswith(f"http/2 {status}")
    assert head.count(HSTS) == 1
    assert body in text


def test_older_protocols_are_refused_and_http_leads_to_https(site):
    options = ["-sS", "--tls-max", "1.2", "--unix-socket", site.directory / "443", "--cacert", site.certificate]
    result = subprocess.run(["curl", *options, f"https://{NAME}/"], capture_output=True, text=True)
    assert result.returncode == 35, result.stderr
    head, _ = site.curl("/hls2/x", port=80, scheme="http")
    assert head.startswith("http/1.1 301") and f"location: https://{NAME}/hls2/x" in head
    assert "strict-transport-security" not in head
