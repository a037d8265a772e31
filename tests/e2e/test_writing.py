"""Writing, from joining to a card at the top of the feed, and everything that may go wrong on the way."""

import re

import pytest
from browsing import Watch, card, composer, join, join_twice, notice, post, ready, send, sign_in, there, write
from factories import make_activity
from playwright.sync_api import BrowserContext, Page, Route, expect

from webapp.db.connections import Connection


def mark(page: Page) -> None:
    """Leaves a sign in the page's memory that a page load would wipe away."""
    page.evaluate("() => { window.sameLife = true; }")


def same_life(page: Page) -> bool:
    return bool(page.evaluate("() => window.sameLife === true"))


def test_joining_and_writing_puts_the_card_on_top_without_a_page_load(page: Page, conn: Connection) -> None:
    join(page, "carol")
    expect(page.get_by_role("heading", name="Home")).to_be_attached()
    mark(page)
    post(page, "First light.")
    post(page, "Second light.")

    expect(page.get_by_role("article").first).to_contain_text("Second light.")
    expect(page.get_by_role("article")).to_have_count(2)
    assert same_life(page)
    assert conn.execute("SELECT count(*) FROM activities").fetchone() == (2,)


def test_joining_with_a_double_click_makes_one_account(page: Page, conn: Connection) -> None:
    join_twice(page, conn, "carol")
    assert conn.execute("SELECT count(*) FROM users").fetchone() == (1,)


def test_posting_brings_a_fresh_composer_and_is_announced(page: Page, alice: str) -> None:
    sign_in(page, "alice")
    key = composer(page).locator("[name=key]").input_value()
    post(page, "A line.", ttl="3 hours")

    expect(composer(page).get_by_role("textbox")).to_have_value("")
    assert composer(page).locator("[name=key]").input_value() != key
    said = page.locator("#announcer")
    expect(said).to_have_text(f"Posted. It stays until {there(said.locator('time'))}.")
    expect(page.locator("#announcer")).to_have_attribute("role", "status")
    expect(page.get_by_text("Nothing is alive here just now.")).to_be_hidden()


def test_ttl_choice_changes_the_button_and_is_remembered(page: Page, alice: str) -> None:
    sign_in(page, "alice")
    button = composer(page).get_by_role("button")
    expect(button).to_have_accessible_name("Post for 7 days")
    composer(page).get_by_role("textbox").focus()
    composer(page).get_by_role("radio", name="3 hours").check()
    expect(button).to_have_accessible_name("Post for 3 hours")
    post(page, "Short.")
    expect(card(page, "Short.")).to_contain_text("3 hours left")
    expect(button).to_have_accessible_name("Post for 3 hours")
    page.reload()
    composer(page).get_by_role("textbox").focus()
    expect(composer(page).get_by_role("radio", name="3 hours")).to_be_checked()


def test_nothing_written_keeps_the_choice_and_moves_the_focus(page: Page, watch: Watch, alice: str) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    form = ready(composer(page))
    write(form, "   ", ttl="1 day")
    send(form)
    expect(form.get_by_text("Write something first.")).to_be_visible()
    expect(form.get_by_role("textbox")).to_be_focused()
    expect(form.get_by_role("textbox")).to_have_accessible_description("Write something first.")
    expect(form.get_by_role("radio", name="1 day")).to_be_checked()


def test_too_long_a_text_is_kept_with_the_reason_and_can_be_mended(page: Page, watch: Watch, alice: str) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    long = "w" * 281
    write(ready(composer(page)), long)
    expect(composer(page).locator(".counter")).to_have_text("-1")
    send(composer(page))
    expect(composer(page).get_by_text("1 character too long. The limit is 280.")).to_be_visible()
    expect(composer(page).get_by_role("textbox")).to_have_value(long)
    expect(composer(page).get_by_role("textbox")).to_be_focused()
    expect(composer(page).locator(".counter")).to_have_text("-1")
    expect(page.get_by_role("article")).to_have_count(0)

    post(page, long[1:])
    expect(composer(page).get_by_role("textbox")).to_have_value("")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("text", ["   ", "w" * 300])
def test_what_is_wrong_is_said_without_moving_the_button(
    page: Page, watch: Watch, alice: str, text: str, width: int
) -> None:
    watch.expect_errors()
    page.set_viewport_size({"width": width, "height": 844})
    sign_in(page, "alice")
    write(ready(composer(page)), text)
    before = composer(page).get_by_role("button").bounding_box(), composer(page).bounding_box()
    send(composer(page))
    expect(composer(page).locator(".composer-hint")).not_to_be_empty()
    assert (composer(page).get_by_role("button").bounding_box(), composer(page).bounding_box()) == before


