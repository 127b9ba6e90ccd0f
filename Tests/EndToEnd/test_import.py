"""`focust-video import`: what an older server left is served from here, and nothing of it is harmed."""

import os
import shutil
import subprocess
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from harness.client import WEB_HEADERS, bearer, service
from harness.media import frame_hashes, make_h264
from harness.server import Server, binary
from harness.tokens import play_claims, remember, sign
from harness.trees import put
from test_flat_layout import FOREIGN, as_player, write_predecessors_tree

FLAT = "hls/user-1/film"
NESTED = "hls/t/c/m/l"


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_h264(tmp_path_factory.mktemp("films") / "film.mp4", seconds=4, size="160x120", bitrate="60k")


@pytest.fixture(scope="module")
def pristine(tmp_path_factory, film):
    """A tree as the predecessor writes it: both layouts, absolute addresses of the key, another naming."""
    root = tmp_path_factory.mktemp("old") / "data"
    write_predecessors_tree(root / NESTED, film, f"{FOREIGN}/hls2/t/c/m/l/key")
    write_predecessors_tree(root / FLAT, film, f"{FOREIGN}/hls/user-1/film/key")
    put(root / "originals/t/c/m/l/Leçon 1.mp4", film.read_bytes())
    put(root / "originals/user-1/film.mp4", film.read_bytes())
    put(root / "uploads/user-1/film.mp4", film.read_bytes())
    put(root / "presentation_videos/courses/c/presentation.mp4", film.read_bytes())
    put(root / "presentation_videos/modules/c/m/presentation.webm", film.read_bytes())
    put(root / "presentation_videos/welcome.mp4", film.read_bytes())
    # A later version of the old server made posters.
    put(root / "presentation_videos/courses/c/poster.jpg", b"jpeg")
    put(root / NESTED / "poster.jpg", b"jpeg")
    return root


@pytest.fixture
def old(pristine, tmp_path):
    return Path(shutil.copytree(pristine, tmp_path / "old"))


@dataclass
class Run:
    status: int
    output: str
    errors: str

    def outcomes(self, word: str) -> dict[str, str]:
        """The paths of that outcome, each with its reason."""
        lines = [line.removeprefix(f"{word}  ") for line in self.output.splitlines() if line.startswith(f"{word}  ")]
        return dict((line.split(": ", 1) + [""])[:2] for line in lines)

    @property
    def summary(self) -> str:
        return self.output.splitlines()[-1]


def run_import(old: Path, new: Path, *options: str, user: int | None = None) -> Run:
    environment = {"PATH": os.environ["PATH"], "FOCUST_DATA_DIR": str(new)}
    result = subprocess.run(
        [binary(), "import", *options, old], env=environment, capture_output=True, text=True, timeout=60, user=user
    )
    return Run(result.returncode, result.stdout, result.stderr)


@pytest.fixture
def new(tmp_path):
    path = tmp_path / "new"
    path.mkdir()
    return path


def snapshot(root: Path) -> dict[str, tuple]:
    """Everything that a careless import would change."""
    found = {}
    for path in sorted(root.rglob("*")):
        facts = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[str(path.relative_to(root))] = (facts.st_mode, facts.st_uid, facts.st_ino, facts.st_mtime_ns, content)
    return found


def visible(root: Path) -> set[str]:
    paths = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {str(path) for path in paths if not any(part.startswith(".") for part in path.parts)}


def test_everything_is_taken_over_and_the_old_tree_stays_as_it_was(old, new):
    before = snapshot(old)
    done = run_import(old, new)
    assert (done.status, done.errors) == (0, ""), done
    assert done.summary == "imported 9, present already 0, refused 0"
    assert snapshot(old) == before
    assert visible(new) == visible(old)
    for directory in (NESTED, FLAT):
        key, segment = new / directory / "enc.key", new / directory / "output0.ts"
        assert key.stat().st_mode & 0o777 == 0o600 and key.stat().st_nlink == 1
        assert segment.stat().st_mode & 0o777 == 0o644
        # One file with a name in each tree, and one for the version.
        assert segment.stat().st_ino == (old / directory / "output0.ts").stat().st_ino
        assert (new / directory).stat().st_mode & 0o777 == 0o755
    assert not list((new / "hls/.staging").iterdir())


