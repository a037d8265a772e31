"""Writing, from joining to a card at the top of the feed, and everything that may go wrong on the way."""

import re

from browsing import Watch, card, composer, join, notice, post, ready, send, there, write
from playwright.sync_api import BrowserContext, Page, Route, expect
from verbs import count

from webapp.db.connections import Connection

LOST = ["console error: Failed to load resource", "console error: htmx: htmx:error: Failed to fetch"]


def test_joining_and_writing_puts_the_card_on_top_without_a_page_load(page: Page, conn: Connection) -> None:
    join(page, "carol")
    expect(page.get_by_role("heading", name="Home")).to_be_attached()
    page.evaluate("() => { window.sameLife = true; }")
    key = composer(page).locator("[name=key]").input_value()
    post(page, "First light.")
    expect(composer(page).get_by_role("textbox")).to_have_value("")
    assert composer(page).locator("[name=key]").input_value() != key
    said = page.locator("#announcer")
    expect(said).to_contain_text(there(said.locator("time")))
    expect(said).to_have_attribute("role", "status")
    post(page, "Second light.")
    expect(page.get_by_role("article").first).to_contain_text("Second light.")
    expect(page.get_by_role("article")).to_have_count(2)
    assert page.evaluate("() => window.sameLife")
    assert count(conn, "activities") == 2


def test_ttl_choice_changes_the_button_and_is_remembered(home: Page) -> None:
    button = composer(home).get_by_role("button")
    expect(button).to_have_accessible_name("Post for 7 days")
    composer(home).get_by_role("textbox").focus()
    composer(home).get_by_role("radio", name="3 hours").check()
    expect(button).to_have_accessible_name("Post for 3 hours")
    expect(post(home, "Short.")).to_contain_text("2 h 59 min left")
    expect(button).to_have_accessible_name("Post for 3 hours")
    home.reload()
    composer(home).get_by_role("textbox").focus()
    expect(composer(home).get_by_role("radio", name="3 hours")).to_be_checked()


def test_lives_open_and_the_text_is_posted_when_the_scripts_do_not_arrive(home: Page, watch: Watch) -> None:
    watch.expect_errors()
    home.route("**/js/signed-in*", lambda route: route.abort())
    home.reload()
    form = composer(home)
    expect(form.get_by_role("radio", name="3 hours")).to_be_hidden()  # what is hidden before a script runs
    form.get_by_role("textbox").fill("Plain.")
    form.get_by_role("radio", name="3 hours").check()
    send(form)
    expect(card(home, "Plain.")).to_contain_text("2 h 59 min left")


def test_refused_text_is_kept_with_the_reason_and_nothing_moves(home: Page, watch: Watch) -> None:
    watch.expect_errors()
    form = ready(composer(home))
    box = form.get_by_role("textbox")
    write(form, "   ", ttl="1 day")
    for width in (390, 1280):
        home.set_viewport_size({"width": width, "height": 844})
        for words in ("   ", "w" * 281):
            write(form, words)
            before = form.get_by_role("button").bounding_box(), form.bounding_box()
            with home.expect_response("**/activities"):
                send(form)
            expect(form.locator(".error")).to_be_visible()
            expect(box).to_have_value(words)
            expect(box).to_be_focused()
            expect(box).to_have_accessible_description(re.compile("."))
            expect(form.get_by_role("radio", name="1 day")).to_be_checked()
            assert (form.get_by_role("button").bounding_box(), form.bounding_box()) == before
    expect(form.locator(".counter")).to_have_text("-1")
    expect(home.get_by_role("article")).to_have_count(0)
    post(home, "w" * 280)


def test_double_click_makes_one_activity(home: Page, watch: Watch, conn: Connection, base_url: str) -> None:
    write(ready(composer(home)), "Only once.")
    composer(home).get_by_role("button").dblclick()
    expect(composer(home).get_by_role("textbox")).to_have_value("")
    expect(card(home, "Only once.")).to_have_count(1)
    assert [url for url in watch.requests if url.endswith("/activities")] == [f"{base_url}/activities"]
    assert count(conn, "activities") == 1


def test_ctrl_enter_posts_from_the_text_and_from_the_lives_below(home: Page) -> None:
    for key in ("Shift", "Tab"):
        write(ready(composer(home)), f"By {key}.")
        home.keyboard.press(key)
        home.keyboard.press("Control+Enter")
        expect(card(home, f"By {key}.")).to_be_visible()


# What goes wrong on the way ----------------------------------------------------------------------------------


def test_offline_is_said_and_the_text_waits(home: Page, context: BrowserContext, watch: Watch) -> None:
    watch.expected = LOST
    post(home, "Here before.")
    write(ready(composer(home)), "Patience.")
    context.set_offline(True)
    send(composer(home))
    expect(notice(home)).not_to_be_empty()
    expect(composer(home).get_by_role("textbox")).to_have_value("Patience.")
    expect(home.get_by_role("article")).to_have_count(1)

    context.set_offline(False)
    send(composer(home))
    expect(card(home, "Patience.")).to_be_visible()
    expect(notice(home)).to_be_empty()


def test_text_that_was_changed_after_a_lost_answer_is_not_lost(home: Page, watch: Watch, conn: Connection) -> None:
    watch.expected = LOST

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    home.route("**/activities", lose_the_answer, times=1)
    write(ready(composer(home)), "Meet at 5.")
    send(composer(home))
    expect(notice(home)).not_to_be_empty()
    write(composer(home), "Meet at 6, not at 5.")
    with home.expect_response("**/activities"):
        send(composer(home))
    expect(composer(home).get_by_role("alert")).to_be_visible()
    expect(composer(home).get_by_role("textbox")).to_have_value("Meet at 6, not at 5.")
    send(ready(composer(home)))
    expect(card(home, "Meet at 6, not at 5.")).to_be_visible()
    assert count(conn, "activities") == 2


def test_an_answer_from_in_between_is_said_and_touches_nothing(home: Page, watch: Watch) -> None:
    watch.expect_errors()
    write(ready(composer(home)), "Through a proxy.")
    for status in (400, 413, 422, 500, 503):  # as 400 and 422 our own forms come back
        answer = {"status": status, "content_type": "text/html", "body": "<h1>No</h1>"}
        home.route("**/activities", lambda route, _, answer=answer: route.fulfill(**answer), times=1)
        send(composer(home))
        expect(notice(home)).to_contain_text(str(status))
        expect(home.get_by_text("No", exact=True)).to_have_count(0)
        expect(composer(home).get_by_role("textbox")).to_have_value("Through a proxy.")
        home.get_by_role("button", name="Close").click()
        expect(notice(home)).to_be_empty()
    send(composer(home))
    expect(card(home, "Through a proxy.")).to_be_visible()
