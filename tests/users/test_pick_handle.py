"""Settings: a handle in place of one that was taken, once."""

from flask import Flask
from flask.testing import FlaskClient
from verbs import fields_in, send, signed_in, value, words, wrong_fields
from ways import MakeApp

from webapp.db.connections import Connection

PICK = "/settings/handle"
WANTED = "UPDATE users SET handle_wanted = %s WHERE handle = 'alice'"
HANDLE = "SELECT handle FROM users WHERE email = 'alice@example.com'"


def test_handle_that_was_taken_is_told_and_another_is_picked_once(conn: Connection, alice: FlaskClient) -> None:
    conn.execute(WANTED, ["al"])
    page = alice.get(f"{PICK}?next=/public")
    assert ("@al was taken" in words(page), fields_in(page)["next"]) == (True, "/public")
    assert PICK in alice.get("/settings").text
    for handle in ("bob", "a b", "admin", ""):
        slip = send(alice, PICK, handle=handle, next="/public")
        assert (slip.status_code, wrong_fields(slip), fields_in(slip)["next"]) == (422, ["handle"], "/public"), handle
        assert f'value="{handle}"' in slip.text
    saved = send(alice, PICK, handle="@Alice_Quay", next="/public")
    assert (saved.status_code, saved.location, value(conn, HANDLE)) == (303, "/public", "alice_quay")
    assert PICK not in alice.get("/settings").text
    assert alice.get(PICK).location == "/settings"


def test_handle_that_was_given_can_be_kept(conn: Connection, alice: FlaskClient) -> None:
    conn.execute(WANTED, [""])
    assert "@alice" in words(alice.get(PICK))
    assert send(alice, PICK, handle="alice", next="//evil.example").location == "/"
    assert value(conn, HANDLE + " AND handle_wanted IS NULL") == "alice"


def test_handle_of_who_has_nothing_to_pick_stays(app: Flask, conn: Connection, alice: FlaskClient) -> None:
    assert alice.get(PICK).location == "/settings"
    assert send(alice, PICK, handle="another").location == "/settings"
    own = value(conn, "SELECT uuid FROM users WHERE handle = 'alice'")
    assert app.extensions["db"].execute("users/handle_save", user_uuid=own, handle="another") == 0
    assert value(conn, HANDLE) == "alice"


def test_handle_cannot_be_tried_without_end(make_app: MakeApp, conn: Connection) -> None:
    alice = signed_in(make_app(LIMIT_SETTINGS="2/1h"))
    conn.execute(WANTED, ["al"])
    tries = [send(alice, PICK, handle=wanted, next="/public") for wanted in ("bob", "bob", "alice_quay")]
    assert [attempt.status_code for attempt in tries] == [422, 422, 429]
    assert ('value="alice_quay"' in tries[2].text, fields_in(tries[2])["next"]) == (True, "/public")
    assert value(conn, HANDLE) == "alice"
