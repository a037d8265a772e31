"""Dumps a database without what has expired, and restores a dump into an empty database."""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from ..config.settings import Settings
from ..db.conninfo import client_environment, database_of
from ..db.database import Database
from ..errors import Refused
from ..postgres.folders import make_folder
from ..postgres.programs import bundled_bindirs, version_of
from . import migrate, schema
from .sweep import Swept, sweep
from .target import Target

# Not in a dump: what does not last, and the marker, which belongs to the database that is dumped.
_NOT_KEPT = ("sessions", "rate_limits", "drafts", "withdrawals")
_LEFT_OUT = [f"--exclude-table-data=public.{table}" for table in (*_NOT_KEPT, "drafts_?")]
_MARKER = "--exclude-table=public.mayfly_marker"
_MAGIC = b"PGDMP"


def default_file(on: Target) -> Path:
    """A file in `backups/` of the state folder, named by database and UTC time."""
    name = on.name or database_of(on.owner_url)
    return on.state / "backups" / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"


def backup(on: Target, db: Database, file: Path) -> Swept | None:
    """Sweeps, then dumps into a new file that only its owner can read. Returns what was swept. Raises `Refused`.

    While migrations are pending it sweeps nothing and returns None: this release's sweep does not fit that structure.
    The file gets its name when it is complete. Expired text that was not swept is in it, but hidden after a restore.
    """
    program = client(on, "pg_dump")
    if file.exists():
        raise _taken(file)
    with on.owner() as conn:
        migrate.require_schema(conn)
        pending = migrate.missing(conn)
    swept = None if pending else sweep(db)
    if file.parent == on.state / "backups":
        make_folder(file.parent, 0o700)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        # pg_dump opens and syncs the file itself: into a pipe it would write the table of contents twice.
        _run([program, "--format=custom", "--no-owner", _MARKER, *_LEFT_OUT, f"--file={unfinished}"], on)
        _name(unfinished, file)
    except FileExistsError:
        raise _taken(file) from None
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return swept


def _taken(file: Path) -> Refused:
    return Refused(f"{file} exists: a backup never replaces a file.")


def _name(unfinished: Path, file: Path) -> None:
    """Renames the finished file. Raises `FileExistsError`, also if another backup took the name just now."""
    try:
        os.link(unfinished, file)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links: create the name empty, then replace it
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        unfinished.replace(file)


def restore(on: Target, file: Path) -> None:
    """Loads a dump of ours into an empty database, in one transaction. Raises `Refused`.

    Creates a missing embedded database. `make_servable` must follow before the application uses it.
    """
    _look(file)
    program = client(on, "pg_restore")
    if on.name:
        with on.admin() as admin:
            schema.ensure_roles(admin)  # the dump may name a role that this server lacks
            missing = not schema.exists(admin, on.name)
        if missing:
            schema.create(on)
    with on.owner() as conn:
        if not schema.is_empty(conn):
            raise Refused(f"The database {conn.info.dbname} is not empty: a backup is restored into an empty one.")
        if not on.name:
            schema.external_roles(conn)
    name = on.name or database_of(on.owner_url)
    _run([program, "--single-transaction", "--exit-on-error", "--no-owner", f"--dbname={name}", str(file)], on)
    with on.owner() as conn:
        schema.mark(conn, on.app_env)


def make_servable(on: Target, db: Database) -> tuple[Swept | None, list[str]]:
    """Ends all sessions and sweeps. Returns what was swept, None while migrations are pending, and their names."""
    with on.owner() as conn:
        pending = migrate.missing(conn)
    db.execute("ops/sessions_end_all")
    return None if pending else sweep(db, session_idle=Settings.session_idle), pending


def _look(file: Path) -> None:
    try:
        with file.open("rb") as found:
            if found.read(len(_MAGIC)) != _MAGIC:
                raise Refused(f"{file} is not a backup: bin/db-backup makes them.")
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}.") from error


# Programs ----------------------------------------------------------------------------------------------------


def client(on: Target, program: str) -> str:
    """The path of a client program that is not older than the server, with TLS if the connection is encrypted.

    Prefers the oldest that fits: a server may not understand a newer client. Raises `Refused` with what to install.
    """
    if on.bindir:
        return str(on.bindir / program)
    with on.owner() as conn:
        server, encrypted = conn.info.server_version // 10000, conn.pgconn.ssl_in_use
    found = {version_of(place): str(place) for place in clients(program, tls=encrypted)}
    if fitting := [version for version in found if version >= server]:
        return found[min(fitting)]
    best = max(found, default=0)
    lacks = f"is PostgreSQL {best}" if best else "is missing, or has no TLS"
    raise Refused(f"The server is PostgreSQL {server}, and {program} here {lacks}: install postgresql-client-{server}.")


def clients(program: str, *, tls: bool) -> list[Path]:
    """All copies of that program on this machine. The bundled ones have no TLS."""
    own = [] if tls else bundled_bindirs()
    named = shutil.which(program)
    system = [*Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), *([Path(named)] if named else [])]
    return [*(bindir / program for bindir in own), *system]


def _run(command: list[str], on: Target) -> None:
    """Runs a client program on the owner's database. Raises `Refused` with its first error line."""
    environment = {**os.environ, **client_environment(on.owner_url), "PGAPPNAME": "mayfly-backup", "LC_MESSAGES": "C"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error:" in line] or done.stderr.splitlines()
        raise Refused(f"{Path(command[0]).name} stopped: {_without_values(lines[0]) if lines else 'it gave no reason'}")


def _without_values(line: str) -> str:
    """The line without its DETAIL, which may quote what somebody wrote."""
    return re.sub(r"(?<=DETAIL:).*", " …", line)[:300]
