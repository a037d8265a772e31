"""Sentences for people stand in gettext's form: none is bare, and another catalogue is really asked."""

import ast
import re
from datetime import UTC, datetime
from types import SimpleNamespace

import jinja2
import pytest
from drawing import Drawn
from factories import make_activity, make_user
from flask import Flask
from jinja2 import nodes
from markupsafe import escape
from verbs import FRAGMENT, send, sign_in, signed_in, write
from ways import MakeApp
from werkzeug.test import TestResponse

from webapp import text, words
from webapp.db.connections import Connection
from webapp.errors import NotFound, Violated
from webapp.postgres.folders import CHECKOUT
from webapp.web import filters
from webapp.web.zones import UTC_ZONE

WEBAPP = CHECKOUT / "webapp"
MUTE = {"__init__.py", "config", "db", "logs.py", "deadline.py", "dev", "runtime", "ops", "postgres", "aws"}
"""Rooms and modules that tell people nothing."""
ASKED = {"_", "gettext", "ngettext", "N_"}
HUMAN = ("aria-label", "placeholder", "title", "alt")
LETTERS = re.compile(r"[^\W\d_]{2}")
NO_SENTENCES = {
    "no account has this password",  # is hashed
    "the database is unreachable\n", "the database does not match this version\n",  # health is asked by machines
    "signed in",  # a policy's name
    '<a href="{}" rel="nofollow ugc noopener" dir="ltr"><span class="scheme">{}</span>{}{}</a>',
    '<span class="rest">{}</span>',
}  # fmt: skip
SENTENCE = re.compile(r"[A-Z][^\n]*( |[.!?…]$)|.*[a-z]{2,} [a-z]{2,}| [a-z]+$")


def read(html: str) -> list[str]:
    page = Drawn(html)
    return [*page.texts, *page.attributes(*HUMAN)]


def test_template_holds_no_bare_sentence() -> None:
    jinja = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    bare = {}
    for path in sorted((WEBAPP / "templates").rglob("*.html")):
        tree = jinja.parse(path.read_text())
        own = "".join(data.data for data in tree.find_all(nodes.TemplateData))
        found = [text for text in read(own) if LETTERS.search(text)]
        calls = [(getattr(call.node, "name", ""), call) for call in tree.find_all(nodes.Call)]
        asked = {id(const) for name, call in calls if name in ASKED for const in call.find_all(nodes.Const)}
        consts = [const for const in tree.find_all(nodes.Const) if isinstance(const.value, str)]
        told = re.compile(f"{SENTENCE.pattern}|[A-Z]")
        found += [const.value for const in consts if id(const) not in asked and told.match(const.value)]
        for call in (call for name, call in calls if name in ("field", "toggle")):  # labels and hints, of one word too
            labels = [*call.args[1:2], *(more.value for more in call.kwargs if more.key in ("label", "hint"))]
            found += [const.value for const in labels if isinstance(const, nodes.Const)]
        bare |= {path.name: found} if found else {}
    assert bare == {}


def test_module_holds_no_bare_sentence() -> None:
    """Of what answers people. Lines of log, reasons that only a log tells, and samples are for other eyes."""
    logged = re.compile(r"log(ger)?\.\w+|Unavailable|Busy")
    bare = []
    for path in sorted(WEBAPP.rglob("*.py")):
        if path.relative_to(WEBAPP).parts[0] in MUTE or path.name == "samples.py":
            continue
        tree, exempt = ast.parse(path.read_text()), set()
        for node in ast.walk(tree):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if docstring or called in ASKED or logged.fullmatch(called):
                exempt |= {id(const) for const in ast.walk(node)}
        for node in ast.walk(tree):
            said = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in exempt
            if said and SENTENCE.match(node.value) and node.value not in NO_SENTENCES:
                bare.append(f"{path.relative_to(WEBAPP)}, line {node.lineno}: {node.value!r}")
    assert not bare, "\n".join(bare)


def test_script_holds_no_bare_sentence() -> None:
    """All that scripts say stands in words.js. What asks for an element, a key or a header is no sentence."""
    literal = re.compile(r"""(\b(?:querySelector(?:All)?|closest|matches|matchMedia|get)\(|=== )?("[^"\n]*"|`[^`]*`)""")
    for path in sorted((WEBAPP / "static" / "js").rglob("*.js")):
        code = re.sub(r"(^|\s)//.*", "", path.read_text())
        found = [text[1:-1] for asks, text in literal.findall(code) if not asks]
        bare = [text for text in found if re.match(r"[A-Z][a-z]+\b|.*[A-Za-z]{2,} [A-Za-z]{2,}", text)]
        assert bool(bare) == (path.name == "words.js"), f"{path.name}: {bare}"


def test_names_of_the_scripts_sentences_are_unique() -> None:
    """A second one of the same name would replace the first, and no browser says so."""
    names = re.findall(r"^ {4}(\w+):", (WEBAPP / "static/js/words.js").read_text(), re.MULTILINE)
    assert sorted(names) == sorted(set(names))


