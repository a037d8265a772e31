"""Every template draws every state of its shapes, and stumbles over nothing that is not there."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from drawing import Drawn, app_away
from flask import Flask, g
from jinja2 import StrictUndefined

from webapp.dev.samples import all_samples
from webapp.postgres.folders import CHECKOUT
from webapp.sessions.samples import VIEWER
from webapp.web.samples import HOSTILE

TEMPLATES = CHECKOUT / "webapp" / "templates"
SAMPLES = all_samples()
OF_A_PROVIDER = {"identities/failed.html", "identities/signed_out.html"}
FRAMES = {"base.html", "shell.html", "_macros.html", "_nav.html"}  # others extend or import them
PROVIDER = {"AUTH": "oidc", "OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "mayfly", "OIDC_NAME": HOSTILE}
PLACES = {"provider": PROVIDER, **{way: {"SIGN_UP": way} for way in ("open", "invite", "closed")}}


def test_every_template_has_samples() -> None:
    assert {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")} == set(SAMPLES) | FRAMES


@pytest.mark.parametrize("place", PLACES)
def test_template_draws_every_state(place: str) -> None:
    app = app_away(**PLACES[place])
    assert app.jinja_env.undefined is StrictUndefined
    for name, states in SAMPLES.items():
        if name in OF_A_PROVIDER and place != "provider":
            continue
        for (state, needs), viewer in product(states.items(), (None, VIEWER)):
            _assert_harmless(_drawn(app, name, needs, viewer), f"{name}, {state}, signed in: {bool(viewer)}")
        if not Path(name).name.startswith("_"):
            _assert_whole(_drawn(app, name, next(iter(states.values())), None), name)


def _assert_harmless(html: str, where: str) -> None:
    page = Drawn(html)
    assert not page.wrong + page.open, where
    assert not {"img", "style"} & {tag for tag, _ in page.elements}, where
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")], where
    assert not [bad for bad in ("<script>alert", " 7721 ") if bad in html], where  # 7721: the template was obeyed


def _assert_whole(html: str, where: str) -> None:
    page = Drawn(html)
    ids = page.attributes("id")
    assert html.lstrip().startswith("<!doctype html>"), where
    assert sorted(tag for tag, _ in page.elements if tag in ("h1", "main", "title")) == ["h1", "main", "title"], where
    assert len(ids) == len(set(ids)), f"{where}: an id twice"


def _drawn(app: Flask, name: str, needs: Mapping[str, Any], viewer: Any) -> str:
    with app.test_request_context("/"):
        g.viewer = needs.get("viewer", viewer)
        given = {key: value for key, value in needs.items() if key != "viewer"}
        app.update_template_context(given)
        return app.jinja_env.get_template(name).render(given)
