"""`bin/dev` in a real browser: what is saved shows at once and nobody loses their place. Only a copy is edited."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import ROOT, Server, Watch, act, card, composer, enter, ready, reply_form, send, serve, to_the_end, write
from factories import make_activity
from playwright.sync_api import BrowserContext, Page, expect

from webapp.db.connections import Connection

WITHIN = 30_000  # ms; on a machine that does nothing else it takes less than one second


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of our own to edit."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("webapp", "sql"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "gunicorn.conf.py", folder)
    return folder


@pytest.fixture(scope="session")
def server(worker_database: Any, copy: Path) -> Iterator[Server]:
    """The server process of `bin/dev` over the copy."""
    with serve(worker_database, ["webapp.dev.workshop"], copy, APP_ENV="development") as server:
        yield server


@pytest.fixture(autouse=True)
def _patient(context: BrowserContext) -> Iterator[None]:
    """What comes with a new worker process takes that process's start."""
    context.set_default_timeout(WITHIN)
    expect.set_options(timeout=WITHIN)
    yield
    expect.set_options(timeout=8000)


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    """This server, also where other tests of the run had theirs before."""
    return server.url


class Bench:
    """Saves files of the copy, and puts back what they were."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._before = folder, dict[str, str]()

    def save(self, name: str, change: Callable[[str], str]) -> None:
        path = self._folder / name
        text = path.read_text(encoding="utf-8")
        self._before.setdefault(name, text)
        changed = change(text)
        assert changed != text
        beside = path.with_name(f".{path.name}.swp")  # as editors do it: all of the file or nothing
        beside.write_text(changed, encoding="utf-8")
        beside.rename(path)

    def mend(self, name: str) -> None:
        self.save(name, lambda _: self._before.pop(name))

    def mend_all(self) -> None:
        for name in list(self._before):
            self.mend(name)


@pytest.fixture
def bench(copy: Path) -> Iterator[Bench]:
    bench = Bench(copy)
    yield bench
    bench.mend_all()


@pytest.fixture
def home(page: Page, conn: Connection, base_url: str, alice: str) -> Page:
    """Home with more activities than one part of the feed holds."""
    for number in range(45):
        make_activity(conn, alice, f"Number {number}.", age=timedelta(hours=number))
    enter(page, conn, base_url)
    ready(composer(page))
    page.evaluate("() => { window.mark = 'still the same page'; }")
    return page


def same_page(page: Page) -> None:
    assert page.evaluate("() => window.mark") == "still the same page"


def top_of(page: Page, message: str) -> float:
    return float(card(page, message).evaluate("(element) => element.getBoundingClientRect().top"))


# Templates ---------------------------------------------------------------------------------------------------

ACTIVITY = "webapp/templates/activities/_activity.html"
CARD = "sql/activities/_card.sql"
FILTERS = "webapp/web/filters.py"


def test_saved_template_shows_with_place_text_and_caret_kept_and_the_page_still_posts(home: Page, bench: Bench) -> None:
    box = composer(home).get_by_role("textbox")
    write(composer(home), "Half a thought", "1 hour")
    ready(act(home, "Number 1.", "Reply")).click()
    write(ready(reply_form(home)), "Half an answer")
    to_the_end(home)
    card(home, "Number 30.").scroll_into_view_if_needed()
    before = top_of(home, "Number 30.")
    box.evaluate("(element) => { element.focus({ preventScroll: true }); element.setSelectionRange(3, 7); }")
    bench.save(ACTIVITY, lambda text: text.replace("<footer>", '<footer><span class="edited">edited</span>', 1))
    expect(home.locator(".edited")).to_have_count(45)
    same_page(home)
    assert abs(top_of(home, "Number 30.") - before) < 5
    expect(box).to_have_value("Half a thought")
    expect(box).to_be_focused()
    assert box.evaluate("(element) => [element.selectionStart, element.selectionEnd]") == [3, 7]
    expect(composer(home).get_by_role("radio", name="1 hour", exact=True)).to_be_checked()
    expect(reply_form(home).get_by_role("textbox")).to_have_value("Half an answer")
    send(ready(composer(home)))
    expect(card(home, "Half a thought")).to_be_visible()
    expect(box).to_have_value("")
    same_page(home)


BROKEN = {
    "template": (ACTIVITY, lambda text: text.replace("</article>", "{% endfi %}</article>"), r"line \d+: .*endfi"),
    "SQL": (CARD, lambda text: text.replace("message", "massage"), "sql/.*massage"),
    "no header": ("sql/feeds/home.sql", lambda text: text.split("\n", 1)[1], r"sql/feeds/home\.sql: .*header"),
    "Python": (FILTERS, lambda text: f"{text}\ndef broken(:\n", r"webapp/web/filters\.py, line \d+: SyntaxError"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_file_says_where_and_recovers(home: Page, bench: Bench, watch: Watch, server: Server, kind: str) -> None:
    watch.expect_errors()
    name, change, sentence = BROKEN[kind]
    write(composer(home), "Half a thought")
    ended = server.log.read_text().count("serving again")
    bench.save(name, change)
    expect(home.get_by_role("alert")).to_contain_text(re.compile(sentence, re.DOTALL))
    expect(card(home, "Number 1.")).to_be_visible()
    bench.mend(name)
    expect(home.get_by_role("alert")).to_have_count(0)
    same_page(home)
    expect(composer(home).get_by_role("textbox")).to_have_value("Half a thought")
    if kind != "Python":
        assert server.log.read_text().count("serving again") == ended


def test_page_opened_while_a_template_is_broken_follows_the_mending(home: Page, bench: Bench, watch: Watch) -> None:
    watch.expect_errors()
    bench.save("webapp/templates/shell.html", lambda text: text.replace("<body>", "<body>{{ no }}"))
    expect(home.get_by_role("alert")).to_contain_text("'no' is undefined")
    home.goto("/")
    expect(home.get_by_role("heading", name="Broken until the next save")).to_be_visible()
    bench.mend("webapp/templates/shell.html")
    expect(composer(home)).to_be_visible()


# Styles and scripts ------------------------------------------------------------------------------------------


def test_saved_style_changes_without_a_reload(home: Page, bench: Bench) -> None:
    sheets = home.locator("link[rel=stylesheet]")
    count = sheets.count()
    asked = []
    home.on("request", lambda request: asked.append(request.resource_type))
    name = "webapp/static/css/activities.css"
    bench.save(name, lambda text: f"{text}.message {{ letter-spacing: 3px; }}\n")
    expect(home.locator(".message").first).to_have_css("letter-spacing", "3px")
    expect(sheets).to_have_count(count)
    same_page(home)
    # Beside those, what belongs to no saved file may still come: an icon, the event stream whenever it was lost.
    assert set(asked) & {"document", "script", "fetch", "xhr", "stylesheet"} == {"stylesheet"}


def test_saved_script_runs_with_place_and_text_kept(home: Page, bench: Bench) -> None:
    write(composer(home), "Half a thought")
    to_the_end(home)
    card(home, "Number 25.").scroll_into_view_if_needed()
    before = top_of(home, "Number 25.")
    bench.save("webapp/static/js/theme.js", lambda text: f"{text}document.documentElement.dataset.edited = 'yes';\n")
    expect(home.locator("html[data-edited=yes]")).to_be_attached()
    expect(composer(home).get_by_role("textbox")).to_have_value("Half a thought")
    expect(card(home, "Number 25.")).to_be_in_viewport()
    home.wait_for_function(
        "([id, top]) => Math.abs(document.getElementById(id).getBoundingClientRect().top - top) < 5",
        arg=[card(home, "Number 25.").get_attribute("id"), before],
    )
    # Put back here, not at the end: the page of the next test would follow it with a reload.
    bench.mend("webapp/static/js/theme.js")
    expect(home.locator("html[data-edited=yes]")).to_have_count(0)


# SQL and Python ----------------------------------------------------------------------------------------------


def test_saved_statement_and_saved_python_show(home: Page, bench: Bench, watch: Watch) -> None:
    watch.expect_errors()
    write(composer(home), "Half a thought")
    bench.save(CARD, lambda text: re.sub(r"(?m)^( *)(\w+\.message),$", r"\1\2 || ' from SQL' AS message,", text))
    expect(home.locator(".message").first).to_contain_text("from SQL")
    bench.save(FILTERS, lambda text: text.replace("name[:1]).upper()", "name[:1]).lower()"))
    expect(home.locator("article .avatar").first).to_have_text("a")
    same_page(home)
    expect(composer(home).get_by_role("textbox")).to_have_value("Half a thought")


# The pattern page --------------------------------------------------------------------------------------------


def test_patterns_are_drawn_by_day_and_by_night(page: Page) -> None:
    page.goto("/dev/patterns")
    expect(page.get_by_role("heading", name="Patterns")).to_be_visible()
    paper = "(element) => getComputedStyle(element).backgroundColor"
    by_day, by_night = (page.locator(f".pattern[data-day={day}]") for day in ("light", "dark"))
    assert by_day.count() == by_night.count() > 50
    assert by_day.first.evaluate(paper) != by_night.first.evaluate(paper)
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))
