"""Threads: the whole tree in order, stubs for what is gone, and how much a page shows."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from factories import make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import expire, number_of, reply, signed_in

from webapp.db.connections import Connection


def thread(client: FlaskClient, activity: UUID, **query: str) -> dict[str, Any]:
    return client.get(f"/api/activities/{activity}", query_string=query).get_json()


def drawn(items: list[dict[str, Any]]) -> list[tuple[int, str | None]]:
    return [(item["depth"], item["card"]["message"] if item["card"] else None) for item in items]


def replies_to(conn: Connection, activity: UUID, count: int, ends: str = "1 day") -> list[UUID]:
    """So many replies at once, which have that to live; oldest first."""
    found = conn.execute(
        "WITH made AS (INSERT INTO activities (user_uuid, reply_to_activity_uuid, created_at, expires_at)"
        " SELECT user_uuid, uuid, now() - interval '2 days', now() + %s::interval"
        " FROM activities, generate_series(1, %s) WHERE uuid = %s RETURNING uuid, number), worded AS ("
        "INSERT INTO activity_texts (activity_uuid, message) SELECT uuid, 'reply' FROM made)"
        " SELECT uuid FROM made ORDER BY number",
        [ends, count, activity],
    )
    return [row[0] for row in found.fetchall()]


def test_thread_shows_the_whole_tree_in_order(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    root = make_activity(conn, alice, "root", age=timedelta(hours=5))
    middle = make_activity(conn, alice, "middle", age=timedelta(hours=4), reply_to=root)
    focus = make_activity(conn, alice, "focus", age=timedelta(hours=3), reply_to=middle)
    second = make_activity(conn, alice, "second", age=timedelta(hours=1), reply_to=focus)
    first = make_activity(conn, alice, "first", age=timedelta(hours=2), reply_to=focus)
    inner = make_activity(conn, alice, "inner", age=timedelta(minutes=20), reply_to=first)
    for message, parent in (("innermost", inner), ("next to it", first), ("last", second), ("elsewhere", root)):
        make_activity(conn, alice, message, reply_to=parent)
    found = thread(client, focus)
    assert drawn(found["ancestors"]) == [(0, "root"), (0, "middle")]
    below = [(0, "first"), (1, "inner"), (2, "innermost"), (1, "next to it"), (0, "second"), (1, "last")]
    assert drawn(found["replies"]) == below
    page = client.get(f"/@alice/status/{focus}").text.partition("<main")[2]
    shown = re.findall(r'class="place" data-depth="(\d)"|class="message" dir="auto">([^<]+)<', page)
    words = [word for _, word in shown if word]
    assert words == ["root", "middle", "focus", *(message for _, message in below)]
    assert [int(depth) for depth, _ in shown if depth][2:] == [depth for depth, _ in below]


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
    stub = {"uuid": str(gone), "number": number_of(conn, gone), "depth": 0, "muted": False, "card": None}
    assert thread(client, child)["ancestors"] == [stub]


def test_thread_tells_crawlers_when_it_ends(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    path = f"/@alice/status/{make_activity(conn, alice)}"
    answer = client.get(path)
    assert answer.headers["X-Robots-Tag"].startswith("noarchive, unavailable_after: ")
    assert not {"ETag", "Last-Modified"} & set(answer.headers.keys())
    conn.execute("DELETE FROM activities")
    later = {"If-None-Match": "*", "If-Modified-Since": "Mon, 23 Nov 2099 12:00:00 GMT"}
    assert client.get(path, headers=later).status_code == 404


def test_thread_goes_on_where_it_is_cut(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    root = make_activity(conn, alice, "root")
    first, *_ = replies_to(conn, root, 100)
    below, page = replies_to(conn, first, 100), f"/@alice/status/{root}"
    assert (len(thread(client, root)["replies"]), thread(client, root)["cut"]) == (200, False)
    assert 'class="cut' not in client.get(page).text
    (last,) = replies_to(conn, root, 1)
    found = thread(client, root)
    assert ([item["uuid"] for item in found["replies"]][:102], found["cut"]) == (
        [*map(str, (first, *below)), found["replies"][101]["uuid"]], True
    )  # fmt: skip
    on = "Continue this thread"
    assert f'href="/@alice/status/{last}">{on}' in client.get(page).text
    replies_to(conn, last, 1)
    expire(conn, last)
    assert "Open a reply to read on." in client.get(page).text, "a stub has no page"
    here = {"HX-Current-URL": f"http://localhost{page}", "HX-Target": "form#composer-1"}
    assert on in reply(signed_in(client.application), first, fragment=True, headers=here).text, "one place less"


def test_thread_is_read_as_deep_as_it_goes(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    chain = [make_activity(conn, alice)]
    for n in range(100):
        chain += replies_to(conn, chain[-1], 1, "-1 day" if n % 2 else "1 day")
    assert [item["uuid"] for item in thread(client, chain[0])["replies"]] == [str(uuid) for uuid in chain[1:-1]]
    (alive,) = replies_to(conn, chain[-2], 1)
    assert [item["uuid"] for item in thread(client, alive)["ancestors"]] == [str(uuid) for uuid in chain[:-1]]


def test_thread_offers_strangers_the_way_to_reply(app: Flask, conn: Connection, alice: UUID) -> None:
    page = f"/@alice/status/{make_activity(conn, alice)}"
    stranger, person = app.test_client().get(page).text, signed_in(app).get(page).text
    assert re.search(rf'href="/sign-in\?next={re.escape(page)}">\s*Sign in to reply', stranger)
    assert "Sign in to reply" not in person


def test_thread_keeps_a_stub_of_many_dead_replies(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    """Their newest live longest, so those are looked at first; with what was replied to each, too."""
    gone = make_activity(conn, alice, "gone")
    dead = replies_to(conn, gone, 250, "-1 day")
    alive = make_activity(conn, alice, "alive", reply_to=gone)
    expire(conn, gone)
    assert [item["uuid"] for item in thread(client, alive)["ancestors"]] == [str(gone)]
    expire(conn, alive)
    for stub in dead:
        (alive,) = replies_to(conn, stub, 1)
    assert [item["uuid"] for item in thread(client, alive)["ancestors"]] == [str(gone), str(stub)]
