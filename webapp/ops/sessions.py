from typing import Any, TypedDict

from ..db.catalogue import Catalogue
from ..db.connections import Connection
from ..postgres.embedded import APP, OWNER
from .target import Target


class DatabaseSession(TypedDict):
    """One connection. `since` is UTC, `last_query` a kind (SELECT, …); `?` stands for what this role may not see.

    `unused`: user and minutes of a person's connection that has been idle for five minutes or more.
    """

    pid: int
    user: str
    application: str
    state: str
    since: str
    last_query: str
    unused: str


def listed(conn: Connection) -> list[DatabaseSession]:
    """The other connections to the database of `conn`."""
    own: list[DatabaseSession] = _ask(conn, "ops/sessions")
    return own


def table(sessions: list[DatabaseSession]) -> list[str]:
    """The sessions as lines, after a line with the names of the columns."""
    titles = list(DatabaseSession.__annotations__)
    rows = [titles, *([str(session[title]) for title in titles] for session in sessions)]  # type: ignore[literal-required]
    widths = [max(len(row[column]) for row in rows) for column in range(len(titles))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def own_roles(target: Target, conn: Connection) -> list[str]:
    """The roles whose connections we may end: both of an embedded server, elsewhere only our own."""
    return [OWNER, APP] if target.name else [conn.info.user]


def kill(conn: Connection, database: str, roles: list[str]) -> int:
    """Ends these roles' connections to that database, except this one. Returns how many."""
    return int(_ask(conn, "ops/sessions_kill", database=database, roles=roles))


def _ask(conn: Connection, name: str, **params: object) -> Any:
    """Runs a template over a direct connection and returns its one value."""
    row = conn.execute(Catalogue()[name].sql, params).fetchone()
    return row[0] if row else None
