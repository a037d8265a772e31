"""Threads: order, stubs for what is gone, and how far a page looks."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from factories import make_activity, make_user
from flask.testing import FlaskClient
from verbs import FRAGMENT, expire, number_of

from webapp.db.connections import Connection
from webapp.web.paging import PAGE_SIZE


def thread(client: FlaskClient, activity: UUID, **query: str) -> dict[str, Any]:
    return client.get(f"/api/activities/{activity}", query_string=query).get_json()


def drawn(items: list[dict[str, Any]]) -> list[tuple[int, str | None]]:
    return [(item["depth"], item["card"]["message"] if item["card"] else None) for item in items]


def replies_to(conn: Connection, activity: UUID, count: int, ends: str = "1 day") -> list[UUID]:
    """So many replies at once, which have that to live; oldest first."""
    found = conn.execute(
        "INSERT INTO activities (user_uuid, message, reply_to_activity_uuid, created_at, expires_at)"
        " SELECT user_uuid, 'reply', uuid, now() - interval '2 days', now() + %s::interval"
        " FROM activities, generate_series(1, %s) WHERE uuid = %s RETURNING uuid",
        [ends, count, activity],
    )
    return [row[0] for row in found.fetchall()]


def test_thread_shows_all_in_order(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    root = make_activity(conn, alice, "root", age=timedelta(hours=5))
    middle = make_activity(conn, alice, "middle", age=timedelta(hours=4), reply_to=root)
    focus = make_activity(conn, alice, "focus", age=timedelta(hours=3), reply_to=middle)
    for message, hours, parent in (("second", 1, focus), ("first", 2, focus), ("elsewhere", 0, root)):
        make_activity(conn, alice, message, age=timedelta(hours=hours), reply_to=parent)
    found = thread(client, focus)
    assert drawn(found["ancestors"]) == [(0, "root"), (0, "middle")]
    assert drawn(found["replies"]) == [(0, "first"), (0, "second")]
    page = client.get(f"/@alice/status/{focus}").text.partition("<main")[2]
    places = re.findall(">(root|middle|focus|first|second|elsewhere)<", page)
    assert places == ["root", "middle", "focus", "first", "second"]


def test_thread_keeps_a_stub_where_something_below_lives(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    root = make_activity(conn, alice, "root", age=timedelta(hours=9))
    gone = make_activity(conn, alice, "gone", age=timedelta(hours=8), reply_to=root)
    deeper = make_activity(conn, alice, "deeper", age=timedelta(hours=7), reply_to=gone)
    alive = make_activity(conn, alice, "alive", age=timedelta(hours=6), reply_to=deeper)
    make_activity(conn, alice, "beside", age=timedelta(hours=5), reply_to=root)
    leaf = make_activity(conn, alice, "dead leaf", age=timedelta(hours=4), reply_to=root)
    expire(conn, gone, deeper, leaf)
    assert drawn(thread(client, root)["replies"]) == [(0, None), (1, None), (2, "alive"), (0, "beside")]
    assert drawn(thread(client, alive)["ancestors"]) == [(0, "root"), (0, None), (0, None)]
    page = client.get(f"/@alice/status/{root}").text
    assert [f"activity-{number_of(conn, stub)}" in page for stub in (gone, deeper, leaf)] == [False] * 3
    expire(conn, alive)
    assert drawn(thread(client, root)["replies"]) == [(0, "beside")], "with the last of them all is gone"


def test_thread_tells_nothing_of_a_stub_but_its_place(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    bob = make_user(conn, "bob")
    gone = make_activity(conn, bob, "canary of bob")
    child = make_activity(conn, alice, "child", reply_to=gone)
    expire(conn, gone)
    shown = client.get(f"/@alice/status/{child}").text + client.get(f"/api/activities/{child}").text
    assert not [word for word in ("canary", str(bob), "@bob") if word in shown]
    stub = {"uuid": str(gone), "number": number_of(conn, gone), "depth": 0, "card": None}
    assert thread(client, child)["ancestors"] == [stub]


def test_thread_of_many_replies_is_paged(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    root = make_activity(conn, alice, "root")
    numbers = [number_of(conn, reply) for reply in replies_to(conn, root, PAGE_SIZE + 4)]
    found = thread(client, root)
    assert [item["number"] for item in found["replies"]] == numbers[:PAGE_SIZE]
    assert found["next"] == numbers[PAGE_SIZE - 1]
    rest = thread(client, root, after=found["next"])
    assert ([item["number"] for item in rest["replies"]], rest["next"]) == (numbers[PAGE_SIZE:], None)
    page = f"/@alice/status/{root}"
    fragment = client.get(page, query_string={"after": found["next"]}, headers=FRAGMENT).text
    assert re.findall(r'id="activity-(\d+)"', fragment) == numbers[PAGE_SIZE:]
    assert "<html" not in fragment
    assert client.get(page, query_string={"after": "x"}).status_code == 404


def test_thread_tells_crawlers_when_it_ends(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    path = f"/@alice/status/{make_activity(conn, alice)}"
    answer = client.get(path)
    assert answer.headers["X-Robots-Tag"].startswith("noarchive, unavailable_after: ")
    assert not {"ETag", "Last-Modified"} & set(answer.headers.keys())
    conn.execute("DELETE FROM activities")
    later = {"If-None-Match": "*", "If-Modified-Since": "Mon, 23 Nov 2099 12:00:00 GMT"}
    assert client.get(path, headers=later).status_code == 404


def test_thread_tells_of_more_replies_than_fit(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    root = make_activity(conn, alice, "root")
    (gone,) = replies_to(conn, root, 1, "-1 day")
    for more, cut in ((199, False), (1, True)):
        replies_to(conn, gone, more)
        found = thread(client, root)
        assert (len(found["replies"]), found["cut"]) == (200, cut)
        assert ('class="cut' in client.get(f"/@alice/status/{root}").text) == cut


def test_thread_looks_down_200_places_and_up_fifty(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    dead = [make_activity(conn, alice, "root")]
    for _ in range(201):
        dead += replies_to(conn, dead[-1], 1, "-1 day")
    alive = make_activity(conn, alice, "alive", reply_to=dead[-1])
    assert (thread(client, dead[0])["replies"], len(thread(client, alive)["ancestors"])) == ([], 50)
    for top, cut in ((dead[1], True), (dead[150], True), (dead[151], False)):
        conn.execute("UPDATE activities SET expires_at = now() + interval '1 day' WHERE uuid = %s", [top])
        found = thread(client, top)
        assert (len(found["replies"]), found["cut"], found["replies"][-1]["uuid"] == str(alive)) == (51, cut, not cut)


def test_thread_keeps_a_stub_of_many_dead_replies(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    """Their newest live longest, so those are looked at first; with what was replied to each, too."""
    gone = make_activity(conn, alice, "gone")
    dead = replies_to(conn, gone, 250, "-1 day")
    alive = make_activity(conn, alice, "alive", reply_to=gone)
    expire(conn, gone)
    assert [item["uuid"] for item in thread(client, alive)["ancestors"]] == [str(gone)]
    expire(conn, alive)
    for reply in dead:
        (alive,) = replies_to(conn, reply, 1)
    assert [item["uuid"] for item in thread(client, alive)["ancestors"]] == [str(gone), str(reply)]
