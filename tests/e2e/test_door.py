"""A card is a door to its thread; its words can be selected, and its links lead where they say."""

from uuid import UUID

import pytest
from browsing import card, post
from factories import make_activity
from playwright.sync_api import Locator, Page, expect

from webapp.db.connections import Connection

_WORDS = {"x": 10, "y": 12}


@pytest.fixture
def message(home: Page) -> Locator:
    return post(home, "Come in, @alice.").locator("> .message")


def test_press_on_the_words_opens_the_thread(message: Locator) -> None:
    message.click(position=_WORDS)
    message.page.wait_for_url("**/status/**")


def test_selecting_words_or_pressing_a_link_opens_no_thread(message: Locator) -> None:
    box, mouse = message.bounding_box(), message.page.mouse
    assert box
    mouse.move(box["x"] + 1, box["y"] + 12)
    mouse.down()
    mouse.move(box["x"] + 60, box["y"] + 12)
    mouse.up()
    assert str(message.evaluate("() => String(getSelection())")).startswith("Come")
    message.get_by_role("link").click()
    message.page.wait_for_url("**/@alice")


def test_press_with_control_opens_another_tab(message: Locator) -> None:
    with message.page.context.expect_page() as opened:
        message.click(modifiers=["Control"], position=_WORDS)
    opened.value.wait_for_url("**/status/**")
    assert card(message.page, "Come in").count() == 1


def test_press_on_what_is_left_says_when_it_ends(page: Page, conn: Connection, alice: str) -> None:
    make_activity(conn, UUID(alice), "Not mine.")
    page.goto("/public")
    left = card(page, "Not mine.").locator(".left")
    left.click()
    expect(left).to_contain_text("Gone")
    expect(left).to_have_text("6 days 23 h left")
    assert page.url.endswith("/public")
