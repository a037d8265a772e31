"""Sentences for people stand in gettext's form: none is bare, and another catalogue is really asked."""

import ast
import re
from collections.abc import Iterator
from gettext import NullTranslations
from html.parser import HTMLParser

import jinja2
import pytest
from factories import make_activity, make_user
from flask import Flask
from jinja2 import nodes
from markupsafe import escape
from test_house import PAGES, SCRIPTS, SERVING, _name, _room
from verbs import FRAGMENT, send, sign_in, signed_in, write
from ways import DatabaseUrls, settings_for
from werkzeug.test import TestResponse

from webapp import create_app, text, words
from webapp.db.connections import Connection
from webapp.errors import NotFound, Violated
from webapp.web import filters

ASKED = {"_", "gettext", "ngettext", "N_"}
HUMAN = {"aria-label", "placeholder", "title", "alt"}
"""Attributes that people read or hear."""
LETTERS = re.compile(r"[^\W\d_]{2}")
NO_SENTENCES = {
    "no account has this password",  # is hashed
    "the database is unreachable\n", "the database does not match this version\n",  # health is asked by machines
    "signed in",  # a policy's name
    '<a href="{}" rel="nofollow ugc noopener">{}</a>',
}  # fmt: skip
SENTENCE = re.compile(r"[A-Z][^\n]*( |[.!?…]$)|.*[a-z]{2,} [a-z]{2,}| [a-z]+$")


class _Read(HTMLParser):
    """What people read of a piece of HTML: its text, and those of its attributes that are for them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.attributes = "", [""]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.text += " "
        self.attributes += [value or "" for name, value in attrs if name in HUMAN]

    def handle_data(self, data: str) -> None:
        self.text += data


def _told(text: str) -> bool:
    return bool(SENTENCE.match(text) or re.match("[A-Z]", text))


# None is bare ----------------------------------------------------------------------------------------------------


def test_template_holds_no_bare_sentence() -> None:
    jinja = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in PAGES:
        tree = jinja.parse(path.read_text())
        own = _Read("".join(data.data for data in tree.find_all(nodes.TemplateData)))
        bare = [text for text in (own.text, *own.attributes) if LETTERS.search(text)]
        assert not bare, f"{_name(path)}: {' '.join(' '.join(bare).split())}"
        calls = [(getattr(call.node, "name", ""), call) for call in tree.find_all(nodes.Call)]
        asked = {id(const) for name, call in calls if name in ASKED for const in call.find_all(nodes.Const)}
        consts = [const for const in tree.find_all(nodes.Const) if isinstance(const.value, str)]
        bare = [const.value for const in consts if id(const) not in asked and _told(const.value)]
        for name, call in calls:
            if name in ("field", "toggle"):  # labels and hints, of one word too
                told = [*call.args[1:2], *(more.value for more in call.kwargs if more.key in ("label", "hint"))]
                bare += [const.value for const in told if isinstance(const, nodes.Const)]
        assert not bare, f"{_name(path)}: {bare}"


def test_module_holds_no_bare_sentence() -> None:
    """Of what answers people. Lines of log, reasons that only a log tells, and samples are for other eyes."""
    logged = re.compile(r"log(ger)?\.\w+|Unavailable")
    bare = []
    for path in SERVING:
        if _room(path) in {"__init__", "config", "db", "logs", "deadline"} or path.name == "samples.py":
            continue
        tree = ast.parse(path.read_text())
        exempt: set[int] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
                exempt.add(id(node.value))
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in ASKED or logged.fullmatch(called):
                exempt |= {id(const) for const in ast.walk(node)}
        for node in ast.walk(tree):
            said = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in exempt
            if said and SENTENCE.match(node.value) and node.value not in NO_SENTENCES:
                bare.append(f"{_name(path)}, line {node.lineno}: {node.value!r}")
    assert not bare, "\n".join(bare)


def test_script_holds_no_bare_sentence() -> None:
    """All that scripts say stands in words.js. What asks for an element, a key or a header is no sentence."""
    literal = re.compile(r"""(\b(?:querySelector(?:All)?|closest|matches|matchMedia|get)\(|=== )?("[^"\n]*"|`[^`]*`)""")
    for path in SCRIPTS:
        code = re.sub(r"(^|\s)//.*", "", path.read_text())
        found = [text[1:-1] for asks, text in literal.findall(code) if not asks]
        bare = [text for text in found if re.match(r"[A-Z][a-z]+\b|.*[A-Za-z]{2,} [A-Za-z]{2,}", text)]
        assert bool(bare) == (path.name == "words.js"), f"{_name(path)}: {bare}"


# Another catalogue -----------------------------------------------------------------------------------------------

HOSTILE = '"></bdi><script>alert(1)</script>%s%(x)s{{ 7 }}'


