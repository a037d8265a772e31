"""Settings: another password ends every other session, and is all or nothing."""

from unittest.mock import patch

import pytest
from factories import PASSWORD
from flask import Flask
from flask.testing import FlaskClient
from verbs import cookie_of, count, send, sign_in, signed_in, value, with_cookie, wrong_fields
from ways import MakeApp, cut_once

from webapp.db.connections import Connection
from webapp.errors import Unavailable

CHANGE = "/settings/password"
NEW = "four unrelated words here"
HASH = "SELECT password_hash FROM passwords JOIN users ON uuid = user_uuid WHERE email = 'alice@example.com'"


def test_password_is_changed_and_every_other_session_ends(app: Flask, conn: Connection, alice: FlaskClient) -> None:
    elsewhere, bob, copied = signed_in(app), signed_in(app, "bob"), cookie_of(alice)
    answer = send(alice, CHANGE, current=PASSWORD, password=NEW)
    assert (answer.status_code, answer.location) == (303, "/settings?saved=password")
    assert 'role="status"' in alice.get(answer.location).text
    for browser in (elsewhere, with_cookie(app, copied)):  # this browser's own id of before is dead too
        assert browser.get("/settings").status_code == 303
    assert (bob.get("/settings").status_code, count(conn, "sessions")) == (200, 2)
    assert [sign_in(app.test_client(), "alice", typed).status_code for typed in (PASSWORD, NEW)] == [422, 303]


def test_password_stays_when_something_is_wrong(app: Flask, conn: Connection, alice: FlaskClient) -> None:
    conn.execute("UPDATE users SET handle = 'alice_quay', display_name = 'Alice of the Quay' WHERE handle = 'alice'")
    before, elsewhere = value(conn, HASH), signed_in(app, "alice@example.com")
    known = ["alice@example.com", "alice_quay", "Alice of the Quay"]  # what everybody knows is no password
    tried = [("not this one", NEW, ["current"]), ("", NEW, ["current"]), ("", "hunter2", ["current", "password"])]
    tried += [(PASSWORD, password, ["password"]) for password in ("hunter2", "x" * 257, "password1", *known)]
    for current, password, wrong in tried:
        answer = send(alice, CHANGE, current=current, password=password)
        assert (answer.status_code, wrong_fields(answer)) == (422, wrong), (current, password)
        for name, meaning in (("current", "current-password"), ("password", "new-password")):
            empty = f'name="{name}" type="password" value="" autocomplete="{meaning}"'
            assert empty in answer.text, "it never comes back, and a password manager knows which is which"
    stale = send(alice, CHANGE, current=PASSWORD, password=NEW, csrf_token="stale")
    assert (stale.status_code, 'name="current"' in stale.text) == (400, True)
    assert not [typed for typed in (PASSWORD, NEW) if typed in stale.text]
    assert elsewhere.get("/settings").status_code == 200
    assert value(conn, HASH) == before


@pytest.mark.parametrize("failing", ["sessions/password_set", "sessions/start", "sessions/end_all"])
def test_change_that_fails_changes_nothing(app: Flask, conn: Connection, alice: FlaskClient, failing: str) -> None:
    """Nobody is signed out, this browser least of all, and the password is that of before."""
    other, before, database = signed_in(app), value(conn, HASH), app.extensions["db"]
    whole = database.execute

    def cut(name: str, **params: object) -> int:
        touched = int(whole(name, **params))
        if name == failing:
            raise Unavailable("cut")
        return touched

    with patch.object(database, "execute", cut):
        assert send(alice, CHANGE, current=PASSWORD, password=NEW).status_code == 503
    assert value(conn, HASH) == before
    assert [browser.get("/settings").status_code for browser in (alice, other)] == [200, 200]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_change_that_is_cut_is_made_again(app: Flask, conn: Connection, alice: FlaskClient, moment: str) -> None:
    other = signed_in(app)
    with cut_once(app, moment):
        assert send(alice, CHANGE, current=PASSWORD, password=NEW).status_code == 303
    assert [browser.get("/settings").status_code for browser in (alice, other)] == [200, 303]
    assert count(conn, "sessions") == 1
    assert sign_in(app.test_client(), "alice", NEW).status_code == 303


def test_password_of_now_is_checked_so_often_only_though_it_is_right(make_app: MakeApp, conn: Connection) -> None:
    alice = signed_in(make_app(LIMIT_SETTINGS="2/1h"))
    answers = [send(alice, CHANGE, current=PASSWORD, password="short") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert 'name="current"' in answers[-1].text


def test_password_of_now_cannot_be_guessed_without_end(make_app: MakeApp, conn: Connection) -> None:
    alice = make_app(LIMIT_SIGN_INS_BY_ACCOUNT="2/5m").test_client()
    sign_in(alice)  # gives its own try back, but for the last one
    statuses = [send(alice, CHANGE, current="wrong guess", password=NEW).status_code for _ in range(6)]
    assert statuses == [422] * 4 + [429] * 2, "one of the account, three more of this address"
