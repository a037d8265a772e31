"""One journey in Firefox, WebKit and Chromium, then pictures of feed and composer in each. Run by bin/check."""

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from browsing import ROOT
from factories import PASSWORD
from ways import DatabaseUrls

from bench.pages.demo import demo
from bench.pages.drivers import ENGINES, Engine
from bench.pages.webdriver import Browser, Refused

PICTURES = ROOT / "test-results/engines"
SIZES = {390: 844, 1280: 800}
TROUBLES = "return localStorage.troubles || ''"  # see watched.py
RAIN = "Rain over the harbour ☔ 港の雨"  # the drivers type no character beyond U+FFFF
COMPOSER = "//form[contains(@class, 'composer')]"
BOX = f"{COMPOSER}//textarea"


class Visit(NamedTuple):
    """A browser that somebody drives through a community."""

    engine: Engine
    browser: Browser
    url: str
    urls: DatabaseUrls
    handle: str

    def card(self, words: str) -> str:
        return f"//article[header//bdi[.='@{self.handle}']][p[@class='message'][.='{words}']]"

    def write(self, words: str) -> None:
        self.browser.type(BOX, words)
        self.post(words)

    def post(self, words: str) -> None:
        self.browser.click(f"{COMPOSER}//button[starts-with(normalize-space(), 'Post')]")
        self.browser.see(self.card(words))

    def burn(self, words: str) -> None:
        self.browser.click(f"{self.card(words)}/footer/a[contains(@class, 'left')]")
        self.browser.click("//a[.='Burn now']")
        self.browser.click("//button[.='Burn it']")
        self.browser.see(self.card(words), times=0)


@contextlib.contextmanager
def begin(engine: Engine, url: str, urls: DatabaseUrls, handle: str) -> Iterator[Visit]:
    """A new browser, with a phone's window."""
    with tempfile.TemporaryDirectory(prefix="mayfly-engine-") as folder, engine.start(Path(folder)) as browser:
        browser.open(390, SIZES[390])
        yield Visit(engine, browser, url, urls, handle)


# The journey -------------------------------------------------------------------------------------------------


def joins(visit: Visit) -> None:
    visit.browser.goto(f"{visit.url}/sign-up")
    fields = {"display_name": "Ada", "handle": visit.handle, "email": f"{visit.handle}@example.com"}
    for name, words in {**fields, "password": PASSWORD}.items():
        visit.browser.type(f"//input[@name='{name}']", words)
    visit.browser.click("//button[.='Join']")
    visit.browser.see("//nav//a[.='Profile']")


def writes(visit: Visit) -> None:
    visit.browser.expect("document.querySelector('.composer').offsetHeight < 80")  # closed: one line
    visit.write(RAIN)


def replies(visit: Visit) -> None:
    parent = visit.card(RAIN)
    visit.browser.click(f"{parent}//a[contains(@class, 'act-reply')]")
    visit.browser.type(f"{parent}//textarea", "And over the hills")
    visit.browser.click(f"{parent}//form//button[starts-with(normalize-space(), 'Reply')]")
    visit.browser.see(visit.card("And over the hills"))


def undoes(visit: Visit) -> None:
    visit.write("Typed in a hurry")
    visit.browser.click(f"{visit.card('Typed in a hurry')}//button[.='Undo']")
    visit.browser.see(visit.card("Typed in a hurry"), times=0)
    visit.post("Typed in a hurry")  # it is in the composer again


def finds_its_draft(visit: Visit) -> None:
    """Whoever leaves in the middle of a word finds it again, and can throw it away."""
    visit.browser.type(BOX, "Half a thou")
    visit.browser.goto(visit.url)
    visit.browser.expect("document.querySelector('.composer textarea').value === 'Half a thou'")
    discard(visit)


def discard(visit: Visit) -> None:
    """Throws away the text that the page before was left with."""
    visit.browser.click("//button[@data-discard]")
    visit.browser.see("//button[@data-discard]", times=0)


def comes_back(visit: Visit) -> None:
    """Who opens a thread in the middle of a text comes back to both: the card, and the text."""
    visit.browser.type(BOX, "Half a thou")
    visit.browser.see("//form//*[.='Draft kept']")
    visit.browser.click(f"{visit.card(RAIN)}/header//a[contains(@class, 'when')]")
    visit.browser.see("//div[@class='focus']")
    visit.browser.click("//a[@id='back']")
    visit.browser.see("//div[@id='feed']")
    visit.post("Half a thou")


