"""A FastCGI client that can stop in the middle, where nginx would first take the whole body."""

import contextlib
import socket
import struct
import threading
from pathlib import Path

BEGIN, PARAMS, STDIN, STDOUT = 1, 4, 5, 6


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content


def length(value: bytes) -> bytes:
    return bytes([len(value)]) if len(value) < 128 else struct.pack("!I", len(value) | 1 << 31)


def upload_parameters(content: bytes, content_type: str, key: str, path: str = "/upload/lesson") -> dict[str, str]:
    """What nginx says of a form that is uploaded with an API key."""
    return {
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": path,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(content)),
        "HTTP_AUTHORIZATION": f"Bearer {key}",
    }


class FastCGIRequest:
    """One request (FastCGI 1.0, role of a responder) whose body is sent piece by piece."""

    def __init__(self, path: Path, parameters: dict[str, str]):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(30)
        self.connection.connect(str(path))
        pairs = [(name.encode(), value.encode()) for name, value in parameters.items()]
        encoded = b"".join(length(name) + length(value) + name + value for name, value in pairs)
        self.connection.sendall(record(BEGIN, struct.pack("!HB5x", 1, 0)) + record(PARAMS, encoded))
        self.connection.sendall(record(PARAMS, b""))

    def send(self, body: bytes) -> None:
        for start in range(0, len(body), 32768):
            self.connection.sendall(record(STDIN, body[start : start + 32768]))

    def finish(self) -> str:
        """Says that the body is over; answers what came, head and body."""
        self.connection.sendall(record(STDIN, b""))
        return self.answer()

    def answer(self) -> str:
        received = b""
        while piece := self.connection.recv(65536):
            received += piece
        text = b""
        while len(received) >= 8:
            kind, size, padding = received[1], int.from_bytes(received[4:6], "big"), received[6]
            if kind == STDOUT:
                text += received[8 : 8 + size]
            received = received[8 + size + padding :]
        return text.decode()

    def close(self) -> None:
        self.connection.close()


class FastCGIStandIn:
    """Answers every request at a unix socket with the same response, as CGI writes it, in a server's place."""

    def __init__(self, listener: socket.socket, response: str):
        self.listener = listener
        self.response = response
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            # Whoever hangs up early only looked whether somebody listens.
            with connection, contextlib.suppress(OSError):
                connection.settimeout(10)
                received = b""
                while not received.endswith(record(STDIN, b"")):
                    piece = connection.recv(65536)
                    if not piece:
                        break
                    received += piece
                connection.sendall(record(STDOUT, self.response.encode()) + record(STDOUT, b""))

    def stop(self) -> None:
        """Ends the thread, which waits in accept(2) and would keep the socket open."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(timeout=10)
