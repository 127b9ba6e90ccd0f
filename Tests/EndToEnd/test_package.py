"""The Debian package: what is in it, what lintian says, and what its scripts do in a root directory of their own.

Installing, running, upgrading and removing it for real is the matter of `make afternoon`.
"""

import hashlib
import os
import platform
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from harness.media import run
from harness.server import REPOSITORY, binary

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="users and owners are made by root alone")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    output = tmp_path_factory.mktemp("deb")
    environment = os.environ | {"FOCUST_DEB_LEVEL": "0"}
    return run(REPOSITORY / "packaging/deb", binary().parent, output, env=environment).strip()


@pytest.fixture(scope="module")
def unpacked(package, tmp_path_factory):
    directory = tmp_path_factory.mktemp("unpacked")
    run("dpkg-deb", "--raw-extract", package, directory)
    return directory


def test_lintian_finds_no_error_and_no_warning(package):
    result = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0", package],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_libraries_it_needs_are_named_with_their_versions(package):
    depends = run("dpkg-deb", "--field", package, "Depends")
    # By the names that this release gives them, those opened at run time (libavfilter, libswscale) too.
    libav = [f"{name}[0-9]+" for name in ("libavcodec", "libavformat", "libavutil", "libavfilter", "libswscale")]
    for library in (*libav, "libssl3(t64)?", "libsqlite3-0", "libcurl4(t64)?", "libc6"):
        assert re.search(rf"(^|, ){library} \(>= [^)]+\)", depends), (library, depends)
    assert "fcgi" not in depends
    # None of them by hand: the next release has another name for it.
    assert re.search(r"\blib\w+", (REPOSITORY / "packaging/debian/control").read_text()) is None


def test_the_library_for_re_encoding_is_the_one_that_the_executable_opens(package, unpacked):
    depends = run("dpkg-deb", "--field", package, "Depends")
    executable = (unpacked / "usr/libexec/focust-video/focust-media").read_bytes()
    for name in ("libavfilter", "libswscale"):
        (opened,) = set(re.findall(rb"%s\.so\.(\d+)" % name.encode(), executable))
        assert f"{name}{opened.decode()} " in depends


def test_its_version_names_the_release_so_that_the_next_one_is_an_upgrade(package):
    release = platform.freedesktop_os_release()
    version = run("dpkg-deb", "--field", package, "Version").strip()
    assert version.endswith(f"-1+{release['ID'].replace('debian', 'deb')}{release['VERSION_ID']}")
    ascending = ["0.1.0-1", "0.1.0-1+deb12", "0.1.0-1+deb13", "0.1.0-2+deb12"]
    for older, newer in zip(ascending, ascending[1:], strict=False):
        assert subprocess.run(["dpkg", "--compare-versions", older, "lt", newer], check=False).returncode == 0


def test_what_examples_need_is_suggested(package, unpacked):
    suggested = run("dpkg-deb", "--field", package, "Suggests")
    scripts = "".join(path.read_text() for path in (unpacked / "usr/share/doc/focust-video/examples").glob("*.sh"))
    for program in ("curl", "rsync", "sqlite3"):
        assert re.search(rf"^[^#]*\b{program} ", scripts, re.MULTILINE), program
        assert program in suggested


def units() -> str:
    """Where this release keeps the units of its packages: /lib, or /usr/lib since Debian 13."""
    (timer,) = re.findall(r"^/(.*)/fstrim\.timer$", run("dpkg-query", "--listfiles", "util-linux"), re.MULTILINE)
    return timer


