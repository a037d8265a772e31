"""What people might write to do harm, stored and shown in a real browser: it is text, and nothing else happens."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import Watch, composer, ready, send, to_the_end, write
from factories import make_activity, make_user
from playwright.sync_api import Locator, Page, expect
from verbs import number_of

from webapp.db.connections import Connection

TEXTS: dict[str, list[str]] = {}
for line in Path(__file__).with_name("hostile_texts.txt").read_text().splitlines()[1:]:
    if line.startswith("## "):
        TEXTS[line[3:]] = kind = []
    else:
        kind.append(line.encode().decode("unicode_escape"))
MARKUP, HTMX, LINKS, NAMES = (TEXTS[kind] for kind in ("markup", "htmx", "links", "names"))
_MADE = (
    "(all) => all.flatMap((e) => [...e.querySelectorAll(':not(a, a > bdi, a > span)')].map((made) => made.outerHTML))"
)
_ASTRAY = "(all) => all.filter((a) => !/^https?:$/.test(a.protocol) || !a.host).map((a) => a.getAttribute('href'))"


def test_messages_stay_text_on_every_page(home: Page, watch: Watch, conn: Connection, alice: str) -> None:
    """No element but a link comes out of a message, no link leads to anything but http(s), and nothing runs."""
    corpus = [*MARKUP, *HTMX, *LINKS]
    top = make_activity(conn, alice, "The beginning.")
    for words in corpus:
        make_activity(conn, alice, words[:280], reply_to=top)
    watch.requests.clear()
    shown: set[str] = set()
    paths = ["/", "/public", "/@alice", f"/@alice/status/{top}"]
    for path in paths:
        home.goto(path)
        to_the_end(home)
        expect(home.locator(".htmx-request")).to_have_count(0)
        messages = home.locator("article > .message")
        assert messages.evaluate_all(_MADE) == []
        assert messages.locator("a").evaluate_all(_ASTRAY) == []
        shown |= {" ".join(words.split()) for words in messages.all_text_contents()}
    assert [words for words in corpus if "://" not in words and " ".join(words[:280].split()) not in shown] == []
    known = re.compile(r"/static/|/stream|/alive|[?](before|after)=|(" + "|".join(map(re.escape, paths)) + ")$")
    assert [url for url in watch.requests if not known.search(url)] == []


def test_names_and_bios_stay_text(home: Page, watch: Watch, conn: Connection, alice: str) -> None:
    top = make_activity(conn, alice, "A card.")
    for name in NAMES:
        conn.execute("UPDATE users SET display_name = %s, bio = %s", [name[:50], name * 3])
        watch.requests.clear()
        for path in ("/", "/@alice", f"/@alice/status/{top}", f"/compose?reply_to={top}"):
            home.goto(path)
            assert name[:50] in home.locator("bdi").all_text_contents()
            assert home.locator("bdi *, .bio *, h1 script, h1 img").count() == 0
        assert [url for url in watch.requests if "/api/" in url] == []


def test_what_is_swapped_in_by_htmx_stays_text(home: Page, watch: Watch) -> None:
    """The answer to a post and the form that comes back with a 422 go through HTMX's own parser."""
    watch.expect_errors()
    for words in (MARKUP[1], MARKUP[2], HTMX[0], HTMX[10], HTMX[12]):
        form = ready(composer(home))
        write(form, words + "w" * 280)
        send(form)
        expect(form.locator(".error")).to_be_visible()
        expect(form.get_by_role("textbox")).to_have_value(words + "w" * 280)
        watch.requests.clear()
        write(form, words)
        send(form)
        newest = home.locator("article > .message").first
        expect(newest).to_have_text(words)
        assert newest.text_content() == words
        assert home.locator("article > .message *").count() == 0
        assert [url.rsplit("/", 1)[1] for url in watch.requests] == ["activities"]


# What is drawn -------------------------------------------------------------------------------------------------

