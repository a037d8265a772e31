"""Draws cards and keeps them for five minutes. Times are filled in at every view."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from operator import itemgetter
from threading import Lock
from typing import Any, NamedTuple

from cachetools import TTLCache
from jinja2 import Environment
from markupsafe import Markup

from ..sessions.session import viewer
from ..web.filters import Life, life_between
from ..web.zones import current_zone
from .shapes import ActivityCard, ActivityLine

MOST, SECONDS = 4_000, 300
_CARD = itemgetter(*(name for name in ActivityCard.__annotations__ if name not in ("mentions", "parent", "read_at")))
_LINE = itemgetter(*(name for name in ActivityLine.__annotations__ if name != "read_at"))
# PostgreSQL stores no NUL in text, so nobody can write such a placeholder.
_HOLES, _PARENT_HOLES = (
    Life(*(f"\0{start + place}\0" for place in range(len(Life._fields))))  # type: ignore[arg-type]
    for start in (0, len(Life._fields))
)
_HOLE = re.compile(r"\0(\d+)\0")


class Drawing(NamedTuple):
    """Drawn HTML: `html` has a `%s` for each figure and phrase of time.

    `times` takes them out of the `Life` of each activity in `spans`, one after the other: the card's, its parent's.
    """

    html: str
    times: Callable[[tuple[object, ...]], tuple[object, ...]]
    spans: tuple[tuple[datetime, datetime], ...]


class Cards:
    """Draws activities for templates: `card(activity)`, `card.all(activities)`, `card.line(item)`.

    Each process keeps at most `most` drawings and uses none after five minutes; the key holds every value that the
    template uses. `most=0` keeps nothing. Only the read decides which activities are shown, never what is kept.
    """

    def __init__(self, environment: Environment, most: int = MOST) -> None:
        self._environment = environment
        self._kept: TTLCache[tuple[object, ...], Drawing] = TTLCache(most, SECONDS)
        self._lock = Lock()  # held for writing only: two threads that write at once would break the cache

    def all(self, activities: Iterable[ActivityCard]) -> Markup:
        signed_in = viewer() is not None
        with self._lock:
            self._kept.expire()  # what is gone leaves the memory too
        return Markup("".join([self._card(activity, "feed", signed_in) for activity in activities]))  # noqa: S704

    def __call__(self, activity: ActivityCard, stands: str = "feed") -> Markup:
        return Markup(self._card(activity, stands, viewer() is not None))  # noqa: S704 (the template escapes)

    def line(self, item: ActivityLine) -> Markup:
        """An activity in one line, for lists beside the page."""
        return Markup(self._fill("activities/_line.html", _LINE(item), item))  # noqa: S704

    def _card(self, activity: ActivityCard, stands: str, signed_in: bool) -> str:
        mentions, parent = activity["mentions"], activity["parent"]
        key = (stands, signed_in, mentions and tuple(mentions), parent and _LINE(parent), *_CARD(activity))
        if activity["undoable"]:  # for some seconds, with a time of its own
            return self.draw("activities/_activity.html", activity=activity, stands=stands, signed_in=signed_in)
        needs = {"stands": stands, "signed_in": signed_in, "parent_life": _PARENT_HOLES}
        return self._fill("activities/_activity.html", key, activity, parent, **needs)

    def _fill(
        self, template: str, key: tuple[object, ...], activity: Any, parent: ActivityLine | None = None, **needs: object
    ) -> str:
        """Draws the template, or takes the kept drawing, and fills in the current times."""
        try:
            drawing = self._kept[key]
        except KeyError:
            html = self.draw(template, activity=activity, life=_HOLES, **needs).replace("%", "%%")
            places = [int(place) for place in _HOLE.findall(html)]
            spans = tuple(_span(one) for one in (activity, parent) if one)
            drawing = Drawing(_HOLE.sub("%s", html), itemgetter(*places), spans)
            if self._kept.maxsize:
                with self._lock:
                    self._kept[key] = drawing
        read = datetime.fromisoformat(activity["read_at"])
        zone = current_zone()
        lives = sum((life_between(created, read, ends, zone) for created, ends in drawing.spans), ())
        return drawing.html % drawing.times(lives)

    def draw(self, template: str, **needs: object) -> str:
        """Draws the template and keeps nothing."""
        return self._environment.get_template(template).render(**needs)


def _span(activity: Any) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(activity["created_at"]), datetime.fromisoformat(activity["expires_at"])