def test_pile_of_marks_is_kept_with_the_reason_and_can_be_mended(page: Page, watch: Watch, alice: str) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    pile = "he" + "\u0316" * 40 + " comes"
    write(ready(composer(page)), pile)
    send(composer(page))
    expect(composer(page).get_by_text("One letter has too many accents or marks. Remove some.")).to_be_visible()
    expect(composer(page).get_by_role("textbox")).to_have_value(pile)
    expect(composer(page).get_by_role("textbox")).to_be_focused()
    post(page, "he comes")


def test_double_click_makes_one_activity(page: Page, watch: Watch, conn: Connection, alice: str, base_url: str) -> None:
    sign_in(page, "alice")
    write(ready(composer(page)), "Only once.")
    composer(page).get_by_role("button").dblclick()
    expect(composer(page).get_by_role("textbox")).to_have_value("")
    expect(card(page, "Only once.")).to_have_count(1)
    assert [url for url in watch.requests if url.endswith("/activities")] == [f"{base_url}/activities"]
    page.reload()
    expect(card(page, "Only once.")).to_have_count(1)
    assert conn.execute("SELECT count(*) FROM activities").fetchone() == (1,)


@pytest.mark.parametrize("before", ["Shift", "Tab"])
def test_ctrl_enter_posts(page: Page, alice: str, before: str) -> None:
    """From the text, and from the lives below it."""
    sign_in(page, "alice")
    write(ready(composer(page)), "By keyboard.")
    page.keyboard.press(before)
    page.keyboard.press("Control+Enter")
    expect(card(page, "By keyboard.")).to_be_visible()


# What goes wrong on the way ----------------------------------------------------------------------------------


def test_offline_is_said_and_the_text_waits(
    page: Page, context: BrowserContext, watch: Watch, conn: Connection, alice: str
) -> None:
    watch.expected = ["console error: Failed to load resource", "console error: htmx: htmx:error: Failed to fetch"]
    make_activity(conn, alice, "Here before.")
    sign_in(page, "alice")
    write(ready(composer(page)), "Patience.")
    context.set_offline(True)
    send(composer(page))
    expect(notice(page)).to_contain_text("Couldn't reach Mayfly. Your text is safe")
    expect(composer(page).get_by_role("textbox")).to_have_value("Patience.")
    expect(page.get_by_role("article")).to_have_count(1)

    context.set_offline(False)
    send(composer(page))
    expect(card(page, "Patience.")).to_be_visible()
    expect(notice(page)).to_be_empty()


def test_text_that_was_changed_after_a_lost_answer_is_not_lost(page: Page, watch: Watch, alice: str) -> None:
    watch.expected = [
        "console error: Failed to load resource",
        "console error: htmx: htmx:error: Failed to fetch",
    ]
    sign_in(page, "alice")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/activities", lose_the_answer, times=1)
    write(ready(composer(page)), "Meet at 5.")
    send(composer(page))
    expect(notice(page)).to_contain_text("Couldn't reach Mayfly. Your text is safe")
    write(composer(page), "Meet at 6, not at 5.")
    send(composer(page))
    expect(page.get_by_text("An earlier version of your text was posted.")).to_be_visible()
    expect(composer(page).get_by_role("textbox")).to_have_value("Meet at 6, not at 5.")
    send(ready(composer(page)))
    expect(card(page, "Meet at 6, not at 5.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("article")).to_have_count(2)


@pytest.mark.parametrize("status", [400, 403, 409, 413, 422, 500, 502, 503, 504])
def test_an_answer_from_in_between_is_said_and_touches_nothing(
    page: Page, watch: Watch, alice: str, status: int
) -> None:
    watch.expect_errors()
    sign_in(page, "alice")

    def refuse(route: Route) -> None:
        route.fulfill(status=status, content_type="text/html", body="<h1>Proxy says no</h1>")

    page.route("**/activities", refuse, times=1)
    write(ready(composer(page)), "Through a proxy.")
    send(composer(page))
    expect(notice(page)).to_contain_text(f"had a problem ({status})")
    expect(page.get_by_text("Proxy says no")).to_have_count(0)
    expect(composer(page).get_by_role("textbox")).to_have_value("Through a proxy.")
    page.get_by_role("button", name="Close").click()
    expect(notice(page)).to_be_empty()
    send(composer(page))
    expect(card(page, "Through a proxy.")).to_be_visible()


def test_our_own_error_is_said_with_its_number(page: Page, watch: Watch, conn: Connection, alice: str) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    write(ready(composer(page)), "Through trouble.")
    conn.execute("ALTER TABLE activity_keys RENAME TO mislaid")
    try:
        send(composer(page))
        expect(notice(page)).to_contain_text("Something broke.")
        expect(notice(page).locator("code")).to_have_text(re.compile("^[0-9a-f]{16}$"))
    finally:
        conn.execute("ALTER TABLE mislaid RENAME TO activity_keys")
    expect(composer(page).get_by_role("textbox")).to_have_value("Through trouble.")
    expect(page.get_by_role("article")).to_have_count(0)
    send(composer(page))
    expect(card(page, "Through trouble.")).to_be_visible()
