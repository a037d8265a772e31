"""Fixtures that both tests/e2e and tests/pages import: which browser, which server, and the watch over every page."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Server, Watch, chromium, serve
from playwright.sync_api import BrowserContext

__all__ = [
    "base_url", "browser_context_args", "browser_type_launch_args", "context", "pytest_terminal_summary", "server",
    "watch",
]  # fmt: skip


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says at the very end what was measured, and aloud what could not be checked on this machine."""
    reports = [report for found in terminalreporter.stats.values() for report in found if hasattr(report, "longrepr")]
    for report in reports:
        for name, value in report.user_properties if report.when == "call" else ():
            terminalreporter.write_line(f"{name}: {value}")
    reasons = {str(report.longrepr[2]) for report in reports if report.skipped and isinstance(report.longrepr, tuple)}
    for reason in sorted(reason for reason in reasons if "NOT CHECKED" in reason):
        terminalreporter.write_line(f"!!! {reason.removeprefix('Skipped: ')}", red=True, bold=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium where there is one, and its shell without windows, in which pages open in a third."""
    path = chromium()
    shell = path and Path(path).with_name("chromium-headless-shell")
    return {**browser_type_launch_args, **({"executable_path": shell if shell.exists() else path} if path else {})}


@pytest.fixture(scope="session")
def server(worker_database: Any) -> Iterator[Server]:
    """The server that the tests of this process share."""
    with serve(worker_database) as server:
        yield server


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    return server.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A laptop in another zone than its pages, so that a time shown in the wrong one is seen."""
    kept = {name: value for name, value in browser_context_args.items() if name != "base_url"}
    return {**kept, "viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "timezone_id": "Asia/Kolkata"}


@pytest.fixture
def context(new_context: Callable[..., BrowserContext], base_url: str) -> BrowserContext:
    """The browser of most tests, at the server of this test; an answer that does not come fails within seconds.

    The address is given here and not to `browser_context_args`: a session remembers that of the first who asks, and
    some tests have a server of their own.
    """
    context = new_context(base_url=base_url)
    context.set_default_timeout(8000)
    return context


@pytest.fixture
def watch(context: BrowserContext, server: Server) -> Iterator[Watch]:
    """What this browser complains about; whatever is left at the end fails the test."""
    watch = Watch(context, server.url)
    yield watch
    watch.check()
