"""A headless browser that is driven over a WebSocket: what DevTools and WebDriver BiDi have in common."""

import json
import os
import subprocess
import time
from pathlib import Path

import websocket

from .server import wait_for


class Browser:
    """The one page of a browser of its own, in a folder of its own."""

    def __init__(self, folder: Path, command: list):
        self.log = (folder / "browser.log").open("wb")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            env=os.environ | {"HOME": str(folder)},
        )
        self.calls, self.events, self.socket, self.session = 0, [], None, {}
        try:
            self.connect()
        except BaseException:
            self.close()
            raise

    def connect(self) -> None:
        """Opens the socket and finds the page."""
        raise NotImplementedError

    def reach(self, address: str) -> None:
        self.socket = websocket.create_connection(address, timeout=30, max_size=None, suppress_origin=True)

    def call(self, method: str, **parameters) -> dict:
        self.calls += 1
        message = {"id": self.calls, "method": method, "params": parameters}
        self.socket.send(json.dumps(message | self.session))
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.calls:
                assert "error" not in answer, f"{method}: {answer}"
                return answer["result"]
            self.events.append(answer)
        raise AssertionError(f"no answer to {method}")

    def happened(self, method: str) -> list[dict]:
        return [event["params"] for event in self.events if event.get("method") == method]

    def wait(self, expression: str, what: str, seconds: float = 60):
        """The first true value of `expression` in the page."""
        return wait_for(lambda: self.evaluate(expression), what, seconds, 0.1)

    def close(self) -> None:
        if self.socket:
            self.socket.close()
        self.process.terminate()
        self.process.wait(timeout=20)
        self.log.close()
