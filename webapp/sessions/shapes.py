from typing import NotRequired, TypedDict


class Viewer(TypedDict):
    """`drafts_count`: activities that they began to write. `stale`: the session was not marked as seen for a while.
    `follows`: whether they follow anybody.

    `role`: moderator, operator, None for others. `usual_ttl` (else it is `last_ttl`), `usual_audience`, `time_zone` and
    `theme` are None where they did not choose. `cases`: what waits for a moderator's decision; 0 for others.
    """

    uuid: str
    display_name: str
    handle: str
    last_ttl: str | None
    usual_ttl: str | None
    usual_audience: str | None
    time_zone: str | None
    theme: str | None
    drafts_count: int
    follows: bool
    role: str | None
    paused_until: str | None
    cases: int
    stale: NotRequired[bool]


class SignedIn(TypedDict):
    """One of a person's sessions. `name`: the beginning of its hash, in hex."""

    name: str
    created_at: str
    seen_at: str
    is_this: bool


class Account(TypedDict):
    """What signing in needs. Never leaves the program."""

    uuid: str
    password_hash: str | None
    suspended: NotRequired[bool]
