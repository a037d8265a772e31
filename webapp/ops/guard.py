"""Keeps destructive scripts away from a database that somebody needs.

All conditions must hold. Each is read from the open connection, because variables, service files and tunnels can lead
a URL to another server. Before a refusal nothing is sent but the SELECTs below.
"""

import contextlib
import os
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..db.connections import Connection
from ..db.conninfo import hosts, is_local, parts
from ..errors import Refused

DISPOSABLE = ("development", "test")
_NAME = re.compile(r"[a-z0-9_]*_(dev|test)(_(gw)?[0-9]+)?")

# Not templates: the server may lack our schema, so they cannot be prepared at start.
_SERVER = """
SELECT
  current_database(),
  host(inet_server_addr()),
  (SELECT system_identifier::text FROM pg_control_system()),
  EXISTS (SELECT FROM pg_roles WHERE rolname LIKE 'rds%')
    OR EXISTS (SELECT FROM pg_settings WHERE name LIKE 'rds.%' OR name LIKE 'aurora%'),
  pg_postmaster_start_time()::text,
  to_regclass('public.mayfly_marker') IS NOT NULL,
  to_regclass('public.users') IS NOT NULL
"""
SERVER = "SELECT (SELECT system_identifier::text FROM pg_control_system()), pg_postmaster_start_time()::text"
"""Identifies a server, as `Facts.server`: a copy has the same identifier, but another start time."""

_MARKER = "SELECT environment FROM public.mayfly_marker"
_PEOPLE = "SELECT count(*) FROM public.users WHERE NOT seeded"
_IDENTIFIER = "SELECT system_identifier::text FROM pg_control_system()"


@dataclass(frozen=True)
class Facts:
    """Facts about the server and the connection. `marker` is None unless there is exactly one marker row."""

    database: str
    hosts: tuple[str, ...]
    server_address: str | None
    system_identifier: str
    started: str
    managed: bool
    marker: str | None
    people: int

    @property
    def server(self) -> tuple[str, str]:
        return self.system_identifier, self.started


def look(conn: Connection) -> Facts:
    """Reads the facts with SELECTs only."""
    row: Any = conn.execute(_SERVER).fetchone()
    database, address, identifier, managed, started, has_marker, has_users = row
    markers = conn.execute(_MARKER).fetchall() if has_marker else []
    people: Any = conn.execute(_PEOPLE).fetchone() if has_users else (0,)
    hosts = tuple(filter(None, (conn.info.host, conn.info.hostaddr)))
    marker = markers[0][0] if len(markers) == 1 else None
    return Facts(database, hosts, address, identifier, started, managed, marker, people[0])


def objections(facts: Facts, app_env: str, allowed: set[str]) -> list[str]:
    """The reasons why the database is not provably disposable, one sentence each."""
    checks = (
        (app_env in DISPOSABLE, f"APP_ENV is {app_env}."),
        (bool(facts.hosts) and all(map(is_local, facts.hosts)), f"It is reached through {' '.join(facts.hosts)}."),
        (facts.server_address is None or is_local(facts.server_address), f"It runs at {facts.server_address}."),
        (bool(_NAME.fullmatch(facts.database)), f"Its name, {facts.database}, does not end in _dev or _test."),
        (facts.marker in DISPOSABLE, f"Its marker says {facts.marker or 'nothing'}: bin/db-create did not make it."),
        (facts.system_identifier in allowed, "bin/db-create was not used on its server from here."),
        (not facts.managed, "Its server is a managed one (RDS)."),
    )
    return [sentence for holds, sentence in checks if not holds]


def require_disposable(
    conn: Connection, *, act: str, app_env: str, state: Path, typed: str | None, ask: Callable[[str], str] | None = None
) -> Facts:
    """Raises `Refused`, with all reasons, unless the database may be lost; always for that of `PROD_CONNECTION_URL`.

    If people have accounts in it, its name must be in `typed`, or be typed when `ask` is called. Nothing skips a check.
    """
    facts = look(conn)
    reasons = objections(facts, app_env, allowed_servers(state))
    if is_production(conn, facts.database):
        reasons.append("It is the one of PROD_CONNECTION_URL.")
    if reasons:
        raise Refused(f"{act} refused: {facts.database} is not provably for development. {' '.join(reasons)}")
    if typed is not None and typed != facts.database:
        raise Refused(f"{act} refused: the database is {facts.database}, not {typed}.")
    if facts.people and typed is None:
        held = f"{facts.database} holds {facts.people} account(s) that the seed did not make"
        if ask is None:
            raise Refused(f"{act} refused: {held}. To lose them, add: --yes-drop {facts.database}")
        if ask(f"{held}. Type its name to lose them: ").strip() != facts.database:
            raise Refused(f"{act} refused: the name was not typed. Nothing was changed.")
    return facts


def is_production(conn: Connection, database: str) -> bool:
    """Whether this database on the connection's server is that of `PROD_CONNECTION_URL`, by any name of the server.

    True if that URL names a service file, which is not read here.
    """
    url = os.environ.get("PROD_CONNECTION_URL")
    if not url:
        return False
    named = parts(url)
    if named.get("service"):
        return True
    user = named.get("user") or os.environ.get("PGUSER") or conn.info.user
    ports = str(named.get("port") or os.environ.get("PGPORT") or 5432).split(",")
    if str(conn.info.port) not in ports or database != (named.get("dbname") or os.environ.get("PGDATABASE") or user):
        return False
    ours, theirs = _addresses([conn.info.host, conn.info.hostaddr]), _addresses(hosts(url) or ["localhost"])
    return bool(ours & theirs) or (any(map(is_local, ours)) and any(map(is_local, theirs)))


def _addresses(names: list[str]) -> set[str]:
    found = set(filter(None, names))
    for host in [host for host in found if not host.startswith(("/", "@"))]:
        with contextlib.suppress(OSError):
            found |= {str(address[0]) for *_, address in socket.getaddrinfo(host, None)}
    return found


def require_may_create(admin: Connection) -> None:
    """Raises `Refused` if this role cannot create a database. Call it before the old one is dropped."""
    row: Any = admin.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if not row[0]:
        user = admin.info.user
        raise Refused(f"{user} may not create databases: an administrator can run ALTER ROLE {user} CREATEDB.")


# The servers on which bin/db-create was used from here -------------------------------------------------------


def allowed_servers(state: Path) -> set[str]:
    """The system identifiers that are listed in this state folder."""
    try:
        return set((state / "servers").read_text(encoding="ascii").split())
    except FileNotFoundError:
        return set()


def allow_server(conn: Connection, state: Path) -> None:
    """Adds the connection's server to the list."""
    row: Any = conn.execute(_IDENTIFIER).fetchone()
    if row[0] not in allowed_servers(state):
        with (state / "servers").open("a", encoding="ascii") as file:
            file.write(f"{row[0]}\n")
