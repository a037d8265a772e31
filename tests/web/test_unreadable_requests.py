"""What never reaches the program is told like everything else, and quoted nowhere."""

import json
import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import Server, serve
from flask import Flask
from gunicorn.workers.ggevent import GeventWorker
from ways import DatabaseUrls, settings_for

from webapp.postgres.folders import CHECKOUT
from webapp.web.security import headers_for

PLACE = {"PUBLIC_URL": "https://mayfly.example"}


@pytest.fixture(scope="module")
def real_server(worker_database: DatabaseUrls) -> Iterator[Server]:
    with serve(worker_database, **PLACE) as server:
        yield server


def ask(server: Server, request: str) -> str:
    """All that comes back until the server hangs up."""
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), 10) as asking:
        asking.sendall(request.encode())
        asking.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: asking.recv(65536), b"")).decode()


UNREADABLE = {
    "a long address": (f"GET /?CANARY={'a' * 5000} HTTP/1.1\r\nHost: localhost\r\n", 414),
    "a header without a colon": ("GET / HTTP/1.1\r\nHost: localhost\r\nCookie mayfly=in.CANARY<script>\r\n", 400),
    "a header that is no name": ("GET / HTTP/1.1\r\nHost: localhost\r\nCANARY<script>: x\r\n", 400),
    "a long header": ("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n" % ("CANARY" * 2000), 431),
    "a folded header": ("GET / HTTP/1.1\r\nHost: localhost\r\nA: b\r\n CANARY\r\n", 400),
    "a method that is none": ("CAN<ARY / HTTP/1.1\r\nHost: localhost\r\n", 400),
    "a version that is none": ("GET / CANARY\r\nHost: localhost\r\n", 400),
    "an expectation": ("GET / HTTP/1.1\r\nHost: localhost\r\nExpect: CANARY\r\n", 417),
    "a coding": ("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: CANARY\r\n", 501),
    "a length that is none": ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: CANARY\r\n", 400),
}


def test_request_that_the_server_cannot_read_is_answered_like_all_and_quoted_nowhere(
    real_server: Server, worker_database: DatabaseUrls
) -> None:
    before = real_server.log.read_text().count("a request could not be read")
    for what, (request, status) in UNREADABLE.items():
        told = ask(real_server, f"{request}\r\n")
        head, _, body = told.partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        assert first.startswith(f"HTTP/1.1 {status} "), what
        assert headers_for(settings_for(worker_database, **PLACE)).items() <= headers.items(), what
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["Content-Type"] == "text/plain; charset=utf-8"
        assert int(headers["Content-Length"]) == len(body)
        assert "CANARY" not in told
        assert "script" not in body
    log = real_server.log.read_text()
    assert "ARY" not in log
    assert log.count("a request could not be read") - before == len(UNREADABLE)
    assert all(json.loads(line) for line in log.splitlines())


def test_body_that_does_not_arrive_whole_is_no_fault(real_server: Server) -> None:
    head = "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    for body in ("zz\r\nabc", "5\r\nabcdeX", "3;\x01\r\nabc\r\n0\r\n\r\n", "5\r\nab"):
        told = ask(real_server, f"{head}Transfer-Encoding: chunked\r\n\r\n{body}")
        assert told.startswith("HTTP/1.1 400 "), body


def test_whoever_asks_is_not_believed_to_be_a_proxy(real_server: Server) -> None:
    """Neither that the place lies below a folder, nor that its address begins with https."""
    host = real_server.url.removeprefix("http://")
    below = ask(real_server, f"GET /below/livez HTTP/1.1\r\nHost: {host}\r\nSCRIPT_NAME: /below\r\n\r\n")
    assert below.startswith("HTTP/1.1 404 ")
    foreign = f"Origin: https://{host}\r\nX-Forwarded-Proto: https\r\nContent-Length: 0\r\n\r\n"
    secure = ask(real_server, f"POST /sign-in HTTP/1.1\r\nHost: {host}\r\n{foreign}")
    assert secure.startswith("HTTP/1.1 400 ")
    assert "another site" in secure


def test_what_fails_around_the_program_is_told_without_its_words(app: Flask, log: list[str]) -> None:
    scope: dict[str, Any] = {"__file__": str(CHECKOUT / "gunicorn.conf.py")}
    exec((CHECKOUT / "gunicorn.conf.py").read_text(), scope)
    assert issubclass(scope["worker_class"], GeventWorker)
    worker = object.__new__(scope["worker_class"])
    worker.wsgi, worker.log = app, logging.getLogger("gunicorn.error")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker.handle_error(None, theirs, ("203.0.113.9", 1), ValueError("canary"))
        told = ours.recv(65536).decode()
    assert told.startswith("HTTP/1.1 500 ")
    assert "X-Content-Type-Options: nosniff\r\n" in told
    assert "canary" not in told + str(log)
    assert "builtins.ValueError" in str(log)
