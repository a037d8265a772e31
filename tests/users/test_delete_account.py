"""Settings: an account and all that is theirs goes at once, and nothing of others."""

from datetime import timedelta
from unittest.mock import patch
from uuid import UUID

import pytest
from factories import PASSWORD, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import (
    activity_by,
    count,
    number_of,
    reply,
    send,
    sign_in,
    signed_in,
    token_for,
    user_uuid,
    value,
    words,
    write,
    wrong_fields,
)
from ways import at_once

from webapp.db.connections import Connection
from webapp.users import actions

DELETE = "/settings/delete"
THEIRS = [
    ("users", "uuid"), ("activities", "user_uuid"), ("activities", "circle_user_uuid"), ("likes", "user_uuid"),
    ("follows", "user_uuid"), ("follows", "followed_uuid"), ("mutes", "user_uuid"), ("mutes", "muted_uuid"),
    ("blocks", "user_uuid"), ("blocks", "blocked_uuid"), ("drafts", "user_uuid"), ("sessions", "user_uuid"),
    ("passwords", "user_uuid"), ("activity_keys", "user_uuid"), ("addressees", "user_uuid"),
    ("read_marks", "user_uuid"), ("reports", "reporter_uuid"), ("reports", "user_uuid"),
    ("former_handles", "user_uuid"),
]  # fmt: skip


def left_of(conn: Connection, person: UUID) -> list[str]:
    return [f"{table}.{name}" for table, name in THEIRS if count(conn, f"{table} WHERE {name} = '{person}'")]


def test_every_column_that_names_a_person_is_asked_about(conn: Connection) -> None:
    naming = conn.execute(
        "SELECT conrelid::regclass::text, attname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid"
        " AND attnum = conkey[1] WHERE contype = 'f' AND confrelid = 'users'::regclass AND conparentid = 0"
    ).fetchall()
    moderators = {("reports", "settled_by_uuid"), ("audit", "actor_uuid"), ("audit", "user_uuid"),
                  ("invitations", "user_uuid")}  # fmt: skip
    assert {*naming} - moderators == {*THEIRS} - {("users", "uuid")}


def test_account_goes_with_all_that_is_theirs_and_replies_of_others_stay(
    app: Flask, conn: Connection, alice: FlaskClient, bob: FlaskClient
) -> None:
    own, other = user_uuid(conn, "alice"), user_uuid(conn, "bob")
    top = activity_by(conn, "bob", "the top")
    mine = activity_by(conn, "alice", "canary", reply_to=top)
    expired = activity_by(conn, "alice", "canary", left=timedelta(seconds=-1))
    reply(bob, mine, "words below")
    write(alice, "canary for followers", audience="followers")
    send(alice, "/drafts", message="canary begun")
    send(alice, f"/activities/{top}/like")
    send(bob, f"/activities/{mine}/like")
    for table, column in (("follows", "followed"), ("mutes", "muted"), ("blocks", "blocked")):
        conn.execute(f"INSERT INTO {table} (user_uuid, {column}_uuid) VALUES (%s, %s), (%s, %s)",
                     [own, other, other, own])  # fmt: skip
    conn.execute("UPDATE users SET handle = 'ally' WHERE handle = 'alice'")
    conn.execute("UPDATE users SET handle = 'alice' WHERE handle = 'ally'")
    gone = send(alice, DELETE, current=PASSWORD)
    assert (gone.status_code, gone.location) == (303, "/settings/deleted")
    assert "Your account is gone" in words(alice.get(gone.location))
    assert alice.get("/settings").status_code == 303
    assert sign_in(app.test_client(), "alice").status_code == 422
    assert left_of(conn, own) == []
    assert not conn.execute("SELECT message FROM said WHERE message LIKE 'canary%'").fetchall()
    page = bob.get(f"/@bob/status/{top}").text
    assert ("words below" in page, 'class="stub' in page, "canary" in page) == (True, True, False)
    told = dict(conn.execute("SELECT number::text, audience FROM withdrawals WHERE user_uuid = %s", [own]).fetchall())
    assert told[number_of(conn, mine)] == "everyone", "open pages hear of it"
    assert number_of(conn, expired) in told
    assert value(conn, "SELECT audience FROM withdrawals WHERE user_uuid = %s", other) == "viewer", "a follower's too"
    former = conn.execute("SELECT handle, user_uuid FROM former_handles ORDER BY handle").fetchall()
    assert former == [("alice", None), ("ally", None)]
    assert [bob.get(f"/@{handle}").status_code for handle in ("alice", "ally", "bob")] == [404, 404, 200]
    assert "That handle is taken" in send(app.test_client(), "/sign-up", handle="alice").text


def test_account_goes_with_more_than_one_batch_of_what_it_wrote(conn: Connection, alice: FlaskClient) -> None:
    own = user_uuid(conn, "alice")
    for _ in range(3):
        activity_by(conn, "alice", "canary")
    with patch.object(actions, "_BATCH", 2):
        assert send(alice, DELETE, current=PASSWORD).status_code == 303
    assert left_of(conn, own) == []


