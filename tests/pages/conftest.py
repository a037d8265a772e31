"""The demo community behind a real server, and the tools that look at its pages."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import give_session
from factories import clear
from playwright.sync_api import Page

from bench.pages import gallery


@pytest.fixture(scope="module")
def community(worker_database: Any) -> Iterator[None]:
    """The seed in the database behind the server, and a password for the demo account; empty again at the end."""
    with worker_database.owner() as conn:
        gallery.fill(conn)
    yield
    clear(worker_database.superuser_url)


@pytest.fixture
def demo_page(page: Page, worker_database: Any, base_url: str) -> Page:
    """The browser of the demo account."""
    with worker_database.owner() as conn:
        return give_session(page, conn, base_url, gallery.DEMO)


@pytest.fixture(scope="session")
def node_tools() -> None:
    """axe, html-validate and vnu at hand, installed first where they are not; without node the test cannot run."""
    gallery.need_node_tools()
