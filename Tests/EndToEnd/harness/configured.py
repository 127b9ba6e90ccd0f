"""A site whose settings stand in a file, as they do on a server, so that they can change while it runs."""

import signal
from pathlib import Path

from .processes import Site
from .server import wait_for


class ConfiguredSite(Site):
    def __init__(self, directory: Path, settings: dict[str, str] | None = None):
        super().__init__(directory, settings)
        self.config = self.directory / "focust-video.env"
        self.values = {name: value for name, value in self.environment.items() if name not in self.base}
        self.environment = self.base | {"FOCUST_CONFIG": str(self.config)}
        self.write()

    def write(self, **changes: str | None) -> None:
        """The file, with these settings changed; None leaves one out."""
        self.values |= changes
        given = {name: value for name, value in self.values.items() if value is not None}
        self.config.write_text("".join(f"{name}={value}\n" for name, value in given.items()))

    def lines(self, event: str) -> list[str]:
        return [line for line in self.log.read_text(errors="replace").splitlines() if f" event={event} " in line]

    def reload(self, **changes: str | None) -> str:
        """Changes settings, has the server read them and answers the line it logged about it."""
        self.write(**changes)

        def said():
            return self.lines("reloaded") + self.lines("reload_refused")

        before = len(said())
        self.app.send_signal(signal.SIGHUP)
        wait_for(lambda: len(said()) > before, "the reload", pause=0.005)
        return max(said(), key=lambda line: line.split()[0])
