"""Clients without credentials that send uploads a byte at a time: `python -m harness.strangers PORT COUNT`.

A process of its own, so that what they cost the machine is not waited for by the clients whose delay is measured. It
prints a line once all have connected, goes on until its standard input ends, and then prints how they were answered.
"""

import errno
import json
import selectors
import socket
import sys
from collections import Counter
from itertools import cycle, islice

from . import multipart, tus

# Loopback addresses, each a client of its own to the server.
ADDRESSES = [f"127.0.0.{number}" for number in range(2, 18)]
ANNOUNCED = 50_000_000
# Between two bytes of one client.
PAUSE = 0.4
# More than nginx keeps of a body in memory (form.conf): a body that it takes shows as a file.
BURST = 300_000


def head(method: str, path: str, **headers: str) -> bytes:
    fields = {"Host": "a", "Content-Length": str(ANNOUNCED)} | headers
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


FORM = head("POST", "/upload/lesson", **{"Content-Type": multipart.CONTENT_TYPE})
UNKNOWN = "/upload/tus/" + "0" * 32
PART = head("PATCH", UNKNOWN, **tus.VERSION, **{"Upload-Offset": "0", "Content-Type": tus.PART})
# Of ten clients six send a form and four a part; one of the forms begins with a burst.
KINDS = [FORM, PART, FORM, PART, FORM, PART, FORM, PART, FORM, FORM + b"x" * BURST]


class Stranger:
    """One client: connects, sends on and on, and begins anew once it is answered or cut off."""

    def __init__(self, port: int, address: str, beginning: bytes, answers: Counter):
        self.port, self.address, self.beginning, self.answers = port, address, beginning, answers
        self.connect()

    def connect(self) -> None:
        self.connection = socket.socket()
        self.connection.bind((self.address, 0))
        self.connection.setblocking(False)
        if self.connection.connect_ex(("127.0.0.1", self.port)) not in (0, errno.EINPROGRESS):
            self.answers["no connection"] += 1
        self.left = self.beginning
        self.answers["connections"] += 1

    def go_on(self) -> None:
        """One step: reads what was answered; else sends a byte, or what is left of the beginning."""
        try:
            received = self.connection.recv(4096)
        except BlockingIOError:
            self.send()
        except OSError:
            self.begin_anew("cut off")
        else:
            self.begin_anew(received[9:12].decode() if received else "closed")

    def send(self) -> None:
        try:
            self.left = self.left[self.connection.send(self.left or b"x") :]
        except BlockingIOError:
            return
        except OSError:
            self.begin_anew("cut off")

    def begin_anew(self, how: str) -> None:
        self.answers[how] += 1
        self.connection.close()
        self.connect()


def main() -> None:
    port, count = map(int, sys.argv[1:])
    answers: Counter[str] = Counter()
    kinds = zip(cycle(ADDRESSES), cycle(KINDS), strict=False)
    strangers = [Stranger(port, address, beginning, answers) for address, beginning in islice(kinds, count)]
    print("connected", flush=True)
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        for stranger in cycle(strangers):
            stranger.go_on()
            if selector.select(PAUSE / count):
                break
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
