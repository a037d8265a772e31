"""Who is there in the tests of one's own account."""

import pytest
from factories import make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import signed_in

from webapp.db.connections import Connection


@pytest.fixture
def conn(conn: Connection) -> Connection:
    """With alice and bob."""
    make_user(conn)
    make_user(conn, "bob")
    return conn


@pytest.fixture
def alice(app: Flask, conn: Connection) -> FlaskClient:
    """A browser in which alice is signed in."""
    return signed_in(app)
