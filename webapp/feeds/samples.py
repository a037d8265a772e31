from typing import Any

from ..activities.samples import CARDS, FRESH, PARENT, card, composers
from ..activities.shapes import ActivityLine
from ..follows.samples import TIES, tie
from ..sessions.samples import VIEWER
from ..web.samples import HOSTILE, NOW, Samples, sample_uuid
from .parts import Part
from .shapes import Keeper, Person, Place, Profile, Thread, ThreadItem, Vanishing


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
        "muted": False,
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


FULL, EMPTY = Part([PARENT, CARDS["waning"]], None, ends=True), Part([], None, ends=True)
NEXT = PARENT["number"]
"""The cursor of a page that has a next one."""
PARTS = {
    "with activities": FULL,
    "empty": EMPTY,
    "read from the second on": Part(FULL.rows, NEXT, read_from=1, ends=True, query={"before": NEXT}, older=True),
    "all read": Part(FULL.rows, None, read_from=0, ends=True, query={"replies": "no"}, older=True),
    "more that is unread": Part(FULL.rows, NEXT, flows=True, query={"before": NEXT}, older=True),
    "more of what ends next": Part(FULL.rows, NEXT, query={"after": NEXT}),
}

PERSON: Profile = {
    **tie(uuid=VIEWER["uuid"], display_name=VIEWER["display_name"], handle=VIEWER["handle"], is_own=True),
    "role": "operator",
    "bio": "Keeps the light.\nنورة's neighbour.",
    "created_at": NOW.isoformat(),
    "activities_count": 1,
    "following_count": 2,
}


def _profile(page: Part, shows: str = "profile", **fields: Any) -> dict[str, Any]:
    person = {**PERSON, **fields}
    return {"person": person, "page": page, "shows": shows, "tabs": ["profile", "replies", "likes"], **BESIDE}


def _thread(**needs: Any) -> Thread:
    whole: Thread = {"activity": PARENT, "ancestors": [], "replies": [], "cut": False}
    return {**whole, **needs}  # type: ignore[typeddict-item]


def _person(name: str, **fields: Any) -> dict[str, Any]:
    person: Person = {
        "number": PARENT["number"],
        "display_name": name,
        "handle": "bede",
        "role": None,
        "bio": "",
        "is_own": False,
        "follows": False,
        "wrote_at": None,
        "created_at": NOW.isoformat(),
        "read_at": NOW.isoformat(),
    }
    return {**person, "ago": "", **fields}


HERE = [_person("Bede", bio=HOSTILE, ago="2 h"), _person(HOSTILE[:50], follows=True, handle="ann", role="moderator")]
PEOPLE = Part(HERE, NEXT, query={"before": NEXT})
BESIDE = {"vanishing": vanishing(6), "here": HERE}
FURTHER: Place = {"handle": "bede", "uuid": PARENT["uuid"]}

KEEPERS: list[Keeper] = [
    {"display_name": "Marnie Fell", "handle": "marnie", "role": "operator"},
    {"display_name": HOSTILE[:50], "handle": "bede", "role": "moderator"},
]

SAMPLES: Samples = {
    "feeds/about.html": {
        "to somebody who may read": {"keepers": KEEPERS, "may_read": True, "vanishing": vanishing(2)},
        "to a stranger of a private place": {"keepers": [], "may_read": False},
    },
    "feeds/promise.html": {
        "in time": {"emptied_at": NOW.isoformat(), "late": False, "vanishing": vanishing(2)},
        "late": {"emptied_at": None, "late": True, "vanishing": vanishing(2)},
    },
    "feeds/_bar.html": {
        f"{name}, {count} vanish": {"page": PARTS[name], "vanishing": vanishing(count)}
        for name, count in (("with activities", 0), ("all read", 2), ("empty", 42))
    },
    "feeds/_cards.html": {name: {"page": part, "vanishing": vanishing(2)} for name, part in PARTS.items()},
    "feeds/_caught_up.html": {
        name: {"vanishing": vanishing(count)} for name, count in (("none vanishes", 0), ("one", 1), ("some", 6))
    },
    "feeds/_cut.html": {"below a long list": {"further": FURTHER}, "where it goes on with a stub": {"further": None}},
    "feeds/_feed.html": {
        **{name: {"page": part, "vanishing": vanishing(2)} for name, part in PARTS.items()},
        "empty, signed out": {"page": EMPTY, "vanishing": vanishing(0), "viewer": None},
    },
    "feeds/_more.html": {name: {"page": part, "vanishing": vanishing(1)} for name, part in PARTS.items()},
    "feeds/_more_people.html": {"the next part": {"page": PEOPLE}},
    "feeds/_nothing.html": {
        f"{shows}, {'own' if own else 'of another'}": {"person": {**PERSON, "is_own": own}, "shows": shows}
        for shows in ("profile", "replies", "likes", "followers", "following")
        for own in (True, False)
    },
    "feeds/_pager.html": {name: {"page": part, "vanishing": vanishing(6)} for name, part in PARTS.items()},
    "feeds/_people.html": {"with and without words": {"page": PEOPLE}},
    "feeds/_replies.html": {
        "more than fit": {"thread": _thread(replies=thread_items(), cut=True), "further": FURTHER},
        "none": {"thread": _thread(), "further": None},
    },
    "feeds/_thread_items.html": {"stubs at every depth": {"items": thread_items()}},
    "feeds/_here.html": {
        "here": {"people": HERE, "with_follow": False},
        "to follow": {"people": HERE, "with_follow": True},
    },
    "feeds/_side.html": {
        **{name: {"vanishing": vanishing(count)} for name, count in (("nothing vanishes", 0), ("many", 42))},
        "with people": BESIDE,
        "with people to follow": {**BESIDE, "suggested": HERE},
    },
    "feeds/home.html": {
        "with activities": {"page": FULL, "composer": FRESH, **BESIDE, "suggested": []},
        "empty": {
            "page": EMPTY,
            "composer": composers()["hostile"],
            "vanishing": vanishing(0),
            "here": [],
            "suggested": HERE,
        },
    },
    "feeds/public.html": {
        "with activities": {"page": FULL, "vanishing": vanishing(2)},
        "empty, signed out": {"page": EMPTY, "vanishing": vanishing(0), "viewer": None},
    },
    "feeds/vanishing.html": {"more": {"page": PARTS["more of what ends next"], "vanishing": vanishing(6)}},
    "feeds/people.html": {
        "more": {"page": PEOPLE, "sought": "", **BESIDE},
        "found nobody": {"page": EMPTY, "sought": HOSTILE, **BESIDE},
    },
    "feeds/_profile.html": {
        "one's own": {"person": PERSON},
        "another's": {"person": {**PERSON, **TIES["muted for a while"]}},
    },
    "feeds/follows.html": {
        "followers": _profile(PEOPLE, "followers"),
        "nobody": _profile(EMPTY, "following", **TIES["hostile"]),
    },
    "feeds/profile.html": {
        "empty": _profile(EMPTY),
        "hostile": _profile(FULL, "likes", **TIES["hostile"], bio=HOSTILE),
    },
    "feeds/thread.html": {
        "alone": {"thread": _thread(), "further": None, "composer": None, "vanishing": vanishing(0)},
        "with stubs": {
            "thread": _thread(
                activity=CARDS["hostile"], ancestors=thread_items()[:1], replies=thread_items(), cut=True
            ),
            "further": FURTHER,
            "composer": composers()["a reply in a thread"],
            "vanishing": vanishing(6),
        },
    },
}
