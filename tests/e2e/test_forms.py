"""Forms that are refused say what is wrong beside its field, and put the focus there; what was right is kept."""

import re

import pytest
from browsing import Watch, enter
from factories import PASSWORD
from playwright.sync_api import Page, expect

from webapp.db.connections import Connection

FORMS = [
    ("/sign-up", "Join", {"Name": "Al", "Email": "al@example.com"}, {"Handle": "alice", "Password": "password"}),
    ("/settings", "Save", {"Name": "Alice Quay"}, {"About you": "b" * 301}),
    ("/settings/password", "Change password", {}, {"Current password": f"not {PASSWORD}", "New password": "password"}),
]
"""Path, button, what is typed right and kept, and what is typed wrong, in the order of the page."""


@pytest.mark.parametrize(("path", "button", "right", "wrong"), FORMS, ids=[form[1] for form in FORMS])
def test_refused_form_tells_each_mistake_beside_its_field(
    page: Page, watch: Watch, conn: Connection, base_url: str, alice: str,
    path: str, button: str, right: dict[str, str], wrong: dict[str, str],
) -> None:  # fmt: skip
    watch.expect_errors()
    if path.startswith("/settings"):
        enter(page, conn, base_url)
    page.goto(path)
    for label, words in (right | wrong).items():
        page.get_by_label(label).fill(words)
    page.get_by_role("button", name=button).click()
    expect(page.locator(".error")).to_have_count(len(wrong))
    for label, error in zip(wrong, page.locator(".error").all_inner_texts(), strict=True):
        expect(page.get_by_label(label)).to_have_accessible_description(re.compile(re.escape(error.strip())))
    expect(page.get_by_label(next(iter(wrong)))).to_be_focused()
    for label, words in right.items():
        expect(page.get_by_label(label)).to_have_value(words)
