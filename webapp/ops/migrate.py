"""Migrations: the numbered files of sql/migrations, each part applied once, in order, in a transaction of its own.

Changed views of sql/views are recreated. sql/migrations/README.md explains what a file's first line can request.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..db.catalogue import NEXT_PART, SQL_FOLDER, part_name
from ..db.connections import Connection, DatabaseError
from ..errors import Refused
from . import views

FOLDER = SQL_FOLDER / "migrations"
_NAME = re.compile(r"(\d{4})-[a-z0-9-]+")
_LOCK = 0x6D61_7966  # any number, the same everywhere: two runners take turns
# While a migration waits for a lock, later readers queue behind it: so it gives up soon, and tries again.
_LOCK_TIMEOUT = "500ms"
_TRIES = 20
_PAUSE = 0.5  # seconds, for the queue behind it
_LOCKED = "55P03"
_SERVED = "SELECT true FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'mayfly'"


@dataclass(frozen=True)
class Migration:
    """One file, or one part of it (`-- then` separates parts). `checksum` is the SHA-256 of the file, in hex."""

    name: str
    checksum: str
    sql: str

    @property
    def in_batches(self) -> bool:
        return self.sql.startswith("-- in batches\n")

    @property
    def needs_stop(self) -> bool:
        return self.sql.startswith("-- needs a stop\n")

    @property
    def after_views(self) -> bool:
        return self.sql.startswith("-- after the views\n")

    def run(self, conn: Connection) -> int | None:
        """Applies and records it. If it is in batches, runs one and returns the rows touched, None if none was left."""
        cursor = conn.execute(self.sql)
        row = cursor.fetchone() if self.in_batches else None
        if row is None:
            record(conn, self)
        return int(row[0]) if row else None


def on_disk(folder: Path = FOLDER) -> list[Migration]:
    """All migrations in order. The first part of a file has the file's name, the second one that name and `/02`.

    Raises `Refused` for a malformed name or a number used twice.
    """
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        if not _NAME.fullmatch(path.stem):
            raise Refused(f"sql/migrations/{path.name} must be named like 0001-add-something.sql.")
        if found and found[-1].name[:4] == path.stem[:4]:
            raise Refused(f"Two migrations have the number {path.stem[:4]}: renumber the one that is not applied yet.")
        checksum = hashlib.sha256(path.read_bytes()).hexdigest()
        for number, sql in enumerate(path.read_text("utf-8").split(NEXT_PART), 1):
            found.append(Migration(part_name(path.stem, number), checksum, sql))
    return found


def status(conn: Connection, folder: Path = FOLDER) -> list[tuple[Migration, bool]]:
    """Each migration and whether it is applied. Raises `Refused` if files and database do not match."""
    require_schema(conn)
    applied: dict[str, str] = dict(conn.execute("SELECT name, checksum FROM schema_migrations").fetchall())
    listed = [(migration, migration.name in applied) for migration in on_disk(folder)]
    for migration, done in listed:
        if done and applied[migration.name] != migration.checksum:
            raise Refused(f"sql/migrations/{migration.name}.sql was changed after it was applied: write a new one.")
    if unknown := sorted(applied.keys() - {migration.name for migration, _ in listed}):
        raise Refused(f"The database is newer than this program: it has {unknown[0]}. Update the program first.")
    last = max((migration.name for migration, done in listed if done), default="")
    waiting = [migration for migration, done in listed if not done and not migration.after_views]
    if late := [migration.name for migration in waiting if migration.name < last]:
        raise Refused(f"{late[0]} comes before {last}, which is applied: give it the next number.")
    return listed


def pending(conn: Connection, folder: Path = FOLDER) -> list[Migration]:
    """The pending migrations in the order of running: those `-- after the views` are last."""
    waiting = [migration for migration, done in status(conn, folder) if not done]
    return sorted(waiting, key=lambda migration: migration.after_views)


def missing(conn: Connection, folder: Path = FOLDER) -> list[str]:
    """The names of this program's migrations that the database lacks. A newer database lacks none.

    `sql/views` is named only if nothing else is missing: every migration recreates the views.
    """
    require_schema(conn)
    applied = {name for (name,) in conn.execute("SELECT name FROM schema_migrations").fetchall()}
    known = [migration.name for migration in on_disk(folder)]
    if applied == set(known) and views.differ(conn):
        return [views.NAME]
    return [name for name in known if name not in applied]


def apply(conn: Connection, folder: Path = FOLDER) -> Iterator[str]:
    """Applies what is pending. Yields each name once it is committed, and `sql/views` if the views were recreated.

    An error rolls that one back and ends the run. Two runners take turns: each step reads the list again, under a lock
    that ends with its transaction, even after a kill.
    """
    gave_way = 0
    moved = any(migration.needs_stop for migration in pending(conn, folder))
    while True:
        try:
            name = _next(conn, folder)
        except _Failed as failed:
            gave_way += 1
            if failed.state == _LOCKED and gave_way < _TRIES:
                _give_way()
                continue
            often = f" ({gave_way} times)" if gave_way > 1 else ""
            raise Refused(f"{failed.name} failed and left nothing behind: {failed}{often}") from failed
        if name is None:
            if moved:
                conn.execute("VACUUM FULL pg_statistic")  # it held samples of texts
            return
        gave_way = 0
        if name:
            yield name


class _Failed(Exception):
    """A step that failed in PostgreSQL: its name and the SQLSTATE."""

    def __init__(self, name: str, said: str, state: str | None) -> None:
        super().__init__(said)
        self.name, self.state = name, state


def _next(conn: Connection, folder: Path) -> str | None:
    """Runs the next step in a transaction. Returns its name, "" after a batch that is not the last, None at the end.

    Raises `_Failed`.
    """
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        migration = next(iter(pending(conn, folder)), None)
        step: Callable[[Connection], int | None]
        if (migration is None or migration.after_views) and views.differ(conn):
            name, step = views.NAME, views.make
        elif migration:
            if migration.needs_stop and conn.execute(_SERVED).fetchone():
                raise Refused(f"{migration.name} cannot be made while Mayfly runs: stop it, then run this again.")
            name, step = migration.name, migration.run
        else:
            return None
        conn.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        what = f"a batch of {name}" if migration and migration.in_batches else name
        try:
            touched = step(conn)
        except DatabaseError as error:
            raise _Failed(what, str(error).splitlines()[0], error.sqlstate) from error
        if touched == 0:
            raise _Failed(what, "others hold all remaining rows", _LOCKED)
    return name if touched is None else ""


def _give_way() -> None:
    time.sleep(_PAUSE)


def require_schema(conn: Connection) -> None:
    """Raises `Refused` if there is no schema yet."""
    if conn.execute("SELECT to_regclass('public.schema_migrations')").fetchone() == (None,):
        raise Refused(
            f"The database {conn.info.dbname} has no schema of Mayfly's: bin/db-schema-load makes it in an empty one."
        )


def record(conn: Connection, migration: Migration) -> None:
    conn.execute("INSERT INTO schema_migrations (name, checksum) VALUES (%s, %s)", [migration.name, migration.checksum])
