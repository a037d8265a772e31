"""The JSON shape of an account as its owner sees it."""

from typing import TypedDict


class OwnAccount(TypedDict):
    """An account as its owner alone sees it."""

    display_name: str
    handle: str
    email: str | None
    bio: str
    has_password: bool
    handle_wanted: str | None
