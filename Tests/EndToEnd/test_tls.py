"""The example of a whole server with TLS: accepted by nginx, and used with a certificate made for it."""

import os
import re
import subprocess

import pytest

from harness.host import NGINX
from harness.media import run
from harness.server import REPOSITORY, wait_for, write_nginx

NAME = "video.example.com"
NEIGHBOUR = "www.example.com"
HSTS = "strict-transport-security: max-age=63072000"


class Site:
    """nginx with the example server, which listens on unix sockets instead of its ports."""

    def __init__(self, directory):
        self.directory = directory
        self.certificate = directory / "fullchain.pem"
        run(
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},DNS:{NEIGHBOUR}"),
            *("-keyout", directory / "privkey.pem", "-out", self.certificate),
        )
        settings = {
            "FOCUST_DATA_DIR": str(directory / "data"),
            "FOCUST_LISTEN": str(directory / "none.sock"),
            "FOCUST_NGINX_LOG_DIR": str(directory),
        }
        write_nginx(directory / "focust-video", settings)
        film = directory / "data/presentation_videos/courses/c/presentation.mp4"
        film.parent.mkdir(parents=True)
        film.write_bytes(b"film")
        example = (directory / "focust-video/example-server.conf").read_text()
        example = example.replace(f"/etc/letsencrypt/live/{NAME}", str(directory))
        example = re.sub(r"listen \[::\]:\d+[^;]*;", "", example)
        example = example.replace("listen 443", f"listen unix:{directory}/443").replace(
            "listen 80;", f"listen unix:{directory}/80;"
        )
        neighbour = (
            f"server {{ listen unix:{directory}/443 ssl; server_name {NEIGHBOUR}; ssl_certificate {self.certificate};"
            f' ssl_certificate_key {directory}/privkey.pem; location / {{ return 200 "the neighbour"; }} }}'
        )
        temporary = "".join(
            f'{kind}_temp_path "{directory}/{kind}";' for kind in ("client_body", "fastcgi", "proxy", "scgi", "uwsgi")
        )
        user = "user root;" if os.geteuid() == 0 else ""
        (directory / "nginx.conf").write_text(
            f'daemon off; {user} pid "{directory}/pid"; events {{ }}'
            f"http {{ {temporary} include focust-video/http.conf; {example} {neighbour} }}"
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
def test_answers_come_with_strict_transport_security(site, path, status, body):
    head, text = site.curl(path)
    # HTTP/2 would be switched on for the other sites of the port.
    assert head.startswith(f"http/1.1 {status}")
    assert head.count(HSTS) == 1
    assert body in text


@pytest.mark.parametrize("version,status", [("1.1", 35), ("1.2", 0), ("1.3", 0)])
def test_the_neighbours_of_a_server_that_is_read_first_keep_their_protocols(site, version, status):
    options = ["-sS", "--tls-max", version, "--unix-socket", site.directory / "443", "--cacert", site.certificate]
    for name in (NAME, NEIGHBOUR):
        result = subprocess.run(["curl", *options, f"https://{name}/"], capture_output=True, text=True)
        assert result.returncode == status, result.stderr
    assert status != 0 or result.stdout == "the neighbour"


def test_http_leads_to_https_but_for_certificates(site):
    head, _ = site.curl("/hls2/x", port=80, scheme="http")
    assert head.startswith("http/1.1 301") and f"location: https://{NAME}/hls2/x" in head
    assert "strict-transport-security" not in head
    head, _ = site.curl("/.well-known/acme-challenge/x", port=80, scheme="http")
    assert head.startswith("http/1.1 404")


def test_the_part_for_port_80_answers_certbot_before_there_is_a_certificate(site, tmp_path):
    page = (REPOSITORY / "docs/installation.md").read_text()
    command = re.search(r"^# (sed .*) /etc/nginx/focust-video/example-server.conf >", page, re.M)[1]
    example = site.directory / "focust-video/example-server.conf"
    text = run("sh", "-c", f"{command} {example}")
    text = re.sub(r"listen \[::\]:\d+[^;]*;", "", text).replace("listen 80;", f"listen unix:{tmp_path}/80;")
    (tmp_path / "www/.well-known/acme-challenge").mkdir(parents=True)
    (tmp_path / "www/.well-known/acme-challenge/x").write_text("the answer")
    (tmp_path / "nginx.conf").write_text(
        f'daemon off; {"user root;" if os.geteuid() == 0 else ""} pid "{tmp_path}/pid"; events {{ }} http {{ '
        + "".join(
            f'{kind}_temp_path "{tmp_path}/{kind}";' for kind in ("client_body", "fastcgi", "proxy", "scgi", "uwsgi")
        )
        + text.replace("/var/www/html", f"{tmp_path}/www")
        + "}"
    )
    assert "ssl" not in text
    log = tmp_path / "error.log"
    process = subprocess.Popen([NGINX, "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", log])
    try:
        wait_for(lambda: process.poll() is not None or (tmp_path / "80").exists(), "nginx")
        curl = ("curl", "-sS", "-i", "--unix-socket", tmp_path / "80")
        assert run(*curl, f"http://{NAME}/.well-known/acme-challenge/x").endswith("the answer")
        assert f"Location: https://{NAME}/x" in run(*curl, f"http://{NAME}/x")
    finally:
        process.terminate()
        process.wait(timeout=10)
