"""What the one-off tasks on AWS rely on, on a PostgreSQL of our own: there is no RDS here."""

import re
from types import SimpleNamespace

import pytest
from ops_fixtures import Run, one
from ways import DatabaseUrls

from webapp.connections import connect
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


def test_operations_tell_the_command_that_runs_it(elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (CHECKOUT / "docs" / "operations.md").read_text("utf-8")
    (program,) = re.findall(r"^owner python -c '([^']+)'$", text, re.MULTILINE)
    seen = []
    monkeypatch.chdir(CHECKOUT)
    monkeypatch.setattr("webapp.connections.connect", lambda _: SimpleNamespace(execute=seen.append))
    monkeypatch.setenv("OWNER_CONNECTION_URL", elsewhere.owner_url)
    exec(program, {})
    assert seen == [ROLES]
