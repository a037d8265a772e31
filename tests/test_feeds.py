"""Feeds, threads and their JSON: order, paging, stubs, and what never goes out."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from factories import make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import FRAGMENT, expire, number_of, signed_in, value, words
from ways import DatabaseUrls, settings_for

from webapp import create_app
from webapp.db.connections import Connection
from webapp.db.database import Database
from webapp.web.paging import PAGE_SIZE, Page, cursor


@pytest.fixture
def alice(conn: Connection) -> UUID:
    return make_user(conn)


def pages(client: FlaskClient, path: str, kind: str) -> list[list[str]]:
    """The numbers of every page, by following the link to the next, or by the last row of JSON."""
    found, cursor = [], None
    while True:
        query = {} if cursor is None else {"before": cursor}
        answer = client.get(path, query_string=query, headers=FRAGMENT if kind == "fragment" else {})
        assert answer.status_code == 200
        if kind == "json":
            rows = answer.get_json()
            found.append([row["number"] for row in rows])
            cursor = rows[-1]["number"] if len(rows) == PAGE_SIZE else None
        else:
            found.append([part.split('"')[0] for part in answer.text.split('id="activity-')[1:]])
            _, more, rest = answer.text.partition('id="more-link" href="')
            cursor = None
            if more:
                from html import unescape
                from urllib.parse import parse_qs, urlsplit

                cursor = parse_qs(urlsplit(unescape(rest.split('"')[0])).query)["before"][0]
        if cursor is None:
            return found


@pytest.mark.parametrize("kind", ["page", "fragment", "json"])
@pytest.mark.parametrize("path", ["/public", "/", "/@alice"])
def test_feed_is_paged_by_number_without_gap_or_double(
    client: FlaskClient, conn: Connection, alice: UUID, path: str, kind: str
) -> None:
    for n in range(2 * PAGE_SIZE + 5):
        make_activity(conn, alice, f"number {n}", age=timedelta(minutes=n // 3))
    wanted = [str(row[0]) for row in conn.execute("SELECT number FROM activities ORDER BY number DESC").fetchall()]
    if kind == "json":
        path = {"/public": "/api/public", "/": "/api/public", "/@alice": "/api/@alice"}[path]
    read = pages(client, path, kind)
    assert [len(page) for page in read] == [PAGE_SIZE, PAGE_SIZE, 5]
    assert [number for page in read for number in page] == wanted


def test_feed_of_exactly_a_page_has_no_link_further(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    for n in range(PAGE_SIZE):
        make_activity(conn, alice, age=timedelta(minutes=n), left=timedelta(minutes=30 + n * 60))
    page = client.get("/public")
    assert "more-link" not in page.text
    assert "You are caught up. 1 activity vanishes within the hour." in words(page)


def test_feed_keeps_its_place_while_others_write(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    for n in range(PAGE_SIZE + 3):
        make_activity(conn, alice, f"number {n}", age=timedelta(minutes=n + 1))
    rows = client.get("/api/public").get_json()
    make_activity(conn, alice, "newer")
    expire(conn, UUID(rows[-1]["uuid"]))  # even the row that the cursor names may be gone
    rest = client.get("/api/public", query_string={"before": rows[-1]["number"]}).get_json()
    assert [row["message"] for row in rest] == [f"number {n}" for n in range(PAGE_SIZE, PAGE_SIZE + 3)]


def test_home_signed_out_is_the_public_feed_and_json_needs_an_account(
    client: FlaskClient, conn: Connection, alice: UUID
) -> None:
    make_activity(conn, alice, "for all")
    assert "for all" in words(client.get("/"))
    assert client.get("/api/home").status_code == 401
    assert client.get("/api/home").get_json() == {"error": "Sign in first."}


def test_home_signed_in_is_the_community_with_a_composer(app: Flask, conn: Connection, alice: UUID) -> None:
    make_activity(conn, make_user(conn, "bob"), "by bob")
    page = signed_in(app).get("/")
    assert "by bob" in words(page)
    assert 'id="composer"' in page.text


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "-1",
        "+1",
        "1e3",
        "1.0",
        " 1",
        "\u0661\u0662",
        str(2**63),
        str(10**30),
        "infinity",
        "2026-11-23T12:00:00Z~x",
        "2026-11-23T12:00:00Z~5eedac00-0000-4000-8000-000000000001'--",
        "x" * 5000,
    ],
)
@pytest.mark.parametrize("path", ["/public?before=", "/api/public?before=", "/@alice?before="])
def test_cursor_that_is_none_is_a_404(client: FlaskClient, alice: UUID, path: str, cursor: str) -> None:
    from urllib.parse import quote

    assert client.get(path + quote(cursor)).status_code == 404


@pytest.mark.parametrize(
    "before",
    ["2026-11-23T12:00:00.123456Z~5eedac00-0000-4000-8000-000000000001", "0001-01-01T00:00:00+14:00~" + "f" * 36],
)
def test_cursor_of_the_release_before_gives_the_first_page(
    client: FlaskClient, conn: Connection, alice: UUID, before: str
) -> None:
    make_activity(conn, alice, "still here")
    for path in ("/public", "/api/public", "/@alice"):
        assert "still here" in client.get(path, query_string={"before": before}).text


def test_feed_goes_on_from_the_number_of_what_is_gone(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    made = [make_activity(conn, alice, f"number {n}", age=timedelta(minutes=n)) for n in range(3)]
    place = number_of(conn, made[1])
    conn.execute("DELETE FROM activities WHERE uuid = %s", [made[1]])
    found = client.get("/api/public", query_string={"before": place}).get_json()
    assert [row["message"] for row in found] == ["number 2"]


def test_page_knows_by_one_row_more_whether_the_list_goes_on() -> None:
    row = {"number": "117704801719681025"}
    assert cursor(row["number"]) == 117704801719681025
    assert cursor(None) is cursor("") is None
    assert cursor(str(2**63 - 1)) == 2**63 - 1
    assert Page.of([row] * 3, 3).next is None
    assert Page.of([row] * 4, 3) == Page([row] * 3, row["number"])


# Threads -------------------------------------------------------------------------------------------------------


def thread(client: FlaskClient, activity: UUID) -> dict[str, Any]:
    answer = client.get(f"/api/activities/{activity}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def drawn(items: list[dict[str, Any]]) -> list[tuple[int, str | None]]:
    return [(item["depth"], item["card"]["message"] if item["card"] else None) for item in items]


def test_thread_shows_what_it_answers_and_what_answers_it_in_order(
    client: FlaskClient, conn: Connection, alice: UUID
) -> None:
    root = make_activity(conn, alice, "root", age=timedelta(hours=5))
    middle = make_activity(conn, alice, "middle", age=timedelta(hours=4), reply_to=root)
    focus = make_activity(conn, alice, "focus", age=timedelta(hours=3), reply_to=middle)
    make_activity(conn, alice, "second", age=timedelta(hours=1), reply_to=focus)
    make_activity(conn, alice, "first", age=timedelta(hours=2), reply_to=focus)
    make_activity(conn, alice, "aside", reply_to=root)
    found = thread(client, focus)
    assert drawn(found["ancestors"]) == [(0, "root"), (0, "middle")]
    assert drawn(found["replies"]) == [(0, "first"), (0, "second")]
    shown = words(client.get(f"/@alice/status/{focus}")).partition("Skip to content")[2]
    places = [shown.index(word) for word in ("root", "middle", "focus", "first", "second")]
    assert places == sorted(places)
    assert "aside" not in shown


def test_thread_keeps_a_stub_where_something_below_lives(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    root = make_activity(conn, alice, "root", age=timedelta(hours=9))
    gone = make_activity(conn, alice, "gone", age=timedelta(hours=8), reply_to=root)
    deeper = make_activity(conn, alice, "deeper", age=timedelta(hours=7), reply_to=gone)
    alive = make_activity(conn, alice, "alive", age=timedelta(hours=6), reply_to=deeper)
    make_activity(conn, alice, "beside", age=timedelta(hours=5), reply_to=root)
    leaf = make_activity(conn, alice, "dead leaf", age=timedelta(hours=4), reply_to=root)
    expire(conn, gone, deeper, leaf)
    conn.execute(
        "UPDATE activities SET created_at = created_at + interval '1 day' WHERE uuid = ANY (%s)", [[gone, deeper, leaf]]
    )
    assert drawn(thread(client, root)["replies"]) == [(0, None), (1, None), (2, "alive"), (0, "beside")]
    assert drawn(thread(client, alive)["ancestors"]) == [(0, "root"), (0, None), (0, None)]
    page = client.get(f"/@alice/status/{root}")
    assert words(page).count("Something was here. Its time has passed.") == 2
    for stub in (gone, deeper, leaf):
        assert client.get(f"/@alice/status/{stub}").status_code == 404
        assert client.get(f"/api/activities/{stub}").status_code == 404
        assert f"activity-{number_of(conn, stub)}" not in page.text
    # When the last of them is gone, nothing is left of it.
    expire(conn, alive)
    assert drawn(thread(client, root)["replies"]) == [(0, "beside")]


@pytest.mark.parametrize("extra", [0, 1])
def test_thread_says_so_when_more_stands_below_a_stub_than_fits(
    client: FlaskClient, conn: Connection, alice: UUID, extra: int
) -> None:
    root = make_activity(conn, alice, "root")
    gone = make_activity(conn, alice, "gone", reply_to=root)
    conn.execute(
        "INSERT INTO activities (user_uuid, message, reply_to_activity_uuid, expires_at)"
        " SELECT %s, 'reply ' || n, %s, now() + interval '1 day' FROM generate_series(1, %s) AS n",
        [alice, gone, 199 + extra],
    )
    expire(conn, gone)
    found = thread(client, root)
    assert (len(found["replies"]), found["cut"]) == (200, bool(extra))
    assert ("This thread is long." in words(client.get(f"/@alice/status/{root}"))) == bool(extra)


@pytest.mark.parametrize(("stubs", "cut"), [(50, False), (51, True)])
def test_thread_says_so_when_stubs_go_deeper_than_it_looks(
    client: FlaskClient, conn: Connection, alice: UUID, stubs: int, cut: bool
) -> None:
    root = above = make_activity(conn, alice, "root")
    gone = []
    for _ in range(stubs):
        above = make_activity(conn, alice, "gone", reply_to=above)
        gone.append(above)
    make_activity(conn, alice, "alive at last", reply_to=above)
    expire(conn, *gone)
    found = thread(client, root)
    assert found["cut"] == cut
    assert ("alive at last" in str(found)) == (not cut)


def test_thread_keeps_the_place_of_what_has_more_dead_replies_than_it_looks_at(
    client: FlaskClient, conn: Connection, alice: UUID
) -> None:
    """Their newest live longest, so those are looked at first."""
    gone = make_activity(conn, alice, "gone")
    for _ in range(250):
        expire(conn, make_activity(conn, alice, "gone too", reply_to=gone))
    alive = make_activity(conn, alice, "alive", reply_to=gone)
    expire(conn, gone)
    assert [item["uuid"] for item in thread(client, alive)["ancestors"]] == [str(gone)]


def test_thread_keeps_the_place_of_what_has_many_dead_replies_that_were_answered(
    client: FlaskClient, conn: Connection, alice: UUID
) -> None:
    gone = make_activity(conn, alice, "gone")
    for _ in range(250):
        reply = make_activity(conn, alice, "gone too", reply_to=gone)
        expire(conn, reply)
        alive = make_activity(conn, alice, "alive", reply_to=reply)
    expire(conn, gone)
    assert [item["uuid"] for item in thread(client, alive)["ancestors"]] == [str(gone), str(reply)]


@pytest.mark.parametrize(("dead", "kept"), [(199, True), (200, False)])
def test_look_below_a_stub_is_bounded(
    client: FlaskClient, conn: Connection, alice: UUID, dead: int, kept: bool
) -> None:
    root = above = make_activity(conn, alice, "root")
    for _ in range(1 + dead):
        above = make_activity(conn, alice, "gone", reply_to=above)
        expire(conn, above)
    make_activity(conn, alice, "alive", reply_to=above)
    assert len(thread(client, root)["replies"]) == (51 if kept else 0)


def test_thread_tells_nothing_of_a_stub_but_its_place(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    bob = make_user(conn, "bob")
    gone = make_activity(conn, bob, "canary of bob")
    child = make_activity(conn, alice, "child", reply_to=gone)
    expire(conn, gone)
    for path in (f"/@alice/status/{child}", f"/api/activities/{child}"):
        answer = client.get(path)
        assert "canary" not in answer.text
        assert str(bob) not in answer.text
        assert "@bob" not in answer.text
    stub = thread(client, child)["ancestors"][0]
    assert stub["card"] is None
    assert set(stub) <= {"uuid", "number", "depth", "card"}


def test_thread_of_many_replies_is_paged(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    root = make_activity(conn, alice, "root", age=timedelta(days=1))
    replies = [
        make_activity(conn, alice, f"reply {n}", age=timedelta(minutes=90 - n), reply_to=root)
        for n in range(PAGE_SIZE + 4)
    ]
    found = thread(client, root)
    assert [item["uuid"] for item in found["replies"]] == [str(uuid) for uuid in replies[:PAGE_SIZE]]
    assert found["next"] == number_of(conn, replies[PAGE_SIZE - 1])
    rest = client.get(f"/api/activities/{root}", query_string={"after": found["next"]}).get_json()
    assert [item["uuid"] for item in rest["replies"]] == [str(uuid) for uuid in replies[PAGE_SIZE:]]
    assert rest["next"] is None
    fragment = client.get(f"/@alice/status/{root}", query_string={"after": found["next"]}, headers=FRAGMENT)
    assert [part.split('"')[0] for part in fragment.text.split('id="activity-')[1:]] == [
        number_of(conn, reply) for reply in replies[PAGE_SIZE:]
    ]
    assert "<html" not in fragment.text


def test_thread_of_any_depth_is_bounded(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    parent = make_activity(conn, alice, "root", age=timedelta(hours=10))
    chain = [parent]
    for n in range(120):
        chain.append(make_activity(conn, alice, f"step {n}", age=timedelta(seconds=30000 - n), reply_to=chain[-1]))
    assert len(thread(client, chain[-1])["ancestors"]) == 50
    expire(conn, *chain[1:-1])
    assert len(thread(client, chain[0])["replies"]) <= 51


@pytest.mark.parametrize("handle", ["bob", "nobody", "ALICE%20", "alice%0a"])
def test_thread_under_another_handle_is_a_404(client: FlaskClient, conn: Connection, alice: UUID, handle: str) -> None:
    make_user(conn, "bob")
    made = make_activity(conn, alice)
    assert client.get(f"/@alice/status/{made}").status_code == 200
    assert client.get(f"/@{handle}/status/{made}").status_code == 404


def test_thread_tells_crawlers_when_it_ends(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    made = make_activity(conn, alice)
    answer = client.get(f"/@alice/status/{made}")
    assert answer.headers["X-Robots-Tag"].startswith("noarchive, unavailable_after: ")
    assert answer.headers["X-Robots-Tag"].endswith(" GMT")
    assert "ETag" not in answer.headers
    assert "Last-Modified" not in answer.headers


# What never goes out -------------------------------------------------------------------------------------------


def test_column_that_is_added_later_never_goes_out(fresh_database: DatabaseUrls) -> None:
    """A secret column in every table and view: no route shows it."""
    with fresh_database.owner() as conn:
        alice = make_user(conn)
        make_user(conn, "bob")
        parent = make_activity(conn, alice, "hello @bob", left=timedelta(minutes=30))
        child = make_activity(conn, alice, "answer", reply_to=parent)
        for table in ("users", "activities", "sessions", "passwords", "activity_keys"):
            conn.execute(f"ALTER TABLE {table} ADD COLUMN secret_canary text DEFAULT 'canary-7f3a'")
        assert value(conn, "SELECT secret_canary FROM users") == "canary-7f3a"
        app = create_app(settings_for(fresh_database))
        for client in (app.test_client(), signed_in(app)):
            for path in (
                "/",
                "/public",
                "/@alice",
                f"/@alice/status/{parent}",
                f"/@alice/status/{child}",
                "/api/home",
                "/api/public",
                "/api/@alice",
                f"/api/activities/{parent}",
                f"/api/activities/{child}",
                "/compose",
                f"/compose?reply_to={parent}",
                f"/activities/{parent}/burn",
                "/sign-in",
                "/sign-up",
                "/nowhere",
            ):
                for headers in ({}, FRAGMENT):
                    text = client.get(path, headers=headers).text
                    assert "canary" not in text, path
                    assert "argon2" not in text
                    assert "alice@example.com" not in text
        app.extensions["db"].close()


def test_feed_is_one_statement_and_the_side_another(
    app: Flask, conn: Connection, alice: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(app)
    for _ in range(PAGE_SIZE):
        make_activity(conn, alice)
    asked: list[str] = []
    whole = Database._template

    def counting(self: Database, name: str, kind: str, params: dict[str, object]):
        asked.append(name)
        return whole(self, name, kind, params)

    monkeypatch.setattr(Database, "_template", counting)
    client.get("/")
    assert sorted(asked) == ["feeds/home", "feeds/vanishing", "sessions/viewer"]
    asked.clear()
    client.get("/api/home")
    app.test_client().get("/livez")
    assert sum(name.startswith("feeds/") for name in asked) <= 1


def test_json_is_postgresqls_and_names_its_type(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    made = make_activity(conn, alice, "<script>&\u2028")
    for path in ("/api/public", "/api/@alice", f"/api/activities/{made}"):
        answer = client.get(path)
        assert answer.mimetype == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "<script>&\u2028" in answer.text
    assert client.get(f"/api/activities/{uuid4()}").status_code == 404
    assert client.get("/api/@nobody").status_code == 404


def test_viewer_owns_what_they_wrote_and_nothing_else(app: Flask, conn: Connection, alice: UUID) -> None:
    make_activity(conn, alice, "mine")
    make_activity(conn, make_user(conn, "bob"), "bob's")
    own = {row["message"]: row["is_own"] for row in signed_in(app).get("/api/home").get_json()}
    assert own == {"mine": True, "bob's": False}
    assert not any(row["is_own"] for row in app.test_client().get("/api/public").get_json())


def test_vanishing_counts_what_ends_within_the_hour(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    for n in range(7):
        make_activity(conn, alice, f"soon {n}", left=timedelta(minutes=10 + n))
    make_activity(conn, alice, "later", left=timedelta(minutes=61))
    gone = make_activity(conn, alice, "gone", left=timedelta(minutes=5))
    expire(conn, gone)
    page = client.get("/public").text
    side = page[page.index('class="vanishing"') :]
    assert [f"soon {n}" in side for n in range(7)] == [True] * 5 + [False] * 2
    assert "and 2 more" in side
    assert "gone" not in side.split("</section>")[0]
