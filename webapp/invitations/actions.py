"""Invitations: one code lets in as many people as it has places."""

import base64
import hmac
import uuid

from ..config.settings import Settings
from ..db.database import Database
from ..sessions.actions import token_hash
from ..words import N_, _
from .shapes import Invitation, Invited

MOST_PLACES = 1000
NAME_LENGTH = 80

_ENDED = N_("This invitation has ended, or all its places are taken. Ask for a new one.")
_ENDED_WHERE_ALL_MAY_JOIN = N_("This invitation has ended, or all its places are taken. You can join without it.")


def code_of(secret_key: str, invitation_uuid: str) -> str:
    """130 bits in letters that can be read out. Derived, so that a page can show it again and nothing stores it."""
    digest = hmac.digest(secret_key.encode(), b"invitation\0" + invitation_uuid.encode(), "sha256")
    return base64.b32encode(digest).decode().lower()[:26]


def known_code(settings: Settings, invitation: Invitation) -> str | None:
    """The code; None where it was made at random, or with a key that this server no longer has."""
    codes = (code_of(key, invitation["uuid"]) for key in (settings.secret_key, *settings.secret_key_fallbacks))
    return next((code for code in codes if token_hash(code).hex() == invitation["code_hash"]), None)


def create(
    db: Database, settings: Settings, *, name: str, places: int, seconds: int, user_uuid: str | None = None
) -> str:
    """The uuid of a new invitation."""
    made = str(uuid.uuid4())
    db.execute(
        "invitations/create",
        uuid=made,
        code_hash=token_hash(code_of(settings.secret_key, made)),
        called=name,
        places=places,
        seconds=seconds,
        user_uuid=user_uuid,
    )
    return made


def find_open(db: Database, *, code: str) -> Invited | None:
    """The invitation, if it still lets somebody in. Used up, ended and never made look the same."""
    found: Invited | None = db.query_object("invitations/open", code_hash=token_hash(code)) if code else None
    return found


def use(db: Database, *, code: str) -> bool:
    """Takes one place, within the caller's transaction; False if none is left."""
    return bool(db.execute("invitations/use", code_hash=token_hash(code)))


def ended_sentence(settings: Settings) -> str:
    """What a guest is told whose invitation lets nobody in, whatever the reason."""
    return _(_ENDED if settings.sign_up == "invite" else _ENDED_WHERE_ALL_MAY_JOIN)
