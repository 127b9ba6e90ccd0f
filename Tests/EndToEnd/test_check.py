"""`focust-video check`: no complaint about a machine that is well set up; each wrong thing is found and named."""

import http.server
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

from harness.fastcgi import FastCGIStandIn
from harness.host import NGINX
from harness.processes import Site
from harness.server import ORIGIN, binary

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="root alone may look everywhere, and give files away")

CONFIGURATION = """
user {user};
pid "{directory}/nginx.pid";
error_log "{directory}/error.log";
events {{ }}
http {{
    client_body_temp_path "{directory}/body";
    fastcgi_temp_path "{directory}/fastcgi";
    proxy_temp_path "{directory}/proxy";
    scgi_temp_path "{directory}/scgi";
    uwsgi_temp_path "{directory}/uwsgi";
    access_log off;
    {http}
    server {{
        listen "unix:{directory}/site.sock";
        {server}
    }}
}}
"""
# A server on a socket has a proxy in front, which it knows.
BEHIND = "set_real_ip_from unix:;\n    "
REL = "trainer-1/course-1/module-1/lesson-1"
GOOD_VERSIONS = {
    "nginx-common": "1.22.1-9+deb12u11",
    "libavformat59": "7:5.1.9-0+deb12u1",
    "libavcodec59": "7:5.1.9-0+deb12u1",
    "libssl3": "3.0.22-1~deb12u2",
    "libcurl4": "7.88.1-10+deb12u15",
    "libsqlite3-0": "3.40.1-2+deb12u2",
}


READY = 'Status: 200 OK\r\nContent-Type: application/json\r\n\r\n{"status": "ready", "problems": []}'
NOT_READY = READY.replace("200 OK", "503 -").replace("[]", '["storage is not writable"]')


