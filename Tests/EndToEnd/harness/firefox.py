"""Headless Firefox over WebDriver BiDi, which is built in: chromium.py's page in a browser without HLS."""

import json
from pathlib import Path

from .browser import Browser
from .server import wait_for

# A proxy that is not there keeps it from the network; it is not asked for the names of this machine.
PREFERENCES = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "media.autoplay.default": 0,
    "media.volume_scale": "0.0",
}
EVENTS = ["log.entryAdded", "network.beforeRequestSent", "network.responseCompleted", "network.fetchError"]
NUMBERS = {"NaN": float("nan"), "-0": 0.0, "Infinity": float("inf"), "-Infinity": float("-inf")}


class Page(Browser):
    """The one page of a Firefox whose person reads `language`."""

    def __init__(self, folder: Path, language: str = "en"):
        self.profile = folder / "profile"
        self.profile.mkdir()
        wanted = PREFERENCES | {"intl.accept_languages": language}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items()]
        (self.profile / "user.js").write_text("".join(lines))
        own = ["--profile", self.profile, "--remote-debugging-port", "0"]
        super().__init__(folder, ["firefox-esr", "--headless", "--no-remote", *own, "about:blank"])

    def connect(self) -> None:
        named = self.profile / "WebDriverBiDiServer.json"
        wait_for(lambda: named.exists() and named.read_text().endswith("}"), "Firefox to listen", 120)
        self.reach(f"ws://127.0.0.1:{json.loads(named.read_text())['ws_port']}/session")
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=EVENTS)
        self.page = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, address: str) -> None:
        """Goes to `address`, and answers when the page is there."""
        self.call("browsingContext.navigate", context=self.page, url=address, wait="complete")

    def evaluate(self, expression: str):
        """The value of `expression`, awaited where it is a promise."""
        return value(self.evaluated(expression))

    def evaluated(self, expression: str) -> dict:
        target = {"context": self.page}
        answer = self.call("script.evaluate", expression=expression, target=target, awaitPromise=True)
        assert answer["type"] == "success", answer["exceptionDetails"]
        return answer["result"]

    def choose(self, selector: str, file: Path) -> None:
        """What a person does with a file input."""
        node = {"sharedId": self.evaluated(f"document.querySelector({selector!r})")["sharedId"]}
        self.call("input.setFiles", context=self.page, element=node, files=[str(file)])

    def requests(self) -> list[tuple[str, str]]:
        """Method and address of each request of the page."""
        sent = [each["request"] for each in self.happened("network.beforeRequestSent")]
        return [(each["method"], each["url"]) for each in sent]

    def answers(self) -> list[tuple[str, int]]:
        """Address and status of each answer."""
        answers = [each["response"] for each in self.happened("network.responseCompleted")]
        return [(each["url"], each["status"]) for each in answers]

    def complaints(self) -> list:
        """What a person would see in red in the console, and every request that failed or was refused."""
        logged = [each for each in self.happened("log.entryAdded") if each["level"] in ("error", "warn")]
        failed = [each for each in self.happened("network.fetchError") if each["errorText"] != "NS_BINDING_ABORTED"]
        refused = [(url.split("?")[0], status) for url, status in self.answers() if status >= 400]
        return logged + failed + refused


def value(remote: dict):
    """A value of the page, from the way BiDi writes it (WebDriver BiDi §7.3.2)."""
    kind, written = remote["type"], remote.get("value")
    if kind == "array":
        return [value(each) for each in written]
    if kind == "object":
        return {name: value(each) for name, each in written}
    return NUMBERS.get(written, written) if kind == "number" else written
