from ..config.settings import Settings
from ..db.database import Database
from ..errors import Violated
from ..limits import hit, subject_of
from ..sessions import passwords
from ..sessions.actions import start_session
from ..sessions.shapes import Account


def change_password(db: Database, settings: Settings, *, user_uuid: str, password: str, token_hash: bytes) -> None:
    """Changes the password, ends all sessions and starts that of `token_hash`, all or nothing.

    Raises `TooMany`: nothing else that a person may do costs as much as a hash.
    """
    hit(db, settings.limits["settings"], "passwords", subject_of(settings, user_uuid))
    new: Account = {"uuid": user_uuid, "password_hash": passwords.hash_password(password)}

    def write() -> None:
        with db.transaction():
            db.execute("sessions/password_set", user_uuid=user_uuid, password_hash=new["password_hash"])
            # First the person, then their sessions: a suspension locks them in this order too.
            start_session(db, settings, account=new, token_hash=token_hash)
            db.execute("sessions/end_all", user_uuid=user_uuid, but=token_hash)

    db.retrying(write)


def save_handle(db: Database, settings: Settings, *, user_uuid: str, handle: str) -> bool:
    """Saves the handle; False where there was none to choose.

    Raises `Invalid` (it is taken) and `TooMany`: it is not a way to look people up.
    """
    hit(db, settings.limits["settings"], "handles", subject_of(settings, user_uuid))
    try:
        return bool(db.execute("users/handle_save", user_uuid=user_uuid, handle=handle))
    except Violated as violated:
        raise violated.as_invalid() from None


def save_profile(db: Database, settings: Settings, *, user_uuid: str, display_name: str, bio: str) -> None:
    """Raises `TooMany`."""
    hit(db, settings.limits["settings"], "profiles", subject_of(settings, user_uuid))
    db.execute("users/profile_save", user_uuid=user_uuid, display_name=display_name, bio=bio)
