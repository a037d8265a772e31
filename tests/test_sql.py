"""The files under sql/: form, doors, and what the database itself refuses."""

import re
from pathlib import Path

import pytest
from factories import make_activity, make_user
from verbs import value
from ways import DatabaseUrls

from webapp.config.settings import Settings
from webapp.db.catalogue import SQL_FOLDER, Catalogue
from webapp.db.connections import DatabaseError, connect

FILES = {
    path.relative_to(SQL_FOLDER).with_suffix("").as_posix(): path.read_text()
    for path in sorted(SQL_FOLDER.rglob("*.sql"))
    if path.parent != SQL_FOLDER and path.parent.name not in {"migrations", "views"}
}
TEMPLATES = {template.name: template for template in Catalogue()}
SCHEMA = (SQL_FOLDER / "schema.sql").read_text()

# Who may name the base table, and why: nobody else reads it.
BASE_TABLE = {
    "activities/create": "writes it",
    "activities/burn": "writes it",
    "ops/activity_burn": "a moderator's write",
    "ops/sweep_leaves": "the sweep",
    "ops/sweep_parents": "the sweep",
    "ops/sweep_lag": "the sweep's metric",
    "ops/sweep_blanks": "the sweep",
}
_KEYWORDS = [
    "select",
    "from",
    "where",
    "and",
    "or",
    "not",
    "in",
    "is",
    "null",
    "order",
    "by",
    "group",
    "having",
    "limit",
    "offset",
    "join",
    "left",
    "on",
    "using",
    "insert",
    "into",
    "values",
    "update",
    "set",
    "delete",
    "returning",
    "with",
    "recursive",
    "union",
    "all",
    "exists",
    "case",
    "when",
    "then",
    "else",
    "end",
    "as",
    "distinct",
    "coalesce",
    "greatest",
    "least",
]


def statement_of(text: str) -> str:
    """A file's statement without comments and without the texts in it."""
    return re.sub(r"'(?:[^']|'')*'", "''", re.sub(r"--[^\n]*", "", text))


@pytest.mark.parametrize("name", FILES)
def test_file_is_one_statement_with_its_header(name: str) -> None:
    text = FILES[name]
    lines = text.splitlines()
    assert lines[0].startswith(f"-- {name}: ")
    assert lines[0].endswith(".")
    if not Path(name).name.startswith("_"):
        assert lines[1].startswith("-- params:  ")
        assert lines[2].startswith("-- returns: ")
    assert ";" not in statement_of(text).strip().rstrip(";")
    assert text.endswith("\n")
    assert "\t" not in text


