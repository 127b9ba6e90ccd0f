"""The Debian package: what is in it, what lintian says, and what its scripts do in a root directory of their own.

Installing, running, upgrading and removing it for real is the matter of `make afternoon`.
"""

import os
import re
import shutil
import stat
import subprocess

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
    for library in ("libavcodec59", "libavformat59", "libssl3", "libsqlite3-0", "libcurl4", "libc6"):
        assert re.search(rf"\b{library} \(>= [^)]+\)", depends), depends
    assert "fcgi" not in depends


def test_everything_is_where_a_sysadmin_looks(package, unpacked):
    listed = run("dpkg-deb", "--contents", package)
    for path, mode in {
        "usr/bin/focust-video": "-rwxr-xr-x",
        "usr/libexec/focust-video/focust-media": "-rwxr-xr-x",
        "usr/libexec/focust-video/setup": "-rwxr-xr-x",
        "usr/share/focust-video/nginx/render": "-rwxr-xr-x",
        "usr/share/focust-video/nginx/http.conf": "-rw-r--r--",
        "lib/systemd/system/focust-video.service": "-rw-r--r--",
        "lib/systemd/system/focust-video-work.service": "-rw-r--r--",
        "lib/systemd/system/focust-video.socket": "-rw-r--r--",
        "usr/lib/sysusers.d/focust-video.conf": "-rw-r--r--",
        "usr/lib/tmpfiles.d/focust-video.conf": "-rw-r--r--",
        "etc/focust-video/focust-video.env": "-rw-r-----",
        "usr/share/man/man1/focust-video.1.gz": "-rw-r--r--",
        "usr/share/doc/focust-video/copyright": "-rw-r--r--",
        "usr/share/doc/focust-video/changelog.Debian.gz": "-rw-r--r--",
        "usr/share/doc/focust-video/openapi.yaml.gz": "-rw-r--r--",
        "usr/share/doc/focust-video/examples/nginx-existing.conf": "-rw-r--r--",
    }.items():
        assert re.search(rf"^{mode} root/root +\d+ \S+ \S+ \./{re.escape(path)}$", listed, re.MULTILINE), path
    assert "not stripped" not in run("file", unpacked / "usr/bin/focust-video")
    assert (unpacked / "DEBIAN/conffiles").read_text() == "/etc/focust-video/focust-video.env\n"


def test_the_settings_file_names_every_setting_and_no_secret(unpacked):
    text = (unpacked / "etc/focust-video/focust-video.env").read_text()
    table = run(binary(), "settings")
    rows = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)
    assert len(rows) > 30
    for name in rows:
        assert re.search(rf"^#?{name}=|^# in /etc/focust-video/secrets/{name}$", text, re.MULTILINE), name
    # All but one line is a comment: an installation that nobody has set up says what is missing and does not start.
    assert re.findall(r"^[^#\n].*", text, re.MULTILINE) == ["FOCUST_SECRETS=/etc/focust-video/secrets/"]


def test_the_settings_that_nginx_alone_reads_have_the_defaults_of_render(unpacked):
    text = (unpacked / "etc/focust-video/focust-video.env").read_text().partition("Read by nginx/render alone")[2]
    render = (REPOSITORY / "nginx/render").read_text()
    listed = re.findall(r"^#(\w+)=(.*)$", text, re.MULTILINE)
    read = dict(re.findall(r"setting (FOCUST_\w+) '?([^')]+)'?\)", render))
    assert len(listed) == 9
    for name, default in listed:
        assert read[name] == default


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


def setup(root) -> subprocess.CompletedProcess:
    """Runs the installed setup in that root, with this machine's /usr/bin and libraries below it, read-only."""
    script = """
        set -e
        for name in bin sbin lib lib64 usr/bin usr/sbin usr/lib dev; do
            [ -e /$name ] || continue
            mkdir -p "$0/$name"
            mount --bind /$name "$0/$name"
            mount -o remount,bind,ro "$0/$name"
        done
        exec chroot "$0" /usr/libexec/focust-video/setup
    """
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", script, root], capture_output=True, text=True, timeout=60, check=True
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

    os.chmod(root / "var/lib/focust-video", 0o755)
    assert setup(root).stdout == ""
    assert (root / "etc/focust-video/secrets/SECRET_KEY").read_text() == key
    assert (root / "etc/focust-video/secrets/FOCUST_API_KEYS").read_text() == api_key
    assert owner(root, "var/lib/focust-video")[2] == 0o755


@needs_root
@pytest.mark.parametrize("line", ["SECRET_KEY=0123", "SECRET_KEY_FILE=/srv/key", " SECRET_KEY = x"])
def test_setup_makes_no_key_where_the_settings_have_one(root, line):
    with (root / "etc/focust-video/focust-video.env").open("a") as file:
        file.write(line + "\n")
    setup(root)
    assert [path.name for path in (root / "etc/focust-video/secrets").iterdir()] == ["FOCUST_API_KEYS"]


@needs_root
def test_setup_does_not_take_a_settings_file_that_has_an_owner(root):
    os.chown(root / "etc/focust-video/focust-video.env", 0, 33)
    setup(root)
    assert owner(root, "etc/focust-video/focust-video.env")[1] == "www-data"


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
