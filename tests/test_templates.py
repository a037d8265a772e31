"""Every template draws every state of its shapes, and stumbles over nothing that is not there."""

from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from jinja2 import StrictUndefined

from webapp import create_app
from webapp.activities.composer import Composer
from webapp.config.settings import Settings
from webapp.dev import samples
from webapp.web.paging import Page

TEMPLATES = Path(__file__).resolve().parent.parent / "webapp" / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
ONE, TWO = "5eedac00-0000-4000-8000-000000000001", "5eedac00-0000-4000-8000-000000000002"
NASTY = "</p><script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 1103 * 7 }} \u202etfel"


def card(**fields: Any) -> dict[str, Any]:
    fixed = {
        "message": "The tide is out.",
        "uuid": ONE,
        "user_uuid": TWO,
        "display_name": "Alice",
        "handle": "alice",
        "expires_at": "2026-11-30T12:00:00+00:00",
        "created_at": "2026-11-23T12:00:00+00:00",
        "read_at": "2026-11-23T13:00:00+00:00",
    }
    return dict(samples.card(**{**fixed, **fields}))


CARDS = [
    card(),
    card(is_own=True, replies_count=1, message="@bob see https://a.example/", mentions=["bob"]),
    card(reply_to_activity_uuid=TWO, reply_to_handle="bob", replies_count=2),
    card(reply_to_activity_uuid=TWO, read_at="2026-11-30T11:59:50+00:00"),
    card(message=NASTY, display_name=NASTY[:50]),
]
PLACES = [
    {"uuid": c["uuid"], "created_at": c["created_at"], "depth": n, "card": c} for n, c in enumerate([*CARDS, None][:5])
]
PLACES.append({"uuid": TWO, "created_at": CARDS[0]["created_at"], "depth": 9, "card": None})
ITEM = {
    key: CARDS[0][key] for key in ("uuid", "handle", "display_name", "message", "expires_at", "created_at", "read_at")
}
VANISHING = [
    {"count": 0, "soonest": []},
    {"count": 1, "soonest": [ITEM]},
    {"count": 9, "soonest": [{**ITEM, "message": NASTY}] * 5},
]
PAGES = [Page([], None), Page(CARDS, None), Page(CARDS, "2026-11-23T12:00:00Z~" + ONE)]
COMPOSERS = [
    Composer(ttl="7-days", key=ONE, place="feed"),
    Composer(ttl="1-hour", key=ONE, place="slot", parent=CARDS[0], parent_uuid=ONE),
    Composer(
        ttl="1-hour",
        key=ONE,
        place="thread",
        parent=CARDS[4],
        parent_uuid=ONE,
        message="kept\ntext",
        errors={"message": "Too long."},
    ),
    Composer(
        ttl="30-days", key=ONE, message=NASTY, errors={"message": NASTY, "ttl": "Pick.", "key": "Again."}, notice=NASTY
    ),
    Composer(ttl="7-days", key=ONE, place="feed", message="kept", parent_uuid=ONE).orphaned(),
]
THREADS = [
    {"activity": c, "ancestors": above, "replies": below, "cut": bool(above), "next": None}
    for c, above, below in ((CARDS[0], [], []), (CARDS[1], PLACES, PLACES), (CARDS[4], PLACES[:1], []))
]
PERSON = {
    "uuid": TWO,
    "display_name": "Alice",
    "handle": "alice",
    "bio": "",
    "created_at": CARDS[0]["created_at"],
    "activities_count": 0,
}
OWN = PERSON | {"email": None, "has_password": True, "handle_wanted": None}


def _form(**data: Any) -> SimpleNamespace:
    names = ("display_name", "handle", "email", "password", "invite")
    fields = {name: SimpleNamespace(data=data.get(name), typed=data.get(name) or "") for name in names}
    return SimpleNamespace(**fields)


