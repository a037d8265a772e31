"""The end of the home feed: where one left off at the last visit, and what goes there."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from factories import make_activity
from flask import Flask
from flask.testing import FlaskClient
from verbs import FRAGMENT, count, signed_in, value

from webapp.db.connections import Connection
from webapp.db.database import Database
from webapp.web.paging import PAGE_SIZE

LINE = "You have read from here on"


@pytest.fixture
def reader(app: Flask, alice: UUID) -> FlaskClient:
    return signed_in(app)


def come_back(conn: Connection, minutes: int = 31) -> None:
    conn.execute("UPDATE read_marks SET seen_at = seen_at - make_interval(mins => %s)", [minutes])


def above_the_line(page: str) -> list[str] | None:
    """The messages above the line; None without one."""
    above, line, _ = page.partition(LINE)
    return re.findall(r'class="message" dir="auto">([^<]+)<', above) if line else None


def test_line_stands_where_the_last_visit_ended(reader: FlaskClient, conn: Connection, alice: UUID) -> None:
    make_activity(conn, alice, "old", age=timedelta(hours=2))
    pages = [reader.get("/").text]
    make_activity(conn, alice, "new", age=timedelta(hours=1))
    pages.append(reader.get("/").text)
    assert [LINE in page for page in pages] == [False, False], "the first visit goes on"
    assert "You are caught up." in pages[0], "all of it is shown"
    come_back(conn)
    make_activity(conn, alice, "newer", age=timedelta(minutes=1))
    for _ in range(2):  # the second look is of the same visit
        page = reader.get("/").text
        assert (above_the_line(page), page.count("You are caught up.")) == (["newer"], 1)
    come_back(conn)
    assert above_the_line(reader.get("/").text) == []


def test_only_the_whole_feed_from_its_beginning_is_read_and_followed(
    reader: FlaskClient, conn: Connection, alice: UUID
) -> None:
    """Without replies, or further down, what is new has not been seen and has no place."""
    number = value(conn, "SELECT number FROM activities WHERE uuid = %s", make_activity(conn, alice))
    for path in ("/?replies=no", f"/?before={number + 1}"):
        assert "data-read" not in reader.get(path).text, path
        assert count(conn, "read_marks") == 0, path
    assert "data-read" in reader.get("/").text
    assert count(conn, "read_marks") == 1


def test_line_is_drawn_once_wherever_a_page_ends(reader: FlaskClient, conn: Connection, alice: UUID) -> None:
    """What is unread may load by itself; what was read comes by a press."""
    for n in range(PAGE_SIZE + 5):
        make_activity(conn, alice, f"old {n}", age=timedelta(hours=2))
    reader.get("/")
    come_back(conn)
    newest = value(conn, "SELECT max(number) FROM activities")
    for unread in (PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1):
        conn.execute("DELETE FROM activities WHERE uuid IN (SELECT uuid FROM said WHERE message = 'new')")
        for _ in range(unread):
            make_activity(conn, alice, "new")
        conn.execute("UPDATE read_marks SET number = %s", [newest])
        shown, lines, path = 0, 0, "/"
        while path:
            page = reader.get(path, headers=FRAGMENT if shown else {}).text
            shown += page.count('<article class="activity"')
            lines += page.count(LINE)
            path = next(iter(re.findall(r'id="more-link" href="([^"]+)"', page)), "")
            assert ("intersect" in page) == (bool(path) and not lines)
        assert (shown, lines) == (unread + PAGE_SIZE + 5, 1)


def test_mark_is_written_where_something_newer_was_seen(
    reader: FlaskClient, conn: Connection, alice: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_activity(conn, alice, "old", age=timedelta(hours=1))
    writes, execute = [], Database.execute
    monkeypatch.setattr(Database, "execute", lambda db, name, **p: writes.append(name) or execute(db, name, **p))
    for path, wanted in (("/api/home", 0), ("/", 1), ("/", 0), ("/?before=9", 0), ("/public", 0)):
        reader.get(path)
        assert len(writes) == wanted, path
        writes.clear()
    own = make_activity(conn, alice, "nobody else sees it yet")
    conn.execute("UPDATE activities SET visible_from = now() + interval '10 seconds' WHERE uuid = %s", [own])
    reader.get("/")
    assert writes == [], "what others wrote meanwhile comes below it"