@pytest.mark.parametrize("name", FILES)
def test_file_keeps_the_house_style(name: str) -> None:
    statement = statement_of(FILES[name])
    # A column may carry a keyword's name (`key`, `user`): only these cannot be columns.
    low = [word for word in re.findall(r"(?<![.\w(%])[a-z_]+(?![\w(.)])", statement) if word in _KEYWORDS]
    assert not low, f"{name}: {low}"
    assert not re.search(r"\bOFFSET\b(?! 0\b)", statement)  # `OFFSET 0` skips nothing: it keeps a sub-select whole
    assert not re.search(r"SELECT\s+(\w+\.)?\*", statement)
    assert not re.search(r"\b\w+\.\*", statement)
    assert not re.search(r"\bformat\s*\(|\bEXECUTE\b|\bquote_(ident|literal)\b", statement, re.IGNORECASE)
    assert not re.search(
        r"\bpg_advisory_lock|\bLISTEN\b|\bSET\s+(SESSION|LOCAL)|WITH HOLD|CREATE TEMP", statement, re.IGNORECASE
    )
    assert not re.search(r"(?<!%)%(?![%(])", FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_file_makes_json_of_named_columns_alone(name: str) -> None:
    """`row_to_json(x)` never of a table: its next column would go out with it. (The columns of a view are a list.)"""
    statement = statement_of(FILES[name])
    tables = set(re.findall(r"CREATE TABLE (\w+)", SCHEMA))
    for alias in re.findall(r"\b(?:row_to_json|to_jsonb?|json_agg|jsonb_agg)\(\s*(\w+)", statement):
        assert alias not in tables
        for table in tables:
            assert not re.search(rf"\b(?:FROM|JOIN)\s+{table}\s+(?:AS\s+)?{alias}\b", statement), (
                f"{name}: {alias} is {table}"
            )


@pytest.mark.parametrize("name", FILES)
def test_file_reads_activities_through_their_doors(name: str) -> None:
    if name in BASE_TABLE:
        return
    statement = TEMPLATES[name].text if name in TEMPLATES else FILES[name]
    assert not re.search(r"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+activities\b", statement_of(statement)), (
        f"{name} names the base table: read live_activities or thread_stubs"
    )


def test_doors_are_known_exceptions_that_exist() -> None:
    assert BASE_TABLE.keys() <= FILES.keys()
    for name in BASE_TABLE:
        assert re.search(r"\bactivities\b", statement_of(FILES[name])), f"{name} is no exception any more"


def test_what_names_an_activity_ends_with_it(database_urls: DatabaseUrls) -> None:
    """Each table that names an activity has its line in activities/_end, which burning and the sweep share."""
    with database_urls.owner() as conn:
        naming = conn.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'activity_uuid'"
            " UNION SELECT conrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND confrelid = 'activities'::regclass AND conrelid <> confrelid"
        ).fetchall()
    ended = set(re.findall(r"(?:UPDATE|DELETE FROM) (\w+)", FILES["activities/_end"]))
    assert {table for (table,) in naming} == ended
    ending = {"activities/burn", "ops/activity_burn", "ops/sweep_leaves", "ops/sweep_parents", "ops/sweep_blanks"}
    assert {name for name, text in FILES.items() if "-- include activities/_end" in text} == ending
    taking = {name for name, text in FILES.items() if re.search(r"(UPDATE|DELETE FROM) activities\b", text)}
    assert taking <= ending


def test_every_text_column_has_a_length() -> None:
    for table in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", SCHEMA, re.DOTALL):
        for column in re.findall(r"^  (\w+) (?:text|bytea)\b(.*(?:\n    .*)*)", table[1], re.MULTILINE):
            assert "CHECK" in column[1], f"{table[0]}.{column[0]}"
    assert not re.search(r"\btimestamp\b|varchar|\bserial\b", SCHEMA)


def test_every_foreign_key_is_indexed(database_urls: DatabaseUrls) -> None:
    with database_urls.owner() as conn:
        bare = conn.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint AS c WHERE contype = 'f' AND NOT EXISTS ("
            " SELECT FROM pg_index AS i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])"
        ).fetchall()
        unnamed = conn.execute(
            "SELECT conname FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace AND contype = 'c' AND conname ~ '_check[0-9]*$'"
        ).fetchall()
    assert bare == []
    assert unnamed == []


# Typical values by type, for running every template.
_TYPICAL = {
    "uuid": "5eedac00-0000-4000-8000-000000000001",
    "text": "alice",
    "int": 5,
    "bytea": b"\0" * 32,
    "timestamptz": "2026-11-23T12:00:00Z",
    "text[]": ["mayfly_nobody"],
    "bigint": 5,
    "double precision": 1.0,
    "boolean": True,
}


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("explain", ["", "EXPLAIN "])
def test_template_runs_with_typical_values(settings: Settings, name: str, explain: str) -> None:
    template = TEMPLATES[name]
    values = {param: _TYPICAL[kind] for param, kind in template.params.items()}
    values.update({"message": "hello"} if "message" in values else {})
    with connect(settings.connection_url, autocommit=False) as conn:
        try:
            conn.execute(explain + template.sql, values)  # type: ignore[operator]
        except DatabaseError as error:
            # A row for a person who is not there: the schema's no, which is an answer too.
            assert error.sqlstate in {"23503", "23514"}, error  # noqa: PT017
        finally:
            conn.rollback()


