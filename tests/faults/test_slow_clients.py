"""Who sends a byte now and then, or never reads, holds a connection for a bounded time, and all others are served."""

import contextlib
import socket
import time
import urllib.request
from collections.abc import Iterator

import pytest
from browsing import Server, serve
from ways import DatabaseUrls, wait_for

_LIMIT = 6  # seconds that the server gives a request here; a body has half of them
_PATIENCE = 60.0  # for a busy machine, and what a client would be held without a limit
_HEAD = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def server(worker_database: DatabaseUrls) -> Iterator[Server]:
    with serve(worker_database, GUNICORN_CMD_ARGS=f"--timeout {_LIMIT}") as server:
        yield server


@contextlib.contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), 10) as client:
        client.settimeout(0.2)
        yield client


@pytest.mark.parametrize(
    ("length", "piece"),
    [(b"Content-Length: 60000\r\n\r\n", b"a"), (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n")],
    ids=["of a length", "chunked"],
)
def test_body_that_comes_byte_by_byte_is_cut_off_with_a_sentence(server: Server, length: bytes, piece: bytes) -> None:
    told, ended = b"", False
    deadline = time.monotonic() + _PATIENCE
    with connected(server) as client:
        client.sendall(_HEAD + length)
        while not ended:
            assert time.monotonic() < deadline, "still reading"
            try:
                got = client.recv(65536)
                told, ended = told + got, not got
            except TimeoutError:
                with contextlib.suppress(ConnectionError):  # the next look tells
                    client.sendall(piece)
            except ConnectionError:  # closed under what still came
                ended = True
    assert told.startswith(b"HTTP/1.1 400 ")
    assert told.count(b"HTTP/1.1") == 1, "what came late was read as a request"


def test_body_in_pieces_that_arrive_in_time_is_read_whole(server: Server) -> None:
    body = b"email=nobody&password=wrong+and+long"
    with connected(server) as client:
        client.sendall(_HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
        for sign in body:
            client.sendall(bytes([sign]))
        client.settimeout(_PATIENCE)
        told = b"".join(iter(lambda: client.recv(65536), b""))
    assert told.startswith(b"HTTP/1.1 400 ")
    assert b"arrive whole" not in told
    assert b"nobody" in told, "the form comes back with what was typed"


def test_reader_that_never_reads_loses_its_connection_and_holds_up_nobody(server: Server) -> None:
    deadline = time.monotonic() + _PATIENCE
    with connected(server) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asked = rest = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200
        cut = False
        while not cut:
            assert time.monotonic() < deadline, "still held"
            try:
                rest = rest[client.send(rest) :] or asked
            except TimeoutError:
                assert urllib.request.urlopen(f"{server.url}/livez", timeout=_PATIENCE).status == 200
            except ConnectionError:
                cut = True
    wait_for(lambda: "a request was cut off" in server.log.read_text())