def test_a_second_run_does_nothing(old, new):
    run_import(old, new)
    before = snapshot(new)
    again = run_import(old, new)
    assert (again.status, again.summary) == (0, "imported 0, present already 9, refused 0")
    assert snapshot(new) == before


def test_a_dry_run_says_the_same_and_writes_nothing(old, new):
    said = run_import(old, new, "--dry-run")
    assert (said.status, said.summary) == (0, "would import 9, present already 0, refused 0")
    assert not list(new.iterdir())
    shutil.rmtree(new)
    assert run_import(old, new, "--dry-run").status == 0
    assert not new.exists()
    new.mkdir()
    assert run_import(old, new).outcomes("imported") == said.outcomes("imported")


def name_again(path: Path, name: str, age: int) -> None:
    """Another file beside, so many seconds older."""
    put(path.parent / name, name.encode())
    changed = path.stat().st_mtime - age
    os.utime(path.parent / name, (changed, changed))


def spoil(old: Path) -> None:
    """Everything of an old tree that an import has to decide about."""
    for damage in DAMAGES:
        damage(Path(shutil.copytree(old / NESTED, old / f"hls/t/c/m/{damage.__name__}", symlinks=True)))
    shutil.copytree(old / NESTED, old / "hls/u/v/m/below")
    shutil.copytree(old / FLAT, old / "hls/u/v", dirs_exist_ok=True)
    shutil.copytree(old / NESTED, old / "hls/t/c/m/secret")
    (old / "hls/t/c/m/secret/output0.ts").chmod(0o600)
    for name in ("present", "other-key", "no-lesson", "a-file", "no-way/c/m/l"):
        shutil.copytree(old / NESTED, old / "hls/t/c/m" / name if "/" not in name else old / "hls" / name)
    original = old / "originals/t/c/m/l/Leçon 1.mp4"
    for name, age in (
        ("a.log", -9),
        ("older.mp4", 9),
        ("later.MOV", -9),
        (unicodedata.normalize("NFD", original.name), 1),
    ):
        name_again(original, name, age)
    for name in ("presentation.MOV", "presentation.mkv", ".DS_Store", "poster.JPG"):
        name_again(old / "presentation_videos/courses/c/presentation.mp4", name, 5)
    for path in (
        "hls/.hidden",
        "hls/t/.hidden",
        "originals/.trash/film.mp4",
        "originals/user-1/.film.mp4",
        "uploads/.x",
    ):
        put(old / path, b"hidden")
    for path in (
        "originals/blocked/film.mp4",
        "originals/taken/film.mp4",
        "originals/u2/dir.mp4",
        "uploads/away/film.mp4",
    ):
        put(old / path, b"film")


def occupy(new: Path, old: Path) -> None:
    """What stands in the way in the new tree."""
    shutil.copytree(old / NESTED, new / "hls/t/c/m/present")
    shutil.copytree(old / NESTED, new / "hls/t/c/m/other-key")
    (new / "hls/t/c/m/other-key/enc.key").write_bytes(bytes(16))
    put(new / "hls/t/c/m/no-lesson/notes.txt", b"notes")
    put(new / "hls/t/c/m/a-file", b"file")
    put(new / "hls/no-way", b"file")
    put(new / "originals/blocked", b"file")
    put(new / "originals/taken/film.mp4", b"another film")
    (new / "originals/u2/dir.mp4").mkdir(parents=True)
    (new / "uploads").mkdir()
    (new / "uploads/away").symlink_to(new.parent)


