"""Creates, loads, seeds and drops databases. migrate.py changes a database that holds data."""

import time
from pathlib import Path
from typing import Any

from ..db.catalogue import SQL_FOLDER
from ..db.connections import Connection, DatabaseError
from ..db.conninfo import database_of
from ..errors import Refused
from ..postgres.embedded import APP, KEEPER, OWNER, SIGN_UP
from . import guard, migrate, sessions, views
from .target import Target

_MARKER = """
CREATE TABLE mayfly_marker (
  environment text NOT NULL CONSTRAINT mayfly_marker_known CHECK (
    environment IN ('development', 'test', 'production')
  )
)
"""


def run(conn: Connection, sql: str) -> list[Any]:
    """Runs SQL from the project's files, or quoted by the server. Returns the rows of a single statement."""
    cursor = conn.execute(sql)
    return cursor.fetchall() if cursor.description else []


def value(conn: Connection, sql: str, *params: object) -> Any:
    """The first column of the first row; None without a row."""
    row = conn.execute(sql, params or None).fetchone()
    return row[0] if row else None


def exists(admin: Connection, name: str) -> bool:
    return value(admin, "SELECT true FROM pg_database WHERE datname = %s", name) is True


def is_empty(conn: Connection) -> bool:
    """Whether the database has no tables, except the marker."""
    return value(
        conn,
        "SELECT NOT EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE n.nspname !~ '^(pg_|information_schema$)' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')"
        " AND NOT (n.nspname = 'public' AND c.relname = 'mayfly_marker'))",
    ) is True  # fmt: skip


# Create ------------------------------------------------------------------------------------------------------


def ensure_roles(admin: Connection) -> None:
    """Creates the owner's and the application's role on an embedded server. May run again."""
    for role in (OWNER, APP, KEEPER):
        if not value(admin, "SELECT true FROM pg_roles WHERE rolname = %s", role):
            admin.execute(f"CREATE ROLE {role} LOGIN")
    run(admin, _read("roles.sql"))


def prepare_roles(target: Target, conn: Connection) -> None:
    """Makes the roles that this release needs. Raises `Refused` where the owner of an external server may not."""
    if not target.name:
        return external_roles(conn)
    with target.admin() as admin:
        ensure_roles(admin)
    return None


def create(target: Target) -> str:
    """Creates and marks the target's database, and returns its name.

    Raises `Refused` if it exists and has tables, or is that of `PROD_CONNECTION_URL`.
    """
    name = target.name or database_of(target.owner_url)
    with target.admin() as admin:
        if guard.is_production(admin, name):
            raise Refused(f"The database {name} is the one of PROD_CONNECTION_URL: bin/db-schema-load prod fills it.")
        if target.name:
            ensure_roles(admin)
        new = not exists(admin, name)
        if new:
            guard.require_may_create(admin)
            owner = OWNER if target.name else admin.info.user
            run(admin, value(admin, "SELECT format('CREATE DATABASE %%I OWNER %%I', %s::text, %s::text)", name, owner))
        if target.name:
            run(admin, value(admin, "SELECT format('REVOKE ALL ON DATABASE %%I FROM PUBLIC', %s::text)", name))
            run(admin, value(admin, f"SELECT format('GRANT CONNECT ON DATABASE %%I TO {APP}', %s::text)", name))
    with target.owner() as conn:
        if not new and not is_empty(conn):
            again = "; bin/db-setup recreates it" if target.app_env in guard.DISPOSABLE else ""
            raise Refused(f"The database {name} exists and is not empty{again}.")
        with conn.transaction():  # so that the server of a marked database is listed
            mark(conn, target.app_env)
            if target.app_env in guard.DISPOSABLE:
                guard.allow_server(conn, target.state)
    return name


def mark(conn: Connection, environment: str) -> None:
    """Marks the database with its environment, once. Raises `Refused` if it is marked for another one."""
    with conn.transaction():
        if value(conn, "SELECT to_regclass('public.mayfly_marker')") is None:
            run(conn, _MARKER)
            conn.execute("INSERT INTO mayfly_marker (environment) VALUES (%s)", [environment])
    said = value(conn, "SELECT environment FROM mayfly_marker")
    if said != environment:
        raise Refused(
            f"The database {conn.info.dbname} is marked for {said}, and this is {environment}. If the mark is a"
            " mistake and the database is empty, its owner can run DROP TABLE mayfly_marker."
        )


