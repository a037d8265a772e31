"""The promise: at the instant an activity is absent from every surface, and gone looks like never."""

import re
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from factories import make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import FRAGMENT, burn, count, expire, reply, signed_in, token_for, value, without_token, words

from webapp.db.connections import Connection
from webapp.db.database import Database
from webapp.ops.sweep import sweep

CANARY = "canary of the harbour"


@pytest.fixture
def conn(conn: Connection) -> Connection:
    """With alice and bob."""
    make_user(conn)
    make_user(conn, "bob")
    return conn


def user(conn: Connection, handle: str) -> UUID:
    found: UUID = value(conn, "SELECT uuid FROM users WHERE handle = %s", handle)
    return found


def surfaces(activity: UUID) -> list[str]:
    """Every address that may show an activity."""
    return [
        "/",
        "/public",
        "/@alice",
        f"/@alice/status/{activity}",
        "/api/home",
        "/api/public",
        "/api/@alice",
        f"/api/activities/{activity}",
        f"/compose?reply_to={activity}",
        f"/activities/{activity}/burn",
    ]


# What shows nobody's words: the files, the doors and what stands behind them, and whether the place is well.
WORDLESS = {
    "static", "health.livez", "health.readyz", "users.show", "users.show_handle", "sessions.sign_in", "sign_ups.sign_up"
}  # fmt: skip


def test_every_page_is_a_surface_or_shows_nobodys_words(app: Flask) -> None:
    addresses = app.url_map.bind("localhost")
    shown = {addresses.match(urlsplit(path).path)[0] for path in surfaces(uuid4())}
    assert shown | WORDLESS == {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}


def readers(app: Flask) -> dict[str, FlaskClient]:
    return {"stranger": app.test_client(), "alice": signed_in(app), "bob": signed_in(app, "bob")}


def where_it_shows(app_readers: dict[str, FlaskClient], activity: UUID) -> set[tuple[str, str]]:
    return {
        (name, path)
        for name, client in app_readers.items()
        for path in surfaces(activity)
        for headers in ({}, FRAGMENT)
        if CANARY in client.get(path, headers=headers).text
    }


def test_expired_activity_is_on_no_surface(app: Flask, conn: Connection) -> None:
    made = make_activity(conn, user(conn, "alice"), CANARY, left=timedelta(minutes=30))
    people = readers(app)
    before = where_it_shows(people, made)
    assert {path for _, path in before} == set(surfaces(made)), "the test sees it everywhere before"
    expire(conn, made)
    assert where_it_shows(people, made) == set()
    # Nothing but the read hid it: the text is still on the disk, the sweep has not run.
    assert value(conn, "SELECT message FROM activities") == CANARY


def test_expired_activity_counts_nowhere(app: Flask, conn: Connection) -> None:
    parent = make_activity(conn, user(conn, "alice"), "parent")
    made = make_activity(conn, user(conn, "alice"), CANARY, left=timedelta(minutes=30), reply_to=parent)
    client = app.test_client()
    assert "2 activities" in words(client.get("/@alice"))
    expire(conn, made)
    assert "1 activity" in words(client.get("/@alice"))
    assert client.get("/api/public").get_json()[0]["replies_count"] == 0
    assert "Nothing vanishes within the hour" in client.get("/public").text


@pytest.mark.parametrize("act", ["burn", "reply"])
def test_expired_activity_takes_no_act(app: Flask, conn: Connection, act: str) -> None:
    alice = signed_in(app)
    token = token_for(alice)
    made = make_activity(conn, user(conn, "alice"), CANARY)
    expire(conn, made)
    before = conn.execute("SELECT uuid, user_uuid, message, expires_at FROM activities").fetchall()
    answer = burn(alice, made, csrf_token=token) if act == "burn" else reply(alice, made, csrf_token=token)
    assert answer.status_code == (404 if act == "burn" else 409)
    assert CANARY not in answer.text
    assert conn.execute("SELECT uuid, user_uuid, message, expires_at FROM activities").fetchall() == before


def test_gone_and_never_look_the_same(app: Flask, conn: Connection) -> None:
    """One 404: expired, burned, suspended, swept, a stub, another's handle, never: the same bytes and headers."""
    alice = user(conn, "alice")
    people = readers(app)
    expired, burned, stub, swept = (make_activity(conn, alice, CANARY) for _ in range(4))
    mallory = make_activity(conn, make_user(conn, "mallory", suspended=True), CANARY)
    expire(conn, expired, stub)
    make_activity(conn, alice, "child", reply_to=stub)
    burn(people["alice"], burned)
    conn.execute("DELETE FROM activities WHERE uuid = %s", [swept])
    other = make_activity(conn, user(conn, "bob"), CANARY)
    never = uuid4()
    kinds = {
        "expired": expired,
        "burned": burned,
        "stub": stub,
        "swept": swept,
        "suspended": mallory,
        "other handle": other,
    }
    for name, client in people.items():
        for headers in ({}, FRAGMENT, {"Accept-Language": "de"}, {"HX-Request": "true", "HX-Request-Type": "full"}):
            for form in ("/@alice/status/{}", "/api/activities/{}", "/compose?reply_to={}", "/activities/{}/burn"):
                wanted = client.get(form.format(never), headers=headers)
                for kind, activity in kinds.items():
                    if kind == "other handle" and "@alice" not in form:
                        continue  # under its own address it lives
                    got = client.get(form.format(activity), headers=headers)
                    assert got.status_code == wanted.status_code, (name, kind, form)
                    assert got.status_code == (
                        404 if name != "stranger" or "status" in form or "api" in form else wanted.status_code
                    )
                    if got.status_code == 303:
                        continue  # the way to sign in, which names the address that was asked for
                    assert without_token(got) == without_token(wanted), (name, kind, form)
                    assert sorted(got.headers.items()) == sorted(wanted.headers.items())
                    assert b"alice" not in got.data or name == "alice"
        if name != "stranger":
            wanted = burn(client, never)
            for kind in ("expired", "burned", "stub", "swept", "suspended"):
                got = burn(client, kinds[kind])
                assert (got.status_code, without_token(got)) == (404, without_token(wanted))


