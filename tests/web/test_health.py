"""Alive, and ready: what a balancer asks."""

from unittest.mock import Mock

import pytest
from flask import Flask
from ways import DatabaseUrls, MakeApp, settings_for

from webapp import create_app
from webapp.errors import Unavailable


def health(app: Flask) -> tuple[int, int]:
    client = app.test_client()
    return client.get("/livez").status_code, client.get("/readyz").status_code


def test_health_without_a_database_lives_and_is_ready_when_it_comes(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.db.database.connect", Mock(side_effect=Unavailable("not yet")))
    app = make_app()
    assert health(app) == (200, 503)
    monkeypatch.undo()
    assert health(app) == (200, 200)


def test_health_with_a_schema_that_does_not_fit_is_not_ready(fresh_database: DatabaseUrls) -> None:
    app = create_app(settings_for(fresh_database))
    assert health(app) == (200, 200)
    app.extensions["db"].catalogue.newest_migration = "9999-something-new"
    assert health(app) == (200, 503)
    with fresh_database.owner() as conn:
        conn.execute("INSERT INTO schema_migrations VALUES ('9999-something-new', repeat('0', 64))")
        assert health(app) == (200, 200)
        conn.execute("ALTER TABLE users RENAME COLUMN last_ttl TO something_else")
    app.extensions["db"]._checked = False
    assert health(app) == (200, 503)
    app.extensions["db"].close()
