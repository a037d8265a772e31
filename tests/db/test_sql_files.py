"""The files under sql/: their form, and the doors to activities. Each rule names all files that break it."""

import re

from webapp.config.settings import Settings
from webapp.db.catalogue import SQL_FOLDER, Catalogue
from webapp.db.connections import Connection, DatabaseError, connect

FILES = {
    path.relative_to(SQL_FOLDER).with_suffix("").as_posix(): path.read_text()
    for path in sorted(SQL_FOLDER.rglob("*.sql"))
    if path.parent != SQL_FOLDER and path.parent.name not in {"migrations", "views"}
}
TEMPLATES = {template.name: template for template in Catalogue()}
SCHEMA = (SQL_FOLDER / "schema.sql").read_text()
TABLES = set(re.findall(r"CREATE TABLE (\w+)", SCHEMA))

# Who may name the base table, and why: nobody else reads it.
BASE_TABLE = {
    "activities/create": "writes it",
    "activities/burn": "writes it",
    "activities/fuse": "writes it",
    "activities/take_back": "writes it",
    "users/burn_batch": "writes it",
    "moderation/burn": "a moderator's write",
    "moderation/hide": "a moderator's write",
    "moderation/show": "a moderator's write",
    "moderation/_case": "whether it stands, for moderators",
    **dict.fromkeys(("moderation/queue", "moderation/settled", "moderation/case"), "the same"),
    "ops/sweep_leaves": "the sweep",
    "ops/sweep_parents": "the sweep",
    "ops/sweep_lag": "the sweep's metric",
    "activities/_blanked": "writes it",
    "ops/sweep_blanks": "the sweep",
}
# Who reads alive_activities past activities/_seen: no viewer is shown anything.
NOBODY_LOOKS = {"moderation/suspend", "live/news"}
# Who asks activities/_may_see for several viewers at once.
MANY_LOOK = {"live/viewers"}
KEYWORDS = (
    "select|from|where|and|or|not|in|is|null|order|by|group|having|limit|offset|join|left|on|using|insert|into|values|"
    "update|set|delete|returning|with|recursive|union|all|exists|case|when|then|else|end|as|distinct|coalesce|greatest|"
    "least"
)
FORBIDDEN = {
    "skips rows by OFFSET": r"\bOFFSET\b(?! 0\b)",  # `OFFSET 0` skips nothing: it keeps a sub-select whole
    "takes every column": r"SELECT\s+(\w+\.)?\*|\b\w+\.\*",
    "composes SQL": r"(?i:\bformat\s*\(|\bEXECUTE\b|\bquote_(ident|literal)\b)",
    "needs a session": r"(?i:\bpg_advisory_lock|\bLISTEN\b|\bSET\s+(SESSION|LOCAL)|WITH HOLD|CREATE TEMP)",
}


def statement_of(text: str) -> str:
    """A file's statement without comments and without the texts in it."""
    return re.sub(r"'(?:[^']|'')*'", "''", re.sub(r"--[^\n]*", "", text))


def test_files_keep_form_and_style() -> None:
    broken = []
    for name, text in FILES.items():
        statement = statement_of(text)
        low = re.findall(rf"(?<![.\w(%])(?:{KEYWORDS})(?![\w(.)])", statement)
        # `row_to_json(x)` never of a table: its next column would go out with it. (The columns of a view are a list.)
        made = set(re.findall(r"\b(?:row_to_json|to_jsonb?|json_agg|jsonb_agg)\(\s*(\w+)", statement))
        tables = re.findall(rf"\b(?:FROM|JOIN)\s+(?:{'|'.join(TABLES)})\s+(?:AS\s+)?(\w+)", statement)
        faults = {
            "does not say first what it does": not re.match(rf"-- {name}: .*\.\n", text),
            "has no header": "/_" not in name and not re.match(r".*\n-- params:  .*\n-- returns: ", text),
            "is more than one statement": ";" in statement.strip().rstrip(";"),
            "holds a tab, or ends in the middle of a line": "\t" in text or not text.endswith("\n"),
            f"writes {low} small": low,
            "holds a per cent sign of its own": re.search(r"(?<!%)%(?![%(])", text),
            "makes JSON of a table": made & {*TABLES, *tables},
            **{what: re.search(pattern, statement) for what, pattern in FORBIDDEN.items()},
        }
        broken += [f"{name} {what}" for what, found in faults.items() if found]
    assert not broken, "\n".join(broken)


