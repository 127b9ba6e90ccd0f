#!/usr/bin/env python3
"""A thousand viewers at once, each with a token and a connection of its own: playlist, key, and then a segment of 1 MiB
every six seconds. Says how long they waited, what failed, and what it took."""

import argparse
import asyncio
import os
import resource
import statistics
import time

import playback_report
from playback_servers import ORIGIN, REL, VERSION, Fleet, cpu_seconds, memory_mb, token

SEGMENT_SECONDS = 6


class Viewer(asyncio.BufferedProtocol):
    """One connection. What arrives is counted and thrown away, so that a thousand of them cost little."""

    room = memoryview(bytearray(1 << 20))

    def __init__(self):
        self.missing = 0
        self.head = b""
        self.answer = None
        self.first = 0.0

    def connection_made(self, transport):
        self.transport = transport

    def get_buffer(self, size):
        return self.room

    def buffer_updated(self, count):
        if self.missing == 0:
            self.first = self.first or time.perf_counter()
            self.head += bytes(self.room[:count])
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            headers = self.head[:end].lower()
            length = int(headers.split(b"content-length:")[1].split(b"\r\n")[0])
            self.missing = length - (len(self.head) - end - 4)
        else:
            self.missing -= count
        if self.missing <= 0 and self.answer and not self.answer.done():
            self.answer.set_result(self.head.split(b" ", 2)[1] == b"200")

    def connection_lost(self, error):
        if self.answer and not self.answer.done():
            self.answer.set_result(False)

    async def ask(self, path, headers):
        """Whether the answer was good, the seconds to its first byte and to its last."""
        self.answer = asyncio.get_running_loop().create_future()
        self.missing, self.head, self.first = 0, b"", 0.0
        begin = time.perf_counter()
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.transport.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n{lines}\r\n".encode())
        async with asyncio.timeout(20):
            good = await self.answer
        end = time.perf_counter()
        return good, (self.first or end) - begin, end - begin


async def watch(port, delay, until, kept):
    """One viewer, from `delay` seconds on until the moment `until`."""
    await asyncio.sleep(delay)
    headers = {"Authorization": f"Bearer {token()}", "Referer": f"{ORIGIN}/course/1"}
    segment = f"/hls2/{REL}/segment_1m.ts?v={VERSION}"
    try:
        _, viewer = await asyncio.get_running_loop().create_connection(Viewer, "127.0.0.1", port)
        for name in ("output.m3u8", "enc.key"):
            kept["start"].append(await viewer.ask(f"/hls2/{REL}/{name}", headers))
        due = time.perf_counter()
        while due < until:
            kept["segments"].append(await viewer.ask(segment, headers))
            due += SEGMENT_SECONDS
            await asyncio.sleep(max(0, due - time.perf_counter()))
        viewer.transport.close()
    except (OSError, TimeoutError):
        kept["segments"].append((False, 0.0, 0.0))


async def crowd(port, count, seconds):
    kept = {"start": [], "segments": []}
    until = time.perf_counter() + SEGMENT_SECONDS + seconds
    # Spread evenly over one segment's time, as people do not press play at one moment.
    await asyncio.gather(*(watch(port, SEGMENT_SECONDS * n / count, until, kept) for n in range(count)))
    return kept


def milliseconds(values):
    cuts = statistics.quantiles(values, n=100)
    return f"{cuts[49] * 1000:.2f}", f"{cuts[98] * 1000:.2f}", f"{max(values) * 1000:.1f}"


def run(name, count, seconds, **settings):
    with Fleet(2) as fleet:
        port, app, nginx = fleet.start_app(**settings)
        before = [cpu_seconds(app), cpu_seconds(nginx), time.process_time()]
        begin = time.monotonic()
        kept = asyncio.run(crowd(port, count, seconds))
        wall = time.monotonic() - begin
        used = [cpu_seconds(app) - before[0], cpu_seconds(nginx) - before[1], time.process_time() - before[2]]
        memory = [memory_mb(app, "VmHWM"), memory_mb(nginx, "VmRSS")]
    answers = kept["segments"] + kept["start"]
    errors = sum(not good for good, _, _ in answers)
    good = [answer for answer in kept["segments"] if answer[0]]
    first, whole = milliseconds([a[1] for a in good]), milliseconds([a[2] for a in good])
    share = [f"{seconds_of / wall * 100:.1f} %" for seconds_of in used]
    row = (
        f"| {name} | {len(answers)} | {errors} | {' / '.join(first)} | {' / '.join(whole)} "
        f"| {share[0]}, {share[1]}, {share[2]} | {memory[0]:.1f}, {memory[1]:.1f} |"
    )
    facts = {
        "errors": errors,
        "requests": len(answers),
        "p50": float(first[0]),
        "p99": float(first[1]),
        "rss": memory[0],
    }
    return row, facts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=48, help="for which they watch, besides the first six")
    parser.add_argument("--quick", action="store_true", help="6 s, and the document stays as it is")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))
    seconds = 6 if options.quick else options.seconds
    row, facts = run(f"{options.viewers:,} viewers", options.viewers, seconds)
    text = (
        "| | requests | errors | first byte, p50 / p99 / max ms | whole segment, the same | CPU of app, nginx, viewers "
        "(100 % is one core) | RSS MB of app (peak), nginx |\n| --- | --- | --- | --- | --- | --- | --- |\n" + row
    )
    print(text)
    print(f"{os.cpu_count()} cores; the viewers' own work is on them too")
    if not options.quick:
        playback_report.write("viewers", text)
    playback_report.keep("viewers", facts, options.quick)


if __name__ == "__main__":
    main()
