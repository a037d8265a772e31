"""Draws cards and keeps them for five minutes. Times are filled in at every view."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from operator import attrgetter, itemgetter
from threading import Lock
from typing import Any, NamedTuple

from cachetools import TTLCache
from jinja2 import Environment
from markupsafe import Markup

from ..sessions.session import viewer
from ..web.filters import Life, life_between
from .shapes import ActivityCard, ActivityLine

MOST, SECONDS = 4_000, 300
_CARD = itemgetter(*(name for name in ActivityCard.__annotations__ if name not in ("mentions", "read_at")))
_LINE = itemgetter(*(name for name in ActivityLine.__annotations__ if name != "read_at"))
# PostgreSQL stores no NUL in text, so nobody can write such a placeholder.
_HOLES = Life(*(f"\0{name}\0" for name in Life._fields))  # type: ignore[arg-type]
_HOLE = re.compile(r"\0(\w+)\0")


class Drawing(NamedTuple):
    """Drawn HTML: `html` has a `%s` for each figure and phrase of time, and `times` takes them out of a `Life`."""

    html: str
    times: Callable[[Life], tuple[object, ...]]
    created: datetime
    ends: datetime


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
        mentions = activity["mentions"]
        key = (stands, signed_in, mentions and tuple(mentions), *_CARD(activity))
        return self._fill("activities/_activity.html", key, activity, stands=stands, signed_in=signed_in)

    def _fill(self, template: str, key: tuple[object, ...], activity: Any, **needs: object) -> str:
        """Draws the template, or takes the kept drawing, and fills in the current times."""
        try:
            drawing = self._kept[key]
        except KeyError:
            html = self.draw(template, activity=activity, life=_HOLES, **needs).replace("%", "%%")
            created, ends = (datetime.fromisoformat(activity[name]) for name in ("created_at", "expires_at"))
            drawing = Drawing(_HOLE.sub("%s", html), attrgetter(*_HOLE.findall(html)), created, ends)
            if self._kept.maxsize:
                with self._lock:
                    self._kept[key] = drawing
        life = life_between(drawing.created, datetime.fromisoformat(activity["read_at"]), drawing.ends)
        return drawing.html % drawing.times(life)

    def draw(self, template: str, **needs: object) -> str:
        """Draws the template and keeps nothing."""
        return self._environment.get_template(template).render(**needs)