FORMS = [
    {"form": _form(), "texts": {}, "errors": {}, "notice": "", "back": "/"},
    {
        "form": _form(email=NASTY, invite="code", display_name=NASTY),
        "texts": {"message": NASTY, "ttl": NASTY},
        "errors": {"email": NASTY, "password": "x"},
        "notice": NASTY,
        "back": "/compose",
    },
]
KEPT = [None, {"message": NASTY, "ttl": NASTY, "key": ONE, "csrf_token": "stale"}]
PROBLEMS = [
    {
        "heading": "Nothing here",
        "message": message,
        "request_id": number,
        "kept": kept,
        "written": "message",
        "signed_out": not number,
    }
    for (message, number), kept in zip(((NASTY, ""), ("It broke.", "0123456789abcdef")), KEPT, strict=True)
]


def _each(**choices: list[Any]) -> list[dict[str, Any]]:
    """One context for each place in the longest list of choices, the others going round."""
    longest = max(len(values) for values in choices.values())
    return [{name: values[n % len(values)] for name, values in choices.items()} for n in range(longest)]


SAMPLES: dict[str, list[dict[str, Any]]] = {
    "activities/_activity.html": _each(activity=CARDS),
    "activities/_burn.html": _each(activity=CARDS, notice=["", NASTY]),
    "activities/_burned.html": [{"person": None}, {"person": PERSON}],
    "activities/_composer.html": _each(composer=COMPOSERS),
    "activities/_created.html": _each(activity=CARDS, parent=[None, CARDS[2]], composer=COMPOSERS),
    "activities/_replies_count.html": _each(activity=CARDS),
    "activities/_stub.html": [{}],
    "feeds/_cut.html": [{}],
    "activities/burn.html": _each(activity=CARDS, notice=["", NASTY]),
    "activities/compose.html": _each(composer=COMPOSERS),
    "errors/_notice.html": PROBLEMS,
    "errors/page.html": PROBLEMS,
    "feeds/_feed.html": _each(page=PAGES, vanishing=VANISHING),
    "feeds/_more.html": _each(page=PAGES, vanishing=[*VANISHING, None]),
    "feeds/_more_replies.html": _each(thread=THREADS, following=[None, "2026-11-23T12:00:00Z~" + ONE]),
    "feeds/_pager.html": _each(
        following=[None, "2026-11-23T12:00:00Z~" + ONE], list=["feed", "replies", "feed"], vanishing=[*VANISHING, None]
    ),
    "feeds/_places.html": [{"items": []}, {"items": PLACES}],
    "feeds/_side.html": _each(vanishing=VANISHING),
    "feeds/home.html": _each(page=PAGES, composer=COMPOSERS, vanishing=VANISHING),
    "feeds/public.html": _each(page=PAGES, vanishing=VANISHING),
    "feeds/thread.html": _each(
        thread=THREADS,
        following=[None, "2026-11-23T12:00:00Z~" + ONE],
        composer=[*COMPOSERS, None],
        vanishing=VANISHING,
    ),
    "feeds/profile.html": _each(
        person=[PERSON, {**PERSON, "bio": NASTY, "display_name": NASTY[:50]}],
        page=PAGES,
        vanishing=VANISHING,
    ),
    "users/handle.html": [
        {
            "account": OWN | {"handle_wanted": wanted},
            "typed": typed,
            "error": error,
            "notice": error,
            "back": "/compose",
        }
        for wanted, typed, error in (("", "alice", ""), ("ann", NASTY, NASTY))
    ],
    "identities/failed.html": [{"sentence": NASTY, "href": "/sign-in/provider?next=" + NASTY}],
    "identities/signed_out.html": [{"href": ""}, {"href": "https://a.example/logout?client_id=" + NASTY}],
    "users/settings.html": [
        {"account": OWN | {"email": None}, "errors": {}, "said": "Saved.", "notice": ""},
        {
            "account": OWN | {"has_password": False, "handle_wanted": "ann"},
            "errors": {},
            "said": "",
            "notice": "",
        },
        {
            "account": OWN | {"handle_wanted": "", "email": "a@b.example", "bio": NASTY, "display_name": NASTY},
            "errors": {"display_name": NASTY, "bio": NASTY, "current": NASTY, "password": NASTY},
            "said": "",
            "notice": NASTY,
        },
    ],
    "sessions/sign_in.html": FORMS,
    "sign_ups/sign_up.html": [{**state, "key": "0f0f6a34-1d5b-4f0e-9a57-5a3c3b7a0001"} for state in FORMS],
    "sign_ups/closed.html": [{"invite": ""}, {"invite": "used-before"}],
}
OF_A_PROVIDER = {"identities/failed.html", "identities/signed_out.html"}
"""Pages of a place that has one."""
# They are no page by themselves: others extend or import them.
FRAMES = {"base.html", "shell.html", "_macros.html", "_nav.html"}


