"""The promise: at the instant an activity is absent from every surface, and gone looks like never."""

import re
import time
from datetime import timedelta
from itertools import product
from unittest.mock import patch
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from factories import make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import FRAGMENT, activity_by, burn, expire, reply, send, signed_in, value, without_token, words
from ways import DatabaseUrls, settings_for

from webapp import create_app
from webapp.db.connections import Connection
from webapp.ops.sweep import sweep

CANARY = "canary of the harbour"
FOR_ALL = [
    "/", "/public", "/@alice", "/@alice/replies", "/@alice/likes", "/@alice/status/{}", "/activities/{}/acts",
    "/vanishing", "/api/public", "/api/@alice", "/api/activities/{}",
]  # fmt: skip
AUTHORS = ["/activities/{}/burn", "/activities/{}/fuse", "/settings/export.json", "/settings/export.html"]
SURFACES = [*FOR_ALL, "/api/home", "/compose?reply_to={}", *AUTHORS]
"""Every address that may show an activity."""
# What shows nobody's words: the files, the doors and what stands behind them, and whether the place is well.
WORDLESS = {
    "static", "live.alive", "live.stream", "health.livez", "health.readyz", "users.show", "users.show_preferences",
    "account.show_handle", "account.show_email", "account.show_password", "sessions.show", "leaving.show_export",
    "leaving.show_delete", "leaving.deleted", "sessions.sign_in", "sign_ups.sign_up", "feeds.people",
    "feeds.followers", "feeds.following", "follows.hidden", "drafts.show",
    "about.show", "about.promise", "sign_ups.join", "invitations.show", "invitations.show_one", "moderation.people",
    "moderation.audit", "moderation.ask_activity", "moderation.ask_person", "moderation.ask_somebody",
}  # fmt: skip
SEALED = {"moderation.queue", "moderation.settled"}
"""These show the sealed copies of reports, which have a life of their own."""


@pytest.fixture
def readers(app: Flask, conn: Connection, alice: UUID) -> dict[str, FlaskClient]:
    make_user(conn, "bob")
    return {"stranger": app.test_client(), "alice": signed_in(app), "bob": signed_in(app, "bob")}


def where_it_shows(readers: dict[str, FlaskClient], activity: UUID) -> set[tuple[str, str]]:
    return {
        (name, path)
        for (name, client), path, headers in product(readers.items(), SURFACES, ({}, FRAGMENT))
        if CANARY in client.get(path.format(activity), headers=headers).text
    }


def test_every_page_is_a_surface_or_shows_nobodys_words(app: Flask) -> None:
    addresses = app.url_map.bind("localhost")
    shown = {addresses.match(urlsplit(path.format(uuid4())).path)[0] for path in SURFACES}
    assert shown | WORDLESS | SEALED == {
        rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())
    }


def test_expired_activity_is_on_no_surface(readers: dict[str, FlaskClient], conn: Connection, alice: UUID) -> None:
    made = make_activity(conn, alice, CANARY, left=timedelta(minutes=30), reply_to=activity_by(conn, "bob", "above"))
    conn.execute("INSERT INTO likes (activity_uuid, user_uuid) VALUES (%s, %s)", [made, alice])
    wanted = {("stranger", path) for path in FOR_ALL} | {("alice", path) for path in SURFACES}
    wanted |= {("bob", path) for path in SURFACES if path not in AUTHORS}
    for end, shown in (((), wanted), ((made,), set())):
        expire(conn, *end)
        assert where_it_shows(readers, made) == shown
        assert ("1 activity" in words(readers["stranger"].get("/@alice"))) == bool(shown)
    # Nothing but the read hid it: the text is still on the disk, the sweep has not run.
    assert value(conn, "SELECT message FROM said WHERE uuid = %s", made) == CANARY


def test_column_that_is_added_later_never_goes_out(fresh_database: DatabaseUrls) -> None:
    """A secret column in every table: no route shows it."""
    with fresh_database.owner() as conn:
        parent = make_activity(conn, make_user(conn), "hello @alice", left=timedelta(minutes=30))
        child = activity_by(conn, "alice", "a reply", reply_to=parent)
        for table in ("users", "activities", "sessions", "passwords", "activity_keys"):
            conn.execute(f"ALTER TABLE {table} ADD COLUMN secret_canary text DEFAULT 'canary-7f3a'")
    app = create_app(settings_for(fresh_database))
    paths = [path.format(made) for path in (*SURFACES, "/sign-in", "/sign-up", "/nowhere") for made in (parent, child)]
    for client, path, headers in product((app.test_client(), signed_in(app)), paths, ({}, FRAGMENT)):
        answer = client.get(path, headers=headers)
        assert answer.status_code < 500
        secrets = ["canary", "argon2", *(["alice@example.com"] if "/export." not in path else [])]
        assert not [secret for secret in secrets if secret in answer.text], path
    app.extensions["db"].close()


