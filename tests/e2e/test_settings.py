"""What only a browser can tell of the settings: a theme without a flash, the zone of the device, sessions in place."""

import re

import pytest
from browsing import enter, ready
from factories import make_activity, make_user
from playwright.sync_api import Page, expect

from webapp.db.connections import Connection

PAPER = "() => getComputedStyle(document.documentElement).backgroundColor"
# The colour of each frame that is painted, from the first on.
FRAMES = """
window.frames_seen = [];
const look = () => {
  if (document.body) window.frames_seen.push(getComputedStyle(document.documentElement).backgroundColor);
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_theme_of_an_account_never_flashes(
    page: Page, conn: Connection, base_url: str, alice: str, scheme: str
) -> None:
    other = "dark" if scheme == "light" else "light"
    page.emulate_media(color_scheme=other)
    enter(page, conn, base_url, path="/settings/preferences")
    system = page.evaluate(PAPER)
    page.get_by_role("radio", name=scheme.capitalize()).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_be_visible()
    page.evaluate("(theme) => localStorage.setItem('theme', theme)", other)  # by a stranger in this browser
    page.add_init_script(FRAMES)
    page.goto("/")
    page.wait_for_function("() => window.frames_seen.length > 3")
    seen = set(page.evaluate("() => window.frames_seen"))
    assert seen == {page.evaluate(PAPER)}
    assert system not in seen


@pytest.mark.parametrize(
    ("answer", "zone", "clock"), [("Yes", "Asia/(Kolkata|Calcutta)", "04:00 .* time"), ("No", "UTC", "22:30")]
)
def test_zone_of_the_device_is_offered_once(
    page: Page, conn: Connection, base_url: str, answer: str, zone: str, clock: str
) -> None:
    make_activity(conn, make_user(conn, "carol"), "Low tide.")
    conn.execute("UPDATE activities SET created_at = date_trunc('day', now()) - interval '90 minutes'")
    enter(page, conn, base_url, "carol", "/public")
    offer = page.locator("#zone-offer")
    expect(offer).to_contain_text("Your device is in Asia/")
    offer.get_by_role("button", name=answer).click()
    expect(page.locator("html")).to_have_attribute("data-zone", re.compile(zone))
    expect(page).to_have_url(f"{base_url}/public")
    expect(offer).to_have_count(0)
    expect(page.locator("header time").first).to_have_attribute("title", re.compile(clock))


def test_other_sessions_end_in_place(home: Page, conn: Connection, base_url: str) -> None:
    conn.execute(
        "INSERT INTO sessions (token_hash, user_uuid, expires_at)"
        " SELECT sha256(n::text::bytea), uuid, now() + interval '1 day' FROM users, generate_series(1, 3) AS n"
    )
    home.goto("/settings/sessions")
    one = ready(home.locator("#sessions li button").first)
    with home.expect_response(lambda response: response.url.endswith("/end")) as answered:
        one.click()
    assert answered.value.status == 200
    expect(home.locator("#sessions li")).to_have_count(3)
    ready(home.locator("#end-others")).click()
    expect(home.locator("#sessions li")).to_have_count(1)
    expect(home.locator("#announcer")).to_have_text("Your other devices are signed out.")
    expect(home).to_have_url(f"{base_url}/settings/sessions")
