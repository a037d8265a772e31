from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from .. import text
from ..activities.composer import Composer
from ..errors import NotFound
from ..sessions.guards import signed_in
from ..sessions.session import viewer, viewer_uuid
from ..web.current import db
from ..web.paging import PAGE_SIZE, cursor
from ..web.policy import readers
from .pages import feed_json, feed_response, find_thread, thread_response
from .shapes import Profile

bp = Blueprint("feeds", __name__)


@bp.get("/")
@readers
def home() -> Any:
    """Signed in: home, with the composer. Signed out: the public feed and a way to join."""
    person = viewer()
    if not person:
        return public()
    return feed_response("feeds/home.html", "feeds/home", _paging(), composer=Composer.fresh(person, "feed"))


@bp.get("/public")
@readers
def public() -> Any:
    return feed_response("feeds/public.html", "feeds/public", _paging())


@bp.get("/api/home")
@signed_in
def home_json() -> Response:
    return feed_json("feeds/home", **_paging())


@bp.get("/api/public")
@readers
def public_json() -> Response:
    return feed_json("feeds/public", **_paging())


@bp.get("/@<handle>")
@readers
def profile(handle: str) -> Any:
    person = _person(handle)
    asked = {**_paging(), "user_uuid": person["uuid"]}
    return feed_response("feeds/profile.html", "feeds/profile", asked, person=person)


@bp.get("/api/@<handle>")
@readers
def profile_json(handle: str) -> Response:
    return feed_json("feeds/profile", user_uuid=_person(handle)["uuid"], **_paging())


@bp.get("/@<handle>/status/<uuid:activity_uuid>")
@readers
def thread(handle: str, activity_uuid: UUID) -> Any:
    person, after = viewer(), cursor(request.args.get("after"))
    found = find_thread(viewer_uuid=viewer_uuid(), handle=handle, activity_uuid=str(activity_uuid), after=after)
    return thread_response(
        found, Composer.fresh(person, "thread", found["activity"]) if person else None, viewer_uuid()
    )


@bp.get("/api/activities/<uuid:activity_uuid>")
@readers
def thread_json(activity_uuid: UUID) -> Response:
    after = cursor(request.args.get("after"))
    found = db().query_json("feeds/thread", viewer_uuid=viewer_uuid(), uuid=activity_uuid, after=after, limit=PAGE_SIZE)
    if found is None:
        raise NotFound
    return Response(found, mimetype="application/json")


def _paging() -> dict[str, Any]:
    return {"viewer_uuid": viewer_uuid(), "before": cursor(request.args.get("before"))}


def _person(handle: str) -> Profile:
    """Raises `NotFound` for nobody, or somebody suspended."""
    person: Profile | None = db().query_object("feeds/person", viewer_uuid=viewer_uuid(), handle=text.folded(handle))
    if not person:
        raise NotFound
    return person
