"""Compares WSGI servers with the real application: pages, memory, sign-ins, idle streams.

Usage: bin/bench servers [--granian /path/to/bin/granian] [--rounds 2] [--seconds 4]
granian is not a requirement: install it, with requirements.txt, into a virtual environment of its own.
"""

import argparse
import contextlib
import http.client
import re
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from bench.ground import COOKIE, ROOT, Server, children, free_port, ground, running
from bench.load import load, percentile

APPLICATION = "bench.bare:streaming"
HEADERS = {"Cookie": COOKIE, "Accept-Encoding": "gzip, deflate, br"}
STREAMS = 200


def commands(port: int, granian: str) -> dict[str, list[str]]:
    """Each server's command, with two processes."""
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "--max-requests", "0"]
    found = {
        "gunicorn gevent": [*gunicorn, f"{APPLICATION}()"],
        "gunicorn gthread, 16 threads": [*gunicorn, "--worker-class", "gthread", "--threads", "16", f"{APPLICATION}()"],
    }
    if granian:
        found["granian, 16 threads"] = [
            granian, "--interface", "wsgi", "--workers", "2", "--blocking-threads", "16", "--backlog", "1024",
            "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--factory", APPLICATION,
        ]  # fmt: skip
    return found


def main() -> None:
    options = argparse.ArgumentParser(prog="bin/bench servers")
    options.add_argument("--granian", default="")
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--seconds", type=int, default=4)
    chosen = options.parse_args()
    with ground(5_000, 50_000) as made, contextlib.ExitStack() as stack:
        servers: dict[str, Server] = {}
        for name in commands(0, chosen.granian):
            port = free_port()
            environment = made.environment(PORT=str(port), WORKERS="2")
            command = commands(port, chosen.granian)[name]
            servers[name] = stack.enter_context(running(command, environment, port, made.folder / "servers.log"))
        found: dict[str, dict[str, list[float]]] = {name: {} for name in servers}
        for number in range(chosen.rounds + 1):
            for name, server in servers.items():
                measured = measure(server, chosen.seconds if number else 1)
                if number:
                    for what, value in measured.items():
                        found[name].setdefault(what, []).append(value)
        for name, server in servers.items():
            with idle_streams(server) as held:
                took = [timed(server, "/") for _ in range(30)] if held == STREAMS else [float("nan")]
                found[name]["streams held of 200"] = [held]
                found[name]["home beside them, median ms"] = [statistics.median(took) * 1000]
    for name, figures in found.items():
        print(f"\n{name}")
        for what, values in figures.items():
            print(f"  {what:48} {statistics.median(values):8.1f}")


def measure(server: Server, seconds: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    for connections in (16, 64):
        before = server.cpu()
        result = load(server.port, "/", HEADERS, connections=connections, seconds=seconds)
        spent = (server.cpu() - before) / max(1, result.rate * seconds)
        figures[f"home, {connections} connections: pages/s"] = result.rate
        figures[f"home, {connections} connections: p99 ms"] = result.p99
        figures[f"home, {connections} connections: processor ms a page"] = spent * 1000
        figures[f"home, {connections} connections: failures"] = result.failures
    figures["memory of all its processes, MB"] = memory(server.process.pid)
    with signing_in(server, 8) as answers:
        live, home = [], []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            live.append(timed(server, "/livez"))
            home.append(timed(server, "/"))
    figures["8 sign-ins at once: livez p99 ms"] = percentile(live, 0.99) * 1000
    figures["8 sign-ins at once: home p99 ms"] = percentile(home, 0.99) * 1000
    figures["8 sign-ins at once: responses a second"] = len(answers) / seconds
    figures["8 sign-ins at once: told to wait (503), %"] = answers.count(503) / max(1, len(answers)) * 100
    return figures


def timed(server: Server, path: str) -> float:
    began = time.monotonic()
    server.get(path)
    return time.monotonic() - began


@contextlib.contextmanager
def signing_in(server: Server, people: int) -> Iterator[list[int]]:
    """`people` keep signing in with a wrong password during the block; the statuses they got."""
    answers: list[int] = []
    over = threading.Event()

    def person() -> None:
        conn = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        conn.request("GET", "/sign-in")
        page = conn.getresponse()
        cookie = (page.getheader("Set-Cookie") or "").split(";")[0]
        token = re.search(rb'name="csrf_token" value="([^"]+)"', page.read())
        assert token
        body = urlencode({"csrf_token": token[1].decode(), "email": "user_2", "password": "not the password"})
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        while not over.is_set():
            conn.request("POST", "/sign-in", body, headers)
            answer = conn.getresponse()
            answer.read()
            answers.append(answer.status)
        conn.close()

    threads = [threading.Thread(target=person) for _ in range(people)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join()


@contextlib.contextmanager
def idle_streams(server: Server) -> Iterator[int]:
    """Opens idle streams; yields how many began within five seconds."""
    conns = []
    for _ in range(STREAMS):
        conn = socket.create_connection(("127.0.0.1", server.port), timeout=5)
        conn.sendall(b"GET /bench/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        conns.append(conn)
    deadline, begun = time.monotonic() + 5, 0
    for conn in conns:
        conn.settimeout(max(0.01, deadline - time.monotonic()))
        with contextlib.suppress(OSError):
            begun += conn.recv(12).startswith(b"HTTP/1.1 200")
    try:
        yield begun
    finally:
        for conn in conns:
            conn.close()


def memory(pid: int) -> float:
    """Megabytes of a process and its children; shared pages count once (PSS)."""
    total = 0
    for process in [pid, *children(pid)]:
        with contextlib.suppress(OSError):
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
            total += int(found[1]) if found else 0
    return total / 1024


if __name__ == "__main__":
    main()
