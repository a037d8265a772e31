"""How PostgreSQL is reached: the pool for requests, direct connections for scripts, and what their failures mean. Only
this module knows psycopg."""

import ipaddress
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.adapt import Buffer, Loader
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool

from .config import Settings
from .errors import Malformed, Unavailable, Violated

Connection = psycopg.Connection[tuple[Any, ...]]
Pool = ConnectionPool[Connection]
DatabaseError = psycopg.Error

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
    try:
        options: dict[str, Any] = {**_NETWORK, **_verified(url), "prepare_threshold": None, "dbname": dbname}
        return psycopg.connect(url, autocommit=autocommit, application_name=application, **options)
    except psycopg.OperationalError as error:
        raise Unavailable(_why_unreachable(url, error)) from error
    except psycopg.ProgrammingError as error:
        raise Unavailable(_UNREADABLE) from error


def is_local(host: str) -> bool:
    """Whether a host is this machine by its name alone: a socket's folder, or a loopback address."""
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _verified(url: str) -> dict[str, str]:
    """What lets nobody stand in for the server: over a network its certificate must fit its name, unless it is said
    otherwise. Who signed it is told by `sslrootcert` (`PGSSLROOTCERT`), else the system knows.
    """
    given = conninfo_to_dict(url)
    hosts = ",".join(str(given.get(name) or os.environ.get(f"PG{name.upper()}", "")) for name in ("host", "hostaddr"))
    said = {"sslmode", "service"} & given.keys() or any(map(os.environ.get, ("PGSSLMODE", "PGSERVICE")))
    if said or all(map(is_local, filter(None, hosts.split(",")))):
        return {}
    known = given.get("sslrootcert") or os.environ.get("PGSSLROOTCERT")
    return {"sslmode": "verify-full", **({} if known else {"sslrootcert": "system"})}


def database_of(url: str) -> str:
    """The database that a URL names, by libpq's own reading. Raises `Unavailable` for a URL that cannot be read."""
    try:
        return str(conninfo_to_dict(url).get("dbname") or "")
    except psycopg.ProgrammingError as error:
        raise Unavailable(_UNREADABLE) from error


def client_environment(url: str) -> dict[str, str]:
    """What a URL says, as the variables that PostgreSQL's own programs read: a password is seen by no process list."""
    options = psycopg.pq.Conninfo.parse(psycopg.conninfo.make_conninfo(url, **_verified(url)).encode())
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
                (
                    "certificate",
                    "its certificate is none that is trusted for that name (PGSSLROOTCERT)",
                ),
                (
                    "does not support ssl",
                    "it offers no TLS (a network of your own may do without: sslmode=disable)",
                ),
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


def make_pool(settings: Settings, prepare: Callable[[Connection], object]) -> Pool:
    """An open pool for the application's role; `prepare` sees each new connection. JSON comes out of it as bytes.

    Statements are kept prepared only where nothing stands between: a pooler may give each transaction another session.
    """
    kept = None if settings.behind_pooler else 5

    def configure(conn: Connection) -> None:
        conn.adapters.register_loader("json", _RawJson)
        prepare(conn)

    url = settings.connection_url
    return ConnectionPool(
        url,
        kwargs={
            **_NETWORK,
            **_verified(url),
            "autocommit": True,
            "application_name": "mayfly",
            "prepare_threshold": kept,
        },
        configure=configure,
        min_size=min(settings.pool_min, settings.pool_max),
        max_size=settings.pool_max,
        timeout=settings.pool_timeout,
        max_waiting=settings.pool_max_waiting,
        # Short, so that after an outage the next request connects at once and none waits for a long back-off.
        reconnect_timeout=1.0,
        open=True,
    )


@contextmanager
def our_errors(lost: Callable[[], None]) -> Iterator[None]:
    """PostgreSQL's errors become ours. Calls `lost` where a connection, or the server behind it, is of no more use."""
    try:
        yield
    except (psycopg.DataError, UnicodeEncodeError) as error:
        raise Malformed("That text holds a sign that cannot be stored.") from error
    except psycopg.IntegrityError as error:
        raise Violated(error.diag.constraint_name or "") from error
    except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction) as error:
        state = error.sqlstate or ""
        if state == "54000":
            raise Malformed("That text is too long to be stored.") from error
        own = type(error).__module__.startswith("psycopg_pool")  # no connection to be had: nothing to drain or repeat
        gone = not own and (state in _LOST or state.startswith("08") or not state)
        if gone:
            lost()
        passing = gone or state in _RETRY
        raise Unavailable(f"database: {type(error).__name__} {state}".rstrip(), passing=passing) from error
