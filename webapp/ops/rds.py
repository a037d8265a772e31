"""What a database on RDS needs beside its schema, and any that came back from a snapshot."""

from argparse import Namespace as Arguments

from ..catalogue import SQL_FOLDER
from . import backup, schema
from .scripts import database, name_of, say
from .target import Target


def rds_roles(on: Target, _: Arguments) -> None:
    """Lets the application's role sign in by a token of AWS and by nothing else. May run again."""
    with on.owner() as conn:
        schema.run(conn, (SQL_FOLDER / "roles_rds.sql").read_text(encoding="utf-8"))
    say(f"mayfly_app signs in to {name_of(on)} by a token of AWS, and by nothing else")


def db_after_restore(on: Target, _: Arguments) -> None:
    """Ends every session and sweeps what expired since: bin/db-restore does it by itself, a snapshot does not."""
    with database(on) as db:
        swept, pending = backup.make_servable(on, db)
    say(f"swept {name_of(on)}: {swept}; nobody is signed in")
    if pending:
        say(f"{len(pending)} migration(s) are pending: run bin/db-migrate before it serves")
