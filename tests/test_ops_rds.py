"""What the one-off tasks on AWS rely on, on a PostgreSQL of our own: there is no RDS here."""

import re
from datetime import timedelta

import pytest
from factories import make_activity, make_user
from ops_fixtures import Run, name_of, one
from ways import DatabaseUrls

from webapp.connections import connect
from webapp.conninfo import arguments
from webapp.embedded import APP, OWNER
from webapp.places import CHECKOUT

ROLES = (CHECKOUT / "sql" / "roles_rds.sql").read_text()


def test_owner_comes_by_pguser_where_the_url_names_nobody(
    elsewhere: DatabaseUrls, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = elsewhere.owner_url.replace(f"{OWNER}@", "")
    assert nobody != elsewhere.owner_url
    for name in ("CONNECTION_URL", "OWNER_CONNECTION_URL"):
        monkeypatch.setenv(name, nobody)
    monkeypatch.setenv("PGUSER", OWNER)
    monkeypatch.setenv("PGPASSWORD", "any: @/sign%")
    assert run("db-migrate", "--status")[0] == 0
    with connect(nobody) as conn:
        assert one(conn, "SELECT current_user") == OWNER


def test_application_signs_in_by_token_and_strangers_not_at_all(fresh_database: DatabaseUrls) -> None:
    with connect(fresh_database.superuser_url) as conn, conn.transaction(force_rollback=True):
        conn.execute("CREATE ROLE rds_iam")  # which RDS brings along, and which ends with this transaction
        conn.execute(f"ALTER ROLE {APP} NOLOGIN")
        for _ in range(2):
            conn.execute(ROLES)
        assert one(conn, "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", APP) is True
        assert one(conn, "SELECT pg_has_role(%s, 'rds_iam', 'MEMBER')", APP) is True
        conn.execute("CREATE ROLE stranger")
        assert one(conn, "SELECT has_database_privilege('stranger', current_database(), 'CONNECT')") is False
        assert one(conn, "SELECT has_database_privilege(%s, current_database(), 'CONNECT')", APP) is True


def test_token_through_a_tunnel_is_for_the_real_host(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (CHECKOUT / "docs" / "operations.md").read_text("utf-8")
    (told,) = re.findall(r"CONNECTION_URL='(postgresql://ann@<.*?hostaddr=.*?)'", text)
    host = "mayfly.abc.eu-central-1.rds.amazonaws.com"
    monkeypatch.setenv("DATABASE_AUTH", "iam")
    monkeypatch.setattr("webapp.iam.token", lambda **asked: str(asked))
    found = arguments(re.sub("<.*?>", host, told))
    assert found["password"] == str({"host": host, "port": 5432, "user": "ann"})
    assert found["sslmode"] == "verify-full"
    assert not {"password", "sslmode"} & set(arguments("postgresql://ann@localhost:5433/mayfly"))


def test_script_lets_the_application_in_and_says_what_is_missing(
    elsewhere: DatabaseUrls, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWNER_CONNECTION_URL", elsewhere.superuser_url)
    assert run("rds-roles") == (1, "", 'bin/rds-roles: the database said: role "rds_iam" does not exist\n')
    seen: list[str] = []
    monkeypatch.setattr("webapp.ops.schema.run", lambda _, sql: seen.append(sql))
    name = name_of(elsewhere)
    assert run("rds-roles") == (0, f"mayfly_app signs in to {name} by a token of AWS, and by nothing else\n", "")
    assert seen == [ROLES]


def test_what_came_back_is_swept_and_nobody_is_signed_in(elsewhere: DatabaseUrls, run: Run) -> None:
    with elsewhere.owner() as conn:
        alice = make_user(conn)
        make_activity(conn, alice, "still here")
        make_activity(conn, alice, "canary", left=timedelta(hours=-1))
        conn.execute(
            "INSERT INTO sessions (token_hash, user_uuid, expires_at)"
            " VALUES (sha256('x'::bytea), %s, now() + interval '1 day')",
            [alice],
        )
        code, out, err = run("db-after-restore")
        assert (code, err) == (0, "")
        assert re.fullmatch(rf"swept {name_of(elsewhere)}: deleted 1, .*; nobody is signed in\n", out)
        assert one(conn, "SELECT count(*) FROM sessions") == 0
        assert one(conn, "SELECT message FROM activities") == "still here"
        conn.execute("DELETE FROM schema_migrations WHERE name = (SELECT max(name) FROM schema_migrations)")
        assert run("db-after-restore")[1].endswith("1 migration(s) are pending: run bin/db-migrate before it serves\n")
