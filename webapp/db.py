"""The way to PostgreSQL: named templates in, one JSON value out, over one pool. Only this module knows psycopg."""

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

import orjson
import psycopg
from psycopg.adapt import Buffer, Loader
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool

from .catalogue import BrokenTemplate, Catalogue, Template
from .config import Settings
from .errors import Malformed, Unavailable, Violated

Connection = psycopg.Connection[tuple[Any, ...]]
DatabaseError = psycopg.Error
T = TypeVar("T")

# What says that a connection, or the server behind it, must not be used again: shutting down, starting up, out of
# connections, suddenly read-only after a failover, or gone.
_LOST = {"57P01", "57P02", "57P03", "53300", "25006"}
_RETRY = {"40001", "40P01"}
_NETWORK = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}
_UNREADABLE = "The connection URL cannot be read: it must look like postgresql://user@host:5432/name."
_open_databases: "weakref.WeakSet[Database]" = weakref.WeakSet()


class _RawJson(Loader):
    """PostgreSQL's JSON as it came: bytes."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def connect(
    url: str, *, application: str = "mayfly-ops", autocommit: bool = True, dbname: str | None = None
) -> Connection:
    """A direct connection outside the pool, for scripts. Raises `Unavailable` within 5 s, with host and port.

    `dbname`: another database of the same server.
    """
    options: dict[str, Any] = {**_NETWORK, "prepare_threshold": None, "dbname": dbname}
    try:
        return psycopg.connect(url, autocommit=autocommit, application_name=application, **options)
    except psycopg.OperationalError as error:
        raise Unavailable(_why_unreachable(url, error)) from error
    except psycopg.ProgrammingError as error:
        raise Unavailable(_UNREADABLE) from error


def database_of(url: str) -> str:
    """The database that a URL names, by libpq's own reading. Raises `Unavailable` for a URL that cannot be read."""
    try:
        return str(conninfo_to_dict(url).get("dbname") or "")
    except psycopg.ProgrammingError as error:
        raise Unavailable(_UNREADABLE) from error


def client_environment(url: str) -> dict[str, str]:
    """What a URL says, as the variables that PostgreSQL's own programs read: a password is seen by no process list."""
    options = psycopg.pq.Conninfo.parse(url.encode())
    return {o.envvar.decode(): o.val.decode() for o in options if o.envvar and o.val}


def _why_unreachable(url: str, error: Exception) -> str:
    parts = conninfo_to_dict(url)
    text = str(error).lower()
    cause = next(
        (
            cause
            for sign, cause in (
                ("refused", "no PostgreSQL listens there"),
                ("no such file", "no PostgreSQL listens on that socket"),
                ("timeout", "nothing answers: a firewall or security group may not allow this address"),
                ("unreachable", "there is no network route to it"),
                ("translate", "the host name is not known"),
                ("resolve", "the host name is not known"),
                ("password", "the password is wrong or missing"),
                ("authentication", "the user may not sign in"),
                ("does not exist", "the database or the role does not exist"),
                ("starting up", "it is starting up"),
            )
            if sign in text
        ),
        "it did not accept the connection",
    )
    return (
        f"The database at {parts.get('host', 'localhost')} port {parts.get('port', 5432)} cannot be reached: {cause}."
    )


