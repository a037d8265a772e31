from typing import NotRequired, TypedDict


class Viewer(TypedDict):
    """`drafts_count`: activities that they began to write. `stale`: the session was not marked as seen for a while."""

    uuid: str
    display_name: str
    handle: str
    role: str
    last_ttl: str | None
    drafts_count: int
    usual_audience: NotRequired[str | None]
    stale: NotRequired[bool]


class Account(TypedDict):
    """What signing in needs. Never leaves the program."""

    uuid: str
    password_hash: str | None
