"""Backups: what is in them, what is not, and a drill of the way back."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from factories import make_activity, make_user
from ops_fixtures import Run, name_of, one
from verbs import expire, signed_in
from ways import DatabaseUrls, settings_for

from webapp import create_app
from webapp.db.connections import Connection, connect
from webapp.db.conninfo import client_environment
from webapp.errors import Refused
from webapp.ops import backup, migrate, schema
from webapp.ops.target import Target, embedded_target, target
from webapp.postgres.embedded import SIGN_UP, Cluster
from webapp.postgres.places import CHECKOUT

KEPT = ("users", "passwords", "activities", "activity_keys", "invitations", "schema_migrations")


def fill(conn: Connection) -> None:
    """A little community in which something has expired, something is a stub, and somebody is signed in."""
    alice = make_user(conn)
    make_user(conn, "bob")
    gone = make_activity(conn, alice, "canary that expired", age=timedelta(hours=3))
    stub = make_activity(conn, alice, "canary below which something lives", age=timedelta(hours=3))
    make_activity(conn, alice, "still alive", reply_to=stub)
    expire(conn, gone, stub)
    conn.execute(
        "INSERT INTO sessions (token_hash, user_uuid, expires_at) VALUES (sha256('x'), %s, now() + interval '1 day')",
        [alice],
    )
    conn.execute("INSERT INTO drafts (user_uuid, kind, message) VALUES (%s, 'profile', 'canary that waits')", [alice])
    conn.execute("INSERT INTO rate_limits (action, subject, window_ends_at) VALUES ('a', 'b', now() + interval '1 h')")


def rows(conn: Connection) -> dict[str, tuple[int, str]]:
    """Of each table that is kept: how many rows, and a hash over them all."""
    return {
        table: conn.execute(
            "SELECT count(*), md5(COALESCE(string_agg(kept::text, chr(10) ORDER BY kept::text), ''))"
            f" FROM {table} AS kept"
        ).fetchone()
        for table in KEPT
    }


def text_of(file: Path, program: str) -> str:
    """All that a backup holds, as SQL."""
    return subprocess.run([program, "--file=-", str(file)], capture_output=True, text=True, check=True).stdout


def test_restore_makes_a_role_that_the_server_does_not_know_yet(run: Run, embedded: Path, scratch: Path) -> None:
    file = str(scratch / "mayfly.dump")
    for script in (("db-create",), ("db-schema-load",), ("db-backup", file), ("db-drop",), ("db-create",)):
        assert run(*script)[0] == 0
    with target("test") as on, on.admin() as admin:
        admin.execute(f"DROP ROLE {SIGN_UP}")
    assert run("db-restore", file)[0] == 0
    with target("test") as on, on.admin() as admin:
        assert one(admin, "SELECT to_regrole(%s)::text", SIGN_UP) == SIGN_UP


def test_drill_backup_is_restored_whole_and_serves(
    run: Run,
    embedded: Path,
    scratch: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run("db-create")[0] == run("db-schema-load")[0] == 0
    with target("test") as on, on.owner() as conn:
        fill(conn)
    code, said, _ = run("db-backup", str(scratch / "mayfly.dump"))
    assert code == 0
    assert "swept mayfly_dev: deleted 1, blanked 1" in said
    assert f"backed up mayfly_dev into {scratch / 'mayfly.dump'}" in said
    assert (scratch / "mayfly.dump").stat().st_mode & 0o777 == 0o600
    with target("test") as on, on.owner() as conn:
        before = rows(conn)
        held = text_of(scratch / "mayfly.dump", str(on.bindir / "pg_restore"))  # type: ignore[operator]
    assert "still alive" in held
    assert "canary" not in held
    assert "COPY public.sessions" not in held
    assert "COPY public.rate_limits" not in held
    assert "COPY public.drafts" not in held

    monkeypatch.setenv("MAYFLY_STATE", str(scratch / "other"))  # another machine
    code, said, _ = run("db-restore", str(scratch / "mayfly.dump"))
    assert code == 0
    assert "nobody is signed in" in said
    with target("test") as on, on.owner() as conn:
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


def test_way_back_in_production_works_as_it_is_told(
    run: Run, embedded: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_ENV", "production")
    assert run("db-create")[0] == run("db-schema-load")[0] == 0
    with target("test") as on, on.owner() as conn:
        fill(conn)
    assert run("db-backup", str(scratch / "mayfly.dump"))[0] == 0
    with target("test") as on, on.owner() as conn:
        before = rows(conn)
        make_user(conn, "carol")
    monkeypatch.delenv("APP_ENV")
    for step in steps("mv var/postgres "):
        typed = step.replace("var/", f"{embedded}/").replace(" bin/", f" {CHECKOUT}/bin/")
        environment = {"PATH": os.environ["PATH"], "MAYFLY_STATE": str(embedded), "MAYFLY_PYTHON": sys.executable}
        done = subprocess.run(["sh", "-ec", typed], cwd=scratch, env=environment, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), step
    monkeypatch.setenv("APP_ENV", "production")
    with target("test") as on, on.owner() as conn:
        assert rows(conn) == before
        assert one(conn, "SELECT environment FROM mayfly_marker") == "production"
    assert (embedded / "postgres-before" / "data").is_dir()


def test_way_back_by_an_administrator_works_as_it_is_told(run: Run, cluster: Cluster, scratch: Path) -> None:
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
    run: Run,
    elsewhere: DatabaseUrls,
    scratch: Path,
) -> None:
    with elsewhere.owner() as conn:
        alice = make_user(conn)
        late = make_activity(conn, alice, "canary that expires later")
        conn.execute(
            "INSERT INTO sessions (token_hash, user_uuid, expires_at) VALUES (sha256('x'), %s, now() + interval '1 h')",
            [alice],
        )
        with target("test") as on:
            program = backup.client(on, "pg_dump")
        # One that somebody made by hand: with its sessions, and before the sweep.
        environment = {**os.environ, **client_environment(elsewhere.owner_url)}
        arguments = [program, "-Fc", "--no-owner", "--exclude-table=mayfly_marker", f"--file={scratch / 'own.dump'}"]
        expire(conn, late)
        subprocess.run(arguments, env=environment, check=True)
        conn.execute("DROP SCHEMA public CASCADE")
        conn.execute("CREATE SCHEMA public")
    code, said, err = run("db-restore", str(scratch / "own.dump"))
    assert code == 0, err
    assert "deleted 1" in said
    with elsewhere.owner() as conn:
        assert one(conn, "SELECT count(*) FROM sessions") == 0
        assert one(conn, "SELECT count(*) FROM activities") == 0
        assert one(conn, "SELECT count(*) FROM users") == 1


def test_backup_of_an_earlier_structure_is_restored_and_migrated(
    run: Run, elsewhere: DatabaseUrls, scratch: Path
) -> None:
    with elsewhere.owner() as conn:
        conn.execute("DROP SCHEMA public CASCADE")
        conn.execute("CREATE SCHEMA public")
        conn.execute((CHECKOUT / "tests" / "first_release.sql").read_text())
        make_user(conn)
        code, said, _ = run("db-backup", str(scratch / "earlier.dump"))
        assert (code, "did not sweep" in said) == (0, True)
        code, _, err = run("activities-sweep")
        assert (code, "bin/db-migrate --status" in err) == (1, True)
        conn.execute("DROP SCHEMA public CASCADE")
        conn.execute("CREATE SCHEMA public")
    code, said, err = run("db-restore", str(scratch / "earlier.dump"))
    assert code == 0, err
    assert f"{len(migrate.on_disk())} migration(s) are pending" in said
    assert run("db-migrate")[0] == 0
    code, said, _ = run("db-backup", str(scratch / "later.dump"))
    assert (code, said.startswith("swept ")) == (0, True), "what had nothing to sweep was swept"
    with elsewhere.owner() as conn:
        assert one(conn, "SELECT count(*) FROM users") == 1


def test_restore_refuses_a_database_that_holds_anything(run: Run, elsewhere: DatabaseUrls, scratch: Path) -> None:
    with elsewhere.owner() as conn:
        make_user(conn)
    assert run("db-backup", str(scratch / "one.dump"))[0] == 0
    code, _, err = run("db-restore", str(scratch / "one.dump"))
    assert code == 1
    assert (
        err
        == f"bin/db-restore: The database {name_of(elsewhere)} is not empty: a backup is restored into an empty one.\n"
    )
    with elsewhere.owner() as conn:
        assert one(conn, "SELECT count(*) FROM users") == 1


def test_restore_of_half_a_file_leaves_nothing_behind(run: Run, elsewhere: DatabaseUrls, scratch: Path) -> None:
    with elsewhere.owner() as conn:
        fill(conn)
    assert run("db-backup", str(scratch / "whole.dump"))[0] == 0
    whole = (scratch / "whole.dump").read_bytes()
    (scratch / "half.dump").write_bytes(whole[: len(whole) * 2 // 3])
    with elsewhere.owner() as conn:
        conn.execute("DROP SCHEMA public CASCADE")
        conn.execute("CREATE SCHEMA public")
    code, _, err = run("db-restore", str(scratch / "half.dump"))
    assert code == 1
    assert err.startswith("bin/db-restore: pg_restore stopped: ")
    assert "alive" not in err
    with elsewhere.owner() as conn:
        assert one(conn, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    assert run("db-restore", str(scratch / "whole.dump"))[0] == 0


def test_restore_that_fails_late_leaves_nothing_behind(run: Run, elsewhere: DatabaseUrls, scratch: Path) -> None:
    assert run("db-backup", str(scratch / "whole.dump"))[0] == 0
    with elsewhere.owner() as conn:
        conn.execute("DROP SCHEMA public CASCADE")
        conn.execute("CREATE SCHEMA public")
        conn.execute("CREATE TYPE users AS ENUM ()")  # in the way of a table that comes after others
    code, _, err = run("db-restore", str(scratch / "whole.dump"))
    assert code == 1
    assert 'type "users" already exists' in err
    with elsewhere.owner() as conn:
        assert one(conn, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


def test_nothing_that_somebody_wrote_is_quoted_from_a_program() -> None:
    said = "pg_restore: error: COPY failed: ERROR: duplicate key DETAIL: Key (email)=(canary@example.com) exists."
    assert "canary" not in backup._without_values(said)
    assert backup._without_values(said).startswith("pg_restore: error: COPY failed: ERROR: duplicate key DETAIL: ")


def test_of_several_newer_clients_the_nearest_is_used(
    elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch, scratch: Path
) -> None:
    places = []
    for version in (99, 9, 60, 50):
        place = scratch / f"pg_restore-{version}"
        place.write_text(f"#!/bin/sh\necho 'pg_restore (PostgreSQL) {version}.1'\n")
        place.chmod(0o755)
        places.append(place)
    monkeypatch.setattr(backup, "clients", lambda program, tls: places)
    with target("test") as on:
        assert backup.client(on, "pg_restore") == str(scratch / "pg_restore-50")


@pytest.mark.parametrize("content", [None, b"", b"-- SQL, not a custom dump", b"PGDM"])
def test_restore_of_what_is_no_backup_is_one_sentence(
    run: Run,
    elsewhere: DatabaseUrls,
    scratch: Path,
    content: bytes | None,
) -> None:
    file = scratch / "x.dump"
    if content is not None:
        file.write_bytes(content)
    code, _, err = run("db-restore", str(file))
    assert code == 1
    assert err.count("\n") == 1
    assert "is no backup" in err or "cannot be read" in err


def test_backup_replaces_nothing_and_leaves_no_half(run: Run, elsewhere: DatabaseUrls, scratch: Path) -> None:
    taken = scratch / "taken.dump"
    taken.write_text("mine")
    code, _, err = run("db-backup", str(taken))
    assert (code, taken.read_text()) == (1, "mine")
    assert "a backup never replaces one" in err
    code, _, err = run("db-backup", str(scratch / "nowhere" / "x.dump"))
    assert code == 1
    assert "cannot be written" in err
    with elsewhere.owner() as conn:
        conn.execute("REVOKE ALL ON users FROM CURRENT_USER")  # pg_dump fails midway
        code, _, err = run("db-backup", str(scratch / "x.dump"))
        conn.execute("GRANT ALL ON users TO CURRENT_USER")
    assert code == 1
    assert "pg_dump stopped: " in err
    assert sorted(path.name for path in scratch.iterdir()) == ["state", "taken.dump"]


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_backup_that_ends_second_replaces_nothing(
    run: Run, elsewhere: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """Both looked before either was there: two within a second, or two of one name."""
    file, dump = scratch / "x.dump", backup._run

    def overtaken(command: list[str], on: Target) -> None:
        dump(command, on)
        file.write_text("the first")

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(backup, "_run", overtaken)
    code, _, err = run("db-backup", str(file))
    assert code == 1
    assert "a backup never replaces one" in err
    assert file.read_text() == "the first"
    monkeypatch.setattr(backup, "_run", dump)
    file.unlink()
    assert run("db-backup", str(file))[0] == 0
    assert (file.read_bytes()[:5], file.stat().st_mode & 0o777) == (b"PGDMP", 0o600)
    assert sorted(path.name for path in scratch.iterdir()) == ["state", "x.dump"]


def test_backup_without_a_name_lies_in_the_state_folder(run: Run, elsewhere: DatabaseUrls, scratch: Path) -> None:
    assert run("db-backup")[0] == 0
    (made,) = (scratch / "state" / "backups").iterdir()
    assert made.name.startswith(f"{name_of(elsewhere)}-20")
    assert made.suffix == ".dump"
    assert (scratch / "state" / "backups").stat().st_mode & 0o777 == 0o700


def test_client_that_is_older_than_the_server_is_not_used(
    elsewhere: DatabaseUrls,
    monkeypatch: pytest.MonkeyPatch,
    scratch: Path,
) -> None:
    old = scratch / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o755)
    with target("test") as on:
        monkeypatch.setattr(backup, "clients", lambda program, tls: [old])
        with pytest.raises(Refused, match=r"and pg_dump here is PostgreSQL 9: install postgresql-client-\d\d"):
            backup.client(on, "pg_dump")
        monkeypatch.setattr(backup, "clients", lambda program, tls: [])
        with pytest.raises(Refused, match="is missing, or cannot do TLS"):
            backup.client(on, "pg_dump")


def test_clients_that_come_along_are_not_asked_for_tls() -> None:
    plain, encrypted = (set(backup.clients("pg_dump", tls=tls)) for tls in (False, True))
    assert {"pginstall18", "pginstall"} <= {place.parent.parent.name for place in plain - encrypted}
    assert encrypted < plain
