from typing import Literal, TypedDict

Outcome = Literal["dismissed", "hidden", "burned", "paused", "suspended"]


class Reported(TypedDict):
    """One's own open report. `copy_expires_at`: None for a report of a person."""

    created_at: str
    copy_expires_at: str | None


class OwnReport(TypedDict):
    """What somebody reported, and what came of it."""

    uuid: str
    display_name: str
    handle: str
    is_activity: bool
    kind: str
    created_at: str
    outcome: Outcome | None
    settled_at: str | None


class Decision(TypedDict):
    """What was decided about the viewer."""

    act: str
    why: str
    created_at: str


class SealedCopy(TypedDict):
    """For moderators alone, until `expires_at`."""

    message: str
    written_at: str
    expires_at: str


class Report(TypedDict):
    """The reporter is None where their account is gone."""

    display_name: str | None
    handle: str | None
    kind: str
    words: str
    created_at: str


class Case(TypedDict):
    """All reports of one activity or person that are open, or that one act settled. `uuid`: of the first report.

    `stands`: whether the reported activity is live or hidden; None where it has ended. `seen`: this moderator sees it.
    `before`: other reports of this person, counted by their outcome or `open`.
    """

    uuid: str
    number: str
    activity_uuid: str | None
    user_uuid: str
    display_name: str
    handle: str
    role: str | None
    created_at: str
    suspended: bool
    paused_until: str | None
    outcome: Outcome | None
    settled_at: str | None
    settled_by: str | None
    stands: Literal["live", "hidden"] | None
    seen: bool
    copy: SealedCopy | None
    reports: list[Report]
    before: dict[str, int]
    pauses: int
    suspensions: int
    read_at: str


class AuditLine(TypedDict):
    """The actor is None on the server and where their account is gone; the person there, and for an invitation."""

    number: str
    actor_name: str | None
    actor_handle: str | None
    on_server: bool
    act: str
    display_name: str | None
    handle: str | None
    is_activity: bool
    why: str
    created_at: str


class Moderated(TypedDict):
    uuid: str
    display_name: str
    handle: str
    role: str | None
    suspended_at: str | None
    paused_until: str | None
