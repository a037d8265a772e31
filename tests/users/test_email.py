"""Settings: an e-mail address to sign in with, which nobody needs."""

from factories import PASSWORD
from flask import Flask
from flask.testing import FlaskClient
from verbs import send, sign_in, value, words, wrong_fields

from webapp.db.connections import Connection

EMAIL = "SELECT email FROM users WHERE handle = 'alice'"


def test_email_is_changed_removed_and_added(app: Flask, conn: Connection, alice: FlaskClient) -> None:
    for typed, stored in ((" Al@EXAMPLE.com ", "al@example.com"), ("", None), ("al@example.org", "al@example.org")):
        answer = send(alice, "/settings/email", email=typed, current=PASSWORD)
        assert (answer.status_code, answer.location, value(conn, EMAIL)) == (303, "/settings?saved=email", stored)
    assert sign_in(app.test_client(), "AL@example.org").status_code == 303
    assert sign_in(app.test_client(), "al@example.com").status_code == 422


def test_email_that_is_taken_or_wrong_or_unconfirmed_stays(conn: Connection, alice: FlaskClient) -> None:
    for email, password, wrong in [
        ("Bob@example.com", PASSWORD, ["email"]),
        ("nope@x", "", ["email", "current"]),
        ("al@example.com", "not this one", ["current"]),
    ]:
        answer = send(alice, "/settings/email", email=email, current=password)
        assert (answer.status_code, wrong_fields(answer), value(conn, EMAIL)) == (422, wrong, "alice@example.com")
        assert f'value="{email}"' in answer.text
    assert "already an account" in words(send(alice, "/settings/email", email="bob@example.com", current=PASSWORD))


def test_email_of_who_has_no_password_needs_none(conn: Connection, alice: FlaskClient) -> None:
    conn.execute("DELETE FROM passwords")
    assert send(alice, "/settings/email", email="").status_code == 303
    assert value(conn, EMAIL) is None
