from ..config.settings import Settings
from ..db.database import Database
from ..errors import Conflict, NotFound
from ..words import _
from .shapes import Case, Moderated

ROLES = ("member", "moderator", "operator")
REPORTS_LIVE = 90 * 86400  # s
OUTCOMES = {
    "dismiss": "dismissed",
    "hide": "hidden",
    "burn": "burned",
    "pause-1-day": "paused",
    "pause-7-days": "paused",
    "suspend": "suspended",
}
UNDOING = {"dismissed": "reopen", "hidden": "show", "paused": "unpause", "suspended": "restore"}
"""What undoes each outcome; nothing brings back what was burned."""
_PAUSES = {"pause-1-day": 86400, "pause-7-days": 7 * 86400}


def report_activity(
    db: Database, settings: Settings, *, viewer_uuid: str, activity_uuid: str, kind: str, words: str
) -> None:
    """Reports it and seals a copy. Repeating it changes nothing. Raises `NotFound` for one's own and what is gone."""
    written = {"viewer_uuid": viewer_uuid, "activity_uuid": activity_uuid, "kind": kind, "words": words}
    lives = {"report_seconds": REPORTS_LIVE, "copy_seconds": settings.report_copies_days * 86400}
    db.execute("moderation/forget_expired", viewer_uuid=viewer_uuid)
    if db.retrying(lambda: db.query_value("moderation/report_activity", **written, **lives)) is None:
        raise NotFound


def report_person(db: Database, *, viewer_uuid: str, user_uuid: str, kind: str, words: str) -> None:
    """Repeating it changes nothing. Raises `NotFound` for oneself and somebody suspended."""
    written = {"viewer_uuid": viewer_uuid, "user_uuid": user_uuid, "kind": kind, "words": words}
    db.execute("moderation/forget_expired", viewer_uuid=viewer_uuid)
    if db.retrying(lambda: db.query_value("moderation/report_person", **written, report_seconds=REPORTS_LIVE)) is None:
        raise NotFound


def settle(db: Database, settings: Settings, *, actor_uuid: str, role: str, case: Case, act: str, why: str) -> bool:
    """Does the act and settles the reports of the thing; False and nothing where they were settled before.

    Raises `NotFound` for an act that the moderator may not do, or that the thing does not have.
    """
    outcome, user_uuid, activity_uuid = OUTCOMES[act], case["user_uuid"], case["activity_uuid"]
    if outcome in ("paused", "suspended"):
        _require_may_touch(actor_uuid, role, user_uuid, case["role"])
    if outcome in ("hidden", "burned") and not activity_uuid:
        raise NotFound

    def write() -> bool:
        with db.transaction():
            if db.execute(
                "moderation/settle",
                actor_uuid=actor_uuid,
                user_uuid=user_uuid,
                activity_uuid=activity_uuid,
                outcome=outcome,
            ):
                _do(db, settings, act, user_uuid, activity_uuid)
                note(db, actor_uuid=actor_uuid, act=act, user_uuid=user_uuid, activity_uuid=activity_uuid, why=why)
                return True
        return False

    return db.retrying(write)


def reopen(db: Database, settings: Settings, *, actor_uuid: str, role: str, case: Case) -> None:
    """Undoes what settled the case, so that it waits again; nothing where another moderator did.

    What was reported again meanwhile waits as that report, and this one stays, dismissed.

    Raises `NotFound` for what was burned, and for an act that the moderator could not do.
    """
    user_uuid, activity_uuid = case["user_uuid"], case["activity_uuid"]
    act = UNDOING.get(case["outcome"] or "")
    if not act:
        raise NotFound
    if act in ("unpause", "restore"):
        _require_may_touch(actor_uuid, role, user_uuid, case["role"])

    def write() -> None:
        with db.transaction():
            if db.execute("moderation/reopen", user_uuid=user_uuid, settled_at=case["settled_at"]):
                _do(db, settings, act, user_uuid, activity_uuid)
                note(db, actor_uuid=actor_uuid, act=act, user_uuid=user_uuid, activity_uuid=activity_uuid)

    db.retrying(write)


def let_back(db: Database, *, actor_uuid: str, role: str, person: Moderated) -> None:
    """Ends a person's suspension and pause. Raises `NotFound` for oneself, and for an operator but by an operator."""
    user_uuid = person["uuid"]
    _require_may_touch(actor_uuid, role, user_uuid, person["role"])
    with db.transaction():
        db.execute("moderation/restore", user_uuid=user_uuid)
        db.execute("moderation/pause", user_uuid=user_uuid, seconds=None)
        note(db, actor_uuid=actor_uuid, act="restore", user_uuid=user_uuid)


def promote(db: Database, *, actor_uuid: str | None, user_uuid: str, role: str) -> None:
    """Gives somebody a role. Raises `Conflict` for the last operator, but on the server, which can make another."""
    with db.transaction():
        if actor_uuid and role != "operator":
            _require_another_operator(db, user_uuid)
        if db.execute("moderation/promote", user_uuid=user_uuid, role=role):
            note(db, actor_uuid=actor_uuid, act=role, user_uuid=user_uuid)


def suspend(db: Database, *, user_uuid: str) -> None:
    """Hides the person and all they wrote, and ends their sessions; within a transaction."""
    db.execute("moderation/suspend", user_uuid=user_uuid)
    db.execute("sessions/end_all", user_uuid=user_uuid, but=None)


def note(
    db: Database, *, actor_uuid: str | None, act: str, user_uuid: str, activity_uuid: str | None = None, why: str = ""
) -> None:
    """Writes a line of the audit."""
    whom = {"user_uuid": user_uuid, "activity_uuid": activity_uuid}
    db.execute("moderation/note", actor_uuid=actor_uuid, act=act, why=why, **whom)


def _require_may_touch(actor_uuid: str, role: str, user_uuid: str, their_role: str | None) -> None:
    """Only operators touch operators, and nobody themselves. Raises `NotFound`."""
    if actor_uuid == user_uuid or (their_role == "operator" and role != "operator"):
        raise NotFound


def _require_another_operator(db: Database, user_uuid: str) -> None:
    """Raises `Conflict`; nobody else takes an operator away until the transaction ends."""
    if not db.query_value("moderation/spared", user_uuid=user_uuid):
        raise Conflict(_("Somebody must run this place."))


def _do(db: Database, settings: Settings, act: str, user_uuid: str, activity_uuid: str | None) -> None:
    """What an act does besides settling. What has ended meanwhile is passed over."""
    match act:
        case "hide":
            db.execute("moderation/hide", activity_uuid=activity_uuid)
        case "show":
            db.execute("moderation/show", activity_uuid=activity_uuid)
        case "burn":
            db.query_value("moderation/burn", activity_uuid=activity_uuid, key_seconds=settings.key_outlives)
        case "pause-1-day" | "pause-7-days":
            db.execute("moderation/pause", user_uuid=user_uuid, seconds=_PAUSES[act])
        case "unpause":
            db.execute("moderation/unpause", user_uuid=user_uuid)
        case "suspend":
            _require_another_operator(db, user_uuid)
            suspend(db, user_uuid=user_uuid)
        case "restore":
            db.execute("moderation/restore", user_uuid=user_uuid)
