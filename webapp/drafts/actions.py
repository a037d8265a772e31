"""Keeping a draft while signed out, and finding it after the sign-in claimed it (sql/drafts/_claim.sql)."""

from typing import Literal

from ..config.settings import Settings
from ..db.database import Database
from ..limits import hit, subject_of_address
from .shapes import Draft

Kind = Literal["activity", "profile"]


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
    reply_to_activity_uuid: str | None = None,
    key: str | None = None,
) -> str:
    """The uuid of a new draft that belongs to this browser. Raises `TooMany`."""
    hit(db, settings.limits["drafts"], "drafts", subject_of_address(settings, address))
    return str(
        db.query_value(
            "drafts/keep",
            signed_out_hash=signed_out_hash,
            kind=kind,
            message=message,
            display_name=display_name,
            ttl=ttl,
            reply_to_activity_uuid=reply_to_activity_uuid,
            key=key,
        )
    )


def find(db: Database, *, user_uuid: str, kind: Kind, draft_uuid: str | None) -> Draft | None:
    """One's own draft; None where it is another's, expired or used."""
    if not draft_uuid:
        return None
    draft: Draft | None = db.query_object("drafts/own", user_uuid=user_uuid, uuid=draft_uuid, kind=kind)
    return draft
