"""With JavaScript switched off: plain links, plain forms, whole pages."""

import re
from datetime import timedelta

import pytest
from browsing import act, burn, card, composer, fuse_of, join, reply_form, send, sign_out, write
from factories import make_activity
from playwright.sync_api import Page, expect

from webapp.db.connections import Connection

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def test_join_write_reply_burn_and_sign_out(page: Page, conn: Connection, bob: str) -> None:
    make_activity(conn, bob, "Who has the key?")
    join(page, "carol")
    expect(page.locator("html[data-script]")).to_have_count(0)
    expect(page.locator("#theme")).to_be_hidden()

    composer(page).get_by_role("textbox").focus()
    page.keyboard.type("In plain paper.")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    expect(composer(page).get_by_label("Who may see it")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(card(page, "In plain paper.")).to_contain_text("2 days 23 h left")
    expect(composer(page).get_by_role("radio", name="3 days")).to_be_checked()

    like = card(page, "Who has the key?").get_by_role("button", name="Like")
    for pressed in ("true", "false"):
        like.click()
        expect(page).to_have_url(re.compile("/#activity-[0-9a-f]+$"))
        expect(like).to_have_attribute("aria-pressed", pressed)

    act(page, "Who has the key?", "Reply").click()
    expect(reply_form(page).get_by_role("textbox")).to_be_focused()
    write(reply_form(page), "It hangs by the door.", ttl="1 day")
    send(reply_form(page))
    expect(page).to_have_url(re.compile(r"/@bob/status/[0-9a-f-]+#activity-[0-9a-f-]+$"))
    expect(page.locator("#replies").get_by_role("article")).to_contain_text(["It hangs by the door."])

    page.get_by_role("link", name="Profile", exact=True).click()
    card(page, "In plain paper.").get_by_role("link", name="More", exact=True).click()
    expect(page.get_by_label("Address")).to_have_value(re.compile(r"^http://.*/@carol/status/"))
    page.get_by_role("link", name="Change how long it lives").click()
    page.get_by_role("radio", name="1 day", exact=True).check()
    page.get_by_role("button", name="Change").click()
    expect(card(page, "In plain paper.")).to_contain_text("23 h left")
    fuse_of(page, "In plain paper.").click()
    page.get_by_role("link", name="Burn now").click()
    page.get_by_role("link", name="Keep it").click()
    burn(page, "In plain paper.")
    expect(card(page, "In plain paper.")).to_have_count(0)
    sign_out(page)
    page.go_back()
    expect(page.get_by_role("navigation", name="Main")).to_have_count(0)


def test_thread_profile_and_older_pages_are_links(page: Page, conn: Connection, alice: str) -> None:
    for number in range(25):
        make_activity(conn, alice, f"Number {number:02}.", age=timedelta(minutes=number + 1))
    page.goto("/")
    page.get_by_role("link", name="Show older").click()
    expect(page.get_by_role("article")).to_have_count(5)
    card(page, "Number 22.").get_by_role("link", name="Alice").click()
    expect(page.get_by_role("heading", name="Alice")).to_be_visible()
    card(page, "Number 03.").get_by_role("link", name=re.compile("min$")).click()
    expect(page.get_by_role("heading", name="Alice's post")).to_be_visible()
