"""A draft becomes the person's by the sign-in that their form led to, in the browser that wrote it, and by no other."""

import re
from html import unescape

import pytest
from drafting import BIO, KEY, TEXT, WAYS, browser, hash_of, kept_at, post, posted, save, sign_in_by, there, typed_in
from factories import PASSWORD
from flask import Flask
from verbs import (
    activity_by,
    cookie_of,
    count,
    expire,
    fields_in,
    send,
    sign_in,
    signed_in,
    user_uuid,
    value,
    with_cookie,
    write,
)  # fmt: skip

from webapp.db.connections import Connection


@pytest.mark.parametrize("way", WAYS)
def test_sign_in_of_ones_own_form_finds_the_text_in_its_composer(app: Flask, conn: Connection, way: str) -> None:
    parent = activity_by(conn, "bob")
    client, token = browser(app, conn, way)
    page = sign_in_by(client, post(client, token, reply_to_activity_uuid=str(parent)), password="not this one")
    answer = sign_in_by(client, page)
    assert (answer.status_code, answer.location) == (303, there(page))
    for _ in range(2):  # a reload shows it again
        composer = client.get(answer.location)
        assert typed_in(composer) == TEXT
        assert re.findall(r'value="([\w-]+)" checked', composer.text) == ["3-hours"]
        assert fields_in(composer).items() >= {"key": KEY, "reply_to_activity_uuid": str(parent)}.items()
    assert count(conn, "activities") == 1, "nothing is posted by signing in"
    left = "expires_at > now() + interval '6 days 23 hours'"
    owners = conn.execute(f"SELECT user_uuid, signed_out_hash, {left} FROM drafts").fetchall()
    assert owners == [(user_uuid(conn, "alice"), None, True)]


@pytest.mark.parametrize("way", ["session ended", "first visit"])
def test_sign_in_finds_the_profile_in_its_form(app: Flask, conn: Connection, way: str) -> None:
    client, token = browser(app, conn, way)
    answer = sign_in_by(client, sign_in_by(client, save(client, token), password="not this one"))
    for _ in range(2):
        settings = client.get(answer.location)
        assert 'value="Alice &lt;Anew&gt;"' in settings.text
        assert typed_in(settings) == BIO
    assert value(conn, "SELECT bio FROM users WHERE handle = 'alice'") == ""


