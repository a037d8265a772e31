"""A message as HTML: web addresses and mentions are links, and all else is text."""

import time

from drawing import Drawn, app_away

from webapp.web import links

PEOPLE = ("alice", "bob")


def drawn(message: str, *mentions: str) -> Drawn:
    with app_away().test_request_context("/"):
        return Drawn(str(links.message_html({"message": message, "mentions": list(mentions) or None})))


def test_link_over_http_is_a_link() -> None:
    for before, href, behind in (
        ("", "http://a.example", ""), ("see ", "https://a.example/path?q=1&r=2#top", "."),
        ("", "HTTPS://A.EXAMPLE/Up", ""), ("line\n", "https://127.0.0.1:8443/%3Cscript%3E", "\nline"),
        ("", "https://b\u00fccher.example/\u00fc", ", then"), ("\u201c", "https://a.example", "\u201d"),
        ("(", "https://a.example/x_(y)", ")"),
    ):  # fmt: skip
        assert drawn(before + href + behind).elements == [("a", {"href": href, "rel": "nofollow ugc noopener"})]


def test_link_of_any_other_shape_stays_text() -> None:
    for message in (
        "javascript://a.example/%0aalert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "&#106;avascript:x()",
        "data:text/html,<b>x", "data://text/html,x", "vbscript:msgbox", "file:///etc/passwd", "ftp://a.example/x",
        "mailto:alice@a.example", "//a.example/x", "www.a.example", "alice@a.example", "http:/a.example", "http://",
        "https:///", "ht tp://a.example", "intent://scan", "ws://a.example", "custom+scheme://a.example",
    ):  # fmt: skip
        page = drawn(message)
        assert (page.elements, page.text) == ([], message)


def test_link_shows_the_very_address_that_it_leads_to() -> None:
    for message in (
        "https://a.example:pass@evil.example/", "https://evil.example/https://a.example", "https://a.example\u2024com/",
        "https://a.example\\@evil.example/", "https://a.example/\u202egpj.exe",
    ):  # fmt: skip
        page = drawn(message)
        for href in page.attributes("href"):
            assert href.startswith("https://") and href[8:56] in page.text, message  # noqa: PT018
    host = "a-" * 30 + "x.example"
    assert drawn(f"https://{host}/{'p' * 200}").text == f"{host}\u2026", "a long one is cut behind its host"


def test_message_holds_no_markup_of_its_own() -> None:
    """tests/e2e/test_hostile_text.py tries many more in a browser."""
    for message in (
        "<script>alert(1)</script>", "'\"><b>", 'https://a.example/"onmouseover="alert(1)', '@alice" onclick="x',
        "https://a.example/'><script>alert(1)</script>", "@alice<hx-partial hx-target='#main'>x</hx-partial>",
        "&lt;script&gt;", "{{ 7 * 7 }}", "<!--", "</p></article><h1>",
    ):  # fmt: skip
        page = drawn(message, "alice")
        assert all(tag == "a" and set(attributes) <= {"href", "rel"} for tag, attributes in page.elements), message
        assert page.text == message.replace("https://", "")


def test_mention_of_who_exists_is_a_link() -> None:
    assert drawn("hello @Alice, and (@bob)!", *PEOPLE).attributes("href") == ["/@alice", "/@bob"]
    for message in (
        "@carol is not here", "mail alice@bob.example", "x@alice", "@alice@elsewhere.example", "@alicexyz", "/@alice",
        "@@alice",
    ):  # fmt: skip
        assert drawn(message, *PEOPLE).attributes("href") == [], message
    assert drawn("https://a.example/@alice", *PEOPLE).attributes("href") == ["https://a.example/@alice"]


def test_message_of_any_shape_is_drawn_quickly() -> None:
    drawn("https://a.example/ @alice", "alice")  # patterns are made once
    for message in (
        "@alice " * 40, "https://" * 35, "http://a.b/" * 25, "https://a.example/" + "(" * 260, "@" * 280,
        "https://a.example/" + "\u0301" * 2700, "://" * 93, "https://" + "a." * 130,
    ):  # fmt: skip
        began = time.thread_time()
        drawn(message, "alice", "aa")
        assert time.thread_time() - began < 0.2, message  # ten times what is aimed at
