"""The forms at the door and the settings, as only a browser can tell: what is seen, reached and kept."""

import pytest
from browsing import Watch, enter, sign_out
from factories import PASSWORD
from playwright.sync_api import Page, expect

from webapp.db.connections import Connection

RULER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_password_is_shown_on_demand_and_sent_as_one(page: Page, alice: str) -> None:
    page.goto("/sign-in")
    password, show = page.get_by_label("Password"), page.get_by_role("button", name="Show password")
    page.get_by_label("Email or handle").fill("alice")
    password.fill(PASSWORD)
    expect(password).to_have_attribute("type", "password")
    for pressed, kind in (("true", "text"), ("false", "password"), ("true", "text")):
        show.click()
        expect(show).to_have_attribute("aria-pressed", pressed)
        expect(password).to_have_attribute("type", kind)
    page.evaluate("document.forms[0].addEventListener('submit', () => console.log(document.forms[0].password.type))")
    with page.expect_console_message(lambda message: message.text == "password"):
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Profile", exact=True)).to_be_visible()


def test_stranger_meets_the_doors_in_the_order_of_the_keyboard(page: Page, alice: str) -> None:
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/@alice")
        boxes = [box for box in (one.bounding_box() for one in page.locator(".masthead > :visible").all()) if box]
        places = [(round(box["y"] + box["height"] / 2) // 20, box["x"]) for box in boxes]
        assert (len(places), places) == (4, sorted(places)), width


def test_chosen_theme_outlives_the_sign_out(home: Page, conn: Connection) -> None:
    conn.execute("UPDATE users SET theme = 'dark'")
    home.reload()
    sign_out(home)
    home.reload()
    expect(home.locator("html")).to_have_attribute("data-theme", "dark")
    shown = "() => [...document.querySelectorAll('meta[name=theme-color]')].filter((m) => matchMedia(m.media).matches)"
    assert home.evaluate(f"({shown})().map((meta) => meta.content)") == ["#131528"]


@pytest.mark.parametrize(
    "path", ["/settings", "/settings/preferences", "/settings/sessions", "/sign-in", "/sign-up", "/nowhere"]
)
def test_page_in_type_of_twice_the_size_fits_a_small_phone(
    page: Page, watch: Watch, conn: Connection, base_url: str, alice: str, path: str
) -> None:
    watch.expect_errors()
    page.set_viewport_size({"width": 320, "height": 700})
    if path.startswith("/settings"):
        enter(page, conn, base_url)
    page.goto(path)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width in (320, 360, 390):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate(RULER) == 0, width


def test_error_beside_a_field_stands_above_the_bar(home: Page, watch: Watch) -> None:
    watch.expect_errors()
    for height in (600, 700, 844):
        home.set_viewport_size({"width": 390, "height": height})
        home.goto("/settings/password")
        home.get_by_label("Current password").fill("not this one")
        home.get_by_label("New password").fill("four unrelated words here")
        home.get_by_role("button", name="Change password").click()
        error = home.locator(".error").bounding_box()
        bar = home.get_by_role("navigation", name="Main").bounding_box()
        assert error
        assert bar
        assert error["y"] + error["height"] <= bar["y"], height
