"""Databases from nothing to filled and away again: the embedded one, and any other."""

import re
from pathlib import Path

import pytest
from factories import make_user
from ops_fixtures import EMPTY, Run, allowed, one
from ways import DatabaseUrls

from webapp.db.connections import Connection, DatabaseError, connect
from webapp.ops.target import external_target
from webapp.postgres.embedded import APP, SIGN_UP
from webapp.postgres.processes import working_in


def test_embedded_database_goes_through_its_whole_life_and_leaves_nothing_running(
    run: Run, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAYFLY_STATE", str(scratch / "state"))
    run.refused("There is no database here yet: bin/run makes it.", "db-backup")
    assert run("db-drop")[0] == 1
    code, out, err = run("db-setup")
    assert (code, out) == (0, "")
    assert re.search(r"mayfly_dev was created, marked development.*schema.*loaded: \d+ people", err, re.DOTALL)
    deeper = "FROM activities AS reply JOIN activities AS parent ON parent.uuid = reply.reply_to_activity_uuid"
    stray = f"SELECT count(*), count(*) FILTER (WHERE reply.depth <> parent.depth + 1) {deeper}"
    assert re.fullmatch(r"[1-9]\d+\|0\n", run("db-connect", "-Atc", stray)[1])
    assert run("db-connect", "-v", "ON_ERROR_STOP=1", "-qc", "SELECT nothing")[0] == 1
    assert "mayfly_dev was dropped" in run.done("db-setup")
    assert not working_in(scratch / "state" / "postgres" / "data", "postgres")


def test_database_of_the_environment_goes_through_its_whole_life(
    run: Run, database_urls: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "mayfly_test_99"
    url = database_urls.superuser_url.replace(database_urls.name, name)
    for variable in {"CONNECTION_URL": url, "APP_ENV": "test", "MAYFLY_STATE": str(scratch / "state")}.items():
        monkeypatch.setenv(*variable)
    run.refused("does not exist", "db-sessions")
    for script in ("db-create", "db-schema-load", "db-seed", "db-setup"):
        run.done(script)
    for script, told in (("db-create", "is not empty"), ("db-schema-load", "is not empty"), ("db-seed", "has people")):
        run.refused(told, script)
    assert run("db-drop", "--dry-run")[1].startswith(f"{name} would be dropped")
    assert run("db-drop") == (0, "", f"The database {name} was dropped.\n")


def test_people_are_not_dropped_without_the_name(run: Run, elsewhere: DatabaseUrls, owner: Connection) -> None:
    run.refused("ALTER ROLE mayfly_owner CREATEDB", "db-setup")  # where it could not make it anew
    make_user(owner, password=None)
    with connect(elsewhere.superuser_url) as admin:
        admin.execute("ALTER ROLE mayfly_owner CREATEDB")
        try:
            for script in ("db-drop", "db-setup"):
                run.refused(f"--yes-drop {elsewhere.name}", script)
                assert run(script, "--yes-drop", "mayfly_dev")[0] == 1
                run.done(script, "--dry-run")
        finally:
            admin.execute("ALTER ROLE mayfly_owner NOCREATEDB")
    assert one(owner, "SELECT count(*) FROM users") == 1


def test_schema_is_loaded_by_who_may_and_is_asked_for(run: Run, elsewhere: DatabaseUrls, owner: Connection) -> None:
    run.refused("OWNER_CONNECTION_URL", "db-drop", "--dry-run", OWNER_CONNECTION_URL=elsewhere.app_url)
    owner.execute(EMPTY)
    for script in ("db-backup", "db-seed"):
        run.refused("bin/db-schema-load makes it", script)
    run.refused("mayfly_app may not make tables in", "db-schema-load", OWNER_CONNECTION_URL=elsewhere.app_url)
    # A database of production is not made.
    run.refused("bin/db-schema-load prod", "db-create", PROD_CONNECTION_URL=elsewhere.owner_url)
    assert one(owner, "SELECT to_regclass('mayfly_marker')") is None


def test_structure_is_changed_past_a_pooler_where_no_owner_is_named() -> None:
    env = {"CONNECTION_URL": "postgresql://pooler/x", "DIRECT_CONNECTION_URL": "postgresql://direct/x"}
    assert external_target(env, "production", Path("/")).owner_url == "postgresql://direct/x"
    named = {**env, "OWNER_CONNECTION_URL": "postgresql://owner@direct/x"}
    assert external_target(named, "production", Path("/")).owner_url == "postgresql://owner@direct/x"


def test_roles_change_no_structure_and_are_nobody_special(fresh_database: DatabaseUrls) -> None:
    statements = """CREATE TABLE mine (); CREATE TEMPORARY TABLE mine (); CREATE SCHEMA mine; CREATE ROLE mine;
        CREATE DATABASE mine; DROP TABLE activities; DROP VIEW alive_activities; TRUNCATE activities;
        ALTER TABLE users ADD COLUMN mine text; ALTER TABLE users DISABLE TRIGGER ALL; CREATE INDEX ON users (bio);
        ALTER TABLE users OWNER TO mayfly_app; UPDATE mayfly_marker SET environment = 'test';
        SELECT environment FROM mayfly_marker; INSERT INTO schema_migrations VALUES ('0001-x', repeat('0', 64));
        DELETE FROM schema_migrations; COPY users TO PROGRAM 'cat'; SET ROLE mayfly_owner;
        ALTER SYSTEM SET fsync = off"""
    special = """SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
          OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)
          OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
        FROM pg_roles WHERE rolname = %s"""
    with connect(fresh_database.app_url) as conn:
        assert allowed(conn, statements) == []
        assert [one(conn, special, role) for role in (APP, SIGN_UP)] == [False, False]


def test_number_needs_no_right_and_no_path(fresh_database: DatabaseUrls) -> None:
    made = "CREATE SCHEMA mine; CREATE SEQUENCE mine.numbers INCREMENT -1; GRANT USAGE ON SCHEMA mine TO PUBLIC"
    with connect(fresh_database.superuser_url) as admin:
        admin.execute(made)
    with connect(fresh_database.app_url) as app:
        app.execute("SET search_path = mine, pg_catalog")
        numbers = [one(app, "SELECT public.next_number()") for _ in range(100)]
        assert numbers == sorted(set(numbers))  # type: ignore[type-var]
        assert one(app, "SELECT abs(extract(epoch FROM now()) * 1000 - (%s::bigint >> 16)) < 60000", numbers[0]) is True
        for act in ("nextval('public.numbers')", "setval('public.numbers', 1)"):
            with pytest.raises(DatabaseError, match="permission denied for sequence numbers"):
                app.execute(f"SELECT {act}")
