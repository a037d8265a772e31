"""What a database on RDS needs beside its schema, and any that came back from a snapshot."""

import contextlib
from argparse import Namespace as Arguments

from ..catalogue import SQL_FOLDER
from ..conninfo import database_of
from ..db import Database
from . import backup, schema
from .target import Target, settings_for


def rds_roles(on: Target, _: Arguments) -> None:
    """Lets the application's role sign in by a token of AWS and by nothing else. May run again."""
    with on.owner() as conn:
        schema.run(conn, (SQL_FOLDER / "roles_rds.sql").read_text(encoding="utf-8"))
    print(f"mayfly_app signs in to {_name(on)} by a token of AWS, and by nothing else", flush=True)


def db_after_restore(on: Target, _: Arguments) -> None:
    """Ends every session and sweeps what expired since: bin/db-restore does it by itself, a snapshot does not."""
    with contextlib.closing(Database(settings_for(on))) as db:
        swept, pending = backup.make_servable(on, db)
    print(f"swept {_name(on)}: {swept}; nobody is signed in", flush=True)
    if pending:
        print(f"{len(pending)} migration(s) are pending: run bin/db-migrate before it serves", flush=True)


def _name(on: Target) -> str:
    return on.name or database_of(on.owner_url)
