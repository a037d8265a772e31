"""Gates on every page, signed out and in, by day and by night, on a phone and on a desk: accessible, quiet, lawful."""

from collections.abc import Callable
from typing import Any

import gallery
import pytest
from browsing import Server, Watch, serve, sign_in
from gallery import DEMO, MODULES, PAGES, STATES, long_feed
from playwright.sync_api import BrowserContext, Page, expect

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Why axe may leave a contrast unmeasured: a single letter in an avatar, an arrow, a line drawn beside, the bar at the
# bottom of a phone. Any other doubt counts as found, since what could not be measured is not right for that.
HARMLESS = {"shortTextContent", "nonBmp", "pseudoContent", "elmPartiallyObscured"}
WIDTHS = {390: 844, 1280: 800}

pytestmark = pytest.mark.usefixtures("community", "node_tools")


def look(page: Page) -> list[str]:
    """What axe finds on the page that is open, in both lights and at both widths."""
    page.evaluate((MODULES / "axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = []
    for light in ("light", "dark"):
        for width, height in WIDTHS.items():
            page.emulate_media(color_scheme=light, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": height})
            result = page.evaluate("(rules) => axe.run(document, { runOnly: rules })", RULES)
            assert result["passes"], "axe looked at nothing"
            for violation in result["violations"]:
                places = " ".join(str(node["target"]) for node in violation["nodes"][:4])
                why = violation["nodes"][0]["failureSummary"]
                found.append(f"{light} {width}: {violation['id']}: {places} {why}")
            found += [
                f"{light} {width}: {doubt['id']} unsure: {node['target']} {node['failureSummary']}"
                for doubt in result["incomplete"]
                for node in doubt["nodes"]
                if not any((check["data"] or {}).get("messageKey") in HARMLESS for check in node["any"])
            ]
            wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                found.append(f"{light} {width}: the page scrolls sideways by {wide} px")
    return found


@pytest.mark.parametrize(
    ("path", "signed_in"),
    [(path, signed_in) for _, path, signed_in in PAGES],
    ids=[f"{name}, signed {'in' if signed_in else 'out'}" for name, _, signed_in in PAGES],
)
def test_page_is_accessible_and_quiet(page: Page, watch: Watch, path: str, signed_in: bool) -> None:
    if path == "/@nobody":
        watch.expect_errors()
    if signed_in:
        sign_in(page, DEMO)
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_attached()
    assert look(page) == []


@pytest.mark.parametrize(
    "state", [state for state in STATES if state is not long_feed], ids=lambda state: state.__name__.replace("_", " ")
)
def test_state_is_accessible_and_quiet(page: Page, watch: Watch, state: Callable[[Page], None]) -> None:
    watch.expect_errors()
    sign_in(page, DEMO)
    state(page)
    assert look(page) == []


@pytest.mark.parametrize("trouble", ["500", "503"])
def test_trouble_page_is_accessible_and_quiet(page: Page, watch: Watch, worker_database: Any, trouble: str) -> None:
    watch.expect_errors()
    with (gallery.broken if trouble == "500" else gallery.away)(worker_database):
        answer = page.goto("/public")
    assert answer
    assert str(answer.status) == trouble
    assert look(page) == []


def test_closed_and_limited_pages_are_accessible_and_quiet(
    page: Page, context: BrowserContext, worker_database: Any, watch: Watch
) -> None:
    watch.expect_errors()
    with serve(worker_database, SIGN_UP="closed", LIMIT_SIGN_INS_BY_ADDRESS="1/1h") as server:
        watch.also(server.url)
        page.goto(f"{server.url}/sign-up")
        expect(page.get_by_role("heading", name="Not open for now")).to_be_visible()
        assert look(page) == []
        assert limited(page, server).status == 429
        assert look(page) == []


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


def test_a_page_with_a_fault_would_be_caught(page: Page, watch: Watch) -> None:
    """The negative control: what axe finds on a spoilt page, so that its silence elsewhere means something."""
    page.goto("/sign-in")
    page.evaluate(
        """() => {
          document.querySelector("label").remove();
          document.querySelector("h1").style.color = "#999";
        }"""
    )
    found = " ".join(look(page))
    assert "label" in found
    assert "color-contrast" in found
