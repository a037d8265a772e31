"""alice and bob, for the conftest.py of a folder that takes them: in the database, and a browser of each."""

import pytest
from factories import make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import signed_in

from webapp.db.connections import Connection


@pytest.fixture
def conn(conn: Connection) -> Connection:
    make_user(conn)
    make_user(conn, "bob")
    return conn


@pytest.fixture
def alice(app: Flask, conn: Connection) -> FlaskClient:
    return signed_in(app)


@pytest.fixture
def bob(app: Flask, conn: Connection) -> FlaskClient:
    return signed_in(app, "bob")
