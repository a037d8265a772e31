"""The data layer: named templates in, one JSON value out, over one pool."""

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

import orjson

from ..config.settings import Settings
from ..errors import Unavailable
from .catalogue import BrokenTemplate, Catalogue, Template, query_wrap_together
from .connections import Connection, Cursor, Pool, SchemaErrors, connect, make_pool, translate_errors

T = TypeVar("T")

_open_databases: "weakref.WeakSet[Database]" = weakref.WeakSet()


class Database:
    """The catalogue and the pool of one application. The pool opens on first use, so never before a fork.

    `generic_plans`: reuse generic plans; our reads are index look-ups whatever the values.
    """

    def __init__(self, settings: Settings, catalogue: Catalogue | None = None, *, generic_plans: bool = False) -> None:
        self.catalogue = catalogue or Catalogue()
        self.retries = 0
        self._settings = settings
        # What statements take that is the same for everybody: from the settings, where a call does not give it.
        self._constants = {"likes_public": settings.likes_shown == "everyone"}
        self._generic_plans = generic_plans
        self._lock = threading.Lock()
        self._opened: Pool | None = None
        self._held: ContextVar[Connection | None] = ContextVar("mayfly_transaction", default=None)
        self._checked = False

    # Reads ---------------------------------------------------------------------------------------------------

    def query_array(self, name: str, **params: object) -> list[Any]:
        return cast(list[Any], orjson.loads(self._read(self._template(name, "array", params).sql, params)))

    def query_object(self, name: str, **params: object) -> Any | None:
        """None where there is no row."""
        found = self._read(self._template(name, "object", params).sql, params)
        return None if found is None else orjson.loads(found)

    def query_together(self, **asked: tuple[str, dict[str, object]]) -> dict[str, Any]:
        """Runs several array or object templates as one statement; returns each result under its key.

        `asked`: the name and parameters of each. A parameter that two of them share must have the same value.
        """
        params: dict[str, object] = {}
        parts = []
        for key, (name, own) in asked.items():
            parts.append((key, self._template(name, self.catalogue[name].kind, own).sql))
            if any(params.get(each, value) != value for each, value in own.items()):
                raise TypeError(f"{name} gives a shared parameter another value")
            params |= own
        return cast(dict[str, Any], orjson.loads(self._read(query_wrap_together(tuple(parts)), params)))

    def query_json(self, name: str, **params: object) -> bytes | None:
        """Undecoded JSON of an array or object template; None where there is no row."""
        kind = self.catalogue[name].kind
        return cast(bytes | None, self._read(self._template(name, kind, params).sql, params))

    # Statements as written -----------------------------------------------------------------------------------

    def query_value(self, name: str, **params: object) -> Any | None:
        """The first column of the first row of a plain template; None where there is no row."""
        row = self._write(name, params, lambda cursor: cursor.fetchone())
        return None if row is None else row[0]

    def execute(self, name: str, **params: object) -> int:
        """Runs a plain template; returns the number of rows touched."""
        return self._write(name, params, lambda cursor: cursor.rowcount)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Calls inside share one connection: leaving commits, an exception rolls back. Nesting is refused."""
        if self._held.get() is not None:
            raise RuntimeError("a transaction is open already")
        with self._connection() as conn, conn.transaction():
            token = self._held.set(conn)
            try:
                yield
            finally:
                self._held.reset(token)

    def retrying(self, act: Callable[[], T]) -> T:
        """Runs `act`, and once more after a lost connection or a deadlock.

        Only for acts that may run twice: reads, and writes that carry a key or are idempotent.
        """
        return self._twice(act, lambda error: error.passing)

    # Life ----------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Prepares every template against the schema, over a direct connection, in one transaction.

        Raises `BrokenTemplate`, and `Unavailable` for a server that is away or holds a lock for long.
        """
        url = self._settings.direct_connection_url
        with translate_errors(lambda: None), connect(url, application="mayfly-check") as conn, conn.transaction():
            for template in self.catalogue:
                try:
                    conn.execute(template.prepare_sql)
                    conn.execute("DEALLOCATE mayfly_check")
                except SchemaErrors as error:
                    raise BrokenTemplate(template.describe_error(error.diag)) from error
        self._checked = True

    def ready(self) -> None:
        """Raises unless a connection comes within a second, every migration is there, and every template fits.

        `Unavailable`, `BrokenTemplate`. The first call also prepares every template.
        """
        if not self._checked:
            self.check()

        template = self._template("ops/ready", "plain", {})

        def applied() -> str:
            with self._connection(patience=1.0) as conn:
                row = conn.execute(template.sql).fetchone()
            return str(row[0]) if row else ""

        if self.retrying(applied) < self.catalogue.newest_migration:
            raise BrokenTemplate("migrations are pending: bin/db-migrate")

    def close(self) -> None:
        """A later call opens a new pool."""
        with self._lock:
            pool, self._opened = self._opened, None
        if pool:
            pool.close(timeout=2)

    def statistics(self) -> dict[str, int]:
        """The pool's counters (psycopg_pool's names) and `db_retries_total`."""
        return {**self._pool.get_stats(), "db_retries_total": self.retries}

    # Inside --------------------------------------------------------------------------------------------------

    def _template(self, name: str, kind: str, params: dict[str, object]) -> Template:
        template = self.catalogue[name]
        if template.kind != kind:
            raise TypeError(f"{name} is {template.kind}, not {kind}")
        for each in self._constants.keys() & template.params.keys():
            params.setdefault(each, self._constants[each])
        if params.keys() != template.params.keys():
            raise TypeError(
                f"{name} takes {', '.join(template.params) or 'nothing'}, not {', '.join(params) or 'nothing'}"
            )
        return template

    def _read(self, sql: str, params: dict[str, object]) -> Any:
        def read() -> Any:
            with self._connection() as conn:
                row = conn.execute(sql, params).fetchone()
                return row[0] if row else None

        return self.retrying(read)

    def _write(self, name: str, params: dict[str, object], result: Callable[[Cursor], T]) -> T:
        """Runs a plain template; outside a transaction once more after a clash with another one."""
        template = self._template(name, "plain", params)

        def write() -> T:
            with self._connection() as conn:
                return result(conn.execute(template.sql, params))

        return self._twice(write, lambda error: error.undone)

    def _twice(self, act: Callable[[], T], again: Callable[[Unavailable], bool]) -> T:
        try:
            return act()
        except Unavailable as error:
            if not again(error) or self._held.get() is not None:
                raise
            self.retries += 1
            return act()

    @contextmanager
    def _connection(self, patience: float | None = None) -> Iterator[Connection]:
        """The transaction's connection, or one from the pool within `patience` seconds. Translates errors."""
        held = self._held.get()
        with translate_errors(self._drain):
            if held is not None:
                yield held
            else:
                with self._pool.connection(timeout=patience) as conn:
                    yield conn

    def _drain(self) -> None:
        """Replaces every connection of the pool: some may be dead."""
        if self._opened:
            self._opened.drain()

    def _prepare(self, conn: Connection) -> None:
        """Sets generic plans: planning a feed each time takes as long as running it. Not behind a pooler."""
        if self._generic_plans and not self._settings.behind_pooler:
            template = self.catalogue["ops/plan_once"]
            conn.execute(template.sql)

    @property
    def _pool(self) -> Pool:
        if self._opened is None:
            with self._lock:
                if self._opened is None:
                    self._opened = make_pool(self._settings, self._settings.connection_url, self._prepare)
                    _open_databases.add(self)
        return self._opened


def close_pools() -> None:
    """Call it before the process ends."""
    for database in list(_open_databases):
        database.close()