def test_stranger_who_joins_instead_takes_the_text_along(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    (way,) = re.findall(r'href="(/sign-up[^"]*)"', page.text)
    form, carol = client.get(unescape(way)), {"display_name": "Carol", "handle": "carol", "password": PASSWORD}
    assert typed_in(form) == TEXT
    slip = client.post("/sign-up", data={**fields_in(form), **carol, "email": "carol"})
    assert (slip.status_code, typed_in(slip)) == (422, TEXT)
    cookie = cookie_of(client)
    for window in (client, with_cookie(app, cookie)):  # a double press finds it too
        answer = window.post("/sign-up", data={**fields_in(slip), **carol, "email": "carol@example.com"})
        assert (answer.status_code, answer.location) == (303, there(page))
        assert kept_at(window, answer.location) == TEXT
    assert conn.execute("SELECT user_uuid FROM drafts").fetchall() == [(user_uuid(conn, "carol"),)]


def test_reply_to_what_is_gone_meanwhile_comes_as_a_text_of_its_own(app: Flask, conn: Connection) -> None:
    parent = activity_by(conn, "bob")
    client, page = posted(app, conn, reply_to_activity_uuid=str(parent))
    expire(conn, parent)
    composer = client.get(sign_in_by(client, page).location)
    fields = fields_in(composer)
    assert (typed_in(composer), "reply_to_activity_uuid" in fields) == (TEXT, False)
    assert write(client, TEXT, key=fields["key"]).status_code == 303
    assert count(conn, "drafts") == 0


def test_another_browser_gets_nothing_by_the_address(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    stranger = app.test_client()
    assert sign_in(stranger, next=there(page)).location == there(page)
    assert [kept_at(other, there(page)) for other in (stranger, signed_in(app))] == ["", ""]
    assert kept_at(client, sign_in_by(client, page).location) == TEXT, "its own browser is in time still"


def test_plain_sign_in_in_the_same_browser_gets_nothing(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    sign_in(client, "bob", next="/compose")
    assert kept_at(client, "/compose") == kept_at(client, there(page)) == ""
    assert send(client, "/settings/profile", display_name="Bob", bio="").status_code == 303
    send(client, "/sign-out")
    sign_in(client, "bob", next=there(page))
    assert kept_at(client, there(page)) == "", "nor does who comes after the sign-out"
    assert value(conn, "SELECT message FROM drafts") == TEXT


def test_next_person_at_the_browser_gets_nothing(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    sign_in_by(client, page)
    for handle, found in (("bob", ""), ("alice", TEXT)):
        send(client, "/sign-out")
        assert kept_at(client, sign_in(client, handle, next=there(page)).location) == found


def test_who_signed_in_in_another_tab_first_finds_the_text_by_the_first_form(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    sign_in(client)
    stale = sign_in_by(client, page)
    assert (stale.status_code, typed_in(stale)) == (400, TEXT)
    assert value(conn, "SELECT signed_out_hash FROM drafts") == hash_of(client)
    assert kept_at(client, sign_in_by(client, stale).location) == TEXT


@pytest.mark.parametrize("claimed", [False, True])
def test_hour_that_is_over_leaves_an_empty_composer(app: Flask, conn: Connection, claimed: bool) -> None:
    client, page = posted(app, conn)
    if claimed:
        sign_in_by(client, page)
    conn.execute("UPDATE drafts SET created_at = created_at - interval '1 hour', expires_at = now()")
    if not claimed:
        sign_in_by(client, page)
    assert (kept_at(client, there(page)), value(conn, "SELECT user_uuid IS NOT NULL FROM drafts")) == ("", claimed)


def test_draft_counts_for_its_own_form_alone(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    nonsense = [f"/settings?draft={draft}" for draft in ("", "x", KEY)]
    for address in (sign_in_by(client, page).location.replace("/compose", "/settings"), *nonsense):
        assert kept_at(client, address) == "", address


def test_post_ends_its_draft_and_a_second_one_makes_no_other(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    sign_in_by(client, page)
    others = "INSERT INTO drafts (signed_out_hash, kind, message, key) VALUES (sha256('x'), 'activity', '', %s)"
    conn.execute(others, [KEY])
    assert write(client, "w" * 300, key=KEY).status_code == 422
    assert kept_at(client, there(page)) == TEXT, "a refused one keeps it"
    assert [write(client, TEXT, key=KEY).status_code for _ in range(2)] == [303, 303]
    assert conn.execute("SELECT message FROM said").fetchall() == [(TEXT,)]
    assert conn.execute("SELECT user_uuid FROM drafts").fetchall() == [(None,)], "another's stays"
    assert kept_at(client, there(page)) == ""


@pytest.mark.parametrize(("version", "kept"), [("1", {TEXT}), ("0", {TEXT, "Begun"})], ids=["continues it", "is older"])
def test_text_sent_signed_out_takes_the_place_of_the_draft_it_continues(
    app: Flask, conn: Connection, version: str, kept: set[str]
) -> None:
    send(signed_in(app), "/drafts", fragment=True, message="Begun", key=KEY, version="0")
    client, page = posted(app, conn, version=version)
    sign_in_by(client, page)
    assert {message for (message,) in conn.execute("SELECT message FROM drafts")} == kept
    assert value(conn, "SELECT count(DISTINCT key) FROM drafts") == len(kept)


def test_saving_a_profile_ends_its_draft_and_no_other(app: Flask, conn: Connection) -> None:
    client, page = posted(app, conn)
    sign_in_by(client, page)
    conn.execute("DELETE FROM sessions")
    settings = client.get(sign_in_by(client, save(client, "stale")).location)
    assert send(client, "/settings/profile", display_name="Alice", bio=typed_in(settings)).status_code == 303
    assert value(conn, "SELECT bio FROM users WHERE handle = 'alice'") == BIO
    assert conn.execute("SELECT kind FROM drafts").fetchall() == [("activity",)]
