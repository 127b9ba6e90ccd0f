"""What goes wrong with an installation, each as a deed on a machine that is well set up.

What `check` says of each stands in docs/check.md, which test_check.py compares.
"""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from .machine import NOT_READY
from .server import REPOSITORY, wait_for

REL = "trainer-1/course-1/module-1/lesson-1"
PAGE = REPOSITORY / "docs/check.md"


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


def newer_database(machine):
    """The header of a database that a later version has migrated."""
    header = bytearray(b"SQLite format 3\0" + bytes(84))
    header[60:64] = (99).to_bytes(4, "big")
    (machine.data / "state/focust.db").write_bytes(header)


def with_an_older_nginx(machine):
    """A worker of nginx's user that was started before the user got its group, under a master that names it."""
    user = shutil.which("setpriv")
    worker = f"{user} --reuid=www-data --regid=nogroup --clear-groups sleep 60"
    master = subprocess.Popen(["sh", "-c", f"{worker} & wait"], start_new_session=True)
    machine.others.append(master)
    (machine.directory / "nginx.pid").write_text(f"{master.pid}\n")
    children = Path(f"/proc/{master.pid}/task/{master.pid}/children")
    wait_for(lambda: [is_nobodys(child) for child in children.read_text().split()] == [True], "the worker")


def is_nobodys(process: str) -> bool:
    return "Uid:\t33\t" in Path(f"/proc/{process}/status").read_text()


def addressed(url: str, others: str = ""):
    """A public URL, where the videos have the name video.example.com and a port of their own beside other sites."""

    def act(machine):
        setting(FOCUST_PUBLIC_URL=url)(machine)
        machine.make_nginx(
            http=f"include focust-video/http.conf; {others}",
            server="server_name video.example.com; include focust-video/server.conf;",
        )
        machine.change("nginx.conf", f'"unix:{machine.directory}/site.sock"', "18099")

    return act


def without_exchange(machine):
    """A file system that knows no exchange of two names."""
    trace = ["strace", "-D", "-f", "-qq", "-o", str(machine.directory / "trace"), "-e", "trace=renameat2"]
    machine.under = [*trace, "-e", "inject=renameat2:error=EINVAL"]


