"""Blocking somebody, and taking it back."""

from functools import partial

from flask import Flask
from flask.testing import FlaskClient
from verbs import activity_by, count, send, token_for, user_uuid, value, window_of, words
from ways import MakeApp, at_once

from webapp.db.connections import Connection


def test_block_ends_following_both_ways_and_pages_of_both_ask_again(
    alice: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    send(alice, "/@bob/follow")
    send(bob, "/@alice/follow")
    for _ in range(2):
        assert send(bob, "/@alice/block").location == "/@alice"
    assert (count(conn, "follows"), count(conn, "blocks")) == (0, 1)
    asks = conn.execute("SELECT user_uuid, audience FROM withdrawals").fetchall()
    assert sorted(asks) == sorted((user_uuid(conn, handle), "viewer") for handle in ("alice", "bob"))


def test_profile_of_whom_one_blocked_says_that_alone(bob: FlaskClient, conn: Connection) -> None:
    activity_by(conn, "alice", "canary", reply_to=activity_by(conn, "bob"))
    conn.execute("UPDATE users SET bio = 'canary'")
    send(bob, "/@alice/block")
    for page in ("", "/replies", "/likes", "/followers", "/following"):
        main = bob.get(f"/@alice{page}").text.partition("<main")[2].partition("<aside")[0]
        assert ("You blocked" in main, 'formaction="/@alice/unblock"' in main) == (True, True), page
        assert not [part for part in ("canary", "/follow", "/mute") if part in main], page
    send(bob, "/@alice/follow")
    assert count(conn, "follows") == 0, "whom one blocked one does not follow"
    send(bob, "/@alice/unblock")
    assert "canary" in words(bob.get("/@alice"))


def test_block_says_what_it_does_not_do(make_app: MakeApp, bob: FlaskClient) -> None:
    still = "they can still read signed out"
    assert still in words(bob.get("/@alice"))
    closed = make_app(PUBLIC_FEED="no").test_client()
    closed.set_cookie("mayfly", bob.get_cookie("mayfly").value)  # type: ignore[union-attr]
    page = words(closed.get("/@alice"))
    assert ("Block" in page, still in page) == (True, False)


def test_no_follow_outlives_a_block(app: Flask, alice: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    tokens = {client: token_for(client) for client in (alice, bob)}

    def press(client: FlaskClient, path: str) -> int:
        return send(window_of(client), path, csrf_token=tokens[client]).status_code

    for _ in range(8):
        conn.execute("DELETE FROM blocks")
        follows = [partial(press, alice, "/@bob/follow")] * 4
        answers = at_once([*follows, partial(press, bob, "/@alice/block"), *follows])
        assert set(answers) <= {303, 404}
        assert value(conn, "SELECT count(*) FROM blocks") == 1
        assert count(conn, "follows") == 0
