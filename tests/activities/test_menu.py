"""The menu of a card: for its author, for others, and for strangers."""

import re

import pytest
from flask.testing import FlaskClient
from verbs import FRAGMENT, activity_by, words
from ways import MakeApp

from webapp.db.connections import Connection

OWN = ("Change how long it lives", "Rewrite")


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_menu_holds_the_address_and_for_the_author_her_acts(
    make_app: MakeApp, alice: FlaskClient, bob: FlaskClient, conn: Connection, headers: dict[str, str]
) -> None:
    made = activity_by(conn, "alice")
    stranger = make_app(PUBLIC_URL="https://localhost").test_client()
    for client, site, own in ((alice, "http://", 2), (bob, "http://", 0), (stranger, "https://localhost/@", 0)):
        menu = client.get(f"/activities/{made}/acts", headers=headers)
        (address,) = re.findall(r'value="([^"]*)" readonly', menu.text)
        assert (address.startswith(site), address.endswith(f"/@alice/status/{made}")) == (True, True)
        assert [act for act in OWN if act in words(menu)] == list(OWN[:own])
        assert ("<html" in menu.text) == (headers == {})


def test_menu_opens_the_fuse_at_rewrite(alice: FlaskClient, conn: Connection) -> None:
    made = activity_by(conn, "alice")
    path = f"/activities/{made}/fuse"
    assert f'href="{path}?rewrite=1"' in alice.get(f"/activities/{made}/acts").text
    assert ["<details open" in alice.get(f"{path}{query}").text for query in ("", "?rewrite=1")] == [False, True]


def test_menu_of_what_is_gone_is_not_found(alice: FlaskClient, conn: Connection) -> None:
    made = activity_by(conn, "alice")
    conn.execute("UPDATE activities SET created_at = now(), expires_at = now()")
    for name in ("acts", "fuse", "burn"):
        assert alice.get(f"/activities/{made}/{name}").status_code == 404
