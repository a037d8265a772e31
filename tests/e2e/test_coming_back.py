"""The end of a feed, what lies behind it, and the way back to where one was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from browsing import Watch, card, enter, notice, ready
from factories import make_activity
from playwright.sync_api import Page, Route, expect

from webapp.db.connections import Connection


@pytest.fixture
def feed(conn: Connection, alice: str) -> None:
    for number in range(70):
        make_activity(conn, alice, f"Number {number:02}.", age=timedelta(minutes=number + 1))


def place_of(page: Page, words: str) -> float:
    return float(card(page, words).evaluate("(card) => card.getBoundingClientRect().top"))


def storable(route: Route) -> None:
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "cache-control"}
    route.fulfill(response=answer, headers=headers)


def press_older(page: Page, times: int) -> None:
    for n in range(times):
        ready(page.locator("#more-link")).click()
        expect(page.get_by_role("article")).to_have_count(20 * (n + 2))


@pytest.mark.usefixtures("feed")
def test_older_ones_come_by_a_press_and_take_the_focus(page: Page, watch: Watch) -> None:
    page.goto("/")
    ready(page.locator("#more-link")).scroll_into_view_if_needed()
    watch.expect_errors()
    watch.expected.append("console error: htmx: htmx:error: Failed to fetch")
    page.context.set_offline(True)
    page.locator("#more-link").press("Enter")
    expect(notice(page)).not_to_be_empty()
    page.context.set_offline(False)
    expect(page.get_by_role("article")).to_have_count(20)
    page.locator("#more-link").press("Enter")
    expect(card(page, "Number 20.")).to_be_focused()
    expect(page.locator("#announcer")).to_have_text("20 more")
    for shown in (60, 70):
        ready(page.locator("#more-link")).press("Enter")
        expect(page.get_by_role("article")).to_have_count(shown)
    expect(page.get_by_text("You are caught up.")).to_be_visible()
    numbers = page.locator("article .message").all_inner_texts()
    assert numbers == [f"Number {number:02}." for number in range(70)]


@pytest.mark.usefixtures("feed")
def test_what_is_unread_flows_and_the_feed_ends_where_one_left_off(home: Page, conn: Connection) -> None:
    conn.execute("UPDATE read_marks SET number = 0, seen_at = now()")
    conn.execute("UPDATE read_marks SET number = (SELECT number FROM said WHERE message = 'Number 30.')")
    home.reload()
    ready(home.locator("#more-link")).scroll_into_view_if_needed()
    expect(home.get_by_role("article")).to_have_count(40)
    expect(home.get_by_text("You have read from here on")).to_be_attached()
    home.mouse.wheel(0, 9000)
    expect(ready(home.locator("#more-link"))).to_be_in_viewport()
    home.wait_for_load_state("networkidle")
    expect(home.get_by_role("article")).to_have_count(40)


@pytest.mark.parametrize("kept", [False, True], ids=["loaded again", "back/forward cache"])
@pytest.mark.usefixtures("feed")
def test_back_returns_to_the_same_card(
    request: pytest.FixtureRequest, conn: Connection, base_url: str, kept: bool
) -> None:
    browser = request.getfixturevalue("cached" if kept else "browser")
    page = browser.new_page(base_url=base_url, viewport={"width": 390, "height": 700})
    if kept:
        page.route("**/", storable)  # Chromium keeps no page with `no-store` that fetched more; others do
    enter(page, conn, base_url)
    press_older(page, 2)
    card(page, "Number 47.").scroll_into_view_if_needed()
    page.evaluate("() => scrollBy(0, 37)")
    before = place_of(page, "Number 47.")
    card(page, "Number 47.").locator("a.when").click()
    expect(page.get_by_role("heading", name="Alice's post")).to_be_visible()
    alice = conn.execute("SELECT uuid FROM users").fetchone()[0]
    make_activity(conn, alice, "Meanwhile.")
    page.locator("#back").click()
    expect(card(page, "Number 47.")).to_be_in_viewport()
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    assert abs(place_of(page, "Number 47.") - before) <= 2
    came = page.evaluate("() => performance.getEntriesByType('navigation')[0].type")
    assert came == ("navigate" if kept else "back_forward"), "from memory, or from the server"
    stored = page.evaluate("() => Object.values(sessionStorage).join(' ')")
    assert not set(stored) - set("-0123456789 ")
    page.close()


@pytest.mark.usefixtures("feed")
def test_back_finds_what_follows_a_card_that_is_gone_and_nothing_after_signing_out(
    home: Page, conn: Connection, new_context: Callable[..., Any]
) -> None:
    press_older(home, 1)
    card(home, "Number 25.").locator("a.when").scroll_into_view_if_needed()
    card(home, "Number 25.").evaluate("(card) => scrollBy(0, card.getBoundingClientRect().top - 5)")
    home.goto("/people")
    conn.execute(
        "UPDATE activities SET expires_at = greatest(created_at, now())"
        " WHERE uuid = (SELECT uuid FROM said WHERE message = 'Number 25.')"
    )
    home.go_back()
    expect(card(home, "Number 26.")).to_be_in_viewport()
    assert abs(place_of(home, "Number 26.") - 5) <= 2
    home.get_by_role("navigation", name="Main").get_by_role("button", name="Sign out").click()
    expect(home.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    assert home.evaluate("() => sessionStorage.length") == 0


def test_back_link_leads_home_where_one_came_from_elsewhere(page: Page, conn: Connection, alice: str) -> None:
    page.goto(f"/@alice/status/{make_activity(conn, alice)}")
    page.locator("#back").click()
    expect(page.get_by_role("heading", name="Said today")).to_be_visible()
