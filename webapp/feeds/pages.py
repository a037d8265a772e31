"""A feed or a thread as this request can show it: the whole page, or the next part of its list."""

from contextlib import suppress
from typing import Any

from flask import Response, make_response, render_template

from .. import text
from ..activities.composer import Composer
from ..activities.pages import further_of
from ..errors import NotFound, Unavailable
from ..web.current import db
from ..web.filters import http_date
from ..web.htmx import wants_fragment
from ..web.paging import PAGE_SIZE
from .parts import MOST, Part
from .shapes import Mark, Thread, Vanishing

BESIDE = 5
"""Lines of each list in the side column."""


def feed_response(
    template: str, name: str, asked: dict[str, Any], *, until: int | None = None, marked: bool = False, **needs: Any
) -> str:
    """A feed's page; under HTMX its next cards and what follows them.

    `asked`: the statement's parameters besides the limit. `until`: all cards down to this number. `marked`: shows
    where one had read to, and notes it.
    """
    viewer_uuid = asked["viewer_uuid"]
    limit = (PAGE_SIZE if until is None else MOST) + 1  # one more than is shown: it tells whether the feed continues
    parts: dict[str, tuple[str, dict[str, object]]] = {"rows": (name, {**asked, "limit": limit})}
    if marked:
        parts["mark"] = ("feeds/mark", {"viewer_uuid": viewer_uuid})
        parts["suggested"] = ("feeds/suggested", {"viewer_uuid": viewer_uuid, "most": BESIDE})
    if not wants_fragment():
        parts |= _beside(viewer_uuid)
    found = db().query_together(**parts)
    page = Part.of_feed(found.pop("rows"), asked, until, found.get("mark"))
    if marked and asked["before"] is None and asked["replies"]:
        _note(viewer_uuid, page.rows, found["mark"])
    if wants_fragment():
        return render_template("feeds/_more.html", page=page, vanishing=vanishing(viewer_uuid) if page.ends else None)
    return render_template(template, page=page, **found, **needs)


def _note(viewer_uuid: str, rows: list[Any], mark: Mark | None) -> None:
    """Notes the newest that others can see too: a write only where it is newer than the last that was noted."""
    newest = next((row["number"] for row in rows if not row["undoable"]), None)
    if newest and (not mark or int(newest) > int(mark["newest"])):
        with suppress(Unavailable):  # people can still read while the database takes no writes
            db().execute("feeds/read", user_uuid=viewer_uuid, newest=newest)


def feed_json(name: str, **asked: Any) -> Response:
    """Passes PostgreSQL's JSON on."""
    return Response(db().query_json(name, limit=PAGE_SIZE, **asked), mimetype="application/json")


def ending_response(asked: dict[str, Any]) -> str:
    """What ends next; under HTMX its next cards."""
    page = Part.of_ending(db().query_array("feeds/ending", **asked, limit=PAGE_SIZE + 1))
    if wants_fragment():
        return render_template("feeds/_more.html", page=page, vanishing=None)
    return render_template("feeds/vanishing.html", page=page, **beside(asked["viewer_uuid"]) | {"vanishing": None})


def people_response(template: str, name: str, asked: dict[str, Any], **needs: Any) -> str:
    """A list of people; under HTMX the next of them."""
    page = Part.of_people(db().query_array(name, **asked, limit=PAGE_SIZE + 1))
    if wants_fragment():
        return render_template("feeds/_more_people.html", page=page)
    return render_template(template, page=page, **beside(asked["viewer_uuid"]), **needs)


def likes_response(asked: dict[str, Any], **needs: Any) -> str:
    """What somebody likes, in the order of their likes; under HTMX the next cards."""
    page = Part.of_likes(db().query_array("feeds/likes", **asked, limit=PAGE_SIZE + 1))
    if wants_fragment():
        return render_template("feeds/_more.html", page=page, vanishing=None)
    return render_template("feeds/profile.html", page=page, **beside(asked["viewer_uuid"]), **needs)


def thread_response(found: Thread, composer: Composer | None, viewer_uuid: str | None) -> Response:
    """A thread's page; under HTMX its replies."""
    activity, needs = found["activity"], {"thread": found, "further": further_of(found, viewer_uuid)}
    if wants_fragment():
        return make_response(render_template("feeds/_replies.html", **needs))
    response = make_response(render_template("feeds/thread.html", composer=composer, **beside(viewer_uuid), **needs))
    response.headers["X-Robots-Tag"] = f"noarchive, unavailable_after: {http_date(activity['expires_at'])}"
    return response


def find_thread(*, viewer_uuid: str | None, handle: str, activity_uuid: str) -> Thread:
    """Raises `NotFound` for an activity that is gone, never was, or belongs to another handle."""
    found: Thread | None = db().query_object("feeds/thread", viewer_uuid=viewer_uuid, uuid=activity_uuid)
    if not found or found["activity"]["handle"] != text.folded(handle):
        raise NotFound
    return found


def beside(viewer_uuid: str | None) -> dict[str, Any]:
    """What the side column shows: `vanishing`, and who is `here`."""
    return db().query_together(**_beside(viewer_uuid))


def _beside(viewer_uuid: str | None) -> dict[str, tuple[str, dict[str, object]]]:
    return {
        "vanishing": ("feeds/vanishing", {"viewer_uuid": viewer_uuid, "soonest": BESIDE}),
        "here": ("feeds/here", {"viewer_uuid": viewer_uuid, "most": BESIDE}),
    }


def vanishing(viewer_uuid: str | None) -> Vanishing:
    """What ends within the hour: the count, and the first few."""
    found: Vanishing | None = db().query_object("feeds/vanishing", viewer_uuid=viewer_uuid, soonest=BESIDE)
    assert found  # noqa: S101 (the statement always gives one row)
    return found