def test_reports_that_one_made_stay_without_ones_words_and_name(conn: Connection, alice: FlaskClient) -> None:
    for reporter, reported in (("alice", "bob"), ("bob", "alice")):
        conn.execute(
            "INSERT INTO reports (reporter_uuid, user_uuid, kind, words, expires_at) VALUES (%s, %s, 'spam', %s, %s)",
            [user_uuid(conn, reporter), user_uuid(conn, reported), f"words of {reporter}", "infinity"],
        )
    send(alice, DELETE, current=PASSWORD)
    kept = conn.execute("SELECT reporter_uuid, words FROM reports WHERE words <> 'words of bob'").fetchall()
    assert kept == [(None, "")]


def test_reports_of_somebody_go_with_them_and_so_do_the_copies(conn: Connection, alice: FlaskClient) -> None:
    for handle in ("alice", "bob"):
        conn.execute(
            "WITH report AS (INSERT INTO reports (user_uuid, kind, expires_at)"
            " VALUES (%s, 'spam', now() + interval '90 days') RETURNING uuid)"
            " INSERT INTO report_copies (report_uuid, message, written_at, expires_at)"
            " SELECT uuid, handle, now(), now() + interval '14 days'"
            " FROM report, (VALUES (%s)) AS of (handle)",
            [user_uuid(conn, handle), handle],
        )
    send(alice, DELETE, current=PASSWORD)
    assert conn.execute("SELECT message FROM report_copies JOIN reports ON uuid = report_uuid").fetchall() == [("bob",)]


def test_invitations_end_with_the_account_of_their_maker_alone(conn: Connection, alice: FlaskClient) -> None:
    for name, maker in {"by alice": user_uuid(conn, "alice"), "by the server": None}.items():
        conn.execute(
            "INSERT INTO invitations (code_hash, name, user_uuid, expires_at)"
            " VALUES (sha256(%s), %s, %s, now() + interval '1 day')",
            [name.encode(), name, maker],
        )
    send(alice, DELETE, current=PASSWORD)
    assert conn.execute("SELECT name FROM invitations").fetchall() == [("by the server",)]


def test_account_stays_without_the_password_or_the_handle(conn: Connection, alice: FlaskClient) -> None:
    for typed in ("", "not this one", "alice"):
        answer = send(alice, DELETE, current=typed, handle="alice")
        assert (answer.status_code, wrong_fields(answer)) == (422, ["current"]), typed
    conn.execute("DELETE FROM passwords")
    for typed in ("", "bob"):
        answer = send(alice, DELETE, handle=typed)
        assert (answer.status_code, wrong_fields(answer)) == (422, ["handle"]), typed
    assert count(conn, "users") == 2
    assert send(alice, DELETE, handle="@Alice").status_code == 303
    assert count(conn, "users") == 1


def test_only_operator_is_told_first(conn: Connection, alice: FlaskClient) -> None:
    told = "You are the only operator here"
    assert told not in words(alice.get(DELETE))
    conn.execute("UPDATE users SET role = 'operator' WHERE handle = 'alice'")
    assert told in words(alice.get(DELETE))
    make_user(conn, "carol", role="operator")
    assert told not in words(alice.get(DELETE))


@pytest.mark.parametrize("fragment", [False, True])
def test_act_of_an_account_that_goes_meanwhile_is_one_of_a_stranger(
    app: Flask, conn: Connection, alice: FlaskClient, fragment: bool
) -> None:
    database = app.extensions["db"]
    whole = database.query_value

    def late(name: str, **params: object) -> object:
        if name == "activities/claim_key":
            conn.execute("DELETE FROM users WHERE handle = 'alice'")
        return whole(name, **params)

    with patch.object(database, "query_value", late):
        answer = write(alice, "canary", fragment=fragment)
    assert (answer.status_code, (answer.location or "")[:8]) == ((401, "") if fragment else (303, "/sign-in"))
    assert count(conn, "activities") == 0
    assert alice.get("/settings").status_code == 303


@pytest.mark.parametrize("round_", range(3))
def test_account_that_goes_while_everybody_acts_leaves_nothing_and_takes_nothing(
    app: Flask, conn: Connection, alice: FlaskClient, bob: FlaskClient, round_: int
) -> None:
    own, mine = user_uuid(conn, "alice"), activity_by(conn, "alice", "canary")
    theirs = activity_by(conn, "bob", "of bob")
    windows = [(client, token_for(client)) for client in (alice, signed_in(app), signed_in(app), bob, bob, bob, bob)]
    (gone, _), *others = windows
    acts = [
        lambda: send(gone, DELETE, current=PASSWORD, csrf_token=windows[0][1]).status_code,
        lambda: write(others[0][0], "canary", csrf_token=others[0][1]).status_code,
        lambda: reply(others[1][0], theirs, "canary", csrf_token=others[1][1]).status_code,
        lambda: send(others[1][0], f"/activities/{theirs}/like", csrf_token=others[1][1]).status_code,
        lambda: send(bob, f"/activities/{mine}/like", csrf_token=others[3][1]).status_code,
        lambda: reply(bob, mine, "words of bob", csrf_token=others[3][1]).status_code,
        lambda: send(bob, "/@alice/follow", csrf_token=others[3][1]).status_code,
    ]
    statuses = at_once(acts)
    assert statuses[0] == 303
    assert {*statuses} <= {200, 303, 401, 404, 409}, statuses
    assert left_of(conn, own) == []
    assert count(conn, "said WHERE message = 'canary'") == 0
    assert count(conn, "said WHERE message = 'of bob'") == 1
    assert count(conn, "said WHERE message = 'words of bob'") == (statuses[5] == 303)
