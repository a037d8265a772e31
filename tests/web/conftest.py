"""The scene of the tests of all routes."""

import pytest
from factories import make_activity, make_user
from flask import Flask
from scene import Browser, Scene

from webapp.db.connections import Connection


@pytest.fixture
def scene(app: Flask, conn: Connection) -> Scene:
    alice = make_user(conn)
    make_user(conn, "bob")
    make_user(conn, "mallory", suspended=True)
    app.test_client_class = Browser
    return Scene(app, conn, make_activity(conn, alice, "canary of alice"))
