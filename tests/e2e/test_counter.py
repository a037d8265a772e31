"""The counter in the browser and the server count alike. The server decides; the browser must not promise otherwise."""

import json
import re
from pathlib import Path

from browsing import card, composer, enter, ready, send, write
from playwright.sync_api import Page, expect

from webapp import text
from webapp.db.connections import Connection

FAMILY = "👨‍👩‍👧‍👦"
CORPUS = json.loads(Path(__file__).with_name("counted_texts.json").read_text(encoding="utf-8"))
FULL = {FAMILY: 280, "क्ष": 280, "e\u0301": 280, "e" + "\u0301" * 10: 280}
FULL["𠮷" + "\ufe00" * 8 + "\U000e0100"] = 256  # its code points or its bytes are what is full


def test_counter_tells_what_the_server_counts(home: Page) -> None:
    """280 further letters make every text too long by as much as it counts itself, at the beginning and at the end."""
    form, shown, counted = ready(composer(home)), {}, {}
    for name, words in CORPUS.items():
        typed = f"{words}x{words}x" + "w" * 280 + f"x{words}"
        write(form, typed)
        shown[name] = form.locator(".counter").inner_text()
        over = re.search(r"\d+", str(text.message_problem(text.message(typed))))
        counted[name] = f"-{over[0]}" if over else "nothing"
    assert shown == counted


def test_what_just_fits_fits_and_one_more_does_not(home: Page) -> None:
    form = ready(composer(home))
    for unit, times in FULL.items():
        for typed, fits in ((unit * times, True), (unit * (times + 1), False)):
            assert (text.message_problem(text.message(typed)) is None) == fits
            write(form, typed)
            expect(form.locator(".counter")).to_have_text(re.compile(r"^\d+$" if fits else r"^-\d+$"))
    write(form, "क्ष" * 280)
    send(form)
    expect(card(home, "क्ष")).to_be_visible()


def test_counter_is_quiet_until_the_last_twenty(home: Page) -> None:
    form = ready(composer(home))
    counter, said = form.locator(".counter"), form.get_by_role("status")
    expect(counter).to_be_hidden()
    steps = [(259, "", ""), (260, "20", "20 left"), (281, "-1", "1 character too long"), (9, "", "")]
    for length, shown, aloud in steps:
        write(form, "w" * length)
        expect(counter).to_have_text(shown)
        expect(said).to_have_text(aloud)


def test_counter_counts_code_points_where_the_browser_knows_no_graphemes(
    page: Page, conn: Connection, alice: str, base_url: str
) -> None:
    page.add_init_script("delete Intl.Segmenter")
    form = ready(composer(enter(page, conn, base_url)))
    write(form, "w" * 279 + FAMILY)
    expect(form.locator(".counter")).to_have_text(f"{1 - len(FAMILY)}")
