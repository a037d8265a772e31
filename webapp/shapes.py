"""The JSON shapes that PostgreSQL answers with. Times are ISO 8601 with an offset; uuids are text."""

from typing import NotRequired, TypedDict


class ActivityCard(TypedDict):
    """One activity as every feed shows it (sql/activities/_card.sql). `read_at` is the database's clock at reading."""

    uuid: str
    user_uuid: str
    display_name: str
    handle: str
    message: str
    replies_count: int
    reposts_count: int
    likes_count: int
    reply_to_activity_uuid: str | None
    reply_to_handle: str | None
    mentions: list[str] | None
    is_own: bool
    expires_at: str
    created_at: str
    read_at: str


class ThreadItem(TypedDict):
    """A place in a thread: a card, or a stub where `card` is None. `depth` counts the stubs above it, from 0."""

    uuid: str
    created_at: str
    depth: int
    card: ActivityCard | None


class Thread(TypedDict):
    """An activity, what it answers and what answers it, both oldest first. `next`: where a further page starts.

    `cut`: below its stubs is more than the 200 places, or 50 steps down, of a page.
    """

    activity: ActivityCard
    ancestors: list[ThreadItem]
    replies: list[ThreadItem]
    cut: bool
    next: dict[str, str] | None


class VanishingItem(TypedDict):
    uuid: str
    handle: str
    display_name: str
    message: str
    expires_at: str
    created_at: str
    read_at: str


class Vanishing(TypedDict):
    """How many live activities end within the hour, and the first few of them."""

    count: int
    soonest: list[VanishingItem]


class Viewer(TypedDict):
    """Who is asking. `stale`: the session was not marked as seen for a while."""

    uuid: str
    display_name: str
    handle: str
    last_ttl: str | None
    stale: NotRequired[bool]


class Profile(TypedDict):
    """A person as others see them."""

    uuid: str
    display_name: str
    handle: str
    bio: str
    created_at: str
    activities_count: int


class OwnAccount(TypedDict):
    """An account as its owner alone sees it."""

    display_name: str
    handle: str
    email: str | None
    bio: str
    has_password: bool
    handle_wanted: str | None


class Taken(TypedDict):
    """What a new account cannot have because somebody has it."""

    handle: bool
    email: bool


class Account(TypedDict):
    """What signing in needs of an account. Never leaves the program."""

    uuid: str
    password_hash: str | None


class Ticket(TypedDict):
    """What a replica must have seen before it may answer; see `webapp/replica.py`."""

    history: str | None
    asked_at: str
    withdrawals: int
    writes: int
    settled_at: str | None


class Identity(TypedDict):
    """The account behind an identity of a provider. `handle_wanted`: see `sql/schema.sql`."""

    uuid: str
    handle: str
    handle_wanted: str | None
    suspended: bool