@pytest.mark.parametrize("options", [[], ["--copy"], ["--link"]], ids=str)
@pytest.mark.parametrize("is_occupied", [False, True], ids=["empty", "occupied"])
def test_a_dry_run_says_line_by_line_what_the_run_does(old, new, options, is_occupied):
    spoil(old)
    if is_occupied:
        occupy(new, old)
    said = run_import(old, new, "--dry-run", *options)
    before = {path: facts for path, facts in snapshot(new).items() if not (new / path).is_dir()}
    done = run_import(old, new, *options)
    assert said.output.replace("would import", "imported") == done.output
    assert (said.status, said.errors) == (done.status, done.errors) == (1, "")
    assert len(done.outcomes("imported")) > 8 and len(done.outcomes("refused")) > 25
    # What is announced as imported is there, and what was there is as it was.
    lessons = [path for path in done.outcomes("imported") if path.startswith("hls/")]
    assert all((new / path / "output.m3u8").exists() for path in lessons)
    assert before.items() <= snapshot(new).items()
    again = run_import(old, new, *options)
    assert again.outcomes("imported") == {}
    assert run_import(old, new, "--dry-run", *options).output.replace("would import", "imported") == again.output


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_dry_run_knows_where_the_owner_of_the_data_directory_may_not_write(pristine):
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        old, new = Path(shutil.copytree(pristine, Path(directory) / "old")), Path(directory) / "new"
        (new / "originals/t/c").mkdir(parents=True)
        os.chown(new, 65534, 65534)
        os.chown(new / "originals", 65534, 65534)
        said = run_import(old, new, "--dry-run")
        assert said.outcomes("refused") == {"originals/t/c/m/l/Leçon 1.mp4": "originals/t/c may not be written"}
        assert run_import(old, new).output == said.output.replace("would import", "imported")


# Of several files for one place


CHOICES = {
    "the film and not the log beside it": ({"film.mp4": 5, "celery.log": 0, "a.txt": 0}, "film.mp4"),
    "the film of which the lesson was made": ({"first.mp4": 90, "second.mov": 60, "third.mp4": 10}, "second.mov"),
    "the newest where the lesson was made of none": ({"a.mp4": 10, "b.MKV": 5, "c.mp4": 8}, "b.MKV"),
    "by their names where nothing else tells": ({"a.mp4": 60, "b.mp4": 60}, "b.mp4"),
}


@pytest.mark.parametrize("choice", CHOICES)
def test_of_several_originals_one_is_taken(old, new, choice):
    files, wanted = CHOICES[choice]
    playlist = old / NESTED / "output.m3u8"
    shutil.rmtree(old / "originals/t")
    for name, age in files.items():
        # The lesson was converted half a minute ago.
        name_again(playlist, f"../../../../../originals/t/c/m/l/{name}", age - 30)
    done = run_import(old, new)
    assert [path.name for path in (new / "originals/t/c/m/l").iterdir()] == [wanted]
    reasons = {Path(path).name: why for path, why in done.outcomes("refused").items()}
    assert reasons.keys() == files.keys() - {wanted}
    for name, why in reasons.items():
        assert why == "it is no video" if name in ("celery.log", "a.txt") else wanted in why, reasons


def test_an_original_of_no_lesson_and_two_presentations_are_the_newest_ones(old, new):
    for place, names in (
        ("originals/t/c/m/never-converted", ("a.mp4", "b.mp4")),
        ("presentation_videos/courses/two", ("presentation.MOV", "presentation.avi")),
    ):
        for age, name in enumerate(names):
            put(old / place / name, name.encode())
            os.utime(old / place / name, (10**9 - age, 10**9 - age))
    done = run_import(old, new)
    assert set(done.outcomes("refused")) == {
        "originals/t/c/m/never-converted/b.mp4",
        "presentation_videos/courses/two/presentation.avi",
    }
    assert (new / "presentation_videos/courses/two/presentation.mov").read_bytes() == b"presentation.MOV"