HOSTILE = '"></bdi><script>alert(1)</script>%s%(x)s{{ 7 }}'


# Every sentence in brackets, so that one without is seen.
BRACKETED = SimpleNamespace(gettext="⟦{}⟧".format, ngettext=lambda one, many, n: f"⟦{one if n == 1 else many}⟧")


@pytest.fixture
def bracketed(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application with that catalogue, and a name in it for a community."""
    monkeypatch.setattr(words, "catalogue", BRACKETED)
    return make_app(COMMUNITY_NAME="Qqq", COMMUNITY_ABOUT="Zzz.", SIGN_UP="open")


def outside(answer: TestResponse, *typed: str) -> str:
    """What stands in no brackets, but for what people typed."""
    text = "\n".join(read(answer.text))
    assert "⟦" in text
    for known in (*typed, "Qqq", "Zzz."):
        text = text.replace(known, "")
    while text != (text := re.sub(r"⟦[^⟦⟧]*⟧", "", text)):
        pass
    return " ".join(text.split()) if LETTERS.search(text) else ""


def test_other_catalogue_says_all_that_is_seen(bracketed: Flask, conn: Connection) -> None:
    made = make_activity(conn, make_user(conn, "alice", display_name="Alice", handle_wanted="ann"), "The tide is out.")
    there = make_activity(conn, make_user(conn, "bob", display_name="Bob"), "It is.", reply_to=made)
    stranger, alice = bracketed.test_client(), signed_in(bracketed)
    threads = (f"/@alice/status/{made}", f"/@bob/status/{there}")
    pages = {path: stranger.get(path) for path in ("/", "/sign-in", "/sign-up", "/@alice", *threads)}
    pages |= {
        "404": stranger.get("/nowhere"), "405": stranger.post("/@alice"), "422": send(stranger, "/sign-in"),
        "422 of many": send(stranger, "/sign-up", handle="x", display_name="", password="short"),
        "400": send(stranger, "/sign-in", csrf_token=None), "a notice": stranger.get("/nowhere", headers=FRAGMENT),
        "wrong": sign_in(stranger, "nobody", "a password"),
    }  # fmt: skip
    paths = ("/", "/compose", f"/compose?reply_to={there}", "/settings", "/settings/handle", "/@alice", *threads)
    acts = [f"/activities/{made}/{name}" for name in ("acts", "fuse", "burn")]
    pages |= {f"{path} of hers": alice.get(path) for path in (*paths, *acts)}
    pages |= {
        "nothing": write(alice, " "), "too long": write(alice, "x " * 141),
        "posted": write(alice, "It was.", fragment=True),
        "too late": write(alice, "y", reply_to_activity_uuid=str(made)[::-1]),
        "liked": send(alice, f"/activities/{made}/like", fragment=True),
        "refused": send(alice, acts[1], fragment=True), "changed": send(alice, acts[1], ttl="1-day", fragment=True),
        "too late to undo": send(alice, f"/activities/{made}/undo", fragment=True),
        "burned": send(alice, f"/activities/{made}/burn", fragment=True),
        "a password": send(alice, "/settings/password", current="wrong", password="short"),
        "a name": send(alice, "/settings/profile", display_name="", bio="x" * 301),
    }  # fmt: skip
    typed = ("The tide is out.", "It is.", "It was.", "@alice", "@bob", "@ann", "Alice", "Bob", "alice@example.com")
    bare = {name: outside(page, *typed, "x " * 140 + "x", "x" * 301) for name, page in pages.items()}
    assert {name: text for name, text in bare.items() if text} == {}
    assert stranger.get("/api/@nobody").json["error"].startswith("⟦")


def test_name_in_a_sentence_stays_a_name(bracketed: Flask, conn: Connection) -> None:
    make_user(conn, "alice")
    made = make_activity(conn, make_user(conn, "mallory", display_name=HOSTILE))
    page = signed_in(bracketed).get(f"/@mallory/status/{made}")
    assert re.search(f"⟦[^⟦⟧]+ {re.escape(HOSTILE)}⟧", Drawn(page.text).text)
    assert "<script>alert" not in page.text
    draw = "{% trans name=name %}By <bdi>{{ name }}</bdi>, 100%{% endtrans %}|{{ _('By %(name)s', name=name) ~ name }}"
    name = str(escape(HOSTILE))
    drawn = bracketed.jinja_env.from_string(draw).render(name=HOSTILE)
    assert drawn == f"⟦By <bdi>{name}</bdi>, 100%⟧|⟦By {name}⟧{name}"


def test_constant_is_translated_when_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "catalogue", BRACKETED)
    assert NotFound().message.startswith("⟦")
    assert Violated("users_handle_unique").as_invalid().message.startswith("⟦")
    moment = datetime(2026, 11, 23, 12, 49, tzinfo=UTC)
    assert filters.full_moment(moment, UTC_ZONE) == "⟦23 ⟦November⟧, 12:49⟧"
    assert str(text.message_problem("x" * 281)).startswith("⟦")
