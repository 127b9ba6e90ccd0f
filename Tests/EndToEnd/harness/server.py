"""nginx and the application, started as a person starts them: by scripts/run, in a directory of their own."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
SECRET_KEY = "end-to-end-secret-key-of-more-bytes-than-the-64-that-HS512-would-want"
API_KEY = "end-to-end-api-key-0123456789abcdef"
OTHER_API_KEY = "end-to-end-second-key-0123456789abcdef"
ORIGIN = "https://learner.example.com"
WILDCARD_ORIGIN = "https://north.school.example"
# Where servers of this run listen.
PORTS: set[int] = set()

# Free ports are asked for one by one; these rates never refuse what a test does on purpose.
DEFAULTS = {
    "SECRET_KEY": SECRET_KEY,
    "FOCUST_API_KEYS": f"site:{API_KEY},spare:{OTHER_API_KEY}",
    "FOCUST_ALLOWED_ORIGINS": f"{ORIGIN},https://*.school.example",
    "FOCUST_RATE_TOKENS_PER_USER": "10000r/s burst=10000",
    "FOCUST_RATE_TOKENS_PER_ADDRESS": "10000r/s burst=10000",
    "FOCUST_RATE_UPLOADS_PER_ADDRESS": "10000r/s burst=10000",
    "FOCUST_UPLOADS_AT_ONCE": "1000",
    "FOCUST_UPLOADS_IN_ALL": "1000",
    "FOCUST_MIN_FREE_BYTES": "1048576",
    # A lesson stays as its first conversion made it, unless a test is about what comes after.
    "FOCUST_RENDITIONS": "none",
    "FOCUST_LOG_LEVEL": "debug",
}


def _ports() -> Iterator[int]:
    """Ports of this process of the test run alone, below those that Linux gives to whoever connects."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    assert worker < 8, "more processes than there are ports for"
    first = 12000 + 2500 * worker
    # Another run beside this one begins elsewhere.
    start = os.getpid() * 7 % 2500
    return (first + (start + count) % 2500 for count in itertools.count())


_PORT = _ports()

# Where nginx's files are written from.
TEMPLATES = REPOSITORY / "Sources/Nginx/Templates"


def write_nginx(directory: Path, settings: dict[str, str]) -> None:
    """nginx's files into `directory`, from these settings alone."""
    needed = {"PATH": os.environ["PATH"], "FOCUST_ALLOWED_ORIGINS": ORIGIN, "FOCUST_PUBLIC_URL": "https://video.test"}
    subprocess.run([binary(), "nginx", directory], env=needed | settings, check=True, capture_output=True, timeout=60)


def free_port() -> int:
    """One where nobody listens now, and where nobody else's connection can begin in between."""
    while True:
        port = next(_PORT)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def wait_for(condition, what: str, seconds: float = 30, pause: float = 0.05):
    """The first true value of `condition`, or a failure that says what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(pause)


class Server:
    """One run of scripts/run, with its directory, port and logs."""

    def __init__(self, directory: Path, settings: dict[str, str] | None = None):
        self.directory = Path(directory)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = self.directory / "data"
        # Only what a program needs to run at all: no setting of the person who runs the tests gets in.
        self.environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment |= DEFAULTS | (settings or {})
        self.environment |= {"FOCUST_HTTP_PORT": str(self.port), "FOCUST_RUN_DIR": str(self.directory)}
        if binary := os.environ.get("FOCUST_BINARY"):
            self.environment["FOCUST_BINARY"] = binary
        self.process: subprocess.Popen | None = None

    def start(self, command: list | None = None) -> "Server":
        self.directory.mkdir(parents=True, exist_ok=True)
        PORTS.add(self.port)
        self.output = self.directory / "run.out"
        with self.output.open("ab") as output:
            self.written_before = output.tell()
            self.process = subprocess.Popen(
                command or [REPOSITORY / "scripts/run"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_for(self._is_ready, "the server to be ready", 40)
        return self

    def _is_ready(self) -> bool:
        text = self.output.read_text()[self.written_before :]
        assert self.process.poll() is None, f"scripts/run ended: {text}"
        return f"ready {self.url}\n" in text

    def stop(self) -> int:
        """Ends the run as Ctrl-C would and answers its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=30)
        # Anything else may listen there from now on, a test's own web server too.
        PORTS.discard(self.port)
        return status

    def app_pid(self) -> int:
        """The application's process: the child of scripts/run that is called serve."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in map(int, children):
            if b"serve" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                return child
        raise AssertionError(f"no application among {children}")

    def app_socket(self, name: str = "fastcgi.sock") -> Path:
        return self.directory / name

    def stored_files(self) -> set[str]:
        """Every file below the data directory except the application's own state."""
        found = (path for path in self.data.rglob("*") if path.is_file() or path.is_symlink())
        return {str(path.relative_to(self.data)) for path in found if path.relative_to(self.data).parts[0] != "state"}

    def logs(self) -> dict[str, str]:
        """Everything that this run has written for people to read, by file."""
        files = [*self.directory.glob("logs/*"), self.output]
        return {str(path): path.read_text(errors="replace") for path in files if path.is_file()}

    def remove(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)


def binary() -> Path:
    """The executable that scripts/run would start."""
    if named := os.environ.get("FOCUST_BINARY"):
        return Path(named)
    built = [REPOSITORY / ".build" / kind / "focust-video" for kind in ("release", "debug")]
    return max((path for path in built if path.exists()), key=lambda path: path.stat().st_mtime)
