"""`focust-video check`: no complaint about a machine that is well set up; each wrong thing is found and named."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from harness.machine import GOOD_VERSIONS, Machine
from harness.mistakes import MISTAKES, SECTIONS, chmod, sections, units, with_line_ends_of_windows, without_exchange
from harness.processes import Site
from harness.server import binary

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="root alone may look everywhere, and give files away")


@pytest.fixture
def machine():
    with tempfile.TemporaryDirectory(prefix="focust-check-") as directory:
        made = Machine(Path(directory))
        yield made
        made.close()


# Whether anybody keeps this machine's clock right is this machine's affair.
def complaints(findings: list[dict]) -> list[dict]:
    return [
        found for found in findings if found["level"] != "ok" and found["message"] != "is not kept right by anybody"
    ]


def test_a_machine_that_is_well_set_up_gets_no_complaint(machine):
    findings = machine.findings()
    assert complaints(findings) == []
    assert machine.check().returncode == 0
    subjects = {found["subject"] for found in findings}
    assert {"settings", "secrets", str(machine.data), "libraries", "libx264", "aac", "packages", "clock"} <= subjects
    assert {"nginx, socket for playback", "nginx, body size", "nginx's user"} <= subjects
    assert [found["advice"] for found in findings if found["level"] == "ok"] == [None] * len(
        [found for found in findings if found["level"] == "ok"]
    )


def test_whether_two_names_can_be_exchanged_is_tried_without_a_trace(machine):
    without_exchange(machine)
    assert any("exchanges no two names" in found["message"] for found in machine.findings())
    assert not list(machine.data.rglob(".exchange*"))


@pytest.mark.parametrize("path", ["secrets/SECRET_KEY", "run/fastcgi.sock"])
def test_what_lies_behind_a_closed_door_is_for_nobody_whatever_its_mode(machine, path):
    chmod(path, 0o666)(machine)
    assert [found for found in machine.findings() if "everybody" in found["message"]] == []


def behind_a_proxy(machine, listen: str, http: str = "", **settings: str) -> list[tuple[str, str]]:
    """What is wrong with the addresses where nginx listens so: how much, and with what."""
    machine.write_settings(**settings)
    machine.make_nginx(http=f"{http}\n    include focust-video/http.conf;")
    machine.change("nginx.conf", f'"unix:{machine.directory}/site.sock"', listen)
    found = [found for found in machine.findings() if "set_real_ip_from" in (found["advice"] or "")]
    return [(each["level"], each["subject"]) for each in found]


WARNED = [("warning", "nginx, addresses")]
LISTENS = {
    "127.0.0.1:18099": ["127.0.0.1", "127.0.0.0/8"],
    "[::1]:18099": ["::1"],
    "localhost:18099": ["127.0.0.1"],
    '"unix:/tmp/focust-check-site.sock"': ["unix:"],
}


@pytest.mark.parametrize("listen", LISTENS)
def test_a_proxy_on_the_same_machine_must_be_named(machine, listen):
    assert behind_a_proxy(machine, listen) == WARNED
    # Another proxy than that on this machine is no help.
    assert behind_a_proxy(machine, listen, "set_real_ip_from 192.0.2.0/24;") == WARNED
    for name in LISTENS[listen]:
        assert behind_a_proxy(machine, listen, f"set_real_ip_from {name};") == []


@pytest.mark.parametrize("keyless", ["127.0.0.0/8", "192.0.2.1,::1"])
def test_a_proxy_that_is_not_named_takes_the_key_from_everybody(machine, keyless):
    keyless = {"FOCUST_KEYLESS_ADDRESSES": keyless}
    problem = ("error", "FOCUST_KEYLESS_ADDRESSES")
    assert behind_a_proxy(machine, "127.0.0.1:18099", **keyless) == [*WARNED, problem]
    assert behind_a_proxy(machine, "127.0.0.1:18099", "set_real_ip_from 127.0.0.1;", **keyless) == []
    # nginx says `unix:` of these, which is no address.
    assert behind_a_proxy(machine, '"unix:/tmp/focust-check-site.sock"', **keyless) == WARNED
    # A proxy may be there or not.
    assert behind_a_proxy(machine, "18099", **keyless) == [("warning", "FOCUST_KEYLESS_ADDRESSES")]
    assert behind_a_proxy(machine, "18099", FOCUST_KEYLESS_ADDRESSES="192.0.2.1") == []


@pytest.mark.parametrize("listen", ["18099", "0.0.0.0:18099", "192.0.2.1:18099"])
def test_a_server_for_everybody_is_no_proxys(machine, listen):
    assert behind_a_proxy(machine, listen) == []


ROWS = {name: row for rows in sections().values() for name, row in rows.items()}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_as_the_page_has_it(machine, name):
    MISTAKES[name](machine)
    result = machine.check("--json")
    findings = complaints(json.loads(result.stdout)["findings"])
    assert any(ROWS[name].is_told_by(machine, found) for found in findings), findings
    assert all(finding["advice"] for finding in findings)
    is_wrong = any(found["level"] == "error" for found in findings)
    assert result.returncode == (2 if name in SECTIONS["Settings that stop the start"] else int(is_wrong))
    for secret in machine.secrets.glob("*"):
        assert secret.read_text().strip().rpartition(":")[2] not in result.stdout + result.stderr


def test_the_page_has_every_mistake_in_that_order_and_none_besides():
    assert {heading: list(rows) for heading, rows in sections().items()} == {
        heading: list(deeds) for heading, deeds in SECTIONS.items()
    }


def test_settings_that_would_stop_the_start_are_findings_and_another_exit_code(machine):
    machine.write_settings(FOCUST_CRF="99")
    (machine.secrets / "SECRET_KEY").unlink()
    result = machine.check("--json")
    assert result.returncode == 2
    findings = {found["subject"]: found for found in json.loads(result.stdout)["findings"]}
    assert set(findings) == {"FOCUST_CRF", "SECRET_KEY"}
    assert findings["FOCUST_CRF"]["message"] == 'is "99"'
    assert str(machine.secrets / "SECRET_KEY") in findings["SECRET_KEY"]["advice"]


def found(machine, subject: str) -> dict:
    (one,) = [finding for finding in machine.findings() if finding["subject"].endswith(subject)]
    return one


def test_names_of_other_programs_in_the_file_are_theirs(machine):
    machine.write_settings(TZ="Europe/Paris", MALLOC_ARENA_MAX="2")
    assert complaints(machine.findings()) == []


def test_a_settings_file_with_the_line_ends_of_windows_says_the_same(machine):
    with_line_ends_of_windows(machine)
    assert complaints(machine.findings()) == []


def test_a_data_directory_that_is_a_link_is_one(machine):
    machine.data.rename(machine.directory / "on-another-disk")
    machine.data.symlink_to(machine.directory / "on-another-disk")
    assert complaints(machine.findings()) == []


def test_who_may_not_read_the_settings_or_secrets_is_told_to_run_it_as_root(machine):
    def told() -> list[tuple[str, str]]:
        result = machine.check("--json", user="nobody", group="nogroup")
        assert result.returncode == 2
        return [
            (machine.installed(found["subject"]), found["advice"]) for found in json.loads(result.stdout)["findings"]
        ]

    try:
        subprocess.run([binary(), "--version"], user="nobody", capture_output=True, timeout=20)
    except PermissionError:
        pytest.skip("the checkout lies where others may not look")
    as_root = "Run this as root: sudo focust-video check"
    assert told() == [("/etc/focust-video/focust-video.env", as_root)]
    machine.settings.chmod(0o644)
    assert told() == [("/etc/focust-video/secrets", as_root)]


def test_one_cause_is_one_finding_with_the_cure_that_helps(machine):
    (machine.data).chmod(0o700)
    (stopped,) = [finding for finding in machine.findings() if "does not get there" in finding["message"]]
    assert "more paths" in stopped["message"]
    assert stopped["advice"].endswith(f"chmod g+rx {machine.data}")
    (machine.data).chmod(0o750)
    shutil.chown(machine.data, "root", "root")
    (stopped,) = [finding for finding in machine.findings() if "does not get there" in finding["message"]]
    assert "usermod -aG" in stopped["advice"]


def test_services_that_run_are_no_complaint_and_unknown_ones_no_finding(machine):
    machine.fake("systemctl", units())
    assert complaints(machine.findings()) == []
    assert found(machine, "services")["level"] == "ok"
    machine.fake("systemctl", units(server="activating", sub="start"))
    assert complaints(machine.findings()) == []
    machine.fake("systemctl", "echo 'Id=focust-video.service'; echo LoadState=not-found")
    assert "services" not in {finding["subject"] for finding in machine.findings()}


def test_a_running_site_is_asked_the_whole_way_through_nginx(tmp_path):
    site = Site(tmp_path / "site").start_nginx().start()
    try:
        command = [binary(), "check", "--json"]
        result = subprocess.run(command, env=site.environment, capture_output=True, text=True, timeout=60)
        by_subject = {finding["subject"]: finding for finding in json.loads(result.stdout)["findings"]}
        assert by_subject[site.url] == {
            "level": "ok",
            "subject": site.url,
            "message": "leads to the server",
            "advice": None,
        }
        assert by_subject["server"]["message"] == "ready"
        site.terminate()
        result = subprocess.run(command, env=site.environment, capture_output=True, text=True, timeout=60)
        by_subject = {finding["subject"]: finding for finding in json.loads(result.stdout)["findings"]}
        assert by_subject[site.url]["level"] == "error"
        assert "nginx does not reach the server" in by_subject[site.url]["message"]
    finally:
        site.stop()


def test_nothing_is_made_or_changed(machine):
    def state():
        # nginx opens its logs and its pid file, however it is called.
        paths = [path for path in machine.directory.rglob("*") if path.suffix not in (".log", ".pid")]
        files = [path for path in paths if path.is_file()]
        return {str(path): (path.lstat().st_mode, path.lstat().st_mtime_ns) for path in files}

    before = state()
    machine.check()
    assert state() == before


# By release: versions that are good, and the one before each.
RELEASES = {
    "trixie": {
        "nginx-common": ("1.26.3-3+deb13u11", "1.26.3-3+deb13u10", "error"),
        "libavformat61": ("7:7.1.5-0+deb13u1", "7:7.1.3-0+deb13u1", "error"),
        "libavcodec61": ("7:7.1.5-0+deb13u1", "7:7.1.3-0+deb13u1", "error"),
        "libssl3t64": ("3.5.9-1~deb13u1", "3.5.7-1~deb13u2", "warning"),
        "libcurl4t64": ("8.14.1-2+deb13u7", "8.14.1-2+deb13u6", "warning"),
        "libsqlite3-0": ("3.46.1-7+deb13u2", "3.46.1-6", "warning"),
    },
    "noble": {
        "nginx-common": ("1.24.0-2ubuntu7.21", "1.24.0-2ubuntu7.9", "error"),
        "libavformat60": ("7:6.1.1-3ubuntu5+esm4", "7:6.1.1-3ubuntu5", "warning"),
        "libavcodec60": ("7:6.1.1-3ubuntu5+esm4", "7:6.1.1-3ubuntu5", "warning"),
        "libssl3t64": ("3.0.13-0ubuntu3.16", "3.0.13-0ubuntu3.9", "warning"),
        "libcurl4t64": ("8.5.0-2ubuntu10.16", "8.5.0-2ubuntu10.9", "warning"),
        "libsqlite3-0": ("3.45.1-1ubuntu2.8", "3.45.1-1ubuntu2.3", "warning"),
    },
}


@pytest.mark.parametrize("release", RELEASES)
def test_each_release_has_versions_of_its_own(machine, release):
    packages = RELEASES[release]

    def judged(place: int) -> dict[str, tuple[str, str]]:
        machine.install(release, **{name: row[place] for name, row in packages.items()})
        found = [found for found in machine.findings() if found["subject"] in {"packages", *packages, *GOOD_VERSIONS}]
        return {each["subject"]: (each["level"], each["message"]) for each in found}

    good = judged(0)
    assert list(good) == ["packages"]
    assert good["packages"][0] == "ok" and all(
        f"{name} {row[0]}" in good["packages"][1] for name, row in packages.items()
    )
    assert {name: level for name, (level, _) in judged(1).items()} == {name: row[2] for name, row in packages.items()}


def test_a_release_that_is_not_known_is_not_judged(machine):
    machine.install("forky", **{"nginx-common": "0.1-1"})
    (found,) = [found for found in machine.findings() if found["subject"] in {"packages", *GOOD_VERSIONS}]
    assert (found["level"], found["subject"]) == ("ok", "packages")
    assert "forky is a release that is not known here: versions are not judged" in found["message"]
