"""Gates on every page, signed out and in, by day and by night, on a phone and on a desk: accessible, quiet, lawful."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import Server, Watch, give_session, serve
from playwright.sync_api import Browser, Page, expect

from bench.pages import gallery
from bench.pages.gallery import MODULES, SIGNED_IN, SIGNED_OUT, STATES, long_feed

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Why axe may leave a contrast unmeasured: a single letter in an avatar, an arrow, a line drawn beside, the bar at the
# bottom of a phone, an open menu. Any other doubt counts as found: what was not measured is not right for that.
HARMLESS = {"shortTextContent", "nonBmp", "pseudoContent", "elmPartiallyObscured", "bgOverlap"}
COVERED = "article:has(> .menu) > :not(.menu), article:has(> .menu) ~ article"  # by an open menu
WIDTHS = {390: 844, 1280: 800}
RUN = """([covered, rules]) => axe.run(
  { exclude: [covered] }, { runOnly: rules, resultTypes: ["violations", "incomplete"] })"""
SHIFTS = """window.shifts = 0;
new PerformanceObserver((list) => list.getEntries().forEach((entry) => { shifts += entry.value; }))
  .observe({ type: "layout-shift", buffered: true });"""

pytestmark = pytest.mark.usefixtures("community", "node_tools")


def harmless(node: Any) -> bool:
    return any((check["data"] or {}).get("messageKey") in HARMLESS for check in node["any"])


def look(page: Page, turn: int = 0, *, loading: bool = False) -> list[str]:
    """What axe finds on the page that is open, on a phone in one light and on a desk in the other; `turn`: in which.

    What stands on every page is seen in both lights at both widths, since pages take turns. `loading`: until axe has
    looked at the first, nothing may move.
    """
    page.evaluate((MODULES / "axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = []
    for number, (width, height) in enumerate(WIDTHS.items()):
        light = ("light", "dark")[(number + turn) % 2]
        page.emulate_media(color_scheme=light, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": height})
        result = page.evaluate(RUN, [COVERED, RULES])
        assert result["passes"], "axe looked at nothing"
        for rule in result["violations"] + result["incomplete"]:
            found += [
                f"{light} {width}: {rule['id']}: {node['target']} {node['failureSummary']}"
                for node in rule["nodes"]
                if rule in result["violations"] or not harmless(node)
            ]
        if loading and number == 0 and page.evaluate("shifts") >= 0.01:
            found.append("something moves while the page loads")
        wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{light} {width}: the page scrolls sideways by {wide} px")
    return found


@pytest.fixture(scope="module")
def windows(
    browser: Browser, browser_context_args: dict[str, Any], server: Server, community: None, worker_database: Any
) -> Iterator[dict[str, tuple[Page, Watch]]]:
    """A browser of nobody and one of the demo account, for looking, which changes nothing; neither keeps a file."""
    opened = {}
    for who in ("signed out", "signed in"):
        context = browser.new_context(**browser_context_args, base_url=server.url)
        opened[who] = page, _ = context.new_page(), Watch(context, server.url)
        context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.add_init_script(SHIFTS)
    with worker_database.owner() as conn:
        give_session(page, conn, server.url, gallery.DEMO)
    yield opened
    for page, _ in opened.values():
        page.context.close()


PAGES = [("signed out", *page) for page in SIGNED_OUT.items()] + [("signed in", *page) for page in SIGNED_IN.items()]


@pytest.mark.parametrize(("who", "name", "path"), PAGES)
def test_page_is_accessible_and_quiet(windows: dict[str, tuple[Page, Watch]], who: str, name: str, path: str) -> None:
    page, watch = windows[who]
    watch.troubles, watch.expected = [], []
    if name == "404":
        watch.expect_errors()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_attached()
    assert look(page, PAGES.index((who, name, path)), loading=True) == []
    watch.check()


@pytest.mark.parametrize("state", [state for state in STATES if state is not long_feed], ids=lambda s: s.__name__)
def test_state_is_accessible_and_quiet(demo_page: Page, watch: Watch, state: Callable[[Page], None]) -> None:
    watch.expect_errors()
    state(demo_page)
    assert look(demo_page, STATES.index(state)) == []


@pytest.mark.parametrize("trouble", ["500", "503"])
def test_trouble_page_is_accessible_and_quiet(page: Page, watch: Watch, worker_database: Any, trouble: str) -> None:
    watch.expect_errors()
    page.goto("/livez")  # the server is up
    with (gallery.broken if trouble == "500" else gallery.away)(worker_database):
        answer = page.goto("/public")
    assert answer
    assert str(answer.status) == trouble
    assert look(page, int(trouble) % 2) == []


def test_closed_and_limited_pages_are_accessible_and_quiet(page: Page, worker_database: Any, watch: Watch) -> None:
    watch.expect_errors()
    with serve(worker_database, SIGN_UP="closed", LIMIT_SIGN_INS_BY_ADDRESS="1/1h") as server:
        watch.also(server.url)
        page.goto(f"{server.url}/sign-up")
        expect(page.get_by_label("Handle")).to_have_count(0)
        assert look(page) == []
        assert limited(page, server).status == 429
        assert look(page, 1) == []


def limited(page: Page, server: Server) -> Any:
    """The answer to one try too many to sign in."""
    for _ in range(2):
        page.goto(f"{server.url}/sign-in")
        page.get_by_label("Email or handle").fill("nobody")
        page.get_by_label("Password").fill("not this one")
        with page.expect_response("**/sign-in") as answer:
            page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()
    return answer.value