HEX = "0123456789abcdef0123456789abcdef"
SECTIONS = {
    "Settings that stop the start": {
        "an origin with a slash at its end": setting(False, FOCUST_ALLOWED_ORIGINS="https://learn.example.com/"),
        "an origin with a path": setting(False, FOCUST_ALLOWED_ORIGINS="https://learn.example.com/courses"),
        "an origin without https://": setting(False, FOCUST_ALLOWED_ORIGINS="learn.example.com"),
        "an origin with letters beyond ASCII": setting(False, FOCUST_ALLOWED_ORIGINS="https://école.example"),
        "every origin": setting(False, FOCUST_ALLOWED_ORIGINS="*"),
        "the origin of no page": setting(False, FOCUST_ALLOWED_ORIGINS="https://learn.example.com,null"),
        "origins joined by blanks": setting(
            False, FOCUST_ALLOWED_ORIGINS="https://a.example.com https://b.example.com"
        ),
        "origins joined by semicolons": setting(
            False, FOCUST_ALLOWED_ORIGINS="https://a.example.com;https://b.example.com"
        ),
        "a public address with a slash at its end": setting(False, FOCUST_PUBLIC_URL="https://video.example.com/"),
        "a public address without https://": setting(False, FOCUST_PUBLIC_URL="video.example.com"),
        "a public address with letters beyond ASCII": setting(False, FOCUST_PUBLIC_URL="https://vidéo.example"),
        "a size with a unit": setting(False, MAX_CONTENT_LENGTH="500M"),
        "a comment behind a value": setting(False, TOKEN_EXPIRY="900 # a quarter of an hour"),
        "a line as for a shell": setting(False, **{"export TOKEN_EXPIRY": "900"}),
        "a key that is too short": put("SECRET_KEY", "hunter2"),
        "a key of an older server that is too short": put("FOCUST_PREVIOUS_SECRET_KEYS", "hunter2"),
        "no key": remove("secrets/SECRET_KEY"),
    },
    "Settings that work badly": {
        "a misspelled setting": setting(FOCUST_TRUSTED_ADRESSES="192.0.2.1"),
        "a setting of nobody's": setting(FOCUST_WHATEVER_THAT_IS="1"),
        "an origin for a whole country": setting(FOCUST_ALLOWED_ORIGINS="https://*.fr"),
        "an origin for all companies of a country": setting(FOCUST_ALLOWED_ORIGINS="https://*.co.uk"),
        "an origin that is not encrypted": setting(FOCUST_ALLOWED_ORIGINS="http://learn.example.com"),
        "tokens without encryption": setting(FOCUST_PUBLIC_URL="http://video.example.com"),
        "a public address with a path that nginx does not know": setting(
            FOCUST_PUBLIC_URL="http://127.0.0.1:9/video"
        ),
        "one thread": setting(FOCUST_THREADS="1"),
        "open issuance": setting(FOCUST_OPEN_ISSUANCE="true"),
        "addresses without a key": setting(FOCUST_KEYLESS_ADDRESSES="192.0.2.10"),
        "sessions that see all": setting(
            FOCUST_IDENTITY_SECRET=os.urandom(32).hex(),
            FOCUST_IDENTITY_AUDIENCE="learner-app",
            FOCUST_SESSIONS_SEE_ALL="true",
        ),
        "sessions for whatever application": setting(
            FOCUST_IDENTITY_SECRET=os.urandom(32).hex(), FOCUST_ELIGIBILITY_URL="https://learn.example.com/eligible"
        ),
        "unsigned callbacks": setting(FOCUST_CALLBACK_URL="https://learn.example.com/done"),
    },
    "Secrets": {
        "a secret of one letter": put("SECRET_KEY", "a" * 40),
        "a secret out of an example": put("SECRET_KEY", "changeme-0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
        "an API key out of an example": put("FOCUST_API_KEYS", "site:your-api-key-here-1234"),
        "one secret for two purposes": lambda machine: (
            put("SECRET_KEY", HEX + "x")(machine),
            put("FOCUST_API_KEYS", f"site:{HEX}x")(machine),
        ),
        "a secret in the settings file": setting(CALLBACK_BEARER="0f1e2d3c4b5a69788796a5b4"),
        "a secret file for everybody": lambda machine: (
            chmod("secrets", 0o711)(machine),
            chmod("secrets/SECRET_KEY", 0o644)(machine),
        ),
        "a secret that nginx may read": lambda machine: (
            chmod("secrets", 0o755)(machine),
            chown("secrets/SECRET_KEY", "root", "www-data")(machine),
            chmod("secrets/SECRET_KEY", 0o640)(machine),
        ),
    },
    "Where the videos lie": {
        "no data directory": remove("data"),
        "a file as data directory": replace_by_file("data"),
        "a directory of another's": chown("data/hls", "nobody", "www-data"),
        "a database of another's": chown("data/state/focust.db", "nobody", None),
        "a directory that others may write": chmod("data/originals", 0o777),
        "an open state": chmod("data/state", 0o755),
        "a full disk": setting(FOCUST_MIN_FREE_BYTES=str(1 << 50)),
        "an almost full disk": setting(MAX_CONTENT_LENGTH=str(1 << 39)),
        "a full directory for bodies": setting(MAX_CONTENT_LENGTH=str(1 << 39)),
        "videos nginx does not reach": chmod("data", 0o700),
        "a segment nginx may not read": chmod(f"data/hls/{REL}/segment_000.ts", 0o600),
        "a key that nginx may read": chmod(f"data/hls/{REL}/enc.key", 0o640),
        "a state that nginx may enter": lambda machine: (
            chown("data/state", "root", "www-data")(machine),
            chmod("data/state", 0o710)(machine),
        ),
        "data that nginx may write": chmod("data", 0o770),
        "a file system that exchanges no two names": without_exchange,
        "a database of a newer version": newer_database,
    },
    "Services and sockets": {
        "a stopped server": services(server="inactive"),
        "a stopped socket": services(socket="inactive"),
        "a server that fails": services(server="failed"),
        "a server that starts again and again": services(server="activating", sub="auto-restart"),
        "a worker that is to run": services(worker_enabled="enabled"),
        "nobody who converts": lambda machine: (services()(machine), setting(FOCUST_CONVERSION_JOBS="0")(machine)),
        "a socket that is not there after a boot": services(enabled="disabled"),
        "another data directory than the units': no drop-in": services(paths="/var/lib/elsewhere"),
        "a server that is not ready": not_ready,
        "a server that says nothing": silent,
        "a socket for everybody": lambda machine: (
            chmod("run", 0o711)(machine),
            chmod("run/fastcgi.sock", 0o666)(machine),
        ),
        "nobody behind the sockets": hang_up,
        "a file in a socket's place": replace_by_file("run/upload.sock"),
        "no directory for the sockets": remove("run"),
        "sockets nginx does not reach": chown("run", "root", "root"),
        "a port for everybody": setting(FOCUST_LISTEN="127.0.0.1:9000"),
    },
    "nginx and the public address": {
        "an nginx that runs as root": nginx(user="root"),
        "an nginx without our files": nginx(http="", server=""),
        "an nginx without the server's file": nginx(server=""),
        "an nginx that refuses its configuration": nginx(server="include focust-video/server.conf; nonsense;"),
        "an nginx elsewhere": fake("nginx", "echo sh: 1: nginx: not found >&2; exit 127"),
        "an nginx whose user does not exist": nginx(user="nginx-of-nobody"),
        "an nginx that is older than its user's groups": with_an_older_nginx,
        "http.conf behind the sites": nginx(http="access_log off;", server="access_log x focust_video;"),
        "http.conf twice": nginx(http="include focust-video/http.conf; include focust-video/http.conf;"),
        "an address of the site's own": nginx(server="location = /healthz { } include focust-video/server.conf;"),
        "an application of the site's at addresses of the videos": nginx(
            server="location /api/ { return 200; } include focust-video/server.conf;"
        ),
        "an address of the videos that the site answers": nginx(
            server="location = /hls/x { return 200; } include focust-video/server.conf;"
        ),
        "another socket in nginx": edited("focust-video/http.conf", "run/fastcgi.sock", "run/other.sock"),
        "another upload socket in nginx": edited("focust-video/http.conf", "run/upload.sock", "run/other.sock"),
        "another data directory in nginx": edited("focust-video/server.conf", "/data/hls/", "/elsewhere/hls/"),
        "a larger body in the settings": setting(render=False, MAX_CONTENT_LENGTH="209715200"),
        "another internal location": setting(render=False, FOCUST_ACCEL_PREFIX="/_other"),
        "a new origin that nginx does not know": setting(
            render=False, FOCUST_ALLOWED_ORIGINS="https://new.example.com"
        ),
        "a rate that nginx would refuse": setting(False, FOCUST_RATE_TOKENS_PER_USER="60r/m burst=0"),
        "a trusted address that is a name": setting(False, FOCUST_TRUSTED_ADDRESSES="backend.example.com"),
        "another rate": edited("focust-video/http.conf", "rate=60r/m", "rate=6000r/m"),
        "a public address with a name that nginx does not know": addressed(
            "http://localhost:18099", "server { listen 18099 default_server; server_name learn.example.com; }"
        ),
        "a public address with the name of another site": addressed(
            "http://localhost:18099", "server { listen 18099; server_name localhost; }"
        ),
        "a public address with a port where nginx does not listen": addressed("http://127.0.0.1:9"),
        "a gateway without a server": at_the_public_address(502, b'{"error": "bad_gateway"}'),
        "another site's interface at the public address": at_the_public_address(401, b'{"error": "login required"}'),
        "another site at the public address": at_the_public_address(200, b"<html>"),
        "nobody at the public address": setting(FOCUST_PUBLIC_URL="http://127.0.0.1:9"),
    },
    "Packages and clock": {
        "an old nginx": packages(**{"nginx-common": "1.22.1-9+deb12u9"}),
        "an old FFmpeg": packages(libavformat59="7:5.1.8-0+deb12u1"),
        "an old OpenSSL": packages(libssl3="3.0.19-1~deb12u2"),
        "packages of nobody knows where": fake("dpkg-query", "exit 1"),
        "a file from tomorrow": write_tomorrow,
    },
}
MISTAKES = {name: deed for deeds in SECTIONS.values() for name, deed in deeds.items()}


class Row:
    """A line of the page: what `check` prints of a mistake. `…` stands for anything."""

    def __init__(self, says: str, cure: str):
        self.level, text = re.fullmatch(r"`(error|warning)` (.*)", says).groups()
        self.text, self.cure = self.pattern(text), self.pattern(cure)

    @staticmethod
    def pattern(text: str) -> re.Pattern:
        return re.compile(".*".join(re.escape(part) for part in text.split("…")), re.S)

    def is_told_by(self, machine, finding: dict) -> bool:
        text = machine.installed(f"{finding['subject']}: {finding['message']}")
        cure = machine.installed(finding["advice"] or "")
        return finding["level"] == self.level and bool(self.text.fullmatch(text) and self.cure.fullmatch(cure))


def sections() -> dict[str, dict[str, Row]]:
    """The tables of the page, by their headings."""
    text = PAGE.read_text().split("<!-- mistakes: begin")[1].split("<!-- mistakes: end")[0]
    found = {}
    for section in text.split("\n## ")[1:]:
        heading, *lines = section.splitlines()
        cells = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
        found[heading] = {name: Row(says, cure) for name, says, cure in cells[2:]}
    return found
