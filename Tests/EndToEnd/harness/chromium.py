"""Headless Chromium over its DevTools protocol: a page that is looked at, and everything that it complained of."""

from pathlib import Path

from .browser import Browser
from .server import wait_for

# As root, Chromium has no sandbox; the page is our own. The rest keeps it from the network and from its own errands.
OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--mute-audio",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]  # fmt: skip


class Page(Browser):
    """The one page of a Chromium whose person reads `language`."""

    def __init__(self, folder: Path, language: str = "en"):
        self.profile = folder / "profile"
        own = [f"--user-data-dir={self.profile}", f"--accept-lang={language}"]
        super().__init__(folder, ["chromium", *OPTIONS, *own, "about:blank"])

    def connect(self) -> None:
        named = self.profile / "DevToolsActivePort"
        wait_for(lambda: named.exists() and named.read_text().count("\n"), "Chromium to listen", 120)
        port, path = named.read_text().split("\n")[:2]
        self.reach(f"ws://127.0.0.1:{port}{path}")
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in targets if each["type"] == "page")
        self.session = {"sessionId": self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.call(f"{domain}.enable")

    def open(self, address: str) -> None:
        """Goes to `address`, and answers when the page is there."""
        loaded = self.loads()
        self.call("Page.navigate", url=address)
        wait_for(lambda: self.loads() > loaded, address)

    def loads(self) -> int:
        """How many pages have been loaded; events come with an answer, so something is asked."""
        self.call("Page.enable")
        return len(self.happened("Page.loadEventFired"))

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

    def requests(self) -> list[tuple[str, str]]:
        """Method and address of each request of the page."""
        sent = [each["request"] for each in self.happened("Network.requestWillBeSent")]
        return [(each["method"], each["url"]) for each in sent]

    def answers(self) -> list[tuple[str, int]]:
        """Address and status of each answer."""
        answers = [each["response"] for each in self.happened("Network.responseReceived")]
        return [(each["url"], each["status"]) for each in answers]

    def complaints(self) -> list:
        """What a person would see in red in the console, and every request that failed or was refused."""
        logged = [each["entry"] for each in self.happened("Log.entryAdded") if each["entry"]["level"] != "verbose"]
        printed = [each for each in self.happened("Runtime.consoleAPICalled") if each["type"] in ("error", "warning")]
        failed = [each for each in self.happened("Network.loadingFailed") if not each.get("canceled")]
        refused = [(url.split("?")[0], status) for url, status in self.answers() if status >= 400]
        return logged + printed + failed + refused + self.happened("Runtime.exceptionThrown")
