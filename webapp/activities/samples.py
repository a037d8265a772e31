from datetime import timedelta
from typing import Any, cast, get_type_hints
from zlib import crc32

from ..drafts.samples import DRAFT
from ..sessions.samples import VIEWER
from ..web.samples import HOSTILE, NOW, WEEK, Samples, sample_uuid
from .composer import ORPHANED, TOO_DEEP, Composer
from .shapes import ActivityCard, ActivityLine

ZERO = {int: 0, bool: False}
"""A sample's counts and acts by default; `ALL_DONE`: every act done."""
ALL_DONE = {
    name: True
    for name, kind in get_type_hints(ActivityCard).items()
    if kind is bool and name not in ("is_own", "undoable")
}


def card(
    message: str = "The ferry is late again, and nobody minds.", *, left: float = 0.8, **fields: Any
) -> ActivityCard:
    """A card with this share of its week left; `fields` replace its own."""
    sample = {
        **{name: ZERO[kind] for name, kind in get_type_hints(ActivityCard).items() if kind in ZERO},
        "uuid": sample_uuid(message),
        "number": str(117704801719681025 + crc32(message.encode())),
        "user_uuid": sample_uuid("bede"),
        "display_name": "Bede",
        "handle": "bede",
        "role": None,
        "message": message,
        "reply_to_activity_uuid": None,
        "parent": None,
        "mentions": None,
        "audience": "everyone",
        "expires_at": (NOW + WEEK * left).isoformat(),
        "created_at": (created := (NOW - WEEK * (1 - left)).isoformat()),
        "visible_from": created,
        "read_at": NOW.isoformat(),
    }
    return cast(ActivityCard, {**sample, **fields})


PARENT = card("Who has the key to the boat shed?", uuid=sample_uuid("parent"))

CARDS: dict[str, ActivityCard] = {
    "whole life": card("Just said.", left=1.0),
    "bright": card(left=0.8),
    "waning": card("Half of its time has passed.", left=0.4),
    "ember": card("A quarter is left.", left=0.2),
    "last tenth": card("Almost gone.", left=0.05),
    "last moments": card("Going.", left=0.0001),
    "own": card("My own words.", is_own=True, display_name=VIEWER["display_name"], handle=VIEWER["handle"]),
    "own, until others see it": card(
        "Typed in a hurry.", is_own=True, undoable=True, visible_from=(NOW + timedelta(seconds=8)).isoformat()
    ),
    "by a moderator": card("The door is open until ten.", role="moderator"),
    "with all that one can do to it done": card("Just what was needed.", likes_count=12, **ALL_DONE),
    "one reply": card("Somebody replied.", replies_count=1),
    "many replies": card("Everybody replied.", replies_count=1234),
    "a reply": card(
        "It hangs behind the door.",
        reply_to_activity_uuid=PARENT["uuid"],
        parent={name: dict(PARENT)[name] for name in ActivityLine.__annotations__},
    ),
    "a reply to what is gone": card("As I was saying.", reply_to_activity_uuid=PARENT["uuid"]),
    "links and mentions": card(
        "@marnie look: https://example.org/a/very/long/path/that/does/not/end/where/one/would/like and www.example.org",
        mentions=["marnie"],
    ),
    "for members": card("Keys are under the stone.", audience="members"),
    "for followers": card("I am leaving in May.", audience="followers"),
    "long word": card("Donau" + "dampfschifffahrt" * 12, display_name="N" * 50, handle="h" * 30),
    "full length": card("Two hundred and eighty characters are a lot. " * 7),
    "lines": card("First line.\n\nThird line,\nfourth line."),
    "right to left": card("هذا الكلام يعيش أسبوعا ثم يمضي.", display_name="نورة", handle="noura"),
    "right to left within": card("She said שלום and left, 3 times.", display_name="\u202eturned"),
    "emoji": card("👩‍👩‍👧‍👦🏳️‍🌈🧜🏽‍♀️", display_name="🦋", handle="papillon"),
    "marks piled up": card("from before: lo" + "\u0300" * 60 + "w" + "\u0323" * 60, display_name="o" + "\u0300" * 4),
    "hostile": card(HOSTILE, display_name=HOSTILE[:50]),
}  # fmt: skip


def composer(name: str, **fields: Any) -> Composer:
    usual: dict[str, Any] = {
        "viewer": VIEWER,
        "ttl": "7-days",
        "audience": "everyone",
        "key": sample_uuid(f"key {name}"),
    }
    return Composer(**{**usual, **fields})


