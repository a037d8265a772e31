"""The browser tests: real server, real browser, an empty database each, and a watch over the console."""

from collections.abc import Iterator

import pytest
from browsing import Watch, chromium, enter
from factories import make_user
from playwright.sync_api import Browser, BrowserType, Page, expect

from webapp.db.connections import Connection

expect.set_options(timeout=8000)


@pytest.fixture(autouse=True)
def _watched(watch: Watch) -> None:
    """Every test here fails on a console error, a CSP violation, a dialog or a request to a stranger."""


@pytest.fixture
def alice(conn: Connection) -> str:
    """A person with a password, who has chosen a time zone; her uuid."""
    return str(make_user(conn, "alice", time_zone="UTC"))


@pytest.fixture
def bob(conn: Connection) -> str:
    """Another one."""
    return str(make_user(conn, "bob", time_zone="UTC"))


@pytest.fixture
def home(page: Page, conn: Connection, base_url: str, alice: str) -> Page:
    """alice's browser, at home."""
    return enter(page, conn, base_url)


@pytest.fixture(scope="session")
def cached(browser_type: BrowserType, browser_type_launch_args: dict[str, object]) -> Iterator[Browser]:
    """The whole Chromium, which keeps the pages one goes back to, as all do outside tests."""
    whole = {"executable_path": path} if (path := chromium()) else {"channel": "chromium"}
    off = ["--disable-back-forward-cache"]
    browser = browser_type.launch(**{**browser_type_launch_args, **whole, "ignore_default_args": off})
    yield browser
    browser.close()
