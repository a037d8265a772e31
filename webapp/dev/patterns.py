"""The pattern page: every partial in each of its states, from sample shapes and without asking the database."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup

from ..web.filters import hue
from ..web.static_files import FOLDER
from . import samples

_ID = re.compile(r'\b(id|for|aria-labelledby|aria-describedby)="([^"]+)"')
# What scripts would take off the page at its instant, move the focus to, or name as the page's one main part.
_ALIVE = re.compile(r'\bdata-left="|\sautofocus\b|(?<=<)main\b|(?<=</)main\b')
_STILL = {'data-left="': 'data-was-left="', "main": "div"}


@dataclass(frozen=True)
class State:
    """One drawing of a partial."""

    name: str
    html: Markup


@dataclass(frozen=True)
class Pattern:
    """A template's file name and its states."""

    file: str
    states: list[State]


def draw_all() -> dict[str, list[Pattern]]:
    """All patterns twice, since the page shows them by day and by night and an id stands once on a page."""
    return {day: [_draw(day, file, states) for file, states in _states().items()] for day in ("light", "dark")}


def _draw(day: str, file: str, states: dict[str, Callable[[], str]]) -> Pattern:
    drawn = []
    for number, (name, draw) in enumerate(states.items()):
        prefix = f"{day}-{re.sub(r'[^a-z]+', '-', file)}-{number}"
        drawn.append(State(name, Markup(_apart(draw(), prefix))))  # noqa: S704 (a template's own output)
    return Pattern(file, drawn)


def _apart(html: str, prefix: str) -> str:
    """The drawing with ids of its own, and without what would make it act."""
    html = _ID.sub(lambda found: f'{found[1]}="{" ".join(f"{prefix}-{name}" for name in found[2].split())}"', html)
    return _ALIVE.sub(lambda found: _STILL.get(found[0], ""), html)


def _states() -> dict[str, dict[str, Callable[[], str]]]:
    """File to states, each a way to draw it."""
    composers = samples.composers()
    fresh = composers["fresh, above a feed"]
    return {
        "_macros.html": _macros(),
        "_nav.html": {
            "signed in": partial(_macro, '{% include "_nav.html" %}', viewer=lambda: samples.VIEWER),
            "signed out": partial(_macro, '{% include "_nav.html" %}', viewer=lambda: None),
        },
        "activities/_activity.html": {
            **{name: _partial("activities/_activity.html", activity=card) for name, card in samples.CARDS.items()},
            "in focus": _partial("activities/_activity.html", activity=samples.PARENT, stands="focus"),
            "without acts": _partial("activities/_activity.html", activity=samples.CARDS["own"], stands="still"),
            "seen signed out": _partial("activities/_activity.html", activity=samples.PARENT, viewer=lambda: None),
        },
        "activities/_stub.html": {"always": _partial("activities/_stub.html")},
        "activities/_replies_count.html": {
            name: _partial("activities/_replies_count.html", activity=samples.card(replies_count=count))
            for name, count in (("none", 0), ("one", 1), ("many", 12))
        },
        "activities/_composer.html": {
            name: _partial("activities/_composer.html", composer=composer) for name, composer in composers.items()
        },
        "activities/_burn.html": {
            "always": _partial("activities/_burn.html", activity=samples.CARDS["own"], notice=""),
            "after a notice": _partial("activities/_burn.html", activity=samples.CARDS["own"], notice="Press again."),
        },
        "activities/_burned.html": {
            "for the announcer": _partial("activities/_burned.html", person=None),
            "on one's own page": _partial("activities/_burned.html", person={"activities_count": 3}),
        },
        "activities/_created.html": {
            "in a feed": _partial("activities/_created.html", activity=samples.PARENT, parent=None, composer=fresh),
            "a reply below a card": _partial(
                "activities/_created.html",
                activity=samples.CARDS["a reply"],
                parent=samples.PARENT,
                composer=composers["a reply below a card"],
            ),
        },
        "feeds/_cut.html": {"below a long list": _partial("feeds/_cut.html")},
        "feeds/_feed.html": {
            "with activities": _partial("feeds/_feed.html", page=samples.FULL, vanishing=samples.vanishing(2)),
            "empty": _partial("feeds/_feed.html", page=samples.EMPTY, vanishing=samples.vanishing(0)),
            "empty, signed out": _partial(
                "feeds/_feed.html", page=samples.EMPTY, vanishing=samples.vanishing(0), viewer=lambda: None
            ),
        },
        "feeds/_more.html": {
            "the next part": _partial("feeds/_more.html", page=samples.FULL, vanishing=samples.vanishing(1))
        },
        "feeds/_more_replies.html": {
            "the next part": _partial(
                "feeds/_more_replies.html", thread={"replies": samples.places(), "cut": True}, following=samples.NEXT
            )
        },
        "feeds/_pager.html": {
            name: _partial("feeds/_pager.html", following=following, list=kind, vanishing=samples.vanishing(count))
            for name, following, kind, count in (
                ("more of a feed", samples.NEXT, "feed", 0),
                ("more replies", samples.NEXT, "replies", 0),
                ("caught up, some vanish", None, "feed", 6),
                ("caught up, one vanishes", None, "feed", 1),
                ("caught up, none vanishes", None, "feed", 0),
                ("end of a thread", None, "replies", 0),
            )
        },
        "feeds/_places.html": {"stubs at every depth": _partial("feeds/_places.html", items=samples.places())},
        "feeds/_side.html": {
            name: _partial("feeds/_side.html", vanishing=samples.vanishing(count))
            for name, count in (("nothing vanishes", 0), ("some", 3), ("many", 42))
        },
        "errors/_notice.html": {
            "with a sentence": _problem("errors/_notice.html"),
            "with a way in": _problem("errors/_notice.html", signed_out=True),
            "with a request's id": _problem("errors/_notice.html", request_id="0123456789abcdef"),
        },
        "errors/page.html": {
            "nothing there": partial(_page_body, "errors/page.html", heading="Nothing here"),
            "something broke": partial(_page_body, "errors/page.html", heading="Something broke", request_id="0123456"),
            "away, with what was typed": partial(
                _page_body,
                "errors/page.html",
                heading="Back shortly",
                kept={"message": "Typed before it went away."},
                written="message",
            ),
        },
    }  # fmt: skip