def composers() -> dict[str, Composer]:
    """A composer in every position and state."""
    reply: dict[str, Any] = {"parent": PARENT}
    over = "20 characters too long. The limit is 280."
    errors = {"message": "Write something.", "ttl": "Choose one.", "key": "Press again."}
    return {
        "fresh, above a feed": composer("feed", position="feed"),
        "fresh, on a page of its own": composer("page", position="page"),
        "a reply below a card": composer("slot", position="slot", **reply),
        "a reply in a thread": composer("thread", position="thread", ttl="1-hour", **reply),
        "with every error": composer("errors", position="feed", errors=errors),
        "over the limit": composer("over", position="feed", message="Too much. " * 30, errors={"message": over}),
        "close to the limit": composer("close", position="feed", message="x" * 270),
        "a draft, one of several": composer(
            "draft", position="feed", message=DRAFT["message"], draft=DRAFT, viewer={**VIEWER, "drafts_count": 3}
        ),
        "begun by another": composer("another", position="feed", message="Mine.", anothers=True, notice="Whose?"),
        "after a notice": composer("notice", position="page", message="Kept.", notice="Your text is here."),
        "hostile": composer(
            "hostile", message=HOSTILE, errors={"message": HOSTILE, "ttl": HOSTILE, "key": HOSTILE}, notice=HOSTILE
        ),
        "an orphan": composer("orphan", message="As I was.", orphan=True, notice=ORPHANED),
        "deeper than a thread goes": composer(
            "deep", message="As I was.", orphan=True, one_up=PARENT["uuid"], notice=TOO_DEEP
        ),
    }  # fmt: skip


FRESH = composers()["fresh, above a feed"]
REPLIED_TO = card("My own words, and what others said.", is_own=True, replies_count=3, likes_count=2)
FUSE = {"ttl": "7-days", "latest": (NOW + WEEK * 4).isoformat(), "notice": "", "error": "", "rewriting": False}

SAMPLES: Samples = {
    "activities/_audience.html": {
        "of three": {"composer": FRESH, "id": FRESH.id},
        "of two": {"composer": composer("members", parent=CARDS["for members"], audience="followers"), "id": "two"},
        "none": {"composer": composer("circle", parent=CARDS["for followers"], audience="followers"), "id": "none"},
    },
    "activities/_activity.html": {
        **{name: {"activity": sample} for name, sample in CARDS.items()},
        "in focus": {"activity": PARENT, "stands": "focus"},
        "without acts": {"activity": CARDS["own"], "stands": "still"},
        "seen signed out": {"activity": PARENT, "viewer": None},
    },
    "activities/_line.html": {
        name: {"activity": CARDS[name]} for name in ("bright", "last tenth", "long word", "hostile")
    },
    "activities/_stub.html": {"always": {}},
    "activities/_composer.html": {name: {"composer": sample} for name, sample in composers().items()},
    **{
        f"activities/{part}.html": {
            name: {"composer": sample, "id": sample.id, "draft": sample.draft} for name, sample in composers().items()
        }
        for part in ("_hint", "_lives")
    },
    "activities/_burn.html": {
        "always": {"activity": CARDS["own"], "notice": ""},
        "after a notice": {"activity": CARDS["own"], "notice": "Press again."},
    },
    "activities/_count.html": {name: {"count": count} for name, count in (("none", 0), ("one", 1), ("many", 12))},
    "activities/_acts.html": {"own": {"activity": CARDS["own"]}, "another's": {"activity": PARENT, "viewer": None}},
    "activities/_fuse.html": {
        "as it opens": {"activity": CARDS["own"], **FUSE},
        "for Rewrite": {"activity": REPLIED_TO, **FUSE, "rewriting": True},
        "refused": {"activity": CARDS["own"], **FUSE, "notice": "Press again.", "error": "Choose how long it lives."},
    },
    "activities/_stays.html": {"replies": {"activity": REPLIED_TO}, "none": {"activity": CARDS["own"]}},
    "activities/_changed.html": {"always": {"activity": CARDS["own"], "stands": "feed"}},
    "activities/_too_late.html": {"always": {"activity": CARDS["own"], "message": "It is out now: burn it instead."}},
    "activities/_undone.html": {
        "at home": {"activity": CARDS["own"], "composer": FRESH},
        "a reply": {"activity": CARDS["a reply"], "composer": composers()["a reply below a card"]},
    },
    "activities/_created.html": {
        "in a feed": {
            "activity": PARENT,
            "parent": None,
            "composer": FRESH,
            "thread": None,
            "further": None,
            "is_first": True,
        },
        "in a thread": {
            "activity": CARDS["a reply"],
            "parent": PARENT,
            "composer": composers()["a reply in a thread"],
            "thread": {
                "replies": [{"uuid": CARDS["a reply"]["uuid"], "depth": 0, "muted": False, "card": CARDS["a reply"]}],
                "cut": True,
            },
            "further": None,
            "is_first": False,
        },
        "a reply below a card": {
            "activity": CARDS["a reply"],
            "parent": PARENT,
            "composer": composers()["a reply below a card"],
            "thread": None,
            "further": None,
            "is_first": False,
        },
    },
    "activities/acts.html": {"always": {"activity": CARDS["own"]}},
    "activities/fuse.html": {"always": {"activity": CARDS["own"], **FUSE}},
    "activities/burn.html": {"always": {"activity": CARDS["own"], "notice": ""}},
    "activities/compose.html": {name: {"composer": sample, "vanishing": None} for name, sample in composers().items()},
}
