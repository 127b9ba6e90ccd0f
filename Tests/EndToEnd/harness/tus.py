"""A tus client that does one request at a time, and lets a test do each of them wrongly."""

import base64
import hashlib
import http.client
from urllib.parse import urlsplit

import requests

from .client import lesson_fields, service
from .server import Server

VERSION = {"Tus-Resumable": "1.0.0"}
PART = "application/offset+octet-stream"


def metadata(**values: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


def lesson_metadata(rel: str, filename: str = "film.mp4", **more: str) -> str:
    return metadata(filename=filename, **lesson_fields(rel), **more)


def begin(server: Server, length, text: str, headers: dict | None = None, body: bytes | None = None, **changes):
    """A creation; a change to None leaves that header out."""
    usual = VERSION | service() | {"Upload-Length": str(length), "Upload-Metadata": text} | (headers or {})
    return requests.post(f"{server.url}/upload/tus/", headers=changed(usual, changes), data=body, timeout=60)


def changed(usual: dict, changes: dict) -> dict:
    sent = usual | {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in sent.items() if value is not None}


def begun(server: Server, rel: str, length: int, **more) -> str:
    answer = begin(server, length, lesson_metadata(rel, **more))
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].startswith(f"{server.url}/upload/tus/")
    return answer.headers["Location"]


def send(url: str, offset, body, **headers) -> requests.Response:
    usual = VERSION | {"Upload-Offset": str(offset), "Content-Type": PART}
    return requests.patch(url, headers=changed(usual, headers), data=body, timeout=60)


def look(url: str, **headers) -> requests.Response:
    return requests.head(url, headers=VERSION | headers, timeout=30)


def offset(url: str) -> int:
    answer = look(url)
    assert answer.status_code == 200, answer.status_code
    return int(answer.headers["Upload-Offset"])


def checksum(body: bytes, algorithm: str = "sha1") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, body).digest()).decode()}"


class Slow:
    """A part of which as much arrives as the test sends, on a connection that the test may drop."""

    def __init__(self, url: str, offset: int, length: int, **headers: str):
        address = urlsplit(url)
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        self.connection.putrequest("PATCH", address.path)
        for name, value in (
            VERSION | {"Upload-Offset": offset, "Content-Type": PART, "Content-Length": length}
        ).items():
            self.connection.putheader(name, str(value))
        for name, value in headers.items():
            self.connection.putheader(name.replace("_", "-"), value)
        self.connection.endheaders()

    def send(self, body: bytes) -> None:
        self.connection.send(body)

    def answer(self) -> http.client.HTTPResponse:
        return self.connection.getresponse()

    def drop(self) -> None:
        self.connection.close()
