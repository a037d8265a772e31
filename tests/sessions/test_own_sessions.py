"""Settings: where one is signed in, and how that ends."""

import re

from factories import make_user
from flask import Flask
from verbs import count, send, signed_in, words

from webapp.db.connections import Connection

LIST = "/settings/sessions"


def ends(page: str) -> list[str]:
    return re.findall(rf'formaction="({LIST}/[0-9a-f]+/end)"', page)


def test_sessions_are_listed_without_those_that_are_over_and_end_one_by_one(app: Flask, conn: Connection) -> None:
    make_user(conn, "bob")
    alice, first, second, bob = signed_in(app), signed_in(app), signed_in(app), signed_in(app, "bob")
    over = signed_in(app)
    conn.execute("UPDATE sessions SET expires_at = now() WHERE created_at = (SELECT max(created_at) FROM sessions)")
    page = alice.get(LIST)
    assert (words(page).count("Since"), words(page).count("This device"), len(ends(page.text))) == (3, 1, 2)
    signed_in(app, "bob")
    assert send(alice, ends(bob.get(LIST).text)[0]).status_code == 303, "as with one that is over"
    assert count(conn, "sessions WHERE user_uuid = (SELECT uuid FROM users WHERE handle = 'bob')") == 2
    fragment = send(alice, ends(page.text)[0], fragment=True)
    assert ("<html" in fragment.text, len(ends(fragment.text))) == (False, 1)
    assert sorted(client.get("/settings").status_code for client in (first, second)) == [200, 303]
    assert [client.get("/settings").status_code for client in (alice, bob, over)] == [200, 200, 303]


def test_all_other_sessions_end_at_once(app: Flask, conn: Connection) -> None:
    make_user(conn, "bob")
    alice, other, bob = signed_in(app), signed_in(app), signed_in(app, "bob")
    assert send(alice, f"{LIST}/end").location == LIST
    assert [client.get("/settings").status_code for client in (alice, other, bob)] == [200, 303, 200]
    assert count(conn, "sessions") == 2
    assert "end-others" not in alice.get(LIST).text
