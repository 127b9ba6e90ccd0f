#!/usr/bin/env python3
"""Whether many lessons on disk make requests slower: segments of one lesson, and of a thousand in turn, beside a server
that has no others."""

import argparse
import multiprocessing
import os
import pathlib
import time

import playback_report
from playback import WEB, Contender, load
from playback_servers import ORIGIN, REL, VERSION, Fleet, token

IN_TURN = 1000
# A file has at most 65,000 names on ext4; two of each lesson are the segment's.
NAMES_PER_FILE = 25_000


def rel(number):
    """100 lessons in a module, 10 modules in a course, 10 courses of a trainer."""
    return f"t{number // 10_000}/c{number // 1000 % 10}/m{number // 100 % 10}/l{number}"


def make_some(data, numbers):
    """Lessons as they are published; what lies in them are other names of the same few files."""
    pool = None
    for count, number in enumerate(numbers):
        if count % NAMES_PER_FILE == 0:
            pool = pathlib.Path(data) / f"pool-{number}"
            pool.mkdir()
            for name, size in (("output.m3u8", 1000), ("enc.key", 16), ("segment_000.ts", 4096)):
                (pool / name).write_bytes(os.urandom(size))
        lesson = f"{data}/hls/{rel(number)}"
        version = f"{lesson}/.v-{VERSION}"
        os.makedirs(version)
        os.symlink(f".v-{VERSION}", f"{lesson}/.version")
        for name in ("output.m3u8", "enc.key", "segment_000.ts"):
            os.link(pool / name, f"{lesson}/{name}")
        os.link(pool / "segment_000.ts", f"{version}/segment_000.ts")


def make_many(data, count):
    workers = os.cpu_count() or 1
    parts = [range(count)[part::workers] for part in range(workers)]
    with multiprocessing.Pool(workers) as pool:
        pool.starmap(make_some, [(str(data), part) for part in parts])


SCRIPT = """
local requests, next = {{}}, 0
function init()
    for line in io.lines("{list}") do
        local path, token = line:match("(%S+) (%S+)")
        local headers = {{ Host = "bench", Authorization = "Bearer " .. token, Referer = "{referrer}" }}
        requests[#requests + 1] = wrk.format("GET", path, headers)
    end
end
function request()
    next = next % #requests + 1
    return requests[next]
end
"""


def in_turn(fleet, count):
    """A script for wrk that asks for segments of `IN_TURN` lessons spread over all `count`, each with its token."""
    lessons = [rel(number) for number in range(0, count, max(1, count // IN_TURN))]
    list_path, script = fleet.directory / "lessons.txt", fleet.directory / "lessons.lua"
    lines = [f"/hls2/{lesson}/segment_000.ts?v={VERSION} {token(rel=lesson)}" for lesson in lessons]
    list_path.write_text("\n".join(lines) + "\n")
    script.write_text(SCRIPT.format(list=list_path, referrer=f"{ORIGIN}/course/1"))
    return script


def contenders(fleet, count):
    begin = time.monotonic()
    make_many(fleet.data, count)
    print(f"{count:,} lessons made in {time.monotonic() - begin:.0f} s")
    port, app, nginx = fleet.start_app()
    url = f"http://127.0.0.1:{port}"
    segment = f"{url}/hls2/{REL}/segment_4k.ts?v={VERSION}"
    return [
        Contender(f"one lesson, {count:,} others stored", segment, WEB, app, nginx),
        Contender(f"{IN_TURN:,} lessons in turn, of {count:,}", url, {}, app, nginx, in_turn(fleet, count)),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lessons", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a tenth of it, and the document stays as it is")
    options = parser.parse_args()
    if options.quick:
        options.lessons, options.rounds = options.lessons // 10, 1
    with Fleet(2) as few, Fleet(2) as many:
        few_ones, many_ones = contenders(few, IN_TURN), contenders(many, options.lessons)
        everybody = [pair[0] for pair in (few_ones, many_ones)] + [pair[1] for pair in (few_ones, many_ones)]
        for number in range(options.rounds):
            for contender in everybody if number % 2 == 0 else reversed(everybody):
                contender.rounds.append(load(contender, 2, 32))
    text = table(few_ones, many_ones)
    print(text)
    if not options.quick:
        playback_report.write("lessons", text)
    shares = {b.name: [x["app"] / y["app"] for x, y in zip(b.rounds, a.rounds)] for a, b in zip(few_ones, many_ones)}
    playback_report.keep("lessons", {"lessons": options.lessons, "cpu": shares}, options.quick)


def table(few_ones, many_ones):
    lines = [
        "| requested | requests/s | share of the same with 1,000 lessons | app CPU µs, the same share | p50 µs |",
        "| --- | --- | --- | --- | --- |",
    ]
    for base, contender in [pair for few, many in zip(few_ones, many_ones) for pair in ((few, few), (few, many))]:
        pairs = list(zip(contender.rounds, base.rounds))
        rates = playback_report.spread([a["rate"] / b["rate"] for a, b in pairs], 2)
        costs = playback_report.spread([a["app"] / b["app"] for a, b in pairs], 2)
        lines.append(
            f"| {contender.name} | {playback_report.spread([r['rate'] for r in contender.rounds])} | {rates} "
            f"| {playback_report.middle(contender, 'app'):.1f}, {costs} | {playback_report.middle(contender, 'p50'):.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
