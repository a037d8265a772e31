from typing import Any, TypedDict


class OwnAccount(TypedDict):
    """An account as only its owner sees it. `decisions`: what moderators decided about it in the last 30 days."""

    display_name: str
    handle: str
    email: str | None
    bio: str
    has_password: bool
    handle_wanted: str | None
    decisions: int


class Export(TypedDict):
    """Everything of one person's that is alive, each kind newest first."""

    read_at: str
    profile: dict[str, Any]
    activities: list[dict[str, Any]]
    drafts: list[dict[str, Any]]
    likes: list[dict[str, Any]]
    follows: list[dict[str, Any]]
    mutes: list[dict[str, Any]]
    blocks: list[dict[str, Any]]
    reports: list[dict[str, Any]]
    sessions: list[dict[str, Any]]
