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
    ours = dict.fromkeys(("CONNECTION_URL", "DIRECT_CONNECTION_URL"), database_urls.owner_url)
    for variable in {**ours, "PROD_CONNECTION_URL": fresh_database.owner_url, "MAYFLY_STATE": str(scratch)}.items():
        monkeypatch.setenv(*variable)
    return fresh_database


def test_prod_reaches_production_and_nothing_else_does(run: Run, production: DatabaseUrls, scratch: Path) -> None:
    with target("tests", production=True) as on:
        settings = settings_for(on)
    assert settings.app_env == "production"
    assert settings.connection_url == settings.direct_connection_url == production.owner_url
    marker = "SELECT environment FROM mayfly_marker"
    for prod, said in ((["prod"], "production\n"), ([], "test\n")):
        assert run("db-connect", *prod, "-Atc", marker)[1] == said
    with connect(production.owner_url, application="an-explorer"):
        assert "an-explorer" in run("db-sessions", "prod")[1]
        assert "an-explorer" not in run("db-sessions")[1]
    run.done("db-migrate", "prod")
    file = scratch / "production.dump"
    assert run("db-backup", "prod", str(file))[:2] == (0, f"{file}\n")
    with production.owner() as conn:
        conn.execute(EMPTY)
        run.done("db-restore", "prod", str(file))
        assert one(conn, marker) == "production"


def test_schema_is_loaded_into_an_empty_production_alone(run: Run, production: DatabaseUrls) -> None:
    with production.owner() as conn:
        run.refused("is not empty", "db-schema-load", "prod")
        conn.execute(f"{EMPTY}; CREATE TABLE mayfly_marker AS SELECT 'development' AS environment")
        run.refused("is marked for development", "db-schema-load", "prod")
        assert one(conn, "SELECT to_regclass('public.users')") is None
        conn.execute(EMPTY)
        run.done("db-schema-load", "prod")
        assert one(conn, "SELECT environment FROM mayfly_marker") == "production"
        assert one(conn, "SELECT count(*) FROM users") == 0


def test_production_that_is_not_named_or_not_there_is_one_sentence(run: Run, elsewhere: DatabaseUrls) -> None:
    run.refused("PROD_CONNECTION_URL is not set", "db-sessions", "prod")
    nobody = "postgresql://mayfly@127.0.0.1:1/mayfly"
    run.refused("port 1 (PROD_CONNECTION_URL) cannot be reached", "db-sessions", "prod", PROD_CONNECTION_URL=nobody)
