"""Trainers and viewers beside 200 slow clients without credentials: what honest clients wait for, and what is left.

The same trainers and viewers are measured first alone, then for as long beside the slow clients, who send forms and
parts of resumable uploads a byte at a time, from several addresses, and begin anew whenever they are answered. Limits
of rate are open wide, so that nothing but the question ahead of the body stands between these and the application.

A refused honest request, an answer that is not a refusal, memory, files, threads or descriptors that are left behind
are failures. Delays are only printed: they are the machine's as well. SOAK_SECONDS (240), of which each part takes a
quarter, a minute at most.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from harness import held
from harness.honest import UPLOADERS, Honest
from harness.media import make_h264
from harness.processes import Site
from harness.server import wait_for

STRANGERS = 200
# A refused form, and a part of a resumable upload that does not exist.
REFUSALS = {"401", "404"}
# Beyond what was held after the same load without strangers; allocators and the file of the database grow in steps.
MEMORY_TOLERANCE, STATE_TOLERANCE = 1.25, 1 << 20


def nginx_worker(site: Site) -> int:
    """The process of the only one."""
    return int(Path(f"/proc/{site.nginx.pid}/task/{site.nginx.pid}/children").read_text().split()[0])


class Watch:
    """The most that was seen of some figures while it looked, four times a second."""

    def __init__(self, site: Site):
        self.site = site
        self.most: Counter[str] = Counter()
        self.end = threading.Event()

    def look(self) -> None:
        worker = nginx_worker(self.site)
        while not self.end.wait(0.25):
            bodies = held.open_sizes(worker, self.site.directory / "tmp/body")
            now = {"threads": held.threads(self.site.app.pid), "descriptors": held.descriptors(self.site.app.pid)}
            now |= {"nginx's body files": len(bodies), "their bytes": sum(bodies)}
            for name, number in now.items():
                self.most[name] = max(self.most[name], number)

    def __enter__(self) -> Counter[str]:
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self.most

    def __exit__(self, *_) -> None:
        self.end.set()
        self.thread.join()


@contextmanager
def strangers(site: Site, answers: Counter[str]):
    """The slow clients, as long as the block runs; how they were answered is in `answers` afterwards."""
    command = [sys.executable, "-m", "harness.strangers", str(site.port), str(STRANGERS)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=Path(__file__).parent, **pipes) as process:
        try:
            assert process.stdout.readline() == "connected\n"
            yield
            output, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    answers.update(json.loads(output))


def settled(site: Site, connections_gone: int) -> dict[str, int]:
    """What is held once everybody has gone: by the application, by nginx's worker, and on disk."""
    held.settle(site)
    worker = nginx_worker(site)
    # nginx keeps a connection that the client has reset before it read a refusal for keepalive_timeout, 75 s.
    wait_for(lambda: held.descriptors(worker) <= connections_gone, "nginx's connections to end", 100)
    data = held.file_sizes(site.data, ("state",))
    bodies = held.file_sizes(site.directory / "tmp/body") + held.open_sizes(worker, site.directory / "tmp/body")
    return held.counts(site) | {
        "nginx descriptors": held.descriptors(worker),
        "nginx resident KiB": held.resident(worker),
        "nginx's body files": len(bodies),
        "their bytes": sum(bodies),
        "data files": len(data),
        "data bytes": sum(data),
        "state bytes": sum(held.file_sizes(site.data / "state")),
    }


def left_behind(before: dict[str, int], after: dict[str, int], grown: int) -> list[str]:
    """What grew by more than it may; the state by the tasks of honest uploads, `grown` bytes in as long a time."""
    most = dict(before)
    most["resident KiB"] *= MEMORY_TOLERANCE
    most["nginx resident KiB"] *= MEMORY_TOLERANCE
    most["state bytes"] += grown + STATE_TOLERANCE
    return [f"{name}: {before[name]}, then {after[name]}" for name in before if after[name] > most[name]]


def delay_table(alone: dict[str, list[float]], beside: dict[str, list[float]]) -> str:
    lines = ["| request | | alone ms | beside strangers ms | ratio |", "| --- | --- | --- | --- | --- |"]
    for what in ("upload", "segment"):
        if min(len(alone.get(what, ())), len(beside.get(what, ()))) < 2:
            lines.append(f"| {what} | too few to say | | | |")
            continue
        for share in (50, 99):
            quiet, loud = (
                statistics.quantiles(times[what], n=100, method="inclusive")[share - 1] * 1000
                for times in (alone, beside)
            )
            lines.append(f"| {what} | p{share} | {quiet:.1f} | {loud:.1f} | {loud / quiet:.2f} |")
    return "\n".join(lines)


def attack(directory: Path, seconds: float) -> list[str]:
    """Runs it all, prints what was seen, and returns what was wrong."""
    film = make_h264(directory / "small.mp4", seconds=4, size="160x120", bitrate="200k")
    site = Site(directory / "attacked", {"FOCUST_KEEP_REPLACED": "5"}).start_nginx().start()
    answers: Counter[str] = Counter()
    try:
        honest = Honest(site, film)
        unused = held.descriptors(nginx_worker(site))
        # What is allocated once is allocated, and the disk has its pages.
        with strangers(site, Counter()):
            honest.stay(seconds / 4)
        state = sum(held.file_sizes(site.data / "state"))
        with Watch(site) as most_alone:
            alone = honest.stay(seconds)
        honest.check()
        before = settled(site, unused)
        with Watch(site) as most_beside, strangers(site, answers):
            beside = honest.stay(seconds)
        honest.check()
        after = settled(site, unused)
    finally:
        site.stop()
    seen = {"seconds": seconds, "before": before, "after": after, "most alone": most_alone}
    print(json.dumps(seen | {"most beside strangers": most_beside, "strangers": answers}, indent=2))
    print(delay_table(alone, beside))
    problems = left_behind(before, after, max(0, before["state bytes"] - state))
    problems += [name for name, count in honest.errors.items() if count]
    # An upload may have a thread beside the pools for a moment; a stranger may have none.
    if most_beside["threads"] > most_alone["threads"] + UPLOADERS:
        problems.append("threads while strangers were there")
    # An honest upload is a file while it comes; no body of a stranger may be one.
    if most_beside["nginx's body files"] > UPLOADERS:
        problems.append("nginx's body files while strangers were there")
    problems += [f"strangers were answered {how}" for how in answers if how.isdigit() and how not in REFUSALS]
    problems += [f"no stranger was answered {how}" for how in REFUSALS if not answers[how]]
    return problems


def length() -> float:
    """Seconds of each part."""
    return min(60.0, float(os.environ.get("SOAK_SECONDS", "240")) / 4)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="focust-attack-") as directory:
        problems = attack(Path(directory), length())
    print(f"attack: {', '.join(problems) or 'nothing was refused or left behind'}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
