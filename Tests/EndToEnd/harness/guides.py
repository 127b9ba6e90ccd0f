"""How the clients of the earlier server call: by the examples of its two guides, word for word but for the host."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from .server import Server


@dataclass
class Client:
    """A backend or an app: where it calls from, and what it sends with every call."""

    server: Server
    address: str = "127.0.0.1"
    headers: dict[str, str] = field(default_factory=dict)

    def session(self) -> requests.Session:
        session = requests.Session()
        session.mount("http://", _From(self.address))
        session.headers.update(self.headers)
        return session

    def curl(self, *arguments, into: Path | None = None) -> "Answer":
        """What `curl` says to a command of a guide, whose host is this server."""
        here = [str(each).replace("https://server.focustagency.com", self.server.url) for each in arguments]
        own = [part for name, value in self.headers.items() for part in ("-H", f"{name}: {value}")]
        # A guide's own header comes last and would be sent beside ours.
        own = own if not any("Authorization" in each for each in here) else []
        command = ["curl", "-s", "--interface", self.address, "-w", "\n%{http_code}", *own, *here]
        done = subprocess.run(command, cwd=into, capture_output=True, timeout=60, check=True)
        body, _, status = done.stdout.rpartition(b"\n")
        return Answer(int(status), body)


@dataclass
class Answer:
    status: int
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)


class _From(HTTPAdapter):
    """Connects from an address of this machine's choosing."""

    def __init__(self, address: str):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, **options, source_address=(self.address, 0))
