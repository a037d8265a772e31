"""Nothing destructive reaches a database that is not provably for development."""

import dataclasses
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from factories import make_user
from recorder import Recorder
from ways import DatabaseUrls

from webapp.db.connections import connect
from webapp.errors import Refused, Unavailable
from webapp.ops import guard, schema
from webapp.ops.guard import Facts, objections, require_disposable
from webapp.ops.target import Target
from webapp.postgres.embedded import APP, SIGN_UP
from webapp.postgres.folders import CHECKOUT

SAFE = Facts(
    database="mayfly_dev",
    hosts=("/var/run/postgresql",),
    server_address=None,
    system_identifier="7",
    started="2026-11-24 10:00:00.123456+00",
    managed=False,
    marker="development",
    people=0,
)
BROKEN = {
    "name of production": {"database": "mayfly"},
    "name that only begins well": {"database": "mayfly_dev_backup_2"},
    "name in the middle": {"database": "x_test_y_z"},
    "name of a copy": {"database": "mayfly_dev_backup"},
    "name with a trick": {"database": "prod\n_dev"},
    "remote host": {"hosts": ("db.example.com",)},
    "remote address": {"hosts": ("10.0.0.5",)},
    "loopback name for a remote address": {"hosts": ("localhost", "10.0.0.5")},
    "several hosts": {"hosts": ("127.0.0.1", "db.example.com")},
    "host list as one": {"hosts": ("localhost,db.example.com",)},
    "no host known": {"hosts": ()},
    "host that looks like loopback": {"hosts": ("127.0.0.1.example.com",)},
    "address in the wrong spelling": {"hosts": ("0x7f000001",)},
    "any address": {"hosts": ("0.0.0.0",)},
    "tunnel to another machine": {"server_address": "10.1.2.3"},
    "server in a container": {"server_address": "172.17.0.2"},
    "server over IPv6": {"server_address": "2001:db8::1"},
    "unknown server": {"system_identifier": "8"},
    "server without identifier": {"system_identifier": ""},
    "production marker": {"marker": "production"},
    "no marker": {"marker": None},
    "empty marker": {"marker": ""},
    "marker in capitals": {"marker": "DEVELOPMENT"},
    "managed server": {"managed": True},
}
SOUND = {
    "socket": {},
    "loopback": {"hosts": ("localhost", "127.0.0.1"), "server_address": "127.0.0.1"},
    "loopback over IPv6": {"hosts": ("::1",), "server_address": "::1"},
    "abstract socket": {"hosts": ("@mayfly",)},
    "test database": {"database": "mayfly_test", "marker": "test"},
    "database of a worker": {"database": "mayfly_test_gw0", "marker": "test"},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_one_broken_condition_is_one_objection(broken: dict[str, object]) -> None:
    assert len(objections(dataclasses.replace(SAFE, **broken), "development", {"7"})) == 1


@pytest.mark.parametrize("app_env", ["production", "", "prod", "staging"])
def test_other_environments_are_refused(app_env: str) -> None:
    assert len(objections(SAFE, app_env, {"7"})) == 1


@pytest.mark.parametrize("sound", SOUND.values(), ids=SOUND.keys())
@pytest.mark.parametrize("app_env", guard.DISPOSABLE)
def test_disposable_databases_pass(sound: dict[str, object], app_env: str) -> None:
    assert objections(dataclasses.replace(SAFE, **sound), app_env, {"7"}) == []


def test_an_empty_list_of_servers_allows_none(scratch: Path) -> None:
    assert len(objections(SAFE, "development", guard.allowed_servers(scratch))) == 1


# On a server -------------------------------------------------------------------------------------------------


@pytest.fixture
def allowed(fresh_database: DatabaseUrls, scratch: Path) -> Path:
    """A state folder that knows the tests' server."""
    with connect(fresh_database.superuser_url) as conn:
        guard.allow_server(conn, scratch)
    return scratch


def require(urls: DatabaseUrls, state: Path, *, url: str = "", typed: str | None = None, **how: object) -> Facts:
    with connect(url or urls.owner_url) as conn:
        return require_disposable(conn, act="Testing", app_env="test", state=state, typed=typed, **how)  # type: ignore[arg-type]


def test_database_made_for_tests_passes(fresh_database: DatabaseUrls, allowed: Path) -> None:
    facts = require(fresh_database, allowed)
    assert facts.marker == "test"
    assert facts.server_address is None
    assert facts.people == 0


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE mayfly_marker SET environment = 'production'",
        "DELETE FROM mayfly_marker",
        "INSERT INTO mayfly_marker VALUES ('test')",
        "DROP TABLE mayfly_marker",
    ],
)
def test_marker_is_read_from_the_target(fresh_database: DatabaseUrls, allowed: Path, spoil: str) -> None:
    with fresh_database.owner() as conn:
        conn.execute(spoil)
    with pytest.raises(Refused, match="Its marker says"):
        require(fresh_database, allowed)


