"""alice writes, bob reports, mo and mira moderate, opa operates."""

import pytest
from factories import make_user
from flask import Flask
from flask.testing import FlaskClient
from people import alice, bob  # noqa: F401
from verbs import signed_in

from webapp.db.connections import Connection


@pytest.fixture
def conn(conn: Connection) -> Connection:
    for handle, role in {"alice": "member", "bob": "member", "mo": "moderator", "mira": "moderator"}.items():
        make_user(conn, handle, role=role)
    make_user(conn, "opa", role="operator")
    return conn


@pytest.fixture
def mo(app: Flask, conn: Connection) -> FlaskClient:
    return signed_in(app, "mo")


@pytest.fixture
def opa(app: Flask, conn: Connection) -> FlaskClient:
    return signed_in(app, "opa")
