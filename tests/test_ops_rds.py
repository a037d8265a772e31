"""What the one-off tasks on AWS rely on, on a PostgreSQL of our own: there is no RDS here."""

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from factories import make_activity, make_user
from ops_fixtures import Run, name_of, one
from rds import ROLES, ROLES_RDS, as_on_rds, rights
from ways import DatabaseUrls

from webapp.db.connections import Connection, DatabaseError, connect
from webapp.db.conninfo import arguments
from webapp.ops import schema
from webapp.postgres.embedded import APP, OWNER, SIGN_UP
from webapp.postgres.places import CHECKOUT

# What the function that makes accounts may do: what its statements need (tests/aws/test_lambda_sign_up.py), no more.
READ = {"uuid", "handle", "handle_wanted", "email", "identity_issuer", "cognito_user_id", "suspended_at"}
WRITTEN = {"display_name", "handle", "handle_wanted", "email", "identity_issuer", "cognito_user_id"}
GRANTED = {("SELECT", "users", name) for name in READ} | {("INSERT", "users", name) for name in WRITTEN}


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


@pytest.mark.parametrize("role", [APP, SIGN_UP])
def test_ours_sign_in_by_token_and_strangers_not_at_all(fresh_database: DatabaseUrls, role: str) -> None:
    with connect(fresh_database.superuser_url) as conn, conn.transaction(force_rollback=True):
        conn.execute("CREATE ROLE rds_iam")  # which RDS brings along, and which ends with this transaction
        conn.execute(f"ALTER ROLE {role} NOLOGIN")
        for _ in range(2):
            conn.execute(ROLES_RDS)
        assert one(conn, "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", role) is True
        assert one(conn, "SELECT pg_has_role(%s, 'rds_iam', 'MEMBER')", role) is True
        conn.execute("CREATE ROLE stranger")
        assert one(conn, "SELECT has_database_privilege('stranger', current_database(), 'CONNECT')") is False
        assert one(conn, "SELECT has_database_privilege(%s, current_database(), 'CONNECT')", role) is True


# The role of the function ----------------------------------------------------------------------------------------


def test_function_may_find_and_make_accounts_and_nothing_else(fresh_database: DatabaseUrls) -> None:
    """Over all that the catalogue knows, so that what is new is not the function's by itself."""
    with as_on_rds(fresh_database), connect(fresh_database.superuser_url) as conn:
        assert rights(conn) == GRANTED
        assert len(rights(conn, OWNER)) > 100, "the sweep sees what there is"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT bio FROM users",
        "SELECT users FROM users",
        "SELECT ctid FROM users",
        "UPDATE users SET handle = handle",
        "UPDATE users SET suspended_at = NULL",
        "DELETE FROM users",
        "INSERT INTO users (display_name, handle, suspended_at) VALUES ('Ann', 'ann', NULL)",
        "INSERT INTO users (handle) VALUES ('ann') ON CONFLICT (uuid) DO UPDATE SET handle = 'ann'",
        "SELECT FROM users FOR UPDATE",
        "BEGIN; LOCK TABLE users",
        "COPY users TO STDOUT",
        "TRUNCATE users",
        "SELECT FROM passwords",
        "INSERT INTO passwords (user_uuid, password_hash) VALUES (gen_random_uuid(), repeat('x', 20))",
        "SELECT FROM sessions",
        "INSERT INTO sessions (token_hash, user_uuid, expires_at) VALUES (sha256('x'), gen_random_uuid(), now())",
        "SELECT FROM activities",
        "SELECT FROM live_activities",
        "SELECT FROM invitations",
        "SELECT FROM mayfly_marker",
        "SELECT FROM schema_migrations",
        "CREATE TABLE mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "SELECT nextval('numbers')",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "SELECT pg_read_file('PG_VERSION')",
        "SET ROLE mayfly_app",
        "SET ROLE mayfly_owner",
        "ALTER SYSTEM SET fsync = off",
    ],
)
def test_function_is_refused(fresh_database: DatabaseUrls, statement: str) -> None:
    refused = r"permission denied|must be (owner|superuser)"
    with as_on_rds(fresh_database) as url, connect(url) as conn, pytest.raises(DatabaseError, match=refused):
        conn.execute(statement)


