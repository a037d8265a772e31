"""Liking in a browser: pressed, said, kept in focus; without script too."""

import re

import pytest
from browsing import Watch, card, enter, notice, ready
from factories import make_activity, make_user
from playwright.sync_api import Page, expect
from verbs import number_of

from webapp.db.connections import Connection

TEXT = "The tide is out."


@pytest.fixture
def written(conn: Connection, alice: str) -> str:
    """What bob wrote, by the number of its card."""
    return number_of(conn, make_activity(conn, make_user(conn, "bob"), TEXT))


def test_like_by_keyboard_is_pressed_said_and_stays_under_the_finger(written: str, home: Page) -> None:
    page, button = home, card(home, TEXT).get_by_role("button", name="Like")
    expect(button).to_have_attribute("aria-pressed", "false")
    ready(button).focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    expect(button).to_have_accessible_name("Like 1")
    expect(page.locator("#announcer")).to_have_text("Liked.")
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(button).to_be_focused()
    expect(page.locator("#announcer")).to_have_text("Like removed.")


def test_like_after_the_session_was_renewed_elsewhere_works_at_the_second_press(
    written: str, home: Page, watch: Watch, conn: Connection, base_url: str
) -> None:
    """The page is older than the session: a sentence, and the same button works then."""
    watch.expect_errors()
    page = home
    button = ready(card(page, TEXT).get_by_role("button", name="Like"))
    enter(page.context.new_page(), conn, base_url)
    button.click()
    expect(notice(page)).not_to_be_empty()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_like_without_script_comes_back_to_its_card(page: Page, conn: Connection, base_url: str, written: str) -> None:
    enter(page, conn, base_url, path="/public")
    button = card(page, TEXT).get_by_role("button", name="Like")
    button.click()
    expect(page).to_have_url(re.compile(f"/public#activity-{written}$"))
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
