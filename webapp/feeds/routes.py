"""Feeds over HTTP: home and public, as pages and as JSON."""

from typing import Any

from flask import Blueprint, Response, request

from ..activities.composer import Composer
from ..current import db
from ..paging import PAGE_SIZE, Cursor, Page
from ..users.session import signed_in, viewer, viewer_uuid
from .pages import feed_answer

bp = Blueprint("feeds", __name__)


@bp.get("/")
def home() -> Any:
    """Signed in: home, with the composer. Signed out: the public feed and a way to join."""
    if not viewer():
        return public()
    return feed_answer("feeds/home.html", Page.of(_rows("feeds/home")), composer=Composer.fresh("feed"))


@bp.get("/public")
def public() -> Any:
    """What the whole community says, for everybody."""
    return feed_answer("feeds/public.html", Page.of(_rows("feeds/public")))


@bp.get("/api/home")
@signed_in
def home_json() -> Response:
    """Home as JSON, as PostgreSQL wrote it."""
    return _json("feeds/home")


@bp.get("/api/public")
def public_json() -> Response:
    """The public feed as JSON, as PostgreSQL wrote it."""
    return _json("feeds/public")


def _rows(name: str) -> list[Any]:
    """One row more than a page shows, so that the page knows whether the feed goes on."""
    cursor = Cursor.parse(request.args.get("before"))
    return db().query_array(
        name, viewer_uuid=viewer_uuid(), before_at=cursor.at, before_uuid=cursor.uuid, limit=PAGE_SIZE + 1
    )


def _json(name: str) -> Response:
    cursor = Cursor.parse(request.args.get("before"))
    answer = db().query_json(
        name, viewer_uuid=viewer_uuid(), before_at=cursor.at, before_uuid=cursor.uuid, limit=PAGE_SIZE
    )
    return Response(answer, mimetype="application/json")
