"""What a database on RDS needs beside its schema, and any that came back from a snapshot."""

from argparse import Namespace as Arguments

from ..db.catalogue import SQL_FOLDER
from . import migrate, schema
from .scripts import make_servable, say
from .target import Target


def rds_roles(on: Target, _: Arguments) -> None:
    """Lets the application and the function sign in with AWS tokens only, all or nothing. May run again.

    Creates a role that an older stack lacks.
    """
    with on.owner() as conn:
        migrate.require_schema(conn)
        with conn.transaction():
            for name in ("roles.sql", "roles_rds.sql"):
                schema.run(conn, (SQL_FOLDER / name).read_text(encoding="utf-8"))
    say("mayfly_app and mayfly_sign_up sign in with AWS tokens only")


def db_after_restore(on: Target, _: Arguments) -> None:
    """Ends every session and sweeps; bin/db-restore does so itself, a snapshot does not."""
    make_servable(on)
