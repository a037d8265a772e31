"""The pages that show activities, and the same as JSON: home, public, a person, a thread."""

from typing import Any

from flask import Blueprint, Response, request

from ..activities.composer import Composer
from ..errors import NotFound
from ..sessions.guards import signed_in
from ..sessions.session import viewer, viewer_uuid
from ..web.current import db
from ..web.paging import PAGE_SIZE, Cursor
from ..web.policy import readers
from .pages import feed_answer, feed_json, feed_page, thread_page
from .shapes import Profile

bp = Blueprint("feeds", __name__)


@bp.get("/")
@readers
def home() -> Any:
    """Signed in: home, with the composer. Signed out: the public feed and a way to join."""
    if not viewer():
        return public()
    return feed_answer(
        "feeds/home.html", feed_page("feeds/home", request.args.get("before")), composer=Composer.fresh("feed")
    )


@bp.get("/public")
@readers
def public() -> Any:
    """What the whole community says, for everybody."""
    return feed_answer("feeds/public.html", feed_page("feeds/public", request.args.get("before")))


@bp.get("/api/home")
@signed_in
def home_json() -> Response:
    """Home as JSON, as PostgreSQL wrote it."""
    return feed_json("feeds/home", request.args.get("before"))


@bp.get("/api/public")
@readers
def public_json() -> Response:
    """The public feed as JSON, as PostgreSQL wrote it."""
    return feed_json("feeds/public", request.args.get("before"))


@bp.get("/@<handle>")
@readers
def profile(handle: str) -> Any:
    """A person and what they wrote that is still alive."""
    person = _person(handle)
    page = feed_page("feeds/profile", request.args.get("before"), user_uuid=person["uuid"])
    return feed_answer("feeds/profile.html", page, person=person)


@bp.get("/api/@<handle>")
@readers
def profile_json(handle: str) -> Response:
    """The same list as JSON, as PostgreSQL wrote it."""
    return feed_json("feeds/profile", request.args.get("before"), user_uuid=_person(handle)["uuid"])


def _person(handle: str) -> Profile:
    """A person in good standing. Raises `NotFound`."""
    person: Profile | None = db().query_object("feeds/person", handle=handle)
    if not person:
        raise NotFound
    return person


@bp.get("/@<handle>/status/<uuid:activity_uuid>")
@readers
def thread(handle: str, activity_uuid: str) -> Any:
    """An activity with what it answers and what answers it."""
    return thread_page(handle=handle, activity_uuid=str(activity_uuid), cursor=Cursor.parse(request.args.get("after")))


@bp.get("/api/activities/<uuid:activity_uuid>")
@readers
def thread_json(activity_uuid: str) -> Response:
    """The same thread as JSON, as PostgreSQL wrote it."""
    cursor = Cursor.parse(request.args.get("after"))
    answer = db().query_json(
        "feeds/thread",
        viewer_uuid=viewer_uuid(),
        uuid=str(activity_uuid),
        after_at=cursor.at,
        after_uuid=cursor.uuid,
        limit=PAGE_SIZE,
    )
    if answer is None:
        raise NotFound
    return Response(answer, mimetype="application/json")
