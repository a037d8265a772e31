from typing import TypedDict

from ..activities.shapes import ActivityCard, ActivityLine


class ThreadItem(TypedDict):
    """A card in a thread, or a stub where `card` is None. `depth`: how many stubs stand above it."""

    uuid: str
    number: str
    depth: int
    card: ActivityCard | None


class Thread(TypedDict):
    """An activity with its ancestors and its replies, both oldest first. `next`: the cursor of the next page.

    `cut`: below its stubs are more than the 200 items, or 50 levels, of a page.
    """

    activity: ActivityCard
    ancestors: list[ThreadItem]
    replies: list[ThreadItem]
    cut: bool
    next: str | None


class Vanishing(TypedDict):
    """`count`: all live activities that end within the hour. `read_at`: the database's clock at reading."""

    read_at: str
    count: int
    soonest: list[ActivityLine]


class Profile(TypedDict):
    uuid: str
    display_name: str
    handle: str
    bio: str
    created_at: str
    activities_count: int
