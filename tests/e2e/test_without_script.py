"""Everything once more with JavaScript switched off: plain links, plain forms, whole pages."""

import re
from datetime import timedelta

import pytest
from browsing import Watch, act, card, composer, join, join_twice, reply_form, send, sign_in, sign_out, write
from factories import PASSWORD, make_activity
from playwright.sync_api import Page, expect

from webapp.db.connections import Connection

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def test_scripts_are_really_off(page: Page) -> None:
    page.goto("/")
    expect(page.locator("html[data-script]")).to_have_count(0)
    expect(page.get_by_role("button", name="Change the theme")).to_be_hidden()


def test_join_write_choose_a_life_and_sign_out(page: Page, conn: Connection) -> None:
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Join").click()
    expect(page).to_have_url(re.compile("/sign-up$"))
    join(page, "carol")
    expect(page.get_by_role("heading", name="Home")).to_be_attached()

    write(composer(page), "In plain paper.", ttl="12 hours")
    expect(composer(page).get_by_role("button")).to_have_accessible_name("Post for 12 hours")
    send(composer(page))
    expect(page).to_have_url(re.compile("/$"))
    expect(page.get_by_role("article").first).to_contain_text("In plain paper.")
    expect(card(page, "In plain paper.")).to_contain_text("12 hours left")
    expect(composer(page).get_by_role("radio", name="12 hours")).to_be_checked()

    sign_out(page)
    page.go_back()
    expect(page.get_by_role("navigation", name="Main")).to_have_count(0)


def test_join_with_a_double_click_makes_one_account(page: Page, conn: Connection) -> None:
    join_twice(page, conn, "carol")
    assert conn.execute("SELECT count(*) FROM users").fetchone() == (1,)


def test_write_from_the_page_of_its_own(page: Page, alice: str) -> None:
    sign_in(page, "alice")
    page.get_by_role("link", name="Write", exact=True).click()
    expect(page.get_by_role("heading", name="Write")).to_be_visible()
    write(composer(page), "From the other door.")
    send(composer(page))
    expect(card(page, "From the other door.")).to_be_visible()


def test_refused_text_comes_back_with_its_reason_and_its_life(page: Page, watch: Watch, alice: str) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    write(composer(page), "w" * 281, ttl="3 hours")
    send(composer(page))
    expect(composer(page).get_by_text("1 character too long. The limit is 280.")).to_be_visible()
    box = composer(page).get_by_role("textbox")
    expect(box).to_have_value("w" * 281)
    expect(box).to_be_focused()
    expect(composer(page).get_by_role("radio", name="3 hours")).to_be_checked()
    write(composer(page), "w" * 280)
    send(composer(page))
    expect(card(page, "w" * 280)).to_be_visible()


def test_going_back_and_sending_again_makes_one_activity(page: Page, conn: Connection, alice: str) -> None:
    sign_in(page, "alice")
    page.goto("/compose")
    key = composer(page).locator("[name=key]").input_value()
    write(composer(page), "Only once.")
    send(composer(page))
    expect(card(page, "Only once.")).to_have_count(1)
    token = composer(page).locator("[name=csrf_token]").input_value()
    form = {"csrf_token": token, "key": key, "message": "Only once.", "ttl": "7-days"}
    assert page.request.post("/activities", form=form).ok
    page.reload()
    expect(card(page, "Only once.")).to_have_count(1)


def test_reply_lands_in_the_thread(page: Page, conn: Connection, alice: str, bob: str) -> None:
    make_activity(conn, bob, "Who has the key?")
    sign_in(page, "alice")
    act(page, "Who has the key?", "Reply").click()
    expect(page.get_by_role("heading", name="Reply")).to_be_visible()
    expect(card(page, "Who has the key?")).to_be_visible()
    expect(reply_form(page).get_by_role("textbox")).to_be_focused()
    write(reply_form(page), "It hangs by the door.", ttl="1 day")
    send(reply_form(page))
    expect(page).to_have_url(re.compile(r"/@bob/status/[0-9a-f-]+#activity-[0-9a-f-]+$"))
    expect(page.locator("#replies").get_by_role("article")).to_contain_text(["It hangs by the door."])
    expect(card(page, "Who has the key?").locator("> footer")).to_contain_text("1 reply")

    write(reply_form(page), "On the left.")
    send(reply_form(page))
    expect(card(page, "Who has the key?").locator("> footer")).to_contain_text("2 replies")