class PublicAddress(http.server.ThreadingHTTPServer):
    """What answers at the public address, in the place of nginx and the server behind it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), PublicHandler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answer = (401, b'{"error": "unauthorized"}')
        threading.Thread(target=self.serve_forever, daemon=True).start()


class PublicHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Machine:
    """A data directory, secrets, sockets and an nginx configuration as the package and its instructions make them."""

    def __init__(self, directory: Path):
        self.directory = directory
        directory.chmod(0o755)
        self.data = directory / "data"
        self.secrets = directory / "secrets"
        self.settings = directory / "focust-video.env"
        self.public = PublicAddress()
        self.lines = {
            "FOCUST_ALLOWED_ORIGINS": f"{ORIGIN},https://*.school.example",
            "FOCUST_PUBLIC_URL": self.public.url,
            "FOCUST_DATA_DIR": str(self.data),
            "FOCUST_LISTEN": str(directory / "run/fastcgi.sock"),
            "FOCUST_UPLOAD_LISTEN": str(directory / "run/upload.sock"),
            "FOCUST_SECRETS": f"{self.secrets}/",
            "FOCUST_MIN_FREE_BYTES": "1048576",
            "FOCUST_NGINX_LOG_DIR": str(directory),
        }
        self.environment = {
            "PATH": f"{directory}/bin:{os.environ['PATH']}:/usr/sbin",
            "FOCUST_CONFIG": str(self.settings),
        }
        self.listeners: list[socket.socket] = []
        self.make_data()
        self.make_secrets()
        self.make_sockets()
        self.write_settings()
        self.make_nginx()
        self.install()

    def make_data(self):
        lesson = self.data / "hls" / REL
        original = self.data / "originals" / REL / "film.mp4"
        for path in (lesson, original.parent, self.data / "uploads", self.data / "presentation_videos"):
            path.mkdir(parents=True)
        for path in (lesson / "segment_000.ts", original, lesson / "enc.key"):
            path.write_bytes(b"bytes")
        for path in [self.data, *self.data.rglob("*")]:
            shutil.chown(path, "root", "www-data")
            path.chmod(0o750 if path.is_dir() else 0o640)
        (lesson / "enc.key").chmod(0o600)
        (self.data / "state").mkdir(mode=0o700)
        (self.data / "state/focust.db").touch(mode=0o600)

    def make_secrets(self):
        self.secrets.mkdir(mode=0o700)
        for name, text in (("SECRET_KEY", os.urandom(32).hex()), ("FOCUST_API_KEYS", f"site:{os.urandom(24).hex()}")):
            (self.secrets / name).touch(mode=0o600)
            (self.secrets / name).write_text(text + "\n")

    def make_sockets(self):
        (self.directory / "run").mkdir(mode=0o750)
        shutil.chown(self.directory / "run", "root", "www-data")
        for name in ("fastcgi.sock", "upload.sock"):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(self.directory / "run" / name))
            listener.listen()
            (self.directory / "run" / name).chmod(0o660)
            shutil.chown(self.directory / "run" / name, "root", "www-data")
            self.listeners.append(listener)
        self.server = FastCGIStandIn(self.listeners[0], READY)

    def hang_up(self):
        self.server.stop()
        for listener in self.listeners:
            listener.close()

    def write_settings(self, **changes):
        self.lines |= changes
        self.settings.write_text("".join(f"{name}={value}\n" for name, value in self.lines.items()))
        self.settings.chmod(0o640)

    def make_nginx(self, user="www-data", http=f"{BEHIND}include focust-video/http.conf;", server=None):
        if not (self.directory / "focust-video").exists():
            self.render()
            (self.directory / "bin").mkdir()
            command = self.directory / "bin/nginx"
            command.write_text(f'#!/bin/sh\nexec {NGINX} -p {self.directory} -c {self.directory}/nginx.conf "$@"\n')
            command.chmod(0o755)
        server = "include focust-video/server.conf;" if server is None else server
        text = CONFIGURATION.format(directory=self.directory, user=user, http=http, server=server)
        (self.directory / "nginx.conf").write_text(text)

    def render(self):
        subprocess.run([binary(), "nginx", self.directory / "focust-video"], env=self.environment, check=True)

    def check(self, *arguments) -> subprocess.CompletedProcess:
        command = [binary(), "check", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)

    def findings(self) -> list[dict]:
        return json.loads(self.check("--json").stdout)["findings"]

    def change(self, path: str, old: str, new: str):
        file = self.directory / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def install(self, release: str = "bookworm", **versions: str):
        """A release's packages in versions that are good on Debian 12, but for those given."""
        real = shutil.which("sed")
        self.fake("sed", f'case "$*" in *os-release*) echo {release} ;; *) exec {real} "$@" ;; esac')
        installed = GOOD_VERSIONS | versions
        lines = [f"echo 'installed {name} {version}'" for name, version in installed.items()]
        self.fake("dpkg-query", "\n".join(lines))

    def fake(self, name: str, script: str):
        """A program of that name that is found before the real one."""
        (self.directory / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.directory / "bin" / name).chmod(0o755)


@pytest.fixture
def machine():
    with tempfile.TemporaryDirectory(prefix="focust-check-") as directory:
        made = Machine(Path(directory))
        yield made
        if made.server.thread.is_alive():
            made.hang_up()
        made.public.shutdown()
        made.public.server_close()


# Whether anybody keeps this machine's clock right is this machine's affair.
def complaints(findings: list[dict]) -> list[dict]:
    return [
        found for found in findings if found["level"] != "ok" and found["message"] != "is not kept right by anybody"
    ]


def test_a_machine_that_is_well_set_up_gets_no_complaint(machine):
    findings = machine.findings()
    assert complaints(findings) == []
    assert machine.check().returncode == 0
    subjects = {found["subject"] for found in findings}
    assert {"settings", "secrets", str(machine.data), "libraries", "libx264", "aac", "packages", "clock"} <= subjects
    assert {"nginx, socket for playback", "nginx, body size", "nginx's user"} <= subjects
    assert [found["advice"] for found in findings if found["level"] == "ok"] == [None] * len(
        [found for found in findings if found["level"] == "ok"]
    )


def test_a_file_system_that_exchanges_no_two_names_is_named(machine):
    strace = ["strace", "-D", "-f", "-qq", "-o", machine.directory / "trace", "-e", "trace=renameat2"]
    command = [*strace, "-e", "inject=renameat2:error=EINVAL", binary(), "check", "--json"]
    said = subprocess.run(command, env=machine.environment, capture_output=True, text=True, timeout=60).stdout
    (found,) = [found for found in json.loads(said)["findings"] if "exchanges no two names" in found["message"]]
    assert (found["level"], found["subject"]) == ("warning", str(machine.data))
    assert not list(machine.data.rglob(".exchange*"))


