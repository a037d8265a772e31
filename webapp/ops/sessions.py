from typing import Any, TypedDict

from ..db.catalogue import Catalogue
from ..db.connections import Connection
from ..postgres.embedded import APP, OWNER
from .target import Target


class DatabaseSession(TypedDict):
    """One connection; `since` is UTC, `last_query` its kind (SELECT, …), `?` what the server does not tell us.

    `unused`: whose connection does nothing, and for how long, where it is a person's and that is five minutes or more.
    """

    pid: int
    user: str
    application: str
    state: str
    since: str
    last_query: str
    unused: str


def listed(conn: Connection) -> list[DatabaseSession]:
    """The connections to the database of `conn`, but for our own."""
    own: list[DatabaseSession] = _ask(conn, "ops/sessions")
    return own


def table(sessions: list[DatabaseSession]) -> list[str]:
    """The sessions as lines, the first one naming the columns."""
    titles = list(DatabaseSession.__annotations__)
    rows = [titles, *([str(session[title]) for title in titles] for session in sessions)]  # type: ignore[literal-required]
    widths = [max(len(row[column]) for row in rows) for column in range(len(titles))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def own_roles(target: Target, conn: Connection) -> list[str]:
    """The roles whose connections we may end: an embedded server's, elsewhere the one we connect as."""
    return [OWNER, APP] if target.name else [conn.info.user]


def kill(conn: Connection, database: str, roles: list[str]) -> int:
    """Ends the connections of these roles to that one database, never our own; how many."""
    return int(_ask(conn, "ops/sessions_kill", database=database, roles=roles))


def _ask(conn: Connection, name: str, **params: object) -> Any:
    """The one value of a template, over a connection that is not the program's own."""
    row = conn.execute(Catalogue()[name].sql, params).fetchone()
    return row[0] if row else None
