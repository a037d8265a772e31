"""What is typed stands again wherever its writer comes back to, and goes out once, as themselves."""

import pytest
from browsing import Watch, act, card, composer, enter, failure, ready, reply_form, send, write
from factories import make_activity
from playwright.sync_api import BrowserContext, Page, Route, expect
from verbs import value

from webapp.db.connections import Connection

TEXT = "Has anybody seen the blue boat?"
RESTORE = "() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"  # from the browser's cache


def begin(page: Page, text: str = TEXT) -> None:
    """Types a text and waits until it is kept."""
    with page.expect_response("**/drafts"):
        write(composer(page), text)
    expect(composer(page).locator(".kept")).to_have_text("Draft kept")


def test_text_is_kept_as_it_is_typed_and_offered_on_home_and_on_write(home: Page) -> None:
    begin(home)
    home.locator("#nav-home").click()
    expect(composer(home).get_by_role("textbox")).to_have_value(TEXT)
    home.goto("/compose")
    expect(composer(home).get_by_role("textbox")).to_have_value(TEXT)
    composer(home).get_by_role("button", name="Discard").click()
    expect(composer(home).get_by_role("textbox")).to_be_focused()
    expect(composer(home).get_by_role("button", name="Discard")).to_have_count(0)
    home.goto("/")
    expect(composer(home).get_by_role("textbox")).to_have_value("")


@pytest.mark.parametrize("leave", ["reload", "Home"])
def test_text_is_there_after_leaving_in_the_middle_of_a_word(home: Page, leave: str) -> None:
    ready(composer(home)).get_by_role("textbox").focus()
    home.keyboard.type("Half a wo")
    home.reload() if leave == "reload" else home.locator("#nav-home").click()
    expect(composer(home).get_by_role("textbox")).to_have_value("Half a wo")


def test_reply_is_there_after_leaving(home: Page, conn: Connection, bob: str) -> None:
    make_activity(conn, bob, "Who has the key?")
    home.reload()
    act(home, "Who has the key?", "Reply").click()
    ready(reply_form(home)).get_by_role("textbox").fill("It hangs")
    expect(reply_form(home).locator(".kept")).to_have_text("Draft kept")
    home.goto("/drafts")
    expect(home.get_by_role("listitem").filter(has_text="It hangs")).to_contain_text("@bob")
    home.goto("/")
    act(home, "Who has the key?", "Reply").click()
    expect(reply_form(home).get_by_role("textbox")).to_have_value("It hangs")


def test_text_in_two_tabs_overwrites_none(home: Page, context: BrowserContext, conn: Connection) -> None:
    begin(home)
    other = context.new_page()
    other.goto("/compose")
    begin(other, "From the other tab.")
    begin(home, f"{TEXT} At the pier.")
    texts = {text for (text,) in conn.execute("SELECT message FROM drafts")}
    assert texts == {"From the other tab.", f"{TEXT} At the pier."}
    for page, words in ((home, "At the pier."), (other, "From the other tab.")):
        send(composer(page))
        expect(card(page, words)).to_be_visible()
    assert value(conn, "SELECT count(*) FROM drafts") == 0


def test_post_waits_for_a_save_and_takes_the_second_draft_along(
    home: Page, context: BrowserContext, conn: Connection
) -> None:
    begin(home)
    other = context.new_page()
    other.goto("/compose")
    begin(other, "From the other tab.")
    saves: list[Route] = []
    home.route("**/drafts", lambda route: saves.append(route), times=1)
    with home.expect_request("**/drafts"):
        write(composer(home), "Half a")
    write(composer(home), "Half a word.")
    send(composer(home))
    saves[0].continue_()
    expect(card(home, "Half a word.")).to_be_visible()
    assert conn.execute("SELECT message FROM drafts").fetchall() == [("From the other tab.",)]


def test_page_that_comes_back_after_posting_is_empty(home: Page, context: BrowserContext, conn: Connection) -> None:
    begin(home)
    other = context.new_page()
    other.goto("/compose")
    send(composer(other))
    expect(card(other, TEXT)).to_be_visible()
    other.go_back()
    for page in (home, other):
        page.evaluate(RESTORE)
        expect(composer(page).get_by_role("textbox")).to_have_value("")
    write(ready(composer(home)), "Something else.")
    send(composer(home))
    expect(card(home, "Something else.")).to_be_visible()
    assert value(conn, "SELECT count(*) FROM activities") == 2


