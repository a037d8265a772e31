"""Replying: into a thread, to what is gone meanwhile, and as deep as a thread goes."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

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
    made = value(conn, "SELECT uuid FROM activities WHERE message = 'replied'")
    assert answer.location == f"/@alice/status/{parent}#activity-{number_of(conn, made)}"
    assert value(conn, "SELECT reply_to_activity_uuid FROM activities WHERE uuid = %s", made) == parent
    assert value(conn, "SELECT expires_at > now() + interval '29 days' FROM activities WHERE uuid = %s", made)
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


def test_replies_count_is_of_live_replies(alice: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    parent = activity_by(conn, "alice")

    def shown() -> int:
        return int(alice.get(f"/api/activities/{parent}").get_json()["activity"]["replies_count"])

    replies = [activity_by(conn, "bob", reply_to=parent) for _ in range(4)]
    activity_by(conn, "bob", reply_to=replies[0])  # a reply to a reply
    assert shown() == 4
    expire(conn, replies[0])
    assert shown() == 3
    burn(bob, replies[1])
    assert shown() == 2
    conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'bob'")
    assert shown() == 0


GONE = {
    "expired": "UPDATE activities SET created_at = now() - interval '1 day', expires_at = now()",
    "suspended": "UPDATE users SET suspended_at = now() WHERE handle = 'alice'",
    "swept": "DELETE FROM activities",
    "no uuid": "SELECT",
}


@pytest.mark.parametrize("how", GONE)
def test_reply_to_what_is_gone_comes_back_to_stand_on_its_own(bob: FlaskClient, conn: Connection, how: str) -> None:
    parent: Any = activity_by(conn, "alice") if how != "no uuid" else "x"
    conn.execute(GONE[how])
    for fragment in (False, True):
        answer = reply(bob, parent, "a long reply", fragment=fragment)
        assert answer.status_code == 409
        assert "a long reply</textarea>" in answer.text
        assert ("<html" in answer.text) != fragment
    assert count(conn, "activity_keys") == 0
    fields = {name: text for name, text in fields_in(answer).items() if name != "csrf_token"}
    assert write(bob, "a long reply", **fields).status_code == 303
    made = conn.execute("SELECT reply_to_activity_uuid FROM activities WHERE message = 'a long reply'").fetchall()
    assert made == [(None,)]


def test_reply_whose_parent_is_swept_in_between_comes_back(
    alice: FlaskClient, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Violated("activities_parent")

    parent = activity_by(conn, "bob")
    monkeypatch.setattr(actions, "hit", refuse)
    answer = reply(alice, parent, "Too late.")
    assert answer.status_code == 409
    assert "Too late.</textarea>" in answer.text


# How deep a thread goes -----------------------------------------------------------------------------------------


@pytest.fixture
def deepest(conn: Connection) -> list[UUID]:
    """Three activities of carol, one below the other, the last as deep as a thread goes."""
    carol = make_user(conn, "carol")
    found = [make_activity(conn, carol)]
    for _ in range(2):
        found.append(make_activity(conn, carol, reply_to=found[-1]))
    conn.execute("UPDATE activities SET depth = depth + 98")
    return found


@pytest.mark.parametrize(("step_up", "fragment"), [(True, True), (False, False)], ids=["one step up", "on its own"])
def test_reply_too_deep_comes_back_with_ways_on(
    alice: FlaskClient, conn: Connection, deepest: list[UUID], step_up: bool, fragment: bool
) -> None:
    answer = reply(alice, deepest[2], "How deep is this?", fragment=fragment)
    assert answer.status_code == 409
    assert "How deep is this?</textarea>" in answer.text
    assert (count(conn, "activities"), count(conn, "activity_keys")) == (3, 0)
    above = re.findall(r'<button[^>]* name="reply_to_activity_uuid" value="([^"]+)"', answer.text)
    assert above == [str(deepest[1])]
    assert "reply_to_activity_uuid" not in fields_in(answer)
    chosen = {"reply_to_activity_uuid": above[0]} if step_up else {}
    assert write(alice, "How deep is this?", key=fields_in(answer)["key"], **chosen).status_code == 303
    made = conn.execute("SELECT reply_to_activity_uuid, depth FROM activities WHERE message LIKE 'How deep%'")
    assert made.fetchall() == [(deepest[1], 100) if step_up else (None, 0)]
    expire(conn, deepest[1])
    assert 'name="reply_to_activity_uuid"' not in reply(alice, deepest[2], fragment=fragment).text, "it is gone"
