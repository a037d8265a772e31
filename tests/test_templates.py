"""Every template draws every state of its shapes, and stumbles over nothing that is not there."""

from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from jinja2 import StrictUndefined

from webapp import create_app
from webapp.config.settings import Settings
from webapp.dev.samples import all_samples
from webapp.sessions.samples import VIEWER
from webapp.web.samples import HOSTILE

TEMPLATES = Path(__file__).resolve().parent.parent / "webapp" / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
SAMPLES = all_samples()
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
PROVIDER = {"AUTH": "oidc", "OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "mayfly", "OIDC_NAME": HOSTILE}


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


@pytest.mark.parametrize("viewer", [None, VIEWER], ids=["stranger", "signed in"])
def test_template_draws_every_state(app: Flask, viewer: dict[str, Any] | None) -> None:
    for name, states in SAMPLES.items():
        if name in OF_A_PROVIDER and not app.extensions["settings"].provider:
            continue
        for state, needs in states.items():
            html = _drawn(app, name, needs, viewer)
            shape = _Shape(html)
            where = f"{name}, {state}"
            assert not shape.wrong, where
            assert not shape.open, where
            assert "<script>alert" not in html, where
            assert not {"img", "style"} & set(shape.tags), where
            assert not [attribute for attribute in shape.attributes if attribute.startswith("on")], where
            assert "7721" not in html, where


def test_page_is_a_whole_document(app: Flask) -> None:
    for name, states in SAMPLES.items():
        if Path(name).name.startswith("_") or (name in OF_A_PROVIDER and not app.extensions["settings"].provider):
            continue
        html = _drawn(app, name, next(iter(states.values())), None)
        shape = _Shape(html)
        assert html.lstrip().startswith("<!doctype html>"), name
        assert [shape.tags.count(tag) for tag in ("h1", "main", "title")] == [1, 1, 1], name
        assert len(shape.ids) == len(set(shape.ids)), f"{name}: an id twice"


def _drawn(app: Flask, name: str, needs: Mapping[str, Any], viewer: Any) -> str:
    with app.test_request_context("/"):
        g.viewer = needs.get("viewer", viewer)
        given: dict[str, Any] = {}
        app.update_template_context(given)
        others = {key: value for key, value in needs.items() if key != "viewer"}
        return app.jinja_env.get_template(name).render(**given, **others)
