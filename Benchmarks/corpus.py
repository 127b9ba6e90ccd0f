#!/usr/bin/env python3
"""Converts every film of a folder, and counts what became of each: the table in docs/conversion.md about a player's test corpus.

    git clone --depth 1 https://github.com/androidx/media
    Benchmarks/corpus.py media/libraries/test_data/src/test/assets .build/release/focust-video

What was made is judged by ffprobe and decoded by ffmpeg from end to end; what either complains of is listed below the counts.
"""

import argparse
import collections
import pathlib
import re
import shutil
import subprocess
import tempfile

# Names of films, and of parts of one: m4s are the segments of a stream.
FILM = re.compile(r"\.(mp4|m4s|m4a|mov|3gp|mkv|webm|mka|ts|ps|mpg|avi|flv|heic)$")
SECONDS = 100


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("program", type=pathlib.Path)
    options = parser.parse_args()
    program = options.program.resolve()
    outcomes, remarks = collections.defaultdict(list), []
    for film in sorted(options.folder.rglob("*")):
        if not FILM.search(film.name) or not film.is_file():
            continue
        outcome, remark = convert(program, film)
        outcomes[outcome].append(film.name)
        if remark:
            remarks.append(f"{film.name}: {remark}")
    for outcome, films in sorted(outcomes.items(), key=lambda item: -len(item[1])):
        print(f"{len(films):4} {outcome}: {', '.join(films[:3])}{' …' if len(films) > 3 else ''}")
    print(f"{sum(map(len, outcomes.values())):4} files")
    print("\n".join(remarks))


def convert(program, film):
    """What became of a film, and what is odd about it."""
    with tempfile.TemporaryDirectory() as directory:
        lesson = pathlib.Path(directory) / "lesson"
        try:
            run = subprocess.run([program, "convert", film, lesson], capture_output=True, text=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return f"took longer than {SECONDS} s", None
        text = run.stdout + run.stderr
        if run.returncode != 0:
            return "refused: " + refusal(text), None
        plan = subprocess.run([program, "convert", film, "--plan"], capture_output=True, text=True).stdout
        action = re.search(r"video: (\w+)", text + plan)
        return f"a lesson: video: {action.group(1) if action else '?'}", judgement(film, lesson)


def refusal(text):
    """Its words, without the numbers and names of one film."""
    line = next((line for line in reversed(text.splitlines()) if line.strip()), "")
    return re.sub(r"\[.*|\d+", "", line.removeprefix("Error:")).strip()


def judgement(film, lesson):
    """What ffmpeg complains of in a lesson, or how its length differs from the film's."""
    shutil.copy(lesson / "enc.key", lesson / "key")
    playlist = (lesson / "output.m3u8").read_text()
    read = ["-v", "error", "-allowed_extensions", "ALL", "-i", lesson / "output.m3u8"]
    decoded = subprocess.run(["ffmpeg", "-nostdin", *read, "-f", "null", "-"], capture_output=True, text=True)
    if decoded.returncode != 0 or decoded.stderr:
        return (decoded.stderr.splitlines() or ["does not decode"])[0]
    made = sum(float(seconds) for seconds in re.findall(r"#EXTINF:([0-9.]+)", playlist))
    stated = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", film],
        capture_output=True,
        text=True,
    ).stdout.strip()
    if re.fullmatch(r"[0-9.]+", stated) and abs(float(stated) - made) > 0.3:
        return f"{made:.2f} s of {float(stated):.2f} s"
    return None


main()
