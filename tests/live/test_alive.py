"""The question that pages without a stream ask."""

from datetime import timedelta

import pytest
from factories import make_activity
from flask import Flask
from flask.testing import FlaskClient
from verbs import activity_by, number_of, user_uuid, value
from ways import MakeApp

from webapp.db.connections import Connection


def test_tells_what_is_left_what_is_gone_and_what_is_new(
    client: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    since = value(conn, "SELECT extract(epoch FROM clock_timestamp())")
    lives, ended = activity_by(conn, "alice"), activity_by(conn, "alice")
    his = make_activity(conn, user_uuid(conn, "bob"), reply_to=lives)
    hidden = activity_by(conn, "alice")
    conn.execute(
        "UPDATE activities SET created_at = now() - interval '1 hour', expires_at = now() WHERE uuid = %s", [ended]
    )
    conn.execute("UPDATE activities SET visible_from = now() + interval '1 hour' WHERE uuid = %s", [hidden])
    one, two, three, four = (number_of(conn, each) for each in (lives, ended, his, hidden))
    both = "home everybody"
    first, reply = {"parent": None, "feeds": both}, {"parent": one, "feeds": both}
    for browser, new in ((client, {one: first, three: reply}), (bob, {one: first})):
        told = browser.get("/alive", query_string={"numbers": f"{one},{two},{four},5", "since": since}).json
        week = 7 * 86_400_000
        assert week - 60_000 < told["ends"].pop(one) <= week
        assert told["ends"] == {two: 0, four: 0, "5": 0}
        assert told["new"] == new
        assert float(since) < told["at"]
    assert told["handle"] == "bob"
    assert client.get("/alive").json["handle"] is None


def test_asks_about_a_hundred_at_most_and_without_a_time_nothing_is_new(alice: FlaskClient, conn: Connection) -> None:
    make_activity(conn, user_uuid(conn, "bob"), left=timedelta(hours=1))
    told = alice.get("/alive", query_string={"numbers": ",".join(map(str, range(1, 200)))}).json
    assert len(told["ends"]) == 100
    assert told["new"] == {}


@pytest.mark.parametrize("query", ["numbers=a", "numbers=1,-2", "since=x", "since=nan", "since=1e9"])
def test_what_is_no_number_is_nothing(client: FlaskClient, query: str) -> None:
    assert client.get(f"/alive?{query}").status_code == 404


def test_private_place_tells_strangers_nothing(make_app: MakeApp, app: Flask) -> None:
    assert make_app(PUBLIC_FEED="no").test_client().get("/alive").status_code == 303
