"""The community in its operator's words, for who thinks of joining."""

import pytest
from factories import make_user
from verbs import signed_in, words
from ways import MakeApp

from webapp.db.connections import Connection

OWN = {
    "COMMUNITY_NAME": "The Harbour",
    "COMMUNITY_ABOUT": "Bread and boats.",
    "COMMUNITY_RULES": "Be kind. | No adverts.",
}


@pytest.fixture
def keepers(conn: Connection) -> None:
    make_user(conn, "mo", role="moderator")
    make_user(conn, "opa", role="operator")
    make_user(conn, "suspended_mo", role="moderator", suspended=True)
    make_user(conn, "member_of_it")


def test_about_tells_what_this_place_is_and_who_keeps_it(make_app: MakeApp, keepers: None) -> None:
    page = make_app(**OWN, TTL_CEILING="3-days", TTL_FLOOR="1-day", TTL_DEFAULT="1-day").test_client().get("/about")
    told = ("The Harbour", "Bread and boats.", "Be kind. No adverts.", "from 1 day to 3 days", "without an account")
    assert [sentence for sentence in told if sentence not in words(page)] == []
    assert words(page).index("Opa") < words(page).index("Mo ")
    assert ('href="/@mo"' in page.text, "suspended_mo" in page.text, "member_of_it" in page.text) == (
        True,
        False,
        False,
    )


def test_about_of_a_private_place_names_nobody_to_strangers(make_app: MakeApp, keepers: None) -> None:
    app = make_app(**OWN, PUBLIC_FEED="no")
    stranger, member = app.test_client().get("/about"), signed_in(app, "member_of_it").get("/about")
    assert (stranger.status_code, "Be kind." in words(stranger)) == (200, True)
    assert "Only people with an account can read here." in words(stranger)
    assert ("@mo" in stranger.text, "People here" in stranger.text, "@mo" in member.text) == (False, False, True)
