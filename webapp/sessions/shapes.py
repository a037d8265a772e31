from typing import NotRequired, TypedDict


class Viewer(TypedDict):
    """`drafts_count`: activities that they began to write. `stale`: the session was not marked as seen for a while.

    `role`: moderator, operator, None for others. `cases`: what waits for a moderator's decision; 0 for others.
    """

    uuid: str
    display_name: str
    handle: str
    last_ttl: str | None
    drafts_count: int
    role: str | None
    paused_until: str | None
    cases: int
    usual_audience: NotRequired[str | None]
    stale: NotRequired[bool]


class Account(TypedDict):
    """What signing in needs. Never leaves the program."""

    uuid: str
    password_hash: str | None
