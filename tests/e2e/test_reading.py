"""Reading: the feed that goes on and ends, light and dark, narrow screens, calm ones, and leaving."""

import re
from datetime import timedelta
from typing import Any

import pytest
from browsing import Watch, act, card, composer, notice, post, ready, send, sign_in, sign_out, write
from factories import make_activity
from playwright.sync_api import Browser, Page, expect

from webapp.db.connections import Connection

LONG = "https://example.org/" + "a" * 120 + " " + "Donaudampfschifffahrtsgesellschaft" * 4


def many(conn: Connection, author: str, count: int) -> None:
    for number in range(count):
        make_activity(conn, author, f"Number {number:02}.", age=timedelta(minutes=number + 1))


# Text --------------------------------------------------------------------------------------------------------


def test_each_line_runs_as_its_own_script_does(page: Page, conn: Connection, alice: str) -> None:
    make_activity(conn, alice, "صباح الخير\nGood morning.\nשלום")
    page.goto("/")
    # Where each line begins and ends, as shares of the width.
    lines = page.locator(".message").evaluate(
        """(message) => {
          const text = message.firstChild, whole = message.getBoundingClientRect(), range = document.createRange();
          let from = 0;
          return text.data.trim().split("\\n").map((line) => {
            range.setStart(text, from); range.setEnd(text, from + line.length); from += line.length + 1;
            const box = range.getBoundingClientRect();
            return [box.left <= whole.left + 1, box.right >= whole.right - 1];
          });
        }"""
    )
    assert lines == [[False, True], [True, False], [False, True]]


# The feed ----------------------------------------------------------------------------------------------------


def test_feed_goes_on_as_one_scrolls_and_ends(page: Page, conn: Connection, alice: str) -> None:
    many(conn, alice, 45)
    page.goto("/")
    ready(page.get_by_role("link", name="Show older"))
    for shown in (40, 45):
        page.get_by_role("article").last.scroll_into_view_if_needed()
        page.mouse.wheel(0, 3000)
        expect(page.get_by_role("article")).to_have_count(shown)
    expect(page.get_by_text("You are caught up.")).to_be_visible()
    numbers = page.locator("article .message").all_inner_texts()
    assert numbers == [f"Number {number:02}." for number in range(45)]


def test_older_activities_are_a_plain_link_too(page: Page, conn: Connection, alice: str) -> None:
    many(conn, alice, 25)
    page.goto("/public")
    address = page.get_by_role("link", name="Show older").get_attribute("href")
    assert address
    page.goto(address)
    expect(page.get_by_role("article")).to_have_count(5)
    expect(card(page, "Number 24.")).to_be_visible()


def test_more_replies_come_at_the_end(page: Page, conn: Connection, alice: str) -> None:
    top = make_activity(conn, alice, "The beginning.", age=timedelta(hours=2))
    for number in range(25):
        make_activity(conn, alice, f"Reply {number:02}.", age=timedelta(minutes=60 - number), reply_to=top)
    page.goto(f"/@alice/status/{top}")
    ready(page.get_by_role("link", name="More replies"))
    page.mouse.wheel(0, 9000)
    expect(page.locator("#replies").get_by_role("article")).to_have_count(25)
    assert page.locator("#replies .message").all_inner_texts() == [f"Reply {number:02}." for number in range(25)]


def test_reply_to_a_long_thread_is_there_once(page: Page, conn: Connection, alice: str) -> None:
    top = make_activity(conn, alice, "The beginning.", age=timedelta(hours=2))
    for number in range(25):
        make_activity(conn, alice, f"Reply {number:02}.", age=timedelta(minutes=60 - number), reply_to=top)
    sign_in(page, "alice")
    page.goto(f"/@alice/status/{top}")
    page.set_viewport_size({"width": 1280, "height": 500})
    form = ready(page.locator("form.composer"))
    write(form, "The newest.")
    send(form)
    expect(page.locator("#replies").get_by_text("The newest.")).to_have_count(1)
    page.mouse.wheel(0, 9000)
    expect(page.locator("#replies").get_by_role("article")).to_have_count(26)
    expect(page.locator("#replies").get_by_text("The newest.")).to_have_count(1)
    assert page.locator("#replies .message").all_inner_texts()[-1] == "The newest."


