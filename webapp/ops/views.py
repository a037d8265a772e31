"""The views of sql/views. Each view's comment in the database holds a hash of the file that it was made from."""

import hashlib

from ..db.catalogue import SQL_FOLDER
from ..db.connections import Connection

FOLDER = SQL_FOLDER / "views"
NAME = "sql/views"
"""The name of their creation in lists of migrations."""

_FORMER = ["live_activities", "thread_stubs"]
"""Views of earlier releases, which had no comment yet."""

_OURS = """
SELECT quote_ident(relname), obj_description(oid, 'pg_class')
FROM pg_class
WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
  AND (relname = ANY (%s) OR obj_description(oid, 'pg_class') LIKE 'sql/views/%%')
ORDER BY relname
"""


def differ(conn: Connection) -> bool:
    """Whether the database's views differ from the files, by name or by hash."""
    return _ours(conn) != {name: _note(name, sql) for name, sql in _files().items()}


def make(conn: Connection) -> None:
    """Drops and recreates our views in the caller's transaction, in the order of their names.

    Statements use them in that order too, so one DROP locks them as readers do, before any table.
    """
    if ours := _ours(conn):
        conn.execute(f"DROP VIEW {', '.join(ours)}")
    for name, sql in _files().items():
        conn.execute(f"{sql}; COMMENT ON VIEW {name} IS '{_note(name, sql)}'")


def _files() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.sql"))}


def _note(name: str, sql: str) -> str:
    return f"{NAME}/{name}.sql {hashlib.sha256(sql.encode()).hexdigest()}"


def _ours(conn: Connection) -> dict[str, str | None]:
    """The database's views that have a file's name or our comment, with their comments."""
    return dict(conn.execute(_OURS, [[*_files(), *_FORMER]]).fetchall())
