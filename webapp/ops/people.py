import secrets
import uuid
from typing import cast

from .. import text
from ..config.settings import Settings
from ..db.database import Database
from ..errors import Refused
from ..invitations import actions as invitations
from ..moderation import actions as moderation
from ..sessions.passwords import hash_password

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is easily misread


def generated_password() -> str:
    """A new password of 79 bits, in groups that can be read out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def reset_password(db: Database, handle: str) -> str:
    """Sets and returns a generated password, and ends all sessions. Raises `Refused` for an unknown handle."""
    user_uuid, password = _user(db, handle), generated_password()
    password_hash = hash_password(password)
    with db.transaction():
        db.execute("sessions/password_set", user_uuid=user_uuid, password_hash=password_hash)
        db.execute("sessions/end_all", user_uuid=user_uuid, but=None)
    return password


def suspend(db: Database, handle: str, *, undo: bool = False) -> None:
    """Suspends the person and ends their sessions, or lets them back in. Raises `Refused` for an unknown handle."""
    user_uuid = _user(db, handle)
    with db.transaction():
        if undo:
            db.execute("moderation/restore", user_uuid=user_uuid)
        else:
            moderation.suspend(db, user_uuid=str(user_uuid))
        moderation.note(db, actor_uuid=None, act="restore" if undo else "suspend", user_uuid=str(user_uuid))


def promote(db: Database, handle: str, role: str) -> None:
    """Gives the person a role. Raises `Refused` for an unknown handle."""
    moderation.promote(db, actor_uuid=None, user_uuid=str(_user(db, handle)), role=role)


def invite(db: Database, settings: Settings, *, name: str, places: int, days: int) -> str:
    """The code of a new invitation."""
    made = invitations.create(db, settings, name=name, places=places, seconds=days * 86400)
    return invitations.code_of(settings.secret_key, made)


def burn(db: Database, activity: str) -> None:
    """Ends the activity now and removes its text and author. Raises `Refused` if it is unknown or has expired."""
    try:
        activity_uuid = uuid.UUID(activity)
    except ValueError:
        raise Refused(f"{activity!r} is not the uuid of an activity: it is the last part of its address.") from None
    with db.transaction():
        author = db.query_value("moderation/burn", activity_uuid=activity_uuid, key_seconds=Settings.key_outlives)
        if author is None:
            raise Refused(f"There is no activity {activity_uuid}, or its time has passed.")
        moderation.note(db, actor_uuid=None, act="burn", user_uuid=author, activity_uuid=str(activity_uuid))


def _user(db: Database, handle: str) -> uuid.UUID:
    found = db.query_value("ops/user_of_handle", handle=text.handle(handle))
    if found is None:
        raise Refused(f"Nobody has the handle {handle.removeprefix('@')!r}.")
    return cast(uuid.UUID, found)
