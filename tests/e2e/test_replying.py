"""Replying from the feed and from a thread, and what happens when the other one ends meanwhile."""

import re
from uuid import UUID

import pytest
from browsing import Watch, act, card, composer, notice, ready, reply_form, reply_to, send, sign_in, write
from factories import make_activity
from playwright.sync_api import Page, expect

from webapp.db.connections import Connection

GONE_MEANWHILE = "What you were replying to is gone."


def end_now(conn: Connection, message: str) -> None:
    """Lets an activity's time pass, here and now."""
    conn.execute("UPDATE activities SET expires_at = greatest(created_at, now()) WHERE message = %s", [message])


@pytest.fixture
def question(conn: Connection, alice: str, bob: str) -> str:
    """An activity by bob that alice can answer; its address."""
    return f"/@bob/status/{make_activity(conn, bob, 'Who has the key?')}"


def test_reply_from_the_feed_opens_and_lands_below_the_card(page: Page, question: str) -> None:
    sign_in(page, "alice")
    asked = card(page, "Who has the key?")
    expect(asked.get_by_role("link", name=re.compile(r"^\d"))).to_have_count(0)
    ready(act(page, "Who has the key?", "Reply")).click()
    expect(reply_form(page).get_by_role("textbox")).to_be_focused()
    expect(asked.locator("form.composer")).to_have_count(1)
    write(reply_form(page), "It hangs by the door.", ttl="1 day")
    expect(reply_form(page).get_by_role("button")).to_have_accessible_name("Reply for 1 day")
    send(reply_form(page))

    answer = asked.locator("article", has_text="It hangs by the door.")
    expect(answer).to_be_visible()
    expect(answer).to_contain_text("answering @bob")
    expect(asked.locator("> footer")).to_contain_text("1 reply")
    expect(reply_form(page)).to_have_count(0)
    expect(page.locator("#announcer")).to_contain_text("Posted.")
    page.goto(question)
    expect(page.locator("#replies").get_by_role("article")).to_contain_text(["It hangs by the door."])


def test_replies_on_the_thread_page_follow_each_other(page: Page, question: str) -> None:
    sign_in(page, "alice")
    page.goto(question)
    for number, answer in enumerate(["It hangs by the door.", "Left side."], start=1):
        write(ready(reply_form(page)), answer)
        send(reply_form(page))
        expect(card(page, answer)).to_be_visible()
        expect(reply_form(page).get_by_role("textbox")).to_have_value("")
        replies = "1 reply" if number == 1 else f"{number} replies"
        expect(card(page, "Who has the key?").locator("> footer")).to_contain_text(replies)
    expect(page.locator("#replies").get_by_role("article")).to_contain_text(["It hangs by the door.", "Left side."])


def test_own_reply_below_many_is_brought_into_view(page: Page, conn: Connection, alice: str, question: str) -> None:
    asked = question.rpartition("/")[2]
    for number in range(12):
        make_activity(conn, alice, f"Reply {number}.", reply_to=UUID(asked))
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, "alice")
    page.goto(question)
    write(ready(reply_form(page)), "It hangs by the door.")
    send(reply_form(page))
    expect(card(page, "It hangs by the door.")).to_be_in_viewport()


def test_reply_to_a_reply_inside_a_thread(page: Page, question: str) -> None:
    sign_in(page, "alice")
    page.goto(question)
    write(ready(reply_form(page)), "It hangs by the door.")
    send(reply_form(page))
    ready(act(page, "It hangs by the door.", "Reply")).click()
    inner = ready(card(page, "It hangs by the door.").locator("form.composer"))
    write(inner, "On the left.")
    send(inner)
    expect(card(page, "It hangs by the door.").locator("article", has_text="On the left.")).to_be_visible()


def test_escape_closes_an_empty_reply_and_gives_the_focus_back(page: Page, question: str) -> None:
    sign_in(page, "alice")
    ready(act(page, "Who has the key?", "Reply")).click()
    expect(reply_form(page).get_by_role("textbox")).to_be_focused()
    page.keyboard.type("x")
    page.keyboard.press("Escape")
    expect(reply_form(page)).to_have_count(1)
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    expect(reply_form(page)).to_have_count(0)
    expect(act(page, "Who has the key?", "Reply")).to_be_focused()


def test_cancel_closes_the_reply_and_it_opens_again(page: Page, question: str) -> None:
    sign_in(page, "alice")
    ready(act(page, "Who has the key?", "Reply")).click()
    reply_form(page).get_by_role("link", name="Cancel").click()
    expect(reply_form(page)).to_have_count(0)
    expect(act(page, "Who has the key?", "Reply")).to_be_focused()
    reply_to(page, "Who has the key?", "On second thoughts.")


