"""docs/architecture.md and the imports of the sources against Package.swift."""

import re
from pathlib import Path

import pytest

from harness.server import REPOSITORY

PAGE = (REPOSITORY / "docs/architecture.md").read_text()
MANIFEST = (REPOSITORY / "Package.swift").read_text()
TARGET = re.compile(
    r"\.(target|executableTarget|testTarget|systemLibrary)\(\s*name: \"([\w-]+)\"(.*?)\n?\s*swiftSettings", re.S
)
# Executables that tests start and do not import.
STARTED = {"deeds", "orphans", "FocustMedia"}


def targets(manifest: str) -> dict[str, tuple[set[str], Path]]:
    """Dependencies and folder of every target of Swift, packages by the name of their module."""
    text = re.sub(r"//.*", "", manifest).replace("logging", '"Logging"')
    text = re.sub(r"\.product\(name: (\"\w+\")[^)]*\)", r"\1", text.split("targets: [")[-1])
    # Libraries of C have no settings, and would swallow the target behind them.
    text = re.sub(r"\.systemLibrary\((?:[^()]|\([^()]*\))*\)", "", text)
    found = {}
    for kind, name, rest in TARGET.findall(text):
        listed = re.search(r"dependencies: \[(.*?)\]", rest, re.S)
        path = re.search(r"path: \"([^\"]+)\"", rest)
        folder = Path(path[1]) if path else Path("Tests" if kind == "testTarget" else "Sources") / name
        found[name] = (set(re.findall(r"\"([\w-]+)\"", listed[1])) if listed else set(), folder)
    return found


def libraries(manifest: str) -> set[str]:
    return set(re.findall(r"systemLibrary\(\s*name: \"(\w+)\"", manifest))


TARGETS = targets(MANIFEST)
MODULES = TARGETS.keys() | libraries(MANIFEST) | {"Logging", "ArgumentParser"}


def imports(folder: Path) -> set[str]:
    text = "\n".join(path.read_text() for path in (REPOSITORY / folder).rglob("*.swift"))
    return set(re.findall(r"^(?:@testable )?import (\w+)", text, re.M)) & MODULES


def floors(page: str) -> dict[str, int]:
    """How high each room of the picture stands."""
    picture = page.split("<!-- picture: begin -->")[1].split("<!-- picture: end -->")[0]
    lines = [line.split() for line in picture.splitlines() if line.startswith(" ")]
    return {room: len(lines) - number for number, line in enumerate(lines) for room in line}


def misplaced(page: str, manifest: str) -> list[tuple[str, str]]:
    """Pairs of a room and one that it imports, where it does not stand above it."""
    height = floors(page)
    return [
        (room, below)
        for room, (dependencies, folder) in targets(manifest).items()
        if folder.parts[0] == "Sources"
        for below in sorted(dependencies - {"Logging", "ArgumentParser"})
        if height.get(room, 0) <= height.get(below, 99)
    ]


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_declares_what_it_imports_and_nothing_besides(name):
    dependencies, folder = TARGETS[name]
    assert dependencies - STARTED == imports(folder) - STARTED - {name}


def test_every_folder_of_sources_is_a_target():
    folders = {path.name for path in (REPOSITORY / "Sources").iterdir() if path.is_dir()}
    assert folders == {folder.name for _, folder in TARGETS.values() if folder.parts[0] == "Sources"} | libraries(
        MANIFEST.split("What tests of several rooms use")[0]
    )


def test_a_library_of_c_is_imported_by_one_room_alone():
    rooms = {name: targets for name, targets in TARGETS.items() if targets[1].parts[0] == "Sources"}
    for library in ("CLibAV", "CLibCrypto", "CSQLite", "CCurl"):
        assert len([name for name, (dependencies, _) in rooms.items() if library in dependencies]) == 1, library


def test_the_picture_has_every_room_once_and_above_all_that_it_imports():
    drawn = PAGE.split("<!-- picture: begin -->")[1].split("<!-- picture: end -->")[0]
    words = re.findall(r"^ .*", drawn, re.M)
    rooms = " ".join(words).split()
    assert sorted(rooms) == sorted(path.name for path in (REPOSITORY / "Sources").iterdir() if path.is_dir())
    assert misplaced(PAGE, MANIFEST) == []


def test_the_judge_sees_a_room_that_stands_too_low_and_an_import_that_is_new():
    assert ("Server", "Tokens") in misplaced(
        PAGE.replace(" Server ", " ", 1).replace(" Tokens ", " Tokens Server ", 1), MANIFEST
    )
    assert ("Domain", "Server") in misplaced(
        PAGE, MANIFEST.replace('name: "Domain",', 'name: "Domain", dependencies: ["Server"],')
    )


def test_every_room_of_the_picture_is_described():
    described = re.findall(r"^\| `(\w+)` \|", PAGE, re.M)
    assert set(described) == {name for name, (_, folder) in TARGETS.items() if folder.parts[0] == "Sources"}


def test_every_file_that_is_named_is_there():
    rooms = "|".join(path.name for path in (REPOSITORY / "Sources").iterdir())
    named = re.findall(rf"`({rooms})/([\w+]+)`", PAGE)
    assert len(named) > 60
    for room, name in named:
        assert list((REPOSITORY / "Sources" / room).rglob(f"{name}.swift")), f"{room}/{name}"
    for path in re.findall(r"`((?:Sources|Tests|docs|nginx)/[\w./-]+)`", PAGE):
        assert (REPOSITORY / path).exists(), path
