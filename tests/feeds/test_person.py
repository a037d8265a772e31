"""A person's page: what they wrote, replied and like, and what they say of themselves."""

import re
from uuid import UUID

import pytest
from factories import make_activity, make_user
from flask.testing import FlaskClient
from test_around import pages
from verbs import expire, send, signed_in
from ways import MakeApp

from webapp.db.connections import Connection
from webapp.web.paging import PAGE_SIZE


def test_replies_stand_under_their_own_tab(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    above = make_activity(conn, alice, "first words")
    make_activity(conn, alice, "a reply", reply_to=above)
    for path, shown in (("/@alice", ["a reply", "first words"]), ("/@alice/replies", ["a reply"])):
        page = client.get(path).text
        assert re.findall(r'class="message" dir="auto">([^<]*)<', page.partition("<aside")[0]) == shown
        assert f'href="{path}" aria-current="page"' in page


def test_likes_stand_in_the_order_of_liking(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    bob, like = make_user(conn, "bob"), "INSERT INTO likes (activity_uuid, user_uuid) VALUES (%s, %s)"
    made = [make_activity(conn, alice, f"n{n:02}") for n in range(PAGE_SIZE + 3)]
    for activity in (*made[10:], *made[:10]):
        conn.execute(like, [activity, bob])
    expire(conn, made[5])
    found = pages(client, "/@bob/likes", r'class="message" dir="auto">(n\d+)<')
    assert [len(page) for page in found] == [PAGE_SIZE, 2]
    order = [f"n{n:02}" for n in (*range(9, -1, -1), *range(PAGE_SIZE + 2, 9, -1)) if n != 5]
    assert [word for page in found for word in page] == order


@pytest.mark.parametrize(("shown", "others"), [("everyone", True), ("author", False)])
def test_likes_are_shown_to_whom_the_community_wants(
    make_app: MakeApp, conn: Connection, alice: UUID, shown: str, others: bool
) -> None:
    make_user(conn, "bob")
    app = make_app(LIKES_SHOWN=shown)
    author, liker, stranger = signed_in(app), signed_in(app, "bob"), app.test_client()
    send(liker, f"/activities/{make_activity(conn, alice, 'canary')}/like")
    for client, counted, listed in ((author, True, others), (liker, others, True), (stranger, others, others)):
        assert (re.search(r"Like (</span>)?1\b", client.get("/@alice").text) is not None) == counted
        assert client.get("/api/@alice").json[0]["likes_count"] == counted
        assert (client.get("/@bob/likes").status_code, "/@bob/likes" in client.get("/@bob").text) == (
            (200, True) if listed else (404, False)
        )
    assert 'aria-pressed="true"' in liker.get("/@alice").text, "one's own like is known to oneself"


def test_empty_profile_invites_its_owner_alone_to_write(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    make_user(conn, "bob")
    readers = {"alice": signed_in(client.application), "bob": signed_in(client.application, "bob"), "": client}
    for path, own, others in (
        ("/@alice", "Write something.", "Nothing by @alice"),
        ("/@alice/following", "You", "@alice follows"),
    ):
        for handle, reader in readers.items():
            shown = re.search(r'<p class="empty">(.*?)</p>', reader.get(path).text, re.DOTALL)[1]
            assert (own in shown, others in shown) == (handle == "alice", handle != "alice"), (path, handle)


def test_bio_has_links(client: FlaskClient, conn: Connection) -> None:
    make_user(conn, password=None, bio="<b>Rope</b>, lamps: https://harbour.example/log")
    page = client.get("/@alice").text
    assert '<a href="https://harbour.example/log" rel="nofollow ugc noopener"' in page
    assert "&lt;b&gt;Rope" in page


def test_profile_offers_what_its_reader_may_do(client: FlaskClient, conn: Connection, alice: UUID) -> None:
    make_user(conn, "bob")
    own = signed_in(client.application)
    offers = ("Edit profile", "Sign in to follow", 'formaction="/@bob/follow"', 'formaction="/@bob/block"')
    for reader, path, offered in (
        (own, "/@alice", offers[:1]),
        (own, "/@bob", offers[2:]),
        (client, "/@bob", offers[1:2]),
    ):
        page = reader.get(path).text
        assert tuple(each for each in offers if each in page) == offered
