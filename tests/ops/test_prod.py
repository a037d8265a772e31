"""`bin/db-… prod`: the database of PROD_CONNECTION_URL, whatever else the environment says."""

from pathlib import Path

import pytest
from ops_fixtures import EMPTY, Run, one
from ways import DatabaseUrls

from webapp.db.connections import connect
from webapp.ops.target import settings_for, target


@pytest.fixture
def production(
    fresh_database: DatabaseUrls, database_urls: DatabaseUrls, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> DatabaseUrls:
    """A database of production, beside one of development that the environment names too."""
    with fresh_database.owner() as conn:
        conn.execute("UPDATE mayfly_marker SET environment = 'production'")
    monkeypatch.setenv("PROD_CONNECTION_URL", fresh_database.owner_url)
    monkeypatch.setenv("CONNECTION_URL", database_urls.owner_url)
    monkeypatch.setenv("DIRECT_CONNECTION_URL", database_urls.owner_url)
    monkeypatch.setenv("MAYFLY_STATE", str(scratch))
    return fresh_database


def test_prod_reaches_production_and_nothing_else_does(run: Run, production: DatabaseUrls, scratch: Path) -> None:
    with target("tests", production=True) as on:
        settings = settings_for(on)
    assert settings.app_env == "production"
    assert settings.connection_url == settings.direct_connection_url == production.owner_url
    asked = ("-Atc", "SELECT environment FROM mayfly_marker")
    assert (run("db-connect", "prod", *asked)[1], run("db-connect", *asked)[1]) == ("production\n", "test\n")
    with connect(production.owner_url, application="an-explorer"):
        assert "an-explorer" in run("db-sessions", "prod")[1]
        assert "an-explorer" not in run("db-sessions")[1]
    assert run("db-migrate", "prod")[0] == 0
    file = scratch / "production.dump"
    assert run("db-backup", "prod", str(file))[:2] == (0, f"{file}\n")
    with production.owner() as conn:
        conn.execute(EMPTY)
        assert run("db-restore", "prod", str(file))[0] == 0
        assert one(conn, "SELECT environment FROM mayfly_marker") == "production"


def test_schema_is_loaded_into_an_empty_production_alone(run: Run, production: DatabaseUrls) -> None:
    with production.owner() as conn:
        assert "is not empty" in run("db-schema-load", "prod")[2]
        conn.execute(f"{EMPTY}; CREATE TABLE mayfly_marker (environment text)")
        conn.execute("INSERT INTO mayfly_marker VALUES ('development')")
        code, _, err = run("db-schema-load", "prod")
        assert (code, "is marked for development" in err) == (1, True)
        assert one(conn, "SELECT to_regclass('public.users')") is None
        conn.execute(EMPTY)
        assert run("db-schema-load", "prod")[0] == 0
        assert one(conn, "SELECT environment FROM mayfly_marker") == "production"
        assert one(conn, "SELECT count(*) FROM users") == 0


def test_production_that_is_not_named_or_not_there_is_one_sentence(
    run: Run, elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run("db-sessions", "prod")
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert "PROD_CONNECTION_URL is not set" in err
    monkeypatch.setenv("PROD_CONNECTION_URL", "postgresql://mayfly@127.0.0.1:1/mayfly")
    code, out, err = run("db-sessions", "prod")
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert "127.0.0.1 port 1 (PROD_CONNECTION_URL) cannot be reached" in err