def test_everything_is_where_a_sysadmin_looks(package, unpacked):
    listed = run("dpkg-deb", "--contents", package)
    for path, mode in {
        "usr/bin/focust-video": "-rwxr-xr-x",
        "usr/libexec/focust-video/focust-media": "-rwxr-xr-x",
        "usr/libexec/focust-video/setup": "-rwxr-xr-x",
        "usr/libexec/focust-video/hand-over-secrets": "-rwxr-xr-x",
        f"{units()}/focust-video.service": "-rw-r--r--",
        f"{units()}/focust-video-work.service": "-rw-r--r--",
        f"{units()}/focust-video.socket": "-rw-r--r--",
        f"{units()}/focust-video@.service": "-rw-r--r--",
        f"{units()}/focust-video-work@.service": "-rw-r--r--",
        f"{units()}/focust-video@.socket": "-rw-r--r--",
        "usr/lib/sysusers.d/focust-video.conf": "-rw-r--r--",
        "usr/lib/tmpfiles.d/focust-video.conf": "-rw-r--r--",
        "usr/share/focust-video/focust-video.env": "-rw-r--r--",
        "usr/share/man/man1/focust-video.1.gz": "-rw-r--r--",
        "usr/share/doc/focust-video/copyright": "-rw-r--r--",
        "usr/share/doc/focust-video/changelog.Debian.gz": "-rw-r--r--",
        "usr/share/doc/focust-video/README.md": "-rw-r--r--",
        "usr/share/doc/focust-video/openapi.yaml": "-rw-r--r--",
        "usr/share/doc/focust-video/fr/installation.md": "-rw-r--r--",
        "usr/share/doc/focust-video/examples/browser-upload/upload.js": "-rw-r--r--",
        "usr/share/doc/focust-video/examples/nginx-existing.conf": "-rw-r--r--",
        "usr/share/doc/focust-video/examples/upload.sh": "-rwxr-xr-x",
    }.items():
        assert re.search(rf"^{mode} root/root +\d+ \S+ \S+ \./{re.escape(path)}$", listed, re.MULTILINE), path
    assert "not stripped" not in run("file", unpacked / "usr/bin/focust-video")
    # dpkg asks about conffiles alone, and whatever lies in /etc would have to be one.
    assert [path for path in (unpacked / "etc").rglob("*") if not path.is_dir()] == []
    assert not (unpacked / "DEBIAN/conffiles").exists()


def test_every_link_of_its_pages_leads_to_a_file_in_it(unpacked):
    pages = list((unpacked / "usr/share/doc/focust-video").rglob("*.md"))
    links = {
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)", page.read_text())
        if "://" not in target
    }
    assert len(pages) > 15
    assert len(links) > 30
    assert [(page.name, target) for page, target in links if not (page.parent / target).is_file()] == []


def checkout(directory: Path, umask: int) -> Path:
    """What a package is made from besides the executables, as one who has that umask would have cloned it."""
    for name in ("packaging", "docs", "systemd", "monitoring", "Sources/CLibAV"):
        shutil.copytree(REPOSITORY / name, directory / name, ignore=shutil.ignore_patterns("*.new"))
    shutil.copy(REPOSITORY / "README.md", directory)
    for path in (directory, *directory.rglob("*")):
        is_program = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod((0o777 if is_program else 0o666) & ~umask)
        os.utime(path, (umask, umask))
    return directory


def test_a_package_is_the_same_to_the_byte_whatever_the_umask_the_folder_and_the_hour(tmp_path):
    environment = os.environ | {"FOCUST_DEB_LEVEL": "0"}
    digests = set()
    for umask in (0o002, 0o077):
        source = checkout(tmp_path / f"{umask:o}", umask)
        script = [source / "packaging/deb", binary().parent, tmp_path / f"out{umask:o}"]
        package = run(*script, env=environment, umask=umask).strip()
        digests.add(hashlib.sha256(Path(package).read_bytes()).hexdigest())
        modes = {line[:10] for line in run("dpkg-deb", "--contents", package).splitlines()}
        assert modes == {"drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x"}
    assert len(digests) == 1


@pytest.mark.parametrize("place, is_kept", [("here", True), ("elsewhere", False)])
def test_what_was_built_in_another_folder_is_built_anew(tmp_path, place, is_kept):
    scratch = tmp_path / "here/.build"
    (scratch / "x86_64-unknown-linux-gnu/debug").mkdir(parents=True)
    (scratch / "debug.yaml").write_text(f'inputs: ["{tmp_path}/{place}/.build/x86_64-unknown-linux-gnu/debug/a.o"]\n')
    (scratch / "focust-video_0.1.0-1_amd64.deb").touch()
    said = subprocess.run(
        [REPOSITORY / "scripts/moved", ".build"], cwd=scratch.parent, capture_output=True, text=True, check=True
    ).stderr
    assert (scratch / "x86_64-unknown-linux-gnu").exists() == is_kept
    assert ("building anew" in said) != is_kept
    assert (scratch / "focust-video_0.1.0-1_amd64.deb").exists()


