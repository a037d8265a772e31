"""A database as `bin/rds-roles` leaves it on RDS, on a PostgreSQL of our own, and what a role may do in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ways import DatabaseUrls

from webapp.db.connections import Connection, connect
from webapp.postgres.embedded import OWNER, SIGN_UP
from webapp.postgres.folders import CHECKOUT

ROLES, ROLES_RDS = ((CHECKOUT / "sql" / f"{name}.sql").read_text() for name in ("roles", "roles_rds"))
_RIGHTS = (Path(__file__).parent / "ops" / "rights.sql").read_text()


def rights(conn: Connection, role: str = SIGN_UP) -> set[tuple[str, str, str]]:
    """What the role may do with which column of which table or view (`*`: with all of it), over the whole database."""
    return set(conn.execute(_RIGHTS, {"role": role}).fetchall())


@contextmanager
def as_on_rds(urls: DatabaseUrls) -> Iterator[str]:
    """The function's way into the database after bin/rds-roles; at the end it is again as roles.sql left it."""
    with connect(urls.superuser_url) as admin:
        admin.execute("CREATE ROLE rds_iam")  # which RDS brings along
        try:
            admin.execute(ROLES_RDS)
            yield urls.owner_url.replace(f"{OWNER}@", f"{SIGN_UP}@")
        finally:
            admin.execute(f"DROP OWNED BY {SIGN_UP}; ALTER ROLE {SIGN_UP} NOLOGIN; DROP ROLE rds_iam")
