"""The panels of a card: its menu and its fuse, undo, and that no half-typed text is lost to them."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from browsing import (
    Server,
    Watch,
    act,
    burn,
    card,
    composer,
    enter,
    fuse_of,
    post,
    ready,
    reply_form,
    send,
    serve,
    write,
)
from factories import make_activity
from playwright.sync_api import Locator, Page, expect
from verbs import value
from ways import DatabaseUrls

from webapp.db.connections import Connection


@pytest.fixture(scope="session")
def server(worker_database: DatabaseUrls) -> Iterator[Server]:
    """One with undo."""
    with serve(worker_database, UNDO_SECONDS="60") as server:
        yield server


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    return server.url


def menu_of(page: Page, message: str) -> Locator:
    return card(page, message).get_by_role("link", name="More", exact=True)


def test_fuse_changes_the_card_in_place_and_keeps_a_half_typed_reply(home: Page) -> None:
    post(home, "Mine.")
    act(home, "Mine.", "Reply").click()
    write(ready(reply_form(home)), "Half a thou")
    fuse_of(home, "Mine.").click()
    panel = ready(home.locator("form.panel"))
    panel.get_by_role("radio", name="3 days", exact=True).check()
    panel.get_by_role("button", name="Change").click()
    expect(card(home, "Mine.")).to_contain_text("2 days 23 h left")
    expect(panel).to_have_count(0)
    expect(fuse_of(home, "Mine.")).to_be_focused()
    expect(home.locator("#announcer")).to_contain_text("Changed. It stays until")
    expect(reply_form(home).get_by_role("textbox")).to_have_value("Half a thou")
    send(reply_form(home))
    expect(card(home, "Half a thou")).to_be_visible()


def test_fuse_on_its_own_page_moves_the_line_below_it_too(home: Page) -> None:
    post(home, "Mine.", "1 hour").locator("a.when").click()
    ends = home.locator(".focus .span time").last
    before = str(ends.get_attribute("datetime"))
    fuse_of(home, "Mine.").click()
    ready(home.locator("form.panel")).get_by_role("radio", name="7 days", exact=True).check()
    home.get_by_role("button", name="Change").click()
    expect(card(home, "Mine.")).to_contain_text("6 days 23 h left")
    expect(ends).not_to_have_attribute("datetime", before)


def test_burning_on_ones_own_page_counts_down_once(home: Page, conn: Connection, bob: str) -> None:
    for words in ("One.", "Two.", "Three."):
        post(home, words)
    home.goto("/@alice")
    burn(home, "Two.")
    make_activity(conn, bob, "Later.")  # type: ignore[arg-type]
    expect(home).to_have_title(re.compile(r"^\(1\)"))  # so the page has been told of the burn, too
    expect(home.locator("#alive")).to_have_text(" · 2 activities")


def test_rewrite_brings_the_text_back(home: Page) -> None:
    post(home, "A tpyo.", "3 days")
    fuse_of(home, "A tpyo.").click()
    ready(home.locator("form.panel")).get_by_text("Rewrite", exact=True).click()
    home.get_by_role("button", name="Burn and rewrite").click()
    expect(composer(home).get_by_role("textbox")).to_have_value("A tpyo.")
    expect(composer(home).get_by_role("radio", name="3 days")).to_be_checked()


def test_menu_is_one_and_closes_by_escape_and_by_a_press_elsewhere(home: Page) -> None:
    for words in ("Lower.", "Upper."):
        post(home, words)
    menus = home.get_by_role("group", name="More")
    for words in ("Lower.", "Upper."):
        menu_of(home, words).focus()
        home.keyboard.press("Enter")
        expect(menu_of(home, words)).to_have_attribute("aria-expanded", "true")
        expect(menus).to_have_count(1)
        expect(home.get_by_role("button", name="Copy link")).to_be_focused()
    home.keyboard.press("Escape")
    expect(menus).to_have_count(0)
    expect(menu_of(home, "Upper.")).to_be_focused()
    menu_of(home, "Upper.").click()
    expect(menus).to_have_count(1)
    menu_of(home, "Upper.").click()  # its own button closes it too
    expect(menus).to_have_count(0)
    menu_of(home, "Upper.").click()
    expect(menus).to_have_count(1)
    composer(home).get_by_role("textbox").click()
    expect(menus).to_have_count(0)
    expect(composer(home).get_by_role("textbox")).to_be_focused()


def test_menu_copies_the_address_for_strangers_too(page: Page, conn: Connection, alice: str) -> None:
    made = make_activity(conn, alice, "For everybody.")  # type: ignore[arg-type]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/public")
    menu_of(page, "For everybody.").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied.")).to_be_visible()
    expect(page.locator("#announcer")).to_have_text("Link copied.")
    assert str(page.evaluate("() => navigator.clipboard.readText()")).endswith(f"/@alice/status/{made}")


def test_menu_without_a_clipboard_shows_the_address_to_copy(page: Page, conn: Connection, alice: str) -> None:
    make_activity(conn, alice, "For everybody.")  # type: ignore[arg-type]
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto("/public")
    menu_of(page, "For everybody.").click()
    expect(page.get_by_label("Address")).to_be_hidden()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_label("Address")).to_be_focused()
    assert "/@alice/status/" in page.evaluate("() => getSelection().toString()")


def undo(page: Page, message: str) -> None:
    card(page, message).locator("> footer").get_by_role("button", name="Undo").click()
    expect(card(page, message)).to_have_count(0)


def test_undo_brings_the_text_back_where_it_was_written(home: Page, conn: Connection, bob: str) -> None:
    post(home, "Too soon.", "3 hours")
    undo(home, "Too soon.")
    box = composer(home).get_by_role("textbox")
    expect(box).to_have_value("Too soon.")
    expect(box).to_be_focused()
    expect(composer(home).get_by_role("radio", name="3 hours")).to_be_checked()
    send(composer(home))
    expect(card(home, "Too soon.")).to_be_visible()

    make_activity(conn, bob, "Who has the key?", age=timedelta(minutes=1))  # type: ignore[arg-type]
    home.goto("/public")
    act(home, "Who has the key?", "Reply").click()
    write(ready(reply_form(home)), "It hangs by the door.")
    send(reply_form(home))
    undo(home, "It hangs by the door.")
    expect(reply_form(home).get_by_role("textbox")).to_have_value("It hangs by the door.")
    expect(reply_form(home).get_by_role("textbox")).to_be_focused()
    send(ready(reply_form(home)))
    expect(card(home, "It hangs by the door.")).to_be_visible()
    assert value(conn, "SELECT count(*) FROM alive_activities WHERE reply_to_activity_uuid IS NOT NULL") == 1


def test_undo_takes_no_other_texts_place(home: Page) -> None:
    post(home, "Too soon.")
    write(composer(home), "Another thought")
    card(home, "Too soon.").get_by_role("button", name="Undo").click()
    expect(home.get_by_role("heading", name="Write")).to_be_visible()
    expect(composer(home).get_by_role("textbox")).to_have_value("Too soon.")


def test_undo_leaves_the_card_when_its_time_is_over(page: Page, conn: Connection, base_url: str, alice: str) -> None:
    page.clock.install()
    home = enter(page, conn, base_url)
    post(home, "Out soon.")
    button = card(home, "Out soon.").get_by_role("button", name="Undo")
    button.focus()
    page.clock.fast_forward("00:59")
    expect(button).to_be_visible()
    page.clock.fast_forward("00:02")
    expect(button).to_have_count(0)
    expect(fuse_of(home, "Out soon.")).to_be_focused()


def test_undo_that_comes_too_late_says_so_and_draws_the_card_again(home: Page, conn: Connection, watch: Watch) -> None:
    watch.expect_errors()
    post(home, "Out.")
    conn.execute("UPDATE activities SET visible_from = now()")
    with home.expect_response("**/undo"):
        card(home, "Out.").get_by_role("button", name="Undo").click()
    expect(home.locator("#notices")).to_contain_text("It is out now: burn it instead.")
    expect(card(home, "Out.").get_by_role("button", name="Undo")).to_have_count(0)
