"""The documentation against the program: no dead link, no error, setting or command that is missing or invented."""

import re
import subprocess
from pathlib import Path

import pytest

from harness.listings import of_page
from harness.server import REPOSITORY, TEMPLATES, binary

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
# What reads variables besides the program.
SCRIPTS = ("scripts/run", "packaging/root", "Makefile")
HAND_WRITTEN = ("README.md", "installation.md", "operations.md", "security.md", "settings.md", "troubleshooting.md")


def name(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def without_code(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.S)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", without_code(page.read_text()), re.M)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {text.replace(" ", "-") for text in plain}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_link_is_dead(page):
    links = re.findall(r"\[[^\]]*\]\(([^)]+)\)", without_code(page.read_text()))
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name(page)} links to {link}"
        assert not anchor or anchor in anchors(target), f"{name(page)} links to {link}"


def test_every_page_is_linked_from_the_readme_or_from_a_page_that_is():
    reached, waiting = set(), [REPOSITORY / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        for link in re.findall(r"\]\(([^)#]+\.md)", page.read_text()):
            waiting.append((page.parent / link).resolve())
    assert set(PAGES) <= reached, {name(page) for page in set(PAGES) - reached}


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[0] != "`error`"]


def error_codes() -> dict[str, int]:
    """The program's own table: code and status."""
    source = (REPOSITORY / "Sources/Domain/ErrorCode.swift").read_text()
    cases = re.findall(r'case (`?\w+`?)(?: = "(\w+)")?$', source.split("/// RFC")[0], re.M)
    wire = {case.strip("`"): value or case.strip("`") for case, value in cases}
    statuses = {}
    for names, status in re.findall(r"case ([^:]+): (\d+)$", source, re.M):
        for each in re.findall(r"\.(\w+)", names):
            statuses[wire[each]] = int(status)
    assert set(statuses) == set(wire.values()) and len(statuses) > 25
    return statuses


def test_troubleshooting_has_every_error_with_its_status_and_none_besides():
    text = (REPOSITORY / "docs/troubleshooting.md").read_text()
    table = rows(text.split("<!-- errors: begin")[1].split("<!-- errors: end")[0])
    documented = {row[0].strip("`"): row for row in table}
    codes = error_codes()
    assert documented.keys() == codes.keys()
    for code, (_, status, cause, cure) in documented.items():
        # nginx uses some of them with a second status.
        assert str(codes[code]) in status.split(", "), code
        assert len(cause) > 10 and len(cure) > 3, code


def test_troubleshooting_has_every_status_that_nginx_answers_with():
    text = (REPOSITORY / "docs/troubleshooting.md").read_text()
    table = {row[0].strip("`"): row[1] for row in rows(text.split("<!-- errors: begin")[1])}
    answers = re.findall(r"return (\d+) '{\"error\":\"(\w+)\"", (TEMPLATES / "errors.conf").read_text())
    assert len(answers) > 8
    for status, code in answers:
        assert status in table[code].split(", "), (status, code)


def test_troubleshooting_has_every_code_of_a_failed_task_and_none_besides():
    rooms = ("Callbacks", "Conversion", "Database", "DatabaseSQLite")
    sources = [path for room in rooms for path in (REPOSITORY / "Sources" / room).rglob("*.swift")]
    text = "".join(path.read_text() for path in sources)
    codes = set(re.findall(r'JobFailure\(\s*code: "(\w+)"', text))
    failure = (REPOSITORY / "Sources/Conversion/ConversionFailure.swift").read_text()
    codes |= set(re.findall(r'case \..*: "(\w+)"', failure))
    page = (REPOSITORY / "docs/troubleshooting.md").read_text()
    section = page.split("## A conversion fails")[1].split("\n## ")[0]
    assert {row[0].strip("`") for row in rows(section)} == codes


def run(*arguments: str) -> str:
    result = subprocess.run([binary(), *arguments], env={}, capture_output=True, text=True, timeout=20)
    assert result.returncode == 0, result.stderr
    return result.stdout


def settings() -> list[tuple[str, str, str, bool]]:
    """Name, default, meaning and whether it is live, of each setting in the program's list."""
    nginx, rest = (REPOSITORY / "Sources/Settings/Setting.swift").read_text().split("static let all")
    # A default that a value of Domain's has too.
    ladder = re.search(r'defaultText = ("[^"]+")', (REPOSITORY / "Sources/Domain/Ladder.swift").read_text())[1]
    found = []
    for body in re.findall(r"^        Setting\((.*?)\),?$", rest + nginx, re.S | re.M):
        joined = re.sub(r'"\s*\+\s*"', "", body).replace("Ladder.defaultText", ladder)
        found.append((*re.findall(r'"([^"]*)"', joined), "isLive: true" in joined))
    return found


def test_the_settings_page_is_what_the_program_says():
    page = (REPOSITORY / "docs/settings.md").read_text()
    table = page.split("<!-- settings: begin")[1].split("-->\n", 1)[1].split("<!-- settings: end")[0]
    assert table == run("settings", "--format", "markdown"), "make docs writes the page anew"


