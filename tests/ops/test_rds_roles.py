"""What the one-off tasks on AWS rely on, on a PostgreSQL of our own: there is no RDS here."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ops_fixtures import EMPTY, Run, allowed, one
from rds import ROLES, ROLES_RDS, as_on_rds, rights
from ways import DatabaseUrls

from webapp.db.connections import Connection, DatabaseError, connect
from webapp.ops import schema
from webapp.postgres.embedded import APP, OWNER, SIGN_UP

# What the function that makes accounts may do: what its statements need (tests/aws/test_lambda_sign_up.py), no more.
READ = {"uuid", "handle", "handle_wanted", "email", "identity_issuer", "cognito_user_id", "suspended_at"}
WRITTEN = {"display_name", "handle", "handle_wanted", "email", "identity_issuer", "cognito_user_id"}
GRANTED = {("SELECT", "users", name) for name in READ} | {("INSERT", "users", name) for name in WRITTEN}
GRANTED |= {("SELECT", "former_handles", name) for name in ("handle", "expires_at")}


def test_owner_comes_by_pguser(elsewhere: DatabaseUrls, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = elsewhere.owner_url.replace(f"{OWNER}@", "")
    assert nobody != elsewhere.owner_url
    urls = {"CONNECTION_URL": nobody, "OWNER_CONNECTION_URL": nobody}
    for variable in {**urls, "PGUSER": OWNER, "PGPASSWORD": "any: @/sign%"}.items():
        monkeypatch.setenv(*variable)
    run.done("db-migrate", "--status")
    with connect(nobody) as conn:
        assert one(conn, "SELECT current_user") == OWNER


def privileges(conn: Connection, role: str) -> list[object]:
    """Whether the role may sign in, whether by a token, and whether to this database."""
    return [one(conn, sql, role) for sql in (
        "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s",
        "SELECT COALESCE(pg_has_role(%s, to_regrole('rds_iam'), 'MEMBER'), false)",
        "SELECT has_database_privilege(%s, current_database(), 'CONNECT')",
    )]  # fmt: skip


def test_ours_sign_in_by_token_and_strangers_not_at_all(database_urls: DatabaseUrls) -> None:
    with connect(database_urls.superuser_url) as conn, conn.transaction(force_rollback=True):
        conn.execute("CREATE ROLE rds_iam")  # which RDS brings along, and which ends with this transaction
        conn.execute(f"ALTER ROLE {APP} NOLOGIN; CREATE ROLE stranger")
        for _ in range(2):
            conn.execute(ROLES_RDS)
        assert privileges(conn, APP) == privileges(conn, SIGN_UP) == [True] * 3
        assert privileges(conn, "stranger") == [False] * 3


def test_function_may_find_and_make_accounts_and_nothing_else(fresh_database: DatabaseUrls) -> None:
    """Over all that the catalogue knows, so that what is new is not the function's by itself."""
    statements = """SELECT bio FROM users; SELECT users FROM users;
        SELECT ctid FROM users; SELECT FROM users FOR UPDATE;
        INSERT INTO users (display_name, handle, suspended_at) VALUES ('Ann', 'ann', NULL); COPY users TO STDOUT;
        INSERT INTO users (handle) VALUES ('ann') ON CONFLICT (uuid) DO UPDATE SET handle = 'ann'; CREATE TABLE mine ();
        CREATE TEMPORARY TABLE mine (); CREATE SCHEMA mine; CREATE ROLE mine; SELECT nextval('numbers');
        COPY (SELECT 1) TO PROGRAM 'cat'; SELECT pg_read_file('PG_VERSION'); SET ROLE mayfly_owner;
        ALTER SYSTEM SET fsync = off"""
    with as_on_rds(fresh_database) as url, connect(url) as conn, connect(fresh_database.superuser_url) as admin:
        assert rights(admin) == GRANTED
        assert len(rights(admin, OWNER)) > 100, "the sweep sees what there is"
        assert allowed(conn, statements) == []


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
            conn.execute(f"DROP OWNED BY {SIGN_UP}; ALTER ROLE {SIGN_UP} NOLOGIN; DROP ROLE IF EXISTS rds_iam")


def test_script_gives_the_function_its_role_and_takes_all_else(run: Run, rds_iam: Connection) -> None:
    rds_iam.execute(f"DROP ROLE {SIGN_UP}")  # as in a stack of before
    limits = "SELECT 'statement_timeout=3s' = ANY(rolconfig) FROM pg_roles WHERE rolname = %s"
    for _ in range(2):
        assert run("rds-roles")[:2] == (0, "")
        assert rights(rds_iam) == GRANTED
        assert one(rds_iam, limits, SIGN_UP) is True
        rds_iam.execute(f"GRANT SELECT ON users, sessions TO {SIGN_UP}; GRANT UPDATE (bio) ON users TO {SIGN_UP}")


