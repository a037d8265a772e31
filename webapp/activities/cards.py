"""Cards as they are drawn. What the clock changes is filled in at every view; the rest is kept for five minutes."""

import re
from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from cachetools import TTLCache
from jinja2 import Environment
from markupsafe import Markup, escape

from ..sessions.session import viewer
from ..web.filters import Life, life_between
from .shapes import ActivityCard

KEPT, SECONDS = 4_000, 300
_DRAWN = itemgetter(*(name for name in ActivityCard.__annotations__ if name not in ("mentions", "read_at")))
# No text of PostgreSQL can hold a NUL, so nobody can write a hole of these.
_HOLES = Life(*(f"\0{name}\0" for name in Life._fields))  # type: ignore[arg-type]
_HOLE = re.compile(r"\0(\w+)\0")


class Kept(NamedTuple):
    """A drawn card with `%(…)s` for each figure and word of time, and its times."""

    html: str
    created: datetime
    ends: datetime


class Cards:
    """Draws cards for templates, as `card(activity)` and `card.all(activities)`. The read alone decides what is shown.

    A drawn card is kept in this process under all that its template draws from, at most `kept` of them, none for
    longer than five minutes. `kept=0` keeps nothing.
    """

    def __init__(self, environment: Environment, kept: int = KEPT) -> None:
        self._environment = environment
        self._kept: TTLCache[tuple[object, ...], Kept] = TTLCache(kept, SECONDS)

    def all(self, activities: Iterable[ActivityCard]) -> Markup:
        """The cards of a feed, one after the other."""
        signed_in = viewer() is not None
        return Markup("").join([self._card(activity, "feed", signed_in) for activity in activities])

    def __call__(self, activity: ActivityCard, stands: str = "feed") -> Markup:
        return self._card(activity, stands, viewer() is not None)

    def _card(self, activity: ActivityCard, stands: str, signed_in: bool) -> Markup:
        mentions = activity["mentions"]
        key = (stands, signed_in, mentions and tuple(mentions), *_DRAWN(activity))
        kept = self._kept.get(key)
        if kept is None:
            html = self._draw(activity, _HOLES, stands, signed_in).replace("%", "%%")
            created, ends = (
                datetime.fromisoformat(activity["created_at"]),
                datetime.fromisoformat(activity["expires_at"]),
            )
            kept = Kept(_HOLE.sub(r"%(\1)s", html), created, ends)
            if self._kept.maxsize:
                self._kept[key] = kept
        life = life_between(kept.created, datetime.fromisoformat(activity["read_at"]), kept.ends)
        values = {**life._asdict(), "words": escape(life.words), "ago": escape(life.ago)}
        return Markup(kept.html % values)  # noqa: S704 (the template escapes)

    def _draw(self, activity: ActivityCard, life: Life, stands: str, signed_in: bool) -> str:
        template = self._environment.get_template("activities/_activity.html")
        return template.render(activity=activity, life=life, stands=stands, signed_in=signed_in)
