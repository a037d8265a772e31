"""Following, muting and blocking in a browser, with and without script."""

import re
from collections.abc import Callable

import pytest
from browsing import card, composer, enter, join, ready, send
from factories import make_activity
from playwright.sync_api import BrowserContext, Page, expect

from webapp.db.connections import Connection

SCRIPT = pytest.mark.parametrize(
    "script",
    [
        pytest.param(True, marks=pytest.mark.browser_context_args(java_script_enabled=True), id="with script"),
        pytest.param(False, marks=pytest.mark.browser_context_args(java_script_enabled=False), id="without script"),
    ],
)


@SCRIPT
def test_follow_mute_and_block_from_a_profile_and_back(
    page: Page, conn: Connection, base_url: str, alice: str, bob: str, script: bool
) -> None:
    make_activity(conn, bob, "The tide is out.")
    enter(page, conn, base_url, path="/@bob")
    for name, after, followers in (("Follow", "Following", "1 follower"), ("Following", "Follow", "0 followers")):
        button = page.get_by_role("button", name=f"{name} Bob", exact=True)
        (ready(button) if script else button).click()
        expect(page.get_by_role("button", name=f"{after} Bob", exact=True)).to_be_visible()
        if script:
            expect(page.get_by_role("button", name=f"{after} Bob", exact=True)).to_be_focused()
        expect(page.locator("#followers")).to_have_text(followers)
        expect(page).to_have_url(re.compile("/@bob$"))

    page.locator("#more-of").click()
    if script:
        page.keyboard.press("Escape")
        expect(page.get_by_text("Mute @bob")).to_be_hidden()
        expect(page.locator("#more-of")).to_be_focused()
        page.locator("#more-of").click()
    page.get_by_text("Mute @bob").click()
    page.get_by_role("button", name="One week").click()
    expect(page.locator(".tie")).to_contain_text("You muted @bob until")
    expect(card(page, "The tide is out.")).to_be_visible()
    page.goto("/public")
    expect(page.get_by_role("article")).to_have_count(0)
    page.goto("/settings/people")
    page.get_by_role("button", name="Unmute").click()
    expect(page.get_by_text("You muted and blocked nobody.")).to_be_visible()

    page.goto("/@bob")
    page.locator("#more-of").click()
    page.get_by_text("Block @bob").click()
    expect(page.get_by_text("they can still read signed out")).to_be_visible()
    page.get_by_role("button", name="Block", exact=True).click()
    expect(page.locator(".tie")).to_contain_text("You blocked @bob.")
    expect(page.get_by_role("article")).to_have_count(0)
    page.get_by_role("button", name="Unblock").click()
    expect(card(page, "The tide is out.")).to_be_visible()


def test_mute_in_a_card_takes_the_others_off_and_holds_the_way_back(home: Page, conn: Connection, bob: str) -> None:
    for words in ("First.", "Second."):
        make_activity(conn, bob, words)
    home.goto("/public")
    card(home, "First.").get_by_role("link", name="More", exact=True).click()
    home.get_by_text("Mute @bob").click()
    ready(home.get_by_role("button", name="One day")).click()
    expect(card(home, "First.").locator(".panel")).to_contain_text("You muted @bob until")
    expect(card(home, "Second.")).to_have_count(0)
    home.get_by_role("button", name="Unmute").click()
    expect(card(home, "First.").locator(".panel")).to_contain_text("You see @bob again.")


def test_people_are_found_as_one_types(home: Page, bob: str) -> None:
    home.goto("/people")
    ready(home.locator("#seek")).press_sequentially("b")
    expect(home.locator("#feed > li")).to_have_count(1)
    home.locator("#seek").press_sequentially("x")
    expect(home.get_by_text("Nobody of that name here.")).to_be_visible()
    home.locator("#seek").clear()
    expect(home.locator("#feed > li")).to_have_count(2)


def test_newcomers_first_day(
    page: Page, new_context: Callable[..., BrowserContext], conn: Connection, base_url: str, alice: str, bob: str
) -> None:
    """Joins, finds everybody, follows one, is shown what those they follow write, and writes for followers alone."""
    make_activity(conn, alice, "From Alice.")
    make_activity(conn, bob, "From Bob.")
    join(page, "carol")
    expect(page.get_by_text("Welcome, Carol.")).to_be_visible()
    expect(page.get_by_text("This is everybody, until you follow somebody.")).to_be_visible()
    expect(card(page, "From Bob.")).to_be_visible()
    page.get_by_role("link", name="Find people to follow").click()
    page.get_by_role("main").get_by_role("button", name="Follow Alice", exact=True).click()
    expect(page.get_by_role("main").get_by_role("button", name="Following Alice", exact=True)).to_be_visible()
    page.get_by_role("link", name="Home", exact=True).click()
    expect(card(page, "From Alice.")).to_be_visible()
    expect(card(page, "From Bob.")).to_have_count(0)
    ready(composer(page))
    told = page.get_by_role("button", name="1 new")
    make_activity(conn, bob, "More from Bob.")
    make_activity(conn, alice, "More from Alice.")
    expect(told).to_be_visible()
    told.click()
    expect(card(page, "More from Alice.")).to_be_visible()
    expect(card(page, "More from Bob.")).to_have_count(0)

    composer(page).get_by_role("textbox").fill("For those who follow me.")
    composer(page).get_by_label("Who may see it").select_option("Followers")
    send(composer(page))
    expect(card(page, "For those who follow me.").get_by_text("Followers", exact=True)).to_be_visible()
    reader = enter(new_context(base_url=base_url).new_page(), conn, base_url, "bob", "/@carol")
    expect(reader.get_by_role("article")).to_have_count(0)
    ready(reader.get_by_role("button", name="Follow Carol", exact=True)).click()
    expect(reader.get_by_role("button", name="Following Carol", exact=True)).to_be_visible()
    reader.reload()
    expect(card(reader, "For those who follow me.")).to_be_visible()
