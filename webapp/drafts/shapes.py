from typing import TypedDict


class Draft(TypedDict):
    """What was typed, unchanged. `message`: an activity's text, or a bio."""

    message: str
    display_name: str | None
    ttl: str | None
    reply_to_activity_uuid: str | None
    key: str | None