@pytest.mark.parametrize("way_on", ["post", "discard"])
def test_parent_gone_brings_the_text_back(
    page: Page, watch: Watch, conn: Connection, alice: str, bob: str, way_on: str
) -> None:
    watch.expect_errors()
    make_activity(conn, bob, "Who has the key?")
    sign_in(page, "alice")
    act(page, "Who has the key?", "Reply").click()
    write(reply_form(page), "It hangs by the door.", ttl="3 days")
    conn.execute("UPDATE activities SET expires_at = greatest(created_at, now())")
    send(reply_form(page))
    expect(page.get_by_role("alert")).to_contain_text("What you were replying to is gone.")
    kept = page.locator("form.composer")
    expect(kept.get_by_role("textbox")).to_have_value("It hangs by the door.")
    if way_on == "post":
        kept.get_by_role("button", name="Post on its own for 3 days").click()
        expect(card(page, "It hangs by the door.")).to_be_visible()
    else:
        page.get_by_role("link", name="Discard it").click()
        expect(page.get_by_text("Nothing is alive here just now.")).to_be_visible()


def test_burn_asks_on_a_page_and_then_it_is_gone(page: Page, watch: Watch, conn: Connection, alice: str) -> None:
    watch.expect_errors()
    uuid = make_activity(conn, alice, "A mistake.")
    sign_in(page, "alice")
    act(page, "A mistake.", "Burn").click()
    expect(page.get_by_role("heading", name="Burn this?")).to_be_visible()
    page.get_by_role("link", name="Keep it").click()
    expect(card(page, "A mistake.")).to_be_visible()
    act(page, "A mistake.", "Burn").click()
    page.get_by_role("button", name="Burn it").click()
    expect(page.get_by_text("Nothing is alive here just now.")).to_be_visible()
    answer = page.goto(f"/@alice/status/{uuid}")
    assert answer
    assert answer.status == 404
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()


def test_thread_profile_and_older_pages_are_links(page: Page, conn: Connection, alice: str) -> None:
    for number in range(25):
        make_activity(conn, alice, f"Number {number:02}.", age=timedelta(minutes=number + 1))
    page.goto("/")
    expect(page.get_by_role("article")).to_have_count(20)
    page.get_by_role("link", name="Show older").click()
    expect(page.get_by_role("article")).to_have_count(5)
    expect(page.get_by_text("You are caught up.")).to_be_visible()
    card(page, "Number 22.").get_by_role("link", name="Alice").click()
    expect(page.get_by_role("heading", name="Alice")).to_be_visible()
    card(page, "Number 03.").get_by_role("link", name=re.compile("min$")).click()
    expect(page.get_by_role("heading", name="Thread")).to_be_visible()


def test_times_cannot_be_misread(page: Page, conn: Connection, alice: str) -> None:
    make_activity(conn, alice, "A card.", age=timedelta(hours=2))
    page.goto("/")
    title = card(page, "A card.").locator("header time").get_attribute("title")
    assert re.fullmatch(r"\d{1,2} \w+, \d\d:\d\d UTC", title or "")


def test_text_survives_a_session_that_ended(page: Page, watch: Watch, conn: Connection, alice: str) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    write(composer(page), "On my way.", ttl="1 hour")
    conn.execute("DELETE FROM sessions")
    send(composer(page))
    expect(page.get_by_role("alert")).to_contain_text("Your text is safe")
    page.get_by_label("Email or handle").fill("alice")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("didn't match")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(composer(page).get_by_role("textbox")).to_have_value("On my way.")
    expect(composer(page).get_by_role("radio", name="1 hour")).to_be_checked()
    send(composer(page))
    expect(card(page, "On my way.")).to_be_visible()


def test_keyboard_alone_without_script(page: Page, alice: str) -> None:
    sign_in(page, "alice")
    composer(page).get_by_role("textbox").focus()
    page.keyboard.type("By hand.")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(card(page, "By hand.")).to_contain_text("3 days left")
