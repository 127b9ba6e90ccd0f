"""A machine on which the server is installed as the package and its instructions say, for `focust-video check`."""

import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
from pathlib import Path

from .fastcgi import FastCGIStandIn
from .host import NGINX
from .server import ORIGIN, binary

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
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


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
        # What `check` runs under.
        self.under: list[str] = []
        # Processes that a test starts beside.
        self.others: list[subprocess.Popen] = []
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

    def close(self):
        if self.server.thread.is_alive():
            self.hang_up()
        self.public.shutdown()
        self.public.server_close()
        for process in self.others:
            # Its children are in its group.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)

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

    def check(self, *arguments, **options) -> subprocess.CompletedProcess:
        command = [*self.under, binary(), "check", *arguments]
        options |= {"env": self.environment, "capture_output": True, "text": True, "timeout": 60}
        return subprocess.run(command, **options)

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

    def installed(self, text: str) -> str:
        """What `check` says, with the paths and the address of an installed server."""
        for own, usual in (
            (self.settings, "/etc/focust-video/focust-video.env"),
            (self.data, "/var/lib/focust-video"),
            (self.secrets, "/etc/focust-video/secrets"),
            (self.directory / "run", "/run/focust-video"),
            (self.directory / "focust-video", "/etc/nginx/focust-video"),
            (self.directory, "/srv/elsewhere"),
            (self.public.url, "https://video.example.com"),
        ):
            text = text.replace(str(own), usual)
        return text
