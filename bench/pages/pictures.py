"""The pictures of the README: four pages, by day and by night, on a phone and on a desk. Run by bin/pictures."""

import base64
import sys
from pathlib import Path

from browsing import sign_in
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.pages import gallery
from bench.pages.demo import demo, launch

MOST_BYTES = 150_000
SIZES = {390: (844, 2.0), 1280: (800, 1.5)}
"""Width in CSS pixels to height, and device pixels to each of them."""
SHOTS = {
    "home": ("/", True),
    "public": ("/public", False),
    "thread": (gallery.address("marnie", 100), False),
    "profile": ("/@salma", False),
}


def take(browser: Browser, url: str, width: int, folder: Path) -> None:
    """All pages at one width, in both lights."""
    height, scale = SIZES[width]
    for signed_in in (True, False):
        context = browser.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            is_mobile=width < 600,
            locale="en-GB",
            timezone_id="Europe/London",
            reduced_motion="reduce",
        )
        page = context.new_page()
        if signed_in:
            sign_in(page, gallery.DEMO)
        for name, (path, needs_account) in SHOTS.items():
            if needs_account != signed_in:
                continue
            page.goto(path)
            expect(page.get_by_role("article").first).to_be_visible()
            page.evaluate("() => document.fonts.ready")
            for light in ("light", "dark"):
                page.emulate_media(color_scheme=light)  # type: ignore[arg-type]
                save(page, folder / f"{name}-{light}-{width}.webp")
        context.close()


def save(page: Page, file: Path) -> None:
    """What the page shows, as WebP, at the best quality that keeps it small."""
    cdp = page.context.new_cdp_session(page)
    for quality in (90, 80, 70, 60, 50):
        shot = cdp.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        picture = base64.b64decode(shot["data"])
        if len(picture) <= MOST_BYTES:
            break
    file.write_bytes(picture)
    print(f"{file.name}: {len(picture) // 1000} kB", flush=True)


def main(folder: Path) -> None:
    """Takes every picture into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with demo() as (url, _), sync_playwright() as playwright:
        browser = launch(playwright)
        for width in SIZES:
            take(browser, url, width, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