@pytest.mark.parametrize("path", ["secrets/SECRET_KEY", "run/fastcgi.sock"])
def test_what_lies_behind_a_closed_door_is_for_nobody_whatever_its_mode(machine, path):
    chmod(path, 0o666)(machine)
    assert [found for found in machine.findings() if "everybody" in found["message"]] == []


def behind_a_proxy(machine, listen: str, http: str = "", **settings: str) -> list[tuple[str, str]]:
    """What is wrong with the addresses where nginx listens so: how much, and with what."""
    machine.write_settings(**settings)
    machine.make_nginx(http=f"{http}\n    include focust-video/http.conf;")
    machine.change("nginx.conf", f'"unix:{machine.directory}/site.sock"', listen)
    found = [found for found in machine.findings() if "set_real_ip_from" in (found["advice"] or "")]
    return [(each["level"], each["subject"]) for each in found]


WARNED = [("warning", "nginx, addresses")]
LISTENS = {
    "127.0.0.1:18099": ["127.0.0.1", "127.0.0.0/8"],
    "[::1]:18099": ["::1"],
    "localhost:18099": ["127.0.0.1"],
    '"unix:/tmp/focust-check-site.sock"': ["unix:"],
}


@pytest.mark.parametrize("listen", LISTENS)
def test_a_proxy_on_the_same_machine_must_be_named(machine, listen):
    assert behind_a_proxy(machine, listen) == WARNED
    # Another proxy than that on this machine is no help.
    assert behind_a_proxy(machine, listen, "set_real_ip_from 192.0.2.0/24;") == WARNED
    for name in LISTENS[listen]:
        assert behind_a_proxy(machine, listen, f"set_real_ip_from {name};") == []


@pytest.mark.parametrize("keyless", ["127.0.0.0/8", "192.0.2.1,::1"])
def test_a_proxy_that_is_not_named_takes_the_key_from_everybody(machine, keyless):
    keyless = {"FOCUST_KEYLESS_ADDRESSES": keyless}
    problem = ("error", "FOCUST_KEYLESS_ADDRESSES")
    assert behind_a_proxy(machine, "127.0.0.1:18099", **keyless) == [*WARNED, problem]
    assert behind_a_proxy(machine, "127.0.0.1:18099", "set_real_ip_from 127.0.0.1;", **keyless) == []
    # nginx says `unix:` of these, which is no address.
    assert behind_a_proxy(machine, '"unix:/tmp/focust-check-site.sock"', **keyless) == WARNED
    # A proxy may be there or not.
    assert behind_a_proxy(machine, "18099", **keyless) == [("warning", "FOCUST_KEYLESS_ADDRESSES")]
    assert behind_a_proxy(machine, "18099", FOCUST_KEYLESS_ADDRESSES="192.0.2.1") == []


@pytest.mark.parametrize("listen", ["18099", "0.0.0.0:18099", "192.0.2.1:18099"])
def test_a_server_for_everybody_is_no_proxys(machine, listen):
    assert behind_a_proxy(machine, listen) == []


def put(name, text, mode=0o600):
    def act(machine):
        (machine.secrets / name).write_text(text + "\n")
        (machine.secrets / name).chmod(mode)

    return act


def setting(render=True, **changes):
    def act(machine):
        machine.write_settings(**changes)
        if render:
            machine.render()

    return act


def chmod(path, mode):
    return lambda machine: (machine.directory / path).chmod(mode)


def chown(path, user, group):
    return lambda machine: shutil.chown(machine.directory / path, user, group)


def nginx(**changes):
    return lambda machine: machine.make_nginx(**changes)


def edited(path, old, new):
    return lambda machine: machine.change(path, old, new)


def fake(name, script):
    return lambda machine: machine.fake(name, script)


def packages(**versions):
    return lambda machine: machine.install(**versions)


def remove(path):
    def act(machine):
        target = machine.directory / path
        shutil.rmtree(target) if target.is_dir() else target.unlink()

    return act


def hang_up(machine):
    machine.hang_up()


def not_ready(machine):
    machine.server.response = NOT_READY


