"""A poster on paper, and a room of people who come by it."""

from collections.abc import Callable

from browsing import enter, join
from factories import make_user
from playwright.sync_api import BrowserContext, Page, expect

from webapp.db.connections import Connection


def test_room_of_people_joins_by_what_is_printed(
    page: Page, new_context: Callable[..., BrowserContext], conn: Connection, base_url: str
) -> None:
    make_user(conn, "mo", role="moderator")
    enter(page, conn, base_url, "mo", "/moderation/invitations")
    page.get_by_label("Name", exact=True).fill("Choir practice")
    page.get_by_label("Places").fill("2")
    page.get_by_role("button", name="Make the invitation").click()
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied.")).to_be_visible()
    copied = str(page.evaluate("() => navigator.clipboard.readText()"))
    page.emulate_media(media="print", color_scheme="dark")
    poster = page.locator(".poster")
    expect(page.locator("button:visible, a:visible, nav:visible")).to_have_count(0)
    expect(poster.get_by_role("img", name="QR code")).to_be_visible()
    assert poster.locator("h1").evaluate("(e) => getComputedStyle(e).color") == "rgb(0, 0, 0)", "black on white"
    address = poster.locator("code").inner_text()
    assert copied == address
    for handle in ("carol", "dave"):
        guest = new_context(base_url=base_url).new_page()
        join(guest, handle, address)
        expect(guest).to_have_url(f"{base_url}/")
    page.emulate_media(media="screen")
    page.reload()
    expect(page.get_by_text("2 of 2 places used, 0 left")).to_be_visible()
