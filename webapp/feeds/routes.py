from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from .. import text
from ..activities.composer import Composer
from ..errors import NotFound
from ..sessions.guards import signed_in
from ..sessions.session import viewer, viewer_uuid
from ..web.current import db, settings
from ..web.paging import cursor
from ..web.policy import readers
from .pages import (
    beside,
    ending_response,
    feed_json,
    feed_response,
    find_thread,
    likes_response,
    people_response,
    thread_response,
)
from .parts import ending_cursor
from .shapes import Profile

bp = Blueprint("feeds", __name__)


@bp.get("/")
@readers
def home() -> Any:
    """Signed in: home, with the composer. Signed out: the public feed and a way to join."""
    person = viewer()
    if not person:
        return public()
    asked, composer = _paging() | _replies(), Composer.offered(person, "feed")
    return feed_response("feeds/home.html", "feeds/home", asked, until=_until(), marked=True, composer=composer)


@bp.get("/public")
@readers
def public() -> Any:
    return feed_response("feeds/public.html", "feeds/public", _paging() | _replies(), until=_until())


@bp.get("/api/home")
@signed_in
def home_json() -> Response:
    return feed_json("feeds/home", **_paging(), **_replies())


@bp.get("/api/public")
@readers
def public_json() -> Response:
    return feed_json("feeds/public", **_paging(), **_replies())


@bp.get("/@<handle>", endpoint="profile")
@bp.get("/@<handle>/replies", endpoint="replies")
@bp.get("/@<handle>/likes", endpoint="likes")
@bp.get("/@<handle>/followers", endpoint="followers")
@bp.get("/@<handle>/following", endpoint="following")
@readers
def profile(handle: str) -> Any:
    """A person with what one of their tabs shows. Of whom one blocked it says just that."""
    shows, person = str(request.endpoint).removeprefix("feeds."), _person(handle)
    if person["blocked"]:
        return render_template("follows/blocked.html", person=person)
    tabs = ["profile", "replies", *(["likes"] if settings().likes_shown == "everyone" or person["is_own"] else [])]
    asked = {**_paging(), "user_uuid": person["uuid"]}
    needs: dict[str, Any] = {"person": person, "tabs": tabs, "shows": shows}
    if shows in ("followers", "following"):
        return people_response("feeds/follows.html", f"feeds/{shows}", asked, **needs)
    if shows not in tabs:
        raise NotFound
    if shows == "likes":
        return likes_response(asked, **needs)
    return feed_response("feeds/profile.html", f"feeds/{shows}", asked, until=_until(), **needs)


@bp.get("/api/@<handle>")
@readers
def profile_json(handle: str) -> Response:
    return feed_json("feeds/profile", user_uuid=_person(handle)["uuid"], **_paging())


@bp.get("/@<handle>/status/<uuid:activity_uuid>")
@readers
def thread(handle: str, activity_uuid: UUID) -> Any:
    person = viewer()
    found = find_thread(viewer_uuid=viewer_uuid(), handle=handle, activity_uuid=str(activity_uuid))
    composer = Composer.offered(person, "thread", found["activity"]) if person else None
    return thread_response(found, composer, viewer_uuid())


@bp.get("/api/activities/<uuid:activity_uuid>")
@readers
def thread_json(activity_uuid: UUID) -> Response:
    found = db().query_json("feeds/thread", viewer_uuid=viewer_uuid(), uuid=activity_uuid)
    if found is None:
        raise NotFound
    return Response(found, mimetype="application/json")


@bp.get("/vanishing")
@readers
def ending() -> Any:
    return ending_response({"viewer_uuid": viewer_uuid(), **ending_cursor(request.args.get("after"))})


@bp.get("/people")
@readers
def people() -> Any:
    """Who is here; with `?q=` those whose handle or name begins so."""
    sought = text.folded(request.args.get("q", "").strip().removeprefix("@"))[:50]
    if sought:
        asked = {"viewer_uuid": viewer_uuid(), "prefix": sought}
        return people_response("feeds/people.html", "feeds/find_people", asked, sought=sought)
    return people_response("feeds/people.html", "feeds/people", _paging(), sought="")


@bp.app_template_global()
def beside_now() -> dict[str, Any]:
    """For the side column of pages that do not read it themselves."""
    return beside(viewer_uuid())


def _until() -> int | None:
    return cursor(request.args.get("until"))


def _replies() -> dict[str, bool]:
    return {"replies": request.args.get("replies") != "no"}


def _paging() -> dict[str, Any]:
    return {"viewer_uuid": viewer_uuid(), "before": cursor(request.args.get("before"))}


def _person(handle: str) -> Profile:
    """Raises `NotFound` for nobody, somebody suspended, and who blocked the viewer."""
    person: Profile | None = db().query_object("feeds/person", viewer_uuid=viewer_uuid(), handle=text.folded(handle))
    if not person:
        raise NotFound
    return person
