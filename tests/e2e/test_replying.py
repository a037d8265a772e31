"""Replying from the feed and from a thread, and what happens when the other one ends meanwhile."""

import re

import pytest
from browsing import Watch, act, card, composer, notice, ready, reply_form, send, write
from factories import make_activity
from playwright.sync_api import Locator, Page, expect
from verbs import value

from webapp.db.connections import Connection

ASKED, ANSWER = "Who has the key?", "It hangs by the door."


def replies(page: Page) -> Locator:
    return page.locator("#replies").get_by_role("article")


@pytest.fixture
def question(conn: Connection, bob: str) -> str:
    """An activity by bob that alice can answer; its address."""
    return f"/@bob/status/{make_activity(conn, bob, ASKED)}"


@pytest.fixture
def thread(question: str, home: Page) -> Page:
    """alice's browser, on the page of that activity."""
    home.goto(question)
    return home


def test_reply_from_the_feed_opens_and_lands_below_the_card(question: str, home: Page) -> None:
    asked = card(home, ASKED)
    ready(act(home, ASKED, "Reply")).click()
    expect(reply_form(home).get_by_role("textbox")).to_be_focused()
    expect(asked.locator("form.composer")).to_have_count(1)
    write(reply_form(home), ANSWER, ttl="1 day")
    expect(reply_form(home).locator("summary").get_by_text("for 1 day", exact=True)).to_be_visible()
    send(reply_form(home))

    expect(asked.locator("article", has_text=ANSWER)).to_contain_text("Bob")
    expect(asked.get_by_role("link", name="Reply to Bob, 1 reply")).to_be_visible()
    expect(reply_form(home)).to_have_count(0)
    expect(home.locator("#announcer")).not_to_be_empty()


def test_replies_in_a_thread_follow_each_other_and_nest(thread: Page) -> None:
    for number, words in enumerate([ANSWER, "Left side."], start=1):
        write(ready(reply_form(thread)), words)
        send(reply_form(thread))
        expect(card(thread, words)).to_be_visible()
        expect(reply_form(thread).get_by_role("textbox")).to_have_value("")
        counted = re.compile(f"^Reply to Bob, {number} repl")
        expect(card(thread, ASKED).get_by_role("link", name=counted)).to_be_visible()
    expect(replies(thread)).to_contain_text([ANSWER, "Left side."])


def test_reply_in_a_thread_stands_where_a_reload_puts_it(thread: Page, conn: Connection, bob: str) -> None:
    """Three deep, between others, while a second form holds a text."""
    root = value(conn, "SELECT uuid FROM activities")
    first = make_activity(conn, bob, "First.", reply_to=root)
    make_activity(conn, bob, "Below it.", reply_to=first)
    make_activity(conn, bob, "Last.", reply_to=root)
    thread.reload()
    ready(act(thread, "Last.", "Reply")).click()
    write(ready(card(thread, "Last.").locator("form.composer")), "Half a thought.")
    for to, words in (("First.", "Beside."), ("Beside.", "Deeper.")):
        ready(act(thread, to, "Reply")).click()
        form = ready(card(thread, to).locator("form.composer"))
        write(form, words)
        send(form)
        expect(card(thread, words)).to_be_in_viewport()
    expect(card(thread, "First.").locator("form.composer")).to_have_count(0)
    half = card(thread, "Last.").get_by_role("textbox")
    expect(half).to_have_value("Half a thought.")
    shown = thread.locator("#replies .message").all_inner_texts()
    assert shown == ["First.", "Below it.", "Beside.", "Deeper.", "Last."]
    depths = "(places) => places.map((place) => place.dataset.depth)"
    drawn = thread.locator("#replies .place").evaluate_all(depths)
    thread.reload()
    assert thread.locator("#replies .message").all_inner_texts() == shown
    assert thread.locator("#replies .place").evaluate_all(depths) == drawn == ["0", "1", "1", "2", "0"]


def test_reply_is_closed_with_the_focus_given_back_and_never_with_what_was_typed(question: str, home: Page) -> None:
    button, box = act(home, ASKED, "Reply"), reply_form(home).get_by_role("textbox")
    ready(button).click()
    expect(box).to_be_focused()
    home.keyboard.type("x")
    home.keyboard.press("Escape")
    expect(box).to_have_value("x")
    button.click()
    expect(box).to_be_focused()
    expect(box).to_have_value("x")
    home.keyboard.press("Backspace")
    home.keyboard.press("Escape")
    expect(reply_form(home)).to_have_count(0)
    expect(button).to_be_focused()

    button.click()
    ready(reply_form(home)).get_by_role("link", name="Cancel").click()
    expect(reply_form(home)).to_have_count(0)
    expect(button).to_be_focused()
    button.click()
    write(ready(reply_form(home)), "Half a thought.")
    reply_form(home).get_by_role("link", name="Cancel").click()
    expect(reply_form(home)).to_have_count(0)
    expect(button).to_be_focused()
    button.click()  # it is a draft
    expect(box).to_have_value("Half a thought.")


def test_reply_to_what_was_burned_leaves_a_stub_and_can_be_discarded(
    thread: Page, watch: Watch, conn: Connection
) -> None:
    watch.expect_errors()
    thread.route("**/alive*", lambda route: route.abort())  # the page does not learn of it before
    write(ready(reply_form(thread)), ANSWER)
    conn.execute("UPDATE activities SET expires_at = now(), user_uuid = NULL")
    send(reply_form(thread))
    expect(thread.get_by_role("article")).to_have_count(0)
    expect(thread.get_by_text("It is gone now.")).to_be_visible()
    kept = composer(thread).filter(has_text="Post on its own")
    expect(kept.get_by_role("textbox")).to_have_value(ANSWER)
    expect(kept.get_by_role("textbox")).to_be_focused()
    kept.get_by_role("link", name="Discard it").click()
    expect(thread.get_by_role("heading", name="Home")).to_be_attached()
    expect(thread.get_by_role("article")).to_have_count(0)


def test_reply_deeper_than_a_thread_goes_is_made_one_step_up(
    home: Page, watch: Watch, conn: Connection, bob: str
) -> None:
    make_activity(conn, bob, "At the bottom.", reply_to=make_activity(conn, bob, "Above it."))
    conn.execute("UPDATE activities SET depth = depth + 99")
    watch.expect_errors()
    home.goto("/@bob")
    ready(act(home, "At the bottom.", "Reply")).click()
    write(ready(reply_form(home)), "Is there more?", ttl="3 days")
    send(reply_form(home))
    kept = composer(home).filter(has_text="Post on its own")
    expect(kept.get_by_role("textbox")).to_have_value("Is there more?")
    expect(card(home, "At the bottom.")).to_be_visible()
    expect(card(home, "At the bottom.").and_(home.locator("[data-stage=gone]"))).to_have_count(0)
    kept.get_by_role("button", name=re.compile("one step up")).click()
    expect(replies(home)).to_contain_text(["At the bottom.", "Is there more?"])


def test_reply_link_of_what_is_gone_says_so(question: str, home: Page, watch: Watch, conn: Connection) -> None:
    watch.expect_errors()
    reply = ready(act(home, ASKED, "Reply"))
    conn.execute("UPDATE activities SET expires_at = greatest(created_at, now())")
    reply.click()
    expect(notice(home)).not_to_be_empty()
    expect(reply_form(home)).to_have_count(0)
