"""Stops and starts the database under load: what people see, and whether anything acknowledged is lost.

Usage: bin/bench outage [--before 5] [--down 5] [--after 12]

Eight writers keep a ledger: intent before a request, ack or unknown after it. Unknown and refused writes are sent
again with the same key until acknowledged. Eight readers read home.
"""

import argparse
import http.client
import re
import signal
import threading
import time
import uuid
from collections import Counter
from urllib.parse import urlencode

from bench.ground import COOKIE, Ground, ground, serve

WRITERS = READERS = 8


class Ledger:
    """Requests and their outcomes, by time."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.intents: set[str] = set()
        self.acknowledged: set[str] = set()
        self.answers: list[tuple[float, str, str, float]] = []
        self._lock = threading.Lock()

    def answered(self, who: str, what: str, took: float) -> None:
        with self._lock:
            self.answers.append((time.monotonic(), who, what, took))


def request(port: int, method: str, path: str, body: str | None = None) -> tuple[str, bytes]:
    """Status, or kind of failure, and body of one request on its own connection."""
    conn = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        conn.request(method, path, body, {"Cookie": COOKIE, **form})
        answer = conn.getresponse()
        return str(answer.status), answer.read()
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__, b""
    finally:
        conn.close()


def write(port: int, token: str, ledger: Ledger, over: threading.Event) -> None:
    """A writer: a new key for each activity, the same key until it is acknowledged."""
    while not over.is_set():
        key = str(uuid.uuid4())
        ledger.intents.add(key)
        body = urlencode({"csrf_token": token, "message": f"outage {key}", "ttl": "1-day", "key": key})
        while True:
            began = time.monotonic()
            status, _ = request(port, "POST", "/activities", body)
            ledger.answered("writer", status, time.monotonic() - began)
            if status == "303":
                ledger.acknowledged.add(key)
                break
            time.sleep(0.1)
        time.sleep(0.05)


def read(port: int, ledger: Ledger, over: threading.Event) -> None:
    while not over.is_set():
        began = time.monotonic()
        status, _ = request(port, "GET", "/")
        ledger.answered("reader", status, time.monotonic() - began)
        time.sleep(0.05)


def main() -> None:
    """Exits with 1 when anything acknowledged is lost or doubled."""
    options = argparse.ArgumentParser(prog="bin/bench outage")
    options.add_argument("--before", type=float, default=5)
    options.add_argument("--down", type=float, default=5)
    options.add_argument("--after", type=float, default=12)
    chosen = options.parse_args()
    with (
        ground(500, 5_000) as made,
        serve("webapp:create_app()", made.environment(), log=made.folder / "log") as server,
    ):
        found = re.search(rb'name="csrf_token" value="([^"]+)"', server.get("/")[1])
        assert found
        ledger, over = Ledger(), threading.Event()
        port, token = server.port, found[1].decode()
        people = [threading.Thread(target=write, args=(port, token, ledger, over)) for _ in range(WRITERS)]
        people += [threading.Thread(target=read, args=(port, ledger, over)) for _ in range(READERS)]
        for person in people:
            person.start()
        time.sleep(chosen.before)
        stopped = time.monotonic()
        kill(made)
        time.sleep(chosen.down)
        live = request(port, "GET", "/livez")[0], request(port, "GET", "/readyz")[0]
        made.cluster.start()
        accepting = time.monotonic()
        time.sleep(chosen.after)
        over.set()
        for person in people:
            person.join()
        report(made, ledger, stopped, accepting, live)


def kill(made: Ground) -> None:
    """Like `pg_ctl stop -m immediate`: every process ends at once, and the next start recovers."""
    process = made.cluster.process
    assert process
    process.send_signal(signal.SIGQUIT)
    process.wait(10)


def report(made: Ground, ledger: Ledger, stopped: float, accepting: float, live: tuple[str, str]) -> None:
    good = {"reader": "200", "writer": "303"}
    print(f"database gone for {accepting - stopped:.1f} s; meanwhile /livez {live[0]}, /readyz {live[1]}")
    for who, status in good.items():
        firsts = [at for at, whose, what, _ in ledger.answers if whose == who and what == status and at > accepting]
        begun_late = [
            at for at, whose, what, took in ledger.answers if whose == who and what != status and at - took > accepting
        ]
        bad = Counter(what for _, whose, what, _ in ledger.answers if whose == who and what != status)
        slowest = max(took for at, whose, _, took in ledger.answers if whose == who)
        count = sum(1 for _, whose, what, _ in ledger.answers if whose == who and what == status)
        print(
            f"{who}s: {count} good responses; first {min(firsts) - accepting:.2f} s after the server accepts,"
            f" last failure {max(begun_late) - accepting if begun_late else 0:.2f} s after;"
            f" failures {dict(bad) or 'none'}; slowest response {slowest:.2f} s"
        )
    with made.superuser() as conn:
        rows = conn.execute("SELECT substr(message, 8) FROM activity_texts WHERE message LIKE 'outage %%'").fetchall()
    stored = Counter(row[0] for row in rows)
    lost = ledger.acknowledged - stored.keys()
    doubled = [key for key, times in stored.items() if times > 1]
    strangers = stored.keys() - ledger.intents
    print(
        f"{len(ledger.intents)} intended, {len(ledger.acknowledged)} acknowledged, {len(stored)} stored;"
        f" lost {len(lost)}, doubled {len(doubled)}, unasked {len(strangers)}"
    )
    if lost or doubled or strangers:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
