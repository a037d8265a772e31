from typing import TypedDict


class Hidden(TypedDict):
    """Somebody whom the viewer muted or blocked. `muted_until`: None where it has no end."""

    display_name: str
    handle: str
    muted: bool
    muted_until: str | None
    blocked: bool


class Tie(Hidden):
    """What ties the viewer to somebody. `followers_count`: those whom the viewer may find, up to 1,000."""

    uuid: str
    is_own: bool
    follows: bool
    followers_count: int
