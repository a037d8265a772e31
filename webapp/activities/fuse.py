"""What an author may still do with an activity: change its end, burn, undo, rewrite. And the menu of a card."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from ..errors import NotFound
from ..sessions import session
from ..sessions.guards import author_only, comes_back, limited
from ..web.current import db, settings
from ..web.htmx import current_path, redirect_to, wants_fragment
from ..web.policy import readers
from . import actions
from .pages import require_card

bp = Blueprint("fuse", __name__)


@bp.get("/activities/<uuid:activity_uuid>/burn")
@author_only
def burn_confirm(activity_uuid: UUID) -> Any:
    return _ask_to_burn(activity_uuid, 200)


def _ask_to_burn(activity_uuid: UUID, status: int, notice: str = "") -> Any:
    activity = require_card(activity_uuid, session.viewer_uuid())
    if not activity["is_own"]:
        raise NotFound
    name = "activities/_burn.html" if wants_fragment() else "activities/burn.html"
    return render_template(name, activity=activity, notice=notice), status


def _retry_burn(sentence: str) -> Any:
    """Asks again: the open form's token stays invalid."""
    return _ask_to_burn((request.view_args or {})["activity_uuid"], 400, sentence)


@bp.post("/activities/<uuid:activity_uuid>/burn")
@comes_back(_retry_burn)
@author_only
@limited("burns")
def burn(activity_uuid: UUID) -> Any:
    person = session.viewer()
    assert person  # noqa: S101 (the guard saw to it)
    actions.burn(db(), settings(), user_uuid=person["uuid"], activity_uuid=str(activity_uuid))
    page = current_path()
    if not wants_fragment() or page.endswith(f"/status/{activity_uuid}"):
        return redirect_to(url_for("feeds.home"))
    own = page == f"/@{person['handle']}"
    count = db().query_value("activities/count_own", user_uuid=person["uuid"]) if own else None
    return render_template("activities/_burned.html", count=count)


@bp.get("/activities/<uuid:activity_uuid>/fuse")
@author_only
def show(activity_uuid: UUID) -> Any:
    raise NotFound


@bp.post("/activities/<uuid:activity_uuid>/fuse")
@author_only
@limited("burns")
def change(activity_uuid: UUID) -> Any:
    raise NotFound


@bp.post("/activities/<uuid:activity_uuid>/undo")
@author_only
@limited("burns")
def undo(activity_uuid: UUID) -> Any:
    raise NotFound


@bp.post("/activities/<uuid:activity_uuid>/rewrite")
@author_only
@limited("burns")
def rewrite(activity_uuid: UUID) -> Any:
    raise NotFound


@bp.get("/activities/<uuid:activity_uuid>/acts")
@readers
def acts(activity_uuid: UUID) -> Any:
    raise NotFound
