"""What a visit costs on the wire, head and body of every reply over HTTP/1.1, as Chromium received them."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.usefixtures("community", "watch")

Load = Callable[..., dict[str, int]]


@pytest.fixture
def load(page: Page, context: BrowserContext, record_property: Callable[[str, object], None]) -> Load:
    """Opens a page and gives the bytes of each reply by its file's name."""
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    cdp = context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.on("Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]}))

    def finished(event: dict[str, Any]) -> None:
        name = names[event["requestId"]].rpartition("/")[2] or "/"
        sizes[name] = sizes.get(name, 0) + int(event["encodedDataLength"])

    cdp.on("Network.loadingFinished", finished)

    def load(path: str, *, cached: bool = False) -> dict[str, int]:
        cdp.send("Network.setCacheDisabled", {"cacheDisabled": not cached})
        sizes.clear()
        page.goto(path, wait_until="networkidle")
        assert page.get_by_role("article").count() >= 20
        loaded = {name: size for name, size in sizes.items() if size}
        how = "again" if cached else "first"
        record_property(f"{path}, {how}", f"{sum(loaded.values())} bytes on the wire in {len(loaded)} replies")
        for name, size in sorted(loaded.items(), key=lambda item: -item[1]):
            print(f"{size:6} {name}")
        return loaded

    return load


FILES = {"all.css", "everybody.js", "display.woff2", "icons.svg"}


def test_first_load_of_the_public_feed_is_small(load: Load) -> None:
    loaded = load("/public")
    assert {"public", *FILES} <= loaded.keys()
    assert sum(loaded.values()) <= 48_000


def test_first_load_of_home_is_small_and_the_second_its_page_alone(demo_page: Page, load: Load) -> None:
    loaded = load("/")
    assert {"/", "signed-in.js", *FILES} <= loaded.keys()
    assert sum(loaded.values()) <= 54_000
    demo_page.goto("/", wait_until="networkidle")
    loaded = load("/", cached=True)
    assert loaded.keys() == {"/"}
    assert loaded["/"] <= 9_000
