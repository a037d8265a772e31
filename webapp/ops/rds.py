"""What a database on RDS needs beside its schema, and any that came back from a snapshot."""

from argparse import Namespace as Arguments

from ..db.catalogue import SQL_FOLDER
from . import migrate, schema
from .scripts import make_servable, say
from .target import Target


def rds_roles(on: Target, _: Arguments) -> None:
    """Lets the application and the function sign in by a token of AWS and by nothing else. May run again.

    All or nothing. A role that a stack of before does not have is made.
    """
    with on.owner() as conn:
        migrate.require_schema(conn)
        with conn.transaction():
            for name in ("roles.sql", "roles_rds.sql"):
                schema.run(conn, (SQL_FOLDER / name).read_text(encoding="utf-8"))
    say("mayfly_app and mayfly_sign_up sign in by a token of AWS, and by nothing else.")


def db_after_restore(on: Target, _: Arguments) -> None:
    """Ends every session and sweeps what expired since: bin/db-restore does it by itself, a snapshot does not."""
    make_servable(on)
