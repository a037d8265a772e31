"""Mayfly without a mouse: everything can be reached, in an order that makes sense, and one sees where one is."""

import re

from browsing import act, card, composer, enter, fuse_of, post, ready, reply_form
from factories import PASSWORD, make_activity
from playwright.sync_api import Locator, Page, expect

from webapp.db.connections import Connection

_RING = """(element) => {
  const around = [element, ...(element.labels ?? []), element.closest("form") ?? element];
  const ring = (s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== "none";
  return around.map((e) => getComputedStyle(e)).some(ring);
}"""


def tab_to(page: Page, element: Locator, *, most: int = 40) -> None:
    """Presses Tab until the element has the focus; on the way every stop must be seen."""
    expect(element).to_be_visible()
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() == 0:  # the browser's own controls, before the page begins anew
            continue
        assert focused.evaluate(_RING), f"no focus ring on {focused.evaluate('(e) => e.outerHTML.slice(0, 200)')}"
        assert focused.bounding_box(), "the focus is on something that is not shown"
        if element.evaluate("(e) => e === document.activeElement"):
            return
    raise AssertionError(f"{most} times Tab did not lead to {element}")


def test_skip_link_comes_first_and_leads_to_the_content(page: Page, alice: str) -> None:
    page.goto("/sign-in")
    page.goto("/public")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    box = skip.bounding_box()
    assert box
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_join_write_reply_burn_and_sign_out_by_keyboard(page: Page, conn: Connection) -> None:
    page.goto("/")
    tab_to(page, page.get_by_role("link", name="Join"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    for words in ("Carol", "carol", "carol@example.com", PASSWORD):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Show password")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Join")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Home")).to_be_attached()

    ready(composer(page))
    tab_to(page, composer(page).get_by_role("textbox"))
    page.keyboard.type("By hand.")
    page.keyboard.press("Tab")
    expect(composer(page).get_by_role("radio", name="7 days")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(composer(page).get_by_role("radio", name="3 days")).to_be_checked()
    page.keyboard.press("Tab")
    expect(composer(page).get_by_label("Who may see it")).to_be_focused()
    page.keyboard.press("Tab")
    expect(composer(page).get_by_role("button", name="Post for 3 days")).to_be_focused()
    page.keyboard.press("Enter")
    expect(card(page, "By hand.")).to_be_visible()
    expect(page.locator(":focus")).to_have_count(1)

    tab_to(page, ready(act(page, "By hand.", "Reply")))
    page.keyboard.press("Enter")
    expect(reply_form(page).get_by_role("textbox")).to_be_focused()
    ready(reply_form(page))
    page.keyboard.type("And answered.")
    page.keyboard.press("Control+Enter")
    expect(card(page, "And answered.")).to_be_visible()

    tab_to(page, fuse_of(page, "And answered."))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Burn now"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Burn it")).to_have_count(0)
    expect(fuse_of(page, "And answered.")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Burn now"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Keep it")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(card(page, "And answered.")).to_have_count(0)

    tab_to(page, page.get_by_role("navigation", name="Main").get_by_role("button", name="Sign out"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()


def test_focus_stays_near_after_a_reply_and_after_burning(home: Page) -> None:
    """Where the focused thing goes away, what is next takes the focus: nobody starts again at the top."""
    page = home
    for words in ("Lower.", "Upper."):
        post(page, words)
    ready(act(page, "Upper.", "Reply")).focus()
    page.keyboard.press("Enter")
    expect(reply_form(page).get_by_role("textbox")).to_be_focused()
    ready(reply_form(page))
    page.keyboard.type("An answer.")
    page.keyboard.press("Control+Enter")
    expect(card(page, "An answer.")).to_be_visible()
    expect(act(page, "Upper.", "Reply")).to_be_focused()

    fuse_of(page, "Upper.").click()
    page.get_by_role("link", name="Burn now").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Keep it")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(card(page, "Upper.")).to_have_count(0)
    expect(page.locator("main :focus, main:focus")).to_have_count(1)


def test_order_of_tab_stops_follows_the_page(page: Page, conn: Connection, base_url: str, alice: str) -> None:
    make_activity(conn, alice, "A card.")
    enter(page, conn, base_url)
    names = []
    for _ in range(18):
        page.keyboard.press("Tab")
        names.append(page.locator(":focus").evaluate("(e) => e.id || e.className"))
    order = ["skip", "wordmark", "nav-home", "nav-everybody", "nav-people", "nav-write", "nav-me", "nav-leave"]
    order += ["composer-message", "composer-7-days", "composer-audience", "composer-post"]
    assert [name for name in names if name in order] == order
    assert not [name for name in names if re.search("avatar", name)]
