"""Many people confirm their sign-up at once: the function that Cognito calls, through PgBouncer.

Usage: bin/bench sign-ups [--people 1000] [--at-once 50]

Each thread is one execution environment of Lambda: a copy of the handler with its own connection.
Half of all people ask for one of ten handles, and every tenth event comes twice.
"""

import argparse
import contextlib
import io
import os
import queue
import threading
import time
from pathlib import Path

from confirmations import Event, confirmed, load
from pgbouncer import run_pgbouncer, through
from rds import as_on_rds
from ways import DatabaseUrls

from bench.ground import Ground, ground
from webapp.postgres.embedded import SIGN_UP, SUPERUSER

_SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'mayfly_sign_up'"


def event(number: int) -> Event:
    wanted = f"wanted_{number % 10}" if number % 2 else f"person_{number}"
    return confirmed(
        sub=f"subject-{number}",
        name=f"Person {number}",
        preferred_username=wanted,
        email=f"person{number}@example.com",
    )


def main() -> None:
    """Exits with 1 if somebody has no account, or two."""
    options = argparse.ArgumentParser(prog="bin/bench sign-ups")
    options.add_argument("--people", type=int, default=1000)
    options.add_argument("--at-once", type=int, default=50)
    chosen = options.parse_args()
    waiting: queue.Queue[Event] = queue.Queue()
    for number in range(chosen.people):
        for _ in range(2 if number % 10 == 0 else 1):
            waiting.put(event(number))
    events, failed, held, over = waiting.qsize(), [], [], threading.Event()
    with ground(1, 1) as made, as_on_rds(_urls(made)), run_pgbouncer(made.cluster, _folder(made), size=5):
        with made.superuser() as conn:
            conn.execute("DELETE FROM sessions; DELETE FROM activity_keys; DELETE FROM activities; DELETE FROM users")
        os.environ["CONNECTION_URL"] = through(_folder(made), made.target.name or "", SIGN_UP)

        def watch() -> None:
            with made.superuser() as conn:
                while not over.is_set():
                    held.append(conn.execute(_SESSIONS).fetchone()[0])  # type: ignore[index]
                    over.wait(0.01)

        def work() -> None:
            handler = load()
            with contextlib.suppress(queue.Empty):
                while True:
                    one = waiting.get_nowait()
                    try:
                        handler.lambda_handler(one, None)
                    except handler.Failed as error:
                        failed.append(str(error))
            handler._forget()

        watcher = threading.Thread(target=watch)
        crowd = [threading.Thread(target=work) for _ in range(chosen.at_once)]
        watcher.start()
        began = time.monotonic()
        with contextlib.redirect_stdout(io.StringIO()):
            for thread in crowd:
                thread.start()
            for thread in crowd:
                thread.join()
        took = time.monotonic() - began
        over.set()
        watcher.join()
        with made.superuser() as conn:
            rows, people, told = conn.execute(
                "SELECT count(*), count(DISTINCT cognito_user_id), count(handle_wanted) FROM users"
            ).fetchone()  # type: ignore[misc]
    print(
        f"{events} events for {chosen.people} people, {chosen.at_once} at once, in {took:.1f} s ({events / took:.0f} a"
        f" second)\n{chosen.at_once} connections to PgBouncer, {max(held)} held at PostgreSQL at most\n"
        f"{rows} rows, {rows - people} duplicates, {len(failed)} failures; {told} got another handle than they wanted"
    )
    if rows != chosen.people or people != rows or failed:
        raise SystemExit(1)


def _urls(made: Ground) -> DatabaseUrls:
    return DatabaseUrls(made.target.app_url, made.target.owner_url, made.cluster.url(SUPERUSER, made.target.name or ""))


def _folder(made: Ground) -> Path:
    folder = made.folder / "pooler"
    folder.mkdir(exist_ok=True)
    return folder


if __name__ == "__main__":
    main()
