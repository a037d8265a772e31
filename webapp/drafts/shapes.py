"""The JSON shape of a draft."""

from typing import TypedDict


class Draft(TypedDict):
    """What was typed, as it was. `message`: the text of an activity, or what somebody says about themselves."""

    message: str
    display_name: str | None
    ttl: str | None
    reply_to_activity_uuid: str | None
    key: str | None
