"""Forgetting removes from the disk what is gone from the tables: a deleted row's bytes stay in its page and in the log.

What people write stands in tables of two halves. A pass lets everything new go into the other half, moves the living
there in small batches, and empties the half that they left. It may be killed anywhere: the next pass goes on.
"""

import threading
import time
from dataclasses import dataclass

from ..db.connections import Connection, DatabaseError

HALVED = ("activity_texts", "drafts", "report_copies")
PAGES = 40  # of 8 kB, in one batch: a writer waits for at most one batch, a reader for none
LOCK_WAIT = "100ms"
"""How long emptying waits for readers: those who come later wait behind it."""
_LOCK = 0x6D61_7967  # any number, the same everywhere

# Fills the current segment of the log, so that it can go; beginning a new one would take a superuser.
_FILL = """
SELECT pg_logical_emit_message(
  false, 'mayfly', repeat(' ', pg_size_bytes(current_setting('wal_segment_size'))::int)
)
"""
_OLDER = """
SELECT count(*)
FROM pg_stat_activity
WHERE datname = current_database()
  AND pid <> pg_backend_pid()
  AND backend_type <> 'autovacuum worker'
  AND (age(backend_xmin) > age(%(since)s::xid) OR age(backend_xid) > age(%(since)s::xid))
"""


class TooBusy(Exception):
    """Something older than the pass did not end within the patience."""


@dataclass
class Forgot:
    """How many living texts moved; the longest batch and the emptying, in seconds; whether the log was cut too."""

    moved: int = 0
    longest: float = 0.0
    emptying: float = 0.0
    cut: bool = False

    def __str__(self) -> str:
        log = "the log was cut" if self.cut else "the server keeps its log as it is set up to"
        return f"{self.moved} living texts moved, longest batch {self.longest * 1000:.0f} ms, {log}"


def forget(conn: Connection, *, stop: threading.Event | None = None, patience: float = 60.0) -> Forgot | None:
    """One pass, over a connection in autocommit as the keeper; None while another one runs.

    `patience`: seconds for what is older than the pass, such as a dump; the caller sweeps nothing meanwhile.
    Raises `TooBusy`, and `DatabaseError` where the role may not; another pass goes on from there.
    """
    if not _value(conn, "SELECT pg_try_advisory_lock(%(lock)s)", lock=_LOCK):
        return None
    try:
        stop = stop or threading.Event()
        pass_ = _Pass(conn, stop, time.monotonic() + patience, Forgot())
        began = conn.execute("SELECT now()").fetchone()
        written = _value(conn, "SELECT half FROM written_half")
        pass_.empty(1 - written)  # which a killed pass may have left
        conn.execute("UPDATE written_half SET half = 1 - half")
        pass_.empty(written)
        pass_.forgot.cut = cut_log(conn)
        if not stop.is_set():
            conn.execute("UPDATE written_half SET emptied_at = %s", began)
        return pass_.forgot
    finally:
        if not conn.broken:
            conn.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def cut_log(conn: Connection) -> bool:
    """Lets the server remove its log of before, as its settings allow. False where the role may not."""
    try:
        conn.execute("CHECKPOINT")
        conn.execute(_FILL)
        conn.execute("CHECKPOINT")
    except DatabaseError as error:
        if error.sqlstate != "42501":
            raise
        return False
    return True


@dataclass
class _Pass:
    conn: Connection
    stop: threading.Event
    deadline: float
    forgot: Forgot

    def empty(self, half: int) -> None:
        """Moves all that stands in this half, to which nothing new is written, and truncates it."""
        if not any(self._size(table, half) for table in HALVED):
            return
        while not self.stop.is_set():
            for table in HALVED:
                self._move(table, half)
            self._wait_for_older()  # they would find what moved in neither half
            if self._truncate(half):
                return
            self._pause()

    def _move(self, table: str, half: int) -> None:
        for page in range(0, self._size(table, half) // 8192 + 1, PAGES):
            if self.stop.is_set():
                return
            began = time.monotonic()
            batch = (
                f"SELECT ctid FROM {table}_{half} WHERE ctid >= '({page},0)' AND ctid < '({page + PAGES},0)'"  # noqa: S608
                " FOR UPDATE SKIP LOCKED"
            )
            self.forgot.moved += self.conn.execute(
                f"UPDATE {table} AS living SET half = {1 - half} FROM ({batch}) AS batch"  # noqa: S608
                f" WHERE living.half = {half} AND living.ctid = batch.ctid"
            ).rowcount
            self.forgot.longest = max(self.forgot.longest, time.monotonic() - began)

    def _truncate(self, half: int) -> bool:
        """Whether the half was empty, and is now an empty file."""
        halves = [f"{table}_{half}" for table in HALVED]
        began = time.monotonic()
        try:
            with self.conn.transaction():
                self.conn.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
                self.conn.execute(f"LOCK TABLE {', '.join(halves)} IN ACCESS EXCLUSIVE MODE")
                if any(_value(self.conn, f"SELECT EXISTS (SELECT FROM {each})") for each in halves):  # noqa: S608
                    return False
                self.conn.execute(f"TRUNCATE {', '.join(halves)}")
        except DatabaseError as error:
            if error.sqlstate != "55P03":
                raise
            return False
        self.forgot.emptying = max(self.forgot.emptying, time.monotonic() - began)
        return True

    def _wait_for_older(self) -> None:
        """Waits until every transaction and every snapshot that is older than now has ended."""
        since = str(_value(self.conn, "SELECT pg_current_xact_id()::xid"))
        while _value(self.conn, _OLDER, since=since) and not self.stop.is_set():
            self._pause()

    def _pause(self) -> None:
        if time.monotonic() > self.deadline:
            raise TooBusy
        self.stop.wait(0.1)

    def _size(self, table: str, half: int) -> int:
        return int(_value(self.conn, f"SELECT pg_relation_size('{table}_{half}')"))


def _value(conn: Connection, sql: str, **params: object) -> int:
    row = conn.execute(sql, params or None).fetchone()
    assert row  # noqa: S101 (each of these gives one row)
    return int(row[0])
