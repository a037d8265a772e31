"""The JSON shapes of what the pages show."""

from typing import TypedDict

from ..activities.shapes import ActivityCard, ActivityLine


class ThreadItem(TypedDict):
    """A place in a thread: a card, or a stub where `card` is None. `depth` counts the stubs above it, from 0."""

    uuid: str
    number: str
    depth: int
    card: ActivityCard | None


class Thread(TypedDict):
    """An activity, what it answers and what answers it, both oldest first. `next`: the number
    behind which a further page starts.

    `cut`: below its stubs is more than the 200 places, or 50 steps down, of a page.
    """

    activity: ActivityCard
    ancestors: list[ThreadItem]
    replies: list[ThreadItem]
    cut: bool
    next: str | None


class Vanishing(TypedDict):
    """How many live activities end within the hour, and the first few of them."""

    count: int
    soonest: list[ActivityLine]


class Profile(TypedDict):
    """A person as others see them."""

    uuid: str
    display_name: str
    handle: str
    bio: str
    created_at: str
    activities_count: int