def test_text_typed_after_another_tab_posted_is_a_draft_of_its_own(home: Page, context: BrowserContext) -> None:
    begin(home)
    other = context.new_page()
    other.goto("/compose")
    send(composer(other))
    expect(card(other, TEXT)).to_be_visible()
    with home.expect_response(lambda answer: answer.url.endswith("/drafts") and "key" in answer.json()):
        write(composer(home), "Something else.")
    home.reload()
    expect(composer(home).get_by_role("textbox")).to_have_value("Something else.")


def test_text_of_one_never_goes_out_as_another(
    home: Page, context: BrowserContext, watch: Watch, conn: Connection, base_url: str, bob: str
) -> None:
    watch.expect_errors()
    begin(home)
    enter(context.new_page(), conn, base_url, "bob")
    write(composer(home), f"{TEXT} At the pier.")
    expect(composer(home).locator(".kept")).to_have_text("Not saved")
    send(composer(home))
    expect(composer(home).get_by_role("alert")).to_contain_text("@bob")
    expect(home.get_by_role("article")).to_have_count(0)
    assert conn.execute("SELECT user_uuid::text, message FROM drafts").fetchall() == [
        (value(conn, "SELECT uuid::text FROM users WHERE handle = 'alice'"), TEXT)
    ]
    saves = [url for url in watch.requests if url.endswith("/drafts")]
    home.evaluate("() => dispatchEvent(new PageTransitionEvent('pagehide'))")  # which waits for no second
    composer(home).get_by_role("button", name="Post as @bob").click()
    expect(card(home, "At the pier.")).to_contain_text("@bob")
    assert [url for url in watch.requests if url.endswith("/drafts")] == saves


def test_text_typed_while_signed_out_is_saved_after_signing_in_elsewhere(
    home: Page, context: BrowserContext, watch: Watch, conn: Connection, base_url: str
) -> None:
    watch.expect_errors()
    begin(home, "Has")
    conn.execute("DELETE FROM sessions")
    write(composer(home), TEXT)
    expect(composer(home).locator(".kept")).to_have_text("Not saved")
    send(composer(home))
    expect(failure(composer(home)).get_by_role("link", name="Sign in")).to_be_visible()
    enter(context.new_page(), conn, base_url)
    begin(home, f"{TEXT} At the pier.")


def test_composer_opens_by_its_row_and_folds_when_it_is_left_empty(home: Page) -> None:
    form, lives = ready(composer(home)), composer(home).get_by_role("radio", name="7 days")
    box = form.bounding_box()
    assert box
    expect(lives).to_be_hidden()
    home.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] - 3)
    expect(form.get_by_role("textbox")).to_be_focused()
    expect(lives).to_be_visible()
    home.keyboard.press("Escape")
    expect(lives).to_be_hidden()
    home.locator("#nav-write").click()
    expect(form.get_by_role("textbox")).to_be_focused()
    home.get_by_role("heading", name="Vanishing").click()
    expect(lives).to_be_hidden()
    home.keyboard.press("n")
    expect(form.get_by_role("textbox")).to_be_focused()
    home.keyboard.type("n")
    home.get_by_role("heading", name="Vanishing").click()
    expect(lives).to_be_visible()


def test_error_goes_with_the_first_key(home: Page, watch: Watch) -> None:
    watch.expect_errors()
    ready(composer(home)).get_by_role("textbox").focus()
    send(composer(home))
    expect(composer(home).locator(".error")).to_be_visible()
    home.keyboard.type("B")
    expect(composer(home).locator(".error")).to_have_count(0)
    expect(composer(home).locator("[aria-invalid]")).to_have_count(0)


def test_sending_that_takes_long_says_so(home: Page) -> None:
    home.route("**/activities", lambda route: None)
    write(ready(composer(home)), TEXT)
    send(composer(home))
    expect(composer(home)).to_have_attribute("aria-busy", "true")
