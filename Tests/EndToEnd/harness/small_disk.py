"""A file system of a few megabytes, mounted for one test and unmounted after it; needs root."""

import os
import subprocess
from pathlib import Path


class SmallDisk:
    """tmpfs(5) of `size` bytes at `path`."""

    def __init__(self, path: Path, size: int):
        self.path = path
        self.frozen: list[Path] = []
        path.mkdir(parents=True, exist_ok=True)
        self.mount("-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs")

    def mount(self, *arguments: str) -> None:
        subprocess.run(["mount", *arguments, self.path], check=True, capture_output=True)

    def fill(self, leaving: int = 0) -> None:
        """Leaves so many bytes free."""
        with (self.path / "ballast").open("wb") as ballast:
            piece = bytes(4096)
            while self.free() > leaving:
                try:
                    ballast.write(piece[: max(1, min(4096, self.free() - leaving))])
                    ballast.flush()
                except OSError:
                    return

    def empty(self) -> None:
        (self.path / "ballast").unlink(missing_ok=True)

    def free(self) -> int:
        facts = os.statvfs(self.path)
        return facts.f_bavail * facts.f_frsize

    def freeze(self, *names: str) -> None:
        """Makes these directories read-only; the kernel refuses that where a file is open for writing."""
        for name in names:
            directory = self.path / name
            self.frozen.append(directory)
            subprocess.run(["mount", "--bind", directory, directory], check=True)
            subprocess.run(["mount", "-o", "remount,ro,bind", directory], check=True)

    def thaw(self) -> None:
        while self.frozen:
            subprocess.run(["umount", "-l", self.frozen.pop()], check=True)

    def remove(self) -> None:
        self.thaw()
        subprocess.run(["umount", "-l", self.path], check=False, capture_output=True)
