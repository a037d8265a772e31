"""Who is here, and what ends next."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

from factories import make_activity, make_user
from flask.testing import FlaskClient
from verbs import FRAGMENT, expire, words

from webapp.db.connections import Connection
from webapp.web.paging import PAGE_SIZE


def pages(client: FlaskClient, path: str, pattern: str) -> list[list[str]]:
    """What each page of a list shows, the first as a page and the others as fragments."""
    found: list[list[str]] = []
    while path:
        page = client.get(path, headers=FRAGMENT if found else {}).text
        found.append(re.findall(pattern, page.partition("<aside")[0]))
        path = unescape(next(iter(re.findall(r'id="more-link" href="([^"]+)"', page)), ""))
    return found


def test_ending_lists_all_in_order_of_ending(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    with conn.transaction():  # all of these end in pairs, at one instant
        for n in range(PAGE_SIZE + 5):
            make_activity(conn, alice, f"n{n:02}", left=timedelta(days=1, minutes=n // 2))
    found = pages(client, "/vanishing", r'class="message" dir="auto">(n\d+)<')
    assert [len(page) for page in found] == [PAGE_SIZE, 5]
    order = conn.execute("SELECT message FROM activities ORDER BY expires_at, uuid").fetchall()
    assert [(word,) for page in found for word in page] == order
    for bad in ("x", "2026-11-23", "2026-11-23T12:00:00~x", f"2026-11-23T12:00:00~{alice}", f"infinity~{alice}"):
        assert client.get("/vanishing", query_string={"after": bad}).status_code == 404, bad


def test_people_stand_by_their_newest_words(client: FlaskClient, conn: Connection) -> None:
    """Whose words are over stands where they joined; who is suspended is not there."""
    bio, handles = "First line.\nSecond.", ("ann", "ben", "cat", "dan")
    people = {handle: make_user(conn, handle, password=None, bio=bio) for handle in handles}
    make_user(conn, "mallory", password=None, suspended=True)
    make_activity(conn, people["ben"], "later", age=timedelta(hours=2))
    make_activity(conn, people["ben"], "earlier", age=timedelta(hours=4))
    make_activity(conn, people["ann"], age=timedelta(hours=3))
    expire(conn, make_activity(conn, people["dan"]))
    conn.execute("UPDATE users SET number = number - (24 * 3600000::bigint << 16)")  # they joined yesterday
    page = client.get("/people")
    assert re.findall(r'href="/@(\w+)">', page.text.partition("<aside")[0]) == ["ben", "ann", "dan", "cat"]
    assert re.findall(r"Last wrote (\d h) ago|Here since", words(page)) == ["2 h", "3 h", "", ""]
    assert ("First line." in page.text, "Second." in page.text) == (True, False)


def test_people_are_paged_without_gap_or_double(client: FlaskClient, conn: Connection) -> None:
    everybody = [f"user_{n:02}" for n in range(2 * PAGE_SIZE + 3)]
    for n, handle in enumerate(everybody):
        person = make_user(conn, handle, password=None)
        if n % 3:
            make_activity(conn, person, age=timedelta(minutes=n))
    found = pages(client, "/people", r'href="/@(\w+)">')
    assert [len(page) for page in found] == [PAGE_SIZE, PAGE_SIZE, 3]
    assert sorted(handle for page in found for handle in page) == everybody