def test_cancel_asks_before_what_was_typed_is_lost(page: Page, question: str) -> None:
    sign_in(page, "alice")
    ready(act(page, "Who has the key?", "Reply")).click()
    write(ready(reply_form(page)), "Half a thought.")
    reply_form(page).get_by_role("link", name="Cancel").click()
    expect(reply_form(page).get_by_role("textbox")).to_have_value("Half a thought.")
    reply_form(page).get_by_role("link", name="Discard it").click()
    expect(reply_form(page)).to_have_count(0)
    expect(act(page, "Who has the key?", "Reply")).to_be_focused()


def test_opening_a_reply_twice_keeps_what_was_typed(page: Page, question: str) -> None:
    sign_in(page, "alice")
    ready(act(page, "Who has the key?", "Reply")).click()
    write(ready(reply_form(page)), "Half a thou")
    act(page, "Who has the key?", "Reply").click()
    expect(reply_form(page).get_by_role("textbox")).to_be_focused()
    expect(reply_form(page).get_by_role("textbox")).to_have_value("Half a thou")


def test_parent_gone_brings_the_text_back_to_post_on_its_own(
    page: Page, watch: Watch, conn: Connection, question: str
) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    ready(act(page, "Who has the key?", "Reply")).click()
    write(ready(reply_form(page)), "It hangs by the door.", ttl="3 days")
    end_now(conn, "Who has the key?")
    send(reply_form(page))

    expect(page.get_by_role("alert")).to_contain_text(GONE_MEANWHILE)
    kept = composer(page).filter(has_text="Post on its own")
    expect(kept.get_by_role("textbox")).to_have_value("It hangs by the door.")
    kept.get_by_role("button", name="Post on its own for 3 days").click()
    expect(card(page, "It hangs by the door.")).to_be_visible()
    expect(card(page, "It hangs by the door.")).not_to_contain_text("answering")


@pytest.mark.parametrize("where", ["feed", "thread"])
def test_parent_burned_meanwhile_leaves_the_page_and_the_text_stands_on_its_own(
    page: Page, watch: Watch, conn: Connection, question: str, where: str
) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    if where == "feed":
        ready(act(page, "Who has the key?", "Reply")).click()
    else:
        page.goto(question)
    write(ready(reply_form(page)), "It hangs by the door.")
    conn.execute("UPDATE activities SET expires_at = now(), user_uuid = NULL, message = NULL")
    send(reply_form(page))

    expect(page.get_by_role("article")).to_have_count(0)
    expect(page.get_by_text("Something was here. Its time has passed.")).to_be_visible()
    kept = composer(page).filter(has_text="Post on its own")
    expect(kept.get_by_role("textbox")).to_have_value("It hangs by the door.")
    expect(kept.get_by_role("textbox")).to_be_focused()
    expect(kept.get_by_role("link", name="Discard it")).to_be_visible()
    kept.get_by_role("button", name=re.compile("^Post on its own")).click()
    expect(card(page, "It hangs by the door.")).to_be_visible()


def test_parent_gone_text_can_be_discarded(page: Page, watch: Watch, conn: Connection, question: str) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    page.goto(question)
    write(ready(reply_form(page)), "It hangs by the door.")
    end_now(conn, "Who has the key?")
    send(reply_form(page))
    expect(page.get_by_role("alert")).to_contain_text(GONE_MEANWHILE)
    page.get_by_role("link", name="Discard it").click()
    expect(page.get_by_role("heading", name="Home")).to_be_attached()
    expect(page.get_by_role("article")).to_have_count(0)


def test_reply_deeper_than_a_thread_goes_is_answered_one_step_up(
    page: Page, watch: Watch, conn: Connection, alice: str, bob: str
) -> None:
    make_activity(conn, bob, "At the bottom.", reply_to=make_activity(conn, bob, "Above it."))
    conn.execute("UPDATE activities SET depth = depth + 99")
    watch.expect_errors()
    sign_in(page, "alice")
    page.goto("/@bob")
    ready(act(page, "At the bottom.", "Reply")).click()
    write(ready(reply_form(page)), "Is there more?", ttl="3 days")
    send(reply_form(page))
    expect(page.get_by_role("alert")).to_contain_text("This thread can't go any deeper.")
    kept = composer(page).filter(has_text="Post on its own")
    expect(kept.get_by_role("textbox")).to_have_value("Is there more?")
    expect(card(page, "At the bottom.").and_(page.locator("[data-stage=gone]"))).to_have_count(0)
    expect(card(page, "At the bottom.")).to_be_visible()
    kept.get_by_role("button", name="Reply one step up").click()
    expect(page.locator("#replies").get_by_role("article")).to_contain_text(["At the bottom.", "Is there more?"])


def test_reply_link_of_what_is_gone_says_so(page: Page, watch: Watch, conn: Connection, question: str) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    reply = ready(act(page, "Who has the key?", "Reply"))
    end_now(conn, "Who has the key?")
    reply.click()
    expect(notice(page)).to_contain_text("or its time has passed")
    expect(reply_form(page)).to_have_count(0)
