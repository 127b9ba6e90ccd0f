"""Data directories as they may be found on disk, written without this server."""

from pathlib import Path

PLAYLIST = """#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:10
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-KEY:METHOD=AES-128,URI="enc.key",IV=0x00000000000000000000000000000001
#EXTINF:10.000000,
segment_000.ts
#EXT-X-ENDLIST
"""


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def put_video(directory: Path) -> None:
    """Playlist, one segment and key: enough to be asked for."""
    put(directory / "output.m3u8", PLAYLIST.encode())
    put(directory / "segment_000.ts", b"\x47" + bytes(187))
    put(directory / "enc.key", bytes(range(16)))


def put_lesson(directory: Path, version: str, segments: dict[str, bytes], key: bytes = bytes(16)) -> None:
    """A lesson as this server publishes it: every segment has a second name below that of the version."""
    put(directory / "output.m3u8", PLAYLIST.encode())
    put(directory / "enc.key", key)
    names = directory / f".v-{version}"
    names.mkdir()
    for name, content in segments.items():
        put(directory / name, content)
        (names / name).hardlink_to(directory / name)
    (directory / ".version").symlink_to(names.name)


def retired(data: Path) -> dict[str, str]:
    """Every version that is kept for its viewers: its directory, relative to `hls`, and its entry in the list."""
    found = {}
    for version in (data / "hls").rglob(".v-*"):
        if (mark := version / ".retired").is_symlink():
            found[str(version.relative_to(data / "hls"))] = f"{mark.readlink()}.{version.name.removeprefix('.v-')}"
    return found


def listed(data: Path) -> dict[str, str]:
    """The list of versions that are kept: each entry, and the lesson that it names."""
    return {entry.name: str(entry.readlink()) for entry in (data / "hls/.retired").iterdir() if entry.is_symlink()}
