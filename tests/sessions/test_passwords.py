"""Passwords: what may be one, what is kept of it, and what checking one costs."""

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


def test_password_fits_its_hash_to_the_last_character() -> None:
    long = "correct horse battery staple " * 8
    password_hash = passwords.hash_password(long)
    assert passwords.verify(password_hash, long)
    assert not passwords.verify(password_hash, long[:-1])
    assert not passwords.verify(None, long)


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


def test_hash_that_is_renewed_undoes_no_change_of_the_password(app: Flask, conn: Connection) -> None:
    alice, before = conn.execute("SELECT user_uuid, password_hash FROM passwords").fetchone() or ()
    database, changed = app.extensions["db"], passwords.hash_password("four unrelated words here")
    database.execute("sessions/password_set", user_uuid=alice, password_hash=changed)
    assert database.execute("sessions/password_renew", user_uuid=alice, password_hash="x" * 30, before=before) == 0
    assert value(conn, HASH) == changed


def test_crowd_is_told_to_wait(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE", 0.01)
    token = token_for(client)
    with passwords._slots, passwords._slots:
        answer = client.post("/sign-in", data={"csrf_token": token, "email": "alice", "password": PASSWORD})
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert PASSWORD not in answer.text
        assert client.get("/public").status_code == 200
        with pytest.raises(Unavailable):
            passwords.hash_password("anything at all")
    assert sign_in(client).status_code == 303
