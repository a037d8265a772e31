"""The guard: what is not provably for development is not disposable."""

import dataclasses
import re
from pathlib import Path

import pytest
from factories import make_user
from ways import DatabaseUrls

from webapp.db.connections import connect
from webapp.errors import Refused, Unavailable
from webapp.ops import guard, schema
from webapp.ops.guard import Facts, objections, require_disposable
from webapp.ops.target import Target

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
BROKEN: dict[str, dict[str, object]] = {
    "name of production": {"database": "mayfly"},
    "name of a copy": {"database": "mayfly_dev_backup_2"},
    "name with a trick": {"database": "prod\n_dev"},
    "remote host": {"hosts": ("db.example.com",)},
    "loopback name for a remote address": {"hosts": ("localhost", "10.0.0.5")},
    "host list as one": {"hosts": ("localhost,db.example.com",)},
    "no host known": {"hosts": ()},
    "host that looks like loopback": {"hosts": ("127.0.0.1.example.com",)},
    "any address": {"hosts": ("0.0.0.0",)},
    "tunnel to another machine": {"server_address": "10.1.2.3"},
    "server over IPv6": {"server_address": "2001:db8::1"},
    "unknown server": {"system_identifier": "8"},
    "server without identifier": {"system_identifier": ""},
    "production marker": {"marker": "production"},
    "no marker": {"marker": None},
    "marker in capitals": {"marker": "DEVELOPMENT"},
    "managed server": {"managed": True},
}
SOUND: dict[str, dict[str, object]] = {
    "socket": {},
    "loopback": {"hosts": ("localhost", "127.0.0.1"), "server_address": "127.0.0.1"},
    "loopback over IPv6": {"hosts": ("::1",), "server_address": "::1"},
    "abstract socket": {"hosts": ("@mayfly",)},
    "database of a worker": {"database": "mayfly_test_gw0", "marker": "test"},
}


def test_each_broken_condition_is_one_objection() -> None:
    found = {
        title: objections(dataclasses.replace(SAFE, **broken), "development", {"7"})  # type: ignore[arg-type]
        for title, broken in BROKEN.items()
    }
    assert [title for title, told in found.items() if len(told) != 1] == []
    for app_env in ("production", "", "staging"):
        assert len(objections(SAFE, app_env, {"7"})) == 1
    assert len(objections(SAFE, "development", set())) == 1


def test_disposable_databases_pass() -> None:
    for app_env in guard.DISPOSABLE:
        for title, sound in SOUND.items():
            facts = dataclasses.replace(SAFE, **sound)  # type: ignore[arg-type]
            assert objections(facts, app_env, {"7"}) == [], title


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


def test_marker_is_read_from_the_target(fresh_database: DatabaseUrls, allowed: Path) -> None:
    facts = require(fresh_database, allowed)
    assert (facts.marker, facts.server_address, facts.people) == ("test", None, 0)
    with fresh_database.owner() as conn:
        for spoil in (
            "UPDATE mayfly_marker SET environment = 'production'",
            "INSERT INTO mayfly_marker VALUES ('test')",
            "DELETE FROM mayfly_marker",
            "DROP TABLE mayfly_marker",
        ):
            conn.execute(spoil)
            with pytest.raises(Refused, match="Its marker says"):
                require(fresh_database, allowed)


def test_server_that_is_managed_or_not_on_the_list_is_refused(
    fresh_database: DatabaseUrls, allowed: Path, scratch: Path
) -> None:
    with connect(fresh_database.superuser_url) as conn:
        conn.execute("CREATE ROLE rdsadmin")
        try:
            with pytest.raises(Refused, match="managed"):
                require(fresh_database, allowed)
        finally:
            conn.execute("DROP ROLE rdsadmin")
    (scratch / "servers").unlink()
    with pytest.raises(Refused, match="not one on which"):  # and a typed name skips no other condition
        require(fresh_database, scratch, typed=fresh_database.name)


def test_effective_connection_counts_not_the_url(
    fresh_database: DatabaseUrls, allowed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL without a database is sent elsewhere by the environment, and the guard sees where it arrived."""
    monkeypatch.setenv("PGDATABASE", "postgres")
    bare = re.sub(r"@/[a-z0-9_]+\?", "@/?", fresh_database.owner_url)
    with pytest.raises(Refused, match="Its name, postgres"):
        require(fresh_database, allowed, url=bare)


def test_accounts_that_the_seed_did_not_make_need_the_typed_name(fresh_database: DatabaseUrls, allowed: Path) -> None:
    name = fresh_database.name
    with fresh_database.owner() as conn:
        make_user(conn, "marnie", seeded=True, password=None)
        assert require(fresh_database, allowed).people == 0
        make_user(conn, password=None)
    with pytest.raises(Refused, match=f"holds 1 account.*--yes-drop {name}"):
        require(fresh_database, allowed)
    with pytest.raises(Refused, match="the name was not typed"):
        require(fresh_database, allowed, ask=lambda _: "yes")
    with pytest.raises(Refused, match="not mayfly_dev"):
        require(fresh_database, allowed, typed="mayfly_dev")
    assert require(fresh_database, allowed, typed=name).people == 1
    assert require(fresh_database, allowed, ask=lambda _: f" {name}\n").people == 1


def test_production_is_known_by_every_name_of_its_place(
    fresh_database: DatabaseUrls, allowed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_database.owner() as conn:
        folder, port, name = conn.info.host, conn.info.port, conn.info.dbname
    monkeypatch.setenv("PGPORT", str(port))
    for place in (
        f"postgresql://o@/{name}?host={folder}&port={port}",
        f"postgresql://o@localhost:{port}/{name}",
        f"postgresql://o@/{name}?host=db.invalid,{folder}&port=1,{port}",
        "postgresql:///?service=prod",
        f"postgresql://o@/{name}",
        f"postgresql://{name}@127.0.0.1:{port}",
    ):
        monkeypatch.setenv("PROD_CONNECTION_URL", place)
        with pytest.raises(Refused, match="It is the one of PROD_CONNECTION_URL"):
            require(fresh_database, allowed)
    for other in (f"127.0.0.1:{port}/{name}_2", f"192.0.2.7:{port}/{name}"):
        monkeypatch.setenv("PROD_CONNECTION_URL", f"postgresql://o@{other}")
        require(fresh_database, allowed)


def test_database_is_dropped_on_the_server_that_was_looked_at_alone(
    fresh_database: DatabaseUrls, allowed: Path
) -> None:
    """A copy of a server has its identifier; of several hosts in a URL it may be the one that answers next."""
    facts = require(fresh_database, allowed)
    on = Target("test", fresh_database.app_url, fresh_database.owner_url, fresh_database.superuser_url, allowed)
    copy = dataclasses.replace(facts, started="2026-11-24 10:00:00.123456+00")
    with pytest.raises(Refused, match="The server changed under our hands"):
        schema.drop(on, copy)
    fresh_database.owner().close()
    schema.drop(on, facts)
    with pytest.raises(Unavailable, match="does not exist"):
        fresh_database.owner()
