"""nginx and the application as separate processes: one can die, restart or multiply while the other goes on."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import requests

from .server import DEFAULTS, binary, free_port, wait_for, write_nginx

NGINX_CONF = """
{user}
daemon off;
worker_processes 1;
pid "{directory}/nginx.pid";
error_log "{directory}/nginx-error.log" warn;
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path "{directory}/tmp/body";
    fastcgi_temp_path "{directory}/tmp/fastcgi";
    proxy_temp_path "{directory}/tmp/proxy";
    scgi_temp_path "{directory}/tmp/scgi";
    uwsgi_temp_path "{directory}/tmp/uwsgi";
    include focust-video/http.conf;
    access_log "{directory}/access.log" focust_video;
    server {{
        listen 127.0.0.1:{port};
        include focust-video/error-pages.conf;
        location / {{ return 404; }}
        include focust-video/server.conf;
    }}
}}
"""

# Binds nothing itself: takes over the sockets it is given as descriptors 3 and 4, says that they are meant for it
# (sd_listen_fds(3)), and becomes the server. LISTEN_PID must be the server's own, hence a process in between.
SYSTEMD_CHILD = """
import os, sys
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2", "LISTEN_FDNAMES": "fastcgi:upload"}
os.execv(sys.argv[1], sys.argv[1:])
"""


class Site:
    """A directory with nginx in front of it, and as many processes of the application as a test wants."""

    def __init__(self, directory: Path, settings: dict[str, str] | None = None, nginx_conf: str = NGINX_CONF):
        self.nginx_conf = nginx_conf
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{(settings or {}).get('FOCUST_NGINX_PREFIX', '')}"
        self.settings = {"FOCUST_DATA_DIR": str(self.directory / "data")} | (settings or {})
        self.data = Path(self.settings["FOCUST_DATA_DIR"])
        self.data.mkdir(exist_ok=True)
        self.base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = (
            self.base
            | DEFAULTS
            | {
                "FOCUST_PUBLIC_URL": self.url,
                "FOCUST_LISTEN": str(self.directory / "fastcgi.sock"),
                "FOCUST_UPLOAD_LISTEN": str(self.directory / "upload.sock"),
                "FOCUST_NGINX_LOG_DIR": str(self.directory),
            }
            | self.settings
        )
        self.sockets: list[socket.socket] = []
        self.processes: list[subprocess.Popen] = []
        self.log = self.directory / "app.log"
        self.app: subprocess.Popen | None = None

    def start_nginx(self) -> "Site":
        (self.directory / "tmp").mkdir(exist_ok=True)
        write_nginx(self.directory / "focust-video", self.environment)
        user = "user root;" if os.geteuid() == 0 else ""
        text = self.nginx_conf.format(user=user, directory=self.directory, port=self.port)
        (self.directory / "nginx.conf").write_text(text)
        nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        prefix = [nginx, "-p", self.directory, "-c", self.directory / "nginx.conf"]
        self.nginx = self.run([*prefix, "-e", self.directory / "nginx-error.log"], self.base)
        wait_for(lambda: self.answers("/nothing"), "nginx")
        return self

    def run(self, command: list, environment: dict[str, str], **options) -> subprocess.Popen:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [str(part) for part in command],
                **{"env": environment, "stdin": subprocess.DEVNULL, "stdout": log, "stderr": log} | options,
            )
        self.processes.append(process)
        return process

    def answers(self, path: str) -> bool:
        try:
            requests.get(self.url + path, timeout=2)
        except requests.RequestException:
            return False
        return True

    def is_healthy(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def bind_sockets(self) -> "Site":
        """Opens the sockets as systemd does, to be passed to every process started from now on."""
        for name in ("fastcgi.sock", "upload.sock"):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(self.directory / name))
            listener.listen(4096)
            self.sockets.append(listener)
        return self

    def start(self, prefix: tuple = (), wait: bool = True, **changes: str) -> "Site":
        """Starts `serve`, with the passed sockets if there are any."""
        command = [*prefix, binary(), "serve"]
        options = {}
        if self.sockets:
            command = [sys.executable, "-c", SYSTEMD_CHILD, *command]
            first, second = (listener.fileno() for listener in self.sockets)
            options = {"pass_fds": (3, 4), "preexec_fn": lambda: place_descriptors(first, second)}
        self.app = self.run(command, self.environment | changes, **options)
        if wait:
            wait_for(self.is_healthy, "the application", pause=0.02)
        return self

    def start_worker(self, *arguments: str, prefix: tuple = (), **changes: str) -> subprocess.Popen:
        """Starts `work`, with no secret in its environment."""
        names = ("FOCUST_MIN_FREE_BYTES", "FOCUST_LOG_LEVEL", "FOCUST_DATA_DIR", "FOCUST_RENDITIONS")
        kept = {name: value for name, value in self.environment.items() if name in names}
        return self.run([*prefix, binary(), "work", *arguments], self.base | kept | changes)

    def tasks(self, *arguments: str) -> subprocess.CompletedProcess:
        """The command line's `tasks`."""
        return subprocess.run(
            [binary(), "tasks", *arguments], env=self.environment, capture_output=True, text=True, timeout=20
        )

    def terminate(self, process: subprocess.Popen | None = None) -> int:
        """Ends a process (the application) as systemd would."""
        process = process or self.app
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        return process.wait(timeout=20)

    def kill(self, process: subprocess.Popen | None = None) -> None:
        process = process or self.app
        process.kill()
        process.wait(timeout=20)

    def stop(self) -> None:
        """Ends whatever still runs."""
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=5)
        for listener in self.sockets:
            listener.close()

    def thread_id(self, name: str) -> int:
        """The thread of the application that has this name."""

        def found():
            for task in Path(f"/proc/{self.app.pid}/task").iterdir():
                if (task / "comm").read_text().strip() == name:
                    return int(task.name)
            return None

        return wait_for(found, f"thread {name}")

    def leftovers(self) -> list[str]:
        """What a process that died may have left behind, and a later one must have removed."""
        places = ("uploads/.staging", "hls/.staging", "hls/.trash")
        found = [path for place in places for path in (self.data / place).iterdir()]
        # Not rglob: it fails where a directory goes while it looks.
        found += [Path(folder) / name for folder, _, names in os.walk(self.data / "uploads") for name in names]
        originals = [(folder, name) for folder, _, names in os.walk(self.data / "originals") for name in names]
        found += [Path(folder) / name for folder, name in originals if name.startswith(".new-")]
        return sorted({str(path.relative_to(self.data)) for path in found})


def place_descriptors(first: int, second: int) -> None:
    """Between fork and exec: the two become 3 and 4, whatever their numbers were."""
    copies = [os.dup2(descriptor, 60 + index) for index, descriptor in enumerate((first, second))]
    for index, copy in enumerate(copies):
        os.dup2(copy, 3 + index)
        os.close(copy)
