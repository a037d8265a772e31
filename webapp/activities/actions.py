import uuid
from datetime import datetime

from ..config.settings import Settings
from ..db.database import Database
from ..errors import Conflict, NotFound, Unavailable, Violated
from ..limits import hit, subject_of
from ..words import _
from .shapes import ActivityCard


class ParentGone(Conflict):
    """The parent expired while somebody typed."""


class TooDeep(Conflict):
    """The parent is as deep as a thread can go."""


class TooLate(Conflict):
    """Others may see it already."""


def create(
    db: Database,
    settings: Settings,
    *,
    user_uuid: str,
    message: str,
    mentioned: list[str],
    audience: str,
    ttl: str,
    key: str,
    reply_to_activity_uuid: str | None,
    version: int | None = None,
) -> str:
    """The uuid of the activity that this key makes: a new one, or the one it made before.

    `mentioned`: the handles in the message. `audience`: a reply's is narrowed to its parent's.

    Raises `ParentGone`, `TooDeep`, `TooMany`. One transaction, which claims the key first: a second request with the
    same key waits and gets the first one's uuid. A connection lost even at the commit is retried. The key's draft goes,
    unless it is newer than `version`.
    """
    life = int(settings.ttls[ttl].total_seconds())

    def write() -> str:
        activity_uuid = str(uuid.uuid4())
        with db.transaction():
            db.execute("drafts/lock", user_uuid=user_uuid, key=key)
            if not db.query_value(
                "activities/claim_key",
                user_uuid=user_uuid,
                key=key,
                activity_uuid=activity_uuid,
                life_seconds=life + settings.key_outlives,
                version=version,
                message=message,
                reply_to_activity_uuid=reply_to_activity_uuid,
            ):
                found = db.query_value("activities/of_key", user_uuid=user_uuid, key=key)
                if found is None:  # it was swept in between: the retry makes a new one
                    raise Unavailable("the key went while it was looked at", passing=True)
                return str(found)
            hit(db, settings.limits["activities"], "activities", subject_of(settings, user_uuid))
            if not db.query_value(
                "activities/create",
                uuid=activity_uuid,
                viewer_uuid=user_uuid,
                message=message,
                mentioned=mentioned,
                audience=audience,
                life_seconds=life,
                undo_seconds=settings.undo_seconds,
                reply_to_activity_uuid=reply_to_activity_uuid,
            ):
                raise ParentGone(_("What you were replying to is gone."))
            if not reply_to_activity_uuid:  # a reply's lifespan follows its parent's
                db.execute("users/wrote", user_uuid=user_uuid, ttl=ttl)
        return activity_uuid

    try:
        return db.retrying(write)
    except Violated as violated:
        if violated.constraint == "activities_depth":
            raise TooDeep(_("This thread can't go any deeper.")) from None
        if violated.constraint == "activities_parent":  # swept between SELECT and INSERT
            raise ParentGone(_("What you were replying to is gone.")) from None
        raise


def burn(db: Database, settings: Settings, *, user_uuid: str, activity_uuid: str) -> None:
    """Ends one's own activity now. Raises `NotFound` for anybody else's."""
    if not db.execute("activities/burn", user_uuid=user_uuid, uuid=activity_uuid, key_seconds=settings.key_outlives):
        raise NotFound


def change_fuse(db: Database, settings: Settings, *, user_uuid: str, activity_uuid: str, ttl: str) -> None:
    """Gives one's own activity that lifespan from now, up to the ceiling. Raises `NotFound` for anybody else's."""
    if not db.execute(
        "activities/fuse",
        user_uuid=user_uuid,
        uuid=activity_uuid,
        life_seconds=int(settings.ttls[ttl].total_seconds()),
        ceiling_seconds=int(max(settings.ttls.values()).total_seconds()),
        key_seconds=settings.key_outlives,
    ):
        raise NotFound


def undo(db: Database, settings: Settings, *, user_uuid: str, activity: ActivityCard) -> str:
    """The uuid of a draft with the text of one's own activity. Raises `TooLate` from `visible_from` on."""
    draft_uuid = _take_back(db, settings, user_uuid=user_uuid, activity=activity, undoing=True)
    if not draft_uuid:
        raise TooLate(_("It is out now: burn it instead."))
    return draft_uuid


def rewrite(db: Database, settings: Settings, *, user_uuid: str, activity: ActivityCard) -> str:
    """Burns one's own activity. The uuid of a draft with the text. Raises `NotFound`."""
    draft_uuid = _take_back(db, settings, user_uuid=user_uuid, activity=activity, undoing=False)
    if not draft_uuid:
        raise NotFound
    return draft_uuid


def _take_back(
    db: Database, settings: Settings, *, user_uuid: str, activity: ActivityCard, undoing: bool
) -> str | None:
    life = datetime.fromisoformat(activity["expires_at"]) - datetime.fromisoformat(activity["created_at"])
    draft_uuid = db.query_value(
        "activities/take_back",
        user_uuid=user_uuid,
        uuid=activity["uuid"],
        ttl=min(settings.ttls, key=lambda ttl: abs(settings.ttls[ttl] - life)),
        key_seconds=settings.key_outlives,
        undoing=undoing,
    )
    return draft_uuid and str(draft_uuid)
