"""Ada and Grace, each with a browser: nothing that was typed is lost, and nothing that is gone is shown."""

import re
from collections.abc import Callable, Iterator

import pytest
from browsing import Server, Watch, act, burn, card, composer, enter, post, ready, reply_form, send, serve, write
from factories import make_user
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from verbs import activity_by
from ways import DatabaseUrls

from webapp.db.connections import Connection

STUB = "Something was here. It is gone now."
KEY, DOOR, LEFT, SURE = "Who has the key?", "It hangs by the door.", "On the left?", "I am sure."


@pytest.fixture(scope="session")
def browser(cached: Browser) -> Browser:
    """With the back/forward cache, as people's browsers are."""
    return cached


@pytest.fixture(scope="session")
def server(worker_database: DatabaseUrls) -> Iterator[Server]:
    with serve(worker_database, UNDO_SECONDS="3") as server:
        yield server


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    return server.url


@pytest.fixture
def ada(page: Page, watch: Watch, conn: Connection, base_url: str) -> Page:
    make_user(conn, "ada")
    watch.expect_errors()
    watch.expected.append("console error: htmx: htmx:error: Failed to fetch")  # while there is no network
    return enter(page, conn, base_url, "ada")


@pytest.fixture
def grace(
    ada: Page, watch: Watch, new_context: Callable[..., BrowserContext], conn: Connection, base_url: str
) -> Iterator[Page]:
    make_user(conn, "grace")
    context = new_context(base_url=base_url)
    seen = Watch(context, base_url)
    seen.expected = watch.expected
    yield enter(context.new_page(), conn, base_url, "grace")
    seen.check()


def learn(page: Page, words: str) -> None:
    """At home, what another one wrote is offered once it cannot be undone any more, and drawn by a press."""
    page.get_by_role("button", name="1 new").click()
    expect(card(page, words)).to_be_visible()


def open_thread(page: Page, words: str) -> None:
    card(page, words).locator("a.when").click()
    expect(page.locator(".focus")).to_contain_text(words)


def slot(page: Page, to: str) -> Locator:
    """The form for a reply below that card, opened."""
    act(page, to, "Reply").click()
    return ready(card(page, to).locator("form.composer"))


def replies(page: Page) -> list[str]:
    return page.locator("#replies :is(.message, .stub)").all_inner_texts()


def end_in_a_second(conn: Connection, words: str) -> None:
    """Its author moved its end, as sql/activities/fuse.sql does: open pages learn of it, and see it expire."""
    conn.execute(
        "WITH moved AS (UPDATE activities SET expires_at = now() + interval '1 second'"
        " WHERE uuid IN (SELECT uuid FROM said WHERE message = %s) RETURNING *)"
        " INSERT INTO withdrawals (number, user_uuid, audience, expires_at)"
        " SELECT number, user_uuid, 'everyone', expires_at FROM moved",
        [words],
    )


def test_they_talk_and_take_back(ada: Page, grace: Page, conn: Connection) -> None:
    post(ada, KEY)
    learn(grace, KEY)
    open_thread(grace, KEY)
    write(ready(reply_form(grace)), DOOR)
    send(reply_form(grace))
    expect(card(grace, DOOR)).to_be_visible()

    # Three deep, and the same after a reload.
    learn(ada, DOOR)
    open_thread(ada, KEY)
    form = slot(ada, DOOR)
    write(form, LEFT)
    send(form)
    expect(grace).to_have_title(re.compile(r"^\(1\)"))
    grace.reload()
    form = slot(grace, LEFT)
    write(form, SURE)
    send(form)
    expect(card(grace, SURE)).to_be_visible()
    assert replies(grace) == [DOOR, LEFT, SURE]
    grace.reload()
    assert replies(grace) == [DOOR, LEFT, SURE]

    # Ada burns hers in the middle: it leaves Grace's page too, and what was said below it stays.
    burn(ada, LEFT)
    expect(grace.get_by_text(LEFT)).to_have_count(0, timeout=2000)
    assert replies(grace) == [DOOR, STUB, SURE]
    expect(ada).to_have_title(re.compile(r"^\(1\)"))
    ada.reload()
    assert replies(ada) == [DOOR, STUB, SURE]

    # Undo and rewrite bring the words back; Grace sees the last ones alone.
    ada.goto("/")
    grace.goto("/")
    post(ada, "The wrong key.").get_by_role("button", name="Undo").click()
    box = composer(ada).get_by_role("textbox")
    expect(box).to_have_value("The wrong key.")
    post(ada, "The rihgt key.")
    learn(grace, "The rihgt key.")
    card(ada, "The rihgt key.").locator("a.left").click()
    ready(ada.locator("form.panel")).get_by_text("Rewrite", exact=True).click()
    ada.get_by_role("button", name="Burn and rewrite").click()
    expect(box).to_have_value("The rihgt key.")
    expect(card(grace, "The rihgt key.")).to_have_count(0, timeout=2000)
    write(composer(ada), "The right key.")
    send(composer(ada))
    expect(card(ada, "The right key.")).to_be_visible()
    expect(card(ada, "The rihgt key.")).to_have_count(0)
    learn(grace, "The right key.")
    expect(grace.get_by_text("The wrong key.")).to_have_count(0)


