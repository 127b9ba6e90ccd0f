"""Faults from outside, by strace: a system call of one thread fails, or the process dies before it is made."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .server import wait_for

# The calls that change what is on disk. openat is among them because O_CREAT makes a file.
CALLS = (
    "openat,write,pwrite64,pwritev,ftruncate,fallocate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,"
    "symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,chmod,fchmod,fchmodat,utimensat,flock,close"
)


@dataclass(frozen=True)
class Point:
    """Just before the `number`-th call of that name in a thread; `site` tells which step of the way that is."""

    call: str
    number: int
    site: str

    def __str__(self) -> str:
        return f"{self.call} #{self.number}: {self.site}"


class Tracer:
    """strace on one thread of a running process; its calls about the file `of` alone, if that is given."""

    def __init__(
        self, thread: int, output: Path, inject: str | None = None, calls: str = CALLS, of: Path | None = None
    ):
        command = ["strace", "-qq", "-y", "-s", "0", "-o", str(output), "-p", str(thread), "-e", f"trace={calls}"]
        if inject:
            command += ["-e", f"inject={inject}"]
        if of:
            command += ["-P", str(of)]
        self.output = output
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        status = Path(f"/proc/{thread}/status")

        def attached() -> bool:
            assert self.process.poll() is None, "strace did not attach"
            return f"TracerPid:\t{self.process.pid}\n" in status.read_text()

        wait_for(attached, "strace to attach", pause=0.005)

    def detach(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=10)


def points(trace: Path, root: Path) -> list[Point]:
    """Every call in the trace that changes something below `root`."""
    counts: dict[str, int] = {}
    found = []
    for line in trace.read_text().splitlines():
        match = re.match(r"(\w+)\((.*)\) += ", line)
        if not match:
            continue
        call, arguments = match.groups()
        counts[call] = counts.get(call, 0) + 1
        paths = re.findall(rf'{re.escape(str(root))}/([^"<>, ]+)', line.replace(" (deleted)", ""))
        is_reading = call == "openat" and "O_CREAT" not in arguments
        if paths and not is_reading and call not in ("close", "flock"):
            found.append(Point(call, counts[call], " -> ".join(site(path) for path in paths[:2])))
    return found


def site(path: str) -> str:
    """The path without what differs between two runs."""
    path = re.sub(r"\.(tus|staging)/[0-9a-f]{32,64}(\.[0-9a-z]+)?", r".\1/UPLOAD", path)
    path = re.sub(r"\b[0-9a-f-]{32,36}\b", "TASK", path)
    path = re.sub(r"\.retired/\d+\+\d+\.\w+", ".retired/ENTRY", path)
    path = re.sub(r"(\.staging/|\.trash/|TASK\.(?!mp4)|\.v-)[0-9a-z]+", r"\1RANDOM", path)
    return re.sub(r"segment_\d+", "segment_N", path)


def distinct(points: list[Point]) -> list[Point]:
    """The first point of each site."""
    firsts: dict[tuple[str, str], Point] = {}
    for point in points:
        firsts.setdefault((point.call, point.site), point)
    return list(firsts.values())