def test_function_can_do_nothing_where_there_is_none(fresh_database: DatabaseUrls) -> None:
    with connect(fresh_database.superuser_url) as conn, conn.transaction(force_rollback=True):
        conn.execute(f"DROP ROLE {SIGN_UP}")
        for _ in range(2):
            conn.execute(ROLES)
        assert rights(conn) == set()
        assert one(conn, "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", SIGN_UP) is False
        assert one(conn, "SELECT has_database_privilege(%s, current_database(), 'CONNECT')", SIGN_UP) is False


@pytest.fixture
def rds_iam(elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """The scripts work as the owner of a database on RDS, who is the superuser here; a connection as them."""
    monkeypatch.setenv("OWNER_CONNECTION_URL", elsewhere.superuser_url)
    with connect(elsewhere.superuser_url) as conn:
        conn.execute("CREATE ROLE rds_iam")
        try:
            yield conn
        finally:
            conn.execute(ROLES)
            conn.execute(f"DROP OWNED BY {SIGN_UP}; ALTER ROLE {SIGN_UP} NOLOGIN; DROP ROLE rds_iam")


def test_stack_of_before_gets_the_role_of_the_function(run: Run, rds_iam: Connection) -> None:
    rds_iam.execute(f"DROP ROLE {SIGN_UP}")
    assert run("rds-roles")[0] == 0
    assert rights(rds_iam) == GRANTED
    limits = "SELECT 'statement_timeout=3s' = ANY(rolconfig) FROM pg_roles WHERE rolname = %s"
    assert one(rds_iam, limits, SIGN_UP) is True


def test_what_the_function_was_given_before_is_taken(run: Run, rds_iam: Connection) -> None:
    rds_iam.execute(f"GRANT SELECT ON users, sessions TO {SIGN_UP}; GRANT UPDATE (bio) ON users TO {SIGN_UP}")
    for _ in range(2):
        assert run("rds-roles")[0] == 0
        assert rights(rds_iam) == GRANTED


def test_script_that_fails_leaves_nothing_behind(
    elsewhere: DatabaseUrls, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWNER_CONNECTION_URL", elsewhere.superuser_url)
    with connect(elsewhere.superuser_url) as conn:
        conn.execute(f"DROP ROLE {SIGN_UP}")
        try:
            assert run("rds-roles")[0] == 1  # there is no rds_iam
            assert one(conn, "SELECT to_regrole(%s)", SIGN_UP) is None
        finally:
            conn.execute(ROLES)


def test_roles_come_after_the_schema(run: Run, rds_iam: Connection) -> None:
    rds_iam.execute("ALTER TABLE schema_migrations RENAME TO gone")
    code, _, err = run("rds-roles")
    assert code == 1
    assert "has no schema of Mayfly's: bin/db-schema-load makes it" in err


def test_server_of_ones_own_gets_the_role_where_it_may(fresh_database: DatabaseUrls) -> None:
    """Where it may not, nobody is kept from what needs none."""
    with connect(fresh_database.superuser_url) as conn, conn.transaction(force_rollback=True):
        there = f"SELECT count(*) FROM pg_roles WHERE rolname = '{SIGN_UP}'"
        conn.execute(f"DROP ROLE {SIGN_UP}; SET ROLE {OWNER}")
        schema.external_roles(conn)
        assert one(conn, there) == 0
        conn.execute("RESET ROLE")
        schema.external_roles(conn)
        assert one(conn, there) == 1


def test_dump_of_rds_comes_back_where_nobody_knows_the_function(run: Run, rds_iam: Connection, scratch: Path) -> None:
    assert run("rds-roles")[0] == run("db-backup", str(scratch / "mayfly.dump"))[0] == 0
    rds_iam.execute(f"DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP OWNED BY {SIGN_UP}; DROP ROLE {SIGN_UP}")
    assert run("db-restore", str(scratch / "mayfly.dump"))[0] == 0
    assert rights(rds_iam) == GRANTED
    assert one(rds_iam, "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", SIGN_UP) is False


# The owner ---------------------------------------------------------------------------------------------------------

OF_TESTS = {APP: "app_of_tests", SIGN_UP: "sign_up_of_tests"}
ROLES_OF_TESTS = functools.reduce(lambda sql, name: sql.replace(name, OF_TESTS[name]), OF_TESTS, ROLES_RDS)
# How the owner comes to be a member, and of whom, where RDS would then ask it for a token.
MEMBERSHIPS = [
    ("", ""),
    ("GRANT app_of_tests TO owner_of_tests", "app_of_tests"),
    ("GRANT sign_up_of_tests TO owner_of_tests", "sign_up_of_tests"),
    ("GRANT sign_up_of_tests, app_of_tests TO owner_of_tests", "app_of_tests and sign_up_of_tests"),
    ("GRANT app_of_tests TO between; GRANT between TO owner_of_tests", "app_of_tests"),
    ("GRANT app_of_tests TO between", ""),
    # It signs in by a token already, and goes on to.
    ("GRANT app_of_tests, sign_up_of_tests, rds_iam TO owner_of_tests", ""),
    ("GRANT app_of_tests, between TO owner_of_tests; GRANT rds_iam TO between", ""),
]


def locked_out(member_of: str) -> str:
    """What the owner is told then."""
    return f"owner_of_tests is a member of {member_of}, so with rds_iam its password would let it in no more"


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
    """Runs roles_rds.sql as that owner, for the roles app_of_tests and sign_up_of_tests."""
    conn.execute("SET SESSION AUTHORIZATION owner_of_tests")
    conn.execute("SELECT pg_temp.by_rds(%s)", [ROLES_OF_TESTS])


@pytest.mark.parametrize(("granted", "member_of"), MEMBERSHIPS)
def test_owner_who_would_be_locked_out_is_told_and_nothing_changes(
    fresh_database: DatabaseUrls, granted: str, member_of: str
) -> None:
    with owner_of_rds(fresh_database) as conn:
        conn.execute(f"CREATE ROLE app_of_tests; CREATE ROLE sign_up_of_tests; {granted}")
        if member_of:
            with pytest.raises(DatabaseError, match=locked_out(member_of)), conn.transaction():
                let_in(conn)
        else:
            let_in(conn)
        for role in OF_TESTS.values():
            assert one(conn, "SELECT pg_has_role(%s, 'rds_iam', 'MEMBER')", role) is not bool(member_of)
            assert one(conn, "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", role) is not bool(member_of)


@pytest.mark.parametrize("made", OF_TESTS.values())
def test_owner_is_a_member_of_what_it_made_where_the_server_says_so(fresh_database: DatabaseUrls, made: str) -> None:
    """From PostgreSQL 16 on, without a word: to administer it, and for pg_hba.conf a member like any other."""
    with owner_of_rds(fresh_database) as conn:
        for role in set(OF_TESTS.values()) - {made}:
            conn.execute(f"CREATE ROLE {role}")
        conn.execute(f"SET SESSION AUTHORIZATION owner_of_tests; CREATE ROLE {made}")
        if conn.info.server_version < 160000:
            let_in(conn)
            return
        assert one(conn, "SELECT pg_has_role(%s, 'USAGE')", made) is False
        with pytest.raises(DatabaseError, match=locked_out(made)):
            let_in(conn)


def test_token_through_a_tunnel_is_for_the_real_host(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (CHECKOUT / "docs" / "editing.md").read_text("utf-8")
    (told,) = re.findall(r"CONNECTION_URL='(postgresql://ann@<.*?hostaddr=.*?)'", text)
    host = "mayfly.abc.eu-central-1.rds.amazonaws.com"
    monkeypatch.setenv("DATABASE_AUTH", "iam")
    monkeypatch.setattr("webapp.db.iam.token", lambda **asked: str(asked))
    found = arguments(re.sub("<.*?>", host, told))
    assert found["password"] == str({"host": host, "port": 5432, "user": "ann"})
    assert found["sslmode"] == "verify-full"
    assert not {"password", "sslmode"} & set(arguments("postgresql://ann@localhost:5433/mayfly"))


def test_script_lets_ours_in_and_says_what_is_missing(
    elsewhere: DatabaseUrls, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWNER_CONNECTION_URL", elsewhere.superuser_url)
    assert run("rds-roles") == (1, "", 'bin/rds-roles: the database said: role "rds_iam" does not exist\n')
    seen: list[str] = []
    monkeypatch.setattr("webapp.ops.schema.run", lambda _, sql: seen.append(sql))
    name = name_of(elsewhere)
    told = f"mayfly_app and mayfly_sign_up sign in to {name} by a token of AWS, and by nothing else\n"
    assert run("rds-roles") == (0, told, "")
    assert seen == [ROLES, ROLES_RDS]


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
        assert "1 migration(s) are pending: run bin/db-migrate" in run("db-after-restore")[1]
