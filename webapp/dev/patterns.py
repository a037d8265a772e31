"""The pattern page: every partial in every state, from samples, without a database."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup

from ..sessions.samples import VIEWER
from ..web.filters import hue
from ..web.static_files import FOLDER
from . import samples

_ID = re.compile(r'\b(id|for|aria-labelledby|aria-describedby)="([^"]+)"')
# What scripts remove when it expires, what takes the focus, and <main>, which a page may have only once.
_ALIVE = re.compile(r'\bdata-left="|\sautofocus\b|(?<=<)main\b|(?<=</)main\b')
_STILL = {'data-left="': 'data-was-left="', "main": "div"}


@dataclass(frozen=True)
class State:
    name: str
    html: Markup


@dataclass(frozen=True)
class Pattern:
    file: str
    states: list[State]


def draw_all() -> dict[str, list[Pattern]]:
    """All patterns twice, for light and dark: an id may stand only once on a page."""
    return {day: [_draw(day, file, states) for file, states in _states().items()] for day in ("light", "dark")}


def _draw(day: str, file: str, states: dict[str, Callable[[], str]]) -> Pattern:
    drawn = []
    for number, (name, draw) in enumerate(states.items()):
        prefix = f"{day}-{re.sub(r'[^a-z]+', '-', file)}-{number}"
        drawn.append(State(name, Markup(_apart(draw(), prefix))))  # noqa: S704 (a template's own output)
    return Pattern(file, drawn)


def _apart(html: str, prefix: str) -> str:
    """The HTML with unique ids, and without what would expire or take the focus."""
    html = _ID.sub(lambda found: f'{found[1]}="{" ".join(f"{prefix}-{name}" for name in found[2].split())}"', html)
    return _ALIVE.sub(lambda found: _STILL.get(found[0], ""), html)


def _states() -> dict[str, dict[str, Callable[[], str]]]:
    """For each file its states, with a function that draws each. Whole pages are left out."""
    drawn: dict[str, dict[str, Callable[[], str]]] = {
        file: {name: partial(_partial, file, needs) for name, needs in states.items()}
        for file, states in samples.all_samples().items()
        if file.rpartition("/")[2].startswith("_") or file == "errors/page.html"
    }
    nav = '{% include "_nav.html" %}'
    return {
        "_macros.html": _macros(),
        "_nav.html": {
            "signed in": partial(_macro, nav, viewer=lambda: VIEWER),
            "signed out": partial(_macro, nav, viewer=lambda: None),
        },
        **drawn,
    }


def _partial(file: str, needs: Mapping[str, Any]) -> str:
    person = needs.get("viewer", VIEWER)
    context = {**needs, "viewer": lambda: person}
    if file.endswith("errors/page.html"):
        return _page_body(file, context)
    return render_template(file, **context)


def _page_body(file: str, context: dict[str, Any]) -> str:
    current_app.update_template_context(context)
    template = current_app.jinja_env.get_template(file)
    return "".join(template.blocks["body"](template.new_context(context)))


def _macros() -> dict[str, Callable[[], str]]:
    by_hue = {hue(handle): handle for handle in samples.HANDLES}
    needs = {
        "handles": [by_hue[number] for number in sorted(by_hue)],
        "icons": re.findall(r"\.icon-([a-z]+)", (FOLDER / "css/base.css").read_text(encoding="utf-8")),
    }
    sources = {
        "avatar: every hue": "{% for handle in handles %}{{ avatar(handle, handle) }}{% endfor %}",
        "ring": "{% for percent in (100, 60, 20, 0) %}{{ ring(percent) }}{% endfor %}",
        "icon": "{% for name in icons %}{{ icon(name) }}{% endfor %}",
        "field": "{{ field('email', 'Email or handle', hint='Never shown.') }}",
        "field: with an error": "{{ field('email', 'Email', 'marnie@', 'Enter an email address.') }}",
        "field: for a password": "<form>{{ field('password', 'Password', type='password') }}</form>",
    }
    return {name: partial(_macro, source, **needs) for name, source in sources.items()}


def _macro(source: str, **needs: Any) -> str:
    context = dict(needs)
    current_app.update_template_context(context)
    return current_app.jinja_env.from_string(source).render(context)
