#!/usr/bin/env python3
"""What viewers on five networks see of four kinds of recording: how soon a lesson starts, and how much of it stalls.

The recordings are made by ffmpeg and converted, with all their renditions, by `focust-video convert`; the line and the
player are simulated (network_player.py), over the real sizes of the segments. Lessons on disk may be given instead.
"""

import argparse
import collections
import pathlib
import subprocess
import tempfile

import playback_report
from network_player import Line, Player, read_lesson

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECONDS = 36
LINES = {
    "150 kbit/s": Line(150_000, 0.3),
    "400 kbit/s": Line(400_000, 0.15),
    "1.2 Mbit/s": Line(1_200_000, 0.08),
    "3 Mbit/s": Line(3_000_000, 0.05),
    "10 Mbit/s": Line(10_000_000, 0.03),
}
# Seconds until a lesson starts, and the share of the time that it stalls, at most.
GOALS = {line: (4, 0.01) for line in LINES} | {"150 kbit/s": (8, 0.10)}

# Pictures, and how they are encoded: a face before a wall that hardly changes, with a camera's noise; pictures that stand
# for eight seconds; a phone's film of 17 Mbit/s; a moving camera over much detail.
FACE = (
    "gradients=s=1280x720:r=25:speed=0.003:c0=0x8a7a66:c1=0x6b7f8c[wall];"
    "mandelbrot=s=320x400:r=25:start_scale=0.4:end_scale=0.38,format=yuv420p[face];"
    "[wall][face]overlay=x=480+20*sin(t):y=200+10*sin(2.3*t),noise=alls=5:allf=t"
)
SLIDES = "mandelbrot=s=1920x1080:r=1/8:end_scale=0.01,fps=25,format=yuv420p"
WALK = "mandelbrot=s=640x360:r=30:end_scale=0.05,scale=1920:1080,noise=alls=9:allf=t"
GAME = "testsrc2=s=1920x1080:r=50,scroll=h=0.011:v=0.004,noise=alls=14:allf=t"
RECORDINGS = {
    "talking head": (
        FACE,
        ("-crf", "23", "-maxrate", "2M", "-bufsize", "4M", "-g", "50"),
    ),
    "slides": (SLIDES, ("-crf", "25", "-g", "250")),
    "phone, 1080p": (
        WALK,
        ("-b:v", "16700k", "-maxrate", "16700k", "-bufsize", "16700k", "-g", "30"),
    ),
    "sport": (GAME, ("-b:v", "8M", "-maxrate", "9M", "-bufsize", "9M", "-g", "100")),
}


def record(kind, folder, seconds):
    """A film of that kind."""
    pictures, coding = RECORDINGS[kind]
    film = folder / "film.mp4"
    subprocess.run(
        [
            "ffmpeg",
            "-v",
            "error",
            "-y",
            "-filter_complex",
            f"{pictures},format=yuv420p[v]",
        ]
        + [
            "-f",
            "lavfi",
            "-i",
            f"anoisesrc=r=48000:a=0.02:c=pink:d={seconds}",
            "-map",
            "[v]",
            "-map",
            "0:a",
        ]
        + [
            "-t",
            str(seconds),
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            *coding,
            "-pix_fmt",
            "yuv420p",
        ]
        + ["-c:a", "aac", "-b:a", "128k", "-ac", "2", film],
        check=True,
        timeout=600,
    )
    return film


def convert(tool, film, lesson):
    subprocess.run(
        [tool, "convert", "--renditions", film, lesson],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=1200,
    )


def judge(lessons, seconds):
    """A session of each recording on each line."""
    return {
        (kind, name): Player(lesson, line, seconds).play() for kind, lesson in lessons for name, line in LINES.items()
    }


def describe(kind, lesson):
    order = [
        lesson.renditions[lesson.first],
        *(each for each in lesson.renditions if each is not lesson.renditions[lesson.first]),
    ]
    rates = ", ".join(f"{each.height}p {each.average / 1000:.0f} ({each.peak / 1000:.0f})" for each in order)
    return f"- {kind}: {rates}"


def verdict(session, goals):
    start, share = goals
    return "met" if session.start <= start and session.share <= share else "missed"


def table(sessions):
    lines = [
        "| recording | line | starts after s (goal) | stalls (goal) | watched most | verdict |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for (kind, name), session in sessions.items():
        start, share = GOALS[name]
        height = collections.Counter(session.heights).most_common(1)[0][0]
        lines.append(
            f"| {kind} | {name} | {session.start:.1f} (≤ {start}) | {session.share:.1%} (≤ {share:.0%}) "
            f"| {height or '?'}p | {verdict(session, GOALS[name])} |"
        )
    return "\n".join(lines)


def text(lessons, sessions):
    met = sum(verdict(session, GOALS[name]) == "met" for (_, name), session in sessions.items())
    lists = "\n".join(describe(kind, lesson) for kind, lesson in lessons)
    return (
        f"{met} of {len(sessions)} sessions meet the goals. Renditions, the first one listed in front: shorter side, "
        f"average kbit/s (largest segment):\n\n{lists}\n\n{table(sessions)}"
    )


def make_lessons(tool, seconds):
    found = []
    for kind in RECORDINGS:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            convert(tool, record(kind, folder, seconds), folder / "lesson")
            found.append((kind, read_lesson(folder / "lesson")))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "lessons",
        nargs="*",
        help="directories of lessons, instead of the four recordings",
    )
    parser.add_argument("--seconds", type=int, default=300, help="how long each viewer watches")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="shorter recordings, and the document stays as it is",
    )
    parser.add_argument("--app", help="another executable instead of .build/release/focust-video")
    told = parser.parse_args()
    tool = told.app or str(ROOT / ".build/release/focust-video")
    if told.lessons:
        lessons = [(pathlib.Path(each).name, read_lesson(each)) for each in told.lessons]
    else:
        lessons = make_lessons(tool, SECONDS // 2 if told.quick else SECONDS)
    sessions = judge(lessons, told.seconds)
    shown = text(lessons, sessions)
    print(shown)
    if told.lessons or told.quick:
        return
    playback_report.write("networks", shown)
    kept = [
        {
            "recording": kind,
            "line": name,
            "start": each.start,
            "stalled": each.share,
            "goal": GOALS[name],
        }
        for (kind, name), each in sessions.items()
    ]
    playback_report.keep("networks", kept)


if __name__ == "__main__":
    main()
