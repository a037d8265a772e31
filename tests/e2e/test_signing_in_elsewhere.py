"""Signing in with a provider in a real browser: over the link, back, the handle, and out again by a link."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import Server, Watch, composer, send, serve, write
from factories import make_user
from fake_provider import CLIENT, FakeProvider, run_provider
from playwright.sync_api import Page, expect

from webapp.db.connections import Connection


@pytest.fixture(scope="session")
def provider() -> Iterator[FakeProvider]:
    with run_provider() as provider:
        yield provider


@pytest.fixture(scope="session")
def server(worker_database: Any, provider: FakeProvider) -> Iterator[Server]:
    """A server of its own, that knows the provider."""
    environment = {"AUTH": "cognito", "OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT}
    with serve(worker_database, **environment, OIDC_LOGOUT_URL=f"{provider.url}/logout") as server:
        yield server


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    return server.url


@pytest.fixture(autouse=True)
def _known(watch: Watch, provider: FakeProvider, conn: Connection) -> None:
    watch.also(provider.url)
    watch.expect_errors()  # a handle that is taken, a provider that refuses
    make_user(conn, "ann")


def test_come_and_go_by_links(page: Page) -> None:
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
    page.get_by_role("main").get_by_role("link", name="Password").click()
    expect(page.get_by_role("main").get_by_text("Cognito").first).to_be_visible()
    expect(page.get_by_label("New password")).to_have_count(0)
    page.get_by_role("link", name="Profile", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Signed out")).to_be_visible()
    page.get_by_role("link", name="Sign out of Cognito").click()
    expect(page).to_have_url(re.compile(rf"/logout\?client_id={CLIENT}&logout_uri=http"))


def test_pages_fit_a_phone_and_a_desk(page: Page, provider: FakeProvider) -> None:
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