def _partial(file: str, **needs: Any) -> Callable[[], str]:
    return partial(render_template, file, **{"viewer": lambda: samples.VIEWER, **needs})


def _problem(file: str, **needs: Any) -> Callable[[], str]:
    words = "No such activity, or its time has passed."
    return _partial(
        file, **{"heading": "Nothing here", "message": words, "request_id": "", "signed_out": False, **needs}
    )


def _page_body(file: str, **needs: Any) -> str:
    """The body of a page that is a document of its own."""
    words = "There is nothing at this address, or its time has passed."
    context = {"message": words, "request_id": "", "kept": None, **needs}
    current_app.update_template_context(context)
    template = current_app.jinja_env.get_template(file)
    return "".join(template.blocks["body"](template.new_context(context)))


def _macros() -> dict[str, Callable[[], str]]:
    by_hue = {hue(handle): handle for handle in samples.HANDLES}
    needs = {
        "handles": [by_hue[number] for number in sorted(by_hue)],
        "cards": [*samples.CARDS.values()][:6],
        "icons": re.findall(r'<symbol id="([a-z]+)"', (FOLDER / "icons.svg").read_text(encoding="utf-8")),
    }
    sources = {
        "avatar: every hue": "{% for handle in handles %}{{ avatar(handle, handle) }}{% endfor %}",
        "avatar: with a life": "{% for card in cards %}{{ avatar(card.handle, card.handle, card | life) }}{% endfor %}",
        "fuse": "{% for card in cards %}{{ fuse(card | life) }}{% endfor %}",
        "icon": "{% for name in icons %}{{ icon(name) }}{% endfor %}",
        "field": "{{ field('email', 'E-mail or handle', hint='Never shown.') }}",
        "field: with an error": "{{ field('email', 'E-mail', 'marnie@', 'That is no address.') }}",
        "field: for a password": "<form>{{ field('password', 'Password', type='password') }}</form>",
    }
    return {name: partial(_macro, source, **needs) for name, source in sources.items()}


def _macro(source: str, **needs: Any) -> str:
    context = dict(needs)
    current_app.update_template_context(context)
    return current_app.jinja_env.from_string(source).render(context)
