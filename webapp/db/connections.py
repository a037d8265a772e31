"""Connections to PostgreSQL: the pool for requests, direct ones for scripts, and errors translated to ours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.adapt import Buffer, Loader
from psycopg_pool import ConnectionPool

from ..config.settings import Settings
from ..errors import AccountGone, Malformed, Unavailable, Violated
from . import conninfo

Connection = psycopg.Connection[tuple[Any, ...]]
Cursor = psycopg.Cursor[tuple[Any, ...]]
Pool = ConnectionPool[Connection]
DatabaseError = psycopg.Error
# The statement is invalid or does not match the schema. Other errors are about the server.
SchemaErrors = (psycopg.ProgrammingError, psycopg.NotSupportedError, psycopg.DataError)

# The connection, or its server, must not be used again: shutting down, starting up, out of connections, read-only
# after a failover, or gone.
_LOST = {"57P01", "57P02", "57P03", "53300", "25006"}
_UNDONE = {"40001", "40P01"}  # a clash with another transaction


class _RawJson(Loader):
    """JSON as undecoded bytes."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def connect(
    url: str, *, application: str = "mayfly-ops", autocommit: bool = True, dbname: str | None = None
) -> Connection:
    """A direct connection for scripts, to `dbname` where given. Raises `Unavailable` within 5 s, with host and port."""
    options: dict[str, Any] = {
        "autocommit": autocommit,
        "application_name": application,
        "prepare_threshold": None,
        "dbname": dbname,
    }
    try:
        return conninfo.dial(url, **options)
    except psycopg.OperationalError as error:
        raise Unavailable(conninfo.why_unreachable(url, error)) from error
    except psycopg.ProgrammingError as error:
        raise conninfo.unreadable(url) from error


def make_pool(settings: Settings, url: str, prepare: Callable[[Connection], object]) -> Pool:
    """An open pool of connections to `url`; `prepare` gets each new one. JSON comes out as bytes.

    Behind a pooler no statement stays prepared: each transaction may get another session.
    """
    kept = None if settings.behind_pooler else 5

    def configure(conn: Connection) -> None:
        conn.adapters.register_loader("json", _RawJson)
        prepare(conn)

    def arguments() -> dict[str, Any]:
        return {
            **conninfo.arguments(url),
            "autocommit": True,
            "application_name": "mayfly",
            "prepare_threshold": kept,
        }

    return ConnectionPool(
        url,
        kwargs=arguments,  # called for each connection: a token may be the password
        configure=configure,
        name="mayfly",
        min_size=min(settings.pool_min, settings.pool_max),
        max_size=settings.pool_max,
        timeout=settings.pool_timeout,
        max_waiting=settings.pool_max_waiting,
        # Short, so that the first request after an outage connects at once.
        reconnect_timeout=1.0,
        open=True,
    )


@contextmanager
def translate_errors(lost: Callable[[], None]) -> Iterator[None]:
    """Turns PostgreSQL's errors into ours. Calls `lost` if the connection, or its server, must not be used again."""
    try:
        yield
    except (psycopg.DataError, UnicodeEncodeError) as error:
        raise Malformed("That text contains a character that can't be stored.") from error
    except psycopg.IntegrityError as error:
        name = error.diag.constraint_name or ""
        gone = isinstance(error, psycopg.errors.ForeignKeyViolation) and name.endswith("_user")
        raise (AccountGone if gone else Violated)(name) from error
    except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction) as error:
        state = error.sqlstate or ""
        if state == "54000":
            raise Malformed("That text is too long to store.") from error
        own = type(error).__module__.startswith("psycopg_pool")  # the pool is exhausted: nothing to drain or retry
        gone = not own and (state in _LOST or state.startswith("08") or not state)
        if gone:
            lost()
        reason = f"database: {type(error).__name__} {state}".rstrip()
        raise Unavailable(reason, passing=gone, undone=state in _UNDONE) from error
