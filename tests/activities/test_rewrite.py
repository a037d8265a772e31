"""Rewrite: burned, and the text comes back to its author."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from verbs import activity_by, count, fields_in, reply, send, user_uuid, value, words

from webapp.db.connections import Connection


@pytest.mark.parametrize("fragment", [False, True])
def test_rewrite_burns_and_gives_the_text_back(
    alice: FlaskClient, bob: FlaskClient, conn: Connection, fragment: bool
) -> None:
    parent = activity_by(conn, "bob")
    made = activity_by(conn, "alice", "with a tpyo", reply_to=parent, age=timedelta(hours=5), left=timedelta(days=6.8))
    reply(bob, made, "it has a typo")
    send(bob, f"/activities/{made}/like")
    answer = send(alice, f"/activities/{made}/rewrite", fragment=fragment)
    to = answer.headers["HX-Redirect"] if fragment else answer.location
    draft = value(conn, "SELECT uuid FROM drafts")
    assert (answer.status_code, to) == (204 if fragment else 303, f"/compose?draft={draft}")
    page = alice.get(to)
    assert "with a tpyo</textarea>" in page.text
    assert 'value="7-days" checked' in page.text, "the lifespan it was given"
    assert fields_in(page)["reply_to_activity_uuid"] == str(parent)
    assert value(conn, "SELECT message FROM said WHERE uuid = %s", made) is None
    assert count(conn, "likes") == 0
    assert value(conn, "SELECT audience FROM withdrawals") == "everyone"
    assert value(conn, "SELECT user_uuid FROM drafts") == user_uuid(conn, "alice")
    assert send(alice, f"/activities/{made}/rewrite").status_code == 404


def test_what_rewrite_and_burn_cost_is_said_before(alice: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    made = activity_by(conn, "alice")
    fuse, burn = f"/activities/{made}/fuse", f"/activities/{made}/burn"
    assert not [path for path in (fuse, burn) if "stay, below" in words(alice.get(path))]
    for _ in range(2):
        reply(bob, made)
    send(bob, f"/activities/{made}/like")
    assert "2 replies stay, below an empty place. Its like goes." in words(alice.get(fuse))
    assert "2 replies stay, below an empty place." in words(alice.get(burn))
