"""Scripts for a database on RDS, and for one that was restored from a snapshot."""

from argparse import Namespace as Arguments

from ..db.catalogue import SQL_FOLDER
from . import migrate, schema
from .scripts import make_servable, say
from .target import Target


def rds_roles(on: Target, _: Arguments) -> None:
    """Lets the application and the function sign in with AWS tokens only, in one transaction. May run again.

    Also creates a role that an older stack lacks.
    """
    with on.owner() as conn:
        migrate.require_schema(conn)
        with conn.transaction():
            for name in ("roles.sql", "roles_rds.sql"):
                schema.run(conn, (SQL_FOLDER / name).read_text(encoding="utf-8"))
    say("mayfly_app, mayfly_keeper and mayfly_sign_up sign in with AWS tokens only")


def db_after_restore(on: Target, _: Arguments) -> None:
    """Ends all sessions and sweeps, as bin/db-restore does for a backup."""
    make_servable(on)
