"""The way back from a backup: a drill, what the documents tell, and what is refused."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from community import fill, rows, sign_in
from factories import make_activity, make_user
from ops_fixtures import EMPTY, FIRST_RELEASE, Run, one
from verbs import expire, signed_in
from ways import DatabaseUrls, settings_for

from webapp import create_app
from webapp.db.connections import Connection, connect
from webapp.db.conninfo import client_environment
from webapp.ops import backup, migrate, schema
from webapp.ops.target import embedded_target, target
from webapp.postgres.embedded import SIGN_UP, Cluster
from webapp.postgres.folders import CHECKOUT


def test_drill_backup_is_restored_whole_and_serves(run: Run, embedded: Path, scratch: Path) -> None:
    run.done("db-create")
    run.done("db-schema-load")
    file = scratch / "mayfly.dump"
    with target("test") as on, on.owner() as conn:
        fill(conn)
        code, out, err = run("db-backup", str(file))
        assert (code, out, "deleted 1, blanked 1" in err) == (0, f"{file}\n", True)
        before = rows(conn)
    program = [str(on.bindir / "pg_restore"), "--file=-", str(file)]
    held = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    assert "still alive" in held
    for left_out in ("canary", "COPY public.sessions", "COPY public.rate_limits", "COPY public.drafts"):
        assert left_out not in held

    run.done("db-drop", "--yes-drop", "mayfly_dev")
    with target("test") as on, on.admin() as admin:  # as on another server, which does not know it yet
        admin.execute(f"DROP ROLE {SIGN_UP}")
    assert "Nobody is signed in" in run.done("db-restore", str(file))
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
        run.done("db-create")
        run.done("db-schema-load")
        with embedded_target(cluster, "production").owner() as conn:
            fill(conn)
            run.done("db-backup", str(scratch / "mayfly.dump"))
            before = rows(conn)
            make_user(conn, "carol")
    environment = {"PATH": os.environ["PATH"], "MAYFLY_STATE": str(state), "MAYFLY_PYTHON": sys.executable}
    for step in steps("mv var/postgres "):
        typed = step.replace("var/", f"{state}/").replace(" bin/", f" {CHECKOUT}/bin/")
        subprocess.run(["sh", "-ec", typed], cwd=scratch, env=environment, check=True)
    with target("test") as on, on.owner() as conn:
        assert rows(conn) == before
        assert one(conn, "SELECT environment FROM mayfly_marker") == "production"
    assert (state / "postgres-before" / "data").is_dir()


def test_way_back_by_an_administrator_works_as_it_is_told(cluster: Cluster, scratch: Path) -> None:
    """Beside a database of the tests: `mayfly` is a name that they leave free."""
    own = embedded_target(cluster, "production", "mayfly")
    schema.create(own)
    schema.load(own)
    with own.owner() as conn:
        fill(conn)
        before = rows(conn)
    environment = {**os.environ, **client_environment(own.admin_url)}
    dump = [str(cluster.bindir / "pg_dump"), "-Fc", f"--file={scratch / 'mayfly.dump'}", "mayfly"]
    subprocess.run(dump, env=environment, check=True)
    compose = "docker compose stop"
    try:
        for step in steps(compose):
            inside = re.sub(r"^docker compose exec (-T )?database (psql|pg_restore) -U postgres", r"\2", step)
            if inside != step:
                typed = f"{cluster.bindir}/{inside}" + ("" if " -d " in inside else " -d postgres")
                subprocess.run(["sh", "-ec", typed], cwd=scratch, env=environment, check=True)
        with own.owner() as conn:
            assert rows(conn) == before
        with connect(own.app_url) as conn:
            assert one(conn, "SELECT count(*) FROM users") == 2
    finally:
        with own.admin() as admin:
            for name in ("mayfly", "mayfly_before"):
                admin.execute(f"DROP DATABASE IF EXISTS {name}")


def test_restore_sweeps_what_expired_since_and_signs_everybody_out(
    run: Run, elsewhere: DatabaseUrls, owner: Connection, scratch: Path
) -> None:
    """Of a dump made by hand, with its sessions and before the sweep; and after a way back that was gone by hand."""
    file, alice = str(scratch / "own.dump"), make_user(owner)

    def nobody_and_nothing_dead() -> bool:
        return [one(owner, f"SELECT count(*) FROM {name}") for name in ("sessions", "activities", "users")] == [0, 0, 1]

    expire(owner, make_activity(owner, alice))
    sign_in(owner, alice)
    with target("test") as on:
        program = backup.client(on, "pg_dump")
    environment = {**os.environ, **client_environment(elsewhere.owner_url)}
    command = [program, "-Fc", "--no-owner", "--exclude-table=mayfly_marker", f"--file={file}"]
    subprocess.run(command, env=environment, check=True)
    owner.execute(EMPTY)
    assert "deleted 1" in run.done("db-restore", file)
    assert nobody_and_nothing_dead()
    expire(owner, make_activity(owner, alice))
    sign_in(owner, alice)
    assert "deleted 1" in run.done("db-after-restore")
    assert nobody_and_nothing_dead()
    owner.execute("DELETE FROM schema_migrations WHERE name = (SELECT max(name) FROM schema_migrations)")
    assert "1 migration(s) are pending: run bin/db-migrate" in run("db-after-restore")[2]


def test_backup_of_an_earlier_structure_is_restored_and_migrated(run: Run, owner: Connection, scratch: Path) -> None:
    owner.execute(f"{EMPTY}; {FIRST_RELEASE}")
    make_user(owner)
    assert "Nothing was swept" in run.done("db-backup", str(scratch / "earlier.dump"))
    assert "bin/db-migrate --status" in run("activities-sweep")[2]
    owner.execute(EMPTY)
    said = run.done("db-restore", str(scratch / "earlier.dump"))
    assert f"{len(migrate.on_disk())} migration(s) are pending" in said
    run.done("db-migrate")
    assert "What has expired was swept" in run.done("db-backup", str(scratch / "later.dump"))
    assert one(owner, "SELECT count(*) FROM users") == 1


def test_restore_that_fails_leaves_nothing_behind(run: Run, owner: Connection, scratch: Path) -> None:
    fill(owner)
    run.done("db-backup", str(scratch / "whole.dump"))
    whole = (scratch / "whole.dump").read_bytes()
    (scratch / "half.dump").write_bytes(whole[: len(whole) * 2 // 3])
    for file, hindrance in (("half", ""), ("whole", "CREATE TYPE users AS ENUM ()")):  # one that comes late
        owner.execute(f"{EMPTY}; {hindrance}")
        code, _, err = run("db-restore", str(scratch / f"{file}.dump"))
        assert (code, err.startswith("bin/db-restore: pg_restore stopped: "), "alive" in err) == (1, True, False)
        assert one(owner, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    owner.execute(EMPTY)
    run.done("db-restore", str(scratch / "whole.dump"))


def test_restore_refuses_what_is_no_backup_and_a_database_that_holds_anything(
    run: Run, owner: Connection, scratch: Path
) -> None:
    make_user(owner)
    run.done("db-backup", str(scratch / "one.dump"))
    (scratch / "sql.dump").write_bytes(b"-- SQL, not a custom dump")
    for name, told in {"one": "is not empty", "none": "cannot be read", "sql": "is not a backup"}.items():
        run.refused(told, "db-restore", str(scratch / f"{name}.dump"))
    assert one(owner, "SELECT count(*) FROM users") == 1
