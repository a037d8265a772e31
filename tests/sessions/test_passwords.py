"""Passwords: what may be one, what is kept of it, and what checking one costs."""

from uuid import UUID

import pytest
from argon2 import PasswordHasher, extract_parameters
from factories import PASSWORD
from flask import Flask
from flask.testing import FlaskClient
from verbs import sign_in, token_for, value

from webapp.db.connections import Connection
from webapp.errors import Unavailable
from webapp.sessions import passwords

HASH = "SELECT password_hash FROM passwords"


def test_password_is_judged_by_its_length_and_by_what_is_tried_first() -> None:
    for refused in ("a" * 7, "x" * 257, "12345678", "PassWord1", "Alice@Example.com"):
        assert passwords.problem(refused, "alice@example.com"), refused
    for taken in ("lantern-", "\u00fc" * 8, "x y" * 85, "   spaces   "):
        assert passwords.problem(taken, "alice@example.com") is None, taken


def test_password_is_hashed_at_its_cost(costly_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", costly_hasher)
    cost = extract_parameters(passwords.hash_password(PASSWORD))
    assert (cost.type.name, cost.memory_cost, cost.time_cost, cost.parallelism) == ("ID", 19 * 1024, 2, 1)


def test_hash_of_another_cost_is_renewed_by_the_right_password_alone(client: FlaskClient, conn: Connection) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    conn.execute("UPDATE passwords SET password_hash = %s", [old])
    for typed, status in (("another one", 422), (PASSWORD, 303)):
        assert sign_in(client, "alice", typed).status_code == status
        assert passwords.outdated(value(conn, HASH)) == (status == 422)
    assert sign_in(client.application.test_client()).status_code == 303


def test_hash_that_is_renewed_undoes_no_change_of_the_password(app: Flask, conn: Connection, alice: UUID) -> None:
    database, changed, before = app.extensions["db"], passwords.hash_password("another one"), value(conn, HASH)
    database.execute("sessions/password_set", user_uuid=alice, password_hash=changed)
    assert database.execute("sessions/password_renew", user_uuid=alice, password_hash="x" * 30, before=before) == 0
    assert value(conn, HASH) == changed


def test_crowd_is_told_to_wait(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE", 0.01)
    token = token_for(client)
    with passwords._slots, passwords._slots:
        answer = sign_in(client, csrf_token=token)
        assert (answer.status_code, PASSWORD in answer.text) == (503, False)
        assert int(answer.headers["Retry-After"]) > 0
        assert client.get("/public").status_code == 200
        with pytest.raises(Unavailable):
            passwords.hash_password("anything at all")
    assert sign_in(client).status_code == 303
