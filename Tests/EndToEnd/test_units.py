"""The systemd units: accepted by systemd, closed as far as they can be, and what they name is what the code reads."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.media import run
from harness.server import REPOSITORY, binary

UNITS = REPOSITORY / "systemd"
SERVICES = ["focust-video.service", "focust-video-work.service"]
# systemd.exec(5) scores what a unit leaves open from 0 to 10.
MOST_EXPOSURE = 1.5


def directives(name: str) -> list[tuple[str, str]]:
    return directives_of((UNITS / name).read_text())


def directives_of(text: str) -> list[tuple[str, str]]:
    return [tuple(line.split("=", 1)) for line in text.splitlines() if "=" in line and not line.startswith("#")]


def of_instance(path: Path) -> Path:
    """The template of a unit for further instances, beside it, as packaging/install makes it."""
    template = path.with_name(f"{path.stem}@{path.suffix}")
    template.write_text(run("sed", "-f", UNITS / "instance.sed", path))
    return template


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The units as installed, but for the executable, which is one that exists here."""
    directory = tmp_path_factory.mktemp("units")
    for name in ("focust-video", "hand-over-secrets"):
        shutil.copy("/bin/true", directory / name)
    for unit in [*UNITS.glob("*.service"), *UNITS.glob("*.socket")]:
        text = unit.read_text().replace("@BINDIR@", str(directory)).replace("@LIBEXECDIR@", str(directory))
        (directory / unit.name).write_text(text)
        of_instance(directory / unit.name)
    return directory


def test_systemd_finds_nothing_wrong(installed):
    units = sorted(str(path).replace("@", "@staging") for path in installed.iterdir() if path.suffix)
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, timeout=60
    )
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@pytest.mark.parametrize("example", ["data-on-another-disk.conf", "worker-metrics.conf"])
def test_systemd_takes_the_drop_ins_of_the_examples(installed, tmp_path, example):
    for path in installed.iterdir():
        shutil.copy(path, tmp_path)
    text = (REPOSITORY / "packaging/examples" / example).read_text().replace("/usr/bin/focust-video", "/bin/true")
    drop_in = tmp_path / "focust-video-work.service.d" / example
    drop_in.parent.mkdir()
    drop_in.write_text(text)
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "focust-video-work.service")],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@pytest.mark.parametrize("name", [*SERVICES, "focust-video@.service", "focust-video-work@.service"])
def test_little_is_left_open(installed, name):
    command = [
        "systemd-analyze",
        "security",
        "--offline=true",
        "--no-pager",
        str(installed / name).replace("@", "@staging"),
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    exposure = float(re.search(r"exposure level for \S+: ([0-9.]+)", result.stdout)[1])
    print(f"{name}: {exposure}")
    assert exposure <= MOST_EXPOSURE


def test_conversions_get_no_secret_and_no_network():
    work = directives("focust-video-work.service")
    assert ("PrivateNetwork", "yes") in work
    assert ("InaccessiblePaths", "-/etc/focust-video/secrets -/run/focust-video -/run/focust-video-secrets") in work
    assert not [value for name, value in work if name.startswith(("LoadCredential", "SetCredential"))]
    assert not [value for name, value in work if name == "Environment" and "SECRET" in value]


@pytest.mark.parametrize("name", SERVICES)
def test_all_films_together_end_their_own_processes_before_they_use_up_the_machine(name):
    given = dict(directives(name))
    assert (given["MemoryMax"], given["OOMPolicy"]) == ("75%", "continue")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_dies_again_and_again_is_started_again_and_again(name):
    given = directives(name)
    assert ("Restart", "on-failure") in given
    assert ("StartLimitIntervalSec", "0") in given


def test_the_sockets_are_those_of_the_settings():
    sockets = [value for name, value in directives("focust-video.socket") if name == "ListenStream"]
    listed = subprocess.run([binary(), "settings", "--format", "env"], capture_output=True, text=True).stdout
    for name in ("FOCUST_LISTEN", "FOCUST_UPLOAD_LISTEN"):
        assert re.search(rf"^#{name}=(.*)$", listed, re.MULTILINE)[1] in sockets
    assert len(sockets) == 2


@pytest.mark.parametrize("name", SERVICES)
def test_the_data_directory_may_be_written_and_nothing_else(name):
    given = directives(name)
    assert [value for key, value in given if key == "ReadWritePaths"] == ["-/var/lib/focust-video"]
    assert ("ProtectSystem", "strict") in given
    assert ("CapabilityBoundingSet", "") in given and ("NoNewPrivileges", "yes") in given


# Its places and its units.
OF_THE_FIRST = "|".join(
    (
        r"(/run|/var/lib)/focust-video(?!-%i)",
        r"/focust-video\.env|/etc/focust-video/secrets(?!-%i)",
        r"focust-video(-work)?\.(socket|service)",
    )
)


@pytest.mark.parametrize("name", [*SERVICES, "focust-video.socket"])
def test_an_instance_has_places_of_its_own_and_sees_none_of_another(installed, name):
    unit = installed / name
    template = directives_of(unit.with_name(f"{unit.stem}@{unit.suffix}").read_text())
    hidden = {"InaccessiblePaths", "TemporaryFileSystem"}
    for key, value in template:
        if key not in hidden | {"Documentation"}:
            assert not re.search(OF_THE_FIRST, value), value
    if name.endswith("service"):
        # All of /var/lib but its own, and what the first instance has elsewhere.
        assert ("TemporaryFileSystem", "/var/lib:ro") in template
        assert ("BindPaths", "-/var/lib/focust-video-%i") in template
        assert (
            "InaccessiblePaths",
            "-/etc/focust-video/secrets -/run/focust-video -/run/focust-video-secrets",
        ) in template
        assert ("Environment", "FOCUST_INSTANCE=%i") in template
    # And nothing else is different: what closes the first closes the others.
    changed = {"InaccessiblePaths", "TemporaryFileSystem", "BindPaths", "Environment"}
    plain = [key for key, _ in directives_of(unit.read_text()) if key not in changed]
    assert [key for key, _ in template if key not in changed] == plain
