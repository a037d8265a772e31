"""Following somebody, and no longer following them."""

import pytest
from factories import make_user
from flask.testing import FlaskClient
from verbs import FRAGMENT, count, send, user_uuid, value, without_token, words

from webapp.db.connections import Connection

ACTS = ("follow", "unfollow", "mute", "unmute", "block", "unblock")


def test_follow_is_said_by_the_button_and_the_counts(alice: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    for act, after, followers, rows in (("follow", "unfollow", "1 follower", 1), ("unfollow", "follow", "0 follow", 0)):
        for _ in range(2):  # repeating it changes nothing
            answer = send(bob, f"/@Alice/{act}", fragment=True)
            assert (answer.status_code, "<html" in answer.text) == (200, False)
            assert f'formaction="/@alice/{after}"' in answer.text
            assert (followers in words(answer), 'hx-target="#followers"' in answer.text) == (True, True)
        assert count(conn, "follows") == rows
        assert followers in words(alice.get("/@alice"))
        assert f"{rows} following" in words(alice.get("/@bob"))


def test_follow_without_script_leads_back_to_its_page(bob: FlaskClient) -> None:
    for referer, page in (("http://localhost/people?q=al", "/people?q=al"), ("", "/@alice")):
        answer = send(bob, "/@alice/follow", headers={"Referer": referer} if referer else {})
        assert (answer.status_code, answer.location) == (303, page)


def test_pages_of_who_unfollows_ask_again(bob: FlaskClient, conn: Connection) -> None:
    for act, rows in (("follow", 0), ("unfollow", 1), ("unfollow", 1)):
        send(bob, "/@alice/follow" if act == "follow" else "/@alice/unfollow")
        assert count(conn, "withdrawals") == rows
    asks = conn.execute("SELECT audience, user_uuid, expires_at <= now() FROM withdrawals").fetchall()
    assert asks == [("viewer", user_uuid(conn, "bob"), True)]


@pytest.mark.parametrize("act", ACTS)
def test_oneself_is_refused_kindly(alice: FlaskClient, conn: Connection, act: str) -> None:
    for fragment in (False, True):
        answer = send(alice, f"/@alice/{act}", fragment=fragment)
        assert (answer.status_code, "That's you." in words(answer)) == (422, True)
    assert count(conn, "follows") + count(conn, "mutes") + count(conn, "blocks") == 0


@pytest.mark.parametrize("act", ACTS)
def test_who_blocked_one_is_suspended_or_absent_is_the_one_404(
    alice: FlaskClient, bob: FlaskClient, conn: Connection, act: str
) -> None:
    make_user(conn, "mallory", suspended=True)
    send(alice, "/@bob/block")
    before = {table: count(conn, table) for table in ("follows", "mutes", "blocks", "withdrawals")}
    for fragment in (False, True):
        answers = [send(bob, f"/@{handle}/{act}", fragment=fragment) for handle in ("alice", "mallory", "nobody")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({without_token(answer) for answer in answers}) == 1
    assert {table: count(conn, table) for table in before} == before
    pages = ("", "/replies", "/likes", "/followers", "/following")
    for headers in ({}, FRAGMENT):
        gone = [bob.get(f"/@{who}{page}", headers=headers) for who in ("alice", "nobody") for page in pages]
        assert {answer.status_code for answer in gone} == {404}
        assert len({answer.data for answer in gone}) == 1


def test_followers_are_listed_newest_first_and_counted_as_the_viewer_may_find_them(
    alice: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    follow = "INSERT INTO follows (user_uuid, followed_uuid) VALUES (%s, %s)"
    people = {name: make_user(conn, name, password=None) for name in ("carol", "dave", "erin")}
    for person in people.values():
        conn.execute(follow, [person, user_uuid(conn, "alice")])
        conn.execute(follow, [user_uuid(conn, "alice"), person])
    send(bob, "/@carol/block")
    conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'dave'")
    for client, handles, said in ((bob, ["erin"], "1 follower"), (alice, ["erin", "carol"], "2 followers")):
        for kind in ("followers", "following"):
            page = client.get(f"/@alice/{kind}").text.partition("<aside")[0]
            assert [part.split('"')[0] for part in page.split('class="name" href="/@')[1:]] == handles
        assert said in words(client.get("/@alice"))
    assert 'formaction="/@erin/follow"' in bob.get("/@alice/followers").text


def test_followers_are_counted_to_a_thousand(client: FlaskClient, conn: Connection) -> None:
    conn.execute(
        "WITH crowd AS (INSERT INTO users (display_name, handle)"
        " SELECT 'One', 'one_' || n FROM generate_series(1, 1001) AS n RETURNING uuid)"
        " INSERT INTO follows (user_uuid, followed_uuid) SELECT uuid, %s FROM crowd",
        [user_uuid(conn, "alice")],
    )
    assert "999+ followers" in words(client.get("/@alice"))
    assert value(conn, "SELECT count(*) FROM follows") == 1001