class _Shape(HTMLParser):
    """Elements, ids and whether what is opened is closed again."""

    _void = frozenset(
        [
            "area",
            "base",
            "br",
            "col",
            "embed",
            "hr",
            "img",
            "input",
            "link",
            "meta",
            "source",
            "track",
            "wbr",
            "circle",
            "use",
        ]
    )

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self._void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._void:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


PLACES_TO_JOIN = [{"SIGN_UP": "open"}, {"SIGN_UP": "invite"}, {"SIGN_UP": "closed"}]
PROVIDER = {"AUTH": "oidc", "OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "mayfly", "OIDC_NAME": NASTY}


@pytest.fixture(scope="module", params=[*PLACES_TO_JOIN, PROVIDER], ids=["open", "invite", "closed", "provider"])
def app(request: pytest.FixtureRequest) -> Flask:
    return create_app(
        Settings.from_env({"CONNECTION_URL": "postgresql:///none?host=/nowhere", "SECRET_KEY": "x", **request.param})
    )


def test_undefined_names_are_errors(app: Flask) -> None:
    assert app.jinja_env.undefined is StrictUndefined
    assert app.select_jinja_autoescape("x.html")


def test_every_template_has_samples() -> None:
    assert set(NAMES) == set(SAMPLES) | FRAMES


@pytest.mark.parametrize(
    "viewer",
    [None, {"uuid": TWO, "display_name": "Alice", "handle": "alice", "last_ttl": None}],
    ids=["stranger", "alice"],
)
@pytest.mark.parametrize("name", SAMPLES)
def test_template_draws_every_state(app: Flask, name: str, viewer: dict[str, Any] | None) -> None:
    if name in OF_A_PROVIDER and not app.extensions["settings"].provider:
        return
    for sample in SAMPLES[name]:
        with app.test_request_context("/"):
            from flask import g

            g.viewer = viewer
            html = app.jinja_env.get_template(name).render(**_globals(app), **sample)
        shape = _Shape(html)
        assert not shape.wrong
        assert not shape.open
        assert "<script>alert" not in html
        assert "img" not in shape.tags
        assert "style" not in shape.tags
        assert not [attribute for attribute in shape.attributes if attribute.startswith("on")]
        assert "7721" not in html


@pytest.mark.parametrize("name", [name for name in SAMPLES if "/_" not in name])
def test_page_is_a_whole_document(app: Flask, name: str) -> None:
    if name in OF_A_PROVIDER and not app.extensions["settings"].provider:
        return
    with app.test_request_context("/"):
        from flask import g

        g.viewer = None
        html = app.jinja_env.get_template(name).render(**_globals(app), **SAMPLES[name][0])
    shape = _Shape(html)
    assert html.lstrip().startswith("<!doctype html>")
    assert shape.tags.count("h1") == 1
    assert shape.tags.count("main") == 1
    assert shape.tags.count("title") == 1
    assert len(shape.ids) == len(set(shape.ids)), "an id twice"


def _globals(app: Flask) -> dict[str, Any]:
    """What Flask gives to every template."""
    given: dict[str, Any] = {}
    app.update_template_context(given)
    return given
