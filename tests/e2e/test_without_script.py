"""With JavaScript switched off: plain links, plain forms, whole pages."""

import re
from datetime import timedelta

import pytest
from browsing import Watch, act, card, composer, enter, join_twice, reply_form, send, sign_out, write
from factories import PASSWORD, make_activity
from playwright.sync_api import Page, expect
from verbs import count

from webapp.db.connections import Connection

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def test_join_write_reply_burn_and_sign_out(page: Page, conn: Connection, bob: str) -> None:
    make_activity(conn, bob, "Who has the key?")
    join_twice(page, conn, "carol")
    assert count(conn, "users") == 2
    expect(page.locator("html[data-script]")).to_have_count(0)
    expect(page.locator("#theme")).to_be_hidden()

    composer(page).get_by_role("textbox").focus()
    page.keyboard.type("In plain paper.")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(card(page, "In plain paper.")).to_contain_text("3 days left")
    expect(composer(page).get_by_role("radio", name="3 days")).to_be_checked()

    act(page, "Who has the key?", "Reply").click()
    expect(reply_form(page).get_by_role("textbox")).to_be_focused()
    write(reply_form(page), "It hangs by the door.", ttl="1 day")
    send(reply_form(page))
    expect(page).to_have_url(re.compile(r"/@bob/status/[0-9a-f-]+#activity-[0-9a-f-]+$"))
    expect(page.locator("#replies").get_by_role("article")).to_contain_text(["It hangs by the door."])

    page.get_by_role("link", name="Profile", exact=True).click()
    act(page, "In plain paper.", "Burn").click()
    page.get_by_role("link", name="Keep it").click()
    act(page, "In plain paper.", "Burn").click()
    page.get_by_role("button", name="Burn it").click()
    expect(card(page, "In plain paper.")).to_have_count(0)
    sign_out(page)
    page.go_back()
    expect(page.get_by_role("navigation", name="Main")).to_have_count(0)


def test_refused_text_comes_back_with_its_reason_and_its_life(
    page: Page, watch: Watch, conn: Connection, base_url: str, alice: str
) -> None:
    watch.expect_errors()
    enter(page, conn, base_url, path="/compose")
    write(composer(page), "w" * 281, ttl="3 hours")
    send(composer(page))
    box = composer(page).get_by_role("textbox")
    expect(box).to_have_accessible_description(re.compile("280"))
    expect(box).to_have_value("w" * 281)
    expect(box).to_be_focused()
    expect(composer(page).get_by_role("radio", name="3 hours")).to_be_checked()
    write(composer(page), "w" * 280)
    send(composer(page))
    expect(card(page, "w" * 280)).to_be_visible()


def test_parent_gone_brings_the_text_back(
    page: Page, watch: Watch, conn: Connection, base_url: str, alice: str, bob: str
) -> None:
    watch.expect_errors()
    make_activity(conn, bob, "Who has the key?")
    enter(page, conn, base_url)
    act(page, "Who has the key?", "Reply").click()
    write(reply_form(page), "It hangs by the door.", ttl="3 days")
    conn.execute("UPDATE activities SET expires_at = greatest(created_at, now())")
    send(reply_form(page))
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("link", name="Discard it")).to_be_visible()
    kept = page.locator("form.composer")
    expect(kept.get_by_role("textbox")).to_have_value("It hangs by the door.")
    kept.get_by_role("button", name="Post on its own for 3 days").click()
    expect(card(page, "It hangs by the door.")).to_be_visible()


def test_thread_profile_and_older_pages_are_links(page: Page, conn: Connection, alice: str) -> None:
    for number in range(25):
        make_activity(conn, alice, f"Number {number:02}.", age=timedelta(minutes=number + 1))
    page.goto("/")
    page.get_by_role("link", name="Show older").click()
    expect(page.get_by_role("article")).to_have_count(5)
    card(page, "Number 22.").get_by_role("link", name="Alice").click()
    expect(page.get_by_role("heading", name="Alice")).to_be_visible()
    card(page, "Number 03.").get_by_role("link", name=re.compile("min$")).click()
    expect(page.get_by_role("heading", name="Thread")).to_be_visible()


def test_text_survives_a_session_that_ended(
    page: Page, watch: Watch, conn: Connection, base_url: str, alice: str
) -> None:
    watch.expect_errors()
    enter(page, conn, base_url)
    write(composer(page), "On my way.", ttl="1 hour")
    conn.execute("DELETE FROM sessions")
    send(composer(page))
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Email or handle").fill("alice")
    for password in ("not this one", PASSWORD):
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
    expect(composer(page).get_by_role("textbox")).to_have_value("On my way.")
    expect(composer(page).get_by_role("radio", name="1 hour")).to_be_checked()
    send(composer(page))
    expect(card(page, "On my way.")).to_be_visible()
