"""Replying: into a thread, to what is gone meanwhile, and as deep as a thread goes."""

import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from factories import make_activity, make_user
from flask.testing import FlaskClient
from verbs import activity_by, burn, count, expire, fields_in, number_of, reply, value, words, write

from webapp.activities import actions
from webapp.db.connections import Connection
from webapp.errors import Violated


def test_reply_stands_in_the_thread_with_its_own_life(alice: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    parent = activity_by(conn, "alice", left=timedelta(hours=2))
    answer = reply(bob, parent, "replied", ttl="30-days")
    replied = "SELECT uuid, reply_to_activity_uuid, expires_at - created_at FROM said WHERE message = 'replied'"
    ((made, above, lives),) = conn.execute(replied).fetchall()
    assert answer.location == f"/@alice/status/{parent}#activity-{number_of(conn, made)}"
    assert (above, lives) == (parent, timedelta(days=30))
    assert "replied" in words(alice.get(f"/@alice/status/{parent}"))
    reply(alice, made, "and again")
    assert conn.execute("SELECT depth FROM activities ORDER BY number").fetchall() == [(0,), (1,), (2,)]


def test_reply_with_htmx_brings_the_card_and_the_parents_count(bob: FlaskClient, conn: Connection) -> None:
    parent = activity_by(conn, "alice")
    for replies, target in enumerate(("div#replies", "div"), start=1):
        answer = reply(bob, parent, fragment=True, headers={"HX-Target": target})
        assert answer.status_code == 200
        shown = answer.text.partition(f'hx-target="#activity-{number_of(conn, parent)} .reactions"')[2]
        assert re.search(rf"\b{replies} ", shown.partition("</hx-partial>")[0])


def test_reply_on_a_threads_page_comes_with_the_tree_as_a_reload_has_it(bob: FlaskClient, conn: Connection) -> None:
    root = activity_by(conn, "alice", "root", age=timedelta(hours=1))
    first = activity_by(conn, "bob", "first", reply_to=root, age=timedelta(minutes=9))
    activity_by(conn, "alice", "second", reply_to=root, age=timedelta(minutes=8))
    page = f"/@alice/status/{root}"
    tree = lambda text: re.findall(r'data-depth="(\d)"|class="message" dir="auto">(\w+)<', text)  # noqa: E731
    for to, target, swap in ((root, "div#replies", None), (first, "div", "innerHTML swapEmpty:true")):
        headers = {"HX-Target": target, "HX-Current-URL": f"http://localhost{page}"}
        answer = reply(bob, to, "written", fragment=True, headers=headers)
        brought = answer.text.partition('hx-target="#replies" hx-swap="innerMorph"')[2].partition("</hx-partial>")[0]
        assert tree(brought) == tree(bob.get(page).text.partition('id="replies"')[2].partition("<aside")[0])
        assert re.findall(r'data-new>\s*<article[^>]*id="activity-(\d+)"', brought) == [
            value(conn, "SELECT max(number)::text FROM activities")
        ]
        assert answer.headers.get("HX-Reswap") == swap, "the form below a card goes"
    for _ in range(200):
        activity_by(conn, "alice", reply_to=root, age=timedelta(minutes=5))
    answer = reply(bob, root, "too many", fragment=True, headers=headers)
    newest = value(conn, "SELECT uuid FROM said WHERE message = 'too many'")
    assert answer.headers["HX-Redirect"] == f"/@bob/status/{newest}", "its page has no room for it"


def test_replies_count_is_of_live_replies(bob: FlaskClient, client: FlaskClient, conn: Connection) -> None:
    parent = activity_by(conn, "alice")
    replies = [activity_by(conn, "bob", reply_to=parent) for _ in range(4)]
    activity_by(conn, "bob", reply_to=replies[0])  # a reply to a reply
    for left, end in (
        (4, lambda: expire(conn, replies[0])),
        (3, lambda: burn(bob, replies[1])),
        (2, lambda: conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'bob'")),
        (0, list),
    ):
        assert client.get(f"/api/activities/{parent}").get_json()["activity"]["replies_count"] == left
        end()


def test_reply_to_what_is_gone_comes_back_to_stand_on_its_own(bob: FlaskClient, conn: Connection) -> None:
    for before, end in enumerate((
        "UPDATE activities SET created_at = now() - interval '1 day', expires_at = now()",
        "DELETE FROM activities",
        "UPDATE users SET suspended_at = now() WHERE handle = 'alice'",
        "SELECT",
    )):  # fmt: skip
        parent = "no uuid" if end == "SELECT" else activity_by(conn, "alice")
        conn.execute(end)
        for fragment in (False, True):
            answer = reply(bob, parent, "a long reply", fragment=fragment)
            assert (answer.status_code, "<html" in answer.text) == (409, not fragment), end
            assert "a long reply</textarea>" in answer.text
        assert (count(conn, "activity_keys"), "reply_to_activity_uuid" in fields_in(answer)) == (before, False)
        assert write(bob, "a long reply", key=fields_in(answer)["key"]).status_code == 303, end


def test_reply_whose_parent_is_swept_in_between_comes_back(alice: FlaskClient, conn: Connection) -> None:
    with patch.object(actions, "hit", side_effect=Violated("activities_parent")):
        answer = reply(alice, activity_by(conn, "bob"), "Too late.")
    assert (answer.status_code, "Too late.</textarea>" in answer.text) == (409, True)


@pytest.mark.parametrize(("step_up", "fragment"), [(True, True), (False, False)], ids=["one step up", "on its own"])
def test_reply_too_deep_brings_ways_on(alice: FlaskClient, conn: Connection, step_up: bool, fragment: bool) -> None:
    carols, carol = [None], make_user(conn, "carol")
    for _ in range(3):
        carols.append(make_activity(conn, carol, reply_to=carols[-1]))
    conn.execute("UPDATE activities SET depth = depth + 98")  # the last is as deep as a thread goes
    answer = reply(alice, carols[3], "How deep is this?", fragment=fragment)
    assert (answer.status_code, "How deep is this?</textarea>" in answer.text) == (409, True)
    assert (count(conn, "activities"), count(conn, "activity_keys")) == (3, 0)
    above = re.findall(r'<button[^>]* name="reply_to_activity_uuid" value="([^"]+)"', answer.text)
    assert above == [str(carols[2])]
    assert "reply_to_activity_uuid" not in fields_in(answer)
    chosen = {"reply_to_activity_uuid": above[0]} if step_up else {}
    assert write(alice, "How deep is this?", key=fields_in(answer)["key"], **chosen).status_code == 303
    made = conn.execute("SELECT reply_to_activity_uuid, depth FROM said WHERE message LIKE 'How deep%'")
    assert made.fetchall() == [(carols[2], 100) if step_up else (None, 0)]
    expire(conn, carols[2])
    assert 'name="reply_to_activity_uuid"' not in reply(alice, carols[3], fragment=fragment).text, "it is gone"


@pytest.mark.parametrize(
    ("left", "offered"),
    [
        (timedelta(minutes=5), "1-hour"),
        (timedelta(hours=2), "3-hours"),
        (timedelta(days=3), "3-days"),
        (timedelta(days=29), "30-days"),
    ],
)
def test_lifespan_of_a_reply_is_the_shortest_that_covers_its_parents(
    bob: FlaskClient, conn: Connection, left: timedelta, offered: str
) -> None:
    parent = activity_by(conn, "alice", left=left)
    for address in (f"/compose?reply_to={parent}", f"/@alice/status/{parent}"):
        assert re.findall(r'value="([\w-]+)" checked', bob.get(address).text) == [offered]
    reply(bob, parent, ttl="1-hour")
    assert re.findall(r'value="([\w-]+)" checked', bob.get("/").text) == ["7-days"], "a reply's is not remembered"
