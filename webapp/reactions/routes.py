"""Reactions over HTTP. Each is one idempotent statement, so there are no actions."""

from typing import Any
from uuid import UUID

from flask import Blueprint, url_for

from ..activities.pages import require_card
from ..sessions.guards import limited, signed_in, unless_paused
from ..sessions.session import viewer_uuid
from ..web.current import db
from ..web.fragments import fragment_or_redirect, page_before
from ..words import _

bp = Blueprint("reactions", __name__)


@bp.post("/activities/<uuid:activity_uuid>/like")
@signed_in
@limited("likes")
@unless_paused()
def like(activity_uuid: UUID) -> Any:
    db().execute("reactions/like", viewer_uuid=viewer_uuid(), activity_uuid=activity_uuid, wanted=True)
    return _reactions_response(activity_uuid, _("Liked."))


@bp.post("/activities/<uuid:activity_uuid>/unlike")
@signed_in
@limited("likes")
def unlike(activity_uuid: UUID) -> Any:
    db().execute("reactions/like", viewer_uuid=viewer_uuid(), activity_uuid=activity_uuid, wanted=False)
    return _reactions_response(activity_uuid, _("Like removed."))


def _reactions_response(activity_uuid: UUID, said: str) -> Any:
    """The card's reactions; without HTMX a redirect to the page with the button. Raises `NotFound`."""
    activity = require_card(activity_uuid, viewer_uuid())
    thread = url_for("feeds.thread", handle=activity["handle"], activity_uuid=activity_uuid)
    page = f"{page_before(thread)}#activity-{activity['number']}"
    return fragment_or_redirect("reactions/_reactions.html", to=page, said=said, activity=activity)
