"""Signing in with a provider in a real browser: over the link, back, the handle, and out again by a link."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import Watch, composer, send, serve, write
from factories import make_user
from fake_provider import CLIENT, FakeProvider, run_provider
from playwright.sync_api import BrowserContext, Page, expect

from webapp.db.connections import Connection


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    with run_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def place(worker_database: Any, provider: FakeProvider) -> Iterator[str]:
    """A server of its own, that knows the provider."""
    environment = {"AUTH": "cognito", "OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT}
    with serve(worker_database, **environment, OIDC_LOGOUT_URL=f"{provider.url}/logout") as server:
        yield server.url


@pytest.fixture
def context(new_context: Callable[..., BrowserContext], place: str) -> BrowserContext:
    context = new_context(base_url=place)
    context.set_default_timeout(8000)
    return context


@pytest.fixture
def watch(context: BrowserContext, place: str, provider: FakeProvider) -> Iterator[Watch]:
    watch = Watch(context, place)
    watch.also(provider.url)
    yield watch
    watch.check()


def test_come_and_go_by_links(page: Page, conn: Connection, watch: Watch) -> None:
    watch.expect_errors()  # a handle that is taken
    make_user(conn, "ann")
    page.goto("/")
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Continue with Cognito").click()

    expect(page.get_by_role("heading", name="Your handle")).to_be_visible()
    expect(page.get_by_text("@ann_2")).to_be_visible()
    page.get_by_label("Handle").fill("ann")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Handle")).to_have_accessible_description(re.compile("taken"))
    expect(page.get_by_label("Handle")).to_have_value("ann")
    page.get_by_label("Handle").fill("ann_lee")
    page.get_by_role("button", name="Save").click()

    expect(page).to_have_url(re.compile("/$"))
    write(composer(page), "From elsewhere.")
    send(composer(page))
    expect(page.get_by_role("article").first).to_contain_text("@ann_lee")

    page.get_by_role("link", name="Profile", exact=True).click()
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("main").get_by_text("Cognito").first).to_be_visible()
    expect(page.get_by_label("New password")).to_have_count(0)
    page.get_by_role("link", name="Profile", exact=True).click()
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Signed out")).to_be_visible()
    page.get_by_role("link", name="Sign out of Cognito").click()
    expect(page).to_have_url(re.compile(rf"/logout\?client_id={CLIENT}&logout_uri=http"))


def test_pages_fit_a_phone_and_a_desk(page: Page, provider: FakeProvider, conn: Connection, watch: Watch) -> None:
    watch.expect_errors()
    make_user(conn, "ann")

    def fits(path: str, heading: str) -> None:
        page.goto(path)
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width

    fits("/sign-in", "Welcome back")
    provider.denies = True
    fits("/sign-in/provider", "Not signed in")
    fits("/signed-out", "Signed out")
    provider.denies = False
    fits("/sign-in/provider", "Your handle")
    fits("/settings", "Settings")
