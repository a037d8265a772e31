"""The scripts `bin/db-…`; each prints one line a step. moderation.py has those for users and activities."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from argparse import Namespace as Arguments
from collections.abc import Iterator
from pathlib import Path

from ..db.connections import Connection, connect
from ..db.conninfo import client_environment, database_of
from ..db.database import Database
from ..errors import Refused
from . import backup, guard, migrate, schema, sessions, views
from .target import Target, settings_for


def say(line: str) -> None:
    """Prints the line of a step to stderr."""
    print(line, file=sys.stderr, flush=True)


def reply(line: object) -> None:
    """Prints a line of the result to stdout, which gets nothing else."""
    print(line, flush=True)


# Databases ---------------------------------------------------------------------------------------------------


def db_create(on: Target, _: Arguments) -> None:
    _said_name(on)
    say(f"The database {schema.create(on)} was created, marked {on.app_env}.")


def db_schema_load(on: Target, _: Arguments) -> None:
    schema.load(on)
    say("The schema was loaded.")


def db_seed(on: Target, _: Arguments) -> None:
    say(f"The demo community was loaded: {schema.seed(on)} people.")
    say("bin/users-reset-password demo gives one of them a password.")


def db_drop(on: Target, arguments: Arguments) -> None:
    name = _said_name(on)
    with on.admin() as admin:
        if not schema.exists(admin, name):
            raise Refused(f"There is no database {name}.")
    with on.owner() as conn:
        facts = _require(on, conn, "Dropping", arguments)
    if arguments.dry_run:
        reply(f"{facts.database} would be dropped, with {facts.people} account(s) that the seed did not make.")
        return
    schema.drop(on, facts)
    say(f"The database {facts.database} was dropped.")


def db_setup(on: Target, arguments: Arguments) -> None:
    if on.app_env not in guard.DISPOSABLE:
        raise Refused(f"Setting up refused: APP_ENV is {on.app_env}.")
    name = _said_name(on)
    with on.admin() as admin:
        guard.require_may_create(admin)
        there = schema.exists(admin, name)
    if there:
        db_drop(on, arguments)
    if arguments.dry_run:
        reply(f"{name} would be created, with the schema and the demo community.")
        return
    for step in (db_create, db_schema_load, db_seed):
        step(on, arguments)


def db_migrate(on: Target, arguments: Arguments) -> None:
    with on.owner() as conn:
        if arguments.status or arguments.dry_run:
            listed = migrate.status(conn)
            for migration, done in listed:
                reply(f"{'applied' if done else 'pending'} {migration.name}")
            if views.differ(conn):
                reply(f"pending {views.NAME}")
            say(f"{sum(not done for _, done in listed)} of {len(listed)} migration(s) are pending.")
            return
        applied = 0
        if migrate.missing(conn):
            schema.prepare_roles(on, conn)
        for name in migrate.apply(conn):
            applied += name != views.NAME
            reply(f"applied {name}")
        say(f"The database is up to date: {applied} migration(s) applied.")


def db_backup(on: Target, arguments: Arguments) -> None:
    file = Path(arguments.file).absolute() if arguments.file else backup.default_file(on)
    with database(on) as db:
        swept = backup.backup(on, db, file)
    say("Nothing was swept: migrations are pending." if swept is None else f"What has expired was swept: {swept}.")
    say(f"The backup was written: {file.stat().st_size:,} bytes.")
    reply(file)


def db_restore(on: Target, arguments: Arguments) -> None:
    file = Path(arguments.file).absolute()
    backup.restore(on, file)
    say(f"The backup {file} was restored.")
    make_servable(on)


def db_connect(on: Target, arguments: Arguments) -> int:
    psql = on.bindir / "psql" if on.bindir else shutil.which("psql")
    if not psql:
        raise Refused("There is no psql on this machine: install the PostgreSQL client.")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # psql handles Ctrl-C
    try:
        environment = {**os.environ, **client_environment(on.owner_url), "PGAPPNAME": "mayfly-db-connect"}
        return subprocess.run([psql, *arguments.rest], env=environment, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)


def db_sessions(on: Target, _: Arguments) -> None:
    with connect(on.admin_url) as conn:
        found = sessions.listed(conn)
    for line in sessions.table(found):
        reply(line)
    if any(session["state"] == "?" for session in found):
        say("? stands for what this role may not see: GRANT pg_read_all_stats to it")


def db_kill_sessions(on: Target, arguments: Arguments) -> None:
    with connect(on.admin_url) as conn:
        facts = _require(on, conn, "Ending sessions", arguments, typed=conn.info.dbname)  # no data is lost: no prompt
        if arguments.dry_run:
            reply(f"{len(sessions.listed(conn))} session(s) of {facts.database} would be ended.")
            return
        ended = sessions.kill(conn, facts.database, sessions.own_roles(on, conn))
        say(f"{ended} session(s) were ended.")


# Shared ----------------------------------------------------------------------------------------------------


def make_servable(on: Target) -> None:
    """Makes a restored database servable, and prints the outcome."""
    with database(on) as db:
        swept, pending = backup.make_servable(on, db)
    say("Nobody is signed in.")
    if pending:
        say(
            f"{len(pending)} migration(s) are pending: run bin/db-migrate, then bin/activities-sweep, before it serves."
        )
    else:
        say(f"What has expired was swept: {swept}.")


@contextlib.contextmanager
def database(on: Target) -> Iterator[Database]:
    connect(on.app_url).close()  # an error has a reason here; the pool would only time out
    db = Database(settings_for(on))
    try:
        yield db
    finally:
        db.close()


def name_of(on: Target) -> str:
    return on.name or database_of(on.owner_url)


def _said_name(on: Target) -> str:
    """The name of the database to create or drop. Raises `Refused` if the URL does not name it."""
    name = name_of(on)
    if not name:
        raise Refused("refused: the URL must name the database to create or drop.")
    return name


def _require(on: Target, conn: Connection, act: str, arguments: Arguments, typed: str | None = None) -> guard.Facts:
    typed = typed or getattr(arguments, "yes_drop", None)
    ask = input if sys.stdin.isatty() else None
    if getattr(arguments, "dry_run", False):
        typed = typed or conn.info.dbname
    return guard.require_disposable(conn, act=act, app_env=on.app_env, state=on.state, typed=typed, ask=ask)