# Light, dark, calm, narrow -----------------------------------------------------------------------------------


def paper(page: Page) -> str:
    return str(page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor"))


def test_theme_button_changes_the_light_and_it_stays(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    by_day = paper(page)
    page.get_by_role("button", name="Theme: system. Switch to dark").click()
    by_night = paper(page)
    assert by_night != by_day
    page.reload()
    assert paper(page) == by_night
    page.get_by_role("button", name="Theme: dark. Switch to light").click()
    assert paper(page) == by_day


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
def test_theme_button_leads_back_to_what_the_system_says(page: Page, system: Any, other: Any) -> None:
    page.emulate_media(color_scheme=system)
    page.goto("/")
    button = page.locator("#theme")
    for name, following in (("system", other), (other, system), (system, "system"), ("system", other)):
        expect(button).to_have_accessible_name(f"Theme: {name}. Switch to {following}")
        button.click()
        # Said aloud too: not every screen reader tells that a name changed.
        expect(page.locator("#announcer")).to_have_text(str(button.get_attribute("title")))
    page.reload()
    expect(button).to_have_accessible_name(f"Theme: {other}. Switch to {system}")
    for _ in range(2):
        button.click()
    page.emulate_media(color_scheme=other)
    by_other = paper(page)
    page.emulate_media(color_scheme=system)
    assert paper(page) != by_other
    page.reload()
    expect(button).to_have_accessible_name(f"Theme: system. Switch to {other}")


def test_the_system_decides_until_somebody_does(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/")
    by_night = paper(page)
    page.emulate_media(color_scheme="light")
    assert paper(page) != by_night


def test_calm_screens_see_nothing_move(page: Page, conn: Connection, alice: str) -> None:
    make_activity(conn, alice, "Gone in an hour.", left=timedelta(hours=1))
    page.emulate_media(reduced_motion="reduce")
    page.clock.install()
    page.goto("/")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((e) => {
          const style = getComputedStyle(e);
          return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
        }).length"""
    )
    assert moving == 0
    page.evaluate(
        """() => {
          const card = document.querySelector("article");
          window.stages = [card.dataset.stage];
          const note = () => window.stages.push(card.dataset.stage);
          new MutationObserver(note).observe(card, { attributeFilter: ["data-stage"] });
        }"""
    )
    page.clock.fast_forward("01:00:00")
    expect(card(page, "Gone in an hour.")).to_have_count(0)
    assert set(page.evaluate("() => window.stages")) == {"bright"}


@pytest.mark.parametrize("width", [320, 390])
def test_no_page_scrolls_sideways_on_a_narrow_screen(
    page: Page, watch: Watch, conn: Connection, alice: str, width: int
) -> None:
    watch.expect_errors()
    conn.execute("UPDATE users SET display_name = repeat('Wide', 12), bio = repeat('w', 300)")
    top = make_activity(conn, alice, LONG)
    for message in (LONG, "W" * 280, "क्ष" * 100, "😀" * 280):
        top = make_activity(conn, alice, message, reply_to=top)
    page.set_viewport_size({"width": width, "height": 640})
    pages = ["/", "/public", "/@alice", f"/@alice/status/{top}", "/sign-in", "/sign-up", "/nowhere"]
    own = ["/", "/compose", f"/compose?reply_to={top}", f"/activities/{top}/burn", "/@alice", f"/@alice/status/{top}"]
    wide = {path: overflow(page, path) for path in pages}
    sign_in(page, "alice")
    wide |= {f"{path} (signed in)": overflow(page, path) for path in own}
    assert {path: found for path, found in wide.items() if found} == {}


def overflow(page: Page, path: str) -> Any:
    """What reaches over the right edge of the page; nothing where it fits."""
    page.goto(path)
    if page.get_by_role("textbox").first.is_visible():
        page.get_by_role("textbox").first.focus()
    return page.evaluate(
        """() => {
          const root = document.documentElement;
          if (root.scrollWidth <= root.clientWidth) return null;
          const over = (e) => e.getBoundingClientRect().right > root.clientWidth + 1;
          const out = [...document.querySelectorAll("body *")].filter(over);
          return out.slice(0, 3).map((e) => `${e.tagName}.${e.className}`).join(" ");
        }"""
    )


# Leaving -----------------------------------------------------------------------------------------------------


def test_after_signing_out_back_shows_nothing_private(page: Page, alice: str) -> None:
    sign_in(page, "alice")
    post(page, "Mine.")
    page.get_by_role("button", name="Theme: system. Switch to dark").click()
    assert page.evaluate("() => localStorage.length") == 1
    page.goto("/@alice")
    sign_out(page)
    assert page.evaluate("() => [localStorage.length, sessionStorage.length]") == [0, 0]
    for _ in range(2):
        page.go_back()
        expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
        expect(page.get_by_role("navigation", name="Main")).to_have_count(0)
        expect(page.get_by_role("link", name="Burn")).to_have_count(0)
        expect(page.get_by_role("textbox", name="Your message")).to_have_count(0)


def test_session_ended_elsewhere_keeps_the_text(
    page: Page, watch: Watch, conn: Connection, browser: Browser, alice: str
) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    write(ready(composer(page)), "On my way.")
    conn.execute("DELETE FROM sessions")
    send(composer(page))
    expect(notice(page)).to_contain_text("You're signed out. Sign in (it opens a new tab)")
    expect(composer(page).get_by_role("textbox")).to_have_value("On my way.")
    assert conn.execute("SELECT count(*) FROM activities").fetchone() == (0,)

    with page.context.expect_page() as opened:
        notice(page).get_by_role("link", name="Sign in").click()
    tab = opened.value
    expect(tab).to_have_url(re.compile("/sign-in$"))
    sign_in(tab, "alice")
    tab.close()
    expect(composer(page).get_by_role("textbox")).to_have_value("On my way.")
    send(composer(page))
    expect(page.get_by_role("alert")).to_contain_text("press the button again")
    expect(composer(page).get_by_role("textbox")).to_have_value("On my way.")
    send(composer(page))
    expect(card(page, "On my way.")).to_be_visible()


def test_session_begun_anew_elsewhere_asks_once_more_before_a_burn(page: Page, watch: Watch, alice: str) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    post(page, "Mine.")
    ready(act(page, "Mine.", "Burn")).click()
    tab = page.context.new_page()
    tab.goto("/@alice")
    sign_out(tab)
    sign_in(tab, "alice")
    tab.close()
    page.get_by_role("button", name="Burn it").click()
    expect(page.get_by_role("alert")).to_contain_text("press the button again")
    expect(notice(page)).to_be_empty()
    page.get_by_role("button", name="Burn it").click()
    expect(card(page, "Mine.")).to_have_count(0)


def test_wrong_password_says_so_and_keeps_the_handle(page: Page, watch: Watch, alice: str) -> None:
    watch.expect_errors()
    page.goto("/sign-in")
    page.get_by_label("Email or handle").fill("alice")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("didn't match")
    expect(page.get_by_label("Email or handle")).to_have_value("alice")
    expect(page.get_by_label("Password")).to_have_value("")


def test_joining_with_mistakes_tells_all_of_them_beside_their_fields(page: Page, watch: Watch, alice: str) -> None:
    watch.expect_errors()
    page.goto("/sign-up")
    page.get_by_label("Name").fill("Second Alice")
    page.get_by_label("Handle").fill("alice")
    page.get_by_label("Email").fill("second@example.com")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_label("Handle")).to_have_accessible_description(re.compile("taken"))
    expect(page.get_by_label("Password")).to_have_accessible_description(re.compile("too easy to guess"))
    expect(page.get_by_label("Handle")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Second Alice")
    expect(page.get_by_label("Email")).to_have_value("second@example.com")
