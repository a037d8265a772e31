"""Forms that are refused say what is wrong beside its field, and put the focus there; what was right is kept."""

import re

from browsing import Watch, sign_in, sign_out
from factories import PASSWORD
from playwright.sync_api import Page, expect


def test_joining_with_mistakes_tells_all_of_them_beside_their_fields(page: Page, watch: Watch, alice: str) -> None:
    watch.expect_errors()
    page.goto("/sign-up")
    page.get_by_label("Name").fill("Second Alice")
    page.get_by_label("Handle").fill("alice")
    page.get_by_label("Email").fill("second@example.com")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_label("Handle")).to_have_accessible_description(re.compile("taken"))
    expect(page.get_by_label("Password")).to_have_accessible_description(re.compile("."))
    expect(page.get_by_label("Handle")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Second Alice")
    expect(page.get_by_label("Email")).to_have_value("second@example.com")


def test_signing_in_and_settings_with_mistakes_keep_what_is_right(page: Page, watch: Watch, alice: str) -> None:
    watch.expect_errors()
    page.goto("/sign-in")
    page.get_by_label("Email or handle").fill("alice")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Email or handle")).to_have_value("alice")
    expect(page.get_by_label("Password")).to_have_value("")
    sign_in(page, "alice")

    page.get_by_role("link", name="Profile", exact=True).click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Name").fill("Alice Quay")
    about = page.get_by_label("About you")
    about.fill("b" * 301)
    page.get_by_role("button", name="Save").click()
    expect(about).to_have_accessible_description(re.compile("300"))
    expect(about).to_be_focused()
    about.fill("Rope, and lamps.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_be_visible()
    expect(about).to_have_value("Rope, and lamps.")

    new = "four unrelated words here"
    for current, answered in (("not this one", page.get_by_label("Current password")), (PASSWORD, None)):
        page.get_by_label("Current password").fill(current)
        page.get_by_label("New password").fill(new)
        page.get_by_role("button", name="Change password").click()
        if answered:
            expect(answered).to_have_accessible_description(re.compile("."))
            expect(answered).to_be_focused()
    sign_out(page)
    sign_in(page, "alice", new)
