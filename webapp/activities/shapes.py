"""The JSON shape of an activity. Times are ISO 8601 with an offset; uuids are text."""

from typing import TypedDict

AUDIENCES = ("everyone", "members", "followers")
"""Who may see an activity: each reaches no further than the one before it."""


class ActivityLine(TypedDict):
    """One activity in a line of a list (sql/feeds/vanishing.sql), or of a card that replies to it.

    `message` is empty where the viewer muted its author.
    """

    uuid: str
    number: str
    handle: str
    display_name: str
    message: str
    expires_at: str
    created_at: str
    read_at: str


class ActivityCard(TypedDict):
    """One activity as every feed shows it (sql/activities/_card.sql). `read_at`: the database's clock at reading.

    `parent`: what it replies to. `undoable`: nobody but its author sees it yet, until `visible_from`.
    Counts cover what this viewer may see, up to 1,000.
    """

    uuid: str
    number: str
    user_uuid: str
    display_name: str
    handle: str
    role: str | None
    message: str
    replies_count: int
    reposts_count: int
    likes_count: int
    liked: bool
    reply_to_activity_uuid: str | None
    parent: ActivityLine | None
    mentions: list[str] | None
    is_own: bool
    expires_at: str
    created_at: str
    audience: str
    visible_from: str
    undoable: bool
    read_at: str
