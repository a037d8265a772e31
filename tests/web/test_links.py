"""A message as HTML: web addresses and mentions are links, and all else is text."""

import time

import pytest
from drawing import Drawn, app_away

from webapp.web import links

PEOPLE = ("alice", "bob")
X = "https://x.example/a"


def drawn(message: str, *mentions: str) -> Drawn:
    with app_away().test_request_context("/"):
        return Drawn(str(links.message_html({"message": message, "mentions": list(mentions) or None})))


# Each text has its links between ⟦ and ⟧.
LINKS = {
    "plain": ["⟦http://a.example⟧", "see ⟦https://a.example/path?q=1&r[]=2#top⟧.", "line\n⟦https://a.example⟧\nline"],
    "in capitals": ["⟦HTTPS://A.EXAMPLE/Up⟧"],
    "before marks": [f"⟦{X}⟧{end}" for end in (".", ",", ";", ":", "!", "?", "...", "?!", "'", '."', "**", ".)", ").")],
    "with marks": ["⟦https://x.example/it's,1;2:3!4?a.b⟧", "⟦https://x.example/#/route?x=1⟧."],
    "in quotes": [
        f"{a}⟦{X}⟧{b}{c}" for a, b in ("“”", "‘’", "«»", "„“", '""', "''", "「」", "『』") for c in ("", ".", " s")
    ],
    "in brackets": [
        f"(See ⟦{X}⟧.)", f"（⟦{X}⟧）", f"[t](⟦{X}⟧).", f"<⟦{X}⟧>", f"{{⟦{X}⟧}}", f"【⟦{X}⟧】", f"(“⟦{X}⟧.”)",
        f"⟦{X}⟧(b",
    ],
    "with brackets": [f"(⟦{X}_(y)⟧)", f"⟦{X}_(U.S.)⟧.", f"⟦{X}[(b)c](d)e⟧)", f"⟦{X}/(b)⟧"],
    "before a dash or more": [f"⟦{X}⟧{end}" for end in "–—…→🎉|`\\^×\t\u00a0\u3000\u2028"],
    "before the end of a sentence": [f"⟦{X}⟧{end}后" for end in "。，、！？；：．｡؟،؛।።՞"],
    "before what is not seen": [f"⟦{X}⟧{end}b" for end in "\u200b\u200d\u202e\u2066\u200f\u2060\u00ad\ufe0f\x1f"],
    "in a sentence without spaces": [
        f"见⟦{X}⟧看看", f"詳しくは⟦{X}⟧を見て", "⟦https://x.example⟧を見て", "⟦https://x.example/⟧を見て",
        f"⟦{X}⟧를 보세요", f"ดู⟦{X}⟧นะ", "⟦https://例え.jp⟧を",
    ],
    "of another script": [
        "⟦https://ja.wikipedia.org/wiki/日本語⟧", "⟦https://例え.jp/パス⟧", "⟦https://bücher.example/ü?ö=ä⟧", "⟦https://i❤.ws/⟧",
        "⟦https://пример.рф/путь⟧", "⟦https://x.example/مرحبا⟧، ثم", "ב⟦https://x.example/שלום⟧.", "⟦https://abc日本.jp⟧",
        "⟦https://x.example/wiki/マリー・キュリー⟧",
    ],
    "behind anything but a letter": [f"{before}⟦{X}⟧" for before in ("🎉", "→", "=", "ж", "見", "_", "a,", "é")],
    "side by side": [f"⟦{X}⟧,⟦{X}⟧", f"⟦{X}⟧;⟦{X}⟧", f"⟦{X}⟧|⟦{X}⟧", f"⟦{X}⟧，⟦{X}⟧", f"⟦{X}⟧ ⟦{X}⟧"],
    "with an address in it": [f"⟦https://a.example/2020/{X}⟧", f"⟦https://a.example/?u={X}⟧", "http://⟦http://x⟧"],
    "of a host that is no name": [
        "⟦http://[::1]:8000/⟧", "⟦http://[2001:db8::1]⟧.", "⟦https://127.0.0.1:8443/%3C⟧", "⟦http://localhost:8000/x⟧",
        "⟦https://a_b.example/x⟧", "⟦https://x.example⟧: y", "⟦https://x.example⟧:123456", "⟦https://x.example⟧-",
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", LINKS)
def test_link_is(kind: str) -> None:
    for text in LINKS[kind]:
        page = drawn(text.replace("⟦", "").replace("⟧", ""))
        hrefs = [part.split("⟧")[0] for part in text.split("⟦")[1:]]
        attributes = [attrs for tag, attrs in page.elements if tag == "a"]
        assert attributes == [{"href": href, "rel": "nofollow ugc noopener", "dir": "ltr"} for href in hrefs], text
        assert page.text == text.replace("⟦", "").replace("⟧", ""), "the whole address is there, to be copied"


def test_link_of_any_other_shape_stays_text() -> None:
    for message in (
        "javascript://a.example/%0aalert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "&#106;avascript:x()",
        "data:text/html,<b>x", "data://text/html,x", "vbscript:msgbox", "file:///etc/passwd", "ftp://a.example/x",
        "mailto:alice@a.example", "//a.example/x", "www.a.example", "alice@a.example", "http:/a.example", "http://",
        "https:///", "ht tp://a.example", "intent://scan", "ws://a.example", "xhttps://a.example", "1http://a.example",
        "http\u017f://a.example", "https://.", "https://-", "http://[zz]/", "http://[1:2]/", "https://a.example:99999/",
        "https://paypal.com@evil.example/", "https://user:pass@evil.example", "https://a.example:80@evil.example",
        "https://a.example\u2100b.example/",
    ):  # fmt: skip
        page = drawn(message)
        assert (page.elements, page.text) == ([], message)


def test_link_shows_its_host_apart_from_what_may_be_cut() -> None:
    host = "a-" * 30 + "x.example"
    page = drawn(f"https://{host}/{'p' * 200}")
    assert page.texts == ["https://", host, f"/{'p' * 200}"]
    assert [attrs.get("class") for tag, attrs in page.elements if tag == "span"] == ["scheme", "rest"]
    assert drawn("https://a.example\\@evil.example/").attributes("href") == ["https://a.example"]


def test_message_holds_no_markup_of_its_own() -> None:
    """tests/e2e/test_hostile_text.py tries many more in a browser."""
    for message in (
        "<script>alert(1)</script>", "'\"><b>", 'https://a.example/"onmouseover="alert(1)', '@alice" onclick="x',
        "https://a.example/'><script>alert(1)</script>", "@alice<hx-partial hx-target='#main'>x</hx-partial>",
        "&lt;script&gt;", "{{ 7 * 7 }}", "<!--", "</p></article><h1>", "https://a.example/x'onclick='alert(1)",
    ):  # fmt: skip
        page = drawn(message, "alice")
        assert {tag for tag, _ in page.elements} <= {"a", "bdi", "span"}, message
        assert {name for _, attrs in page.elements for name in attrs} <= {"href", "rel", "dir", "class"}, message
        assert page.text == message


def test_mention_of_who_exists_is_a_link() -> None:
    for message in (
        "hello @Alice, and (@bob)!", "＠aliceと@bobさん", "привет@alice/@bob", "@alice.@bob", "🎉@alice’s @bob—",
        "سلام @alice، @bob؟", "https://x.example，@alice @bob",
    ):  # fmt: skip
        page = drawn(message, *PEOPLE)
        assert [href for href in page.attributes("href") if href[0] == "/"] == ["/@alice", "/@bob"], message
        assert [tag for tag, _ in page.elements].count("bdi") == 2
        assert page.text == message
    for message in (
        "@carol is not here", "mail alice@bob.example", "x@alice", "@alice@elsewhere.example", "@alicexyz", "_@alice",
        "@@alice", "@alice_", "@alice＠x", "＠＠alice", "@al\u0131ce", "@ alice",
    ):  # fmt: skip
        assert drawn(message, *PEOPLE).attributes("href") == [], message
    assert drawn("https://a.example/@alice", *PEOPLE).attributes("href") == ["https://a.example/@alice"]


def test_message_of_any_shape_is_drawn_quickly() -> None:
    drawn("https://a.example/ @alice", "alice")  # patterns are made once
    for message in (
        "@alice " * 40, "https://" * 35, "http://a.b/" * 25, "https://a.example/" + "(" * 260, "@" * 280,
        "https://a.example/" + "\u0301" * 2700, "://" * 93, "https://" + "a." * 130, "https://a/" + "." * 270,
        "https://a" + "-" * 270, "https://a/" + "(." * 130, "https://" + "日\u0301" * 130,
    ):  # fmt: skip
        began = time.thread_time()
        drawn(message, "alice", "aa")
        assert time.thread_time() - began < 0.2, message  # ten times what is aimed at
