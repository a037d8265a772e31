"""Streams of the real server: no end but theirs, and none that holds up its stop."""

import contextlib
import select
import socket
import time
from urllib.parse import urlsplit

import pytest
from browsing import serve
from flask import Flask
from verbs import cookie_of, signed_in
from ways import DatabaseUrls

from webapp.db.connections import Connection
from webapp.live.hub import MOST_OF_ONE

_SERVER = ("gunicorn", "-c", "gunicorn.conf.py")


@pytest.fixture
def cookie(app: Flask, conn: Connection) -> str:
    return cookie_of(signed_in(app))


def opened(url: str, cookie: str) -> socket.socket:
    """A stream that has begun."""
    where = urlsplit(url)
    conn = socket.create_connection((str(where.hostname), int(where.port or 0)), timeout=5)
    conn.sendall(
        f"GET /stream HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: mayfly-{where.port}={cookie}\r\n\r\n".encode()
    )
    said = b""
    while b"retry: " not in said:
        piece = conn.recv(4096)
        assert piece, said
        said += piece
    return conn


def test_stream_outlives_the_deadline_of_requests(database_urls: DatabaseUrls, cookie: str) -> None:
    command = (*_SERVER, "--timeout", "3", "webapp:create_app()")
    with serve(database_urls, command) as server, opened(server.url, cookie) as stream:
        stream.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            stream.recv(4096)  # what else began it
        assert not select.select([stream], [], [], 4)[0], "it was cut or ended"


def test_server_with_open_streams_stops_at_once(database_urls: DatabaseUrls, cookie: str) -> None:
    with contextlib.ExitStack() as files, contextlib.ExitStack() as stack:
        server = stack.enter_context(serve(database_urls, (*_SERVER, "webapp:create_app()"), WORKERS="1"))
        streams = [files.enter_context(opened(server.url, cookie)) for _ in range(3)]
        log = files.enter_context(server.log.open())
        began = time.monotonic()
        stack.close()
        assert time.monotonic() - began < 5, "gunicorn's graceful_timeout"
        assert "graceful timeout" not in log.read()
        for stream in streams:
            assert stream.recv(4096).endswith(b"0\r\n\r\n"), "ended in order"


def test_streams_of_pages_that_were_left_do_not_count(database_urls: DatabaseUrls, cookie: str) -> None:
    """Who goes from page to page opens one at each; that the last was closed is seen at once."""
    with serve(database_urls, (*_SERVER, "webapp:create_app()"), WORKERS="1") as server:
        for _ in range(MOST_OF_ONE + 2):
            opened(server.url, cookie).close()
