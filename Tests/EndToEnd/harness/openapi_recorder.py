"""Holds docs/openapi.yaml to what the suites see: a pytest plugin that judges every answer to `requests`.

At the end the run fails if an answer was not as described. A run of the whole suite fails too if something is
described that was never seen, so that the document promises nothing that nobody has tried. Where several processes
share the suite, the one that started them judges what all of them saw.
"""

import re
import threading
from collections import Counter
from urllib.parse import urlsplit

import pytest
import requests

from . import server
from .openapi import document

# What is described and cannot be brought about through the front door: (method and address, status, why).
NOT_PROVOKED = [
    (r".*", "500", "a fault of the server"),
    (r".*", "504", "the application silent for half a minute"),
    (r"\w+ (?!/api/get-(video|download)-token/).*", "503", "nginx overloaded, storage or database gone"),
    (r"\w+ /api/(lessons|presentations|revoke).*", "507", "a disk too full for the database"),
    (r"POST /upload/tus/", "404", "an upload that another of its target ends while its first part comes in"),
    (r"\w+ /upload/tus/[^/]+", "429", "as many parts at once as one address may send"),
    (r"(HEAD|PATCH) /upload/tus/[^/]+", "507", "a disk that fills up in the middle of an upload"),
    (r"(HEAD|PATCH|DELETE) /upload/tus/[^/]+", "423", "an upload that another request does not give up"),
    (r"\w+ /(healthz|readyz|metrics)", "404", "a request from another machine"),
]


class Recorder:
    def __init__(self):
        self.problems: Counter[str] = Counter()
        self.seen: Counter[tuple[str, str, str]] = Counter()
        self.left_out = 0
        self.is_whole_suite = False
        # Some tests ask from many threads.
        self._lock = threading.Lock()

    def record(self, method: str, url: str, status: int, headers: dict[str, str], body: bytes | None) -> None:
        """Judges an answer, if one of our servers gave it. `body` None: not known."""
        address = urlsplit(url)
        if address.port not in server.PORTS:
            return
        template = document().template(address.path)
        found = document().problems(method, url, status, headers, body)
        with self._lock:
            self.seen[method, template or "", str(status)] += 1
            # The query carries tokens and stays out.
            for problem in found:
                self.problems[f"{method} {template or address.path} {status}: {problem}"] += 1

    def report(self) -> dict:
        """What the process that started this one has to know, as xdist can send it."""
        return {
            "problems": dict(self.problems),
            "seen": [[*pair, times] for pair, times in self.seen.items()],
            "is_whole_suite": self.is_whole_suite,
        }

    def add(self, report: dict) -> None:
        self.problems.update(report["problems"])
        self.seen.update({tuple(pair): times for *pair, times in report["seen"]})
        self.is_whole_suite = report["is_whole_suite"]

    def never_seen(self) -> list[tuple[str, str, str]]:
        return sorted(document().pairs() - self.seen.keys())


def is_provocable(pair: tuple[str, str, str]) -> bool:
    method, template, status = pair
    return not any(
        status == each and re.fullmatch(operation, f"{method} {template}") for operation, each, _ in NOT_PROVOKED
    )


RECORDER = Recorder()


def pytest_configure(config):
    original = requests.Session.send

    def send(session, request, **options):
        answer = original(session, request, **options)
        for each in [*answer.history, answer]:
            body = None if options.get("stream") else each.content
            method = each.request.headers.get("X-HTTP-Method-Override", each.request.method)
            RECORDER.record(method, each.request.url, each.status_code, each.headers, body)
        return answer

    requests.Session.send = send


def pytest_deselected(items):
    RECORDER.left_out += len(items)


def pytest_collection_finish(session):
    """Whether all there is was chosen: files, and all tests in them."""
    everything = set((server.REPOSITORY / "Tests/EndToEnd").glob("test_*.py"))
    single = any("::" in argument for argument in session.config.args)
    RECORDER.is_whole_suite = everything <= {item.path for item in session.items} and not (
        single or RECORDER.left_out
    )


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    """xdist's: one of the processes has ended. One that died has sent nothing, and fails the run by itself."""
    if report := getattr(node, "workeroutput", {}).get("openapi"):
        RECORDER.add(report)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["openapi"] = RECORDER.report()
        return
    untried = exitstatus == 0 and RECORDER.is_whole_suite and any(map(is_provocable, RECORDER.never_seen()))
    if exitstatus == 0 and (RECORDER.problems or untried):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    write = terminalreporter.write_line
    if RECORDER.seen:
        terminalreporter.section("docs/openapi.yaml")
        write(f"{sum(RECORDER.seen.values())} answers were compared with it")
    for problem, times in sorted(RECORDER.problems.items()):
        write(f"NOT AS DESCRIBED {problem} ({times}x)", red=True)
    if not RECORDER.is_whole_suite:
        return
    for pair in filter(is_provocable, RECORDER.never_seen()):
        write(f"NEVER SEEN {' '.join(pair)}", red=True)
    for _, status, why in NOT_PROVOKED:
        count = sum(pair[2] == status and not is_provocable(pair) for pair in RECORDER.never_seen())
        write(f"not provoked: {status} of {count} operations ({why})")
