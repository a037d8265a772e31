"""Prepares a database before the server starts."""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from ..config.settings import Settings
from ..db.connections import Connection, connect
from ..db.database import Database
from ..errors import Refused
from . import migrate, people, schema
from .target import Target

DEMO = "demo"
_RESERVE = 6
"""Connections that the pools leave free for the sweep, the check at start, LISTEN, and an operator's scripts."""

_NOT_THE_SERVERS = {"OWNER_CONNECTION_URL", "PROD_CONNECTION_URL", "KEEPER_CONNECTION_URL"}
_WAITS = "SELECT true FROM users WHERE handle = %s AND NOT EXISTS (SELECT FROM passwords WHERE user_uuid = users.uuid)"

Say = Callable[[str], None]


def secret_key(env: Mapping[str, str], state: Path) -> str:
    """`SECRET_KEY`, else the key in the state folder: created on the first run, readable only by its owner."""
    if named := env.get("SECRET_KEY"):
        return named
    path = state / "secret_key"
    try:
        if key := path.read_text(encoding="ascii").strip():
            return key
        path.unlink()  # left empty by a power cut
    except PermissionError as error:
        raise Refused(f"No permission to read {path}: run as the user who made it.") from error
    except FileNotFoundError:
        pass
    # Written under another name first: a kill leaves no partial key, and two runs at once use the first one's key.
    descriptor, beside = tempfile.mkstemp(prefix=".secret_key-", dir=state)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
    finally:
        os.unlink(beside)
    return path.read_text(encoding="ascii")


def server_environment(on: Target, env: Mapping[str, str]) -> dict[str, str]:
    """The environment of the server's processes: the caller's, with this database and a signing key.

    The owner's and the keeper's URLs are left out: what serves requests must not be able to change the schema.
    """
    urls = {"CONNECTION_URL": on.app_url}
    if on.name:
        urls["DIRECT_CONNECTION_URL"] = on.app_url
    theirs = {name: value for name, value in env.items() if name not in _NOT_THE_SERVERS}
    return {**theirs, **urls, "APP_ENV": on.app_env, "SECRET_KEY": secret_key(env, on.state)}


def prepare_database(on: Target, settings: Settings, say: Say) -> None:
    """Creates what is missing and checks what exists. May run again at any time.

    Never changes a database that holds anything. A new embedded one in development gets the demo community.
    Raises `Refused` if the database cannot be used as it is, `Unavailable` if it cannot be reached.
    """
    if on.name:
        _create_embedded(on)
    with on.owner() as conn:
        new = schema.is_empty(conn)
        name = conn.info.dbname
    demo = bool(on.name) and on.app_env == "development"
    if new:
        schema.load(on, demo=demo)
        say(f"made the database {name}")
    with on.owner() as conn:
        if missing := migrate.missing(conn):
            raise Refused(f"{len(missing)} migration(s) are pending in {name} ({missing[0]}): run bin/db-migrate.")
        waits = demo and schema.value(conn, _WAITS, DEMO)
    if waits:  # new, or a run was killed just before this
        _let_in(settings, say)
    if settings.direct_connection_url != on.app_url:
        connect(settings.direct_connection_url, application="mayfly-boot").close()
    with connect(on.app_url, application="mayfly-boot") as conn:
        check_room(conn, settings)
        if on.app_env == "production":
            check_durability(conn)
            if role := _owns(conn):
                say(f"note: the application connects as {role}, who may change the schema: docs/operating/databases.md")


def _create_embedded(on: Target) -> None:
    with on.admin() as admin:
        there = schema.exists(admin, on.name or "")
    if there:
        with on.owner() as conn:
            there = schema.value(conn, "SELECT to_regclass('public.mayfly_marker') IS NOT NULL") is True
    if not there:
        schema.create(on)


def _let_in(settings: Settings, say: Say) -> None:
    db = Database(settings)
    try:
        password = people.reset_password(db, DEMO)
    finally:
        db.close()
    say(f"loaded the demo community; sign in as {DEMO} with this password, which is shown only here:")
    say(f"    {password}")
    say(f"(APP_ENV={settings.app_env} bin/users-reset-password {DEMO} makes another)")


def check_room(conn: Connection, settings: Settings) -> None:
    """Raises `Refused`, with the sum, if full pools would leave no connection for scripts."""
    room = schema.value(
        conn,
        "SELECT least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
        " - COALESCE(current_setting('reserved_connections', true)::int, 0),"
        " (SELECT COALESCE(nullif(rolconnlimit, -1), 1000000) FROM pg_roles WHERE rolname = current_user))",
    )
    need = settings.workers * settings.pool_max + _RESERVE
    if need > room:
        raise Refused(
            f"WORKERS {settings.workers} x POOL_MAX {settings.pool_max} + {_RESERVE} in reserve make {need}"
            f" connections, and the database allows {room}: lower one of them, or raise max_connections."
        )


def check_durability(conn: Connection) -> None:
    """Raises `Refused` if a power cut could lose acknowledged writes. Killing processes in a test cannot show this."""
    for setting, good in (("fsync", {"on"}), ("full_page_writes", {"on"}), ("synchronous_commit", None)):
        found = schema.value(conn, "SELECT current_setting(%s)", setting)
        if found not in (good or {"on", "remote_write", "remote_apply"}):
            raise Refused(f"The database runs with {setting}={found}, which loses acknowledged writes: set it to on.")


def _owns(conn: Connection) -> str | None:
    """The application's role if it can change the schema."""
    may = schema.value(conn, "SELECT has_schema_privilege('public', 'CREATE')")
    return conn.info.user if may else None
