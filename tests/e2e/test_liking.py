"""Liking in a browser: pressed, said, kept in focus; without script too."""

import re

import pytest
from browsing import Watch, card, notice, ready, sign_in
from factories import make_activity, make_user
from playwright.sync_api import Page, expect
from verbs import count, number_of, value

from webapp.db.connections import Connection

TEXT = "The tide is out."


@pytest.fixture
def written(conn: Connection, alice: str) -> str:
    """What bob wrote, by the number of its card."""
    return number_of(conn, make_activity(conn, make_user(conn, "bob"), TEXT))


def test_like_by_keyboard_is_pressed_said_and_stays_under_the_finger(page: Page, watch: Watch, written: str) -> None:
    sign_in(page, "alice")
    button = card(page, TEXT).get_by_role("button", name="Like")
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
    page: Page, watch: Watch, written: str
) -> None:
    """The page is older than the session: a sentence, and the same button works then."""
    watch.expect_errors()
    sign_in(page, "alice")
    button = ready(card(page, TEXT).get_by_role("button", name="Like"))
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    sign_in(other, "alice")
    button.click()
    expect(notice(page)).to_contain_text("press the button again")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def test_like_of_what_was_burned_meanwhile_says_so(page: Page, watch: Watch, conn: Connection, written: str) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    button = ready(card(page, TEXT).get_by_role("button", name="Like"))
    conn.execute("UPDATE activities SET user_uuid = NULL, message = NULL, expires_at = now()")
    button.click()
    expect(notice(page)).to_contain_text("its time has passed")
    assert count(conn, "likes") == 0


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_like_without_script_comes_back_to_its_card(page: Page, conn: Connection, written: str) -> None:
    sign_in(page, "alice")
    page.goto("/public")
    button = card(page, TEXT).get_by_role("button", name="Like")
    button.click()
    expect(page).to_have_url(re.compile(f"/public#activity-{written}$"))
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_stranger_sees_how_many_and_no_button(page: Page, conn: Connection, written: str) -> None:
    bob = value(conn, "SELECT uuid FROM users WHERE handle = 'bob'")
    conn.execute("INSERT INTO likes (activity_uuid, user_uuid) SELECT uuid, %s FROM activities", [bob])
    page.goto("/public")
    expect(card(page, TEXT).locator(".act-like")).to_have_text("Like1")
    expect(card(page, TEXT).get_by_role("button")).to_have_count(0)
