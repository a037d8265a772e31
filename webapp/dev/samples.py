"""Shapes as PostgreSQL would answer with them, for drawing without a database. Times count from one fixed moment."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from ..activities.composer import ORPHANED, TOO_DEEP, Composer
from ..activities.shapes import ActivityCard
from ..feeds.shapes import Profile, ThreadItem, Vanishing, VanishingItem
from ..sessions.shapes import Viewer
from ..web.paging import Page

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)

_SPACE = UUID("5eedac00-0000-4000-8000-0000000000de")

VIEWER: Viewer = {
    "uuid": str(uuid5(_SPACE, "viewer")),
    "display_name": "Marnie Fell",
    "handle": "marnie",
    "last_ttl": None,
}


def card(
    message: str = "The ferry is late again, and nobody minds.", *, left: float = 0.8, **fields: Any
) -> ActivityCard:
    """A card with this share of its week left; `fields` replace what it says."""
    sample: ActivityCard = {
        "uuid": str(uuid5(_SPACE, message)),
        "user_uuid": str(uuid5(_SPACE, "bede")),
        "display_name": "Bede",
        "handle": "bede",
        "message": message,
        "replies_count": 0,
        "reposts_count": 0,
        "likes_count": 0,
        "reply_to_activity_uuid": None,
        "reply_to_handle": None,
        "mentions": None,
        "is_own": False,
        "expires_at": (NOW + WEEK * left).isoformat(),
        "created_at": (NOW - WEEK * (1 - left)).isoformat(),
        "read_at": NOW.isoformat(),
    }
    return {**sample, **fields}  # type: ignore[typeddict-item]


PARENT = card("Who has the key to the boat shed?", uuid=str(uuid5(_SPACE, "parent")))

CARDS: dict[str, ActivityCard] = {
    "whole life": card("Just said.", left=1.0),
    "bright": card(left=0.8),
    "waning": card("Half of its time has passed.", left=0.4),
    "ember": card("A quarter is left.", left=0.2),
    "last tenth": card("Almost gone.", left=0.05),
    "last moments": card("Going.", left=0.0001),
    "own": card("My own words.", is_own=True, display_name="Marnie Fell", handle="marnie"),
    "one reply": card("Somebody answered.", replies_count=1),
    "many replies": card("Everybody answered.", replies_count=1234),
    "a reply": card(
        "It hangs behind the door.", reply_to_activity_uuid=PARENT["uuid"], reply_to_handle=PARENT["handle"]
    ),
    "a reply to what is gone": card("As I was saying.", reply_to_activity_uuid=PARENT["uuid"]),
    "links and mentions": card(
        "@marnie look: https://example.org/a/very/long/path/that/does/not/end/where/one/would/like and www.example.org",
        mentions=["marnie"],
    ),
    "long word": card("Donau" + "dampfschifffahrt" * 12, display_name="N" * 50, handle="h" * 30),
    "full length": card("Two hundred and eighty signs are a lot. " * 7),
    "lines": card("First line.\n\nThird line,\nfourth line."),
    "right to left": card("هذا الكلام يعيش أسبوعا ثم يمضي.", display_name="نورة", handle="noura"),
    "right to left within": card("She said שלום and left, 3 times.", display_name="\u202eturned"),
    "emoji": card("👩‍👩‍👧‍👦🏳️‍🌈🧜🏽‍♀️", display_name="🦋", handle="papillon"),
    "marks piled up": card("from before: lo" + "\u0300" * 60 + "w" + "\u0323" * 60, display_name="o" + "\u0300" * 4),
    "looks like markup": card('<script>alert("no")</script> & <b>not bold</b>', display_name="<i>Ann</i>"),
}  # fmt: skip


def composer(name: str, **fields: Any) -> Composer:
    """A composer with a key that nobody else has."""
    return Composer(**{"ttl": "7-days", "key": str(uuid5(_SPACE, f"key {name}")), **fields})


def composers() -> dict[str, Composer]:
    """Every place and state of a composer."""
    reply: dict[str, Any] = {"parent": PARENT, "parent_uuid": PARENT["uuid"]}
    over = "Shorten it by 20 characters: 280 fit."
    return {
        "fresh, above a feed": composer("feed", place="feed"),
        "fresh, on a page of its own": composer("page", place="page"),
        "a reply below a card": composer("slot", place="slot", **reply),
        "a reply in a thread": composer("thread", place="thread", ttl="1-hour", **reply),
        "with every error": composer(
            "errors", place="feed", errors={"message": "Write something.", "ttl": "Choose one.", "key": "Press again."}
        ),
        "over the limit": composer("over", place="feed", message="A little too much. " * 15, errors={"message": over}),
        "close to the limit": composer("close", place="feed", message="x" * 270),
        "after a notice": composer("notice", place="page", message="Kept.", notice="Your text is here."),
        "an orphan": composer("orphan", message="As I was.", parent_uuid=PARENT["uuid"], orphan=True, notice=ORPHANED),
        "deeper than a thread goes": composer(
            "deep", message="As I was.", parent_uuid=PARENT["uuid"], orphan=True, one_up=PARENT["uuid"], notice=TOO_DEEP
        ),
    }  # fmt: skip


def places() -> list[ThreadItem]:
    """A thread with stubs at every depth."""
    return [
        _place(0, "At the top."),
        _place(0, None),
        _place(1, "Below a stub."),
        _place(2, "Below two."),
        _place(3, None),
        _place(9, "Deeper than is drawn."),
    ]


def _place(depth: int, message: str | None) -> ThreadItem:
    shown = card(message) if message else None
    return {
        "uuid": str(uuid5(_SPACE, f"{depth} {message}")),
        "created_at": NOW.isoformat(),
        "depth": depth,
        "card": shown,
    }


def vanishing(count: int) -> Vanishing:
    """The side column's list: that many, the first five of them shown."""
    return {"count": count, "soonest": [_vanishing_item(number) for number in range(min(count, 5))]}


def _vanishing_item(number: int) -> VanishingItem:
    shown = card(
        "Soup is on at the harbour, first come first served, bring a bowl. " * (number + 1), left=(number + 1) / 1000
    )
    return {
        "uuid": str(uuid5(_SPACE, f"vanishing {number}")),
        "handle": shown["handle"],
        "display_name": shown["display_name"],
        "message": shown["message"],
        "expires_at": shown["expires_at"],
        "created_at": shown["created_at"],
        "read_at": shown["read_at"],
    }


NEXT = f"{NOW.isoformat().replace('+00:00', 'Z')}~{PARENT['uuid']}"
"""The cursor of a page that has another behind it."""

FULL, EMPTY = Page([PARENT, CARDS["waning"]], None), Page([], None)

PERSON: Profile = {
    "uuid": VIEWER["uuid"],
    "display_name": VIEWER["display_name"],
    "handle": VIEWER["handle"],
    "bio": "Keeps the light.\nنورة's neighbour.",
    "created_at": NOW.isoformat(),
    "activities_count": 1,
}

HANDLES = ["ada", "lou", "eli", "hal", "cat", "ben", "al", "abe", "pip", "oz", "finn", "bede"]
"""One handle for each of the twelve hues."""