def test_a_name_that_begins_with_a_dot_gets_a_line(old, new):
    hidden = ["hls/.x.mp4", "originals/.x.mp4", "originals/user-1/.x", "presentation_videos/.x", "uploads/.x/y.mp4"]
    for path in hidden:
        put(old / path, b"hidden")
    # A server's own, where this one has served the tree.
    for path in ("hls/.staging/task", "hls/t/c/m/l/.v-1/output0.ts", "presentation_videos/.lock"):
        put(old / path, b"own")
    done = run_import(old, new)
    reason = "its name begins with a dot, and nothing of such a name is served"
    assert done.outcomes("refused") == {path.removesuffix("/y.mp4"): reason for path in hidden}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_whose_the_linked_files_are_is_told_where_they_can_still_be_written(pristine):
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        old, new = Path(shutil.copytree(pristine, Path(directory) / "old")), Path(directory) / "new"
        new.mkdir()
        said = "which can still be written from there"
        # root's own, and nobody else's to write.
        assert said not in run_import(old, new, "--dry-run").output
        (old / FLAT / "output0.ts").chmod(0o664)
        assert f"links to files of root, {said}: 1. " in run_import(old, new, "--dry-run").output
        for path in old.rglob("*"):
            os.chown(path, 33, 33)
        (old / FLAT / "output1.ts").chmod(0o600)
        linked = sum(path.is_file() for path in old.rglob("*")) - sum(1 for _ in old.rglob("*.m3u8")) * 2 - 1
        assert said not in run_import(old, new, "--copy", "--dry-run").output
        done = run_import(old, new)
        assert f"links to files of www-data, {said}: {linked}. " in done.output
        # And the cure that is told is one.
        (cure,) = [line.split(": ", 2)[2] for line in done.output.splitlines() if said in line]
        subprocess.run(cure, shell=True, check=True, timeout=30)
        files = [path for path in new.rglob("*") if path.is_file()]
        assert {path.stat().st_uid for path in files} == {0} and not any(
            path.stat().st_mode & 0o022 for path in files
        )


def test_copies_are_files_of_their_own(old, new):
    assert run_import(old, new, "--copy").status == 0
    assert (new / NESTED / "output0.ts").stat().st_ino != (old / NESTED / "output0.ts").stat().st_ino
    assert (new / NESTED / "output0.ts").read_bytes() == (old / NESTED / "output0.ts").read_bytes()


