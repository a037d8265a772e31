"""A class joins at once, then a hundred sign in at once, while others read.

Usage: bin/bench crowd [--joining 40] [--signing-in 100]
"""

import argparse
import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlencode

from bench.ground import Server, ground, serve
from bench.load import percentile

_FIELD = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')
PASSWORD = "a lantern for the harbour"
READERS = 4


def main() -> None:
    """Exits with 1 if somebody is refused."""
    options = argparse.ArgumentParser(prog="bin/bench crowd")
    options.add_argument("--joining", type=int, default=40)
    options.add_argument("--signing-in", type=int, default=100)
    chosen = options.parse_args()
    with ground(200, 5_000) as made:
        environment = made.environment(SIGN_UP="open")
        with serve("webapp:create_app()", environment, log=made.folder / "server.log") as server:
            over = threading.Event()
            threading.Timer(3, over.set).start()
            _say("nobody", Counter(), [0.0], _read_until(server, over))
            refused = _crowd(server, "join", chosen.joining, lambda n: _join(server, n))
            refused += _crowd(server, "sign in", chosen.signing_in, lambda n: _sign_in(server, n % chosen.joining))
    if refused:
        raise SystemExit(1)


def _crowd(server: Server, what: str, people: int, act: Callable[[int], tuple[int, float]]) -> int:
    """All at once; how many were refused. Readers read until the last one is done."""
    done, over, pages = [], threading.Event(), []
    ready = threading.Barrier(people)

    def one(number: int) -> None:
        ready.wait()
        done.append(act(number))

    reader = threading.Thread(target=lambda: pages.extend(_read_until(server, over)))
    crowd = [threading.Thread(target=one, args=(number,)) for number in range(people)]
    for thread in (reader, *crowd):
        thread.start()
    for thread in crowd:
        thread.join()
    over.set()
    reader.join()
    statuses = Counter(status for status, _ in done)
    _say(f"{people} {what}", statuses, [seconds for _, seconds in done], pages)
    return people - statuses[303]


def _say(what: str, statuses: Counter[int], took: list[float], pages: list[float]) -> None:
    shown = ", ".join(f"{n} x {status}" for status, n in statuses.items()) or "-"
    p50, p99 = (percentile(pages, share) * 1000 for share in (0.5, 0.99))
    print(f"{what}: {shown}, the last after {max(took):.1f} s; {len(pages)} pages: p50 {p50:.0f} ms, p99 {p99:.0f} ms")


def _read_until(server: Server, over: threading.Event) -> list[float]:
    took: list[float] = []

    def read() -> None:
        while not over.is_set():
            began = time.monotonic()
            server.get("/")
            took.append(time.monotonic() - began)
            over.wait(0.02)  # people look at a page before they open the next

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return took


def _join(server: Server, number: int) -> tuple[int, float]:
    name = f"crowd_{number}"
    mine = {"display_name": name, "handle": name, "email": f"{name}@example.com", "password": PASSWORD}
    return _send(server, "/sign-up", mine)


def _sign_in(server: Server, number: int) -> tuple[int, float]:
    return _send(server, "/sign-in", {"email": f"crowd_{number}", "password": PASSWORD})


def _send(server: Server, path: str, fields: dict[str, str]) -> tuple[int, float]:
    """Opens a form as a stranger and sends it; the status, and how long that took."""
    conn = http.client.HTTPConnection("127.0.0.1", server.port, timeout=40)
    conn.request("GET", path)
    page = conn.getresponse()
    cookie, hidden = page.headers["Set-Cookie"].partition(";")[0], dict(_FIELD.findall(page.read().decode()))
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    began = time.monotonic()
    conn.request("POST", path, urlencode({**hidden, **fields}), headers)
    status = conn.getresponse().status
    conn.close()
    return status, time.monotonic() - began


if __name__ == "__main__":
    main()
