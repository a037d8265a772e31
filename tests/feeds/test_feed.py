"""Feeds: order, paging, and what stands beside them."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from factories import make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import FRAGMENT, expire, signed_in, words, write
from ways import MakeApp

from webapp.db.connections import Connection
from webapp.db.database import Database
from webapp.errors import NotFound
from webapp.web.paging import PAGE_SIZE, cursor


def pages(client: FlaskClient, path: str, headers: dict[str, str]) -> list[list[str]]:
    """The numbers of every page, by following the link to the next, or by the last row of JSON."""
    found: list[list[str]] = []
    before: list[str] = []
    while not found or before:
        answer = client.get(path, query_string={"before": before}, headers=headers)
        assert answer.status_code == 200
        if answer.is_json:
            found.append([row["number"] for row in answer.get_json()])
            before = found[-1][PAGE_SIZE - 1 :]
        else:
            found.append(re.findall(r'id="activity-(\d+)"', answer.text))
            before = re.findall(r'id="more-link" href="[^"]*before=(\d+)', answer.text)
    return found


def test_feed_is_paged_by_number_without_gap_or_double(app: Flask, conn: Connection, alice: UUID) -> None:
    for n in range(2 * PAGE_SIZE):
        make_activity(conn, alice, f"number {n}", age=timedelta(minutes=n // 3))
    wanted = [str(row[0]) for row in conn.execute("SELECT number FROM activities ORDER BY number DESC").fetchall()]
    person, stranger = signed_in(app), app.test_client()
    ways = [(person, "/", {}), (person, "/", FRAGMENT), (person, "/api/home", {}), (stranger, "/", {})]
    ways += [(stranger, f"{room}{path}", {}) for room in ("", "/api") for path in ("/public", "/@alice")]
    for client, path, headers in [*ways, (stranger, "/public", FRAGMENT), (stranger, "/@alice", FRAGMENT)]:
        read = pages(client, path, headers)
        assert [len(page) for page in read] == [PAGE_SIZE, PAGE_SIZE, *([0] if "api" in path else [])], path
        assert [number for page in read for number in page] == wanted, path


def test_feed_keeps_its_place_while_rows_come_and_go(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    for n in range(PAGE_SIZE + 3):
        make_activity(conn, alice, f"number {n}", age=timedelta(minutes=n + 1))
    last = client.get("/api/public").get_json()[-1]
    make_activity(conn, alice, "newer")
    expire(conn, UUID(last["uuid"]))
    for _ in range(2):
        rest = client.get("/api/public", query_string={"before": last["number"]}).get_json()
        assert [row["message"] for row in rest] == [f"number {n}" for n in range(PAGE_SIZE, PAGE_SIZE + 3)]
        conn.execute("DELETE FROM activities WHERE uuid = %s", [last["uuid"]])  # as the sweep does


def test_mentions_are_all_that_fit_into_a_message(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    handles = [f"m{chr(97 + n % 26)}{n // 26}" for n in range(54)]
    for handle in handles:
        make_user(conn, handle)
    make_activity(conn, alice, " ".join(["\uff20MA0さん", *(f"@{handle}" for handle in handles[1:])]))
    assert sorted(client.get("/api/public").get_json()[0]["mentions"]) == sorted(handles)
    assert client.get("/public").text.count("<bdi>@m") == 53
    assert '<a href="/@ma0"><bdi>\uff20MA0</bdi></a>さん' in client.get("/public").text


def test_handle_in_an_address_is_folded_once(client: FlaskClient, conn: Connection) -> None:
    made = make_activity(conn, make_user(conn, "idor"), "a card")
    for handle, status in (("IDOR", 200), ("\u0130dor", 404), ("\u0131dor", 404)):
        for path in (f"/@{handle}", f"/@{handle}/status/{made}"):
            assert client.get(path).status_code == status, path


def test_cursor_is_a_number_or_of_the_release_before_or_a_404(client: FlaskClient, alice: UUID) -> None:
    largest, uuid = 2**63 - 1, "5eedac00-0000-4000-8000-000000000001"
    assert [cursor(text) for text in (None, "", "0", str(largest))] == [None, None, 0, largest]
    assert cursor(f"2026-11-23T12:00:00.123456Z~{uuid}") is cursor(f"0001-01-01T00:00:00+14:00~{'f' * 36}") is None
    for text in (
        "x", "-1", "+1", "1e3", "1.0", " 1", "\u0661\u0662", str(largest + 1), "infinity", "x" * 5000,
        "2026-11-23T12:00:00Z~x", f"2026-11-23T12:00:00Z~{uuid}'--",
    ):  # fmt: skip
        with pytest.raises(NotFound):
            cursor(text)
    for path in ("/public", "/api/public", "/@alice", "/api/@alice"):
        assert client.get(path, query_string={"before": "x"}).status_code == 404, path


def test_feed_is_one_statement_and_the_side_another(app: Flask, alice: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    client, asked, whole = signed_in(app), [], Database._template
    monkeypatch.setattr(Database, "_template", lambda db, name, *more: asked.append(name) or whole(db, name, *more))
    client.get("/")
    beside = ["feeds/here", "feeds/suggested", "feeds/vanishing"]
    assert sorted(asked) == sorted(["feeds/home", "feeds/mark", "sessions/viewer", *beside])


def test_vanishing_counts_what_ends_within_the_hour(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    for n in range(7):
        make_activity(conn, alice, f"soon {n}", left=timedelta(minutes=10 + n))
    make_activity(conn, alice, "later", left=timedelta(minutes=61))
    expire(conn, make_activity(conn, alice, "gone", left=timedelta(minutes=5)))
    side = client.get("/public").text.partition('class="vanishing"')[2].partition("</section>")[0]
    assert re.findall(r"(soon \d|later|gone)", side) == [f"soon {n}" for n in range(5)]
    assert re.search(r'<a href="/vanishing">\s*and 2 more</a>', side)


def test_feed_without_replies_keeps_that_as_it_goes_on(app: Flask, conn: Connection, alice: UUID) -> None:
    for _ in range(PAGE_SIZE + 2):
        make_activity(conn, alice, reply_to=make_activity(conn, alice, "question", age=timedelta(hours=1)))
    for client, path in ((signed_in(app), "/"), (app.test_client(), "/public")):
        page = client.get(path, query_string={"replies": "no"}).text
        further = unescape(re.findall(r'id="more-link" href="([^"]+)"', page)[0])
        shown = page + client.get(further).text
        assert shown.count('<article class="activity"') == PAGE_SIZE + 2
        assert 'class="replying"' not in shown
        assert (f'href="{path}">With replies' in page, "Without replies" in client.get(path).text) == (True, True)


def test_feed_comes_back_down_to_a_number(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    """For Back: one request brings what somebody had loaded, up to 200 cards, and goes on from there."""
    for n in range(210):
        make_activity(conn, alice, age=timedelta(minutes=n))
    numbers = [str(row[0]) for row in conn.execute("SELECT number FROM activities ORDER BY number DESC").fetchall()]
    for until, shown in ((60, 61), (209, 200), (3, PAGE_SIZE)):
        page = client.get("/public", query_string={"until": numbers[until]}).text
        assert re.findall(r'id="activity-(\d+)"', page) == numbers[:shown]
        assert f"before={numbers[shown - 1]}" in page
    rest = client.get("/public", query_string={"before": numbers[199], "until": numbers[209]}, headers=FRAGMENT).text
    assert (re.findall(r'id="activity-(\d+)"', rest), "You are caught up" in rest) == (numbers[200:], True)


def test_newcomer_is_welcomed_until_the_first_words(app: Flask, alice: UUID) -> None:
    client = signed_in(app)
    assert "Welcome, Alice ." in words(client.get("/"))
    first, second = (write(client, fragment=True, headers={"HX-Target": "div#feed"}) for _ in range(2))
    assert ["You can burn it sooner." in answer.text for answer in (first, second)] == [True, False]
    assert "Welcome, Alice" not in words(client.get("/"))


def test_side_says_what_the_operator_says_and_nothing_else(make_app: MakeApp, alice: UUID) -> None:
    for environment, said in (({}, 0), ({"COMMUNITY_ABOUT": "By the sea."}, 1)):
        side = signed_in(make_app(**environment)).get("/").text.partition("<aside")[2]
        assert (side.count("By the sea."), "Everything said here" in side) == (said, False)
