"""Liking in a browser: pressed, said, kept in focus."""

import pytest
from browsing import Watch, card, enter, notice, ready
from factories import make_activity
from playwright.sync_api import Locator, Page, expect

from webapp.db.connections import Connection


@pytest.fixture
def button(conn: Connection, bob: str, home: Page) -> Locator:
    """alice's like of what bob wrote."""
    make_activity(conn, bob, "The tide is out.")
    home.reload()
    return ready(card(home, "The tide is out.").get_by_role("button", name="Like"))


def test_like_by_keyboard_is_pressed_said_and_stays_under_the_finger(home: Page, button: Locator) -> None:
    expect(button).to_have_attribute("aria-pressed", "false")
    button.focus()
    steps = [("Enter", "true", "Like 1", "Liked."), ("Space", "false", "Like", "Like removed.")]
    for key, pressed, name, said in steps:
        home.keyboard.press(key)
        expect(button).to_have_attribute("aria-pressed", pressed)
        expect(button).to_have_accessible_name(name)
        expect(button).to_be_focused()
        expect(home.locator("#announcer")).to_have_text(said)


def test_like_after_the_session_was_renewed_elsewhere_works_at_the_second_press(
    home: Page, button: Locator, watch: Watch, conn: Connection, base_url: str
) -> None:
    watch.expect_errors()
    enter(home.context.new_page(), conn, base_url)
    button.click()
    expect(notice(home)).not_to_be_empty()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