class Database:
    """The catalogue and the pool of one application. Opens the pool on first use, so never before a fork."""

    def __init__(self, settings: Settings, catalogue: Catalogue | None = None) -> None:
        self.catalogue = catalogue or Catalogue()
        self.retries = 0
        self._settings = settings
        self._lock = threading.Lock()
        self._opened: ConnectionPool[Connection] | None = None
        self._held: ContextVar[Connection | None] = ContextVar("mayfly_transaction", default=None)
        self._checked = False

    # Reads ---------------------------------------------------------------------------------------------------

    def query_array(self, name: str, **params: object) -> list[Any]:
        """The rows of an array template as a list of shapes."""
        return cast(list[Any], orjson.loads(self._read(self._template(name, "array", params), params)))

    def query_object(self, name: str, **params: object) -> Any | None:
        """The row of an object template as a shape; None where there is no row."""
        answer = self._read(self._template(name, "object", params), params)
        return None if answer is None else orjson.loads(answer)

    def query_json(self, name: str, **params: object) -> bytes | None:
        """The JSON of an array or object template, undecoded; None where there is no row."""
        kind = self.catalogue[name].kind
        return cast(bytes | None, self._read(self._template(name, kind, params), params))

    # Statements as written -----------------------------------------------------------------------------------

    def query_value(self, name: str, **params: object) -> Any | None:
        """The first column of the first row of a plain template; None where there is no row."""
        template = self._template(name, "plain", params)
        with self._connection() as conn:
            row = conn.execute(template.sql, params).fetchone()
        return None if row is None else row[0]

    def execute(self, name: str, **params: object) -> int:
        """Runs a plain template; the number of rows it touched."""
        template = self._template(name, "plain", params)
        with self._connection() as conn:
            return conn.execute(template.sql, params).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Calls inside share one connection: leaving commits, an exception rolls back. Does not nest."""
        with self._connection() as conn, conn.transaction():
            token = self._held.set(conn)
            try:
                yield
            finally:
                self._held.reset(token)

    def retrying(self, act: Callable[[], T]) -> T:
        """The act's answer; after a lost connection or a deadlock it runs once more.

        Only for acts that may run twice: reads, and writes that carry a key or leave the same state behind.
        """
        try:
            return act()
        except Unavailable as error:
            if not error.passing or self._held.get() is not None:
                raise
            self.retries += 1
            return act()

    # Life ----------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Prepares every template against the schema, over a direct connection. Raises `BrokenTemplate`."""
        with connect(self._settings.direct_connection_url, application="mayfly-check") as conn:
            for template in self.catalogue:
                try:
                    conn.execute(template.prepare_sql)
                    conn.execute("DEALLOCATE mayfly_check")
                except psycopg.Error as error:
                    raise BrokenTemplate(f"sql/{template.name}.sql: {error}") from error
        self._checked = True

    def ready(self) -> None:
        """Returns when the database answers and every template fits it. Raises `Unavailable`, `BrokenTemplate`."""
        if not self._checked:
            self.check()
        self.query_value("ops/ready")

    def close(self) -> None:
        """Closes the pool; a later call opens a new one."""
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
        if params.keys() != template.params.keys():
            raise TypeError(
                f"{name} takes {', '.join(template.params) or 'nothing'}, not {', '.join(params) or 'nothing'}"
            )
        return template

    def _read(self, template: Template, params: dict[str, object]) -> Any:
        def read() -> Any:
            with self._connection() as conn:
                row = conn.execute(template.sql, params).fetchone()
                return row[0] if row else None

        return self.retrying(read)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """The transaction's connection, or one from the pool; PostgreSQL's errors become ours."""
        held = self._held.get()
        try:
            if held is not None:
                yield held
            else:
                with self._pool.connection() as conn:
                    yield conn
        except (psycopg.DataError, UnicodeEncodeError) as error:
            raise Malformed("That text holds a sign that cannot be stored.") from error
        except psycopg.IntegrityError as error:
            raise Violated(error.diag.constraint_name or "") from error
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction) as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: psycopg.Error) -> Unavailable:
        """Sorts a failure: lost connections empty the pool, so that the next borrower gets a fresh one."""
        state = error.sqlstate or ""
        if state == "54000":
            raise Malformed("That text is too long to be stored.") from error
        own = type(error).__module__.startswith("psycopg_pool")  # no connection to be had: nothing to drain or repeat
        lost = not own and (state in _LOST or state.startswith("08") or not state)
        if lost and self._opened:
            self._opened.drain()
        return Unavailable(f"database: {type(error).__name__} {state}".rstrip(), passing=lost or state in _RETRY)

    @property
    def _pool(self) -> "ConnectionPool[Connection]":
        if self._opened is None:
            with self._lock:
                if self._opened is None:
                    self._opened = self._make_pool()
                    _open_databases.add(self)
        return self._opened

    def _make_pool(self) -> "ConnectionPool[Connection]":
        settings = self._settings
        return ConnectionPool(
            settings.connection_url,
            kwargs={"autocommit": True, "application_name": "mayfly", **_NETWORK},
            configure=lambda conn: conn.adapters.register_loader("json", _RawJson),
            min_size=min(settings.pool_min, settings.pool_max),
            max_size=settings.pool_max,
            timeout=settings.pool_timeout,
            max_waiting=settings.pool_max_waiting,
            # Short, so that after an outage the next request connects at once and none waits for a long back-off.
            reconnect_timeout=1.0,
            open=True,
        )


def close_pools() -> None:
    """Closes every pool of this process; for the moment before it ends."""
    for database in list(_open_databases):
        database.close()
