"""A feed or a thread as this request can show it: the whole page, or the next part of its list."""

from typing import Any

from flask import Response, make_response, render_template

from .. import text
from ..activities.composer import Composer
from ..errors import NotFound
from ..web.current import db
from ..web.filters import http_date
from ..web.htmx import wants_fragment
from ..web.paging import PAGE_SIZE, Page
from .shapes import Thread, Vanishing

SOONEST = 5


def feed_response(template: str, name: str, asked: dict[str, Any], **needs: Any) -> str:
    """A feed's page; under HTMX its next cards and what follows them. `asked`: its parameters besides the limit."""
    asked = {**asked, "limit": PAGE_SIZE + 1}  # one more than is shown: it tells whether the feed continues
    if wants_fragment():
        page = Page.of(db().query_array(name, **asked))
        return render_template(
            "feeds/_more.html", page=page, vanishing=None if page.next else vanishing(asked["viewer_uuid"])
        )
    found = db().query_together(
        rows=(name, asked), vanishing=("feeds/vanishing", {"viewer_uuid": asked["viewer_uuid"], "soonest": SOONEST})
    )
    return render_template(template, page=Page.of(found["rows"]), vanishing=found["vanishing"], **needs)


def feed_json(name: str, **asked: Any) -> Response:
    """Passes PostgreSQL's JSON on."""
    return Response(db().query_json(name, limit=PAGE_SIZE, **asked), mimetype="application/json")


def thread_response(found: Thread, composer: Composer | None, viewer_uuid: str | None) -> Any:
    """A thread's page; under HTMX its next replies."""
    if wants_fragment():
        response = make_response(render_template("feeds/_more_replies.html", thread=found))
    else:
        page = render_template("feeds/thread.html", thread=found, composer=composer, vanishing=vanishing(viewer_uuid))
        response = make_response(page)
    ends = http_date(found["activity"]["expires_at"])
    response.headers["X-Robots-Tag"] = f"noarchive, unavailable_after: {ends}"
    return response


def find_thread(*, viewer_uuid: str | None, handle: str, activity_uuid: str, after: int | None) -> Thread:
    """Raises `NotFound` for an activity that is gone, never was, or belongs to another handle."""
    found: Thread | None = db().query_object(
        "feeds/thread", viewer_uuid=viewer_uuid, uuid=activity_uuid, after=after, limit=PAGE_SIZE
    )
    if not found or found["activity"]["handle"] != text.folded(handle):
        raise NotFound
    return found


def vanishing(viewer_uuid: str | None) -> Vanishing:
    """What ends within the hour: the count, and the first few."""
    found: Vanishing | None = db().query_object("feeds/vanishing", viewer_uuid=viewer_uuid, soonest=SOONEST)
    assert found  # noqa: S101 (the statement always gives one row)
    return found
