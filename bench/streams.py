"""Holds streams while pages are served: what they cost the pages, how soon they hear, what they weigh.

Usage: bin/bench streams [--streams 500] [--rounds 5] [--seconds 4] [--connections 8]
"""

import argparse
import contextlib
import hashlib
import select
import socket
import statistics
import threading
import time
from collections.abc import Iterator

from bench.ground import COOKIE, Ground, Server, ground, serve
from bench.load import Result, load, percentile
from bench.servers import memory

HEADERS = {"Cookie": COOKIE, "Accept-Encoding": "gzip, deflate, br"}


def main() -> None:
    options = argparse.ArgumentParser(prog="bin/bench streams")
    options.add_argument("--streams", type=int, default=500)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=4)
    options.add_argument("--connections", type=int, default=8)
    chosen = options.parse_args()
    with (
        ground(5_000, 50_000) as made,
        serve("webapp:create_app()", made.environment(), log=made.folder / "log") as server,
    ):
        tokens = sessions(made, 2 * chosen.streams)

        def pages() -> Result:
            return load(server.port, "/", HEADERS, connections=chosen.connections, seconds=chosen.seconds)

        pages()
        ratios: list[float] = []
        for number in range(chosen.rounds):
            with writing(made):
                without = pages()
            with listening(server, tokens[: chosen.streams]) as streams, writing(made) as written:
                beside = pages()
                held = len(streams.open)
            took = streams.delays(written)
            ratios.append(beside.p99 / without.p99)
            print(
                f"round {number + 1}: {held} streams held; pages p99 {without.p99:.1f} ms without, {beside.p99:.1f}"
                f" with ({ratios[-1]:.2f}); {without.rate:.0f} and {beside.rate:.0f} pages/s; {len(took)} deliveries of"
                f" {len(written)} activities, p50 {percentile(took, 0.5):.2f} s, p99 {percentile(took, 0.99):.2f} s",
                flush=True,
            )
        print(f"pages p99 with {chosen.streams} streams: {statistics.median(ratios):.2f} of that without (median)")
        with listening(server, tokens[: chosen.streams]), writing(made) as written:
            before, began = server.cpu(), time.monotonic()
            time.sleep(chosen.seconds)
            spent, lasted = server.cpu() - before, time.monotonic() - began
        told = spent / max(1, len(written) * chosen.streams) * 1e6
        share = spent / lasted * 100
        print(f"processor: {share:.1f} % of one core for two activities a second, {told:.0f} us a delivery")
        before = memory(server.process.pid)
        with listening(server, tokens) as streams:
            held, weigh = len(streams.open), memory(server.process.pid) - before
        print(f"{held} of {len(tokens)} streams held: {weigh:.0f} MB, {weigh / max(1, held) * 1000:.0f} MB a thousand")


def sessions(made: Ground, count: int) -> list[str]:
    """A session for each of so many people."""
    tokens = [f"{number:043}" for number in range(count)]
    hashes = [hashlib.sha256(token.encode()).digest() for token in tokens]
    with made.superuser() as conn:
        conn.execute(
            "INSERT INTO sessions (token_hash, user_uuid, expires_at)"
            " SELECT token_hash, md5('user' || 1 + n)::uuid, now() + interval '1 day'"
            " FROM unnest(%s::bytea[]) WITH ORDINALITY AS one (token_hash, n)",
            [hashes],
        )
    return tokens


@contextlib.contextmanager
def writing(made: Ground) -> Iterator[dict[str, float]]:
    """Somebody writes twice a second; when each number became visible."""
    written: dict[str, float] = {}
    over = threading.Event()

    def write() -> None:
        with made.superuser() as conn:
            while not over.wait(0.5):
                row = conn.execute(
                    "WITH made AS (INSERT INTO activities (user_uuid, expires_at)"
                    " VALUES (md5('user1')::uuid, now() + interval '1 day') RETURNING uuid, number), worded AS ("
                    "INSERT INTO activity_texts (activity_uuid, message) SELECT uuid, 'new' FROM made)"
                    " SELECT number::text FROM made"
                ).fetchone()
                written[row[0]] = time.time()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield written
    finally:
        over.set()
        thread.join()


class Streams:
    """Open streams, read in a thread of their own; when each number arrived, once a stream."""

    def __init__(self, server: Server, tokens: list[str]) -> None:
        self.open = [sock for sock in (self._begin(server, token) for token in tokens) if sock]
        self.arrived: list[tuple[float, bytes]] = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _begin(self, server: Server, token: str) -> socket.socket | None:
        sock = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        sock.sendall(f"GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: mayfly=in.{token}\r\n\r\n".encode())
        begun = sock.recv(4096)
        sock.setblocking(False)
        return sock if begun.startswith(b"HTTP/1.1 200") else None

    def _read(self) -> None:
        poll = select.epoll()
        by_file = {sock.fileno(): sock for sock in self.open}
        for number in by_file:
            poll.register(number, select.EPOLLIN)
        while not self.over.is_set():
            for number, _ in poll.poll(0.2):
                if piece := by_file[number].recv(65536):
                    self.arrived.append((time.time(), piece))
                else:
                    poll.unregister(number)

    def delays(self, written: dict[str, float]) -> list[float]:
        return [
            at - since for number, since in written.items() for at, piece in self.arrived if number.encode() in piece
        ]


@contextlib.contextmanager
def listening(server: Server, tokens: list[str]) -> Iterator[Streams]:
    streams = Streams(server, tokens)
    try:
        yield streams
        time.sleep(1.5)  # what was written last is still to come
    finally:
        streams.over.set()
        streams.thread.join()
        for sock in streams.open:
            sock.close()


if __name__ == "__main__":
    main()
