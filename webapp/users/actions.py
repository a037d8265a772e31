"""Changing one's own account."""

from ..config.settings import Settings
from ..db.database import Database
from ..errors import Violated
from ..limits import hit, subject_of
from ..sessions import passwords
from ..sessions.actions import start_session
from ..sessions.shapes import Account


def change_password(db: Database, settings: Settings, *, user_uuid: str, password: str, token_hash: bytes) -> None:
    """Gives the account another password, ends its sessions and starts that of `token_hash`: all of it or nothing.

    Raises `TooMany`: a hash takes the machine longer than anything else that one may ask of it.
    """
    hit(db, settings.limits["settings"], "passwords", subject_of(settings, user_uuid))
    new: Account = {"uuid": user_uuid, "password_hash": passwords.hash_password(password)}

    def write() -> None:
        with db.transaction():
            db.execute("sessions/password_set", user_uuid=user_uuid, password_hash=new["password_hash"])
            # First the person, then their sessions: the order in which a suspension takes them.
            start_session(db, settings, account=new, token_hash=token_hash)
            db.execute("sessions/end_all", user_uuid=user_uuid, but=token_hash)

    db.retrying(write)


def save_handle(db: Database, settings: Settings, *, user_uuid: str, handle: str) -> bool:
    """Another handle, or the same for good; False where there was nothing to pick.

    Raises `Invalid` (it is taken) and `TooMany`: it is no way to look people up.
    """
    hit(db, settings.limits["settings"], "handles", subject_of(settings, user_uuid))
    try:
        return bool(db.execute("users/handle_save", user_uuid=user_uuid, handle=handle))
    except Violated as violated:
        raise violated.as_invalid() from None


def save_profile(db: Database, settings: Settings, *, user_uuid: str, display_name: str, bio: str) -> None:
    """Changes how a person is seen from now on. Raises `TooMany`."""
    hit(db, settings.limits["settings"], "profiles", subject_of(settings, user_uuid))
    db.execute("users/profile_save", user_uuid=user_uuid, display_name=display_name, bio=bio)
