"""One card, for every page and act that needs it."""

from typing import Any

from ..errors import NotFound
from ..web.current import db
from .shapes import ActivityCard


def find_card(activity_uuid: Any, viewer_uuid: str | None) -> ActivityCard | None:
    """The live activity as this viewer sees it."""
    if not activity_uuid:
        return None
    return db().query_object("activities/card", viewer_uuid=viewer_uuid, uuid=activity_uuid)


def require_card(activity_uuid: Any, viewer_uuid: str | None) -> ActivityCard:
    """As `find_card`. Raises `NotFound`."""
    activity = find_card(activity_uuid, viewer_uuid)
    if not activity:
        raise NotFound
    return activity