@pytest.mark.parametrize(
    "name", [name for name in TEMPLATES if "NULL" in TEMPLATES[name].text or TEMPLATES[name].params]
)
def test_template_takes_null_where_its_header_says_so(settings: Settings, name: str) -> None:
    header = FILES[name].splitlines()[1]
    maybe = set(re.findall(r"(\w+) [\w \[\]]+\?", header))
    values = {param: None if param in maybe else _TYPICAL[kind] for param, kind in TEMPLATES[name].params.items()}
    with connect(settings.connection_url, autocommit=False) as conn:
        try:
            conn.execute(TEMPLATES[name].sql, values)  # type: ignore[arg-type]
        except DatabaseError as error:
            assert error.sqlstate in {"23503", "23514"}, error  # noqa: PT017
        finally:
            conn.rollback()


# What the schema refuses by itself ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"message": ""}, "activities_message_length"),
        ({"message": "a" * 2801}, "activities_message_length"),
        ({"message": "\U0001f600" * 2100}, "activities_message_length"),
        ({"message": None}, "activities_blank_whole"),
        ({"expires_at": "now() + interval '31 days'"}, "activities_life_span"),
        ({"expires_at": "now() - interval '1 second'"}, "activities_life_span"),
        ({"expires_at": "'infinity'"}, "activities_life_span"),
        ({"expires_at": "'12000-01-01'"}, "activities_life_span"),
        ({"expires_at": "NULL"}, None),
        ({"reply_to_activity_uuid": "'00000000-0000-0000-0000-000000000000'"}, "activities_parent"),
    ],
)
def test_activity_outside_the_rules_is_refused_by_the_database(
    database_urls: DatabaseUrls, columns: dict[str, str | None], constraint: str | None
) -> None:
    with database_urls.owner() as conn:
        alice = make_user(conn)
        message = columns.get("message", "hello")
        rest = {"expires_at": "now() + interval '1 hour'", **{k: v for k, v in columns.items() if k != "message"}}
        with pytest.raises(DatabaseError) as refused:
            conn.execute(
                f"INSERT INTO activities (user_uuid, message, {', '.join(rest)})"
                f" VALUES (%s, %s, {', '.join(map(str, rest.values()))})",
                [alice, message],
            )
        assert refused.value.diag.constraint_name == constraint  # type: ignore[attr-defined]


@pytest.mark.parametrize("handle", ["A", "Alice", "a" * 31, "al ice", "\u0430lice", "alice\n"])
def test_handle_outside_its_form_is_refused_by_the_database(database_urls: DatabaseUrls, handle: str) -> None:
    with database_urls.owner() as conn, pytest.raises(DatabaseError) as refused:
        make_user(conn, handle, password=None, email=None)
    assert refused.value.diag.constraint_name == "users_handle_form"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [({"handle": "alice"}, "users_handle_unique"), ({"email": "ALICE@Example.com"}, "users_email_unique")],
)
def test_person_is_unique_however_written(
    database_urls: DatabaseUrls, columns: dict[str, str], constraint: str
) -> None:
    with database_urls.owner() as conn:
        make_user(conn, password=None)
        with pytest.raises(DatabaseError) as refused:
            make_user(conn, **{"handle": "other", "password": None, **columns})  # type: ignore[arg-type]
    assert refused.value.diag.constraint_name == constraint  # type: ignore[attr-defined]


def test_view_of_live_activities_has_each_of_its_conditions(database_urls: DatabaseUrls) -> None:
    with database_urls.owner() as conn:
        alice, mallory = make_user(conn), make_user(conn, "mallory", suspended=True)
        alive = make_activity(conn, alice)
        gone = make_activity(conn, alice)
        conn.execute("UPDATE activities SET expires_at = now() WHERE uuid = %s", [gone])
        make_activity(conn, mallory)
        assert [row[0] for row in conn.execute("SELECT uuid FROM live_activities").fetchall()] == [alive]
        # A stub is a place and nothing else.
        stub = [row.name for row in conn.execute("SELECT * FROM thread_stubs").description or ()]
        assert stub == ["uuid", "number", "reply_to_activity_uuid", "created_at"]
        assert value(conn, "SELECT count(*) FROM thread_stubs") == 0
        make_activity(conn, alice, reply_to=gone)
        assert value(conn, "SELECT uuid FROM thread_stubs") == gone
