"""Settings in a browser, with and without JavaScript."""

from collections.abc import Callable

import pytest
from browsing import Watch, sign_in, sign_out
from factories import PASSWORD
from playwright.sync_api import BrowserContext, Page, expect

NEW = "four unrelated words here"


def change_password(page: Page, current: str, new: str) -> None:
    page.get_by_label("Current password").fill(current)
    page.get_by_label("New password").fill(new)
    page.get_by_role("button", name="Change password").click()


def test_changing_the_password_signs_the_other_browser_out(
    page: Page, new_context: Callable[..., BrowserContext], base_url: str, alice: str
) -> None:
    other = new_context(base_url=base_url).new_page()
    sign_in(other, "alice")
    sign_in(page, "alice")
    page.get_by_role("link", name="Profile", exact=True).click()
    page.get_by_role("link", name="Settings").click()
    change_password(page, PASSWORD, NEW)
    expect(page.get_by_role("status").first).to_have_text("Password changed. Your other devices are signed out.")
    other.reload()
    expect(other.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    sign_out(page)
    sign_in(page, "alice", NEW)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(True, id="script"),
        pytest.param(False, id="no script", marks=pytest.mark.browser_context_args(java_script_enabled=False)),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_is_right_is_kept(
    page: Page, watch: Watch, alice: str, script: bool
) -> None:
    watch.expect_errors()
    sign_in(page, "alice")
    page.goto("/settings")
    page.get_by_label("About you").fill("b" * 301)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("About you")).to_have_accessible_description("1 character too long. The limit is 300.")
    expect(page.get_by_label("About you")).to_be_focused()
    page.get_by_label("About you").fill("Rope, and lamps.")
    page.get_by_label("Name").fill("Alice Quay")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_have_text("Saved.")
    expect(page.get_by_label("About you")).to_have_value("Rope, and lamps.")

    change_password(page, "not this one", NEW)
    expect(page.get_by_label("Current password")).to_have_accessible_description("That is not your current password.")
    expect(page.get_by_label("Current password")).to_be_focused()
    page.get_by_role("link", name="Profile", exact=True).click()
    expect(page.get_by_role("heading", name="Alice Quay")).to_be_visible()
    expect(page.get_by_text("Rope, and lamps.")).to_be_visible()
