"""Reading: the feed that goes on and ends, light and dark, narrow screens, calm ones, and leaving."""

import re
from datetime import timedelta
from typing import Any

from browsing import Watch, card, composer, enter, failure, post, ready, send, sign_in, sign_out, write
from factories import make_activity
from playwright.sync_api import Page, expect
from verbs import count

from webapp.db.connections import Connection

LONG = "https://example.org/" + "a" * 120 + " " + "Donaudampfschifffahrtsgesellschaft" * 4


def test_long_address_is_copied_whole_and_shows_its_host(page: Page, conn: Connection, alice: str) -> None:
    host = "a-" * 25 + "x.example"
    words = f"  See https://{host}/{'p' * 150}\n\tthen\u202e"
    make_activity(conn, alice, words)
    page.set_viewport_size({"width": 320, "height": 600})
    page.goto("/")
    message = card(page, "See https").locator(".message")
    copied = message.evaluate("(own) => { getSelection().selectAllChildren(own); return getSelection().toString(); }")
    assert copied == words
    box, link, rest = (part.bounding_box() for part in (message, message.locator("a"), message.locator(".rest")))
    assert box
    assert link
    assert rest
    assert link["x"] + link["width"] <= box["x"] + box["width"] + 1
    assert rest["height"] < 40


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


# Light, dark, calm, narrow -----------------------------------------------------------------------------------


def paper(page: Page) -> str:
    return str(page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor"))


def test_theme_button_overrules_the_system_and_leads_back_to_it(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/")
    by_night = paper(page)
    page.emulate_media(color_scheme="light")
    by_day, button = paper(page), page.locator("#theme")
    assert by_day != by_night
    for shown in (by_night, by_day):
        button.click()
        # Said aloud too: not every screen reader tells that a name changed.
        expect(page.locator("#announcer")).to_have_text(str(button.get_attribute("title")))
        assert paper(page) == shown
        page.reload()
        assert paper(page) == shown
    page.emulate_media(color_scheme="dark")
    assert paper(page) == by_day
    page.emulate_media(color_scheme="light")
    button.click()
    page.emulate_media(color_scheme="dark")
    assert paper(page) == by_night, "as the system again"
    page.reload()
    expect(button).to_have_accessible_name(re.compile("system"))


def test_calm_screens_see_nothing_move(page: Page, conn: Connection, alice: str) -> None:
    make_activity(conn, alice, "Gone in an hour.", left=timedelta(hours=1))
    page.emulate_media(reduced_motion="reduce")
    page.clock.install()
    page.goto("/")
    moves = "(s) => s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0"
    assert not page.evaluate(f"() => [...document.querySelectorAll('*')].map((e) => getComputedStyle(e)).some({moves})")
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


def test_no_page_scrolls_sideways_on_a_narrow_screen(
    page: Page, watch: Watch, conn: Connection, base_url: str, alice: str
) -> None:
    watch.expect_errors()
    conn.execute("UPDATE users SET display_name = repeat('Wide', 12), bio = repeat('w', 300)")
    top = make_activity(conn, alice, LONG)
    for message in (LONG, "W" * 280, "क्ष" * 100, "😀" * 280):
        top = make_activity(conn, alice, message, reply_to=top)
    page.set_viewport_size({"width": 320, "height": 640})
    pages = ["/", "/public", "/people", "/vanishing", "/@alice", f"/@alice/status/{top}"]
    pages += ["/sign-in", "/sign-up", "/nowhere"]
    acts = [f"/activities/{top}/{name}" for name in ("acts", "fuse?rewrite=1", "burn")]
    own = ["/", "/compose", f"/compose?reply_to={top}", *acts, "/@alice", f"/@alice/status/{top}"]
    wide = {path: overflow(page, path) for path in pages}
    enter(page, conn, base_url)
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


def test_after_signing_out_back_shows_nothing_private(home: Page, conn: Connection) -> None:
    page = home
    post(page, "Mine.")
    conn.execute("UPDATE users SET theme = 'dark'")
    page.goto("/@alice")
    assert page.evaluate("() => localStorage.length") == 1
    sign_out(page)
    kept = page.evaluate("() => [Object.keys(localStorage), sessionStorage.length]")
    assert kept == [["theme"], 0], "what one chose, and nothing of what one read"
    for _ in range(2):
        page.go_back()
        expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
        expect(page.get_by_role("navigation", name="Main")).to_have_count(0)
        expect(page.get_by_role("link", name="Burn")).to_have_count(0)
        expect(page.get_by_role("textbox", name="Your message")).to_have_count(0)


def test_session_ended_elsewhere_keeps_the_text(home: Page, watch: Watch, conn: Connection) -> None:
    watch.expect_errors()
    box = composer(home).get_by_role("textbox")
    write(ready(composer(home)), "On my way.")
    conn.execute("DELETE FROM sessions")
    send(composer(home))
    expect(failure(composer(home))).to_be_visible()
    expect(box).to_have_value("On my way.")
    assert count(conn, "activities") == 0

    with home.context.expect_page() as opened:
        failure(composer(home)).get_by_role("link", name="Sign in").click()
    tab = opened.value
    expect(tab).to_have_url(re.compile("/sign-in$"))
    sign_in(tab, "alice")
    tab.close()
    expect(box).to_have_value("On my way.")
    send(composer(home))
    posted = card(home, "On my way.")
    expect(posted.or_(home.get_by_role("alert"))).to_be_visible()
    if not posted.count():  # unless a save of the draft has renewed the form's token by now
        expect(box).to_have_value("On my way.")
        send(composer(home))
    expect(posted).to_be_visible()
