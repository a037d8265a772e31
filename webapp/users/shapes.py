from typing import TypedDict


class OwnAccount(TypedDict):
    """An account as only its owner sees it."""

    display_name: str
    handle: str
    email: str | None
    bio: str
    has_password: bool
    handle_wanted: str | None
