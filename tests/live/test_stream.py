"""What one stream is told, by the hub that all streams of a process share; without a server."""

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from factories import make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import activity_by, burn, number_of, send, signed_in, user_uuid, value, write
from ways import DatabaseUrls, MakeApp, wait_for

from webapp.db.connections import Connection
from webapp.errors import Unavailable
from webapp.live import hub as hub_module

Open = Callable[..., "Listening"]


class Listening:
    """A browser that listens: `next()` is the next event; comments are passed over."""

    def __init__(self, client: FlaskClient, query: str, headers: dict[str, str]) -> None:
        self.response = client.get(f"/stream{query}", headers=headers)
        assert (self.response.status_code, self.response.mimetype) == (200, "text/event-stream")
        self.lines = iter(self.response.response)

    def raw(self) -> str:
        return next(piece.decode() for piece in self.lines if b"data:" in piece)

    def next(self) -> dict[str, Any]:
        return json.loads(self.raw().partition("data: ")[2])

    def close(self) -> None:
        self.response.close()


@pytest.fixture
def listen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens streams, and ends them after the test. Ticks are short here."""
    monkeypatch.setattr(hub_module, "TICK", 0.02)
    opened: list[Listening] = []

    def listen(client: FlaskClient, query: str = "", **headers: str) -> Listening:
        opened.append(Listening(client, query, headers))
        return opened[-1]

    yield listen
    for one in opened:
        one.close()


def now(conn: Connection) -> float:
    return float(value(conn, "SELECT extract(epoch FROM clock_timestamp())"))


def new(parent: str | None = None) -> dict[str, Any]:
    return {"parent": parent, "feeds": "home everybody"}


def test_others_hear_of_what_is_written_and_burned_and_its_author_only_of_the_burn(
    listen: Open, app: Flask, alice: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    streams = [listen(client, f"?since={now(conn)}") for client in (bob, alice)]
    write(alice, "Never in an event.")
    number = number_of(conn, value(conn, "SELECT uuid FROM activities"))
    first = streams[0].raw()
    assert "Never" not in first
    assert json.loads(first.partition("data: ")[2])["new"] == {number: new()}
    burn(alice, value(conn, "SELECT uuid FROM activities"))
    for stream in streams:
        told = stream.next()
        assert (told["new"], told["ends"]) == ({}, {number: 0})


def test_what_is_not_out_yet_is_told_to_nobody_and_its_end_to_its_author(
    listen: Open, alice: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    hers, his = listen(alice, f"?since={now(conn)}"), listen(bob, f"?since={now(conn)}")
    plain = activity_by(conn, "bob", "Out.")
    with conn.transaction():
        secret = activity_by(conn, "alice")
        conn.execute("UPDATE activities SET visible_from = now() + interval '1 hour' WHERE uuid = %s", [secret])
    numbers = number_of(conn, secret), number_of(conn, plain)
    burn(alice, secret)
    assert any(numbers[0] in hers.next()["ends"] for _ in range(3))
    burn(bob, plain)
    heard = his.next()
    assert (heard["new"], heard["ends"]) == ({}, {numbers[1]: 0})


def test_reply_is_told_with_what_it_replies_to_unless_the_page_counted_it(
    listen: Open, app: Flask, bob: FlaskClient, conn: Connection
) -> None:
    """What was visible before the page's time is told once more for safety."""
    author = user_uuid(conn, "alice")
    top = make_activity(conn, author, age=timedelta(hours=1))
    conn.execute("UPDATE activities SET visible_from = created_at")
    stream = listen(bob, f"?since={now(conn)}")
    wait_for(lambda: app.extensions["live"]._at)
    with conn.transaction():
        early = make_activity(conn, author, age=timedelta(seconds=3), reply_to=top)
        conn.execute("UPDATE activities SET visible_from = created_at WHERE uuid = %s", [early])
    assert stream.next()["new"] == {number_of(conn, early): new()}
    late = make_activity(conn, author, reply_to=top)
    assert stream.next()["new"] == {number_of(conn, late): new(number_of(conn, top))}


def test_new_end_is_told_as_what_is_left(listen: Open, bob: FlaskClient, conn: Connection) -> None:
    stream = listen(bob, f"?since={now(conn)}")
    conn.execute(
        "INSERT INTO withdrawals (number, user_uuid, audience, expires_at)"
        " VALUES (7, gen_random_uuid(), 'everyone', now() + interval '1 hour')"
    )
    assert 3_590_000 < stream.next()["ends"]["7"] <= 3_600_000


def test_row_that_is_committed_late_is_told_once(
    listen: Open, bob: FlaskClient, conn: Connection, database_urls: DatabaseUrls
) -> None:
    """Written before another, and committed after that was told."""
    stream = listen(bob, f"?since={now(conn)}")
    with database_urls.owner() as slow, slow.transaction():
        late = number_of(slow, activity_by(slow, "alice", "Late."))
        early = number_of(conn, activity_by(conn, "alice", "Early."))
        assert numbers_of(stream, 1) == [early]
    last = number_of(conn, activity_by(conn, "alice", "The last."))
    assert numbers_of(stream, 2) == [late, last]


def numbers_of(stream: Listening, count: int) -> list[str]:
    """The next so many numbers that are new."""
    told: list[str] = []
    while len(told) < count:
        heard = stream.next()["new"]
        assert heard, "a beat: nothing comes any more"
        told += heard
    return told


