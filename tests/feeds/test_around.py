"""Who is here, and what ends next."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

from factories import make_activity, make_user
from flask.testing import FlaskClient
from verbs import FRAGMENT, expire, send, signed_in, words
from werkzeug.test import TestResponse

from webapp.db.connections import Connection
from webapp.web.paging import PAGE_SIZE

LISTED = r'<p><a class="name" href="/@(\w+)">'  # a line of the list, and none of "Here today"


def listed(page: TestResponse) -> list[str]:
    return re.findall(LISTED, page.text)


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
    order = conn.execute("SELECT message FROM said ORDER BY expires_at, uuid").fetchall()
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
    assert listed(page) == ["ben", "ann", "dan", "cat"]
    said = r"Last wrote (\d h) ago|Here since"
    assert re.findall(said, words(page)) == ["2 h", "3 h", "", ""]
    assert re.findall(said, words(client.get("/people?q=ben"))) == ["2 h"], "found, it says the same"
    assert ("First line." in page.text, "Second." in page.text) == (True, False)


def test_people_are_paged_without_gap_or_double(client: FlaskClient, conn: Connection) -> None:
    everybody = [f"user_{n:02}" for n in range(2 * PAGE_SIZE + 3)]
    for n, handle in enumerate(everybody):
        person = make_user(conn, handle, password=None)
        if n % 3:
            make_activity(conn, person, age=timedelta(minutes=n))
    found = pages(client, "/people", LISTED)
    assert [len(page) for page in found] == [PAGE_SIZE, PAGE_SIZE, 3]
    assert sorted(handle for page in found for handle in page) == everybody


def test_people_are_found_by_how_handle_or_name_begins(client: FlaskClient, conn: Connection) -> None:
    for handle, name in (("ann", "Zoë"), ("ben", "Annika"), ("hannah", "Hannah"), ("anton", "%"), ("mal", "Anne"),
                         ("nerys", "Nerys van der Pughalder")):  # fmt: skip
        make_user(conn, handle, password=None, display_name=name, suspended=handle == "mal")
    for sought, found in {
        "ann": ["ben", "ann"], "ANNI": ["ben"], "@an": ["anton", "ben", "ann"], "zoë": ["ann"], "%": ["anton"],
        "_": [], "nobody": [], "pughal": ["nerys"], "VAN DER": ["nerys"], "ughalder": [], "nerys v": ["nerys"],
        " ": ["nerys", "anton", "hannah", "ben", "ann"],
    }.items():  # fmt: skip
        for headers in ({}, FRAGMENT):
            assert listed(client.get("/people", query_string={"q": sought}, headers=headers)) == found, sought


def test_people_who_blocked_do_not_meet(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    make_user(conn, "bob")
    both = [signed_in(client.application, handle) for handle in ("alice", "bob")]
    for path in ("/people", "/people?q=b", "/people?q=a"):
        for reader in both:
            assert listed(reader.get(path)), path
    send(both[0], "/@bob/block")
    assert [listed(reader.get("/people")) for reader in both] == [["alice"], ["bob"]]
    assert (listed(both[0].get("/people?q=b")), listed(both[1].get("/people?q=a"))) == ([], [])


def test_here_today_are_those_who_wrote_and_for_the_signed_in_those_who_read(
    client: FlaskClient, conn: Connection, alice: UUID
) -> None:
    wrote, longer_ago = make_user(conn, "wrote", password=None), make_user(conn, "longer", password=None)
    make_user(conn, "bob")
    make_activity(conn, wrote)
    make_activity(conn, longer_ago, age=timedelta(hours=25))
    make_activity(conn, make_user(conn, "mallory", password=None, suspended=True))
    signed_in(client.application, "bob")
    reader = signed_in(client.application)

    def here(reader: FlaskClient) -> list[str]:
        return re.findall(r'class="name" href="/@(\w+)">', reader.get("/public").text.partition("<aside")[2])

    assert (sorted(here(reader)), here(client)) == (["bob", "wrote"], ["wrote"])
    conn.execute("UPDATE sessions SET created_at = now() - interval '2 days', seen_at = now() - interval '25 hours'")
    assert here(reader) == here(client) == ["wrote"]
    assert client.get("/people").text.count("Here today") == 1


def test_home_offers_people_until_one_follows_somebody(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    reader = signed_in(client.application)
    assert "until you follow somebody" not in words(reader.get("/")), "there is nobody else"
    for handle in ("ann", "ben", "cat"):
        make_activity(conn, make_user(conn, handle, password=None))
    send(reader, "/@ann/mute")
    page = reader.get("/")
    assert ("until you follow somebody" in words(page), "People to follow" in page.text) == (True, True)
    assert re.findall(r'formaction="/@(\w+)/follow"', page.text) == ["cat", "ben"]
    send(reader, "/@ben/follow")
    page = reader.get("/")
    assert ("until you follow somebody" in words(page), "People to follow" in page.text) == (False, False)


def test_empty_home_leads_to_everybody_once_one_follows_somebody(
    client: FlaskClient, conn: Connection, alice: UUID
) -> None:
    make_user(conn, "ann", password=None)
    reader, told = signed_in(client.application), "home shows whom you follow."
    assert told not in words(reader.get("/"))
    send(reader, "/@ann/follow")
    empty = reader.get("/").text.partition('<p class="empty">')[2].partition("</p>")[0]
    assert (told in empty, 'href="/public"' in empty) == (True, True)
    assert told not in words(reader.get("/public"))