PILE = ("o" + "\u0300" * 140 + "o" + "\u0323" * 140) * 8
AROUND = ["#activity-{1}", "#activity-{2}", ".welcome"]
PLACES = {
    "/public": {
        "#activity-{0} > .message": AROUND,
        "#activity-{0} .name": AROUND,
        ".vanishing li:nth-child(2)": [".vanishing li:nth-child(1) a", ".vanishing li:nth-child(3) a"],
    },
    "/@mallory": {
        ".bio": [".profile h1", ".masthead", "#activity-{0}"],
        ".profile h1": [".masthead", ".profile .bio", "#activity-{0}"],
    },
}
"""Where marks are piled up, by page: the piece itself, and what stands around it."""

_STILL = "() => document.querySelectorAll('svg, time, .left').forEach((part) => { part.style.visibility = 'hidden'; })"
_OPEN = """(how) => {
  for (const part of document.querySelectorAll(".message, .bio, .name, .profile h1, .vanishing li a > *"))
    part.style.clipPath = how;
}"""


def community(conn: Connection) -> list[Any]:
    """The activities of somebody who piles marks in every place, and of who stands above and below."""
    ann = make_user(conn, "ann")
    mallory = make_user(conn, "mallory", display_name=PILE[120:165], bio=PILE[:282])
    return [
        make_activity(conn, person, words, age=timedelta(minutes=age), left=timedelta(minutes=30 + age))
        for person, words, age in ((mallory, PILE, 2), (ann, "Above.", 1), (ann, "Below.", 3))
    ]


def drawn(pieces: list[Locator]) -> list[bytes]:
    return [piece.screenshot(animations="disabled") for piece in pieces]


@pytest.mark.parametrize("path", PLACES)
def test_pile_of_marks_is_drawn_over_nothing_around(page: Page, conn: Connection, path: str) -> None:
    """What stands around looks as it does when the marks are not drawn; without the border it would not."""
    made = [number_of(conn, activity) for activity in community(conn)]
    page.set_viewport_size({"width": 1280, "height": 900})  # a phone shows no side list
    page.emulate_media(reduced_motion="reduce")
    page.goto(path)
    page.evaluate(_STILL)  # what time moves
    for own, around in PLACES[path].items():
        piece = page.locator(own.format(*made))
        pieces = [page.locator(name.format(*made)).first for name in around]
        seen = drawn(pieces)
        piece.evaluate("(own) => { own.style.visibility = 'hidden'; }")
        assert drawn(pieces) == seen, own
        piece.evaluate("(own) => { own.style.visibility = ''; }")
        page.evaluate(_OPEN, "inset(-99rem)")
        assert drawn(pieces) != seen, f"marks that are drawn nowhere prove nothing: {own}"
        page.evaluate(_OPEN, "")


def test_what_stands_at_the_border_is_drawn_whole(page: Page, conn: Connection, alice: str) -> None:
    """Accents, descenders, the underline and the ring of a link at the edges: nothing of an ordinary text is cut."""
    words = "https://example.org/first Ễ Ẵ Å gjpqy ş ţ\nhttps://example.org/last ą ņ"
    make_activity(conn, alice, words, left=timedelta(minutes=30))
    conn.execute("UPDATE users SET display_name = 'Ễ Ẵ gjpqy ş', bio = %s", [words])
    page.emulate_media(reduced_motion="reduce")
    page.goto("/@alice")
    page.evaluate(_STILL)
    whole = page.locator("body")
    # Square: the edge of what is round may be a shade lighter.
    page.locator(".avatar").evaluate_all("(all) => all.forEach((one) => { one.style.borderRadius = '0'; })")
    for focused in page.locator(".message a, .name").all():
        focused.evaluate("(link) => { link.style.borderRadius = '0'; link.focus({ focusVisible: true }); }")
        assert focused.evaluate("(link) => getComputedStyle(link).outlineStyle") == "solid"
        seen = drawn([whole])
        page.evaluate(_OPEN, "inset(-99rem)")
        assert drawn([whole]) == seen
        page.evaluate(_OPEN, "")
