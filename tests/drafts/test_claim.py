"""A draft becomes the person's by the sign-in that their form led to, in the browser that wrote it, and by no other."""

import re

import pytest
from drafting import KEY, TEXT, WAYS, browser, hash_of, post, posted, save, sign_in_by, typed_in
from factories import make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import count, expire, fields_in, send, sign_in, signed_in, value, words
from werkzeug.test import TestResponse

from webapp.db.connections import Connection
from webapp.sessions import session
from webapp.sessions.shapes import Account

EMPTY = ""


def there(page: TestResponse) -> str:
    """Where the form of a sign-in page leads."""
    return fields_in(page)["next"]


def kept_at(client: FlaskClient, address: str) -> str:
    """What stands in the composer at that address."""
    page = client.get(address)
    assert page.status_code == 200
    assert ("nothing has been posted yet" in words(page)) == bool(typed_in(page))
    return typed_in(page)


@pytest.mark.parametrize("way", WAYS)
def test_sign_in_of_ones_own_form_finds_the_text_in_its_composer(app: Flask, conn: Connection, way: str) -> None:
    parent = make_activity(conn, value(conn, "SELECT uuid FROM users WHERE handle = 'bob'"))
    client, token = browser(app, conn, way)
    page = post(client, token, reply_to_activity_uuid=str(parent))
    page = sign_in_by(client, page, password="not this one")
    answer = sign_in_by(client, page)
    assert (answer.status_code, answer.location) == (303, there(page))
    for _ in range(2):  # a reload shows it again
        composer = client.get(answer.location)
        assert "You're signed in. Your text is here; nothing has been posted yet." in words(composer)
        assert typed_in(composer) == TEXT
        assert re.findall(r'value="([\w-]+)" checked', composer.text) == ["3-hours"]
        assert fields_in(composer).items() >= {"key": KEY, "reply_to_activity_uuid": str(parent)}.items()
    assert count(conn, "activities") == 1, "nothing is posted by signing in"
    alice = value(conn, "SELECT uuid FROM users WHERE handle = 'alice'")
    assert conn.execute("SELECT user_uuid, signed_out_hash FROM drafts").fetchall() == [(alice, None)]


@pytest.mark.parametrize("way", WAYS)
def test_sign_in_finds_the_profile_in_its_form(app: Flask, conn: Connection, way: str) -> None:
    client, token = browser(app, conn, way)
    page = sign_in_by(client, save(client, token), password="not this one")
    answer = sign_in_by(client, page)
    assert answer.location == there(page)
    for _ in range(2):
        settings = client.get(answer.location)
        assert "You're signed in. What you typed is here; nothing has been saved yet." in words(settings)
        assert 'value="Alice &lt;Anew&gt;"' in settings.text
        assert typed_in(settings) == "Rope\n& lamps."
    assert value(conn, "SELECT bio FROM users WHERE handle = 'alice'") == ""


def test_reply_to_what_is_gone_meanwhile_comes_as_a_text_of_its_own(app: Flask, conn: Connection) -> None:
    parent = make_activity(conn, value(conn, "SELECT uuid FROM users WHERE handle = 'bob'"))
    client, page = posted(app, conn, reply_to_activity_uuid=str(parent))
    expire(conn, parent)
    composer = client.get(sign_in_by(client, page).location)
    assert "What you were replying to is gone. Your text is safe" in words(composer)
    assert typed_in(composer) == TEXT
    fields = fields_in(composer)
    assert "reply_to_activity_uuid" not in fields
    assert send(client, "/activities", message=TEXT, ttl="1-day", key=fields["key"]).status_code == 303
    assert count(conn, "drafts") == 0


