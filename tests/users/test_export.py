"""Settings: everything of one's own that is alive, as two files."""

import json
import re
from datetime import timedelta

from factories import make_user
from flask.testing import FlaskClient
from verbs import activity_by, reply, send, user_uuid, words, write

from webapp.db.connections import Connection

LISTS = ("activities", "drafts", "likes", "follows", "mutes", "blocks", "reports", "sessions")


def fill(conn: Connection, alice: FlaskClient) -> None:
    """One of each kind that is alive, and some that are over or another's."""
    own, bob, carol = user_uuid(conn, "alice"), user_uuid(conn, "bob"), make_user(conn, "carol")
    liked = activity_by(conn, "bob", "words of bob")
    over = [activity_by(conn, handle, "gone", left=timedelta(seconds=-1)) for handle in ("alice", "bob")]
    write(alice, "alive <b>", audience="members")
    send(alice, "/drafts", message="begun")
    conn.execute(
        "INSERT INTO drafts (user_uuid, kind, message, expires_at, created_at)"
        " VALUES (%s, 'activity', 'gone', now(), now() - interval '1 day')",
        [own],
    )
    for activity in (liked, *over):
        conn.execute("INSERT INTO likes (activity_uuid, user_uuid) VALUES (%s, %s)", [activity, own])
    for table, column, other in (("follows", "followed", bob), ("mutes", "muted", bob), ("blocks", "blocked", carol)):
        conn.execute(f"INSERT INTO {table} (user_uuid, {column}_uuid) VALUES (%s, %s)", [own, other])
        conn.execute(f"INSERT INTO {table} (user_uuid, {column}_uuid) VALUES (%s, %s)", [bob, carol])
    conn.execute("INSERT INTO mutes (user_uuid, muted_uuid, expires_at) VALUES (%s, %s, now())", [own, carol])
    for reporter, words_ in ((own, "too loud"), (bob, "another's")):
        conn.execute(
            "INSERT INTO reports (reporter_uuid, user_uuid, kind, words, expires_at)"
            " VALUES (%s, %s, 'spam', %s, 'infinity')",  # open still
            [reporter, carol, words_],
        )


def test_export_holds_everything_of_ones_own_that_is_alive(conn: Connection, alice: FlaskClient) -> None:
    fill(conn, alice)
    for ending in ("json", "html"):
        answer = alice.get(f"/settings/export.{ending}")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="alice.{ending}"'
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert not [word for word in ("gone", "another's", "words of bob") if f">{word}" in answer.text]
    found = json.loads(alice.get("/settings/export.json").data)
    assert found["profile"]["email"] == "alice@example.com"
    assert {name: len(found[name]) for name in LISTS} == dict.fromkeys(LISTS, 1)
    (activity,), (liked,), (blocked,) = found["activities"], found["likes"], found["blocks"]
    assert (activity["message"], activity["audience"]) == ("alive <b>", "members")
    assert (found["drafts"][0]["message"], found["reports"][0]["words"]) == ("begun", "too loud")
    assert (liked["handle"], blocked["handle"]) == ("bob", "carol")
    answer = alice.get("/settings/export.html")
    assert not re.search(r"[a-z]_[a-z]|\dT\d", words(answer)), "no column's name, no machine's time"
    page = words(answer)
    assert all(shown in page for shown in ("alive <b>", "begun", "too loud", "@carol", "alice@example.com"))


def test_export_shows_nobody_elses(conn: Connection, alice: FlaskClient, bob: FlaskClient) -> None:
    activity = activity_by(conn, "alice", "mine")
    reply(bob, activity, "of bob")
    assert [own["message"] for own in json.loads(bob.get("/settings/export.json").data)["activities"]] == ["of bob"]


def test_export_names_nobody_who_blocked_its_owner(conn: Connection, alice: FlaskClient) -> None:
    fill(conn, alice)
    conn.execute("UPDATE mutes SET expires_at = 'infinity'")
    conn.execute(
        "INSERT INTO blocks (user_uuid, blocked_uuid)"
        " SELECT carol.uuid, alice.uuid FROM users AS carol, users AS alice"
        " WHERE carol.handle = 'carol' AND alice.handle = 'alice'"
    )
    answer = alice.get("/settings/export.json")
    found = json.loads(answer.data)
    assert ("carol" in answer.text, [muted["handle"] for muted in found["mutes"]]) == (False, ["bob"])
    assert found["reports"] == []