def test_life_ends_at_its_very_instant(conn: Connection, alice: UUID) -> None:
    """In one transaction the clock stands still. That all surfaces read this one view is a rule over sql/."""
    with conn.transaction():
        for left in (timedelta(microseconds=1), timedelta(0)):
            make_activity(conn, alice, str(left), age=timedelta(hours=1), left=left)
        assert conn.execute("SELECT message FROM alive_activities").fetchall() == [(str(timedelta(microseconds=1)),)]


def test_gone_and_never_look_the_same(readers: dict[str, FlaskClient], conn: Connection, alice: UUID) -> None:
    """One 404: expired, burned, suspended, swept, a stub, another's handle, never: the same bytes and headers."""
    gone = {kind: make_activity(conn, alice, CANARY) for kind in ("expired", "burned", "stub", "swept")}
    gone["suspended"] = make_activity(conn, make_user(conn, "mallory", suspended=True), CANARY)
    expire(conn, gone["expired"], gone["stub"])
    make_activity(conn, alice, "child", reply_to=gone["stub"])
    burn(readers["alice"], gone["burned"])
    conn.execute("DELETE FROM activities WHERE uuid = %s", [gone["swept"]])
    other, never = activity_by(conn, "bob", CANARY), uuid4()
    forms = ["/@alice/status/{}", "/api/activities/{}", "/compose?reply_to={}", "/activities/{}/burn"]
    kinds = [{}, FRAGMENT, {"Accept-Language": "de"}, {"HX-Request": "true", "HX-Request-Type": "full"}]
    for (name, client), headers, form in product(readers.items(), kinds, forms):
        if name == "stranger" and form.startswith(("/compose", "/activities")):
            continue  # the way to sign in, which names the address that was asked for
        wanted = client.get(form.format(never), headers=headers)
        more = {"other handle": other} if "@alice" in form else {}  # under its own address it lives
        for kind, activity in (gone | more).items():
            got = client.get(form.format(activity), headers=headers)
            assert got.status_code == wanted.status_code == 404, (name, kind, form)
            assert without_token(got) == without_token(wanted), (name, kind, form)
            assert sorted(got.headers.items()) == sorted(wanted.headers.items())
            assert b"alice" not in got.data or name == "alice"
    for name, kind in product(("alice", "bob"), gone):
        got, wanted = (burn(readers[name], activity) for activity in (gone[kind], never))
        assert (got.status_code, without_token(got)) == (404, without_token(wanted)), (name, kind)


def test_activity_that_can_be_undone_is_its_authors_alone(
    readers: dict[str, FlaskClient], conn: Connection, alice: UUID
) -> None:
    asked = make_activity(conn, alice, "Who has the key?", left=timedelta(minutes=30))
    made = make_activity(conn, alice, CANARY, left=timedelta(minutes=30), reply_to=asked)
    conn.execute("UPDATE activities SET visible_from = now() + interval '1 hour' WHERE uuid = %s", [made])
    assert {name for name, _ in where_it_shows(readers, made)} == {"alice"}
    for name, replies in (("alice", 1), ("bob", 0), ("stranger", 0)):
        assert readers[name].get(f"/api/activities/{asked}").get_json()["activity"]["replies_count"] == replies
        assert ("2 activities" in words(readers[name].get("/@alice"))) == bool(replies)
        assert ("2 vanish within" in words(readers[name].get("/public"))) == bool(replies)
    assert send(readers["bob"], f"/activities/{made}/like").status_code == 404
    assert reply(readers["bob"], made).status_code == 409


def test_clock_of_the_application_has_no_influence(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    make_activity(conn, alice, CANARY, left=timedelta(minutes=30.5))
    expire(conn, make_activity(conn, alice, "over and done"))
    real = time.time
    for skew in (-3600, 3600):
        with patch.object(time, "time", lambda skew=skew: real() + skew):
            page = client.get("/public").text
        assert [said in page for said in (CANARY, "30 min left", "over and done")] == [True, True, False]


def test_sweep_changes_nothing_that_anybody_sees(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    root = make_activity(conn, alice, "root", age=timedelta(hours=3))
    gone = make_activity(conn, alice, CANARY, age=timedelta(hours=2), reply_to=root)
    make_activity(conn, alice, "below", age=timedelta(hours=1), reply_to=gone)
    expire(conn, gone, make_activity(conn, alice, CANARY))

    def seen() -> str:
        pages = "".join(client.get(path).text for path in ("/public", "/@alice", f"/@alice/status/{root}"))
        return re.sub(r'data-(left|read)="[^"]+"', "", pages)

    before = seen()
    assert CANARY not in before
    sweep(client.application.extensions["db"])
    assert seen() == before
    rows = conn.execute("SELECT message FROM said ORDER BY message NULLS FIRST").fetchall()
    assert rows == [(None,), ("below",), ("root",)]
