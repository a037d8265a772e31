"""Feeds over HTTP: home and public, as pages and as JSON."""

from typing import Any

from flask import Blueprint, Response, request

from ..activities.composer import Composer
from ..users.session import signed_in, viewer
from .pages import feed_answer, feed_json, feed_page

bp = Blueprint("feeds", __name__)


@bp.get("/")
def home() -> Any:
    """Signed in: home, with the composer. Signed out: the public feed and a way to join."""
    if not viewer():
        return public()
    return feed_answer(
        "feeds/home.html", feed_page("feeds/home", request.args.get("before")), composer=Composer.fresh("feed")
    )


@bp.get("/public")
def public() -> Any:
    """What the whole community says, for everybody."""
    return feed_answer("feeds/public.html", feed_page("feeds/public", request.args.get("before")))


@bp.get("/api/home")
@signed_in
def home_json() -> Response:
    """Home as JSON, as PostgreSQL wrote it."""
    return feed_json("feeds/home", request.args.get("before"))


@bp.get("/api/public")
def public_json() -> Response:
    """The public feed as JSON, as PostgreSQL wrote it."""
    return feed_json("feeds/public", request.args.get("before"))
