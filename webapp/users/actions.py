from ..config.settings import Settings
from ..db.database import Database
from ..errors import Violated
from ..limits import hit, subject_of
from ..sessions import passwords
from ..sessions.actions import WrongPassword, check_password, start_session
from ..sessions.shapes import Account

_BATCH = 1000  # activities that are blanked in one statement, which has three seconds


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


def save_handle(db: Database, settings: Settings, *, user_uuid: str, handle: str) -> None:
    """Saves the handle; the one before stays taken for 30 days, and leads to this one.

    Raises `Invalid` (it is taken) and `TooMany`: it is not a way to look people up, nor to keep names from others.
    """
    hit(db, settings.limits["handles"], "handles", subject_of(settings, user_uuid))
    _save(db, "users/handle_save", user_uuid=user_uuid, handle=handle)


def save_email(db: Database, settings: Settings, *, user_uuid: str, email: str | None) -> None:
    """Saves the address, or removes it. Raises `Invalid` (it is taken) and `TooMany`."""
    hit(db, settings.limits["settings"], "emails", subject_of(settings, user_uuid))
    _save(db, "users/email_save", user_uuid=user_uuid, email=email)


def save_profile(db: Database, settings: Settings, *, user_uuid: str, display_name: str, bio: str) -> None:
    """Raises `TooMany`."""
    hit(db, settings.limits["settings"], "profiles", subject_of(settings, user_uuid))
    db.execute("users/profile_save", user_uuid=user_uuid, display_name=display_name, bio=bio)


def save_preferences(
    db: Database,
    settings: Settings,
    *,
    user_uuid: str,
    theme: str | None,
    usual_ttl: str | None,
    usual_audience: str | None,
    time_zone: str | None,
) -> None:
    """None leaves as it is; an empty one is no preference. Raises `TooMany`."""
    hit(db, settings.limits["settings"], "preferences", subject_of(settings, user_uuid))
    given = {"theme": theme, "usual_ttl": usual_ttl, "usual_audience": usual_audience, "time_zone": time_zone}
    db.execute("users/preferences_save", user_uuid=user_uuid, **given)


def delete_account(db: Database, *, user_uuid: str) -> None:
    """Deletes a person and all that is theirs, at once; what others replied to it stays below stubs."""
    asked = {"user_uuid": user_uuid, "key_seconds": None, "limit": _BATCH}  # the keys go with the person

    def write() -> None:
        with db.transaction():
            db.query_value("users/lock", user_uuid=user_uuid)  # before the reads that must see what they wrote last
            before: int | None = 2**63 - 1
            while before := db.query_value("users/burn_batch", before=before, **asked):
                pass
            db.execute("users/delete", user_uuid=user_uuid)

    db.retrying(write)


def _save(db: Database, name: str, **params: object) -> None:
    try:
        db.execute(name, **params)
    except Violated as violated:
        raise violated.as_invalid() from None
