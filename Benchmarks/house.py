#!/usr/bin/env python3
"""Numbers of the Swift sources, by which a change of the house can be told: Benchmarks/house.py [checkout]

Lengths of files and of functions (lines of the body that are not blank), functions over 25 lines, parameter lists, the share
of comments; names of files of a lesson and of directories of the store that are written out elsewhere than in Domain; and
files under 25 lines. One line a target, and the whole. The targets are the folders of Sources.
"""

import pathlib
import re
import statistics
import sys

LITERALS = (
    "output.m3u8",
    "enc.key",
    "poster.jpg",
    "storyboard.vtt",
    "presentation_videos",
    "hls2",
    "/mobile",
    "hls/",
    "uploads/",
    "originals/",
)
FUNCTION = re.compile(r"\b(?:func\s+[^\s(<]+|init[?!]?)\s*(?:<[^(]*>)?\s*\(")


def blanked(text: str) -> tuple[str, str]:
    """The text without comments and with what is in string literals blanked, character for character; and the comments alone."""
    pattern = re.compile(
        r'"""(?:\\.|[^\\])*?"""|"(?:\\\((?:[^()]|\([^()]*\))*\)|\\.|[^"\\\n])*"|//[^\n]*',
        re.DOTALL,
    )
    comments: list[str] = []

    def blank(match: re.Match[str]) -> str:
        found = match.group()
        if found.startswith("//"):
            comments.append(found)
        return (
            re.sub(r"[^\n]", " ", found) if found.startswith("//") else '"' + re.sub(r"[^\n]", " ", found[1:-1]) + '"'
        )

    return pattern.sub(blank, text), "\n".join(comments)


def matching(text: str, start: int, opening: str, closing: str) -> int:
    depth = 0
    for index in range(start, len(text)):
        if text[index] == opening:
            depth += 1
        elif text[index] == closing:
            depth -= 1
            if depth == 0:
                return index
    return len(text) - 1


def parameters(inside: str) -> int:
    depth, count = 0, 1 if inside.strip() else 0
    for character in inside:
        depth += character in "([{<"
        depth -= character in ")]}"
        count += character == "," and depth == 0
    return count


def functions(code: str) -> list[tuple[int, int]]:
    """Lines of the body, and parameters, of each function and initialiser that has a body."""
    found = []
    for match in FUNCTION.finditer(code):
        if code[: match.start()].endswith("."):
            continue
        end = matching(code, match.end() - 1, "(", ")")
        count = parameters(code[match.end() : end].replace("->", "  "))
        head = re.match(r"[^{}\n]*(?:\n[^{}\n]*(?:throws|->|where)[^{}\n]*)*\{", code[end + 1 :])
        if not head:
            continue
        opening = end + head.end()
        body = code[opening + 1 : matching(code, opening, "{", "}")]
        found.append((sum(1 for line in body.splitlines() if line.strip()), count))
    return found


def quantile(values: list[int], share: float) -> int:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0


class Room:
    def __init__(self, paths: list[pathlib.Path], counts_literals: bool):
        texts = [path.read_text() for path in paths]
        codes = [blanked(text) for text in texts]
        self.files = [text.count("\n") for text in texts]
        self.functions = [each for code, _ in codes for each in functions(code)]
        self.comments = sum(len(comments.splitlines()) for _, comments in codes)
        strings = "\n".join(re.sub(r"(?m)//.*$", "", text) for text in texts) if counts_literals else ""
        self.literals = sum(strings.count(literal) for literal in LITERALS)
        self.long_lines = sum(1 for text in texts for line in text.splitlines() if len(line) > 110)


HEADINGS = [
    "files",
    "lines",
    "median",
    "p90",
    "max",
    "<25",
    "func med",
    "p90",
    "max",
    ">25",
    "params",
    "comments",
    "literals",
    ">110",
]


def row(name: str, rooms: list[Room]) -> str:
    files = [length for room in rooms for length in room.files]
    lengths = [length for room in rooms for length, _ in room.functions]
    cells = [
        len(files),
        sum(files),
        int(statistics.median(files)),
        quantile(files, 0.9),
        max(files),
        sum(1 for length in files if length < 25),
        int(statistics.median(lengths)) if lengths else 0,
        quantile(lengths, 0.9),
        max(lengths, default=0),
        sum(1 for length in lengths if length > 25),
        max((count for room in rooms for _, count in room.functions), default=0),
        f"{100 * sum(room.comments for room in rooms) // max(1, sum(files))}%",
        sum(room.literals for room in rooms),
        sum(room.long_lines for room in rooms),
    ]
    return f"{name:16}" + "".join(f"{cell:>9}" for cell in cells)


def main() -> None:
    checkout = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    rooms = {}
    for folder in sorted((checkout / "Sources").iterdir()):
        paths = sorted(folder.rglob("*.swift"))
        if paths:
            rooms[folder.name] = Room(paths, folder.name != "Domain")
    print(" " * 16 + "".join(f"{heading:>9}" for heading in HEADINGS))
    for name, room in rooms.items():
        print(row(name, [room]))
    print(row("all", list(rooms.values())))


if __name__ == "__main__":
    main()
