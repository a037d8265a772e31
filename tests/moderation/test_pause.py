"""Whom a moderator paused: they read, and what they type is kept."""

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from moderating import report, report_of, state_of
from verbs import activity_by, count, send, value, words, write

from webapp.db.connections import Connection


@pytest.fixture
def by_bob(conn: Connection) -> UUID:
    conn.execute("UPDATE users SET paused_until = now() + interval '1 day' WHERE handle = 'alice'")
    return activity_by(conn, "bob")


def test_paused_person_keeps_what_was_typed_and_reads_until_when(
    alice: FlaskClient, conn: Connection, by_bob: UUID
) -> None:
    until = value(conn, "SELECT to_char(paused_until AT TIME ZONE 'UTC', 'FMDD FMMonth, HH24:MI') FROM users"
                        " WHERE handle = 'alice'")  # fmt: skip
    for fields in ({}, {"reply_to_activity_uuid": str(by_bob)}):
        for fragment in (False, True):
            answer = write(alice, "a long thought", fragment=fragment, **fields)
            assert (answer.status_code, "a long thought" in answer.text, until in answer.text) == (409, True, True)
    assert until in words(alice.get("/"))
    assert (count(conn, "activities"), alice.get("/public").status_code) == (1, 200)
    conn.execute("UPDATE users SET paused_until = now()")
    assert write(alice).status_code == 303


def test_paused_person_cannot_act_on_others(alice: FlaskClient, conn: Connection, by_bob: UUID) -> None:
    for path in (f"/activities/{by_bob}/like", "/@bob/follow", f"/activities/{by_bob}/report", "/@bob/report"):
        for fragment in (False, True):
            answer = send(alice, path, fragment=fragment, kind="spam")
            assert (answer.status_code, "asked you to pause" in answer.text) == (409, True), path
    for path in (f"/activities/{by_bob}/unlike", "/@bob/unfollow", "/@bob/mute"):
        assert send(alice, path, lasts="1-day").status_code == 303
    assert [count(conn, table) for table in ("likes", "follows", "reports", "mutes")] == [0, 0, 0, 1]


def test_paused_person_changes_no_name_and_keeps_what_was_typed(alice: FlaskClient, conn: Connection) -> None:
    conn.execute("UPDATE users SET paused_until = now() + interval '1 day' WHERE handle = 'alice'")
    for path, fields in {
        "profile": {"display_name": "Alison", "bio": "a new line"},
        "handle": {"handle": "alison"},
    }.items():
        answer = send(alice, f"/settings/{path}", **fields)
        said = [part in answer.text for part in ("asked you to pause", *fields.values())]
        assert (answer.status_code, set(said)) == (409, {True}), path
    assert value(conn, "SELECT count(*) FROM users WHERE 'alison' IN (handle, lower(display_name)) OR bio > ''") == 0


def test_paused_operator_moderates_nobody(opa: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    report(bob, "@alice")
    conn.execute("UPDATE users SET paused_until = now() + interval '1 day' WHERE handle IN ('opa', 'alice')")
    acts = [f"reports/{report_of(conn)}/{act}" for act in ("suspend", "reopen")]
    for path in (*acts, "people", "people/alice/restore"):
        for fragment in (False, True):
            answer = send(opa, f"/moderation/{path}", fragment=fragment, handle="alice", role="operator")
            assert (answer.status_code, "asked you to pause" in answer.text) == (409, True), path
    assert (state_of(conn), count(conn, "audit")) == ((True, False), 0)


def test_what_reaches_others_asks_for_a_pause(app: Flask) -> None:
    pausable = {endpoint for endpoint, view in app.view_functions.items() if hasattr(view, "pausable")}
    assert pausable == {
        "activities.create",
        "reactions.like",
        "follows.follow",
        "moderation.report_activity",
        "moderation.report_person",
        "moderation.report_somebody",
        "moderation.settle",
        "moderation.reopen",
        "moderation.restore",
        "moderation.promote",
        "invitations.create",
        "invitations.end",
        "users.save_profile",
        "account.save_handle",
    }
