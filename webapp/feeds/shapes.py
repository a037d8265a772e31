from typing import TypedDict

from ..activities.shapes import ActivityCard, ActivityLine
from ..follows.shapes import Tie


class ThreadItem(TypedDict):
    """A card in a thread, or a stub where `card` is None. `depth`: how many replies are between it and the activity.

    `muted`: the viewer muted its author.
    """

    uuid: str
    number: str
    depth: int
    muted: bool
    card: ActivityCard | None


class Thread(TypedDict):
    """An activity with what it replies to, oldest first, and the replies below it, depth first and oldest first.

    `cut`: there are more than the 200 replies that are listed.
    """

    activity: ActivityCard
    ancestors: list[ThreadItem]
    replies: list[ThreadItem]
    cut: bool


class Place(TypedDict):
    """Where an activity has its page."""

    handle: str
    uuid: str


class Vanishing(TypedDict):
    """`count`: all live activities that end within the hour. `read_at`: the database's clock at reading."""

    read_at: str
    count: int
    soonest: list[ActivityLine]


class Mark(TypedDict):
    """Numbers: `number` is how far the home feed was read before this visit, `newest` the newest that was seen."""

    number: str
    newest: str


class Profile(Tie):
    """Counts cover what this viewer may see, up to 1,000."""

    role: str | None
    bio: str
    created_at: str
    activities_count: int
    following_count: int


class Keeper(TypedDict):
    """`role`: moderator or operator."""

    display_name: str
    handle: str
    role: str


class Person(TypedDict):
    """Somebody in a list of people. `bio`: its first line. `wrote_at`: None where nothing is alive, or not told."""

    number: str
    display_name: str
    handle: str
    role: str | None
    bio: str
    is_own: bool
    follows: bool
    wrote_at: str | None
    created_at: str
    read_at: str


class Liked(TypedDict):
    """`number`: of the like."""

    number: str
    card: ActivityCard