def test_the_settings_page_has_every_setting_as_the_program_has_it_and_in_that_order():
    page = (
        (REPOSITORY / "docs/settings.md").read_text().split("<!-- settings: begin")[1].split("<!-- settings: end")[0]
    )
    documented = [
        (row[0].removesuffix(" *").strip("`"), row[1].strip("`"), row[2], row[0].endswith(" *")) for row in rows(page)
    ]
    expected = settings()
    assert len(expected) > 40 and documented == expected


def test_no_page_names_a_setting_that_there_is_not():
    known = set(re.findall(r'Setting\(\s*"(\w+)"', (REPOSITORY / "Sources/Settings/Setting.swift").read_text()))
    scripts = "".join((REPOSITORY / path).read_text() for path in SCRIPTS)
    known |= (
        set(re.findall(r"\b((?:FOCUST|SOAK)_\w+)", scripts))
        | {"FOCUST_CONFIG"}
        | {row[0].strip("`") for row in rows((REPOSITORY / "docs/settings.md").read_text())}
    )
    for page in PAGES:
        if page.name in HAND_WRITTEN:
            for each in set(re.findall(r"\bFOCUST_[A-Z_]*[A-Z]\b", page.read_text())):
                base = each.removesuffix("_FILE")
                assert base in known or any(it.startswith(each) for it in known), (name(page), each)


def test_no_page_names_a_command_or_an_option_that_there_is_not():
    listed = set(re.findall(r"^  (\w+)  ", run("--help").split("SUBCOMMANDS:")[1], re.M)) - {"help"}
    readme = (REPOSITORY / "README.md").read_text()
    assert {row[0].split()[1].strip("`") for row in rows(readme) if row[0].startswith("`focust-video ")} == listed
    for page in PAGES:
        for command, rest in re.findall(r"focust-video (serve|work|check|import)\b([^`\n]*)", page.read_text()):
            for option in re.findall(r"--[a-z-]+", rest):
                assert option in run(command, "--help"), (name(page), command, option)


def test_no_page_names_a_file_of_the_repository_or_package_that_there_is_not():
    # A transcript has what there was on its day.
    for page in (page for page in PAGES if not page.name.startswith("afternoon")):
        text = page.read_text()
        for path in re.findall(r"/usr/share/focust-video/((?:nginx|monitoring)/[\w./-]*\w)", text):
            assert (REPOSITORY / path).exists(), (name(page), path)
        for path in re.findall(r"/usr/share/doc/focust-video/(examples/[\w.-]*\w)", text):
            assert (REPOSITORY / "packaging" / path).exists(), (name(page), path)


def test_the_french_page_has_the_commands_of_the_english_one():
    blocks = [
        re.findall(r"```(?:console|sh|nginx)\n(.*?)```", (REPOSITORY / "docs" / path).read_text(), re.S)
        for path in ("installation.md", "fr/installation.md")
    ]
    assert blocks[0] == blocks[1] and len(blocks[0]) >= 8


def tables(page: Path) -> list[list[tuple]]:
    """What is no matter of language in each row: the code and numbers of the first cell, and all settings."""
    lines = page.read_text().splitlines()
    found: list[list[tuple]] = []
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("|") and not line.startswith("| ---"):
            if not before.startswith("|"):
                found.append([])
            first = re.findall(r"`[^`]*`|\d+", line.split(" | ")[0])
            found[-1].append((first, set(re.findall(r"FOCUST_[A-Z_]*[A-Z]", line))))
    return found


def test_the_french_troubleshooting_page_has_the_rows_and_commands_of_the_english_one():
    pages = [REPOSITORY / "docs" / path for path in ("troubleshooting.md", "fr/troubleshooting.md")]
    english, french = (tables(page) for page in pages)
    assert english == french and len(english) == 7
    blocks = [re.findall(r"```console\n(.*?)```", page.read_text(), re.S) for page in pages]
    assert blocks[0] == blocks[1] != []
    errors = [[row[:2] for row in rows(page.read_text().split("<!-- errors: begin")[1])] for page in pages]
    assert errors[0] == errors[1] != []


def test_the_manual_page_has_every_command():
    manual = (REPOSITORY / "packaging/focust-video.1").read_text()
    listed = set(re.findall(r"^  (\w+)  ", run("--help").split("SUBCOMMANDS:")[1], re.M)) - {"help"}
    commands = manual.split(".SH COMMANDS")[1].split("\n.SH ")[0]
    assert set(re.findall(r"^\.TP\n\.B (\w+)$", commands, re.M)) == listed
    assert set(re.findall(r"^\.B \"?focust-video (\w+)", manual, re.M)) == listed


def test_the_package_suggests_what_the_examples_call():
    (suggested,) = re.findall(r"^Suggests: (.*)$", (REPOSITORY / "packaging/debian/control").read_text(), re.M)
    scripts = "".join(path.read_text() for path in (REPOSITORY / "packaging/examples").glob("*.sh"))
    for command in ("curl", "rsync", "sqlite3"):
        assert re.search(rf"\b{command} ", scripts) and command in suggested.split(", ")


def test_the_playback_function_of_the_site_developers_page_is_that_of_the_example():
    """Which browsers run, in test_browser_watch.py."""
    assert (REPOSITORY / "docs/examples/browser-upload/play.js").read_text() in of_page("js")
