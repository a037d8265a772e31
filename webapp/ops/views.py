"""The views: each has its one definition in sql/views, and a note in the database of the file that it was made from."""

import hashlib

from ..db.catalogue import SQL_FOLDER
from ..db.connections import Connection

FOLDER = SQL_FOLDER / "views"
NAME = "sql/views"
"""What their making is called among the migrations."""

_OURS = """
SELECT quote_ident(relname), obj_description(oid, 'pg_class')
FROM pg_class
WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
  AND (relname = ANY (%s) OR obj_description(oid, 'pg_class') LIKE 'sql/views/%%')
ORDER BY relname
"""


def differ(conn: Connection) -> bool:
    """Whether the database has another set of views than the files are, or one was made from another text."""
    return _ours(conn) != {name: _note(name, sql) for name, sql in _files().items()}


def make(conn: Connection) -> None:
    """Drops ours and makes every one, in the caller's transaction and in the order of their names.

    In that order statements name them, too: so one DROP locks them as readers do, and no table before any of them.
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
    """The views that are there by a file's name or by a note of ours, and the note."""
    return dict(conn.execute(_OURS, [list(_files())]).fetchall())
