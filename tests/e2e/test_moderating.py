"""A moderator's day: what is reported in one browser is decided in a second, and leaves the page of a third."""

from collections.abc import Iterator

import pytest
from browsing import Watch, card, composer, enter, post, send, write
from factories import make_activity, make_user
from playwright.sync_api import Browser, Locator, Page, expect

from webapp.db.connections import Connection


@pytest.fixture
def mo(browser: Browser, conn: Connection, base_url: str) -> Iterator[Page]:
    """A moderator's own browser."""
    make_user(conn, "mo", role="moderator")
    with browser.new_context(base_url=base_url) as context:
        yield enter(context.new_page(), conn, base_url, "mo")


def report(page: Page, message: str, kind: str, line: str = "") -> Locator:
    """Reports a card in its place; the panel that thanks."""
    card(page, message).get_by_role("link", name="More").click()
    page.get_by_role("link", name="Report", exact=True).click()
    page.get_by_label(kind).check()
    page.get_by_label("Anything the moderators should know?").fill(line)
    page.get_by_role("button", name="Report", exact=True).click()
    panel = card(page, message).locator(".panel")
    expect(panel).to_contain_text("You reported this")
    return panel


def case(page: Page, words: str) -> Locator:
    return page.locator(".case", has_text=words)


def test_moderators_day(home: Page, mo: Page, conn: Connection, bob: str, watch: Watch) -> None:
    """alice reads and reports; her page stands open all day."""
    watch.expect_errors()
    for message in ("Sold out, again.", "Nobody wants you here.", "Cheap watches!", "I know where you live."):
        make_activity(conn, bob, message)
    home.goto("/public")

    # A report that lacks its kind keeps its words; Escape closes the panel, and the focus returns to the card.
    card(home, "Nobody wants you").get_by_role("link", name="More").click()
    home.get_by_role("link", name="Report", exact=True).click()
    home.get_by_label("Anything the moderators should know?").fill("Look at her.")
    home.get_by_role("button", name="Report", exact=True).click()
    expect(home.locator(".panel .error")).to_have_text("Choose what is wrong.")
    expect(home.get_by_label("Anything the moderators should know?")).to_have_value("Look at her.")
    home.keyboard.press("Escape")
    expect(card(home, "Nobody wants you").get_by_role("link", name="More")).to_be_focused()
    for message, kind in {"Sold out": "Something else", "Nobody wants you": "Unkind", "Cheap": "Spam"}.items():
        report(home, message, kind, "Look at her.").get_by_role("link", name="Close").click()
    report(home, "I know where", "harm")

    # The queue: oldest first, with the sealed copies.
    mo.get_by_role("link", name="Moderation").click()
    expect(mo.locator(".case blockquote")).to_have_text(
        ["Sold out, again.", "Nobody wants you here.", "Cheap watches!", "I know where you live."]
    )
    expect(mo.locator("#nav-moderation b")).to_contain_text("4")
    case(mo, "Sold out").get_by_role("button", name="Dismiss").click()
    expect(case(mo, "Sold out").locator(".outcome")).to_contain_text("Dismissed by @mo")
    expect(mo.get_by_role("button", name="Open again")).to_be_focused()
    expect(mo.locator("#nav-moderation b")).to_contain_text("3")

    # Hide, and show again: the reader's open page follows within seconds, and after a reload has it back.
    case(mo, "Nobody wants you").get_by_role("button", name="Hide").click()
    expect(card(home, "Nobody wants you")).to_have_count(0)
    expect(card(home, "Sold out")).to_have_count(1)
    case(mo, "Nobody wants you").get_by_role("button", name="Show again").click()
    expect(case(mo, "Nobody wants you").get_by_role("button", name="Hide")).to_be_visible()
    home.reload()
    expect(card(home, "Nobody wants you")).to_have_count(1)

    # Burn and suspend ask first.
    case(mo, "Cheap").get_by_text("Burn…").click()
    case(mo, "Cheap").get_by_role("button", name="Burn it").click()
    expect(case(mo, "Cheap").locator(".outcome")).to_contain_text("Burned by @mo")
    expect(card(home, "Cheap")).to_have_count(0)
    case(mo, "I know where").get_by_text("Suspend…").click()
    case(mo, "I know where").get_by_role("button", name="Suspend them").click()
    expect(home.get_by_role("article")).to_have_count(0)

    # What the reporter finds, and what the moderators wrote down.
    home.goto("/settings/people")
    expect(home.locator("#reports")).to_contain_text("A moderator suspended them.")
    expect(home.locator("#reports")).to_contain_text("A moderator burned it.")
    mo.get_by_role("link", name="Audit").click()
    expect(mo.locator(".audit strong")).to_have_text(["Suspended", "Burned", "Shown again", "Hidden", "Dismissed"])
    mo.get_by_role("link", name="Settled").click()
    case(mo, "I know where").get_by_role("button", name="Let them back in").click()
    expect(case(mo, "I know where").get_by_role("button", name="Dismiss")).to_be_visible()
    home.goto("/public")
    expect(card(home, "I know where")).to_have_count(1)


def test_paused_writer_keeps_the_text_and_reads_until_when(home: Page, conn: Connection, watch: Watch) -> None:
    watch.expect_errors()
    conn.execute("UPDATE users SET paused_until = now() + interval '1 day'")
    write(composer(home), "A long thought.")
    with home.expect_response("**/activities"):
        send(composer(home))
    expect(home.locator(".paused")).to_contain_text("asked you to pause until")
    expect(home.locator(".paused time")).not_to_contain_text("UTC")
    expect(composer(home).get_by_role("textbox")).to_have_value("A long thought.")
    conn.execute("UPDATE users SET paused_until = NULL")
    send(composer(home))
    expect(card(home, "A long thought.")).to_be_visible()
    post(home, "And another one.")


def test_person_is_reported_from_their_profile(home: Page, conn: Connection, bob: str) -> None:
    home.goto("/@bob")
    home.locator("#more-of").click()
    home.get_by_role("link", name="Report", exact=True).click()
    home.get_by_label("Spam").check()
    home.get_by_role("button", name="Report", exact=True).click()
    expect(home.locator(".panel")).to_contain_text("You reported this")


def test_person_is_let_back_in_by_a_click(mo: Page, conn: Connection, bob: str) -> None:
    """Not under the link to the profile, which covers the rest of the row."""
    conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'bob'")
    mo.goto("/moderation/people")
    mo.get_by_role("button", name="Let them back in").click(timeout=3000)
    expect(mo.locator(".person", has_text="@bob")).to_have_count(0)
