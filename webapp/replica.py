"""Reading from a replica: only what may be late is asked of it, and only while it is not too late.

A ticket from the primary says what a replica must have seen: all that was burned, every change of a person, all that
the viewer wrote, every activity but those of the last seconds, and the primary's time: a replica's clock hides what has
expired, unless it is behind. The replica compares it in the statement that reads, hence in one snapshot. And only one
that follows this very database may answer: a copy counts for itself.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from .catalogue import Catalogue, Template, query_wrap_fresh
from .config import Settings
from .connections import Connection, DatabaseError, Pool, make_pool, our_errors
from .errors import MayflyError

log = logging.getLogger(__name__)
_pool_log = logging.getLogger("psycopg.pool")

MAY_BE_LATE = frozenset({"feeds/home", "feeds/public", "feeds/profile"})
"""The templates that a replica may answer; all of them take `viewer_uuid`."""

_NAME = "replica"  # of the pool, as its log has it
_REST = 2.0  # seconds for which a replica that is away, or not fit to answer, is not asked
_PATIENCE = 0.1  # seconds; who waits longer for a connection than the primary takes to answer has waited too long


class Replica:
    """The second pool of an application, opened on first use."""

    def __init__(self, settings: Settings, catalogue: Catalogue, prepare: Callable[[Connection], object]) -> None:
        self.answers = self.passes = 0
        self._settings, self._catalogue, self._prepare = settings, catalogue, prepare
        self._lock = threading.Lock()
        self._opened: Pool | None = None
        self._rests_until = 0.0
        self._asked, self._pool_spoke = True, False

    def read(self, template: Template, params: dict[str, object], ask: Callable[..., Any]) -> Any | None:
        """The JSON of an array template; None where the primary has to answer. Raises nothing of its own.

        `ask` asks the primary (`Database.query_object`) for the ticket.
        """
        if time.monotonic() < self._rests_until:
            return None
        wanted = ask("feeds/ticket", viewer_uuid=params["viewer_uuid"])
        sql = query_wrap_fresh(template.sql, self._catalogue["feeds/freshness"].sql)
        try:
            with our_errors(self._drain), self._pool.connection(timeout=_PATIENCE) as conn:
                row = conn.execute(sql, {**wanted, **params}).fetchone()
        except (MayflyError, DatabaseError) as error:
            self._rest(type(error).__name__)
            return None
        state, found = row or ("away", None)
        if state == "fresh":
            self._answered()
            return found
        self.passes += 1
        if state != "waiting":
            self._rest(state)
        return None

    def statistics(self) -> dict[str, int]:
        """How many reads it answered, and how many it passed on because it was not fresh."""
        return {"replica_answers_total": self.answers, "replica_passes_total": self.passes}

    def close(self) -> None:
        """Closes the pool; a later read opens a new one."""
        with self._lock:
            pool, self._opened = self._opened, None
        if pool:
            pool.close(timeout=2)
        _pool_log.removeFilter(self._worth_saying)

    def _answered(self) -> None:
        self.answers += 1
        self._pool_spoke = False
        if not self._asked:
            self._asked = True
            log.info("the replica of REPLICA_CONNECTION_URL answers again")

    def _rest(self, why: str) -> None:
        self._rests_until = time.monotonic() + _REST
        if self._asked:
            self._asked = False
            log.warning("the replica of REPLICA_CONNECTION_URL is passed over until it can answer again: %s", why)

    def _worth_saying(self, record: logging.LogRecord) -> bool:
        """Of what the pool says of a replica that is away, the first: it tells why. Each further try says it again."""
        if not isinstance(record.args, tuple) or _NAME not in record.args:
            return True
        spoke, self._pool_spoke = self._pool_spoke, True
        return not spoke

    def _drain(self) -> None:
        if self._opened:
            self._opened.drain()

    @property
    def _pool(self) -> Pool:
        with self._lock:
            if self._opened is None:
                _pool_log.addFilter(self._worth_saying)
                url = self._settings.replica_connection_url
                self._opened = make_pool(self._settings, url, self._prepare, name=_NAME)
            return self._opened
