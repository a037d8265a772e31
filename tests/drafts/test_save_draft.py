"""What somebody types is kept for seven days: one draft a composer, offered back in its place, overwritten by none."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from drafting import KEY, kept_at, typed_in
from factories import make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import (
    FRAGMENT,
    activity_by,
    count,
    expire,
    fields_in,
    reply,
    send,
    signed_in,
    user_uuid,
    value,
    words,
    write,
)
from werkzeug.test import TestResponse

from webapp.activities import actions as activities
from webapp.db.connections import Connection
from webapp.drafts import actions


def save(client: FlaskClient, message: str, **fields: Any) -> TestResponse:
    """As a composer's script saves."""
    return send(client, "/drafts", fragment=True, message=message, **{"key": KEY, "version": "0", **fields})


def texts(conn: Connection) -> set[str]:
    return {message for (message,) in conn.execute("SELECT message FROM drafts")}


@pytest.mark.parametrize("script", [True, False])
def test_draft_of_home_is_offered_there_and_on_the_page_of_its_own(alice: FlaskClient, script: bool) -> None:
    saved = send(alice, "/drafts", fragment=script, message="Begun", ttl="3-hours", key=KEY, version="0")
    assert saved.get_json(silent=True) == ({"key": KEY, "version": 1} if script else None)
    assert saved.status_code == (200 if script else 303)
    for address in ("/", "/compose"):
        page = alice.get(address)
        assert typed_in(page) == "Begun"
        assert fields_in(page).items() >= {"key": KEY, "version": "1"}.items()
        assert 'value="3-hours" checked' in page.text


def test_draft_of_a_reply_is_offered_below_its_parent_alone(alice: FlaskClient, conn: Connection) -> None:
    parent, other = activity_by(conn, "bob"), activity_by(conn, "bob")
    save(alice, "Begun", reply_to_activity_uuid=str(parent))
    places = ["/compose?reply_to={}", "/@bob/status/{}"]
    assert [kept_at(alice, place.format(parent)) for place in places] == ["Begun"] * 2
    assert [kept_at(alice, place.format(other)) for place in places] == [""] * 2
    assert [kept_at(alice, "/"), kept_at(signed_in(alice.application, "bob"), places[0].format(parent))] == ["", ""]


def test_message_alone_is_homes_draft(alice: FlaskClient, conn: Connection) -> None:
    for message in ("One", "Another"):
        assert send(alice, "/drafts", message=message).status_code == 303
        assert (kept_at(alice, "/"), texts(conn)) == (message, {message})
    send(alice, "/drafts", message=" ")
    assert texts(conn) == set()


def test_each_save_is_the_next_version_and_lasts_a_week_from_then(alice: FlaskClient, conn: Connection) -> None:
    for version in range(3):
        assert save(alice, f"Text {version}", version=version).json == {"key": KEY, "version": version + 1}
    assert texts(conn) == {"Text 2"}
    left = "SELECT (expires_at - saved_at = interval '7 days') AND saved_at > created_at FROM drafts"
    assert value(conn, left)


def test_older_version_is_a_second_draft(alice: FlaskClient, conn: Connection) -> None:
    save(alice, "Read by both")
    save(alice, "Newer", version=1)
    second = save(alice, "From the other window", version=1).json
    assert texts(conn) == {"Newer", "From the other window"}
    assert (second["key"] != KEY, second["version"]) == (True, 1)
    save(alice, "And on", **second)
    assert texts(conn) == {"Newer", "And on"}
    assert "2 drafts" in words(alice.get("/"))


def test_same_text_again_is_no_second_draft(alice: FlaskClient, conn: Connection) -> None:
    """The answer to the first save was lost."""
    for _ in range(2):
        assert save(alice, "Once").json["key"] == KEY
    assert count(conn, "drafts") == 1


def test_emptied_text_ends_its_draft_and_no_newer_one(alice: FlaskClient, conn: Connection) -> None:
    save(alice, "Read by both")
    save(alice, "Newer", version=1)
    save(alice, "  ", version=1)
    assert texts(conn) == {"Newer"}
    assert save(alice, "", version=2).json == {"key": KEY, "version": 0}
    assert (texts(conn), kept_at(alice, "/")) == (set(), "")


def test_key_that_was_posted_saves_nothing(alice: FlaskClient, conn: Connection) -> None:
    save(alice, "Begun")
    write(alice, "Begun and done", key=KEY)
    assert texts(conn) == set(), "posting ends the draft"
    assert save(alice, "Begun and", version=1).json == {"posted": True}
    assert texts(conn) == set()


