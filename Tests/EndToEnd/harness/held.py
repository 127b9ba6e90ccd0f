"""What the application holds while it runs, and what lies about on disk."""

import os
import time
from pathlib import Path

from .processes import Site
from .server import wait_for
from .trees import retired


def counts(site: Site) -> dict[str, int]:
    """Of the application's process and of its data directory."""
    directory = Path(f"/proc/{site.app.pid}")
    # Zombies among them: a media process that ended and was not waited for.
    children = [child for path in directory.glob("task/*/children") for child in path.read_text().split()]
    return {
        "threads": threads(site.app.pid),
        "descriptors": descriptors(site.app.pid),
        "child processes": len(children),
        "resident KiB": resident(site.app.pid),
        "leftover files": len(site.leftovers()),
        "replaced versions": len(retired(site.data)),
    }


def status(pid: int) -> dict[str, str]:
    """The fields of /proc/PID/status (proc_pid_status(5))."""
    return dict(line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines())


def threads(pid: int) -> int:
    return int(status(pid)["Threads"])


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident(pid: int) -> int:
    """KiB."""
    return int(status(pid)["VmRSS"].split()[0])


def file_sizes(directory: Path, left_out: tuple[str, ...] = ()) -> list[int]:
    """Of each file below the directory, without folders named in `left_out`; a file that goes meanwhile is none."""
    found = []
    for folder, folders, names in os.walk(directory):
        folders[:] = [name for name in folders if name not in left_out]
        for name in names:
            try:
                found.append((Path(folder) / name).lstat().st_size)
            except FileNotFoundError:
                continue
    return found


def open_sizes(pid: int, directory: Path) -> list[int]:
    """Of each file below the directory that the process has open.

    nginx unlinks the file of a body at once, so that no listing of the directory shows it.
    """
    found = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if os.readlink(descriptor).startswith(f"{directory}/"):
                found.append(descriptor.stat().st_size)
        except FileNotFoundError:
            continue
    return found


def settle(site: Site) -> None:
    """Waits until what has ended is cleaned up."""
    wait_for(lambda: not site.leftovers(), "the last upload's files to go", 30)
    wait_for(lambda: not retired(site.data), "the last replaced version to go", 60)
    time.sleep(2)
