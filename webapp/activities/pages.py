"""One card, for every page and act that needs it."""

from typing import Any

from ..errors import NotFound
from ..web.current import db
from ..web.fields import as_uuid
from ..web.htmx import current_path
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


def find_thread_of_page(viewer_uuid: str | None) -> Any | None:
    """The thread whose page asks, as the page would show it now."""
    _, is_thread, activity_uuid = current_path().partition("/status/")
    found = as_uuid(activity_uuid) if is_thread else None
    return found and db().query_object("feeds/thread", viewer_uuid=viewer_uuid, uuid=found)


def further_of(thread: Any, viewer_uuid: str | None) -> Any | None:
    """Where a thread goes on that is longer than its page; None where it does not, or where a stub stands there."""
    asked = {"viewer_uuid": viewer_uuid, "uuid": thread["activity"]["uuid"]}
    return db().query_object("feeds/thread_on", **asked) if thread["cut"] else None