def silent(machine):
    machine.server.response = ""


def at_the_public_address(status, body):
    def act(machine):
        machine.public.answer = (status, body)

    return act


def units(
    socket="active",
    server="active",
    worker="inactive",
    enabled="enabled",
    worker_enabled="disabled",
    paths="/",
    sub="x",
):
    """A systemctl that knows the package's three units in these states."""
    states = {"focust-video.socket": socket, "focust-video.service": server, "focust-video-work.service": worker}
    lines = []
    for name, state in states.items():
        file_state = worker_enabled if "work" in name else enabled
        lines += [
            f"Id={name}",
            "LoadState=loaded",
            f"ActiveState={state}",
            f"SubState={sub}",
            "Result=exit-code",
            f"UnitFileState={file_state}",
            "ProtectSystem=strict",
            f"ReadWritePaths={paths}",
            "",
        ]
    return "cat << END\n" + "\n".join(lines) + "\nEND"


def services(**states):
    return fake("systemctl", units(**states))


def with_line_ends_of_windows(machine):
    machine.settings.write_text(machine.settings.read_text().replace("\n", "\r\n"), newline="")


def write_tomorrow(machine):
    later = time.time() + 86400
    os.utime(machine.data / "state/focust.db", (later, later))


def replace_by_file(path):
    def act(machine):
        remove(path)(machine)
        (machine.directory / path).touch()

    return act


