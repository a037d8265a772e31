"""What leaves an open page at its instant, and what stays honest until then."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from browsing import Watch, act, burn, card, enter, fuse_of, post, ready, reply_form, send, there, write
from factories import make_activity
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect
from verbs import number_of, value

from webapp.db.connections import Connection
from webapp.web import filters
from webapp.web.zones import _zone

HOUR = timedelta(hours=1)
STUB = "Something was here. It is gone now."

# Resolves with the moment, in milliseconds since 1970 by the page's clock, at which the words are on the page no more.
_WHEN_GONE = """([words, most]) => new Promise((resolve) => {
  const alive = () => [...document.querySelectorAll("[data-left]")].filter((e) => e.dataset.stage !== "gone");
  const shown = () => alive().some((e) => e.textContent.includes(words));
  const [page] = performance.getEntriesByType("navigation");
  // What this browser itself came late by: between two looks, and from the first byte of the page to its scripts.
  let [last, late] = [Date.now(), 0];
  const look = () => {
    late = Math.max(late, Date.now() - last);
    last = Date.now();
    if (shown() && last < most) requestAnimationFrame(look);
    else resolve([last, late + page.domContentLoadedEventEnd - page.requestStart]);
  };
  look();
})"""

# A clock that is wrong by so many milliseconds and otherwise goes as it should.
_WRONG_BY = """
const Right = Date;
globalThis.Date = class extends Right {
  constructor(...parts) { super(...(parts.length ? parts : [Right.now() + WRONG])); }
  static now() { return Right.now() + WRONG; }
};
"""


def deadline(conn: Connection, uuid: object) -> float:
    """When it ends by the database, in milliseconds since 1970."""
    return float(value(conn, "SELECT extract(epoch FROM expires_at) * 1000 FROM activities WHERE uuid = %s", uuid))


def pass_an_hour(page: Page, conn: Connection) -> None:
    """The time of what has no more than an hour is over, in the database and on the page (`page.clock.install()`)."""
    conn.execute("UPDATE activities SET created_at = created_at - %s, expires_at = expires_at - %s", [HOUR, HOUR])
    page.clock.fast_forward("01:00:00")


def test_activity_leaves_an_open_page_at_its_instant_by_whatever_clock(
    page: Page, new_context: Callable[..., BrowserContext], base_url: str, conn: Connection, alice: str
) -> None:
    """Three pages at once: one whose clock is right, and two whose clocks are three hours wrong."""
    make_activity(conn, alice, "Here to stay.")
    pages = {0: page}
    for wrong in (-3 * 3_600_000, 3 * 3_600_000):
        pages[wrong] = new_context(base_url=base_url).new_page()
        pages[wrong].add_init_script(_WRONG_BY.replace("WRONG", str(wrong)))
    began = time.monotonic()
    for one in pages.values():
        one.goto("/")
    # So far from now that all three are up before, on this machine: they were loaded once to see how long that takes.
    left, words = timedelta(seconds=3 + 2 * (time.monotonic() - began)), "Gone in a moment."
    uuid = make_activity(conn, alice, words, left=left)
    ends = deadline(conn, uuid)
    for wrong, one in pages.items():
        one.goto("/")
        expect(card(one, words)).to_contain_text("moments left")
        one.evaluate(f"(given) => {{ window.gone = ({_WHEN_GONE})(given); }}", [words, ends + wrong + 8000])
    side = page.get_by_role("complementary").get_by_role("listitem").filter(has_text=words)
    expect(side).to_be_visible()
    for wrong, one in pages.items():
        gone, late = one.evaluate("() => window.gone")
        assert -50 < gone - wrong - ends < 1000 + late, f"a clock {wrong} ms wrong"
        expect(card(one, words)).to_have_count(0)
    expect(side).to_have_count(0)
    expect(card(page, "Here to stay.")).to_be_visible()


# The page's own clock goes on from another hour, and the page looks at it.
_SET = """async (hours) => {
  const real = Date.now;
  Date.now = () => real() + hours * 3600000;
  await clock.checkJump();
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_clock_that_is_set_while_the_page_is_open_changes_nothing(page: Page, conn: Connection, alice: str) -> None:
    make_activity(conn, alice, "A card.", age=timedelta(hours=2.5), left=timedelta(hours=2.4))
    page.goto("/")
    for hours in (-3, 3, 3, -9000, 9000, 9000):
        page.evaluate(_SET, hours)
        expect(card(page, "A card.")).to_have_attribute("data-stage", "waning")
        expect(card(page, "A card.")).to_contain_text("2 h 23 min left")
        expect(card(page, "A card.").locator("header time")).to_have_text("2 h")


@pytest.mark.parametrize("answer", ["so much later", "nothing"])
def test_a_page_that_slept_shows_nothing_that_ended_meanwhile(
    page: Page, watch: Watch, conn: Connection, alice: str, answer: str
) -> None:
    """To the browser it looks as if its clock had been set; the server, where it can be asked, knows better."""
    watch.expect_errors()
    make_activity(conn, alice, "A card.", left=timedelta(hours=2.4))
    make_activity(conn, alice, "A longer life.", left=timedelta(hours=12))

    def answers(route: Route) -> None:
        if answer == "nothing":
            route.abort()
        else:
            route.fulfill(headers={"Date": format_datetime(datetime.now(UTC) + timedelta(hours=3), usegmt=True)})

    page.route("**/livez", answers)
    page.goto("/")
    page.evaluate(_SET, 3)
    expect(card(page, "A card.")).to_have_count(0)
    expect(card(page, "A longer life.")).to_contain_text("8 h left")


def test_last_one_gone_leaves_the_empty_sentence(page: Page, conn: Connection, alice: str) -> None:
    make_activity(conn, alice, "Alone.", left=HOUR)
    page.clock.install()
    page.goto("/")
    expect(card(page, "Alone.")).to_be_visible()
    expect(page.get_by_text("Nothing here right now.")).to_be_hidden()
    pass_an_hour(page, conn)
    expect(card(page, "Alone.")).to_have_count(0)
    expect(page.get_by_text("Nothing here right now.")).to_be_visible()


def test_in_a_thread_a_stub_takes_its_place(page: Page, conn: Connection, alice: str) -> None:
    top = make_activity(conn, alice, "The beginning.")
    middle = make_activity(conn, alice, "The middle.", left=HOUR, reply_to=top)
    make_activity(conn, alice, "The end.", reply_to=middle)
    page.clock.install()
    page.goto(f"/@alice/status/{top}")
    expect(card(page, "The middle.")).to_be_visible()
    expect(page.get_by_text(STUB)).to_have_count(0)
    pass_an_hour(page, conn)
    expect(card(page, "The middle.")).to_have_count(0)
    expect(page.locator("#replies").get_by_text(STUB)).to_be_visible()
    page.reload()
    expect(page.locator("#replies").get_by_text(STUB)).to_be_visible()
    expect(card(page, "The end.")).to_be_visible()


def test_half_typed_reply_survives_the_card_it_answers_and_can_be_posted(
    page: Page, watch: Watch, conn: Connection, base_url: str, alice: str, bob: str
) -> None:
    watch.expect_errors()
    make_activity(conn, bob, "Answer me quickly.", left=HOUR)
    page.clock.install()
    enter(page, conn, base_url)
    ready(act(page, "Answer me quickly.", "Reply")).click()
    write(ready(reply_form(page)), "I am typing as fa", ttl="3 days")
    reply_form(page).get_by_role("textbox").focus()
    box = page.locator(":focus")
    pass_an_hour(page, conn)
    expect(card(page, "Answer me quickly.")).to_have_count(0)
    expect(page.get_by_text(STUB)).to_be_visible()
    expect(box).to_have_value("I am typing as fa")
    page.get_by_role("button", name="Post on its own").click()
    expect(card(page, "I am typing as fa")).to_be_visible()
    expect(card(page, "I am typing as fa")).not_to_contain_text("@bob")


@pytest.mark.parametrize("end", ["expires", "is burned"])
def test_fresh_reply_stays_when_its_parent_goes(
    page: Page, conn: Connection, base_url: str, alice: str, bob: str, end: str
) -> None:
    parent = make_activity(conn, alice, "Say something.", left=HOUR)
    page.clock.install()
    enter(page, conn, base_url)
    ready(act(page, "Say something.", "Reply")).click()
    write(ready(reply_form(page)), "My own words.", ttl="3 days")
    send(reply_form(page))
    reply = card(page, "My own words.")
    expect(reply).to_be_visible()
    like = reply.locator(".act-like")
    like.focus()
    if end == "expires":
        pass_an_hour(page, conn)
    else:
        burn(page, "Say something.")
    expect(page.locator(f"#activity-{number_of(conn, parent)}")).to_have_count(0)
    expect(page.locator("#feed > article")).to_have_count(1)
    expect(reply).to_contain_text("replying to something now gone")
    if end == "expires":
        expect(like).to_be_focused()
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")


# Words and rings ---------------------------------------------------------------------------------------------

EDGES = [side for size in (60, 3600, 86400) for n in (1, 2, 3) for side in (n * size - 1, n * size, n * size + 1)]
SECONDS = [0, 0.5, 59.9, 2591999, 2592000, *EDGES, *(round(1.0158**n, 1) for n in range(940))]  # to 29 days
MOMENTS = range(-3 * 1440, 31 * 1440, 47)  # in minutes from now


def test_script_and_server_find_the_same_words(page: Page, conn: Connection, base_url: str, alice: str) -> None:
    """Of more than a thousand times each, in a zone that is neither the community's nor the browser's."""
    zone = _zone("America/New_York", "UTC")
    conn.execute("UPDATE users SET time_zone = %s", [zone.key])
    enter(page, conn, base_url)
    whole, now = 2592000, datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
    lives = [
        filters.life_between(now - timedelta(seconds=whole - s), now, now + timedelta(seconds=s), zone) for s in SECONDS
    ]
    shown = page.evaluate(
        "([all, whole]) => all.map((s) => [leftWords(s), stage(s / whole), agoWords(whole - s)])", [SECONDS, whole]
    )
    assert shown == [[life.words, life.stage, life.ago] for life in lives]
    ends = [now + timedelta(minutes=minutes) for minutes in MOMENTS]
    said = page.evaluate(
        "([all, now]) => all.map((end) => words.gone(words.moment(new Date(end), new Date(now))))",
        [[end.isoformat() for end in ends], now.isoformat()],
    )
    assert [
        (script, filters.gone_words(end, now, zone))
        for script, end in zip(said, ends, strict=True)
        # Of earlier today the script says the time alone.
        if end > now or end.astimezone(zone.info).date() != now.astimezone(zone.info).date()
        if script != filters.gone_words(end, now, zone)
    ] == []


def test_words_and_ring_move_while_the_page_is_open(page: Page, conn: Connection, alice: str) -> None:
    make_activity(conn, alice, "Fading.", age=timedelta(seconds=5), left=timedelta(seconds=80))
    make_activity(conn, alice, "Soon.", left=timedelta(hours=1, seconds=30))
    page.clock.install()
    page.goto("/")
    expect(card(page, "Fading.")).to_contain_text("1 min left")
    expect(card(page, "Fading.")).to_have_attribute("data-stage", "bright")
    moment = card(page, "Fading.").locator("header time")
    expect(moment).to_have_attribute("title", there(moment))  # in the zone of the reader
    ring = card(page, "Fading.").locator(".avatar .ring circle")
    before, soon = share(ring), card(page, "Soon.").locator(".left[data-soon]")
    expect(soon).to_have_count(0)
    page.clock.fast_forward("00:40")
    expect(soon).to_have_text("59 min left")
    expect(card(page, "Fading.")).to_contain_text("moments left")
    expect(card(page, "Fading.")).not_to_have_attribute("data-stage", "bright")
    assert before - share(ring) >= 100 * 39 / 85


def share(ring: Locator) -> float:
    """How much of the ring is drawn, in hundredths."""
    return float(str(ring.get_attribute("stroke-dasharray")).split()[0])


# Burning -----------------------------------------------------------------------------------------------------


def test_burn_asks_first_and_then_it_is_gone(home: Page, watch: Watch) -> None:
    post(home, "Another one.")
    post(home, "A mistake.")
    address = str(card(home, "A mistake.").locator("a.when").get_attribute("href"))
    fuse_of(home, "A mistake.").click()
    home.get_by_role("link", name="Burn now").click()
    expect(home.get_by_role("link", name="Keep it")).to_be_focused()
    home.get_by_role("link", name="Keep it").click()
    expect(home.get_by_role("button", name="Burn it")).to_have_count(0)
    expect(card(home, "A mistake.")).to_be_visible()
    burn(home, "A mistake.")
    expect(home.locator("#announcer")).not_to_be_empty()
    card(home, "Another one.").locator("a.when").click()
    expect(home.get_by_role("heading", name="Alice's post")).to_be_attached()
    burn(home, "Another one.")  # on its own page: what is left is home
    expect(home.get_by_role("heading", name="Home")).to_be_attached()
    watch.expect_errors()
    answer = home.goto(address)
    assert answer
    assert answer.status == 404
