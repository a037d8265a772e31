"""What the schema refuses by itself, whoever writes."""

import pytest
from factories import make_activity, make_user

from webapp.config.settings import Settings
from webapp.db.connections import Connection, DatabaseError, connect


def test_activity_outside_the_rules_is_refused(conn: Connection) -> None:
    good = {"user_uuid": f"'{make_user(conn)}'", "expires_at": "now() + interval '1 hour'"}
    for column, spoilt, constraint in (
        ("expires_at", "now() + interval '31 days'", "activities_life_span"),
        ("expires_at", "now() - interval '1 second'", "activities_life_span"),
        ("expires_at", "'infinity'", "activities_life_span"),
        ("expires_at", "NULL", None),
        ("reply_to_activity_uuid", "'00000000-0000-0000-0000-000000000000'", "activities_parent"),
    ):
        columns = {**good, column: spoilt}
        with pytest.raises(DatabaseError) as refused:
            conn.execute(f"INSERT INTO activities ({', '.join(columns)}) VALUES ({', '.join(columns.values())})")
        assert refused.value.diag.constraint_name == constraint, spoilt  # type: ignore[attr-defined]


def test_person_outside_the_rules_is_refused(conn: Connection) -> None:
    make_user(conn, password=None)
    for columns, constraint in [
        *(
            ({"handle": handle}, "users_handle_form")
            for handle in ("A", "Alice", "a" * 31, "al ice", "\u0430li", "ali\n")
        ),
        ({"handle": "alice"}, "users_handle_unique"),
        ({"handle": "other", "email": "ALICE@Example.com"}, "users_email_unique"),
    ]:
        with pytest.raises(DatabaseError) as error:
            make_user(conn, password=None, **columns)  # type: ignore[arg-type]
        assert error.value.diag.constraint_name == constraint, columns  # type: ignore[attr-defined]


def test_view_of_live_activities_has_each_of_its_conditions(conn: Connection) -> None:
    alice, mallory = make_user(conn), make_user(conn, "mallory", suspended=True)
    alive, gone = make_activity(conn, alice), make_activity(conn, alice)
    conn.execute("UPDATE activities SET expires_at = now() WHERE uuid = %s", [gone])
    make_activity(conn, mallory)
    assert [row[0] for row in conn.execute("SELECT uuid FROM alive_activities").fetchall()] == [alive]
    # A stub is a place and nothing else.
    stub = [row.name for row in conn.execute("SELECT * FROM thread_places").description or ()]
    assert stub == ["uuid", "number", "reply_to_activity_uuid", "created_at"]


def test_application_role_changes_no_structure(settings: Settings) -> None:
    with connect(settings.connection_url) as conn:
        for statement in (
            "CREATE TABLE mine (x int)", "DROP TABLE users", "TRUNCATE activities", "ALTER TABLE users ADD x int",
            "CREATE SCHEMA mine", "UPDATE schema_migrations SET name = 'x'", "CREATE ROLE other",
            "COPY users TO PROGRAM 'true'", "CREATE TEMPORARY TABLE t (x int)",
        ):  # fmt: skip
            with pytest.raises(DatabaseError) as refused:
                conn.execute(statement)  # type: ignore[arg-type]
            assert refused.value.sqlstate == "42501", statement
