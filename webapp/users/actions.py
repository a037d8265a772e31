from ..config.settings import Settings
from ..db.database import Database
from ..errors import Violated
from ..limits import hit, subject_of
from ..sessions import passwords
from ..sessions.actions import WrongPassword, check_password, start_session
from ..sessions.shapes import Account


def is_current_password(
    db: Database, settings: Settings, *, user_uuid: str, handle: str, password: str, address: str
) -> bool:
    """Whether the person's password is this. Counts like a sign-in, and right ones too: each costs a hash.

    Raises `TooMany`, `Busy`.
    """
    hit(db, settings.limits["settings"], "passwords", subject_of(settings, user_uuid))
    try:
        check_password(db, settings, login=handle, password=password, address=address)
    except WrongPassword:
        return False
    return True


def change_password(db: Database, settings: Settings, *, user_uuid: str, password: str, token_hash: bytes) -> None:
    """Changes the password, ends all sessions and starts that of `token_hash`, all or nothing. Raises `Busy`."""
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