def test_the_settings_file_names_every_setting_and_no_secret(unpacked):
    text = (unpacked / "usr/share/focust-video/focust-video.env").read_text()
    table = run(binary(), "settings")
    rows = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)
    assert len(rows) > 30
    for name in rows:
        assert re.search(rf"^#?{name}=|^# in /etc/focust-video/secrets/{name}$", text, re.MULTILINE), name
    assert re.findall(r"^[^#\n].*", text, re.MULTILINE) == ["FOCUST_SECRETS=/etc/focust-video/secrets/"]


def test_the_man_page_has_every_command():
    commands = re.findall(r"^  (\w+)  ", run(binary(), "--help").partition("SUBCOMMANDS:")[2], re.MULTILINE)
    assert len(commands) > 7
    page = (REPOSITORY / "packaging/focust-video.1").read_text()
    for command in commands:
        assert re.search(rf"^\.B focust-video {command}$", page, re.MULTILINE), command
        assert re.search(rf"^\.TP\n\.B {command}$", page, re.MULTILINE), command


@pytest.mark.parametrize("page", ["packaging/focust-video.1"])
def test_the_man_page_has_no_warnings(page):
    command = ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", REPOSITORY / page]
    result = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"MANWIDTH": "80"})
    assert (result.returncode, result.stderr) == (0, "")


@pytest.fixture
def root(tmp_path, unpacked):
    """A root directory with the package in it, the accounts of a fresh Debian, and this machine's programs."""
    if os.geteuid() != 0:
        pytest.skip("chroot needs root")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount, not even root")
    directory = tmp_path / "root"
    shutil.copytree(unpacked, directory, ignore=shutil.ignore_patterns("DEBIAN"), symlinks=True)
    (directory / "etc/passwd").write_text(
        "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
    )
    (directory / "etc/group").write_text("root:x:0:\nwww-data:x:33:\n")
    for name in ("shadow", "gshadow"):
        (directory / "etc" / name).touch(mode=0o640)
    for name in ("nsswitch.conf", "login.defs", "ld.so.cache", "ld.so.conf"):
        shutil.copy(f"/etc/{name}", directory / "etc" / name)
    (directory / "var/lib").mkdir(parents=True, exist_ok=True)
    (directory / "run").mkdir(exist_ok=True)
    return directory


def setup(root, *arguments: str) -> subprocess.CompletedProcess:
    """Runs the installed setup in that root, with this machine's /usr/bin and libraries below it, read-only."""
    script = """
        set -e
        for name in bin sbin lib lib64 usr/bin usr/sbin usr/lib dev; do
            [ -e /$name ] || continue
            mkdir -p "$0/$name"
            mount --bind /$name "$0/$name"
            mount -o remount,bind,ro "$0/$name"
        done
        exec chroot "$0" /usr/libexec/focust-video/setup "$@"
    """
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", script, root, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def owner(root, path) -> tuple[str, str, int]:
    """User, group and mode, by the names that root gives them."""
    status = (root / path).stat()
    names = {}
    for table in ("passwd", "group"):
        lines = (root / "etc" / table).read_text().splitlines()
        names[table] = {int(line.split(":")[2]): line.split(":")[0] for line in lines}
    return names["passwd"][status.st_uid], names["group"][status.st_gid], stat.S_IMODE(status.st_mode)


