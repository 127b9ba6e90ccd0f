"""Starts focust-video and its peers for the benchmarks, and reads what they cost."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECRET = "benchmark-secret-key-of-at-least-thirty-two-bytes"
API_KEY = "benchmark-api-key-0123456789abcdef0123456789"
ORIGIN = "https://learner.example.com"
REL = "trainer-1/course-1/module-1/lesson-1"
VERSION = "0123456789abc"
TICKS = os.sysconf("SC_CLK_TCK")
SIZES = {"4k": 4 << 10, "1m": 1 << 20}
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")


def token(platform="web", rel=REL):
    """A media token of six claims."""

    def encode(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    now = int(time.time())
    claims = {"user_id": "learner-1", "rel": rel, "platform": platform, "iat": now, "exp": now + 3600}
    claims["jti"] = uuid.uuid4().hex
    head = encode(b'{"alg":"HS256","typ":"JWT"}') + b"." + encode(json.dumps(claims, separators=(",", ":")).encode())
    return (head + b"." + encode(hmac.new(SECRET.encode(), head, hashlib.sha256).digest())).decode()


def make_tree(data):
    """A lesson of 1,800 segments in a playlist, two of them on disk, and the same bytes as static files."""
    lesson = data / "hls" / REL
    version = lesson / f".v-{VERSION}"
    version.mkdir(parents=True)
    statics = data / "presentation_videos"
    statics.mkdir()
    for name, size in SIZES.items():
        (statics / f"{name}.mp4").write_bytes(os.urandom(size))
        shutil.copy(statics / f"{name}.mp4", lesson / f"segment_{name}.ts")
        os.link(lesson / f"segment_{name}.ts", version / f"segment_{name}.ts")
    (lesson / "enc.key").write_bytes(os.urandom(16))
    (lesson / ".version").symlink_to(f".v-{VERSION}")
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:6", "#EXT-X-MEDIA-SEQUENCE:0"]
    lines += ["#EXT-X-PLAYLIST-TYPE:VOD", '#EXT-X-KEY:METHOD=AES-128,URI="enc.key"']
    for number in range(1800):
        lines += ["#EXTINF:6.000000,", f"segment_{number:04}.ts"]
    (lesson / "output.m3u8").write_text("\n".join([*lines, "#EXT-X-ENDLIST", ""]))


def wait_until(condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {seconds} s for {what}")
        time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def tree_of(pid):
    """The process and everything below it."""
    found = [pid]
    for thread in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in thread.read_text().split():
            found += tree_of(int(child))
    return found


def is_cache_process(pid):
    """Whether it is nginx's cache manager or loader, the second of which ends by itself after a minute."""
    return b"nginx: cache" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()


def cpu_seconds(pids):
    """Of these processes, and of their children that have ended: films are looked into by a process of its own."""
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def memory_mb(pids, field):
    """VmRSS (now) or VmHWM (at most), added up."""
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(field):
                total += int(line.split()[1])
    return total / 1024


class Fleet:
    """Everything that is measured, with one number of nginx workers."""

    def __init__(self, workers, threads=8, app=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="focust-bench-"))
        self.data = self.directory / "data"
        self.workers, self.threads = workers, threads
        self.processes = []
        self.app_binary = app or ROOT / ".build/release/focust-video"
        make_tree(self.data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        # Many lessons are many names, which rm removes sooner.
        subprocess.run(["rm", "-rf", self.directory], check=False)

    def settings(self, **more):
        return (
            os.environ
            | {
                "SECRET_KEY": SECRET,
                "FOCUST_API_KEYS": f"bench:{API_KEY}",
                "FOCUST_ALLOWED_ORIGINS": ORIGIN,
                "FOCUST_PUBLIC_URL": "https://server.example.com",
                "FOCUST_DATA_DIR": str(self.data),
                "FOCUST_THREADS": str(self.threads),
                "FOCUST_CONVERSION_JOBS": "0",
                "FOCUST_MIN_FREE_BYTES": "1048576",
                "FOCUST_RATE_UPLOADS_PER_ADDRESS": "10000r/s burst=10000",
                "FOCUST_NGINX_WORKERS": str(self.workers),
            }
            | more
        )

    def stop(self, process):
        """Ends one of them before the others."""
        self.processes.remove(process)
        process.send_signal(signal.SIGTERM)
        process.wait(20)

    def spawn(self, command, log, **options):
        with (self.directory / f"{log}.log").open("ab") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, **options)
        self.processes.append(process)
        return process

    def start_app(self, name="app", **more):
        """focust-video as `make run` starts it. Returns its port and the processes of the app and of nginx."""
        port = free_port()
        run = self.directory / name
        environment = self.settings(FOCUST_HTTP_PORT=str(port), FOCUST_RUN_DIR=str(run), **more)
        environment["FOCUST_BINARY"] = str(self.app_binary)
        process = self.spawn([ROOT / "scripts/run"], name, env=environment)
        log = self.directory / f"{name}.log"
        wait_until(lambda: f"ready http://127.0.0.1:{port}" in log.read_text(), "focust-video")
        app, nginx = [], []
        for child in tree_of(process.pid)[1:]:
            command = pathlib.Path(f"/proc/{child}/cmdline").read_bytes()
            if not is_cache_process(child):
                # The title that nginx gives itself; its name may be in the path of the application too.
                (nginx if command.startswith(b"nginx: ") else app).append(child)
        return port, app, nginx

    def start_nginx(self, name, body, head=""):
        """An nginx with `body` in its http block, which has @PORT@ for its port, and `head` before all blocks. Returns
        the port and processes."""
        port, run = free_port(), self.directory / name
        (run / "tmp").mkdir(parents=True, exist_ok=True)
        temporary = "".join(
            f"{kind}_temp_path {run}/tmp/{kind};" for kind in ("client_body", "fastcgi", "proxy", "scgi", "uwsgi")
        )
        user = "user root;" if os.geteuid() == 0 else ""
        (run / "nginx.conf").write_text(
            f"{head} {user} daemon off; worker_processes {self.workers}; pid {run}/nginx.pid;"
            f"error_log {run}/error.log warn; events {{ worker_connections 2048; }}\n"
            f"http {{ {temporary}\n{body.replace('@PORT@', str(port))} }}\n"
        )
        nginx = self.spawn([NGINX, "-p", run, "-c", run / "nginx.conf", "-e", run / "error.log"], name)
        # The port answers before there are workers.
        wait_until(lambda: answers(port) and len(tree_of(nginx.pid)) == self.workers + 1, name)
        return port, tree_of(nginx.pid)


def secure_link(path):
    """The query of nginx's secure_link for `path`."""
    expiry = int(time.time()) + 3600
    digest = hashlib.md5(f"{expiry}{path} {SECRET}".encode()).digest()
    return f"{path}?s={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}&e={expiry}"
