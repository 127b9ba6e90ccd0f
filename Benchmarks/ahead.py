#!/usr/bin/env python3
"""What an admitted upload pays for the question ahead of its body, and whether a segment pays anything: the same server
twice, once with the nginx files as they are, once with `auth_request` taken out of them, in alternating rounds."""

import argparse
import http.client
import os
import statistics
import subprocess
import time

import playback_report
from playback import WEB, Contender, load
from playback_servers import API_KEY, REL, VERSION, Fleet, cpu_seconds, is_cache_process, tree_of, wait_until

# A form of some kilobytes: the smaller the body, the larger the share of the question.
FILM = "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -movflags +faststart"
BOUNDARY = "benchmark-boundary"
A_FILM, NO_FILM = "a film of 6 kB", "a form without a film"
AS_THEY_ARE, WITHOUT = "as they are", "without `auth_request`"


def form(name, film=None):
    """The body of an upload; without a film it is admitted as well, and refused once it has been read."""
    parts = [(f'name="{field}_id"', f"ahead-{name}".encode()) for field in ("trainer", "course", "module", "lesson")]
    if film:
        parts.append(('name="video"; filename="film.mp4"\r\nContent-Type: video/mp4', film))
    body = b"".join(
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
        for head, content in parts
    )
    return body + f"--{BOUNDARY}--\r\n".encode()


def send(port, body, status, count):
    """That many uploads of one lesson, one after the other on one connection; seconds of each."""
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    found = []
    for _ in range(count):
        begin = time.perf_counter()
        connection.request("POST", "/upload/lesson", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        found.append(time.perf_counter() - begin)
        if answer.status != status:
            raise SystemExit(f"upload: status {answer.status}: {text[:300]!r}")
    connection.close()
    return found


def upload(contender, port, body, status, count):
    """One round: median wall, CPU of the application and of nginx, each in ms for an upload."""
    before = cpu_seconds(contender.app), cpu_seconds(contender.nginx)
    walls = send(port, body, status, count)
    app, nginx = cpu_seconds(contender.app) - before[0], cpu_seconds(contender.nginx) - before[1]
    return {"wall": statistics.median(walls) * 1e3, "app": app / count * 1e3, "nginx": nginx / count * 1e3}


def stop_asking(fleet, name, nginx):
    """Takes the question out of the rendered files of that server. Returns the processes of its nginx, read anew."""
    file = fleet.directory / name / "focust-video/ahead.conf"
    lines = file.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("auth_request ")]
    if len(lines) - len(kept) != 1:
        raise SystemExit(f"{file}: {len(lines) - len(kept)} lines of auth_request instead of one")
    file.write_text("".join(kept))
    master = next(pid for pid in nginx if len(tree_of(pid)) > 1)
    subprocess.run(["kill", "-HUP", str(master)], check=True)
    workers = tree_of(master)[1:]
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers), "nginx with its new files")
    return [pid for pid in tree_of(master) if not is_cache_process(pid)]


def refused_ahead(port):
    """Whether an upload without credentials is answered before its body has come."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    connection.putrequest("POST", "/upload/lesson")
    connection.putheader("Content-Length", "1000")
    connection.endheaders()
    try:
        return connection.getresponse().status == 401
    except TimeoutError:
        return False
    finally:
        connection.close()


def start(fleet):
    """(contender, port) of each; the first asks ahead, the second does not."""
    found = []
    for name, directory in ((AS_THEY_ARE, "asking"), (WITHOUT, "silent")):
        port, app, nginx = fleet.start_app(directory)
        if name == WITHOUT:
            nginx = stop_asking(fleet, directory, nginx)
        if refused_ahead(port) != (name == AS_THEY_ARE):
            raise SystemExit(f"the server with its files {name} answers otherwise than it should")
        url = f"http://127.0.0.1:{port}/hls2/{REL}/segment_4k.ts?v={VERSION}"
        found.append((Contender(name, url, WEB, app, nginx), port))
    return found


def measure(servers, film, options):
    """{kind of upload: {name: its rounds}}; those of segments are left in the contenders."""
    kinds = {A_FILM: (film, 202, options.uploads), NO_FILM: (None, 400, options.uploads * 5)}
    uploads = {kind: {contender.name: [] for contender, _ in servers} for kind in kinds}
    for number in range(-1, options.rounds):
        for contender, port in servers if number % 2 == 0 else reversed(servers):
            for kind, (sent, status, count) in kinds.items():
                run = upload(contender, port, form(port, sent), status, count)
                uploads[kind][contender.name].append(run)
            contender.rounds.append(load(contender, 2, 32))
    # The first round has warmed both up.
    for rounds in (*(c.rounds for c, _ in servers), *(runs for found in uploads.values() for runs in found.values())):
        del rounds[0]
    return uploads


def report(servers, uploads):
    lines = ["| upload | nginx's files | p50 ms | app CPU ms | nginx CPU ms |", "| --- | --- | --- | --- | --- |"]
    for kind, found in uploads.items():
        for name, runs in found.items():
            spreads = [playback_report.spread([run[key] for run in runs], 2) for key in ("wall", "app", "nginx")]
            lines.append(f"| {kind} | {name} | {' | '.join(spreads)} |")
    lines += ["", "| nginx's files | 4 KiB segments/s |", "| --- | --- |"]
    lines += [f"| {c.name} | {playback_report.spread([run['rate'] for run in c.rounds])} |" for c, _ in servers]
    pairs = list(zip(uploads[NO_FILM][AS_THEY_ARE], uploads[NO_FILM][WITHOUT]))
    added = playback_report.spread([one["wall"] - other["wall"] for one, other in pairs], 2)
    asking, silent = (contender.rounds for contender, _ in servers)
    share = playback_report.spread([one["rate"] / other["rate"] for one, other in zip(asking, silent)], 2)
    lines += [
        "",
        f"The question adds {added} ms to an admitted upload, by the form without a film, which varies least.",
    ]
    lines.append(f"Segments with the question in the files, share of those without it: {share}.")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--uploads", type=int, default=100, help="films of each round; five times as many forms")
    parser.add_argument("--quick", action="store_true", help="two short rounds")
    parser.add_argument("--app", help="another executable instead of .build/release/focust-video")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.uploads = 2, 20
    with Fleet(2, app=options.app) as fleet:
        path = fleet.directory / "film.mp4"
        subprocess.run(["ffmpeg", "-v", "error", *FILM.split(), str(path)], check=True)
        servers = start(fleet)
        print(report(servers, measure(servers, path.read_bytes(), options)))


if __name__ == "__main__":
    main()
