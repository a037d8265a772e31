"""What the one-off tasks on AWS rely on, on a PostgreSQL of our own: there is no RDS here."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from factories import make_activity, make_user
from ops_fixtures import Run, name_of, one
from ways import DatabaseUrls

from webapp.connections import Connection, DatabaseError, connect
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


MEMBER = "owner_of_tests is a member of app_of_tests, so with rds_iam its password would let it in no more"
# How the owner comes to be a member, and whether RDS would then ask it for a token.
MEMBERSHIPS = [
    ("", False),
    ("GRANT app_of_tests TO owner_of_tests", True),
    ("GRANT app_of_tests TO between; GRANT between TO owner_of_tests", True),
    ("GRANT app_of_tests TO between", False),
    # It signs in by a token already, and goes on to.
    ("GRANT app_of_tests, rds_iam TO owner_of_tests", False),
    ("GRANT app_of_tests, between TO owner_of_tests; GRANT rds_iam TO between", False),
]


@contextmanager
def owner_of_rds(urls: DatabaseUrls) -> Iterator[Connection]:
    """A session of an owner who is no superuser and may grant rds_iam, as on RDS; it ends as if it had never been.

    There the server lets this owner do more than others. Here a function of the superuser stands for that.
    """
    with connect(urls.superuser_url) as conn, conn.transaction(force_rollback=True):
        conn.execute("CREATE ROLE rds_iam; CREATE ROLE between; CREATE ROLE owner_of_tests LOGIN CREATEROLE")
        conn.execute(
            "CREATE FUNCTION pg_temp.by_rds(sql text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
            " AS 'BEGIN EXECUTE sql; END'"
        )
        yield conn


def let_in(conn: Connection) -> None:
    """Runs roles_rds.sql as that owner, for the role app_of_tests."""
    conn.execute("SET SESSION AUTHORIZATION owner_of_tests")
    conn.execute("SELECT pg_temp.by_rds(%s)", [ROLES.replace("mayfly_app", "app_of_tests")])


@pytest.mark.parametrize(("granted", "locked_out"), MEMBERSHIPS)
def test_owner_who_would_be_locked_out_is_told_and_nothing_changes(
    fresh_database: DatabaseUrls, granted: str, locked_out: bool
) -> None:
    with owner_of_rds(fresh_database) as conn:
        conn.execute(f"CREATE ROLE app_of_tests; {granted}")
        if locked_out:
            with pytest.raises(DatabaseError, match=MEMBER), conn.transaction():
                let_in(conn)
        else:
            let_in(conn)
        assert one(conn, "SELECT pg_has_role('app_of_tests', 'rds_iam', 'MEMBER')") is not locked_out
        assert one(conn, "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'app_of_tests'") is not locked_out


def test_owner_is_a_member_of_what_it_made_where_the_server_says_so(fresh_database: DatabaseUrls) -> None:
    """From PostgreSQL 16 on, without a word: to administer it, and for pg_hba.conf a member like any other."""
    with owner_of_rds(fresh_database) as conn:
        conn.execute("SET SESSION AUTHORIZATION owner_of_tests; CREATE ROLE app_of_tests")
        if conn.info.server_version < 160000:
            let_in(conn)
            return
        assert one(conn, "SELECT pg_has_role('app_of_tests', 'USAGE')") is False
        with pytest.raises(DatabaseError, match=MEMBER):
            let_in(conn)


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