@needs_root
def test_setup_makes_accounts_directories_and_keys_and_lets_them_be(root):
    said = setup(root).stdout
    key = (root / "etc/focust-video/secrets/SECRET_KEY").read_text()
    api_key = (root / "etc/focust-video/secrets/FOCUST_API_KEYS").read_text()
    assert re.fullmatch(r"[0-9a-f]{64}\n", key) and re.fullmatch(r"site:[0-9a-f]{48}\n", api_key)
    assert key.strip() not in said and api_key.strip() not in said
    assert owner(root, "etc/focust-video/secrets") == ("root", "root", 0o700)
    assert owner(root, "etc/focust-video/secrets/SECRET_KEY") == ("root", "root", 0o600)
    assert owner(root, "etc/focust-video/focust-video.env") == ("root", "focust-video", 0o640)
    assert owner(root, "var/lib/focust-video") == ("focust-video", "focust-nginx", 0o750)
    assert owner(root, "run/focust-video") == ("focust-video", "focust-nginx", 0o750)
    groups = (root / "etc/group").read_text()
    # nginx reaches what is served, and not what says the secrets.
    assert re.search(r"^focust-nginx:.*:www-data$", groups, re.MULTILINE)
    assert re.search(r"^focust-video:.*:focust-video$", groups, re.MULTILINE)

    # All but one line is a comment: an installation that nobody has set up says what is missing and does not start.
    settings = (root / "etc/focust-video/focust-video.env").read_text()
    assert re.findall(r"^[^#\n].*", settings, re.MULTILINE) == ["FOCUST_SECRETS=/etc/focust-video/secrets/"]
    for name in ("FOCUST_ALLOWED_ORIGINS", "FOCUST_PUBLIC_URL"):
        assert f"#{name}=\n" in settings
    assert "/usr/share/focust-video/focust-video.env" in settings

    os.chmod(root / "var/lib/focust-video", 0o755)
    assert setup(root).stdout == ""
    assert (root / "etc/focust-video/secrets/SECRET_KEY").read_text() == key
    assert (root / "etc/focust-video/secrets/FOCUST_API_KEYS").read_text() == api_key
    assert owner(root, "var/lib/focust-video")[2] == 0o755


@needs_root
@pytest.mark.parametrize("line", ["SECRET_KEY=0123", "SECRET_KEY_FILE=/srv/key", " SECRET_KEY = x"])
def test_setup_makes_no_key_where_the_settings_have_one(root, line):
    settings = root / "etc/focust-video/focust-video.env"
    settings.write_text(line + "\n")
    setup(root)
    assert settings.read_text() == line + "\n"
    assert [path.name for path in (root / "etc/focust-video/secrets").iterdir()] == ["FOCUST_API_KEYS"]


@needs_root
def test_setup_makes_a_further_instance(root):
    setup(root)
    before = sorted((root / "etc/focust-video/secrets").iterdir())
    setup(root, "staging")
    text = (root / "etc/focust-video/staging.env").read_text()
    lines = re.findall(r"^[^#\n].*", text, re.MULTILINE)
    assert lines == ["FOCUST_SECRETS=/etc/focust-video/secrets-staging/", "FOCUST_INSTANCE=staging"]
    assert owner(root, "etc/focust-video/staging.env")[1:] == ("focust-video", 0o640)
    assert owner(root, "etc/focust-video/secrets-staging")[2] == 0o700
    assert owner(root, "var/lib/focust-video-staging") == ("focust-video", "focust-nginx", 0o750)
    keys = [(root / "etc/focust-video" / name / "SECRET_KEY").read_text() for name in ("secrets", "secrets-staging")]
    assert keys[0] != keys[1]
    assert sorted((root / "etc/focust-video/secrets").iterdir()) == before
    assert setup(root, "staging").stdout == ""


@needs_root
@pytest.mark.parametrize("name", ["secrets", "Staging", "2nd", "a-b", "../x", "thirteenchars", "a b"])
def test_setup_refuses_what_is_no_instance(root, name):
    before = sorted((root / "etc").rglob("*"))
    with pytest.raises(subprocess.CalledProcessError):
        setup(root, name)
    assert sorted((root / "etc").rglob("*")) == before


@needs_root
def test_setup_does_not_take_a_settings_file_that_has_an_owner(root):
    settings = root / "etc/focust-video/focust-video.env"
    settings.touch()
    os.chown(settings, 0, 33)
    setup(root)
    assert owner(root, "etc/focust-video/focust-video.env")[1] == "www-data"


def earlier(unpacked, directory: Path) -> Path:
    """The package as 0.1.0 was: the list of settings in /etc, for dpkg to keep an eye on."""
    shutil.copytree(unpacked, directory, symlinks=True)
    shutil.move(directory / "usr/share/focust-video/focust-video.env", directory / "focust-video.env")
    shutil.move(directory / "focust-video.env", directory / "etc/focust-video/focust-video.env")
    (directory / "DEBIAN/conffiles").write_text("/etc/focust-video/focust-video.env\n")
    return directory