def test_files_read_activities_through_their_doors() -> None:
    """alive_activities and thread_places, but for those that write or sweep."""
    whole = {name: statement_of(TEMPLATES[name].text if name in TEMPLATES else text) for name, text in FILES.items()}
    live = {name for name, text in FILES.items() if "alive_activities" in statement_of(text)}
    assert live - {"activities/_seen"} == NOBODY_LOOKS | MANY_LOOK
    asking = {name for name, text in FILES.items() if "-- include activities/_may_see" in text}
    assert asking == {"activities/_seen"} | MANY_LOOK
    assert {name for name, text in FILES.items() if "thread_places" in statement_of(text)} == {"feeds/_nodes"}
    base = r"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+activities\b"
    assert {name for name, text in whole.items() if re.search(base, text)} == BASE_TABLE.keys()


def test_what_names_an_activity_ends_with_it(conn: Connection) -> None:
    """Each table that names an activity has its line in activities/_end, which burning and the sweep share.

    A report and a line of the audit have a life of their own, and hold no word of it.
    """
    naming = conn.execute(
        "SELECT table_name FROM information_schema.columns JOIN pg_class ON relname = table_name AND NOT relispartition"
        " WHERE column_name = 'activity_uuid' UNION"
        " SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = 'activities'::regclass"
        " AND conrelid <> confrelid AND conparentid = 0"
    ).fetchall()
    ended = set(re.findall(r"(?:UPDATE|DELETE FROM) (\w+)", FILES["activities/_end"]))
    assert {table for (table,) in naming} - {"reports", "audit"} == ended
    ending = {"activities/burn", "users/burn_batch", "activities/take_back", "moderation/burn"}
    ending |= {"ops/sweep_leaves", "ops/sweep_parents", "ops/sweep_blanks"}
    assert {name for name, text in FILES.items() if "-- include activities/_end" in text} == ending
    taking = {name for name, text in FILES.items() if re.search(r"(UPDATE|DELETE FROM) activities\b", text)}
    assert taking - {"activities/_blanked", "activities/fuse", "moderation/hide", "moderation/show"} <= ending


def test_every_text_column_has_a_length() -> None:
    for table, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", SCHEMA, re.DOTALL):
        for column, rest in re.findall(r"^  (\w+) (?:text|bytea)\b(.*(?:\n    .*)*)", body, re.MULTILINE):
            assert "CHECK" in rest, f"{table}.{column}"
    assert not re.search(r"\btimestamp\b|varchar|\bserial\b", SCHEMA)


def test_every_foreign_key_is_indexed_and_every_check_is_named(conn: Connection) -> None:
    wrong = conn.execute(
        "SELECT conname FROM pg_constraint AS c WHERE contype = 'f' AND NOT EXISTS ("
        " SELECT FROM pg_index AS i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])"
        " OR connamespace = 'public'::regnamespace AND contype = 'c' AND conname ~ '_check[0-9]*$'"
    ).fetchall()
    assert wrong == []


TYPICAL = {
    "uuid": "5eedac00-0000-4000-8000-000000000001", "text": "alice", "int": 5, "bytea": b"\0" * 32,
    "timestamptz": "2026-11-23T12:00:00Z", "text[]": ["mayfly_nobody"], "bigint": 5, "double precision": 1.0,
    "boolean": True, "uuid[]": ["5eedac00-0000-4000-8000-000000000001"], "bytea[]": [b"\0" * 32], "bigint[]": [5],
}  # fmt: skip


def test_every_template_runs_with_typical_values_and_null_where_its_header_allows_it(settings: Settings) -> None:
    broken = []
    with connect(settings.connection_url, autocommit=False) as conn:
        for name, template, with_null in [(*item, with_null) for item in TEMPLATES.items() for with_null in (0, 1)]:
            maybe = re.findall(r"(\w+) [\w \[\]]+\?", FILES[name].splitlines()[1]) if with_null else []
            values = {key: None if key in maybe else TYPICAL[kind] for key, kind in template.params.items()}
            try:
                conn.execute(template.sql, values)  # type: ignore[arg-type]
            except DatabaseError as error:
                if error.sqlstate not in {"23503", "23514"}:  # a row for a person who is not there
                    broken.append(f"{name}: {error}")
            conn.rollback()
    assert not broken, "\n".join(broken)
