"""A workspace's preview in a real browser: the page works inside a frame of the configured origin, and nowhere else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import serve
from factories import PASSWORD, make_user
from playwright.sync_api import Browser, Page, expect

from webapp.db.connections import Connection

PUBLIC, EDITOR, OTHER = "8000-mayfly.ws.example.org", "http://editor.localhost:9", "http://other.localhost:9"


@pytest.fixture(scope="module")
def preview(worker_database: Any) -> Iterator[str]:
    """The address of a server whose pages the editor frames."""
    behind = {"PUBLIC_URL": f"https://{PUBLIC}", "TRUSTED_PROXIES": "1", "FRAME_ORIGIN": EDITOR}
    with serve(worker_database, APP_ENV="development", **behind) as server:
        yield server.url


@pytest.fixture
def stranger(browser: Browser, preview: str) -> Iterator[Page]:
    """A browser that nobody watches, since here two origins are the point; it says what the workspace's proxy says."""
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": PUBLIC, "X-Forwarded-For": "203.0.113.9"}
    context = browser.new_context(extra_http_headers=said, permissions=["local-network-access"])
    context.set_default_timeout(8000)
    frame = f'<iframe src="{preview}/sign-in" width="900" height="700"></iframe>'
    context.route(
        re.compile(r"localhost:9/"),
        lambda route: route.fulfill(content_type="text/html", body=f"<!doctype html><title>Editor</title>{frame}"),
    )
    yield context.new_page()
    context.close()


def test_people_sign_in_and_post_inside_the_frame(stranger: Page, conn: Connection) -> None:
    make_user(conn, "alice")
    stranger.goto(EDITOR)
    inside = stranger.frame_locator("iframe")
    inside.get_by_label("Email or handle").fill("alice")
    inside.get_by_label("Password").fill(PASSWORD)
    inside.get_by_role("button", name="Sign in").click()
    expect(inside.get_by_role("link", name="Profile", exact=True)).to_be_visible()
    form = inside.locator("form.composer[data-htmx-powered]").first
    form.get_by_role("textbox").fill("Said in a frame.")
    form.get_by_role("button", name=re.compile("^Post")).click()
    expect(inside.locator("article", has_text="Said in a frame.")).to_be_visible()
    [cookie] = [one for one in stranger.context.cookies() if one["name"] == "__Host-mayfly"]
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "None")
    assert cookie.get("partitionKey")


def test_frame_elsewhere_is_refused(stranger: Page) -> None:
    with stranger.expect_console_message(lambda message: "frame-ancestors" in message.text):
        stranger.goto(OTHER)
    expect(stranger.locator("iframe")).to_be_visible()
    assert stranger.frame_locator("iframe").get_by_label("Password").count() == 0
