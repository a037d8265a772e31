"""The way back from a backup: a drill, what the documents tell, and what is refused."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from community import fill, rows, sign_in
from factories import make_activity, make_user
from ops_fixtures import EMPTY, FIRST_RELEASE, Run, one
from verbs import expire, signed_in
from ways import DatabaseUrls, settings_for

from webapp import create_app
from webapp.db.connections import connect
from webapp.db.conninfo import client_environment
from webapp.ops import backup, migrate, schema
from webapp.ops.target import embedded_target, target
from webapp.postgres.embedded import SIGN_UP, Cluster
from webapp.postgres.folders import CHECKOUT


def test_drill_backup_is_restored_whole_and_serves(run: Run, embedded: Path, scratch: Path) -> None:
    assert run("db-create")[0] == run("db-schema-load")[0] == 0
    file = scratch / "mayfly.dump"
    with target("test") as on, on.owner() as conn:
        fill(conn)
        code, out, err = run("db-backup", str(file))
        assert (code, out) == (0, f"{file}\n")
        assert "deleted 1, blanked 1" in err
        before = rows(conn)
    assert on.bindir
    program = [str(on.bindir / "pg_restore"), "--file=-", str(file)]
    held = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    assert "still alive" in held
    for left_out in ("canary", "COPY public.sessions", "COPY public.rate_limits", "COPY public.drafts"):
        assert left_out not in held

    assert run("db-drop", "--yes-drop", "mayfly_dev")[0] == 0
    with target("test") as on, on.admin() as admin:  # as on another server, which does not know it yet
        admin.execute(f"DROP ROLE {SIGN_UP}")
    code, _, err = run("db-restore", str(file))
    assert (code, "Nobody is signed in" in err) == (0, True)
    with target("test") as on, on.owner() as conn:
        assert one(conn, "SELECT to_regrole(%s)::text", SIGN_UP) == SIGN_UP
        assert rows(conn) == before
        assert one(conn, "SELECT count(*) FROM sessions") == 0
        assert one(conn, "SELECT environment FROM mayfly_marker") == "development"
        app = create_app(settings_for(DatabaseUrls(on.app_url, on.owner_url, on.admin_url)))
        assert "still alive" in app.test_client().get("/public").text
        assert signed_in(app, "bob").get("/settings").status_code == 200  # with the password of before
        for statement in ("DROP TABLE users", "TRUNCATE activities", "CREATE TABLE mine (x int)"):
            with connect(on.app_url) as application, pytest.raises(Exception, match=r"must be owner|permission denied"):
                application.execute(statement)
        app.extensions["db"].close()


def steps(beginning: str) -> list[str]:
    """The commands of docs/operating/databases.md under "Back to a backup", of the block that begins so."""
    page = (CHECKOUT / "docs" / "operating" / "databases.md").read_text()
    told = page.partition("### Back to a backup")[2].partition("\n## ")[0]
    (block,) = [block for block in told.split("```\n")[1::2] if block.startswith(beginning)]
    return block.splitlines()


def test_way_back_in_production_works_as_it_is_told(run: Run, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = scratch / "state"
    monkeypatch.setenv("MAYFLY_STATE", str(state))
    monkeypatch.setenv("APP_ENV", "production")
    cluster = Cluster(state / "postgres", durable=False)
    with cluster.run("tests"):
        assert run("db-create")[0] == run("db-schema-load")[0] == 0
        with embedded_target(cluster, "production").owner() as conn:
            fill(conn)
            assert run("db-backup", str(scratch / "mayfly.dump"))[0] == 0
            before = rows(conn)
            make_user(conn, "carol")
    monkeypatch.delenv("APP_ENV")
    environment = {"PATH": os.environ["PATH"], "MAYFLY_STATE": str(state), "MAYFLY_PYTHON": sys.executable}
    for step in steps("mv var/postgres "):
        typed = step.replace("var/", f"{state}/").replace(" bin/", f" {CHECKOUT}/bin/")
        subprocess.run(["sh", "-ec", typed], cwd=scratch, env=environment, check=True)
    monkeypatch.setenv("APP_ENV", "production")
    with target("test") as on, on.owner() as conn:
        assert rows(conn) == before
        assert one(conn, "SELECT environment FROM mayfly_marker") == "production"
    assert (state / "postgres-before" / "data").is_dir()


def test_way_back_by_an_administrator_works_as_it_is_told(cluster: Cluster, scratch: Path) -> None:
    """Beside a database of the tests: `mayfly` is a name that they leave free."""
    programs = {name: str(cluster.bindir / name) for name in ("psql", "pg_dump", "pg_restore")}
    own = embedded_target(cluster, "production", "mayfly")
    schema.create(own)
    schema.load(own)
    with own.owner() as conn:
        fill(conn)
        before = rows(conn)
    environment = {**os.environ, **client_environment(own.admin_url)}
    dump = [programs["pg_dump"], "-Fc", f"--file={scratch / 'mayfly.dump'}", "mayfly"]
    subprocess.run(dump, env=environment, check=True)
    try:
        for step in steps("docker compose stop"):
            inside = re.sub(r"^docker compose exec (-T )?database (psql|pg_restore) -U postgres", r"\2", step)
            if inside != step:
                typed = re.sub(r"^\w+", lambda found: programs[found[0]], inside)
                if " -d " not in typed:
                    typed += " -d postgres"
                subprocess.run(["sh", "-ec", typed], cwd=scratch, env=environment, check=True)
        with own.owner() as conn:
            assert rows(conn) == before
        with connect(own.app_url) as conn:
            assert one(conn, "SELECT count(*) FROM users") == 2
    finally:
        with own.admin() as admin:
            admin.execute("DROP DATABASE IF EXISTS mayfly")
            admin.execute("DROP DATABASE IF EXISTS mayfly_before")
    assert [step.partition("-c ")[2] for step in steps("psql -d postgres")] == [
        step.partition("-c ")[2] for step in steps("docker compose stop") if " psql " in step
    ]


def test_restore_sweeps_what_expired_since_and_signs_everybody_out(
    run: Run, elsewhere: DatabaseUrls, scratch: Path
) -> None:
    """Of a dump that somebody made by hand: with its sessions, and before the sweep."""
    with elsewhere.owner() as conn:
        alice = make_user(conn)
        expire(conn, make_activity(conn, alice))
        sign_in(conn, alice)
        with target("test") as on:
            program = backup.client(on, "pg_dump")
        environment = {**os.environ, **client_environment(elsewhere.owner_url)}
        arguments = [program, "-Fc", "--no-owner", "--exclude-table=mayfly_marker", f"--file={scratch / 'own.dump'}"]
        subprocess.run(arguments, env=environment, check=True)
        conn.execute(EMPTY)
        code, _, err = run("db-restore", str(scratch / "own.dump"))
        assert (code, "deleted 1" in err) == (0, True)
        assert [one(conn, f"SELECT count(*) FROM {name}") for name in ("sessions", "activities", "users")] == [0, 0, 1]


def test_backup_of_an_earlier_structure_is_restored_and_migrated(
    run: Run, elsewhere: DatabaseUrls, scratch: Path
) -> None:
    with elsewhere.owner() as conn:
        conn.execute(EMPTY)
        conn.execute(FIRST_RELEASE)
        make_user(conn)
        code, _, err = run("db-backup", str(scratch / "earlier.dump"))
        assert (code, "Nothing was swept" in err) == (0, True)
        code, _, err = run("activities-sweep")
        assert (code, "bin/db-migrate --status" in err) == (1, True)
        conn.execute(EMPTY)
    code, _, err = run("db-restore", str(scratch / "earlier.dump"))
    assert code == 0, err
    assert f"{len(migrate.on_disk())} migration(s) are pending" in err
    assert run("db-migrate")[0] == 0
    code, _, err = run("db-backup", str(scratch / "later.dump"))
    assert (code, "What has expired was swept" in err) == (0, True)
    with elsewhere.owner() as conn:
        assert one(conn, "SELECT count(*) FROM users") == 1


def test_what_came_back_is_swept_and_nobody_is_signed_in(elsewhere: DatabaseUrls, run: Run) -> None:
    with elsewhere.owner() as conn:
        alice = make_user(conn)
        make_activity(conn, alice, "still here")
        make_activity(conn, alice, "canary", left=timedelta(hours=-1))
        sign_in(conn, alice)
        code, out, err = run("db-after-restore")
        assert (code, out, "deleted 1" in err) == (0, "", True)
        assert one(conn, "SELECT count(*) FROM sessions") == 0
        assert one(conn, "SELECT message FROM activities") == "still here"
        conn.execute("DELETE FROM schema_migrations WHERE name = (SELECT max(name) FROM schema_migrations)")
        assert "1 migration(s) are pending: run bin/db-migrate" in run("db-after-restore")[2]


def test_restore_refuses_a_database_that_holds_anything(run: Run, elsewhere: DatabaseUrls, scratch: Path) -> None:
    with elsewhere.owner() as conn:
        make_user(conn)
        assert run("db-backup", str(scratch / "one.dump"))[0] == 0
        code, _, err = run("db-restore", str(scratch / "one.dump"))
        assert (code, len(err.splitlines())) == (1, 1)
        assert "is not empty" in err
        assert one(conn, "SELECT count(*) FROM users") == 1


def test_restore_that_fails_leaves_nothing_behind(run: Run, elsewhere: DatabaseUrls, scratch: Path) -> None:
    with elsewhere.owner() as conn:
        fill(conn)
        assert run("db-backup", str(scratch / "whole.dump"))[0] == 0
        whole = (scratch / "whole.dump").read_bytes()
        (scratch / "half.dump").write_bytes(whole[: len(whole) * 2 // 3])
        for file, hindrance in (("half", ""), ("whole", "CREATE TYPE users AS ENUM ()")):  # one that comes late
            conn.execute(f"{EMPTY}; {hindrance}")
            code, _, err = run("db-restore", str(scratch / f"{file}.dump"))
            assert code == 1
            assert err.startswith("bin/db-restore: pg_restore stopped: ")
            assert "alive" not in err
            assert one(conn, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        conn.execute(EMPTY)
        assert run("db-restore", str(scratch / "whole.dump"))[0] == 0


def test_restore_of_what_is_no_backup_is_one_sentence(run: Run, elsewhere: DatabaseUrls, scratch: Path) -> None:
    (scratch / "sql.dump").write_bytes(b"-- SQL, not a custom dump")
    for name, told in (("none.dump", "cannot be read"), ("sql.dump", "is not a backup")):
        code, _, err = run("db-restore", str(scratch / name))
        assert (code, len(err.splitlines())) == (1, 1)
        assert told in err
