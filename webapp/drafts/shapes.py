from typing import TypedDict


class Draft(TypedDict):
    """What was typed, unchanged. `message`: an activity's text, or a bio. `version` counts the saves."""

    uuid: str
    message: str
    display_name: str | None
    ttl: str | None
    audience: str | None
    reply_to_activity_uuid: str | None
    key: str | None
    version: int
    saved_at: str


class DraftLine(TypedDict):
    """A draft of an activity in the list of all. `parent_handle`: None also where what it replies to is gone."""

    uuid: str
    message: str
    is_reply: bool
    parent_handle: str | None
    expires_at: str