class _Bracketed(NullTranslations):
    """Every sentence in brackets, so that one without is seen."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture
def bracketed(database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application with that catalogue, and a name in it for a community."""
    monkeypatch.setattr(words, "catalogue", _Bracketed())
    app = create_app(settings_for(database_urls, COMMUNITY_NAME="Qqq", COMMUNITY_ABOUT="Zzz.", SIGN_UP="open"))
    yield app
    app.extensions["db"].close()


def outside(answer: TestResponse, *typed: str) -> str:
    """What stands in no brackets, but for what people typed."""
    page = _Read(answer.text)
    text = "\n".join((page.text, *page.attributes))
    assert "⟦" in text
    for known in (*typed, "Qqq", "Zzz."):
        text = text.replace(known, "")
    while text != (text := re.sub(r"⟦[^⟦⟧]*⟧", "", text)):
        pass
    return " ".join(text.split()) if LETTERS.search(text) else ""


def test_other_catalogue_says_all_that_strangers_see(bracketed: Flask, conn: Connection) -> None:
    made = make_activity(conn, make_user(conn, "alice", display_name="Alice"), "The tide is out.")
    make_activity(conn, make_user(conn, "bob", display_name="Bob"), "It is.", reply_to=made)
    client = bracketed.test_client()
    typed = ("The tide is out.", "It is.", "@alice", "@bob", "Alice", "Bob")
    pages = {path: client.get(path) for path in ("/", "/sign-in", "/sign-up", "/@alice", f"/@alice/status/{made}")}
    pages |= {"404": client.get("/nowhere"), "405": client.post("/@alice"), "422": send(client, "/sign-in")}
    pages |= {
        "422 of many": send(client, "/sign-up", handle="x", display_name="", password="short"),
        "400": send(client, "/sign-in", csrf_token=None),
        "a notice": client.get("/nowhere", headers=FRAGMENT),
        "wrong": sign_in(client, "nobody", "a password"),
    }
    for path, page in pages.items():
        assert not outside(page, *typed), path
    assert client.get("/api/@nobody").json["error"].startswith("⟦")


def test_other_catalogue_says_all_that_people_see(bracketed: Flask, conn: Connection) -> None:
    alice = make_user(conn, "alice", display_name="Alice", handle_wanted="ann")
    made = make_activity(conn, alice, "The tide is out.")
    there = make_activity(conn, make_user(conn, "bob", display_name="Bob"), "It is.", reply_to=made)
    client = signed_in(bracketed)
    paths = ("/", "/public", "/compose", f"/compose?reply_to={there}", "/settings", "/settings/handle", "/@alice")
    paths += (f"/@alice/status/{made}", f"/@bob/status/{there}", f"/activities/{made}/burn")
    pages = {path: client.get(path) for path in paths}
    pages |= {
        "nothing": write(client, " "),
        "too long": write(client, "x " * 141),
        "too late": write(client, "y", reply_to_activity_uuid=str(made)[::-1]),
        "posted": write(client, "It was.", fragment=True),
        "liked": send(client, f"/activities/{made}/like", fragment=True),
        "burned": send(client, f"/activities/{made}/burn", fragment=True),
        "a password": send(client, "/settings/password", current="wrong", password="short"),
        "a name": send(client, "/settings/profile", display_name="", bio="x" * 301),
    }
    typed = ("The tide is out.", "It is.", "It was.", "@alice", "@bob", "@ann", "Alice", "Bob", "alice@example.com")
    for path, page in pages.items():
        assert not outside(page, *typed, "x " * 140 + "x", "x" * 301), path


def test_name_in_a_sentence_stays_a_name(bracketed: Flask, conn: Connection) -> None:
    """Whoever has markup, quotes or placeholders for a name."""
    make_user(conn, "alice")
    made = make_activity(conn, make_user(conn, "mallory", display_name=HOSTILE))
    page = signed_in(bracketed).get(f"/@mallory/status/{made}")
    assert f"⟦Your reply to {HOSTILE}⟧" in _Read(page.text).text
    assert "<script>alert" not in page.text
    draw = bracketed.jinja_env.from_string(
        "{% trans name=name %}By <bdi>{{ name }}</bdi>, 100%{% endtrans %}|{{ _('By %(name)s', name=name) }}"
        "|{{ ngettext('%(name)s', '', 1, name=name) }}|{{ _('By %(name)s', name=name) ~ name }}"
    )
    name = str(escape(HOSTILE))
    assert draw.render(name=HOSTILE) == f"⟦By <bdi>{name}</bdi>, 100%⟧|⟦By {name}⟧|⟦{name}⟧|⟦By {name}⟧{name}"


def test_constant_is_translated_when_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "catalogue", _Bracketed())
    assert NotFound().message.startswith("⟦")
    assert Violated("users_handle_unique").as_invalid().message.startswith("⟦")
    assert filters.month("2026-11-23T12:49:00+00:00") == "⟦⟦November⟧ 2026⟧"
    assert filters.full_time("2026-11-23T12:49:00+00:00") == "⟦23 ⟦November⟧, 12:49 UTC⟧"
    assert text.message_problem("x" * 281) == "⟦1 character too long. The limit is 280.⟧"