# Load and fill -----------------------------------------------------------------------------------------------


def load(target: Target, *, demo: bool = False) -> None:
    """Loads the schema into an empty database, in one transaction. Raises `Refused` if it is not empty.

    `demo` loads the demo community in the same transaction.
    """
    with target.owner() as conn:
        if not is_empty(conn):
            raise Refused(f"The database {conn.info.dbname} is not empty: its structure is changed by bin/db-migrate.")
        if not value(conn, "SELECT has_schema_privilege('public', 'CREATE')"):
            raise Refused(
                f"{conn.info.user} may not make tables in {conn.info.dbname}: OWNER_CONNECTION_URL names its owner."
            )
        if not target.name:
            external_roles(conn)
        with conn.transaction():
            if target.app_env == "production":
                mark(conn, "production")
            run(conn, _read("schema.sql"))
            views.make(conn)
            for migration in migrate.on_disk():
                migrate.record(conn, migration)
            if demo:
                _seed(target, conn)


def external_roles(conn: Connection) -> None:
    """Runs roles.sql on an external server, unless its roles are set up already. Raises `Refused`.

    Only AWS, and dumps from there, need the function's role: without permission to create it, it may be missing.
    """
    asked = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND rolconfig::text LIKE '%%statement_timeout%%'"
    set_up = {name for (name,) in conn.execute(asked, [[APP, SIGN_UP, KEEPER]])}
    if set_up == {APP, SIGN_UP, KEEPER}:
        return
    try:
        with conn.transaction():
            run(conn, _read("roles.sql"))
    except DatabaseError as error:
        if error.sqlstate != "42501":
            raise
        if {APP, KEEPER} <= set_up:
            return
        raise Refused(
            f"{conn.info.user} may not set up the role {APP}: have an administrator run sql/roles.sql once."
        ) from error


def seed(target: Target) -> int:
    """Loads the demo community into an empty development database. Returns the number of its people."""
    with target.owner() as conn:
        return _seed(target, conn)


def _seed(target: Target, conn: Connection) -> int:
    migrate.require_schema(conn)
    guard.require_disposable(conn, act="Seeding", app_env=target.app_env, state=target.state, typed=conn.info.dbname)
    if value(conn, "SELECT true FROM users LIMIT 1"):
        raise Refused(f"The database {conn.info.dbname} has people in it: the demo community is for an empty one.")
    with conn.transaction():
        run(conn, _read("seed.sql"))
    return int(value(conn, "SELECT count(*) FROM users"))


def _read(name: str, folder: Path = SQL_FOLDER) -> str:
    return (folder / name).read_text(encoding="utf-8")


# Drop --------------------------------------------------------------------------------------------------------


def drop(target: Target, facts: guard.Facts) -> None:
    """Drops the database that the guard's `facts` describe. Ends only the connections of our own roles.

    Raises `Refused`, and changes nothing, if others use it or the connection leads to another server.
    """
    with target.admin() as admin:
        if admin.execute(guard.SERVER).fetchone() != facts.server:  # a URL with several hosts can lead to another one
            raise Refused("The connection led to another server. Nothing was dropped.")
        roles, deadline = sessions.own_roles(target, admin), time.monotonic() + 5
        _allow_connections(admin, facts.database, allow=False)  # a pool would reconnect at once
        while True:
            sessions.kill(admin, facts.database, roles)
            try:
                run(admin, value(admin, "SELECT format('DROP DATABASE %%I', %s::text)", facts.database))
            except DatabaseError as error:
                if error.sqlstate == "55006" and time.monotonic() < deadline:
                    continue
                _allow_connections(admin, facts.database, allow=True)
                raise Refused(
                    f"{facts.database} was not dropped: others use it (bin/db-sessions shows who)."
                ) from error
            return


def _allow_connections(admin: Connection, name: str, *, allow: bool) -> None:
    statement = "SELECT format('ALTER DATABASE %%I ALLOW_CONNECTIONS %%s', %s::text, %s::text)"
    run(admin, value(admin, statement, name, str(allow).lower()))