def burns(visit: Visit) -> None:
    visit.burn("And over the hills")


def hears_of_another(visit: Visit) -> None:
    """Somebody in a browser of their own writes, and burns it: the page that stays open shows it, and loses it."""
    visit.browser.goto(visit.url)
    with begin(visit.engine, visit.url, visit.urls, f"bob_{visit.engine.name.lower()}") as bob:
        joins(bob)
        bob.write("Here and gone")
        visit.browser.click("//button[.='1 new']")
        visit.browser.see(bob.card("Here and gone"))
        bob.burn("Here and gone")
        visit.browser.see(bob.card("Here and gone"), times=0)


def choose_theme(visit: Visit, theme: str) -> None:
    visit.browser.goto(f"{visit.url}/settings/preferences")
    visit.browser.click(f"//input[@name='theme' and @value='{theme}']")
    visit.browser.click("//main//button[normalize-space()='Save']")
    visit.browser.expect("location.pathname === '/settings'")


def changes_the_theme(visit: Visit) -> None:
    seen = []
    for theme in ("light", "dark"):
        choose_theme(visit, theme)
        visit.browser.goto(visit.url)
        seen.append(visit.browser.run("return getComputedStyle(document.documentElement).backgroundColor"))
    assert seen[0] != seen[1], seen


def sees_it_expire(visit: Visit) -> None:
    visit.write("Gone in a moment")
    with visit.urls.owner() as conn:
        conn.execute(
            "UPDATE activities SET expires_at = now() + interval '4 seconds'"
            " WHERE number = (SELECT max(number) FROM activities)"
        )
    visit.browser.goto(visit.url)
    visit.browser.see(visit.card("Gone in a moment"))
    visit.browser.see(visit.card("Gone in a moment"), times=0)


def meets_no_error(visit: Visit) -> None:
    if visit.browser.run(TROUBLES):
        raise Refused("the pages report:")


JOURNEY = (
    joins, writes, replies, undoes, finds_its_draft, comes_back, burns, hears_of_another,
    changes_the_theme, sees_it_expire, meets_no_error,
)  # fmt: skip


# Pictures ----------------------------------------------------------------------------------------------------


def take_pictures(visit: Visit, name: str) -> None:
    browser = visit.browser
    for width, height in SIZES.items():
        browser.open(width, height)
        for light in ("light", "dark"):
            choose_theme(visit, light)
            browser.goto(visit.url)
            browser.save(PICTURES / f"{name}-feed-{light}-{width}.png")
            browser.type(BOX, "Coffee, still warm ☕ 淹れたて")
            browser.save(PICTURES / f"{name}-composer-{light}-{width}.png")
            browser.goto(visit.url)
            discard(visit)


def check(engine: Engine, url: str, urls: DatabaseUrls) -> str:
    """What fails in the engine, or nothing."""
    step: Callable[[Visit], None]
    with begin(engine, url, urls, f"ada_{engine.name.lower()}") as visit:
        for step in JOURNEY:
            try:
                step(visit)
            except (Refused, OSError) as error:
                visit.browser.save(PICTURES / f"{engine.name.lower()}-{step.__name__}.png")
                return f"{step.__name__}: {error} {visit.browser.run(TROUBLES)}"
        take_pictures(visit, engine.name.lower())
    return ""


def main() -> int:
    """Prints a line an engine; 1 when the journey fails in one of them."""
    failed = False
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    with demo("bench.pages.watched:watched()", UNDO_SECONDS="5") as (url, urls):
        for engine in ENGINES:
            if missing := " ".join(engine.missing()):
                print(f"NOT CHECKED: {engine.name}, because it is not here: apt-get install {missing}", flush=True)
                continue
            trouble = check(engine, url, urls)
            steps = ", ".join(step.__name__.replace("_", " ") for step in JOURNEY)
            print(f"{engine.name:8} {trouble or steps}", flush=True)
            failed |= bool(trouble)
    print(f"pictures: {PICTURES.relative_to(ROOT)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
