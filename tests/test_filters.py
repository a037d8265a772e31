"""The words and figures of a card, and a message as HTML."""

import time
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask, url_for
from linkify_it import LinkifyIt

from webapp import create_app
from webapp.config.settings import TTLS, Settings
from webapp.web import filters, links
from webapp.web.addresses import address

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def card(**fields: Any) -> dict[str, Any]:
    return {"message": "", "mentions": None, "read_at": NOW.isoformat(), **fields}


@pytest.fixture(scope="module")
def app() -> Flask:
    """An application without a database: links need its addresses, and nothing else."""
    return create_app(Settings.from_env({"CONNECTION_URL": "postgresql:///none?host=/nowhere", "SECRET_KEY": "x"}))


class _Elements(HTMLParser):
    """What a browser would find in a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(app: Flask, message: str, *mentions: str) -> _Elements:
    with app.test_request_context("/"):
        return _Elements(str(filters.message_html(card(message=message, mentions=list(mentions) or None))))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (2592000, "30 days left"),
        (604800, "7 days left"),
        (172800, "2 days left"),
        (172799, "48 hours left"),
        (86400, "24 hours left"),
        (5400, "2 hours left"),
        (5399, "90 minutes left"),
        (3600, "60 minutes left"),
        (150, "3 minutes left"),
        (90, "2 minutes left"),
        (89, "a minute left"),
        (45, "a minute left"),
        (44.9, "moments left"),
        (0, "moments left"),
        (-5, "moments left"),
    ],
)
def test_left_words_tell_what_is_left(seconds: float, words: str) -> None:
    assert filters.left_words(seconds) == words


@pytest.mark.parametrize(
    ("share", "stage"),
    [
        (1, "bright"),
        (0.501, "bright"),
        (0.5, "waning"),
        (0.251, "waning"),
        (0.25, "ember"),
        (0.101, "ember"),
        (0.1, "last"),
        (0, "last"),
    ],
)
def test_stage_changes_at_its_shares(share: float, stage: str) -> None:
    assert filters.stage(share) == stage


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "now"),
        (59.9, "now"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (86399, "23 h"),
        (86400, "1 d"),
        (2591999, "29 d"),
    ],
)
def test_ago_is_short_and_never_rounds_up(seconds: float, words: str) -> None:
    assert filters.ago(card(created_at=(NOW - timedelta(seconds=seconds)).isoformat())) == words


def test_life_counts_by_the_databases_clock() -> None:
    life = filters.life(
        card(created_at=(NOW - timedelta(hours=3)).isoformat(), expires_at=(NOW + timedelta(hours=1)).isoformat())
    )
    assert life == (3_600_000, 14_400_000, 25.0, "ember", "60 minutes left")


@pytest.mark.parametrize("created", [NOW, NOW + timedelta(seconds=5)])
def test_life_of_no_length_divides_by_nothing(created: datetime) -> None:
    assert filters.life(card(created_at=created.isoformat(), expires_at=NOW.isoformat())).percent == 0


def test_times_name_their_zone() -> None:
    iso = "2026-11-23T12:49:00.5+01:00"
    assert filters.full_time(iso) == "23 November, 11:49 UTC"
    assert filters.http_date(iso) == "Monday, 23-Nov-26 11:49:00 GMT"
    assert filters.month(iso) == "November 2026"


def test_small_words_are_right() -> None:
    assert [filters.tally(count) for count in (0, 999, 1000)] == ["0", "999", "999+"]
    assert [filters.ttl_words(key) for key in TTLS] == [key.replace("-", " ") for key in TTLS]
    assert filters.hue("alice") == filters.hue("alice")
    assert {filters.hue(f"user{n}") for n in range(200)} == set(range(12))
    assert [filters.initial(name) for name in ("\u00e9lo", "\u201cBea", "\U0001f41d", "")] == [
        "\u00c9",
        "B",
        "\U0001f41d",
        "",
    ]
    assert filters.excerpt("one two\nthree, four", 15) == "one two three\u2026"
    assert len(filters.excerpt("x" * 2800)) <= 91


LINKED = {
    "http://a.example": "http://a.example",
    "https://a.example/": "https://a.example/",
    "see https://a.example/path?q=1&r=2#top.": "https://a.example/path?q=1&r=2#top",
    "(https://a.example/x)": "https://a.example/x",
    "https://a.example/x_(y)": "https://a.example/x_(y)",
    "HTTPS://A.EXAMPLE/Up": "HTTPS://A.EXAMPLE/Up",
    "https://a.example:8443/": "https://a.example:8443/",
    "https://127.0.0.1/": "https://127.0.0.1/",
    "https://a.example/\u00fc": "https://a.example/\u00fc",
    "https://b\u00fccher.example/": "https://b\u00fccher.example/",
    "https://a.example/%3Cscript%3E": "https://a.example/%3Cscript%3E",
    "\u201chttps://a.example\u201d": "https://a.example",
    "https://a.example, then": "https://a.example",
    "https://a.example!": "https://a.example",
    "line\nhttps://a.example\nline": "https://a.example",
}
NOT_LINKED = [
    "javascript://a.example/%0aalert(1)",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "javascript&colon;alert(1)",
    "&#106;avascript:alert(1)",
    "data:text/html,<b>x",
    "data://text/html,x",
    "vbscript:msgbox",
    "file:///etc/passwd",
    "ftp://a.example/x",
    "mailto:alice@a.example",
    "//a.example/x",
    "a.example",
    "www.a.example",
    "alice@a.example",
    "http:/a.example",
    "http:a.example",
    "http://",
    "https:///",
    "ht tp://a.example",
    "tel:123",
    "blob:https//x",
    "about:blank",
    "view-source:http",
    "intent://scan",
    "ws://a.example",
    "custom+scheme://a.example",
]


@pytest.mark.parametrize(("message", "href"), LINKED.items())
def test_link_over_http_is_a_link(app: Flask, message: str, href: str) -> None:
    page = rendered(app, message)
    assert page.elements == [("a", {"href": href, "rel": "nofollow ugc noopener"})]


@pytest.mark.parametrize("message", NOT_LINKED)
def test_link_of_any_other_shape_stays_text(app: Flask, message: str) -> None:
    page = rendered(app, message)
    assert page.elements == []
    assert page.text == message


@pytest.mark.parametrize("message", ["ftp://a.example/x", "//a.example/://", "mailto:alice@a.example ://"])
def test_link_of_another_scheme_stays_text_even_where_it_is_found(
    app: Flask, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    monkeypatch.setattr(links, "_linkify", LinkifyIt({}, {"fuzzy_email": False}))
    assert rendered(app, message).elements == []


@pytest.mark.parametrize(
    "message",
    [
        "https://a.example@evil.example/",
        "https://a.example:pass@evil.example/",
        "https://evil.example/https://a.example",
        "https://a.example\\@evil.example/",
        "https://a.example\u2024com/",
        "https://a.example/\u202egpj.exe",
    ],
)
def test_link_shows_the_very_address_that_it_leads_to(app: Flask, message: str) -> None:
    page = rendered(app, message)
    for _, attributes in page.elements:
        href = attributes["href"] or ""
        assert href.startswith("https://")
        assert href.removeprefix("https://")[:48] in page.text


def test_link_that_is_long_is_cut_behind_its_host(app: Flask) -> None:
    host = "a-" * 30 + "x.example"
    page = rendered(app, f"https://{host}/{'p' * 200}")
    assert page.text == f"{host}\u2026"
    assert page.elements[0][1]["href"] == f"https://{host}/{'p' * 200}"


@pytest.mark.parametrize(
    "message",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '"><svg onload=alert(1)>',
        "'><b>",
        "<a href='javascript:x'>x</a>",
        'https://a.example/"onmouseover="alert(1)',
        "https://a.example/'><script>alert(1)</script>",
        "https://a.example/<b>",
        "@alice<script>",
        '@alice" onclick="x',
        "<button hx-get=/x hx-trigger=load>",
        "<p data-hx-on:click='x'>",
        "<hx-partial hx-target='#main'>x</hx-partial>",
        "<div hx-swap-oob='true' id=main>",
        "&lt;script&gt;",
        "{{ 7 * 7 }}",
        "{% raw %}",
        "<!--",
        "]]>",
        "<![CDATA[",
        "</p></article><h1>",
        "<style>*{}</style>",
        "\u2028<b>",
        "<\x00b>",
        "%3Cscript%3E",
        "<iframe srcdoc='<script>'>",
        "<math><mi//xlink:href='data:x'>",
        "<base href=//evil>",
        "<meta http-equiv=refresh>",
    ],
)
def test_message_holds_no_markup_of_its_own(app: Flask, message: str) -> None:
    page = rendered(app, message, "alice")
    assert {tag for tag, _ in page.elements} <= {"a"}
    assert all(set(attributes) <= {"href", "rel"} for _, attributes in page.elements)
    assert (
        "".join(page.text.split()) == "".join(message.replace("https://", "").replace("\x00", "\ufffd").split())
        or "\x00" in message
    )


@pytest.mark.parametrize(
    ("message", "linked"),
    [
        ("@alice", ["alice"]),
        ("hello @Alice, and @bob!", ["alice", "bob"]),
        ("(@alice)", ["alice"]),
        ("@alice.", ["alice"]),
        ("@carol is not here", []),
        ("mail alice@bob.example", []),
        ("x@alice", []),
        ("@alice@elsewhere.example", []),
        ("@alicexyz", []),
        ("/@alice", []),
        ("@@alice", []),
        ("https://a.example/@alice", []),
    ],
)
def test_mention_of_who_exists_is_a_link(app: Flask, message: str, linked: list[str]) -> None:
    page = rendered(app, message, "alice", "bob")
    assert [a["href"] for _, a in page.elements if not (a["href"] or "").startswith("http")] == [
        f"/@{n}" for n in linked
    ]


@pytest.mark.parametrize(
    "message",
    [
        "@a " * 140,
        "@alice " * 40,
        "https://" * 35,
        "http://a.b/" * 25,
        "(" * 280,
        "https://a.example/" + "(" * 260,
        "@" * 280,
        "https://a.example/" + "\u0301" * 2700,
        "://" * 93,
        "https://" + "a." * 130,
        "<" * 280,
    ],
)
def test_message_of_any_shape_is_drawn_quickly(app: Flask, message: str) -> None:
    with app.test_request_context("/"):
        activity = card(message=message, mentions=["alice", "aa"])
        filters.message_html(card(message="https://a.example/ @alice", mentions=["alice"]))  # patterns are made once
        began = time.thread_time()
        filters.message_html(activity)
        assert time.thread_time() - began < 0.2  # ten times what is aimed at


@pytest.mark.parametrize("handle", ["alice", "a_1", "a b", "a/b?c#d", "ünï", "{handle}", ""])
def test_address_is_what_flask_would_make_of_it(app: Flask, handle: str) -> None:
    with app.test_request_context():
        if handle:
            assert address("feeds.profile", handle=handle) == url_for("feeds.profile", handle=handle)
        assert address("feeds.home") == url_for("feeds.home")