def packed(directory: Path, version: str) -> Path:
    """That tree as a package, without its scripts and dependencies, which a bare root directory cannot serve."""
    for name in ("preinst", "postinst", "prerm", "postrm", "config", "templates"):
        (directory / "DEBIAN" / name).unlink(missing_ok=True)
    control = (directory / "DEBIAN/control").read_text()
    control = re.sub(r"^Version:.*$", f"Version: {version}", control, flags=re.MULTILINE)
    (directory / "DEBIAN/control").write_text(re.sub(r"^Depends:.*\n", "", control, flags=re.MULTILINE))
    package = directory.with_name(f"{version}.deb")
    run("dpkg-deb", "--root-owner-group", "-Znone", "--build", directory, package)
    return package


def dpkg(root: Path, *arguments) -> subprocess.CompletedProcess:
    """Nobody is there to answer a question, as in an unattended upgrade."""
    (root / "var/lib/dpkg").mkdir(parents=True, exist_ok=True)
    command = ["dpkg", f"--root={root}", "--force-not-root", "--log=/dev/null", *arguments]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


@needs_root
@pytest.mark.parametrize("was_conffile", [True, False])
def test_an_upgrade_with_new_settings_asks_nothing_and_keeps_the_settings_file(tmp_path, unpacked, was_conffile):
    root = tmp_path / "root"
    older, newer = tmp_path / "older", tmp_path / "newer"
    shutil.copytree(unpacked, newer, symlinks=True)
    with (newer / "usr/share/focust-video/focust-video.env").open("a") as file:
        file.write("\n# a setting of the next release\n#FOCUST_NEW=1\n")
    if was_conffile:
        earlier(unpacked, older)
    else:
        shutil.copytree(unpacked, older, symlinks=True)
    assert dpkg(root, "--install", packed(older, "0.1.0-1")).returncode == 0
    settings = root / "etc/focust-video/focust-video.env"
    settings.write_text("FOCUST_PUBLIC_URL=https://video.example.com\n")
    upgraded = dpkg(root, "--install", packed(newer, "0.1.1-1"))
    assert (upgraded.returncode, upgraded.stderr) == (0, "")
    assert settings.read_text() == "FOCUST_PUBLIC_URL=https://video.example.com\n"
    assert "FOCUST_NEW" in (root / "usr/share/focust-video/focust-video.env").read_text()
    assert [path.name for path in settings.parent.iterdir()] == ["focust-video.env"]
    assert "install ok installed" in (root / "var/lib/dpkg/status").read_text()
    # And the way back.
    assert dpkg(root, "--install", tmp_path / "0.1.0-1.deb").returncode == 0
    assert settings.read_text() == "FOCUST_PUBLIC_URL=https://video.example.com\n"


@needs_root
def test_a_list_of_settings_in_etc_would_be_asked_about(tmp_path, unpacked):
    """What the test above would see, if the list were still dpkg's to keep an eye on."""
    root = tmp_path / "root"
    older = packed(earlier(unpacked, tmp_path / "older"), "0.1.0-1")
    newer = earlier(unpacked, tmp_path / "newer")
    with (newer / "etc/focust-video/focust-video.env").open("a") as file:
        file.write("#FOCUST_NEW=1\n")
    assert dpkg(root, "--install", older).returncode == 0
    (root / "etc/focust-video/focust-video.env").write_text("FOCUST_CRF=20\n")
    asked = dpkg(root, "--install", packed(newer, "0.1.1-1"))
    assert asked.returncode != 0
    assert "end of file on stdin at conffile prompt" in asked.stderr


def test_install_keeps_a_settings_file_and_puts_units_where_prefix_says(tmp_path):
    (tmp_path / "etc/focust-video").mkdir(parents=True)
    (tmp_path / "etc/focust-video/focust-video.env").write_text("FOCUST_CRF=20\n")
    environment = os.environ | {"PREFIX": "/usr/local", "DESTDIR": str(tmp_path)}
    run(REPOSITORY / "packaging/install", binary().parent, env=environment)
    assert (tmp_path / "etc/focust-video/focust-video.env").read_text() == "FOCUST_CRF=20\n"
    unit = (tmp_path / "usr/local/lib/systemd/system/focust-video.service").read_text()
    assert "ExecStart=/usr/local/bin/focust-video serve" in unit
    assert (tmp_path / "usr/local/bin/focust-video").stat().st_mode & 0o111
    assert not (tmp_path / "etc/focust-video/secrets").exists()
