"""What stands between a destructive script and a database that somebody needs.

Every condition must hold, and each is read from the connection as it is: variables, service files and tunnels can
make a URL mean another server than it seems to. A refusal has sent nothing but the SELECTs below.
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

# Not templates: they are for servers that may not hold our schema, so no boot can prepare them.
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
"""Which server it is, as `Facts.server`: a copy of one shares its identifier, but was not started in that moment."""

_MARKER = "SELECT environment FROM public.mayfly_marker"
_PEOPLE = "SELECT count(*) FROM public.users WHERE NOT seeded"
_IDENTIFIER = "SELECT system_identifier::text FROM pg_control_system()"


@dataclass(frozen=True)
class Facts:
    """What the server and the connection say of themselves. `marker` is None without exactly one marker row."""

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
    """The facts about a connection, by SELECTs alone."""
    row: Any = conn.execute(_SERVER).fetchone()
    database, address, identifier, managed, started, has_marker, has_users = row
    markers = conn.execute(_MARKER).fetchall() if has_marker else []
    people: Any = conn.execute(_PEOPLE).fetchone() if has_users else (0,)
    hosts = tuple(filter(None, (conn.info.host, conn.info.hostaddr)))
    marker = markers[0][0] if len(markers) == 1 else None
    return Facts(database, hosts, address, identifier, started, managed, marker, people[0])


def objections(facts: Facts, app_env: str, allowed: set[str]) -> list[str]:
    """Why the database is not provably disposable, one sentence each; empty when it is."""
    checks = (
        (app_env in DISPOSABLE, f"APP_ENV is {app_env}."),
        (bool(facts.hosts) and all(map(is_local, facts.hosts)), f"It is reached through {' '.join(facts.hosts)}."),
        (facts.server_address is None or is_local(facts.server_address), f"It runs at {facts.server_address}."),
        (bool(_NAME.fullmatch(facts.database)), f"Its name, {facts.database}, does not end in _dev or _test."),
        (facts.marker in DISPOSABLE, f"Its marker says {facts.marker or 'nothing'}: bin/db-create did not make it."),
        (facts.system_identifier in allowed, "Its server is not one on which bin/db-create was used from here."),
        (not facts.managed, "Its server is a managed one (RDS)."),
    )
    return [sentence for holds, sentence in checks if not holds]


def require_disposable(
    conn: Connection, *, act: str, app_env: str, state: Path, typed: str | None, ask: Callable[[str], str] | None = None
) -> Facts:
    """Passes only for a database that may be lost, and never for the one of `PROD_CONNECTION_URL`. Raises `Refused`
    with every reason.

    Where people have accounts in it, its name must come in `typed`, or as the answer to `ask`. Nothing skips a check.
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
    """Whether that database of the connection's server is the one of `PROD_CONNECTION_URL`, by whatever name of the
    place. What a service file means cannot be told from here, and counts as if it were.
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
    """The hosts, and where their names lead."""
    found = set(filter(None, names))
    for host in [host for host in found if not host.startswith(("/", "@"))]:
        with contextlib.suppress(OSError):
            found |= {str(address[0]) for *_, address in socket.getaddrinfo(host, None)}
    return found


def require_may_create(admin: Connection) -> None:
    """Raises `Refused` where this role cannot make a database: better before the one that is there is dropped."""
    row: Any = admin.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if not row[0]:
        user = admin.info.user
        raise Refused(f"{user} may not create databases: an administrator can run ALTER ROLE {user} CREATEDB.")


# The servers on which bin/db-create was used from here -------------------------------------------------------


def allowed_servers(state: Path) -> set[str]:
    """The system identifiers that this state folder knows."""
    try:
        return set((state / "servers").read_text(encoding="ascii").split())
    except FileNotFoundError:
        return set()


def allow_server(conn: Connection, state: Path) -> None:
    """Remembers the connection's server as one on which we make databases."""
    row: Any = conn.execute(_IDENTIFIER).fetchone()
    if row[0] not in allowed_servers(state):
        with (state / "servers").open("a", encoding="ascii") as file:
            file.write(f"{row[0]}\n")
