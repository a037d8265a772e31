"""What two people see of each other on pages that stay open, with the back/forward cache that real browsers have."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from browsing import Watch, act, card, enter, notice, ready
from factories import make_activity
from playwright.sync_api import Browser, BrowserContext, Page, expect
from verbs import expire, value

from webapp.db.connections import Connection

HOUR = timedelta(hours=1)
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def kept(cached: Browser, base_url: str) -> Iterator[Page]:
    context = cached.new_context(base_url=base_url, locale="en-GB", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(8000)
    yield context.new_page()
    context.close()


def burned(conn: Connection, activity: object) -> None:
    """Its author burned it, as sql/activities/burn.sql does."""
    conn.execute(
        "WITH gone AS (UPDATE activities SET expires_at = greatest(now(), created_at) WHERE uuid = %s RETURNING *)"
        " INSERT INTO withdrawals (number, user_uuid, audience, expires_at)"
        " SELECT number, user_uuid, 'everyone', expires_at FROM gone",
        [activity],
    )


def told(page: Page, go: Callable[[], object]) -> Page:
    """Does that; the page is told from now on what happens, by its own stream or by the tab that has one."""
    with page.expect_response(re.compile("/(stream|alive)")):
        go()
    return page


def test_burned_card_leaves_every_open_page_within_two_seconds(
    page: Page, new_context: NewContext, conn: Connection, base_url: str, alice: str, bob: str
) -> None:
    top = make_activity(conn, alice, "Here to stay.")
    one = make_activity(conn, alice, "A mistake.", left=HOUR / 2, reply_to=top)
    below = make_activity(conn, bob, "What do you mean?", reply_to=one)
    other = new_context(base_url=base_url).new_page()
    places = [("/", page), (f"/@alice/status/{top}", page.context.new_page()), (f"/@bob/status/{below}", other)]
    for path, tab in places:
        told(tab, lambda tab=tab, path=path: enter(tab, conn, base_url, "bob", path))
        expect(tab.get_by_text("A mistake.").first).to_be_visible()
    expect(page.get_by_role("complementary")).to_contain_text("A mistake.")
    expect(card(page, "What do you mean?")).to_contain_text("A mistake.")
    burned(conn, one)
    for _, tab in places:
        expect(tab.get_by_text("A mistake.")).to_have_count(0, timeout=2000)
    expect(card(page, "What do you mean?")).to_contain_text("replying to something now gone")


def test_new_ones_wait_until_they_are_asked_for(
    page: Page, conn: Connection, base_url: str, alice: str, bob: str
) -> None:
    make_activity(conn, alice, "The first.")
    conn.execute("UPDATE activities SET visible_from = now() - interval '1 minute'")  # no news to a page without a feed
    told(page, lambda: enter(page, conn, base_url, "bob"))
    tab = page.context.new_page()
    told(tab, lambda: tab.goto("/settings"))
    place = page.locator("article").bounding_box()
    for number in range(3):
        make_activity(conn, alice, f"News {number}.")
    make_activity(conn, bob, "One's own, from elsewhere.")
    expect(page).to_have_title(re.compile(r"^\(3\) Home"))
    expect(tab).to_have_title(re.compile(r"^\(3\) Settings"))
    assert page.locator("article").bounding_box() == place, "nothing moves"
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("button", name="3 new").click()
    expect(page.get_by_role("article")).to_have_count(5)
    expect(page).to_have_title(re.compile("^Home"))
    expect(page.get_by_role("button", name="new", exact=False)).to_have_count(0)
    expect(page.locator("article").first.locator(".when")).to_be_focused()
    assert page.locator("article").nth(4).get_attribute("aria-label") == "Alice: The first."


def test_empty_feed_and_a_reader_who_is_signed_out_learn_of_the_first_word(
    page: Page, conn: Connection, alice: str
) -> None:
    page.clock.install()
    page.goto("/")
    gone = make_activity(conn, alice, "The first.")
    page.clock.run_for(12_000)
    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    burned(conn, gone)
    page.clock.run_for(12_000)
    expect(page.get_by_role("button", name="1 new")).to_have_count(0)


def test_act_on_what_is_gone_takes_the_card_off_with_a_sentence(
    home: Page, watch: Watch, conn: Connection, bob: str
) -> None:
    watch.expect_errors()
    gone = make_activity(conn, bob, "Too late to like.")
    home.route("**/stream*", lambda route: route.abort())
    home.reload()
    expire(conn, gone)
    card(home, "Too late to like.").locator(".act-like").click()
    expect(card(home, "Too late to like.")).to_have_count(0)
    expect(notice(home)).to_have_text(re.compile("^That one is gone."))


def test_counts_titles_and_labels_follow(page: Page, conn: Connection, base_url: str, alice: str, bob: str) -> None:
    top = make_activity(conn, alice, "The beginning.", left=HOUR / 2)
    reply = make_activity(conn, bob, "A reply.", left=HOUR / 2, reply_to=top)
    make_activity(conn, bob, "Another.")
    told(page, lambda: enter(page, conn, base_url, "alice", "/@bob"))
    expect(page.locator("#alive")).to_have_text(" · 2 activities")
    expect(page.get_by_text("2 activities vanish within the hour.")).to_be_visible()
    tab = page.context.new_page()
    told(tab, lambda: tab.goto(f"/@alice/status/{top}"))
    expect(tab.locator(".focus .act-reply")).to_have_text("1")
    burned(conn, reply)
    expect(page.locator("#alive")).to_have_text(" · 1 activity")
    expect(page.get_by_text("1 activity vanishes within the hour.")).to_be_visible()
    expect(tab.locator(".focus .act-reply")).to_have_text("")
    expect(tab.locator(".focus .act-reply")).to_have_accessible_name("Reply to Alice")
    expect(tab).to_have_title(re.compile("^Alice"))
    burned(conn, top)
    expect(tab.locator(".stub")).to_have_count(2)
    for words in ("Posted", "No replies yet."):
        expect(tab.get_by_role("main").get_by_text(words)).to_have_count(0)
    expect(tab).to_have_title(re.compile("^Thread ·"))
    assert "Alice" not in str(tab.locator("meta[name=description]").get_attribute("content"))
    expect(tab.get_by_label("Your message", exact=True)).to_be_attached()


def test_replies_of_others_are_counted_and_wait_above_those_of_the_thread(
    page: Page, conn: Connection, base_url: str, alice: str, bob: str
) -> None:
    top = make_activity(conn, alice, "The beginning.")
    first = make_activity(conn, alice, "A reply.", reply_to=top)
    make_activity(conn, alice, "What one reads.", reply_to=top)
    for number in range(9):
        make_activity(conn, alice, f"Later {number}.", reply_to=top)
    told(page, lambda: enter(page, conn, base_url, "bob", f"/@alice/status/{top}"))
    profile = page.context.new_page()
    told(profile, lambda: profile.goto("/@alice"))
    ready(act(page, "What one reads.", "Reply")).click()
    box = card(page, "What one reads.").get_by_role("textbox")
    box.fill("Half a rep")
    card(page, "What one reads.").evaluate("(card) => card.scrollIntoView()")
    place = box.bounding_box()["y"]
    below = make_activity(conn, alice, "Fresh words.", reply_to=first)
    make_activity(conn, alice, "Below it.", reply_to=below)
    make_activity(conn, alice, "Of another thread.")
    pill = page.get_by_role("button", name="2 new replies")
    expect(pill).to_be_in_viewport()
    expect(act(page, "A reply.", "Reply")).to_have_accessible_name("Reply to Alice, 1 reply")
    expect(act(profile, "A reply.", "Reply")).to_have_text("1")
    expect(page).to_have_title(re.compile(r"^\(3\)"))
    pill.dispatch_event("click")  # without scrolling to it
    expect(card(page, "Fresh words.").locator(".when")).to_be_focused()
    expect(pill).to_have_count(0)
    expect(page.locator("#replies > .place > article").nth(2)).to_contain_text("Below it.")
    expect(act(page, "Fresh words.", "Reply")).to_have_text("1")
    expect(act(page, "A reply.", "Reply")).to_have_text("1")
    expect(box).to_have_value("Half a rep")
    assert abs(box.bounding_box()["y"] - place) < 1, "nothing moves"
    expect(page).to_have_title(re.compile(r"^\(1\)"))


def test_reply_that_waits_and_is_burned_is_counted_no_more(
    page: Page, conn: Connection, base_url: str, alice: str, bob: str
) -> None:
    conn.execute("UPDATE users SET display_name = 'Area 51 fans' WHERE uuid = %s", [alice])
    top = make_activity(conn, alice, "The beginning.")
    told(page, lambda: enter(page, conn, base_url, "bob", f"/@alice/status/{top}"))
    link = act(page, "The beginning.", "Reply")
    reply = make_activity(conn, alice, "A mistake.", reply_to=top)
    expect(page.get_by_role("button", name="1 new reply")).to_be_visible()
    expect(link).to_have_accessible_name("Reply to Area 51 fans, 1 reply")
    burned(conn, reply)
    expect(page.get_by_role("button", name="new", exact=False)).to_have_count(0)
    expect(link).to_have_accessible_name("Reply to Area 51 fans")
    expect(link).to_have_text("")


# The back/forward cache --------------------------------------------------------------------------------------

# Notes every word that is painted from the return on.
_PAINTED = """addEventListener("pageshow", () => {
  window.painted = "";
  const look = () => {
    const shell = document.querySelector(".shell");
    if (getComputedStyle(shell).visibility === "visible") window.painted += shell.innerText;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});"""


_PAINTS = """(words) => new Promise((done) => {
  const look = () => window.painted.includes(words) ? done(true) : requestAnimationFrame(look);
  look();
})"""


@pytest.mark.parametrize("end", [burned, expire])
def test_back_paints_nothing_that_is_gone(
    kept: Page, conn: Connection, base_url: str, alice: str, bob: str, end: Callable[..., None]
) -> None:
    make_activity(conn, bob, "Still here.")
    gone = make_activity(conn, bob, "Burned meanwhile.", left=HOUR)
    kept.add_init_script(_PAINTED)
    told(kept, lambda: enter(kept, conn, base_url))
    expect(card(kept, "Burned meanwhile.")).to_be_visible()
    kept.evaluate("window.same = true")
    kept.goto("/livez")
    end(conn, gone)
    kept.go_back(wait_until="commit")  # nothing is loaded
    expect(card(kept, "Still here.")).to_be_visible()
    assert kept.evaluate("window.same"), "the page came from the cache"
    assert kept.evaluate(_PAINTS, "Still here.")
    expect(card(kept, "Burned meanwhile.")).to_have_count(0)
    assert "Burned meanwhile." not in kept.evaluate("window.painted")
    burned(conn, value(conn, "SELECT uuid FROM said WHERE message = 'Still here.'"))
    expect(card(kept, "Still here.")).to_have_count(0, timeout=2000)


def test_back_to_the_settings_of_a_session_that_ended_elsewhere_shows_the_sign_in(
    kept: Page, conn: Connection, base_url: str, alice: str
) -> None:
    kept.add_init_script(_PAINTED)
    told(kept, lambda: enter(kept, conn, base_url, path="/settings"))
    kept.evaluate("window.same = true")
    kept.goto("/livez")
    conn.execute("DELETE FROM sessions")
    kept.go_back(wait_until="commit")  # nothing is loaded
    expect(kept).to_have_url(re.compile("/sign-in"))


# The stream --------------------------------------------------------------------------------------------------


def test_one_tab_listens_for_all_and_another_goes_on_when_it_closes(
    page: Page, watch: Watch, conn: Connection, base_url: str, alice: str, bob: str
) -> None:
    told(page, lambda: enter(page, conn, base_url, "bob"))
    tabs = [page.context.new_page() for _ in range(3)]
    for tab in tabs:
        told(tab, lambda tab=tab: tab.goto("/"))
    assert sum("/stream" in url for url in watch.requests) == 1
    make_activity(conn, alice, "For all of them.")
    for tab in (page, *tabs):
        expect(tab).to_have_title(re.compile(r"^\(1\)"))
    with page.context.expect_event("request", lambda request: "/stream" in request.url):
        page.close()
    make_activity(conn, alice, "And this.")
    for tab in tabs:
        expect(tab).to_have_title(re.compile(r"^\(2\)"))


def test_page_whose_session_ended_elsewhere_is_loaded_again_within_fifteen_seconds(
    page: Page, conn: Connection, base_url: str, alice: str
) -> None:
    told(page, lambda: enter(page, conn, base_url, path="/settings"))
    conn.execute("DELETE FROM sessions")
    expect(page).to_have_url(re.compile("/sign-in"), timeout=15_000)


def test_page_with_unsent_text_listens_again_once_the_same_person_is_signed_in_again(
    page: Page, watch: Watch, conn: Connection, base_url: str, alice: str, bob: str
) -> None:
    watch.expect_errors()
    told(page, lambda: enter(page, conn, base_url, "bob"))
    page.route("**/drafts", lambda route: route.abort())
    page.get_by_label("Your message").fill("Not sent yet.")
    with page.expect_response(re.compile("/alive"), timeout=20_000):  # its stream is over
        conn.execute("DELETE FROM sessions")
    with page.expect_response(re.compile("/stream"), timeout=10_000):
        enter(page.context.new_page(), conn, base_url, "bob", "/livez")
    make_activity(conn, alice, "Heard again.")
    expect(page).to_have_title(re.compile(r"^\(1\)"), timeout=3000)
    expect(page.get_by_label("Your message")).to_have_value("Not sent yet.")
