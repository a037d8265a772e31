"""What a composer offers and begins with: for how long, and for whom."""

from datetime import datetime

from ..sessions.shapes import Viewer
from ..web.current import settings
from .shapes import AUDIENCES, ActivityCard


def usual_ttl(viewer: Viewer) -> str:
    usual = viewer["usual_ttl"] or viewer["last_ttl"]
    return usual if usual and usual in settings().ttls else settings().ttl_default


def covering_ttl(activity: ActivityCard) -> str:
    """The shortest lifespan that covers what the activity has left, else the longest."""
    ends, read = (datetime.fromisoformat(activity[name]) for name in ("expires_at", "read_at"))
    lives = settings().ttls
    return min(lives, key=lambda ttl: (lives[ttl] < ends - read, abs(lives[ttl] - (ends - read))))


def audiences(parent: ActivityCard | None) -> tuple[str, ...]:
    """What can be chosen: a reply reaches no further than its parent. One: there is no choice."""
    widest = parent["audience"] if parent else AUDIENCES[not settings().public_feed]
    return AUDIENCES[AUDIENCES.index(widest) :]


def chosen_audience(viewer: Viewer, wanted: str | None) -> str:
    """What they wanted, else their usual. Where strangers read nothing, `everyone` is `members`."""
    audience = wanted if wanted in AUDIENCES else viewer["usual_audience"] or "everyone"
    return "members" if audience == "everyone" and not settings().public_feed else audience


def preselected_audience(viewer: Viewer, wanted: str | None, parent: ActivityCard | None, is_reply: bool) -> str:
    """A reply's: the narrower of what they wanted and the parent's; where neither is known, the narrowest there is."""
    if not is_reply:
        return chosen_audience(viewer, wanted)
    known = [audience for audience in AUDIENCES if audience in (wanted, parent and parent["audience"])]
    return known[-1] if known else AUDIENCES[-1]
