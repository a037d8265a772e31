from typing import Any

from ..activities.samples import CARDS, FRESH, PARENT, card, composers
from ..activities.shapes import ActivityLine
from ..sessions.samples import VIEWER
from ..web.paging import Page
from ..web.samples import HOSTILE, NOW, Samples, sample_uuid
from .shapes import Profile, Thread, ThreadItem, Vanishing


def thread_items() -> list[ThreadItem]:
    """Thread items with stubs at every depth."""
    return [
        _thread_item(0, "At the top."),
        _thread_item(0, None),
        _thread_item(1, "Below a stub."),
        _thread_item(2, "Below two."),
        _thread_item(3, None),
        _thread_item(9, "Deeper than is drawn."),
    ]


def _thread_item(depth: int, message: str | None) -> ThreadItem:
    shown = card(message) if message else None
    return {
        "uuid": sample_uuid(f"{depth} {message}"),
        "number": PARENT["number"],
        "depth": depth,
        "card": shown,
    }


def vanishing(count: int) -> Vanishing:
    return {
        "read_at": NOW.isoformat(),
        "count": count,
        "soonest": [_vanishing_item(number) for number in range(min(count, 5))],
    }


def _vanishing_item(number: int) -> ActivityLine:
    shown = card(
        "Soup is on at the harbour, first come first served, bring a bowl. " * (number + 1), left=(number + 1) / 1000
    )
    return {
        "uuid": sample_uuid(f"vanishing {number}"),
        "number": shown["number"],
        "handle": shown["handle"],
        "display_name": shown["display_name"],
        "message": shown["message"],
        "expires_at": shown["expires_at"],
        "created_at": shown["created_at"],
        "read_at": shown["read_at"],
    }


NEXT = PARENT["number"]
"""The cursor of a page that has a next one."""

FULL, EMPTY = Page([PARENT, CARDS["waning"]], None), Page([], None)

PERSON: Profile = {
    "uuid": VIEWER["uuid"],
    "display_name": VIEWER["display_name"],
    "handle": VIEWER["handle"],
    "bio": "Keeps the light.\nنورة's neighbour.",
    "created_at": NOW.isoformat(),
    "activities_count": 1,
}


def _thread(**needs: Any) -> Thread:
    whole: Thread = {"activity": PARENT, "ancestors": [], "replies": [], "cut": False, "next": None}
    return {**whole, **needs}  # type: ignore[typeddict-item]


_PAGER = (
    ("more of a feed", NEXT, "feed", 0),
    ("more replies", NEXT, "replies", 0),
    ("caught up, some vanish", None, "feed", 6),
    ("caught up, one vanishes", None, "feed", 1),
    ("caught up, none vanishes", None, "feed", 0),
    ("end of a thread", None, "replies", 0),
)

SAMPLES: Samples = {
    "feeds/_cut.html": {"below a long list": {}},
    "feeds/_feed.html": {
        "with activities": {"page": FULL, "vanishing": vanishing(2)},
        "empty": {"page": EMPTY, "vanishing": vanishing(0)},
        "empty, signed out": {"page": EMPTY, "vanishing": vanishing(0), "viewer": None},
    },
    "feeds/_more.html": {"the next part": {"page": FULL, "vanishing": vanishing(1)}},
    "feeds/_more_replies.html": {"the next part": {"thread": _thread(replies=thread_items(), cut=True, next=NEXT)}},
    "feeds/_pager.html": {
        name: {"following": following, "list": kind, "vanishing": vanishing(count)}
        for name, following, kind, count in _PAGER
    },
    "feeds/_thread_items.html": {"stubs at every depth": {"items": thread_items()}},
    "feeds/_side.html": {
        name: {"vanishing": vanishing(count)} for name, count in (("nothing vanishes", 0), ("some", 3), ("many", 42))
    },
    "feeds/home.html": {
        "with activities": {"page": FULL, "composer": FRESH, "vanishing": vanishing(2)},
        "empty": {"page": EMPTY, "composer": composers()["hostile"], "vanishing": vanishing(0)},
    },
    "feeds/public.html": {
        "with activities": {"page": FULL, "vanishing": vanishing(2)},
        "empty, signed out": {"page": EMPTY, "vanishing": vanishing(0), "viewer": None},
    },
    "feeds/profile.html": {
        "empty": {"person": PERSON, "page": EMPTY, "vanishing": vanishing(0)},
        "hostile": {
            "person": {**PERSON, "bio": HOSTILE, "display_name": HOSTILE[:50]},
            "page": FULL,
            "vanishing": vanishing(1),
        },
    },
    "feeds/thread.html": {
        "alone": {"thread": _thread(), "composer": None, "vanishing": vanishing(0)},
        "with stubs": {
            "thread": _thread(
                activity=CARDS["hostile"], ancestors=thread_items()[:1], replies=thread_items(), cut=True
            ),
            "composer": composers()["a reply in a thread"],
            "vanishing": vanishing(6),
        },
    },
}