def test_nothing_typed_is_lost_nor_said_by_another(ada: Page, grace: Page, conn: Connection, base_url: str) -> None:
    # Grace loses the network as she types and as she sends.
    form = ready(composer(grace))
    grace.context.set_offline(True)
    write(form, "From the train.")
    expect(form.locator(".kept")).to_have_text("Not saved")
    send(form)
    expect(form.locator(".failed")).to_contain_text("Nothing is lost.")
    expect(form.get_by_role("textbox")).to_have_value("From the train.")
    grace.context.set_offline(False)
    form.get_by_role("button", name="Try again").click()
    expect(card(grace, "From the train.")).to_have_count(1)
    expect(form.get_by_role("textbox")).to_have_value("")
    learn(ada, "From the train.")

    # While Ada types, Grace signs in on the same machine, in another tab; then Ada does again.
    with ada.expect_response("**/drafts"):
        write(ready(composer(ada)), "Only I would say th")
    tab = enter(ada.context.new_page(), conn, base_url, "grace")
    expect(composer(tab).get_by_role("textbox")).to_have_value("")
    send(composer(ada))
    expect(composer(ada).get_by_role("alert")).to_contain_text("@grace")
    enter(tab, conn, base_url, "ada")
    expect(composer(tab).get_by_role("textbox")).to_have_value("Only I would say th")
    write(composer(tab), "Only I would say this.")
    send(composer(tab))
    expect(card(tab, "Only I would say this.")).to_contain_text("@ada")
    learn(grace, "Only I would say this.")
    said = "SELECT handle, message FROM said JOIN users ON users.uuid = user_uuid ORDER BY said.number"
    assert conn.execute(said).fetchall() == [("grace", "From the train."), ("ada", "Only I would say this.")]
    assert conn.execute("SELECT message FROM drafts").fetchall() == []


def test_what_ends_leaves_and_the_rest_stays(ada: Page, grace: Page, conn: Connection) -> None:
    asked = activity_by(conn, "ada", KEY)
    activity_by(conn, "ada", LEFT, reply_to=activity_by(conn, "ada", DOOR, reply_to=asked))
    ada.reload()
    open_thread(ada, KEY)

    # One expires in the middle of the thread while Grace replies to it.
    grace.reload()
    grace.evaluate("window.same = true")
    open_thread(grace, KEY)
    write(slot(grace, DOOR), "On my w")
    end_in_a_second(conn, DOOR)
    for page in (ada, grace):
        expect(card(page, DOOR)).to_have_count(0)
        assert replies(page) == [STUB, LEFT]
    half = grace.locator("#replies form.composer")
    expect(half.get_by_role("textbox")).to_have_value("On my w")
    expect(half.get_by_role("button", name="Post on its own")).to_be_visible()

    # Back, to a page from the browser's cache.
    for page in (ada, grace):
        page.locator("#back").click()
        expect(card(page, KEY)).to_be_in_viewport()
        assert page.get_by_text(DOOR).count() == 0, "not even for a moment"
    assert grace.evaluate("window.same")
    grace.goto("/drafts")
    expect(grace.get_by_role("listitem").filter(has_text="On my w")).to_be_visible()
