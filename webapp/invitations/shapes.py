from typing import TypedDict


class Invited(TypedDict):
    """What the guest learns. `display_name`, `handle`: who invites; None for an operator's script, or who left."""

    uuid: str
    name: str
    places: int
    display_name: str | None
    handle: str | None


class Invitation(Invited):
    """What moderators see. `code_hash`: SHA-256 of the code, in hex."""

    code_hash: str
    used: int
    expires_at: str