def test_script_that_fails_leaves_nothing(run: Run, rds_iam: Connection) -> None:
    rds_iam.execute(f"DROP ROLE {SIGN_UP}; DROP ROLE rds_iam")
    run.refused('role "rds_iam" does not exist', "rds-roles")
    assert one(rds_iam, "SELECT to_regrole(%s)", SIGN_UP) is None
    rds_iam.execute("ALTER TABLE schema_migrations RENAME TO gone")
    run.refused("bin/db-schema-load makes it", "rds-roles")  # roles come after the schema


def test_server_of_ones_own_gets_the_role_where_it_may_and_it_can_do_nothing(database_urls: DatabaseUrls) -> None:
    """Where it may not, nobody is kept from what needs none."""
    with connect(database_urls.superuser_url) as conn, conn.transaction(force_rollback=True):
        conn.execute(f"DROP ROLE {SIGN_UP}")
        for role, made in ((OWNER, None), ("postgres", SIGN_UP)):
            conn.execute(f"SET ROLE {role}")
            schema.external_roles(conn)
            assert one(conn, "SELECT to_regrole(%s)::text", SIGN_UP) == made
        conn.execute(ROLES)
        assert (rights(conn), privileges(conn, SIGN_UP)) == (set(), [False] * 3)


def test_dump_of_rds_comes_back_where_nobody_knows_the_function(run: Run, rds_iam: Connection, scratch: Path) -> None:
    run.done("rds-roles")
    run.done("db-backup", str(scratch / "mayfly.dump"))
    rds_iam.execute(f"{EMPTY}; DROP OWNED BY {SIGN_UP}; DROP ROLE {SIGN_UP}")
    run.done("db-restore", str(scratch / "mayfly.dump"))
    assert rights(rds_iam) == GRANTED
    assert privileges(rds_iam, SIGN_UP)[0] is False


OF_TESTS = {APP: "app_of_tests", SIGN_UP: "sign_up_of_tests"}
ROLES_OF_TESTS = functools.reduce(lambda sql, name: sql.replace(name, OF_TESTS[name]), OF_TESTS, ROLES_RDS)
LOCKED_OUT = "owner_of_tests is a member of {}, so with rds_iam it could no longer use its password"
# How the owner comes to be a member, and of whom, where RDS would then ask it for a token.
MEMBERSHIPS = {
    "": "",
    "GRANT sign_up_of_tests, app_of_tests TO owner_of_tests": "app_of_tests and sign_up_of_tests",
    "GRANT app_of_tests TO between; GRANT between TO owner_of_tests": "app_of_tests",
    # It signs in by a token already, and goes on to.
    "GRANT app_of_tests, between TO owner_of_tests; GRANT rds_iam TO between": "",
}


@contextmanager
def owner_of_rds(urls: DatabaseUrls) -> Iterator[Connection]:
    """A session of an owner who is no superuser and may grant rds_iam, as on RDS; it ends as if it had never been.

    There the server lets this owner do more than others. Here a function of the superuser stands for that.
    """
    by_rds = "CREATE FUNCTION pg_temp.by_rds(sql text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
    with connect(urls.superuser_url) as conn, conn.transaction(force_rollback=True):
        conn.execute("CREATE ROLE rds_iam; CREATE ROLE between; CREATE ROLE owner_of_tests LOGIN CREATEROLE")
        conn.execute(f"{by_rds} AS 'BEGIN EXECUTE sql; END'")
        yield conn


def let_in(conn: Connection) -> None:
    """Runs roles_rds.sql as that owner, for the roles app_of_tests and sign_up_of_tests."""
    conn.execute("SET SESSION AUTHORIZATION owner_of_tests")
    conn.execute("SELECT pg_temp.by_rds(%s)", [ROLES_OF_TESTS])


@pytest.mark.parametrize(("granted", "member_of"), MEMBERSHIPS.items())
def test_owner_who_would_be_locked_out_is_told(database_urls: DatabaseUrls, granted: str, member_of: str) -> None:
    with owner_of_rds(database_urls) as conn:
        conn.execute(f"CREATE ROLE app_of_tests; CREATE ROLE sign_up_of_tests; {granted}")
        if member_of:
            with pytest.raises(DatabaseError, match=LOCKED_OUT.format(member_of)), conn.transaction():
                let_in(conn)
        else:
            let_in(conn)
        for role in OF_TESTS.values():
            assert privileges(conn, role)[:2] == [not member_of] * 2


def test_owner_is_a_member_of_what_it_made_where_the_server_says_so(database_urls: DatabaseUrls) -> None:
    """From PostgreSQL 16 on, without a word: to administer it, and for pg_hba.conf a member like any other."""
    made = "sign_up_of_tests"
    with owner_of_rds(database_urls) as conn:
        conn.execute(f"CREATE ROLE app_of_tests; SET SESSION AUTHORIZATION owner_of_tests; CREATE ROLE {made}")
        if conn.info.server_version < 160000:
            let_in(conn)
            return
        assert one(conn, "SELECT pg_has_role(%s, 'USAGE')", made) is False
        with pytest.raises(DatabaseError, match=LOCKED_OUT.format(made)):
            let_in(conn)
