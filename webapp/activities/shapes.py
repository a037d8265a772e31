"""The JSON shape of an activity. Times are ISO 8601 with an offset; uuids are text."""

from typing import TypedDict


class ActivityCard(TypedDict):
    """One activity as every feed shows it (sql/activities/_card.sql). `read_at` is the database's clock at reading.

    Counts are of what the viewer may see, up to 1,000.
    """

    uuid: str
    number: str
    user_uuid: str
    display_name: str
    handle: str
    message: str
    replies_count: int
    reposts_count: int
    likes_count: int
    liked: bool
    reply_to_activity_uuid: str | None
    reply_to_handle: str | None
    mentions: list[str] | None
    is_own: bool
    expires_at: str
    created_at: str
    read_at: str


class ActivityLine(TypedDict):
    """One activity in a line of a list (sql/feeds/vanishing.sql)."""

    uuid: str
    number: str
    handle: str
    display_name: str
    message: str
    expires_at: str
    created_at: str
    read_at: str
