"""Keeping drafts: as somebody types, and while signed out until the sign-in claims it (sql/drafts/_claim.sql)."""

from typing import Literal, NamedTuple
from uuid import uuid4

from ..config.settings import Settings
from ..db.database import Database
from ..limits import hit, subject_of_address
from .shapes import Draft

Kind = Literal["activity", "profile"]


class Saved(NamedTuple):
    """Under which key and version a composer continues. Version 0: nothing is kept."""

    key: str
    version: int


def keep(
    db: Database,
    settings: Settings,
    *,
    kind: Kind,
    signed_out_hash: bytes,
    address: str,
    message: str,
    display_name: str | None = None,
    ttl: str | None = None,
    audience: str | None = None,
    reply_to_activity_uuid: str | None = None,
    key: str | None = None,
    version: int | None = None,
) -> str:
    """The uuid of a new draft that belongs to this browser, the next after `version`. Raises `TooMany`."""
    hit(db, settings.limits["drafts"], "drafts", subject_of_address(settings, address))
    return str(
        db.query_value(
            "drafts/keep",
            signed_out_hash=signed_out_hash,
            kind=kind,
            message=message,
            display_name=display_name,
            ttl=ttl,
            audience=audience,
            reply_to_activity_uuid=reply_to_activity_uuid,
            key=key,
            version=(version or 0) + 1,
        )
    )


def save(
    db: Database,
    *,
    user_uuid: str,
    message: str,
    ttl: str | None,
    audience: str | None,
    reply_to_activity_uuid: str | None,
    key: str | None,
    version: int | None,
) -> Saved | None:
    """Saves a composer's text; an empty one deletes its draft. None where the key was posted: nothing is saved.

    An older version than the one that stands there becomes a second draft with a key of its own. Without a key it is
    the place's newest draft.
    """
    if not key:
        draft = newest(db, user_uuid=user_uuid, reply_to_activity_uuid=reply_to_activity_uuid)
        key = (draft and draft["key"]) or str(uuid4())
    if not message.strip():
        db.execute("drafts/clear", user_uuid=user_uuid, key=key, version=version)
        return Saved(key, 0)
    text = {"message": message, "ttl": ttl, "audience": audience, "reply_to_activity_uuid": reply_to_activity_uuid}
    own, whose = key, {"user_uuid": user_uuid, "viewer_uuid": user_uuid}

    def write() -> Saved | None:
        with db.transaction():
            db.execute("drafts/lock", user_uuid=user_uuid, key=own)
            saved = db.query_value("drafts/save", **whose, key=own, version=version, **text)
            if saved:
                return Saved(own, int(saved))
            if db.query_value("activities/of_key", user_uuid=user_uuid, key=own):
                return None
            other = str(uuid4())
            saved = db.query_value("drafts/save", **whose, key=other, version=None, **text)
            return Saved(other, int(saved or 0))

    return db.retrying(write)


def discard(db: Database, *, user_uuid: str, draft_uuid: str) -> None:
    """Deletes one's own draft; of anybody else's nothing."""
    db.execute("drafts/discard", user_uuid=user_uuid, uuid=draft_uuid)


def find(db: Database, *, user_uuid: str, kind: Kind, draft_uuid: str | None) -> Draft | None:
    """One's own draft; None where it is another's, expired or used."""
    if not draft_uuid:
        return None
    draft: Draft | None = db.query_object("drafts/own", user_uuid=user_uuid, uuid=draft_uuid, kind=kind)
    return draft


def newest(db: Database, *, user_uuid: str, reply_to_activity_uuid: str | None) -> Draft | None:
    """What somebody wrote last at home, or as a reply to that activity."""
    draft: Draft | None = db.query_object(
        "drafts/newest", user_uuid=user_uuid, reply_to_activity_uuid=reply_to_activity_uuid
    )
    return draft
