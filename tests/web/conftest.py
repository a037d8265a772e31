"""The scene of the tests of all routes."""

import logging
from collections.abc import Iterator

import pytest
from bad_input import Watch
from factories import make_activity, make_user
from flask import Flask
from logged import Lines
from scene import Browser, Scene

from webapp.db.connections import Connection


@pytest.fixture
def scene(app: Flask, conn: Connection) -> Scene:
    alice = make_user(conn)
    make_user(conn, "bob")
    make_user(conn, "mallory", suspended=True)
    app.test_client_class = Browser
    return Scene(app, conn, make_activity(conn, alice, "canary of alice"))


@pytest.fixture
def bad(scene: Scene) -> Iterator[Watch]:
    """Nothing breaks, and nothing is written, whatever comes."""
    scene.conn.execute("UPDATE users SET handle_wanted = 'ann' WHERE handle = 'alice'")
    watch = Watch(scene, scene.browser("author"))
    yield watch
    watch.check()


@pytest.fixture
def log() -> Iterator[Lines]:
    handler, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)