def test_post_of_an_older_text_leaves_the_newer_draft_with_a_key_of_its_own(
    alice: FlaskClient, conn: Connection
) -> None:
    save(alice, "Read by both")
    save(alice, "Longer, on the telephone", version=1)
    write(alice, "Read by both", key=KEY, version="1")
    assert texts(conn) == {"Longer, on the telephone"}
    page = alice.get("/")
    assert write(alice, typed_in(page), **{**fields_in(page), "ttl": "1-day"}).status_code == 303
    assert (texts(conn), count(conn, "activities")) == (set(), 2)


def test_post_ends_a_second_draft_with_its_text_in_its_place_alone(alice: FlaskClient, conn: Connection) -> None:
    save(alice, "Same", key=str(uuid4()), reply_to_activity_uuid=str(activity_by(conn, "bob")))
    save(alice, "Read by both")
    save(alice, "Newer", version=1)
    save(alice, "Same\n", version=1)
    write(alice, "Same", key=KEY, version="1")
    left = conn.execute("SELECT message, reply_to_activity_uuid IS NULL FROM drafts").fetchall()
    assert sorted(left) == [("Newer", True), ("Same", False)]


def start(act: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def wait_for_lock(conn: Connection, thread: threading.Thread) -> None:
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while thread.is_alive() and not value(conn, waits):
        pass


@pytest.mark.parametrize("first", ["post", "save"])
def test_save_and_post_of_one_key_wait_for_each_other(
    app: Flask, alice: FlaskClient, conn: Connection, first: str
) -> None:
    person, db, settings = str(user_uuid(conn, "alice")), app.extensions["db"], app.extensions["settings"]
    text = {"user_uuid": person, "key": KEY, "reply_to_activity_uuid": None}
    row = {**text, "message": "Late", "ttl": None, "audience": None, "version": 0}
    claim = {**text, "message": "Late", "activity_uuid": str(uuid4()), "life_seconds": 60, "version": 0}

    def save_late() -> None:
        actions.save(db, **row)

    def post_late() -> None:
        activities.create(db, settings, message="Late", mentioned=[], audience="everyone", ttl="1-day", **text)

    with db.transaction():
        db.execute("drafts/lock", user_uuid=person, key=KEY)
        if first == "post":
            late = start(save_late)
            wait_for_lock(conn, late)
            db.query_value("activities/claim_key", **claim)
        else:
            db.query_value("drafts/save", viewer_uuid=person, **row)
            late = start(post_late)
            wait_for_lock(conn, late)
    late.join()
    assert texts(conn) == set()


def test_text_typed_as_another_goes_nowhere_until_its_writer_says_so(
    alice: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    own = fields_in(alice.get("/compose"))
    for path, fragment in [(path, fragment) for path in ("/activities", "/drafts") for fragment in (True, False)]:
        for token in ({}, {"csrf_token": own["csrf_token"]}):  # of alice's page, which is still open
            fields = {**own, "message": "Mine", "ttl": "1-day", "csrf_token": None, **token}
            answer = send(bob, path, fragment=fragment, **{**fields, **({} if token else {"csrf_token": _token(bob)})})
            assert answer.status_code == 409, (path, fragment, token)
            assert "You are @bob here now; this was begun as @alice." in words(answer)
            assert (fragment and path == "/drafts") or typed_in(answer) == "Mine"
    assert (count(conn, "activities"), count(conn, "drafts")) == (0, 0)
    kept = send(bob, "/drafts", **{**fields_in(answer), "message": "Mine"})
    assert (kept.status_code, value(conn, "SELECT user_uuid FROM drafts")) == (303, user_uuid(conn, "bob"))
    page = send(bob, "/activities", **{**own, "message": "Mine", "ttl": "1-day", "csrf_token": own["csrf_token"]})
    assert "Post as @bob" in words(page)
    assert send(bob, "/activities", **{**fields_in(page), "message": "Mine", "ttl": "1-day"}).status_code == 303
    assert value(conn, "SELECT user_uuid FROM activities") == user_uuid(conn, "bob")


def test_form_that_a_suspended_person_began_names_nobody(alice: FlaskClient, conn: Connection) -> None:
    begun = str(make_user(conn, "mallory", suspended=True))
    assert "this was begun as somebody else." in words(save(alice, "Mine", user_uuid=begun))


@pytest.mark.parametrize(("blocker", "blocked"), [("alice", "bob"), ("bob", "alice")])
def test_form_that_was_begun_across_a_block_names_nobody(
    alice: FlaskClient, bob: FlaskClient, conn: Connection, blocker: str, blocked: str
) -> None:
    begun = str(user_uuid(conn, "bob"))
    conn.execute("INSERT INTO blocks (user_uuid, blocked_uuid) VALUES (%s, %s)",
                 [user_uuid(conn, blocker), user_uuid(conn, blocked)])  # fmt: skip
    assert "this was begun as somebody else." in words(save(alice, "Mine", user_uuid=begun))


def _token(client: FlaskClient) -> str:
    return fields_in(client.get("/compose"))["csrf_token"]


def test_stale_page_of_the_same_person_saves_with_the_token_it_is_given(alice: FlaskClient, conn: Connection) -> None:
    own = {**fields_in(alice.get("/compose")), "message": "Still here"}
    anew = signed_in(alice.application)
    answer = send(anew, "/drafts", fragment=True, **own)
    assert (answer.status_code, count(conn, "drafts")) == (400, 0)
    assert send(anew, "/drafts", fragment=True, **{**own, **answer.json}).status_code == 200
    assert texts(conn) == {"Still here"}


def test_list_shows_all_of_ones_own_to_continue_or_discard(
    alice: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    parent, gone = activity_by(conn, "bob"), activity_by(conn, "bob", "Gone")
    for message, to in (("To bob", str(parent)), ("To nobody", str(gone)), ("By itself", None)):
        save(alice, message, key=str(uuid4()), reply_to_activity_uuid=to)
    expire(conn, gone)
    shown = words(alice.get("/drafts"))
    assert shown.index("By itself") < shown.index("replying to something now gone To nobody")
    assert "replying to @bob To bob" in shown
    drafts = {message: draft for draft, message in conn.execute("SELECT uuid, message FROM drafts")}
    assert kept_at(alice, f"/compose?draft={drafts['To nobody']}") == "To nobody"
    assert "To bob" not in bob.get("/drafts").text
    for client, left in ((bob, 3), (alice, 2), (alice, 2)):
        assert send(client, f"/drafts/{drafts['To bob']}/discard").status_code == 303
        assert count(conn, "drafts") == left
    conn.execute("UPDATE drafts SET created_at = created_at - interval '8 days', expires_at = now()")
    assert "By itself" not in alice.get("/drafts").text
    assert kept_at(alice, "/") == ""


def test_reply_whose_parent_is_gone_takes_its_draft_along(alice: FlaskClient, conn: Connection) -> None:
    parent = activity_by(conn, "bob")
    save(alice, "Half", reply_to_activity_uuid=str(parent))
    expire(conn, parent)
    page = reply(alice, parent, "Half", key=KEY)
    assert page.status_code == 409
    assert write(alice, "Half", key=fields_in(page)["key"]).status_code == 303
    assert count(conn, "drafts") == 0


@pytest.mark.parametrize(("given", "offered"), [({}, "members"), ({"audience": "followers"}, "followers")])
@pytest.mark.parametrize("kept", [True, False])
def test_reply_whose_parent_is_gone_is_offered_to_no_wider_circle(
    alice: FlaskClient, conn: Connection, given: dict[str, str], offered: str, kept: bool
) -> None:
    parent = activity_by(conn, "bob")
    conn.execute("UPDATE activities SET audience = 'members'")
    if kept:
        save(alice, "Half", reply_to_activity_uuid=str(parent), **given)
    expire(conn, parent)
    draft = f"/compose?draft={value(conn, 'SELECT uuid FROM drafts')}" if kept else ""
    page = alice.get(draft) if kept else reply(alice, parent, "Half", **given)
    wanted = offered if kept else "followers"  # of a parent that is gone nothing tells for whom it was
    assert f'value="{wanted}" selected' in page.text
    again = save(alice, "Half and half", version=1, audience="everyone")
    assert not kept or (again.status_code, 'value="everyone" selected' in alice.get(draft).text) == (200, True)


def test_hundred_drafts_are_kept_for_a_person(alice: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    save(bob, "Another's")
    make = "INSERT INTO drafts (user_uuid, kind, message, key, expires_at, saved_at)"
    days = "now() + interval '7 days', now() - make_interval(secs => n)"
    rows = f"SELECT %s, 'activity', 'Text ' || n, gen_random_uuid(), {days} FROM generate_series(1, 100) AS n"
    conn.execute(f"{make} {rows}", [user_uuid(conn, "alice")])
    save(alice, "The newest")
    assert count(conn, "drafts") == 101
    assert {"The newest", "Text 99", "Another's"} <= texts(conn)
    assert "Text 100" not in texts(conn)


def test_composer_that_is_drawn_again_stands_where_it_stood(alice: FlaskClient, conn: Connection) -> None:
    save(alice, "Begun")
    fragment = alice.get("/compose?at=feed", headers=FRAGMENT)
    assert (typed_in(fragment), 'data-place="feed"' in fragment.text) == ("Begun", True)