HEX = "0123456789abcdef0123456789abcdef"
WRONG = {
    "a secret of one letter": (put("SECRET_KEY", "a" * 40), "warning", "SECRET_KEY", "easy to guess"),
    "a secret out of an example": (
        put("SECRET_KEY", "changeme-0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
        "warning",
        "SECRET_KEY",
        "example or a default",
    ),
    "an API key out of an example": (
        put("FOCUST_API_KEYS", "site:your-api-key-here-1234"),
        "warning",
        "FOCUST_API_KEYS (site)",
        "example",
    ),
    "one secret for two purposes": (
        lambda machine: (put("SECRET_KEY", HEX + "x")(machine), put("FOCUST_API_KEYS", f"site:{HEX}x")(machine)),
        "error",
        "FOCUST_API_KEYS (site)",
        "is the same as SECRET_KEY",
    ),
    "a secret in the settings file": (
        setting(CALLBACK_BEARER="0f1e2d3c4b5a69788796a5b4"),
        "warning",
        "CALLBACK_BEARER",
        "in the settings file",
    ),
    "a secret file for everybody": (
        lambda machine: (chmod("secrets", 0o711)(machine), chmod("secrets/SECRET_KEY", 0o644)(machine)),
        "error",
        "SECRET_KEY",
        "everybody",
    ),
    "open issuance": (setting(FOCUST_OPEN_ISSUANCE="true"), "warning", "FOCUST_OPEN_ISSUANCE", "anybody"),
    "sessions that see all": (
        setting(
            FOCUST_IDENTITY_SECRET=os.urandom(32).hex(),
            FOCUST_IDENTITY_AUDIENCE="learner-app",
            FOCUST_SESSIONS_SEE_ALL="true",
        ),
        "warning",
        "FOCUST_SESSIONS_SEE_ALL",
        "every user",
    ),
    "sessions for whatever application": (
        setting(
            FOCUST_IDENTITY_SECRET=os.urandom(32).hex(), FOCUST_ELIGIBILITY_URL="https://learn.example.com/eligible"
        ),
        "warning",
        "FOCUST_IDENTITY_AUDIENCE",
        "is missing",
    ),
    "addresses without a key": (
        setting(FOCUST_KEYLESS_ADDRESSES="192.0.2.10"),
        "warning",
        "FOCUST_KEYLESS_ADDRESSES",
        "no API key",
    ),
    "unsigned callbacks": (
        setting(FOCUST_CALLBACK_URL="https://learn.example.com/done"),
        "warning",
        "FOCUST_CALLBACK_SECRET",
        "unsigned",
    ),
    "tokens without encryption": (
        setting(FOCUST_PUBLIC_URL="http://video.example.com"),
        "warning",
        "FOCUST_PUBLIC_URL",
        "unencrypted",
    ),
    "one thread": (setting(FOCUST_THREADS="1"), "warning", "FOCUST_THREADS", "one slow request"),
    "no data directory": (remove("data"), "error", "data", "No such file"),
    "a file as data directory": (replace_by_file("data"), "error", "data", "is no directory"),
    "a directory of another's": (chown("data/hls", "nobody", "www-data"), "error", "data/hls", "belongs to nobody"),
    "a database of another's": (
        chown("data/state/focust.db", "nobody", None),
        "error",
        "data/state/focust.db",
        "belongs to nobody",
    ),
    "a directory that others may write": (chmod("data/originals", 0o777), "error", "originals", "others may write"),
    "an open state": (chmod("data/state", 0o755), "error", "data/state", "open to others"),
    "a full disk": (setting(FOCUST_MIN_FREE_BYTES=str(1 << 50)), "error", "data", "every upload is refused"),
    "an almost full disk": (
        setting(MAX_CONTENT_LENGTH=str(1 << 39)),
        "warning",
        "data",
        "fewer than ten of the largest uploads",
    ),
    "a socket for everybody": (
        lambda machine: (chmod("run", 0o711)(machine), chmod("run/fastcgi.sock", 0o666)(machine)),
        "error",
        "fastcgi.sock",
        "everybody",
    ),
    "nobody behind the sockets": (hang_up, "warning", "fastcgi.sock", "nobody listens"),
    "a file in a socket's place": (replace_by_file("run/upload.sock"), "error", "upload.sock", "is no socket"),
    "no directory for the sockets": (remove("run"), "error", "run", "no socket can be made"),
    "sockets nginx does not reach": (chown("run", "root", "root"), "error", "fastcgi.sock", "does not get there"),
    "videos nginx does not reach": (chmod("data", 0o700), "error", "data/hls", "does not get there"),
    "a segment nginx may not read": (
        chmod(f"data/hls/{REL}/segment_000.ts", 0o600),
        "error",
        "segment_000.ts",
        "does not get there",
    ),
    "a key that nginx may read": (chmod(f"data/hls/{REL}/enc.key", 0o640), "error", "enc.key", "may read it"),
    "a state that nginx may enter": (
        lambda machine: (chown("data/state", "root", "www-data")(machine), chmod("data/state", 0o710)(machine)),
        "error",
        "data/state",
        "may read it",
    ),
    "a secret that nginx may read": (
        lambda machine: (
            chmod("secrets", 0o755)(machine),
            chown("secrets/SECRET_KEY", "root", "www-data")(machine),
            chmod("secrets/SECRET_KEY", 0o640)(machine),
        ),
        "error",
        "SECRET_KEY",
        "may read it",
    ),
    "data that nginx may write": (chmod("data", 0o770), "error", "data", "may write it"),
    "an nginx that runs as root": (nginx(user="root"), "warning", "nginx's user", "is root"),
    "an nginx without our files": (nginx(http="", server=""), "warning", "nginx", "does not include"),
    "an nginx without the server's file": (nginx(server=""), "error", "nginx, server", "no server { }"),
    "an nginx that refuses its configuration": (
        nginx(server="include focust-video/server.conf; nonsense;"),
        "error",
        "nginx",
        "nonsense",
    ),
    "another socket in nginx": (
        edited("focust-video/http.conf", "run/fastcgi.sock", "run/other.sock"),
        "error",
        "nginx, socket for playback",
        "not as in the settings",
    ),
    "another upload socket in nginx": (
        edited("focust-video/http.conf", "run/upload.sock", "run/other.sock"),
        "error",
        "nginx, socket for uploads",
        "not as in the settings",
    ),
    "another data directory in nginx": (
        edited("focust-video/server.conf", "/data/hls/", "/elsewhere/hls/"),
        "error",
        "nginx, data directory",
        "not as in the settings",
    ),
    "a larger body in the settings": (
        setting(render=False, MAX_CONTENT_LENGTH="209715200"),
        "error",
        "nginx, body size",
        "not as in the settings",
    ),
    "another internal location": (
        setting(render=False, FOCUST_ACCEL_PREFIX="/_other"),
        "error",
        "nginx, internal location",
        "not as in the settings",
    ),
    "a new origin that nginx does not know": (
        setting(render=False, FOCUST_ALLOWED_ORIGINS="https://new.example.com"),
        "error",
        "nginx, origins, rates and limits",
        "http.conf",
    ),
    "another rate": (
        edited("focust-video/http.conf", "rate=60r/m", "rate=6000r/m"),
        "error",
        "nginx, origins, rates and limits",
        "http.conf",
    ),
    "an old nginx": (
        packages(**{"nginx-common": "1.22.1-9+deb12u9"}),
        "error",
        "nginx-common",
        "1.22.1-9+deb12u9 lacks fixes that 1.22.1-9+deb12u11 has",
    ),
    "an old FFmpeg": (packages(libavformat59="7:5.1.8-0+deb12u1"), "error", "libavformat59", "lacks fixes"),
    "an old OpenSSL": (packages(libssl3="3.0.19-1~deb12u2"), "warning", "libssl3", "lacks fixes"),
    "packages of nobody knows where": (fake("dpkg-query", "exit 1"), "warning", "packages", "could not be told"),
    "a port for everybody": (
        setting(FOCUST_LISTEN="127.0.0.1:9000"),
        "warning",
        "127.0.0.1:9000",
        "a port knows no peer",
    ),
    "a stopped server": (services(server="inactive"), "error", "focust-video.service", "does not run"),
    "a stopped socket": (services(socket="inactive"), "error", "focust-video.socket", "does not run"),
    "a server that fails": (services(server="failed"), "error", "focust-video.service", "does not stay up"),
    "a server that starts again and again": (
        services(server="activating", sub="auto-restart"),
        "error",
        "focust-video.service",
        "does not stay up",
    ),
    "a worker that is to run": (
        services(worker_enabled="enabled"),
        "error",
        "focust-video-work.service",
        "does not run",
    ),
    "nobody who converts": (
        lambda machine: (services()(machine), setting(FOCUST_CONVERSION_JOBS="0")(machine)),
        "error",
        "focust-video-work.service",
        "does not run",
    ),
    "a socket that is not there after a boot": (
        services(enabled="disabled"),
        "warning",
        "focust-video.socket",
        "after the next boot",
    ),
    "another data directory than the units': no drop-in": (
        services(paths="/var/lib/elsewhere"),
        "error",
        "focust-video.service",
        "would not start",
    ),
    "a server that is not ready": (not_ready, "error", "server", "not ready: storage is not writable"),
    "a server that says nothing": (silent, "error", "fastcgi.sock", "does not answer"),
    "a gateway without a server": (
        at_the_public_address(502, b'{"error": "bad_gateway"}'),
        "error",
        "",
        "nginx does not reach the server",
    ),
    "another site's interface at the public address": (
        at_the_public_address(401, b'{"error": "login required"}'),
        "error",
        "",
        "answered by something else",
    ),
    "another site at the public address": (
        at_the_public_address(200, b"<html>"),
        "error",
        "",
        "answered by something else",
    ),
    "nobody at the public address": (
        setting(FOCUST_PUBLIC_URL="http://127.0.0.1:9"),
        "warning",
        "http://127.0.0.1:9",
        "was not reached",
    ),
    "a public URL with a path that nginx does not know": (
        setting(FOCUST_PUBLIC_URL="http://127.0.0.1:9/video"),
        "warning",
        "FOCUST_PUBLIC_URL",
        "has the path /video",
    ),
    "an application of the site's at addresses of the videos": (
        nginx(server="location /api/ { return 200; } include focust-video/server.conf;"),
        "warning",
        "nginx, a server { } without a name",
        "location /api/ of the site no longer answers /api/download/",
    ),
    "a rate that nginx would refuse": (
        setting(render=False, FOCUST_RATE_TOKENS_PER_USER="60r/m burst=0"),
        "error",
        "FOCUST_RATE_TOKENS_PER_USER",
        'is "60r/m burst=0"',
    ),
    "a trusted address that is a name": (
        setting(render=False, FOCUST_TRUSTED_ADDRESSES="backend.example.com"),
        "error",
        "FOCUST_TRUSTED_ADDRESSES",
        'is "backend.example.com"',
    ),
    "a misspelled setting": (
        setting(FOCUST_TRUSTED_ADRESSES="192.0.2.1"),
        "warning",
        "FOCUST_TRUSTED_ADRESSES",
        "no setting",
    ),
    "a setting of nobody's": (
        setting(FOCUST_WHATEVER_THAT_IS="1"),
        "warning",
        "FOCUST_WHATEVER_THAT_IS",
        "no setting",
    ),
    "a full directory for bodies": (
        setting(MAX_CONTENT_LENGTH=str(1 << 39)),
        "warning",
        "nginx, bodies",
        "less than the largest upload",
    ),
    "a file from tomorrow": (write_tomorrow, "error", "clock", "ahead of now"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_what_to_do(machine, name):
    act, level, subject, message = WRONG[name]
    act(machine)
    result = machine.check("--json")
    findings = complaints(json.loads(result.stdout)["findings"])
    found = [
        f for f in findings if f["level"] == level and f["subject"].endswith(subject) and message in f["message"]
    ]
    assert found, findings
    assert all(finding["advice"] for finding in findings)
    assert result.returncode == (1 if any(f["level"] == "error" for f in findings) else 0)
    for secret in machine.secrets.glob("*"):
        assert secret.read_text().strip().rpartition(":")[2] not in result.stdout + result.stderr


def test_settings_that_would_stop_the_start_are_findings_and_another_exit_code(machine):
    machine.write_settings(FOCUST_CRF="99")
    (machine.secrets / "SECRET_KEY").unlink()
    result = machine.check("--json")
    assert result.returncode == 2
    findings = {found["subject"]: found for found in json.loads(result.stdout)["findings"]}
    assert set(findings) == {"FOCUST_CRF", "SECRET_KEY"}
    assert findings["FOCUST_CRF"]["message"] == 'is "99"'
    assert str(machine.secrets / "SECRET_KEY") in findings["SECRET_KEY"]["advice"]


def found(machine, subject: str) -> dict:
    (one,) = [finding for finding in machine.findings() if finding["subject"].endswith(subject)]
    return one


def test_a_misspelled_setting_gets_the_name_that_was_meant(machine):
    machine.write_settings(FOCUST_TRUSTED_ADRESSES="192.0.2.1")
    assert found(machine, "ADRESSES")["advice"] == "Did you mean FOCUST_TRUSTED_ADDRESSES?"


def test_names_of_other_programs_in_the_file_are_theirs(machine):
    machine.write_settings(TZ="Europe/Paris", MALLOC_ARENA_MAX="2")
    assert complaints(machine.findings()) == []


def test_a_settings_file_with_the_line_ends_of_windows_says_the_same(machine):
    with_line_ends_of_windows(machine)
    assert complaints(machine.findings()) == []


def test_one_cause_is_one_finding_with_the_cure_that_helps(machine):
    (machine.data).chmod(0o700)
    (stopped,) = [finding for finding in machine.findings() if "does not get there" in finding["message"]]
    assert "more paths" in stopped["message"]
    assert stopped["advice"].endswith(f"chmod g+rx {machine.data}")
    (machine.data).chmod(0o750)
    shutil.chown(machine.data, "root", "root")
    (stopped,) = [finding for finding in machine.findings() if "does not get there" in finding["message"]]
    assert "usermod -aG" in stopped["advice"]


@pytest.mark.parametrize(
    "changes,cure",
    [
        ({"http": "access_log off;", "server": "access_log x focust_video;"}, "00-focust-video.conf"),
        ({"http": "include focust-video/http.conf; include focust-video/http.conf;"}, "Include http.conf once"),
        ({"server": "location = /healthz { } include focust-video/server.conf;"}, "FOCUST_NGINX_OPERATIONS=false"),
        ({"server": "nonsense;"}, "Repair that line first."),
    ],
)
def test_what_nginx_refuses_gets_the_cure_that_helps(machine, changes, cure):
    machine.make_nginx(**changes)
    assert cure in found(machine, "nginx")["advice"]


def test_services_that_run_are_no_complaint_and_unknown_ones_no_finding(machine):
    machine.fake("systemctl", units())
    assert complaints(machine.findings()) == []
    assert found(machine, "services")["level"] == "ok"
    machine.fake("systemctl", units(server="activating", sub="start"))
    assert complaints(machine.findings()) == []
    machine.fake("systemctl", "echo 'Id=focust-video.service'; echo LoadState=not-found")
    assert "services" not in {finding["subject"] for finding in machine.findings()}


def test_a_running_site_is_asked_the_whole_way_through_nginx(tmp_path):
    site = Site(tmp_path / "site").start_nginx().start()
    try:
        command = [binary(), "check", "--json"]
        result = subprocess.run(command, env=site.environment, capture_output=True, text=True, timeout=60)
        by_subject = {finding["subject"]: finding for finding in json.loads(result.stdout)["findings"]}
        assert by_subject[site.url] == {
            "level": "ok",
            "subject": site.url,
            "message": "leads to the server",
            "advice": None,
        }
        assert by_subject["server"]["message"] == "ready"
        site.terminate()
        result = subprocess.run(command, env=site.environment, capture_output=True, text=True, timeout=60)
        by_subject = {finding["subject"]: finding for finding in json.loads(result.stdout)["findings"]}
        assert by_subject[site.url]["level"] == "error"
        assert "nginx does not reach the server" in by_subject[site.url]["message"]
    finally:
        site.stop()


def test_nothing_is_made_or_changed(machine):
    def state():
        # nginx opens its logs and its pid file, however it is called.
        paths = [path for path in machine.directory.rglob("*") if path.suffix not in (".log", ".pid")]
        files = [path for path in paths if path.is_file()]
        return {str(path): (path.lstat().st_mode, path.lstat().st_mtime_ns) for path in files}

    before = state()
    machine.check()
    assert state() == before


# By release: versions that are good, and the one before each.
RELEASES = {
    "trixie": {
        "nginx-common": ("1.26.3-3+deb13u11", "1.26.3-3+deb13u10", "error"),
        "libavformat61": ("7:7.1.5-0+deb13u1", "7:7.1.3-0+deb13u1", "error"),
        "libavcodec61": ("7:7.1.5-0+deb13u1", "7:7.1.3-0+deb13u1", "error"),
        "libssl3t64": ("3.5.9-1~deb13u1", "3.5.7-1~deb13u2", "warning"),
        "libcurl4t64": ("8.14.1-2+deb13u7", "8.14.1-2+deb13u6", "warning"),
        "libsqlite3-0": ("3.46.1-7+deb13u2", "3.46.1-6", "warning"),
    },
    "noble": {
        "nginx-common": ("1.24.0-2ubuntu7.21", "1.24.0-2ubuntu7.9", "error"),
        "libavformat60": ("7:6.1.1-3ubuntu5+esm4", "7:6.1.1-3ubuntu5", "warning"),
        "libavcodec60": ("7:6.1.1-3ubuntu5+esm4", "7:6.1.1-3ubuntu5", "warning"),
        "libssl3t64": ("3.0.13-0ubuntu3.16", "3.0.13-0ubuntu3.9", "warning"),
        "libcurl4t64": ("8.5.0-2ubuntu10.16", "8.5.0-2ubuntu10.9", "warning"),
        "libsqlite3-0": ("3.45.1-1ubuntu2.8", "3.45.1-1ubuntu2.3", "warning"),
    },
}


@pytest.mark.parametrize("release", RELEASES)
def test_each_release_has_versions_of_its_own(machine, release):
    packages = RELEASES[release]

    def judged(place: int) -> dict[str, tuple[str, str]]:
        machine.install(release, **{name: row[place] for name, row in packages.items()})
        found = [found for found in machine.findings() if found["subject"] in {"packages", *packages, *GOOD_VERSIONS}]
        return {each["subject"]: (each["level"], each["message"]) for each in found}

    good = judged(0)
    assert list(good) == ["packages"]
    assert good["packages"][0] == "ok" and all(
        f"{name} {row[0]}" in good["packages"][1] for name, row in packages.items()
    )
    assert {name: level for name, (level, _) in judged(1).items()} == {name: row[2] for name, row in packages.items()}


def test_a_release_that_is_not_known_is_not_judged(machine):
    machine.install("forky", **{"nginx-common": "0.1-1"})
    (found,) = [found for found in machine.findings() if found["subject"] in {"packages", *GOOD_VERSIONS}]
    assert (found["level"], found["subject"]) == ("ok", "packages")
    assert "forky is a release that is not known here: versions are not judged" in found["message"]