def test_server_that_is_not_on_the_list_is_refused(fresh_database: DatabaseUrls, scratch: Path) -> None:
    with pytest.raises(Refused, match="not one on which"):
        require(fresh_database, scratch)


def test_managed_server_is_known_by_its_roles(fresh_database: DatabaseUrls, allowed: Path) -> None:
    with connect(fresh_database.superuser_url) as conn:
        conn.execute("CREATE ROLE rdsadmin")
        try:
            with pytest.raises(Refused, match="managed"):
                require(fresh_database, allowed)
        finally:
            conn.execute("DROP ROLE rdsadmin")


def test_effective_connection_counts_not_the_url(
    fresh_database: DatabaseUrls, allowed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL without a database is sent elsewhere by the environment, and the guard sees where it arrived."""
    monkeypatch.setenv("PGDATABASE", "postgres")
    bare = re.sub(r"@/[a-z0-9_]+\?", "@/?", fresh_database.owner_url)
    with pytest.raises(Refused, match="Its name, postgres"):
        require(fresh_database, allowed, url=bare)


def test_accounts_that_the_seed_did_not_make_need_the_typed_name(fresh_database: DatabaseUrls, allowed: Path) -> None:
    name = fresh_database.owner_url.partition("@/")[2].partition("?")[0]
    with fresh_database.owner() as conn:
        make_user(conn, "marnie", seeded=True, password=None)
    assert require(fresh_database, allowed).people == 0
    with fresh_database.owner() as conn:
        make_user(conn, password=None)
    with pytest.raises(Refused, match=f"holds 1 account.*--yes-drop {name}"):
        require(fresh_database, allowed)
    with pytest.raises(Refused, match="the name was not typed"):
        require(fresh_database, allowed, ask=lambda _: "yes")
    with pytest.raises(Refused, match="not mayfly_dev"):
        require(fresh_database, allowed, typed="mayfly_dev")
    assert require(fresh_database, allowed, typed=name).people == 1
    assert require(fresh_database, allowed, ask=lambda _: f" {name}\n").people == 1


def test_typed_name_skips_no_other_condition(fresh_database: DatabaseUrls, scratch: Path) -> None:
    name = fresh_database.owner_url.partition("@/")[2].partition("?")[0]
    with pytest.raises(Refused, match="not provably"):
        require(fresh_database, scratch, typed=name)


PLACES = {
    "itself": lambda folder, port, name: f"postgresql://o@/{name}?host={folder}&port={port}",
    "loopback by name": lambda _, port, name: f"postgresql://o@localhost:{port}/{name}",
    "loopback by address": lambda _, port, name: f"postgresql://o@127.0.0.1:{port}/{name}",
    "several hosts": lambda folder, port, name: f"postgresql://o@/{name}?host=db.invalid,{folder}&port=1,{port}",
    "a service file": lambda *_: "postgresql:///?service=prod",
    "no host, no port": lambda _, port, name: f"postgresql://o@/{name}",
    "no name but the user's": lambda _, port, name: f"postgresql://{name}@127.0.0.1:{port}",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_production_is_known_by_every_name_of_its_place(
    fresh_database: DatabaseUrls, allowed: Path, monkeypatch: pytest.MonkeyPatch, place: Callable[..., str]
) -> None:
    with fresh_database.owner() as conn:
        folder, port, name = conn.info.host, conn.info.port, conn.info.dbname
    monkeypatch.setenv("PGPORT", str(port))
    monkeypatch.setenv("PROD_CONNECTION_URL", place(folder, port, name))
    with pytest.raises(Refused, match="It is the one of PROD_CONNECTION_URL"):
        require(fresh_database, allowed)
    for other in (f"{name}_2", "mayfly"):
        monkeypatch.setenv("PROD_CONNECTION_URL", f"postgresql://o@127.0.0.1:{port}/{other}")
        require(fresh_database, allowed)
    monkeypatch.setenv("PROD_CONNECTION_URL", f"postgresql://o@192.0.2.7:{port}/{name}")
    require(fresh_database, allowed)


def test_database_is_dropped_on_the_server_that_was_looked_at_alone(
    fresh_database: DatabaseUrls, allowed: Path
) -> None:
    """A copy of a server has its identifier; of several hosts in a URL it may be the one that answers next."""
    facts = require(fresh_database, allowed)
    with fresh_database.owner() as conn:
        assert conn.execute(guard.SERVER).fetchone() == facts.server
    on = Target("test", fresh_database.app_url, fresh_database.owner_url, fresh_database.superuser_url, allowed)
    copy = dataclasses.replace(facts, started="2026-11-24 10:00:00.123456+00")
    with pytest.raises(Refused, match="The connection led to another server"):
        schema.drop(on, copy)
    fresh_database.owner().close()
    schema.drop(on, facts)
    with pytest.raises(Unavailable, match="does not exist"):
        fresh_database.owner()


# What is sent ------------------------------------------------------------------------------------------------


@pytest.fixture
def recorder(fresh_database: DatabaseUrls, scratch: Path) -> Iterator[Recorder]:
    folder = re.search(r"host=([^&]+)", fresh_database.owner_url)
    assert folder
    recorder = Recorder(scratch, f"{folder[1].replace('%2F', '/')}/.s.PGSQL.5432")
    yield recorder
    recorder.close()


DESTRUCTIVE = (["db-drop"], ["db-setup"], ["db-seed"], ["db-kill-sessions"])


@pytest.mark.parametrize("script", DESTRUCTIVE, ids=lambda script: script[0])
def test_refusing_script_sends_only_the_guards_selects(
    script: list[str], fresh_database: DatabaseUrls, recorder: Recorder, scratch: Path
) -> None:
    """The tunnel case: a loopback address, and behind it a database that is marked for production."""
    with fresh_database.owner() as conn:
        conn.execute("UPDATE mayfly_marker SET environment = 'production'")
    url = re.sub(r"host=[^&]+", f"host={scratch}", fresh_database.superuser_url)
    done = subprocess.run(
        [sys.executable, "-m", "webapp.ops", *script],
        env={**os.environ, "CONNECTION_URL": url, "APP_ENV": "development", "MAYFLY_STATE": str(scratch / "state")},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1
    assert "not provably for development" in done.stderr
    assert "Its marker says production" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert recorder.statements()
    assert {statement.split()[0] for statement in recorder.statements()} == {"SELECT"}


def test_recorder_sees_other_statements(fresh_database: DatabaseUrls, recorder: Recorder, scratch: Path) -> None:
    """The check above can fail: what is no SELECT is recorded, by either protocol."""
    with connect(re.sub(r"host=[^&]+", f"host={scratch}", fresh_database.owner_url)) as conn:
        conn.execute("CREATE TABLE plain ()")
        conn.execute("UPDATE mayfly_marker SET environment = %s", ["test"])
    kinds = {statement.split()[0] for statement in recorder.statements()}
    assert kinds >= {"CREATE", "UPDATE"}


# The application's role --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "DROP TABLE activities",
        "DROP VIEW live_activities",
        "TRUNCATE activities",
        "ALTER TABLE users ADD COLUMN mine text",
        "ALTER TABLE users DISABLE TRIGGER ALL",
        "CREATE INDEX ON users (bio)",
        "ALTER TABLE users OWNER TO mayfly_app",
        "UPDATE mayfly_marker SET environment = 'test'",
        "SELECT environment FROM mayfly_marker",
        "INSERT INTO schema_migrations VALUES ('0001-x', repeat('0', 64))",
        "DELETE FROM schema_migrations",
        "COPY users TO PROGRAM 'cat'",
        "SET ROLE mayfly_owner",
        "ALTER SYSTEM SET fsync = off",
    ],
)
def test_application_role_may_change_no_structure(fresh_database: DatabaseUrls, statement: str) -> None:
    refused = r"permission denied|must be (owner|superuser)"
    with connect(fresh_database.app_url) as conn, pytest.raises(Exception, match=refused):
        conn.execute(statement)


@pytest.mark.parametrize("role", [APP, SIGN_UP])
def test_role_owns_nothing_and_is_nobody_special(fresh_database: DatabaseUrls, role: str) -> None:
    with connect(fresh_database.superuser_url) as conn:
        special = conn.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,"
            " EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)"
            " FROM pg_roles WHERE rolname = %s",
            [role],
        ).fetchone()
        owned = conn.execute("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", [role]).fetchone()
    assert special == (False,) * 6
    assert owned == (0,)
