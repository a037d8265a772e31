"""The JSON shapes of who is asking."""

from typing import NotRequired, TypedDict


class Viewer(TypedDict):
    """Who is asking. `stale`: the session was not marked as seen for a while."""

    uuid: str
    display_name: str
    handle: str
    last_ttl: str | None
    stale: NotRequired[bool]


class Account(TypedDict):
    """What signing in needs of an account. Never leaves the program."""

    uuid: str
    password_hash: str | None
