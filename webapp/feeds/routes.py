"""The pages that show activities, and the same as JSON: home, public, a person, a thread."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from ..activities.composer import Composer
from ..errors import NotFound
from ..sessions.guards import signed_in
from ..sessions.session import viewer, viewer_uuid
from ..web.current import db
from ..web.paging import PAGE_SIZE, cursor
from ..web.policy import readers
from .pages import feed_answer, feed_json, find_thread, thread_answer
from .shapes import Profile

bp = Blueprint("feeds", __name__)


@bp.get("/")
@readers
def home() -> Any:
    """Signed in: home, with the composer. Signed out: the public feed and a way to join."""
    person = viewer()
    if not person:
        return public()
    return feed_answer("feeds/home.html", "feeds/home", _asked(), composer=Composer.fresh(person, "feed"))


@bp.get("/public")
@readers
def public() -> Any:
    """What the whole community says, for everybody."""
    return feed_answer("feeds/public.html", "feeds/public", _asked())


@bp.get("/api/home")
@signed_in
def home_json() -> Response:
    """Home as JSON, as PostgreSQL wrote it."""
    return feed_json("feeds/home", **_asked())


@bp.get("/api/public")
@readers
def public_json() -> Response:
    """The public feed as JSON, as PostgreSQL wrote it."""
    return feed_json("feeds/public", **_asked())


@bp.get("/@<handle>")
@readers
def profile(handle: str) -> Any:
    """A person and what they wrote that is still alive."""
    person = _person(handle)
    return feed_answer("feeds/profile.html", "feeds/profile", {**_asked(), "user_uuid": person["uuid"]}, person=person)


@bp.get("/api/@<handle>")
@readers
def profile_json(handle: str) -> Response:
    """The same list as JSON, as PostgreSQL wrote it."""
    return feed_json("feeds/profile", user_uuid=_person(handle)["uuid"], **_asked())


@bp.get("/@<handle>/status/<uuid:activity_uuid>")
@readers
def thread(handle: str, activity_uuid: UUID) -> Any:
    """An activity with what it replies to and the replies to it."""
    person, after = viewer(), cursor(request.args.get("after"))
    found = find_thread(viewer_uuid=viewer_uuid(), handle=handle, activity_uuid=str(activity_uuid), after=after)
    return thread_answer(found, Composer.fresh(person, "thread", found["activity"]) if person else None)


@bp.get("/api/activities/<uuid:activity_uuid>")
@readers
def thread_json(activity_uuid: UUID) -> Response:
    """The same thread as JSON, as PostgreSQL wrote it."""
    after = cursor(request.args.get("after"))
    found = db().query_json("feeds/thread", viewer_uuid=viewer_uuid(), uuid=activity_uuid, after=after, limit=PAGE_SIZE)
    if found is None:
        raise NotFound
    return Response(found, mimetype="application/json")


def _asked() -> dict[str, Any]:
    """Who asks for a feed, and from where on."""
    return {"viewer_uuid": viewer_uuid(), "before": cursor(request.args.get("before"))}


def _person(handle: str) -> Profile:
    """A person in good standing. Raises `NotFound`."""
    person: Profile | None = db().query_object("feeds/person", handle=handle)
    if not person:
        raise NotFound
    return person
