"""The counter in the browser and the server count alike. The server decides; the browser must not promise otherwise."""

import re

from browsing import card, composer, ready, send, write
from playwright.sync_api import Page, expect

from webapp import text

FAMILY = "👨‍👩‍👧‍👦"
CORPUS = {
    "plain": "The tide is out.",
    "family": FAMILY * 3,
    "skin tones": "👩🏽‍🚀👋🏿🤝🏻",
    "flags": "🇬🇧🇮🇳🇯🇵🇬",
    "England": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f🏴",
    "keycaps": "1️⃣2️⃣#️⃣",
    "variation selectors": "❤️❤︎☺️",
    "Hindi": "क्षत्रिय नमस्ते हिन्दी ज्ञान",
    "Hindi conjuncts": "क्ष्म्य" * 5,
    "Bengali": "ক্ষমা বাংলা",
    "Malayalam": "മലയാളം ക്ഷമ",
    "Tamil": "தமிழ் நி க்ஷ",
    "Thai": "ภาษาไทย กำ",
    "Burmese": "မြန်မာဘာသာ",
    "Korean": "한국어 한글",
    "Korean, decomposed": "\u1112\u1161\u11ab\u1100\u1173\u11af",
    "combining marks": "Z\u0300\u0301\u0302\u0303o\u0308e\u0301",
    "decomposed": "cafe\u0301 nai\u0308ve \u0041\u030a",
    "line ends": "one\r\ntwo\rthree\nfour",
    "white space around": "  \n inside \n ",
    "no-break space around": "\u00a0inside\u00a0\u3000",
    "byte order mark": "\ufeffinside\ufeff",
    "joiners": "a\u200db\u200cc",
    "Arabic": "ممرّضة ليلية ﷽",
    "Hebrew with points": "שָׁלוֹם",
    "prepended": "\u0600\u0661 \U000110bd\U00011083",
    "directions": "\u202eright\u202c \u2067left\u2069",
    "tags": "a\U000e0041b",
    "noncharacters": "\ufdd0\U0010ffff",
    "private use": "\ue000\U000f0000",
    "control characters": "a\u0007b\u0085c\u001b",
    "line separators": "a\u2028b\u2029c",
    "ideographs": "船を描いています𠮷",
    "ligature and sharp s": "ﬃ ß ẞ İ ı",
}
FULL = {
    FAMILY: 280,
    "क्ष": 280,
    "e\u0301": 280,
    "e" + "\u0301" * 10: 280,
    "𠮷" + "\ufe00" * 8 + "\U000e0100": 256,  # its code points or its bytes are what is full
}


def test_counter_tells_what_the_server_counts(home: Page) -> None:
    """280 further letters make every text too long by as much as it counts itself."""
    form, shown, counted = ready(composer(home)), {}, {}
    for name, words in CORPUS.items():
        typed = f"x{words}x" + "w" * 280
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
    expect(form.locator(".counter")).to_be_hidden()
    write(form, "w" * 259)
    expect(form.locator(".counter")).to_be_visible()
    expect(form.locator(".counter")).to_have_text("")
    expect(form.get_by_role("status")).to_be_empty()
    write(form, "w" * 260)
    expect(form.locator(".counter")).to_have_text("20")
    expect(form.get_by_role("status")).to_have_text("20 left")
    write(form, "w" * 281)
    expect(form.get_by_role("status")).to_have_text("1 character too long")
    write(form, "w" * 100)
    expect(form.get_by_role("status")).to_be_empty()
