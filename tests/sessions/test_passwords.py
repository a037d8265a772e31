"""Passwords: what may be one, what is kept of it, and what checking one costs."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from uuid import UUID

import pytest
from argon2 import PasswordHasher, extract_parameters
from factories import PASSWORD
from flask import Flask
from flask.testing import FlaskClient
from verbs import send, sign_in, signed_in, token_for, value, words
from ways import wait_for

from webapp.db.connections import Connection
from webapp.sessions import passwords
from webapp.web.answers import BUSY

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


def test_crowd_stands_in_a_line_and_everybody_gets_in(client: FlaskClient, conn: Connection) -> None:
    room = passwords._line._value  # type: ignore[attr-defined]
    with ThreadPoolExecutor(1) as threads:
        with passwords._slot:
            came = threads.submit(sign_in, client)
            wait_for(lambda: passwords._line._value < room)  # type: ignore[attr-defined]
            assert client.application.test_client().get("/public").status_code == 200
        assert came.result(10).status_code == 303
    assert passwords._line._value == room, "nobody stands there for ever"  # type: ignore[attr-defined]


FORMS = {
    "/sign-in": {"email": "alice", "password": PASSWORD},
    "/sign-up": {"display_name": "Carol", "handle": "carol", "email": "c@example.com", "password": PASSWORD},
    "/settings/password": {"current": PASSWORD, "password": "four unrelated words here"},
}


@pytest.mark.parametrize("full", ["the line", "the time"])
@pytest.mark.parametrize("path", FORMS)
def test_crowd_that_is_too_big_gets_its_form_back(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, full: str
) -> None:
    client = signed_in(app) if path.startswith("/settings") else app.test_client()
    token, fields = token_for(client), FORMS[path]
    taken = SimpleNamespace(acquire=lambda timeout: full == "the line" and pytest.fail("waited"))
    monkeypatch.setattr(passwords, "_slot", taken)
    if full == "the line":
        monkeypatch.setattr(passwords, "_line", SimpleNamespace(acquire=lambda blocking: False))
    answer = send(client, path, csrf_token=token, **fields)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert BUSY in words(answer)
    for name, typed in fields.items():
        assert f'name="{name}"' in answer.text
        assert (f'value="{typed}"' in answer.text) == ("password" not in name and name != "current"), name
    monkeypatch.undo()
    assert send(client, path, **fields).status_code == 303