def test_conditional_request_revives_nothing(app: Flask, conn: Connection) -> None:
    made = make_activity(conn, user(conn, "alice"), CANARY)
    client = app.test_client()
    first = client.get(f"/@alice/status/{made}")
    expire(conn, made)
    again = client.get(
        f"/@alice/status/{made}",
        headers={
            "If-None-Match": first.headers.get("ETag", '"x"'),
            "If-Modified-Since": "Mon, 23 Nov 2099 12:00:00 GMT",
        },
    )
    assert again.status_code == 404


def test_activity_crosses_its_instant_on_every_surface(app: Flask, conn: Connection) -> None:
    """A real short life, polled around its end by the clock of the database: before it shows, after it never does."""
    made = make_activity(conn, user(conn, "alice"), CANARY)
    people = readers(app)
    paths = surfaces(made)
    began = time.monotonic()
    for client in people.values():
        for path in paths:
            client.get(path)
    left = timedelta(seconds=1.5 + 3 * (time.monotonic() - began))  # one round, at least, before the end
    ends = value(conn, "UPDATE activities SET expires_at = clock_timestamp() + %s RETURNING expires_at", left)
    seen_before, seen_after, asked_after = set(), set(), 0
    deadline = time.monotonic() + 20 + 10 * left.total_seconds()
    while asked_after < 2 * len(paths) * len(people):
        assert time.monotonic() < deadline
        for name, client in people.items():
            for path in paths:
                # The database's clock on both sides of the read brackets the moment at which it ran.
                begins = value(conn, "SELECT clock_timestamp()")
                shown = CANARY in client.get(path).text
                finished = value(conn, "SELECT clock_timestamp()")
                if begins >= ends:
                    asked_after += 1
                    if shown:
                        seen_after.add((name, path))
                elif finished < ends and shown:
                    seen_before.add(path)
    assert seen_after == set()
    assert {"/", "/public", "/@alice", f"/@alice/status/{made}"} <= seen_before


def test_clock_of_the_application_has_no_influence(
    app: Flask, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_activity(conn, user(conn, "alice"), CANARY, left=timedelta(minutes=30))
    gone = make_activity(conn, user(conn, "alice"), "over and done")
    expire(conn, gone)
    real = time.time
    for skew in (-3600, 3600):
        monkeypatch.setattr(time, "time", lambda skew=skew: real() + skew)
        page = app.test_client().get("/public").text
        assert CANARY in page
        assert "over and done" not in page
        assert "30 minutes left" in page
    monkeypatch.undo()
    assert made


# The sweep -----------------------------------------------------------------------------------------------------


@pytest.fixture
def db(settings) -> Iterator[Database]:
    database = Database(settings)
    yield database
    database.close()


def test_sweep_changes_nothing_that_anybody_sees(app: Flask, conn: Connection, db: Database) -> None:
    alice = user(conn, "alice")
    root = make_activity(conn, alice, "root", age=timedelta(hours=3))
    gone = make_activity(conn, alice, CANARY, age=timedelta(hours=2), reply_to=root)
    make_activity(conn, alice, "below", age=timedelta(hours=1), reply_to=gone)
    leaf = make_activity(conn, alice, CANARY)
    expire(conn, gone, leaf)
    client = app.test_client()

    def seen() -> list[str]:
        pages = [client.get(path).text for path in ("/public", "/@alice", f"/@alice/status/{root}")]
        return [re.sub(r'data-left="[0-9-]+"', "", page) for page in pages]

    before = seen()
    assert CANARY not in "".join(before)
    sweep(db)
    assert seen() == before
    rows = conn.execute("SELECT message FROM activities ORDER BY message NULLS FIRST").fetchall()
    assert [row[0] for row in rows] == [None, "below", "root"]


def test_sweep_twice_at_once_leaves_what_lives(conn: Connection, settings) -> None:
    alice = user(conn, "alice")
    for n in range(60):
        parent = make_activity(conn, alice, f"dead {n}")
        child = make_activity(conn, alice, "dead child", reply_to=parent)
        expire(conn, parent, child)
    alive = make_activity(conn, alice, "alive")
    databases = [Database(settings) for _ in range(3)]
    totals: list[int] = []
    threads = [
        threading.Thread(target=lambda d=d: totals.append(sweep(d, batch=7).counts["deleted"])) for d in databases
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    for database in databases:
        sweep(database)
        database.close()
    assert conn.execute("SELECT uuid FROM activities").fetchall() == [(alive,)]
    assert sum(totals) <= 120


def test_sweep_takes_nothing_before_its_instant(conn: Connection, db: Database) -> None:
    alice = user(conn, "alice")
    make_activity(conn, alice, left=timedelta(seconds=5))
    sweep(db)
    assert count(conn, "activities") == 1
