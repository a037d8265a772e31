"""How others see a person, and how one changes it."""

import pytest
from factories import make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import send, signed_in, token_for, value, words, wrong_fields
from ways import MakeApp

from webapp.db.connections import Connection
from webapp.errors import Unavailable

PROFILE = "/settings/profile"
ALICE = "SELECT display_name || ': ' || bio FROM users WHERE handle = 'alice'"


def test_profile_is_saved_and_shown_to_everybody(app: Flask, conn: Connection, alice: FlaskClient) -> None:
    make_activity(conn, value(conn, "SELECT uuid FROM users WHERE handle = 'alice'"), "a card")
    answer = send(alice, PROFILE, display_name="  Alice   Quay ", bio="Rope,\r\nand lamps.\n\n\n\nBread.")
    assert (answer.status_code, answer.location) == (303, "/settings?saved=profile")
    assert 'role="status"' in alice.get(answer.location).text
    assert value(conn, ALICE) == "Alice Quay: Rope,\nand lamps.\n\nBread."
    assert value(conn, "SELECT display_name FROM users WHERE handle = 'bob'") == "Bob"
    stranger = app.test_client()
    assert "and lamps." in words(stranger.get("/@alice"))
    assert "Alice Quay" in words(stranger.get("/public"))
    assert send(alice, PROFILE, display_name="Alice", bio=" \n ").status_code == 303
    assert value(conn, ALICE) == "Alice: "


def test_profile_that_is_wrong_tells_all_at_once_and_keeps_the_text(conn: Connection, alice: FlaskClient) -> None:
    assert send(alice, PROFILE, display_name="Alice", bio="é" * 300).status_code == 303
    answer = send(alice, PROFILE, display_name="\u202eecila", bio="b" * 301)
    assert answer.status_code == 422
    assert wrong_fields(answer) == ["display_name", "bio"]
    assert "b" * 301 in answer.text
    assert value(conn, ALICE) == "Alice: " + "é" * 300


def test_profile_text_is_kept_while_the_database_is_away(
    app: Flask, alice: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> int:
        raise Unavailable("away")

    token = token_for(alice)
    monkeypatch.setattr(app.extensions["db"], "execute", away)
    answer = send(alice, PROFILE, display_name="Alice Anew", bio="Rope & lamps.", csrf_token=token)
    assert answer.status_code == 503
    assert 'name="bio"' in answer.text
    assert "Rope &amp; lamps." in answer.text
    assert 'name="display_name" value="Alice Anew"' in answer.text


def test_profile_that_is_saved_too_often_keeps_its_text(make_app: MakeApp, conn: Connection) -> None:
    """Another person has a count of their own."""
    app = make_app(LIMIT_SETTINGS="1/1h")
    alice = signed_in(app)
    send(alice, PROFILE, display_name="Alice", bio="x")
    answer = send(alice, PROFILE, display_name="Alice Anew", bio="Rope\n& lamps.")
    assert answer.status_code == 429
    assert 'value="Alice Anew"' in answer.text
    assert "\nRope\n&amp; lamps.</textarea>" in answer.text
    assert value(conn, ALICE) == "Alice: x"
    assert send(signed_in(app, "bob"), PROFILE, display_name="Bob", bio="x").status_code == 303


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
        make_activity(conn, value(conn, "SELECT uuid FROM users WHERE handle = %s", handle), message)
    page = client.get("/@alice")
    assert page.status_code == 200
    for shown in ("Alice", "@alice", "Keeps the light.", "1 activity", "mine"):
        assert shown in words(page)
    assert "another's" not in words(page)
    assert client.get("/@ALICE").status_code == 200


def test_profile_of_the_suspended_is_as_if_it_never_was(client: FlaskClient, conn: Connection) -> None:
    make_activity(conn, make_user(conn, "mallory", suspended=True), "a shadow")
    for path in ("/@mallory", "/api/@mallory"):
        gone, never = client.get(path), client.get(path.replace("mallory", "nobody"))
        assert gone.status_code == never.status_code == 404
        assert gone.data == never.data
    assert "a shadow" not in client.get("/public").text
