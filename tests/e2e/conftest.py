"""The browser tests: real server, real browser, an empty database each, and a watch over the console."""

import pytest
from browsing import Watch, enter
from factories import make_user
from playwright.sync_api import Page, expect

from webapp.db.connections import Connection

expect.set_options(timeout=8000)


@pytest.fixture(autouse=True)
def _watched(watch: Watch) -> None:
    """Every test here fails on a console error, a CSP violation, a dialog or a request to a stranger."""


@pytest.fixture
def alice(conn: Connection) -> str:
    """A person with a password; her uuid."""
    return str(make_user(conn, "alice"))


@pytest.fixture
def bob(conn: Connection) -> str:
    """Another one."""
    return str(make_user(conn, "bob"))


@pytest.fixture
def home(page: Page, conn: Connection, base_url: str, alice: str) -> Page:
    """alice's browser, at home."""
    return enter(page, conn, base_url)