def test_what_others_may_not_read_is_copied_and_not_opened_to_them(old, new):
    secret = old / NESTED / "output0.ts"
    secret.chmod(0o600)
    assert run_import(old, new).status == 0
    assert secret.stat().st_mode & 0o777 == 0o600
    copied = new / NESTED / "output0.ts"
    assert copied.stat().st_mode & 0o777 == 0o644 and copied.stat().st_ino != secret.stat().st_ino
    # Where links are asked for, it is refused instead.
    shutil.rmtree(new)
    new.mkdir()
    refused = run_import(old, new, "--link")
    assert refused.status == 1 and list(refused.outcomes("refused")) == [NESTED]
    assert not (new / NESTED).exists()


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second file system")
def test_another_file_system_gets_copies(pristine, new, tmp_path_factory):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        if os.stat(elsewhere).st_dev == new.stat().st_dev:
            pytest.skip("there is one file system only")
        old = Path(shutil.copytree(pristine, Path(elsewhere) / "old"))
        assert run_import(old, new, "--link").status == 1
        assert run_import(old, new).status == 0
        assert visible(new) == visible(old)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_writes_as_the_owner_of_the_data_directory(pristine):
    """The old tree belongs to one user, the new one to another, and the keys are for the first one's eyes alone."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        old = Path(shutil.copytree(pristine, Path(directory) / "old"))
        new = Path(directory) / "new"
        new.mkdir()
        check_ownership(old, new)


def check_ownership(old, new):
    for path in [old, *old.rglob("*")]:
        os.chown(path, 33, 33)
    (old / NESTED / "enc.key").chmod(0o400)
    os.chown(new, 65534, 65534)
    before = snapshot(old)
    done = run_import(old, new)
    assert (done.status, done.errors) == (0, ""), done
    assert snapshot(old) == before
    for path in new.rglob("*"):
        facts = path.lstat()
        # All but the second names of the old files.
        is_link = path.is_file() and facts.st_ino in {each[2] for each in before.values()}
        assert facts.st_uid == (33 if is_link else 65534), path
    assert (new / NESTED / "enc.key").stat().st_mode & 0o777 == 0o600
    # Linked although it is another user's: only root may.
    assert (new / NESTED / "output0.ts").stat().st_ino == (old / NESTED / "output0.ts").stat().st_ino
    assert run_import(old, new).summary == "imported 0, present already 9, refused 0"


# What is wrong is named, and the rest is taken


def damage_no_key(lesson: Path) -> None:
    (lesson / "enc.key").unlink()


def damage_short_key(lesson: Path) -> None:
    (lesson / "enc.key").write_bytes(b"short")


def damage_missing_segment(lesson: Path) -> None:
    (lesson / "output1.ts").unlink()


def damage_empty_segment(lesson: Path) -> None:
    (lesson / "output0.ts").write_bytes(b"")


def damage_playlist(lesson: Path) -> None:
    (lesson / "output.m3u8").write_bytes(b"\x89PNG\r\n" + bytes(100))


def damage_no_playlist(lesson: Path) -> None:
    (lesson / "output.m3u8").unlink()


def damage_huge_playlist(lesson: Path) -> None:
    os.truncate(lesson / "output.m3u8", 5 << 20)


def damage_unfinished(lesson: Path) -> None:
    text = (lesson / "output.m3u8").read_text()
    (lesson / "output.m3u8").write_text(text.replace("#EXT-X-ENDLIST\n", ""))


def damage_in_the_clear(lesson: Path) -> None:
    lines = (lesson / "output.m3u8").read_text().splitlines(keepends=True)
    (lesson / "output.m3u8").write_text("".join(line for line in lines if "EXT-X-KEY" not in line))


def damage_half_in_the_clear(lesson: Path) -> None:
    text = (lesson / "output.m3u8").read_text()
    (lesson / "output.m3u8").write_text(text.replace("#EXT-X-ENDLIST", "#EXT-X-KEY:METHOD=NONE\n#EXT-X-ENDLIST"))


def damage_names_the_key_as_segment(lesson: Path) -> None:
    text = (lesson / "output.m3u8").read_text()
    (lesson / "output.m3u8").write_text(text.replace("output0.ts", "enc.key"))


def damage_names_a_file_outside(lesson: Path) -> None:
    text = (lesson / "output.m3u8").read_text()
    (lesson / "output.m3u8").write_text(text.replace("output0.ts", "../../../../../secret"))


def damage_segment_is_a_link(lesson: Path) -> None:
    (lesson / "output0.ts").unlink()
    (lesson / "output0.ts").symlink_to("/etc/passwd")


def damage_key_is_a_link(lesson: Path) -> None:
    (lesson / "enc.key").unlink()
    (lesson / "enc.key").symlink_to("/etc/passwd")


def damage_playlist_is_a_pipe(lesson: Path) -> None:
    (lesson / "output.m3u8").unlink()
    os.mkfifo(lesson / "output.m3u8")


def damage_whole_lesson_is_a_link(lesson: Path) -> None:
    lesson.rename(lesson.parents[4] / "elsewhere")
    lesson.symlink_to(lesson.parents[4] / "elsewhere")


DAMAGES = {
    damage_no_key: "its key, enc.key, is missing, or no file",
    damage_short_key: "its key, enc.key, has 5 bytes instead of 16",
    damage_missing_segment: "output1.ts of 2 segments missing or empty",
    damage_empty_segment: "output0.ts of 2 segments missing or empty",
    damage_playlist: "output.m3u8 is no playlist",
    damage_no_playlist: "it has no output.m3u8",
    damage_huge_playlist: "read hls/t/c/m/l/output.m3u8: File too large",
    damage_unfinished: "output.m3u8 has no end: its conversion was not finished",
    damage_in_the_clear: "its segments are not encrypted; upload the original again",
    damage_half_in_the_clear: "its segments are not encrypted; upload the original again",
    damage_names_the_key_as_segment: "output.m3u8 names enc.key, which is nothing that is served",
    damage_names_a_file_outside: "output.m3u8 names secret, which is nothing that is served",
    damage_segment_is_a_link: "output0.ts of 2 segments missing or empty",
    damage_key_is_a_link: "its key, enc.key, is missing, or no file",
    damage_playlist_is_a_pipe: "output.m3u8 is missing, or no file",
    damage_whole_lesson_is_a_link: "it is a symbolic link, which is not followed",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_lesson_that_cannot_be_served_is_named_with_the_reason_and_the_rest_is_taken(old, new, damage):
    damage(old / NESTED)
    for options in (["--dry-run"], []):
        done = run_import(old, new, *options)
        assert (done.status, done.outcomes("refused")) == (1, {NESTED: DAMAGES[damage]}), done
        assert len(done.outcomes("imported")) == 8
    assert not (new / NESTED).exists()
    assert (new / FLAT / "output.m3u8").exists()
    assert not list((new / "hls/.staging").iterdir())


def test_odd_names_are_named_harmlessly_and_left(old, new):
    odd = os.fsencode(old)
    os.makedirs(odd + b"/hls/t/c/m/\xff\xfe")
    os.makedirs(odd + b"/hls/t/c/m/with space")
    os.makedirs(odd + b"/hls/t/c/m/esc\x1b[2J")
    os.makedirs(odd + b"/hls/" + b"a" * 129)
    (old / "originals/user-1/bad\nname.mp4").write_bytes(b"x")
    (old / "originals/loose.mp4").write_bytes(b"x")
    (old / "presentation_videos/notes.txt").write_bytes(b"x")
    (old / "uploads/t/c/m/waiting").mkdir(parents=True)
    (old / "uploads/t/c/m/waiting/film.mp4").write_bytes(b"x")
    (old / "originals/user-1/link.mp4").symlink_to("/etc/passwd")
    os.mkfifo(old / "originals/user-1/pipe.mp4")
    done = run_import(old, new)
    assert (done.status, done.summary) == (1, "imported 9, present already 0, refused 10"), done
    refused = done.outcomes("refused")
    assert refused["hls/t/c/m/with space"] == "the name is no id"
    assert refused["hls/t/c/m/esc\\u{1b}[2J"] == "the name is no id"
    assert refused["originals/user-1/bad\\u{a}name.mp4"] == "the name is none that can be asked for"
    assert refused["originals/user-1/link.mp4"] == "it is a symbolic link, which is not followed"
    assert refused["uploads/t/c/m/waiting/film.mp4"] == "it was waiting for its conversion; upload it again"
    assert refused["presentation_videos/notes.txt"] == "it is no video"
    assert "\x1b" not in done.output


def test_nothing_that_is_there_is_replaced(old, new):
    put(new / NESTED / "output.m3u8", b"#EXTM3U\n")
    put(new / NESTED / "enc.key", bytes(16))
    put(new / "originals/t/c/m/l/newer.mp4", b"newer")
    put(new / "originals/user-1/film.mp4", b"newer")
    put(new / "presentation_videos/courses/c/presentation.mov", b"newer")
    done = run_import(old, new)
    assert (done.status, done.outcomes("refused")) == (
        1,
        {
            NESTED: "another video is there already",
            "originals/t/c/m/l/Leçon 1.mp4": "newer.mp4 is there already",
            "originals/user-1/film.mp4": "another file is there already",
            "presentation_videos/courses/c/presentation.mp4": "presentation.mov is there already",
        },
    )
    assert (new / NESTED / "output.m3u8").read_bytes() == b"#EXTM3U\n"
    assert (new / "originals/user-1/film.mp4").read_bytes() == b"newer"


def test_a_link_planted_in_the_new_tree_leads_nowhere(old, new, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (new / "originals").mkdir()
    (new / "originals/user-1").symlink_to(outside)
    done = run_import(old, new)
    assert done.status == 1 and "originals/user-1/film.mp4" in done.outcomes("refused")
    assert not list(outside.iterdir())


def test_wrong_usage_is_told(old, new):
    assert run_import(old, new, "--link", "--copy").status == 2
    assert run_import(new, new).status == 2
    assert run_import(old, old / "hls").status == 2
    assert run_import(old / "nothing", new).status == 1
    assert run_import(old, new / "nothing").status == 1


# And it plays


def test_what_was_imported_plays_downloads_and_shows_through_nginx(old, tmp_path, film):
    server = Server(tmp_path / "server")
    server.data.mkdir(parents=True)
    for path in ("courses/c2/presentation.MOV", "modules/c2/m/presentation.Mp4", "Film.WebM"):
        put(old / "presentation_videos" / path, path.encode())
    assert run_import(old, server.data).status == 0
    # The old tree is gone: nothing of it is needed any more.
    shutil.rmtree(old)
    server.start()
    try:
        wanted = frame_hashes(film)
        for path, claims in (
            ("hls2/t/c/m/l", {"rel": "t/c/m/l"}),
            ("hls/user-1/film", {"rel": None, "user_id": "user-1", "filename": "film.mp4"}),
        ):
            web, mobile = (sign(play_claims(**({"rel": None, "platform": it} | claims))) for it in ("web", "mobile"))
            assert frame_hashes(f"{server.url}/{path}/output.m3u8", *as_player(web)) == wanted
            assert frame_hashes(f"{server.url}/mobile/{path}/output.m3u8?token={mobile}") == wanted
        status = requests.get(f"{server.url}/api/lessons/t/c/m/l", headers=service(), timeout=10).json()
        assert (status["status"], status["segments"], status["filename"]) == ("ready", 2, "Leçon 1.mp4")
        for path in ("courses/c/presentation.mp4", "modules/c/m/presentation.webm", "welcome.mp4", "course/c"):
            answer = requests.get(f"{server.url}/presentation_videos/{path}", timeout=10)
            assert (answer.status_code, answer.content) == (200, film.read_bytes())
        # By the addresses that the old server gave out, and by ours.
        for path, stored in {
            "courses/c2/presentation.MOV": "courses/c2/presentation.MOV",
            "courses/c2/presentation.mov": "courses/c2/presentation.MOV",
            "course/c2": "courses/c2/presentation.MOV",
            "modules/c2/m/presentation.Mp4": "modules/c2/m/presentation.Mp4",
            "module/c2/m": "modules/c2/m/presentation.Mp4",
            "Film.WebM": "Film.WebM",
        }.items():
            answer = requests.get(f"{server.url}/presentation_videos/{path}", timeout=10)
            assert (answer.status_code, answer.text) == (200, stored), path
            assert answer.headers["Content-Type"].startswith("video/"), path
        for path in ("courses/c2/presentation.EXE", "courses/c2/poster.JPG", "Film.EXE", "film.webm"):
            assert requests.get(f"{server.url}/presentation_videos/{path}", timeout=10).status_code == 404, path
        old_link = sign(
            {
                "user_id": "u",
                "type": "course",
                "course_id": "c2",
                "filename": "presentation.MOV",
                "exp": 4_000_000_000,
            }
        )
        shown = requests.get(
            f"{server.url}/download2/course/c2/presentation.MOV", headers=bearer(old_link), timeout=10
        )
        assert (shown.status_code, shown.text) == (200, "courses/c2/presentation.MOV")
        asked = {"user_id": "u", "type": "lesson", "rel": "t/c/m/l", "filename": status["filename"]}
        download = requests.get(
            f"{server.url}/api/get-download-token/v2", params=asked, headers=service(), timeout=10
        ).json()
        remember(download["token"])
        kept = requests.get(download["download_url"], headers=bearer(download["token"]), timeout=10)
        assert (kept.status_code, kept.content) == (200, film.read_bytes())
        raw = sign(play_claims(rel=None, user_id="user-1", filename="film.mp4"))
        shown = requests.get(
            f"{server.url}/videos-user/user-1/film.mp4", headers=bearer(raw, **WEB_HEADERS), timeout=10
        )
        assert (shown.status_code, shown.content) == (200, film.read_bytes())
    finally:
        assert server.stop() == 0
