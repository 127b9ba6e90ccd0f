"""The sockets between nginx and the application: who is heard, what silence costs, and what no nginx would send."""

import contextlib
import os
import random
import socket
import subprocess
import threading
from urllib.parse import urlsplit

import pytest

from harness import tus
from harness.client import service
from harness.fastcgi import BEGIN, PARAMS, STDIN, STDOUT, FastCGIRequest, record
from harness.processes import Site
from harness.server import wait_for

SOCKETS = ("fastcgi.sock", "upload.sock")
RESPONDER = record(BEGIN, bytes([0, 1, 0, 0, 0, 0, 0, 0]))
HEALTH = b"".join(
    bytes([len(name), len(value)]) + name + value
    for name, value in ((b"REQUEST_METHOD", b"GET"), (b"REQUEST_URI", b"/healthz"))
)
# Connects by the socket's name alone, as another user may who cannot reach the directory, and asks.
ASK = """
import os, socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.settimeout(20)
connection.connect(sys.argv[1])
try:
    connection.sendall(bytes.fromhex(sys.argv[2]))
    print(connection.recv(65536).hex())
except (ConnectionResetError, BrokenPipeError):
    print()
"""


def asking(parameters: bytes) -> bytes:
    return RESPONDER + record(PARAMS, parameters) + record(PARAMS, b"") + record(STDIN, b"")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    running = Site(tmp_path_factory.mktemp("sockets"), {"FOCUST_THREADS": "2", "FOCUST_UPLOAD_THREADS": "2"})
    running.start_nginx().start()
    yield running
    running.stop()


