"""A feed or a thread as this request can show it: the whole page, or the next part of its list."""

from typing import Any

from flask import Response, make_response, render_template

from ..activities.composer import Composer
from ..errors import NotFound
from ..sessions.session import viewer, viewer_uuid
from ..web.current import db
from ..web.filters import http_date
from ..web.htmx import wants_fragment
from ..web.paging import PAGE_SIZE, Cursor, Page, cursor_after
from .shapes import Thread, Vanishing

SOONEST = 5


def feed_page(name: str, before: str | None, **more: Any) -> Page:
    """The page of a feed behind the cursor `before`. `more`: what its template takes beside viewer and place."""
    # One row more than is shown, so that the page knows whether the feed goes on.
    return Page.of(db().query_array(name, **_place(before), limit=PAGE_SIZE + 1, **more))


def feed_json(name: str, before: str | None, **more: Any) -> Response:
    """The same as JSON, as PostgreSQL wrote it."""
    return Response(db().query_json(name, **_place(before), limit=PAGE_SIZE, **more), mimetype="application/json")


def _place(before: str | None) -> dict[str, Any]:
    cursor = Cursor.parse(before)
    return {"viewer_uuid": viewer_uuid(), "before_at": cursor.at, "before_uuid": cursor.uuid}


def feed_answer(template: str, page: Page, *, composer: Composer | None = None, **more: Any) -> str:
    """A page of a feed; for HTMX its cards and what follows them."""
    if wants_fragment():
        return render_template("feeds/_more.html", page=page, vanishing=None if page.next else vanishing())
    return render_template(template, page=page, composer=composer, vanishing=vanishing(), **more)


def thread_page(*, handle: str, activity_uuid: str, cursor: Cursor) -> Any:
    """The page of one activity. Raises `NotFound` for what is gone, never was, or belongs to another handle."""
    found: Thread | None = db().query_object(
        "feeds/thread",
        viewer_uuid=viewer_uuid(),
        uuid=activity_uuid,
        after_at=cursor.at,
        after_uuid=cursor.uuid,
        limit=PAGE_SIZE,
    )
    if not found or found["activity"]["handle"] != handle.lower():
        raise NotFound
    following = cursor_after(found["next"]) if found["next"] else None
    if wants_fragment():
        response = make_response(render_template("feeds/_more_replies.html", thread=found, following=following))
    else:
        composer = Composer.fresh("thread", found["activity"]) if viewer() else None
        response = make_response(
            render_template(
                "feeds/thread.html", thread=found, following=following, composer=composer, vanishing=vanishing()
            )
        )
    ends = http_date(found["activity"]["expires_at"])
    response.headers["X-Robots-Tag"] = f"noarchive, unavailable_after: {ends}"
    return response


def vanishing() -> Vanishing:
    """What ends within the hour: a count, and the first few."""
    found: Vanishing | None = db().query_object("feeds/vanishing", limit=SOONEST)
    assert found  # noqa: S101 (the statement always gives one row)
    return found
