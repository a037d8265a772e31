"""Pictures by day and by night, on a phone and on a desk: of the README, or of every state. Run by bin/pictures."""

import base64
import sys
from collections.abc import Callable
from pathlib import Path

from browsing import sign_in
from playwright.sync_api import Browser, Page, sync_playwright

from bench.pages import gallery
from bench.pages.demo import demo, launch

MOST_BYTES = 150_000
SIZES = {390: (844, 2.0), 1280: (800, 1.5)}
"""Width in CSS pixels to height, and device pixels to each of them."""
Shot = tuple[Callable[[Page], object], bool]


def at(path: str) -> Callable[[Page], object]:
    return lambda page: page.goto(path)


README: dict[str, Shot] = {
    "home": (at("/"), True),
    "public": (at("/public"), False),
    "thread": (at(gallery.address("marnie", 100)), False),
    "profile": (at("/@salma"), False),
}
"""How each is reached, and whether by somebody who is signed in."""
EVERY: dict[str, Shot] = {
    **README,
    "composer": (gallery.open_composer, True),
    "draft": (gallery.drafted, True),
    "drafts": (at("/drafts"), True),
    "reply": (gallery.reply_open, True),
    "menu": (gallery.menu_open, True),
    "fuse": (gallery.fuse_open, True),
    "deep thread": (at(gallery.address("mr_lanyon", 600)), True),
    "vanishing": (at("/vanishing"), False),
    "people": (at("/people"), False),
    "404": (at("/@nobody"), False),
}


def take(browser: Browser, url: str, width: int, folder: Path, shots: dict[str, Shot]) -> None:
    """All of them at one width, in both lights."""
    height, scale = SIZES[width]
    for signed_in in (True, False):
        context = browser.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            is_mobile=width < 600,
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
        )
        page = context.new_page()
        if signed_in:
            sign_in(page, gallery.DEMO)
        for name, (reach, needs_account) in shots.items():
            if needs_account != signed_in:
                continue
            reach(page)
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


def main(folder: Path, shots: dict[str, Shot]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with demo() as (url, _), sync_playwright() as playwright:
        browser = launch(playwright)
        for width in SIZES:
            take(browser, url, width, folder, shots)
        browser.close()


if __name__ == "__main__":
    main(*((Path(sys.argv[1]), EVERY) if sys.argv[1:] else (Path("docs/pictures"), README)))