@pytest.mark.parametrize("how", ["header", "query"])
def test_stream_goes_on_where_the_one_before_it_ended(
    listen: Open, make_app: MakeApp, bob: FlaskClient, conn: Connection, how: str
) -> None:
    """At another process, too: what is of the time before, and no more than that, is told at once."""
    make_activity(conn, user_uuid(conn, "alice"), age=timedelta(minutes=1))
    since = now(conn)
    conn.execute("UPDATE activities SET visible_from = created_at")
    missed = activity_by(conn, "alice")
    other = signed_in(make_app(), "bob")
    given = {"Last-Event-ID": str(since)} if how == "header" else {}
    stream = listen(other, "" if given else f"?since={since}", **given)
    assert stream.next()["new"] == {number_of(conn, missed): new()}


def test_stream_that_comes_back_too_late_or_hears_too_much_asks(
    listen: Open, bob: FlaskClient, conn: Connection
) -> None:
    assert listen(bob, f"?since={now(conn) - 700}").next()["ask"]
    stream = listen(bob, f"?since={now(conn)}")
    conn.execute(
        "INSERT INTO withdrawals (number, user_uuid, audience, expires_at)"
        " SELECT n, gen_random_uuid(), 'everyone', now() FROM generate_series(1, 201) AS n"
    )
    told = stream.next()
    assert told["ask"]
    assert told["ends"] == {}


def test_quiet_stream_says_that_it_lives(
    listen: Open, bob: FlaskClient, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "BEAT", 0.05)
    stream = listen(bob)
    first, second = stream.next(), stream.next()
    assert (first["new"], first["ends"]) == ({}, {})
    assert second["at"] > first["at"]


def test_database_that_is_away_loses_nothing(
    listen: Open, app: Flask, bob: FlaskClient, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile only comments come: nothing that would say that all is told."""
    monkeypatch.setattr(hub_module, "BEAT", 0.05)
    stream, db = listen(bob), app.extensions["db"]
    stream.next()
    whole, asked = db.query_object, itertools.count()

    def away(*_: object, **__: object) -> None:
        next(asked)
        raise Unavailable("away")

    monkeypatch.setattr(db, "query_object", away)
    wait_for(lambda: next(asked) > 3)
    number = number_of(conn, activity_by(conn, "alice"))
    drained = [next(stream.lines) for _ in range(3)]
    assert drained[-1] == b":\n\n"
    monkeypatch.setattr(db, "query_object", whole)
    assert stream.next()["new"] == {number: new()}


@pytest.mark.parametrize("end", ["DELETE FROM sessions", "UPDATE users SET suspended_at = now()"])
def test_stream_ends_with_its_session(
    listen: Open, bob: FlaskClient, conn: Connection, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(hub_module, "CHECK", 0.02)
    stream = listen(bob)
    conn.execute(end)
    assert [piece for piece in stream.lines if not piece.startswith((b"retry", b"id"))] == [
        b"event: over\ndata: {}\n\n"
    ]


def test_bound_of_a_person_and_of_the_process(
    listen: Open, alice: FlaskClient, bob: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = [listen(bob) for _ in range(3)]
    refused = bob.get("/stream")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
    three[0].close()
    listen(bob)
    monkeypatch.setattr(hub_module, "MOST", 4)
    listen(alice)
    assert alice.get("/stream").status_code == 503


def test_nobody_asks_the_database_once_the_last_stream_is_left_and_again_for_the_next(
    listen: Open, app: Flask, bob: FlaskClient, conn: Connection
) -> None:
    hub = app.extensions["live"]
    listen(bob).close()
    wait_for(lambda: hub._poller is None)
    missed = activity_by(conn, "alice")
    assert listen(bob, f"?since={now(conn) - 60}").next()["new"] == {number_of(conn, missed): new()}


def test_streams_end_when_the_worker_stops(listen: Open, app: Flask, bob: FlaskClient) -> None:
    stream, hub = listen(bob), app.extensions["live"]
    next(stream.lines)
    hub.working = lambda: False
    assert list(stream.lines) == []


def test_stream_is_told_what_its_viewer_may_see_and_in_which_feed(
    listen: Open, alice: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    """Bob follows Alice and blocks Mallory, whose words he is not told of; Alice's for followers he is."""
    hers, his = user_uuid(conn, "alice"), user_uuid(conn, "bob")
    mallory, carol = make_user(conn, "mallory", password=None), make_user(conn, "carol", password=None)
    conn.execute("INSERT INTO follows (user_uuid, followed_uuid) VALUES (%s, %s)", [his, hers])
    conn.execute("INSERT INTO blocks (user_uuid, blocked_uuid) VALUES (%s, %s)", [his, mallory])
    both = listen(bob, f"?since={now(conn)}"), listen(alice, f"?since={now(conn)}")
    with conn.transaction():
        followers, members, blocked = (make_activity(conn, author) for author in (hers, carol, mallory))
        conn.execute(
            "UPDATE activities SET audience = 'followers', circle_user_uuid = %s WHERE uuid = %s", [hers, followers]
        )
        conn.execute("UPDATE activities SET audience = 'members' WHERE uuid = %s", [members])
    numbers = {uuid: number_of(conn, uuid) for uuid in (followers, members, blocked)}
    feeds = [{number: told["feeds"] for number, told in stream.next()["new"].items()} for stream in both]
    assert feeds == [
        {numbers[followers]: "home everybody", numbers[members]: "everybody"},
        {numbers[members]: "home everybody", numbers[blocked]: "home everybody"},
    ]
    burn(alice, followers)
    assert [stream.next()["ends"] for stream in both] == [{numbers[followers]: 0}] * 2


def test_block_makes_the_pages_of_both_ask(
    listen: Open, alice: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    streams = [listen(client, f"?since={now(conn)}") for client in (alice, bob)]
    assert send(alice, "/@bob/block").status_code == 303
    assert all(stream.next()["ask"] for stream in streams)
