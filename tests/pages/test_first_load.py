"""What a first visit costs on the wire: the public feed with all that it loads."""

from collections.abc import Callable
from typing import Any

import pytest
from browsing import Watch
from playwright.sync_api import BrowserContext, Page

BUDGET = 60_000

pytestmark = pytest.mark.usefixtures("community")


def test_first_load_of_the_public_feed_is_small(
    page: Page, context: BrowserContext, watch: Watch, record_property: Callable[[str, object], None]
) -> None:
    """Counts the encoded bytes that Chromium received, head and body, compression and all."""
    sizes: dict[str, int] = {}
    urls: dict[str, str] = {}
    cdp = context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
    cdp.on("Network.responseReceived", lambda e: urls.update({e["requestId"]: e["response"]["url"]}))

    def finished(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = int(event["encodedDataLength"])

    cdp.on("Network.loadingFinished", finished)
    page.goto("/public", wait_until="networkidle")
    assert page.get_by_role("article").count() == 20
    assert len(sizes) > 8, sizes
    total = sum(sizes.values())
    record_property("first load of the public feed", f"{total} bytes on the wire in {len(sizes)} answers")
    for request, size in sorted(sizes.items(), key=lambda item: -item[1]):
        print(f"{size:6} {urls.get(request, '?').split('/', 3)[-1]}")
    assert total <= BUDGET
