"""The scene of the tests of all routes."""

import logging
from collections.abc import Iterator

import pytest
from bad_input import Watch
from factories import make_activity, make_user
from flask import Flask
from scene import Browser, Scene

from webapp.db.connections import Connection
from webapp.logs import JsonFormatter


@pytest.fixture
def scene(app: Flask, conn: Connection, monkeypatch: pytest.MonkeyPatch) -> Scene:
    conn.execute("INSERT INTO invitations (code_hash, expires_at) VALUES (sha256('x'), now() + interval '1 day')")
    alice = make_user(conn)
    make_user(conn, "bob")
    make_user(conn, "mo", role="moderator")
    opa = make_user(conn, "opa", role="operator")
    make_user(conn, "mallory", suspended=True)
    monkeypatch.setattr(app, "test_client_class", Browser)
    # Streams end at once: browsers here read to the end.
    monkeypatch.setattr(app.extensions["live"], "working", lambda: False)
    activity = make_activity(conn, alice, "canary of alice")
    report = "INSERT INTO reports (reporter_uuid, user_uuid, kind, expires_at) VALUES (%s, %s, 'spam', 'infinity')"
    conn.execute(report, [opa, alice])
    return Scene(app, conn, activity)


@pytest.fixture
def bad(scene: Scene) -> Iterator[Watch]:
    scene.conn.execute("UPDATE users SET handle_wanted = 'ann' WHERE handle = 'alice'")
    watch = Watch(scene, scene.browser("author"))
    yield watch
    watch.check()


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Everything that is logged, as the lines that would be written."""
    lines: list[str] = []
    handler, root = logging.Handler(), logging.getLogger()
    level, handler.emit = root.level, lambda record: lines.append(JsonFormatter().format(record))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)
