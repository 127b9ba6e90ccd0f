"""Headless Chromium over its DevTools protocol: a page that is looked at, and everything that it complained of."""

import json
import os
import subprocess
import time
from pathlib import Path

import websocket

from .server import wait_for

# As root, Chromium has no sandbox; the page is our own. The rest keeps it from the network and from its own errands.
OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--mute-audio",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
    "--remote-allow-origins=*", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]  # fmt: skip


class Page:
    """The one page of a browser of its own, in a folder of its own."""

    def __init__(self, folder: Path):
        self.log = (folder / "chromium.log").open("wb")
        self.process = subprocess.Popen(
            ["chromium", *OPTIONS, f"--user-data-dir={folder / 'profile'}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=os.environ | {"HOME": str(folder)},
        )  # fmt: skip
        self.calls, self.events, self.socket = 0, [], None
        try:
            self.connect(folder / "profile/DevToolsActivePort")
        except BaseException:
            self.close()
            raise

    def connect(self, named: Path) -> None:
        wait_for(lambda: named.exists() and named.read_text().count("\n"), "Chromium to listen")
        port, path = named.read_text().split("\n")[:2]
        self.socket = websocket.create_connection(f"ws://127.0.0.1:{port}{path}", timeout=30, max_size=None)
        self.session = None
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in targets if each["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters) -> dict:
        self.calls += 1
        message = {"id": self.calls, "method": method, "params": parameters}
        self.socket.send(json.dumps(message | ({"sessionId": self.session} if self.session else {})))
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.calls:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.events.append(answer)
        raise AssertionError(f"no answer to {method}")

    def evaluate(self, expression: str):
        """The value of `expression`, awaited where it is a promise."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def choose(self, selector: str, file: Path) -> None:
        """What a person does with a file input."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(file)])

    def happened(self, method: str) -> list[dict]:
        return [event["params"] for event in self.events if event.get("method") == method]

    def complaints(self) -> list:
        """What a person would see in red in the console, and every request that failed or was refused."""
        logged = [each["entry"] for each in self.happened("Log.entryAdded") if each["entry"]["level"] != "verbose"]
        printed = [each for each in self.happened("Runtime.consoleAPICalled") if each["type"] in ("error", "warning")]
        failed = [each for each in self.happened("Network.loadingFailed") if not each.get("canceled")]
        answers = [each["response"] for each in self.happened("Network.responseReceived")]
        refused = [(each["url"].split("?")[0], each["status"]) for each in answers if each["status"] >= 400]
        return logged + printed + failed + refused + self.happened("Runtime.exceptionThrown")

    def close(self) -> None:
        if self.socket:
            self.socket.close()
        self.process.terminate()
        self.process.wait(timeout=20)
        self.log.close()
