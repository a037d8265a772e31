"""The guard: what is not provably for development is not disposable."""

import dataclasses
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from factories import make_user
from ways import DatabaseUrls

from webapp.db.connections import connect
from webapp.errors import Refused, Unavailable
from webapp.ops import guard, schema
from webapp.ops.guard import Facts, objections, require_disposable
from webapp.ops.target import Target
from webapp.postgres.folders import CHECKOUT

NOW = "2026-11-24 10:00:00.123456+00"
SAFE = Facts("mayfly_dev", ("/var/run/postgresql",), None, "7", NOW, managed=False, marker="development", people=0)
BROKEN: list[dict[str, object]] = [
    {"database": "mayfly"}, {"database": "mayfly_dev_backup_2"}, {"database": "prod\n_dev"},
    {"hosts": ("db.example.com",)}, {"hosts": ("localhost", "10.0.0.5")}, {"hosts": ("localhost,db.example.com",)},
    {"hosts": ("127.0.0.1.example.com",)}, {"hosts": ("0.0.0.0",)}, {"hosts": ()},
    {"server_address": "10.1.2.3"}, {"server_address": "2001:db8::1"},  # as through a tunnel
    {"system_identifier": "8"}, {"system_identifier": ""}, {"managed": True},
    {"marker": "production"}, {"marker": "DEVELOPMENT"}, {"marker": None},
]  # fmt: skip
SOUND: list[dict[str, object]] = [
    {},
    {"hosts": ("localhost", "127.0.0.1"), "server_address": "127.0.0.1"},
    {"hosts": ("::1",), "server_address": "::1"},
    {"hosts": ("@mayfly",)},
    {"database": "mayfly_test_gw0", "marker": "test"},
]


def told(change: dict[str, Any], app_env: str = "development", allowed: str = "7") -> int:
    """How many objections there are to the safe database with that change."""
    return len(objections(dataclasses.replace(SAFE, **change), app_env, {allowed}))


def test_each_broken_condition_is_one_objection_and_a_disposable_database_none() -> None:
    assert [change for change in BROKEN if told(change) != 1] == []
    assert [app_env for app_env in ("production", "", "staging") if told({}, app_env) != 1] == []
    assert [(change, app_env) for app_env in guard.DISPOSABLE for change in SOUND if told(change, app_env)] == []


@pytest.fixture
def allowed(fresh_database: DatabaseUrls, scratch: Path) -> Path:
    """A state folder that knows the tests' server."""
    with connect(fresh_database.superuser_url) as conn:
        guard.allow_server(conn, scratch)
    return scratch


def require(urls: DatabaseUrls, state: Path, **how: Any) -> Facts:
    with urls.owner() as conn:
        return require_disposable(conn, act="Testing", app_env="test", state=state, **{"typed": None, **how})


def test_only_one_marker_of_the_target_counts(fresh_database: DatabaseUrls, allowed: Path) -> None:
    facts = require(fresh_database, allowed)
    assert (facts.marker, facts.server_address, facts.people) == ("test", None, 0)
    with fresh_database.owner() as conn:
        for spoil in ("INSERT INTO mayfly_marker VALUES ('test')", "DELETE FROM mayfly_marker"):
            conn.execute(spoil)
            with pytest.raises(Refused, match="Its marker says nothing"):
                require(fresh_database, allowed)


def test_accounts_that_the_seed_did_not_make_need_the_typed_name(fresh_database: DatabaseUrls, allowed: Path) -> None:
    name = fresh_database.name
    with fresh_database.owner() as conn:
        make_user(conn, "marnie", seeded=True, password=None)
        assert require(fresh_database, allowed).people == 0
        make_user(conn, password=None)
    wrong: dict[str, dict[str, Any]] = {
        f"holds 1 account.*--yes-drop {name}": {},
        "the name was not typed": {"ask": lambda _: "yes"},
        "not mayfly_dev": {"typed": "mayfly_dev"},
    }
    for said, how in wrong.items():
        with pytest.raises(Refused, match=said):
            require(fresh_database, allowed, **how)
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


def test_database_is_dropped_on_the_server_looked_at_alone(fresh_database: DatabaseUrls, allowed: Path) -> None:
    """A copy of a server has its identifier; of several hosts in a URL it may be the one that answers next."""
    facts = require(fresh_database, allowed)
    on = Target("test", fresh_database.app_url, fresh_database.owner_url, fresh_database.superuser_url, allowed)
    with pytest.raises(Refused, match="The connection led to another server"):
        schema.drop(on, dataclasses.replace(facts, started=NOW))
    fresh_database.owner().close()
    schema.drop(on, facts)
    with pytest.raises(Unavailable, match="does not exist"):
        fresh_database.owner()


def test_tests_do_not_even_knock_at_the_database_of_the_environment() -> None:
    """pytest, started beside a decoy that the whole environment points to."""
    with socket.create_server(("127.0.0.1", 0)) as decoy:
        decoy.setblocking(False)
        port = decoy.getsockname()[1]
        names = ("CONNECTION_URL", "OWNER_CONNECTION_URL", "DIRECT_CONNECTION_URL")
        urls = dict.fromkeys(names, f"postgresql://mayfly@127.0.0.1:{port}/mayfly")
        env = {**os.environ, **urls, "PGHOST": "127.0.0.1", "PGPORT": str(port), "APP_ENV": "production"}
        one = f"{__file__}::{test_only_one_marker_of_the_target_counts.__name__}"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", one]
        done = subprocess.run(command, env=env, cwd=CHECKOUT, capture_output=True, text=True, check=False)
        assert "1 passed" in done.stdout, done.stdout
        with pytest.raises(BlockingIOError):
            decoy.accept()
