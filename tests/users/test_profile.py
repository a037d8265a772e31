"""How others see a person, and how one changes it."""

from unittest.mock import patch

from factories import make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import activity_by, send, signed_in, token_for, value, words, wrong_fields
from ways import MakeApp
from werkzeug.test import TestResponse

from webapp.db.connections import Connection
from webapp.errors import Unavailable

PROFILE = "/settings/profile"
ALICE = "SELECT display_name || ': ' || bio FROM users WHERE handle = 'alice'"


def test_profile_is_saved_and_shown_to_everybody(app: Flask, conn: Connection, alice: FlaskClient) -> None:
    activity_by(conn, "alice", "a card")
    answer = send(alice, PROFILE, display_name="  Alice   Quay ", bio="Rope,\r\nand lamps.\n\n\n\nBread.")
    assert (answer.status_code, answer.location) == (303, "/settings?saved=profile")
    assert 'role="status"' in alice.get(answer.location).text
    assert value(conn, ALICE) == "Alice Quay: Rope,\nand lamps.\n\nBread."
    assert value(conn, "SELECT display_name FROM users WHERE handle = 'bob'") == "Bob"
    stranger = app.test_client()
    assert "and lamps." in words(stranger.get("/@alice"))
    assert "Alice Quay" in words(stranger.get("/public"))
    send(alice, PROFILE, display_name="Alice", bio=" \n ")
    assert value(conn, ALICE) == "Alice: "


def test_profile_that_is_wrong_tells_all_at_once_and_keeps_the_text(conn: Connection, alice: FlaskClient) -> None:
    assert send(alice, PROFILE, display_name="Alice", bio="é" * 300).status_code == 303
    answer = send(alice, PROFILE, display_name="\u202eecila", bio="b" * 301)
    assert (answer.status_code, wrong_fields(answer)) == (422, ["display_name", "bio"])
    assert "b" * 301 in answer.text
    assert value(conn, ALICE) == "Alice: " + "é" * 300


def test_profile_text_is_kept_while_the_database_is_away(app: Flask, alice: FlaskClient) -> None:
    token = token_for(alice)
    with patch.object(app.extensions["db"], "execute", side_effect=Unavailable("away")):
        answer = send(alice, PROFILE, display_name="Alice Anew", bio="Rope\n& lamps.", csrf_token=token)
    assert answer.status_code == 503
    comes_back(answer)


def comes_back(answer: TestResponse) -> None:
    """The form, with what was typed."""
    for shown in ('name="bio"', 'value="Alice Anew"', "\nRope\n&amp; lamps.</textarea>"):
        assert shown in answer.text


def test_profile_that_is_saved_too_often_keeps_its_text(make_app: MakeApp, conn: Connection) -> None:
    app = make_app(LIMIT_SETTINGS="1/1h")
    alice = signed_in(app)
    send(alice, PROFILE, display_name="Alice", bio="x")
    answer = send(alice, PROFILE, display_name="Alice Anew", bio="Rope\n& lamps.")
    assert (answer.status_code, value(conn, ALICE)) == (429, "Alice: x")
    comes_back(answer)
    bobs = send(signed_in(app, "bob"), PROFILE, display_name="Bob", bio="x")
    assert bobs.status_code == 303, "another person has a count of their own"


def test_settings_and_email_are_for_their_owner_alone(app: Flask, alice: FlaskClient) -> None:
    assert "alice@example.com" in words(alice.get("/settings"))
    assert "alice@example.com" not in signed_in(app, "bob").get("/settings").text
    for path in ("/", "/@alice", "/api/@alice"):
        assert "alice@example.com" not in alice.get(path).text
    assert 'href="/settings"' in alice.get("/@alice").text
    for page in (alice.get("/@bob"), app.test_client().get("/@alice")):
        assert 'href="/settings"' not in page.text


def test_profile_shows_who_they_are_and_what_is_alive(client: FlaskClient, conn: Connection) -> None:
    conn.execute("UPDATE users SET bio = 'Keeps the light.' WHERE handle = 'alice'")
    for handle, message in (("alice", "mine"), ("bob", "another's")):
        activity_by(conn, handle, message)
    for path in ("/@alice", "/@ALICE"):
        page = words(client.get(path))
        assert [shown in page for shown in ("Alice", "@alice", "Keeps the light.", "1 activity", "mine")] == [True] * 5
        assert "another's" not in page


def test_profile_of_the_suspended_is_as_if_it_never_was(client: FlaskClient, conn: Connection) -> None:
    make_user(conn, "mallory", suspended=True)
    for gone, never in (("/@mallory", "/@nobody"), ("/api/@mallory", "/api/@nobody")):
        assert (client.get(gone).status_code, client.get(gone).data) == (404, client.get(never).data)
