#!/usr/bin/env python3
"""A playback request side by side with its peers: requests per second, CPU, memory, delay.

Every contender runs in turn, several rounds; medians are printed with their spread, and each contender's share of
static files is the median of the shares of the rounds. The table goes to docs/benchmarks.md.
"""

import argparse
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field

import playback_report
from playback_peers import start_c, start_flask, start_go, start_njs, start_php, start_static
from playback_servers import (
    ORIGIN,
    REL,
    ROOT,
    VERSION,
    Fleet,
    cpu_seconds,
    memory_mb,
    secure_link,
    token,
)

WEB = {"Authorization": f"Bearer {token()}", "Referer": f"{ORIGIN}/course/1"}
MOBILE = {"Authorization": f"Bearer {token('mobile')}"}
# Those that are also measured with one connection.
ALONE = ("nginx, static file", "focust-video, segment", "C on libfcgi, the same checks")
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1}


@dataclass
class Contender:
    """One address under load, and the processes whose CPU it costs."""

    name: str
    url: str
    headers: dict = field(default_factory=dict)
    app: list = field(default_factory=list)
    nginx: list = field(default_factory=list)
    # For wrk, where one address is not enough.
    script: str | None = None
    rounds: list = field(default_factory=list)


def load(contender, seconds, connections):
    """One run of wrk; requests per second, median delay in µs, CPU per request in µs."""
    headers = [part for name, value in contender.headers.items() for part in ("-H", f"{name}: {value}")]
    threads = min(2, connections)
    script = ["-s", str(contender.script)] if contender.script else []
    before = [cpu_seconds(contender.app), cpu_seconds(contender.nginx)]
    output = subprocess.run(
        ["wrk", f"-c{connections}", f"-t{threads}", f"-d{seconds}s", "--latency", *headers, *script, contender.url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    after = [cpu_seconds(contender.app), cpu_seconds(contender.nginx)]
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(f"{contender.name}: {output}")
    requests = int(re.search(r"(\d+) requests in", output)[1])
    number, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", output).groups()
    return {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),
        "p50": float(number) * UNITS[unit] * 1e6,
        "app": (after[0] - before[0]) / requests * 1e6,
        "nginx": (after[1] - before[1]) / requests * 1e6,
        "rss": memory_mb(contender.app, "VmRSS"),
        "peak": memory_mb(contender.app, "VmHWM"),
    }


def segments(url, name, app, nginx, headers, sizes=("4k",), path="/hls2/{rel}/segment_{size}.ts?v={version}"):
    """One contender for each size."""
    return {
        size: Contender(name, url + path.format(rel=REL, size=size, version=VERSION), headers, app, nginx)
        for size in sizes
    }


def ours(fleet):
    """name of the case: its contenders; static files first, in each."""
    port, _, nginx = start_static(fleet)
    files = {size: f"http://127.0.0.1:{port}/static/{REL}/segment_{size}.ts" for size in ("4k", "1m")}
    cases = {size: [Contender("nginx, static file", url, {}, [], nginx)] for size, url in files.items()}
    cases["other"] = [Contender("nginx, static file", files["4k"], {}, [], nginx)]
    port, app, nginx = fleet.start_app()
    url = f"http://127.0.0.1:{port}"
    name = "nginx, presentation (focust-video's nginx files, no application)"
    cases["4k"].append(Contender(name, f"{url}/presentation_videos/4k.mp4", {}, [], nginx))
    cases["other"] += [
        Contender("focust-video, key", f"{url}/hls2/{REL}/enc.key?v={VERSION}", WEB, app, nginx),
        Contender("focust-video, playlist", f"{url}/hls2/{REL}/output.m3u8", WEB, app, nginx),
        Contender("focust-video, mobile playlist", f"{url}/mobile/hls2/{REL}/output.m3u8", MOBILE, app, nginx),
    ]
    add(cases, segments(url, "focust-video, segment", app, nginx, WEB, ("4k", "1m")))
    port, app, nginx = fleet.start_app("remembering", FOCUST_NGINX_DECISION_CACHE="5s")
    name = "focust-video, decision remembered for 5 s"
    add(cases, segments(f"http://127.0.0.1:{port}", name, app, nginx, WEB, ("4k", "1m")))
    return cases


def add(cases, contenders):
    for size, contender in contenders.items():
        cases[size].append(contender)


def peers(fleet, cases):
    for name, sizes, start in (
        ("C on libfcgi, the same checks", ("4k", "1m"), lambda: start_c(fleet, "full")),
        ("C on libfcgi, the same checks, libfcgi's closing", ("4k",), lambda: start_c(fleet, "full", "stock")),
        ("C on libfcgi, token and referrer alone", ("4k",), lambda: start_c(fleet, "token")),
        ("C on libfcgi, no checks", ("4k",), lambda: start_c(fleet, "none")),
        ("njs in nginx, token and referrer alone", ("4k",), lambda: start_njs(fleet)),
        ("PHP-FPM, the same checks", ("4k",), lambda: start_php(fleet)),
        ("Go net/http/fcgi, the same checks", ("4k",), lambda: start_go(fleet)),
    ):
        port, app, nginx = start()
        add(cases, segments(f"http://127.0.0.1:{port}", name, app, nginx, WEB, sizes))
    port, app, nginx = start_flask(fleet)
    url = f"http://127.0.0.1:{port}"
    link = secure_link(f"/secure/hls/{REL}/segment_4k.ts")
    cases["4k"].append(Contender("nginx, secure_link", url + link, {}, [], nginx))
    for name, sizes, path in (
        ("Flask + gunicorn, X-Accel", ("4k",), "/accel/{rel}/segment_{size}.ts"),
        ("Flask + gunicorn, send_file", ("4k", "1m"), "/send/{rel}/segment_{size}.ts"),
    ):
        add(cases, segments(url, name, app, nginx, WEB, sizes, path))


def contenders(fleet, with_peers=True):
    cases = ours(fleet)
    if with_peers:
        peers(fleet, cases)
    return cases


def measure(cases, rounds, seconds, connections):
    for number in range(rounds):
        for case in cases.values():
            # Every second round backwards, so that a slow drift of the machine favours nobody.
            for contender in case if number % 2 == 0 else reversed(case):
                contender.rounds.append(load(contender, seconds, connections))


def run(workers, options):
    """Everything with that many nginx workers; returns [(heading, contenders)]."""
    with Fleet(workers, options.threads, options.app) as fleet:
        cases = contenders(fleet, not options.no_peers)
        for case in cases.values() if not options.quick else ():
            for contender in case:
                load(contender, 1, 4)
        if options.only:
            cases = {name: case for name, case in cases.items() if name in options.only}
        measure(cases, options.rounds, options.seconds, 32)
        found = [(playback_report.HEADINGS[name].format(workers=workers), case) for name, case in cases.items()]
        alone = [Contender(c.name, c.url, c.headers, c.app, c.nginx) for c in cases.get("4k", []) if c.name in ALONE]
        if alone:
            measure({"alone": alone}, options.rounds, options.seconds, 1)
            found.append((playback_report.HEADINGS["alone"].format(workers=workers), alone))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one nginx worker, few rounds: under a minute")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2], help="of nginx")
    parser.add_argument("--threads", type=int, default=8, help="FastCGI threads, of the peers too")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of each run")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--only", nargs="*", choices=["4k", "1m", "other"])
    parser.add_argument("--app", help="another executable instead of .build/release/focust-video")
    parser.add_argument("--print", action="store_true", help="leave docs/benchmarks.md as it is")
    options = parser.parse_args()
    if options.quick:
        options.workers, options.rounds, options.seconds = [1], 1, 1
    subprocess.run([ROOT / "Benchmarks/peers/build"], check=True)
    start = time.monotonic()
    results = [table for workers in options.workers for table in run(workers, options)]
    text = playback_report.tables(results)
    print(text)
    print(f"took {time.monotonic() - start:.0f} s", file=sys.stderr)
    if not options.print and not options.quick:
        playback_report.write("playback", text)
    playback_report.keep("playback", playback_report.runs(results), options.quick)


if __name__ == "__main__":
    main()