def test_another_browser_gets_nothing_by_the_address(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    other = signed_in(app)
    assert kept_at(other, there(page)) == EMPTY
    for stranger in (app.test_client(), signed_in(app)):
        assert sign_in(stranger, next=there(page)).location == there(page)
        assert kept_at(stranger, there(page)) == EMPTY
    assert typed_in(client.get(sign_in_by(client, page).location)) == TEXT, "its own browser is in time still"


def test_plain_sign_in_in_the_same_browser_gets_nothing(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    assert sign_in(client, "bob", next="/compose").location == "/compose"
    assert kept_at(client, "/compose") == EMPTY
    assert kept_at(client, there(page)) == EMPTY
    assert send(client, "/settings/profile", display_name="Bob", bio="").status_code == 303
    assert count(conn, "drafts") == 1


def test_next_person_at_the_browser_gets_nothing(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    sign_in_by(client, page)
    send(client, "/sign-out")
    assert sign_in(client, "bob", next=there(page)).location == there(page)
    assert kept_at(client, there(page)) == EMPTY
    send(client, "/sign-out")
    sign_in(client)
    assert kept_at(client, there(page)) == TEXT, "it is the first one's"


def test_who_signed_in_in_another_tab_first_finds_the_text_by_the_first_form(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    sign_in(client)
    stale = sign_in_by(client, page)
    assert (stale.status_code, typed_in(stale)) == (400, TEXT)
    assert value(conn, "SELECT signed_out_hash FROM drafts") == hash_of(client)
    assert kept_at(client, sign_in_by(client, stale).location) == TEXT


def test_sign_out_leaves_nothing_for_who_comes_next(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    sign_in(client, "bob")
    send(client, "/sign-out")
    assert sign_in(client, "bob", next=there(page)).location == there(page)
    assert kept_at(client, there(page)) == EMPTY


def test_sign_in_that_is_overtaken_by_a_new_password_claims_nothing_and_loses_nothing(
    app: Flask, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, page = posted(app, conn)

    def overtaken(*_: object, **given: Account) -> bool:
        return real(*_, **{**given, "account": {**given["account"], "password_hash": "another"}})

    real = session.actions.start_session
    monkeypatch.setattr(session.actions, "start_session", overtaken)
    refused = sign_in_by(client, page)
    assert (refused.status_code, typed_in(refused)) == (422, TEXT)
    monkeypatch.undo()
    assert kept_at(client, sign_in_by(client, refused).location) == TEXT


@pytest.mark.parametrize("claimed", [False, True])
def test_hour_that_is_over_leaves_an_empty_composer(app: Flask, conn: Connection, claimed: bool) -> None:
    client, page = posted(app, conn)
    if claimed:
        sign_in_by(client, page)
    conn.execute("UPDATE drafts SET created_at = created_at - interval '1 hour', expires_at = now()")
    if not claimed:
        sign_in_by(client, page)
        assert value(conn, "SELECT user_uuid FROM drafts") is None
    assert kept_at(client, there(page)) == EMPTY


def test_draft_counts_for_its_own_form_alone(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    settings = client.get(sign_in_by(client, page).location.replace("/compose", "/settings"))
    assert settings.status_code == 200
    assert "thought" not in settings.text
    for nonsense in ("", "x", "'", "00", KEY):
        assert kept_at(client, f"/compose?draft={nonsense}") == EMPTY
        assert client.get(f"/settings?draft={nonsense}").status_code == 200


def test_draft_ends_with_its_person(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    sign_in_by(client, page)
    conn.execute("DELETE FROM users WHERE handle = 'alice'")
    assert count(conn, "drafts") == 0


def test_suspended_person_claims_nothing(app: Flask, conn: Connection) -> None:
    make_user(conn, "mallory", suspended=True)
    client, page = posted(app, conn)
    assert sign_in_by(client, page, "mallory").status_code == 422
    assert kept_at(client, sign_in_by(client, page).location) == TEXT


def test_post_ends_its_draft_and_a_second_one_makes_no_other(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    composer = client.get(sign_in_by(client, page).location)
    conn.execute(
        "INSERT INTO drafts (signed_out_hash, kind, message, key) VALUES (sha256('x'), 'activity', '', %s)", [KEY]
    )
    form = {**fields_in(composer), "message": typed_in(composer), "ttl": "3-hours"}
    assert [client.post("/activities", data=form).status_code for _ in range(2)] == [303, 303]
    assert value(conn, "SELECT message FROM activities") == TEXT
    assert count(conn, "activities") == 1
    assert conn.execute("SELECT user_uuid FROM drafts").fetchall() == [(None,)], "another's stays"
    assert kept_at(client, there(page)) == EMPTY


def test_refused_post_keeps_its_draft(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    composer = client.get(sign_in_by(client, page).location)
    form = {**fields_in(composer), "message": "w" * 300, "ttl": "3-hours"}
    assert client.post("/activities", data=form).status_code == 422
    assert kept_at(client, there(page)) == TEXT


def test_saving_a_profile_ends_its_draft_and_no_other(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    sign_in_by(client, page)
    conn.execute("DELETE FROM sessions")
    settings = client.get(sign_in_by(client, save(client, "stale")).location)
    form = {"csrf_token": fields_in(settings)["csrf_token"], "display_name": "Alice", "bio": typed_in(settings)}
    assert client.post("/settings/profile", data=form).status_code == 303
    assert value(conn, "SELECT bio FROM users WHERE handle = 'alice'") == "Rope\n& lamps."
    assert conn.execute("SELECT kind FROM drafts").fetchall() == [("activity",)]
