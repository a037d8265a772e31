"""Databases from nothing to filled and away again: the embedded one, and any other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from factories import make_user
from ops_fixtures import EMPTY, Run, allowed, one
from ways import DatabaseUrls

from webapp.db.connections import DatabaseError, connect
from webapp.ops.target import external_target
from webapp.postgres.embedded import APP, SIGN_UP
from webapp.postgres.processes import working_in


def test_embedded_database_goes_through_its_whole_life_and_leaves_nothing_running(
    run: Run, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAYFLY_STATE", str(scratch / "state"))
    code, _, err = run("db-backup")
    assert (code, err) == (1, "bin/db-backup: There is no database here yet: bin/run makes it.\n")
    assert run("db-drop")[0] == 1
    code, out, err = run("db-setup")
    assert (code, out) == (0, "")
    assert re.search(r"mayfly_dev was created, marked development.*schema.*loaded: \d+ people", err, re.DOTALL)
    deeper = "FROM activities AS reply JOIN activities AS parent ON parent.uuid = reply.reply_to_activity_uuid"
    stray = f"SELECT count(*), count(*) FILTER (WHERE reply.depth <> parent.depth + 1) {deeper}"
    assert re.fullmatch(r"[1-9]\d+\|0\n", run("db-connect", "-Atc", stray)[1])
    assert run("db-connect", "-v", "ON_ERROR_STOP=1", "-qc", "SELECT nothing")[0] == 1
    assert "mayfly_dev was dropped" in run("db-setup")[2]
    assert not working_in(scratch / "state" / "postgres" / "data", "postgres")


def test_database_of_the_environment_goes_through_its_whole_life(
    run: Run, database_urls: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "mayfly_test_99"
    monkeypatch.setenv("CONNECTION_URL", database_urls.superuser_url.replace(database_urls.name, name))
    monkeypatch.setenv("APP_ENV", "test")
    monkeypatch.setenv("MAYFLY_STATE", str(scratch / "state"))
    code, _, err = run("db-sessions")
    assert code == 1
    assert "does not exist" in err
    for script in ("db-create", "db-schema-load", "db-seed", "db-setup"):
        assert run(script)[0] == 0, script
    for script, told in (("db-create", "is not empty"), ("db-schema-load", "is not empty"), ("db-seed", "has people")):
        code, _, err = run(script)
        assert code == 1
        assert told in err
    assert run("db-drop", "--dry-run")[1].startswith(f"{name} would be dropped")
    assert run("db-drop") == (0, "", f"The database {name} was dropped.\n")


@pytest.fixture
def maker(elsewhere: DatabaseUrls) -> Iterator[None]:
    """The owner may make databases while the test runs."""
    with connect(elsewhere.superuser_url) as admin:
        admin.execute("ALTER ROLE mayfly_owner CREATEDB")
        try:
            yield
        finally:
            admin.execute("ALTER ROLE mayfly_owner NOCREATEDB")


@pytest.mark.usefixtures("maker")
def test_accounts_of_people_are_not_dropped_without_the_name(run: Run, elsewhere: DatabaseUrls) -> None:
    with elsewhere.owner() as conn:
        make_user(conn, password=None)
    for script in ("db-drop", "db-setup"):
        code, _, err = run(script)
        assert code == 1
        assert f"--yes-drop {elsewhere.name}" in err
        assert run(script, "--yes-drop", "mayfly_dev")[0] == 1
        assert run(script, "--dry-run")[0] == 0
    with elsewhere.owner() as conn:
        assert one(conn, "SELECT count(*) FROM users") == 1


def test_setup_drops_nothing_where_it_could_not_make_it_anew(run: Run, elsewhere: DatabaseUrls) -> None:
    code, _, err = run("db-setup")
    assert code == 1
    assert "ALTER ROLE mayfly_owner CREATEDB" in err
    elsewhere.owner().close()


def test_database_of_production_is_not_made(run: Run, elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    with elsewhere.owner() as conn:
        conn.execute(EMPTY)
        monkeypatch.setenv("PROD_CONNECTION_URL", elsewhere.owner_url)
        code, _, err = run("db-create")
        assert code == 1
        assert "bin/db-schema-load prod" in err
        assert one(conn, "SELECT to_regclass('mayfly_marker')") is None


def test_schema_is_loaded_by_who_may_and_what_needs_it_says_so(
    run: Run, elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    with elsewhere.owner() as conn:
        conn.execute(EMPTY)
    for script in ("db-backup", "db-seed"):
        code, _, err = run(script)
        assert code == 1
        assert "bin/db-schema-load makes it" in err
    monkeypatch.setenv("OWNER_CONNECTION_URL", elsewhere.app_url)
    code, _, err = run("db-schema-load")
    assert code == 1
    assert "mayfly_app may not make tables" in err


def test_who_may_not_is_told_who_may(run: Run, elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER_CONNECTION_URL", elsewhere.app_url)
    code, _, err = run("db-drop", "--dry-run")
    assert code == 1
    assert "permission denied" in err
    assert "OWNER_CONNECTION_URL" in err


def test_structure_is_changed_past_a_pooler_where_no_owner_is_named() -> None:
    env = {"CONNECTION_URL": "postgresql://pooler/x", "DIRECT_CONNECTION_URL": "postgresql://direct/x"}
    assert external_target(env, "production", Path("/")).owner_url == "postgresql://direct/x"
    named = {**env, "OWNER_CONNECTION_URL": "postgresql://owner@direct/x"}
    assert external_target(named, "production", Path("/")).owner_url == "postgresql://owner@direct/x"


def test_application_role_may_change_no_structure(fresh_database: DatabaseUrls) -> None:
    statements = """CREATE TABLE mine (); CREATE TEMPORARY TABLE mine (); CREATE SCHEMA mine; CREATE ROLE mine;
        CREATE DATABASE mine; DROP TABLE activities; DROP VIEW live_activities; TRUNCATE activities;
        ALTER TABLE users ADD COLUMN mine text; ALTER TABLE users DISABLE TRIGGER ALL; CREATE INDEX ON users (bio);
        ALTER TABLE users OWNER TO mayfly_app; UPDATE mayfly_marker SET environment = 'test';
        SELECT environment FROM mayfly_marker; INSERT INTO schema_migrations VALUES ('0001-x', repeat('0', 64));
        DELETE FROM schema_migrations; COPY users TO PROGRAM 'cat'; SET ROLE mayfly_owner;
        ALTER SYSTEM SET fsync = off"""
    with connect(fresh_database.app_url) as conn:
        assert allowed(conn, statements) == []


@pytest.mark.parametrize("role", [APP, SIGN_UP])
def test_role_owns_nothing_and_is_nobody_special(fresh_database: DatabaseUrls, role: str) -> None:
    with connect(fresh_database.superuser_url) as conn:
        special = conn.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,"
            " EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid),"
            " EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)"
            " FROM pg_roles WHERE rolname = %s",
            [role],
        ).fetchone()
    assert special == (False,) * 7


def test_number_needs_no_right_and_no_path(fresh_database: DatabaseUrls) -> None:
    with connect(fresh_database.superuser_url) as admin:
        admin.execute(
            "CREATE SCHEMA mine; CREATE SEQUENCE mine.numbers INCREMENT -1; GRANT USAGE ON SCHEMA mine TO PUBLIC"
        )
    with connect(fresh_database.app_url) as app:
        app.execute("SET search_path = mine, pg_catalog")
        numbers = [one(app, "SELECT public.next_number()") for _ in range(100)]
        assert numbers == sorted(set(numbers))  # type: ignore[type-var]
        assert one(app, "SELECT abs(extract(epoch FROM now()) * 1000 - (%s::bigint >> 16)) < 60000", numbers[0]) is True
        for act in ("nextval('public.numbers')", "setval('public.numbers', 1)"):
            with pytest.raises(DatabaseError, match="permission denied for sequence numbers"):
                app.execute(f"SELECT {act}")
