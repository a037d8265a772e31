"""Undo: until others see it, an activity turns back into a text."""

import uuid

import pytest
from flask.testing import FlaskClient
from verbs import activity_by, count, fields_in, number_of, reply, send, signed_in, value, words, write
from ways import MakeApp
from werkzeug.test import TestResponse

from webapp.db.connections import Connection

HOME = {"HX-Current-URL": "http://localhost/"}


@pytest.fixture
def alice(make_app: MakeApp, conn: Connection) -> FlaskClient:
    return signed_in(make_app(UNDO_SECONDS="10"))


def undo(client: FlaskClient, activity: object, **more: object) -> TestResponse:
    return send(client, f"/activities/{activity}/undo", **more)  # type: ignore[arg-type]


def newest(conn: Connection) -> str:
    return str(value(conn, "SELECT uuid FROM activities ORDER BY number DESC"))


def test_undo_turns_it_back_into_a_draft_with_a_key_of_its_own(alice: FlaskClient, conn: Connection) -> None:
    key = str(uuid.uuid4())
    write(alice, "said too soon", ttl="3-hours", key=key)
    made = newest(conn)
    answer = undo(alice, made)
    draft = value(conn, "SELECT uuid FROM drafts WHERE expires_at - now() > interval '167 hours'")
    assert (answer.status_code, answer.location) == (303, f"/compose?draft={draft}")
    page = alice.get(answer.location)
    assert "said too soon</textarea>" in page.text
    assert 'value="3-hours" checked' in page.text
    assert fields_in(page)["key"] != key
    row = conn.execute("SELECT user_uuid, message, expires_at <= now() FROM said")
    assert row.fetchall() == [(None, None, True)]
    assert value(conn, "SELECT audience FROM withdrawals") == "author", "nobody else is told of it"
    assert undo(alice, made).status_code == 404
    assert write(alice, "said too soon", key=key).status_code == 409, "a late retry revives nothing"
    assert write(alice, "said too soon", key=fields_in(page)["key"]).status_code == 303
    assert count(conn, "drafts") == 0


def test_undo_once_it_is_out_changes_nothing(alice: FlaskClient, conn: Connection) -> None:
    write(alice, "out")
    conn.execute("UPDATE activities SET visible_from = now()")
    made = newest(conn)
    for fragment in (False, True):
        answer = undo(alice, made, fragment=fragment)
        assert (answer.status_code, "It is out now: burn it instead." in words(answer)) == (409, True)
        card = f'<article class="activity" id="activity-{number_of(conn, made)}"'
        assert (card in answer.text, "act-undo" in answer.text) == (fragment, False)
    assert (count(conn, "alive_activities"), count(conn, "drafts")) == (1, 0)


def test_undo_with_replies_of_ones_own_leaves_their_place(alice: FlaskClient, conn: Connection) -> None:
    write(alice, "above")
    above = newest(conn)
    reply(alice, above, "below")
    below = newest(conn)
    assert undo(alice, above).status_code == 303
    thread = words(alice.get(f"/@alice/status/{below}"))
    assert ("below" in thread, "above" in thread) == (True, False)


def test_undo_at_home_brings_the_composer_back(alice: FlaskClient, conn: Connection) -> None:
    write(alice, "at home")
    made = newest(conn)
    answer = undo(alice, made, fragment=True, headers=HOME)
    assert answer.status_code == 200
    number = number_of(conn, made)
    for part in (f'hx-target="#activity-{number}" hx-swap="delete"', 'hx-target="#composer"', "at home</textarea>"):
        assert part in answer.text
    assert 'hx-target="#feed"' in answer.text, "posting it again puts its card into the feed"


def test_composer_counts_the_drafts_as_they_are_after_posting_and_undo(alice: FlaskClient, conn: Connection) -> None:
    keys = [str(uuid.uuid4()) for _ in range(2)]
    for key in keys:
        send(alice, "/drafts", fragment=True, message=key, key=key, version="0")
    at_home = {"fragment": True, "headers": {**HOME, "HX-Target": "div#feed"}}
    assert " drafts" not in words(write(alice, keys[0], key=keys[0], **at_home))
    assert "2 drafts" in words(undo(alice, newest(conn), **at_home))


@pytest.mark.parametrize("page", ["thread", "home"])
def test_undo_of_a_reply_brings_its_composer_back(alice: FlaskClient, conn: Connection, page: str) -> None:
    parent = activity_by(conn, "bob")
    reply(alice, parent, "a reply")
    url = f"http://localhost/@bob/status/{parent}" if page == "thread" else "http://localhost/"
    answer = undo(alice, newest(conn), fragment=True, headers={"HX-Current-URL": url})
    form, target = f'id="composer-{number_of(conn, parent)}"', {"thread": "#replies", "home": "closest .slot"}[page]
    assert (form in answer.text, f'hx-target="{target}"' in answer.text) == (True, True)
    assert "a reply</textarea>" in answer.text
    assert fields_in(answer)["reply_to_activity_uuid"] == str(parent)
    assert answer.text.lstrip().startswith('<div class="slot">') == (page == "home"), "there it takes the card's place"


@pytest.mark.parametrize("gone", [False, True])
def test_undo_where_there_is_no_composer_leads_to_one(alice: FlaskClient, conn: Connection, gone: bool) -> None:
    parent = activity_by(conn, "bob")
    reply(alice, parent, "kept") if gone else write(alice, "kept")
    made = newest(conn)
    if gone:
        conn.execute("UPDATE activities SET created_at = now(), expires_at = now() WHERE uuid = %s", [parent])
    headers = HOME if gone else {"HX-Current-URL": "http://localhost/@alice"}
    answer = undo(alice, made, fragment=True, headers=headers)
    assert answer.status_code == 204
    assert "kept</textarea>" in alice.get(answer.headers["HX-Redirect"]).text