def connect(site: Site, name: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(str(site.directory / name))
    return connection


def exchange(site: Site, name: str, sent: bytes) -> bytes:
    """What comes back until the server closes; nothing where it closes on what was sent."""
    with connect(site, name) as connection, contextlib.suppress(ConnectionResetError, BrokenPipeError):
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer
    return b""


def is_answered(answer: bytes) -> bool:
    return answer[1:2] == bytes([STDOUT]) and answer[8:].startswith(b"Status: ")


@pytest.mark.parametrize("name", SOCKETS)
@pytest.mark.parametrize(
    "said", [b"", b"\x01\x01", RESPONDER + record(PARAMS, HEALTH)], ids=["nothing", "two", "half"]
)
def test_connections_that_say_nothing_hold_no_thread(site, name, said):
    silent = [connect(site, name) for _ in range(8)]
    try:
        for connection in silent:
            connection.sendall(said)
        assert is_answered(exchange(site, name, asking(HEALTH)))
        # And one that goes on is heard.
        silent[0].sendall(asking(HEALTH)[len(said) :] if said else asking(HEALTH))
        assert is_answered(silent[0].recv(65536))
    finally:
        for connection in silent:
            connection.close()


def test_of_very_many_silent_connections_those_that_waited_longest_are_closed(site):
    silent = [connect(site, "fastcgi.sock") for _ in range(300)]
    try:
        assert silent[0].recv(1) == b""
        assert is_answered(exchange(site, "fastcgi.sock", asking(HEALTH)))
        silent[-1].sendall(asking(HEALTH))
        assert is_answered(silent[-1].recv(65536))
    finally:
        for connection in silent:
            connection.close()


def test_a_request_that_was_on_its_way_when_the_process_was_told_to_stop_is_answered(tmp_path):
    own = Site(tmp_path / "site").start_nginx().start()
    try:
        with connect(own, "fastcgi.sock") as connection:
            connection.sendall(RESPONDER)
            # The kernel has handed it over once another request is answered.
            assert is_answered(exchange(own, "fastcgi.sock", asking(HEALTH)))
            own.app.terminate()
            wait_for(lambda: "event=stopping" in own.log.read_text(), "the stop", pause=0.005)
            connection.sendall(asking(HEALTH)[len(RESPONDER) :])
            assert is_answered(connection.recv(65536))
        assert own.app.wait(timeout=20) == 0
    finally:
        own.stop()


HOSTILE_PARAMETERS = [
    bytes.fromhex("c0000000c0000000"), bytes.fromhex("fffffffe00") + b"A", bytes.fromhex("01fffffffd") + b"A",
    bytes.fromhex("ffffffffffffffff"), bytes.fromhex("80"), bytes.fromhex("0f"),
    HEALTH + bytes.fromhex("bfffffffc0000001"),
]  # fmt: skip


@pytest.mark.parametrize("name", SOCKETS)
@pytest.mark.parametrize("parameters", HOSTILE_PARAMETERS, ids=lambda parameters: parameters.hex()[-16:])
def test_lengths_that_lead_nowhere_end_their_connection_and_nothing_else(site, name, parameters):
    assert exchange(site, name, asking(parameters)) == b""
    assert site.app.poll() is None
    assert is_answered(exchange(site, name, asking(HEALTH)))


FORM = {"REQUEST_METHOD": "POST", "REQUEST_URI": "/upload/lesson", "CONTENT_TYPE": "multipart/form-data; boundary=b"}


@pytest.mark.parametrize("ahead", [True, False])
@pytest.mark.parametrize("length", [2**63 - 1, 2**63 - 2**30, 2**62, -(2**63), -1])
@pytest.mark.parametrize("kind", ["form", "part"])
def test_an_announced_length_that_no_body_has_is_refused_and_ends_nothing(site, kind, length, ahead):
    """nginx refuses it itself, so that no other test comes so far."""
    if kind == "part":
        path = urlsplit(tus.begun(site, f"t/c/m/{kind}{length}{ahead}", 9)).path
        parameters = {"REQUEST_METHOD": "PATCH", "REQUEST_URI": path, "HTTP_UPLOAD_OFFSET": "0"}
        parameters |= {"HTTP_TUS_RESUMABLE": "1.0.0", "CONTENT_TYPE": "application/offset+octet-stream"}
    else:
        parameters = FORM | {"HTTP_AUTHORIZATION": service()["Authorization"]}
    parameters |= {"CONTENT_LENGTH": str(length)} | ({"ASKED_AHEAD": "1"} if ahead else {})
    name = "fastcgi.sock" if ahead else "upload.sock"
    answer = FastCGIRequest(site.directory / name, parameters).finish()
    if length > 0:
        assert "413" in answer.partition("\r\n\r\n")[0] and "too_large" in answer, answer
    else:
        # It counts as none.
        assert answer.startswith("Status: "), answer
        assert "too_large" not in answer, answer
    assert site.app.poll() is None
    assert is_answered(exchange(site, name, asking(HEALTH)))


def test_parameters_without_end_are_not_kept(site):
    with connect(site, "fastcgi.sock") as connection:
        connection.sendall(RESPONDER)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            for _ in range(1000):
                connection.sendall(record(PARAMS, bytes(32768)))
    assert is_answered(exchange(site, "fastcgi.sock", asking(HEALTH)))


def hostile(numbers: random.Random) -> bytes:
    """A request with a few of its bytes changed, moved, doubled or gone."""
    sent = bytearray(asking(HEALTH))
    for _ in range(numbers.randint(1, 6)):
        place = numbers.randrange(len(sent))
        match numbers.randrange(4):
            case 0:
                sent[place] = numbers.choice((0, 1, 4, 5, 127, 128, 192, 255, numbers.randrange(256)))
            case 1:
                del sent[place : place + numbers.randint(1, 20)]
            case 2:
                sent[place:place] = sent[place : place + numbers.randint(1, 60)]
            case _:
                sent[place:place] = numbers.randbytes(numbers.randint(1, 12))
        if not sent:
            return b""
    return bytes(sent)


@pytest.mark.parametrize("name", SOCKETS)
def test_whatever_a_permitted_peer_sends_the_process_lives(site, name):
    numbers = random.Random(name)
    for _ in range(400):
        exchange(site, name, hostile(numbers))
    assert site.app.poll() is None
    assert is_answered(exchange(site, name, asking(HEALTH)))
    assert site.is_healthy()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can pose as other users")
@pytest.mark.parametrize("name", SOCKETS)
def test_of_a_stranger_nothing_is_read_and_of_the_sockets_group_everything(site, name):
    """As if somebody had opened the socket to all: its mode alone keeps strangers out otherwise."""
    path = site.directory / name
    group = path.stat().st_gid
    path.chmod(0o666)

    def ask(groups: list[int]) -> bytes:
        def become() -> None:
            os.chdir(site.directory)
            os.setgroups(groups)
            os.setgid(65534)
            os.setuid(65534)

        command = ["/usr/bin/python3", "-c", ASK, name, asking(HEALTH).hex()]
        asked = subprocess.run(command, preexec_fn=become, capture_output=True, text=True, timeout=30, check=True)
        return bytes.fromhex(asked.stdout)

    with opened(site):
        assert ask([]) == b""
        assert is_answered(ask([group]))
    wait_for(lambda: "event=peer_refused" in site.log.read_text(), "a line about the stranger")
    assert is_answered(exchange(site, name, asking(HEALTH)))


@contextlib.contextmanager
def opened(site: Site):
    """Lets everybody into the directory of the sockets for a while."""
    mode = site.directory.stat().st_mode
    site.directory.chmod(0o755)
    try:
        yield
    finally:
        site.directory.chmod(mode)


def test_nginx_is_answered_while_strangers_are_silent_and_hostile(site):
    numbers = random.Random("through nginx")
    stop = threading.Event()

    def attack() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):
                silent = connect(site, "fastcgi.sock")
                exchange(site, "fastcgi.sock", hostile(numbers))
                silent.close()

    attackers = [threading.Thread(target=attack) for _ in range(4)]
    for attacker in attackers:
        attacker.start()
    try:
        assert all(site.is_healthy() for _ in range(50))
    finally:
        stop.set()
        for attacker in attackers:
            attacker.join()
