"""Signing up: a new account, and invitations."""

import uuid

from ..config.settings import Settings
from ..db.database import Database
from ..errors import Conflict, Invalid, Violated
from ..limits import by_address, hit
from ..sessions import passwords
from ..sessions.actions import WrongPassword, check_password, token_hash
from ..sessions.shapes import Account
from ..words import _

_ONE_ACT = 600  # seconds within which the same sign-up once more is the same act: a slow answer, and a second try


class MadeOtherwise(Conflict):
    """The form made its account before, out of something else."""


def sign_up(
    db: Database,
    settings: Settings,
    *,
    display_name: str,
    handle: str,
    email: str,
    password: str,
    key: str,
    invite: str,
    address: str,
) -> Account:
    """The new account. Raises `Invalid` (refused by the database), `TooMany`, `Conflict` (a used invitation).

    Its uuid follows from the key, so that a key makes one account and no table has to remember which; nobody who
    sees the uuid can tell the key. Whoever was refused may have come twice: see `signed_up_before`.
    """
    hit(db, settings.limits["sign_ups"], "sign_ups", by_address(settings, address))
    made: Account = {"uuid": _uuid_of(key), "password_hash": passwords.hash_password(password)}

    def write() -> None:
        with db.transaction():
            # The account comes first: of two with one key the second waits here, and not for its own invitation.
            db.query_value("sign_ups/create", uuid=made["uuid"], display_name=display_name, handle=handle, email=email)
            if settings.sign_up == "invite" and not db.execute("sign_ups/invitation_use", code_hash=token_hash(invite)):
                raise Conflict(_("This invitation was used already, or its time has passed. Ask for a new one."))
            db.execute("sessions/password_set", user_uuid=made["uuid"], password_hash=made["password_hash"])

    try:
        db.retrying(write)
    except Violated as violated:
        if violated.constraint == "users_pkey":
            sentence = _("This form has made an account before. Sign in, or press again for another.")
            raise MadeOtherwise(sentence) from None
        raise violated.as_invalid() from None
    return made


def signed_up_before(
    db: Database, settings: Settings, *, handle: str, email: str, password: str, key: str, address: str
) -> Account | None:
    """The account that this very sign-up made a moment ago, for whoever presses twice or whose answer was lost.

    It takes the key, which only that form holds, so that for anybody else a sign-up answers as if this were not
    here, in words and in time; then the password, under the limits of signing in. Raises `TooMany`.
    """
    if not db.query_value("sign_ups/made_just_now", uuid=_uuid_of(key), handle=handle, email=email, seconds=_ONE_ACT):
        return None
    try:
        return check_password(db, settings, login=handle, password=password, address=address)
    except WrongPassword:
        return None


def _uuid_of(key: str) -> str:
    return str(uuid.uuid5(uuid.UUID(key), "account"))


def taken(db: Database, settings: Settings, *, handle: str, email: str, address: str) -> list[Invalid]:
    """What of a new account belongs to somebody, all at once. Raises `TooMany`: it is no way to look people up."""
    hit(db, settings.limits["sign_up_tries"], "sign_up_tries", by_address(settings, address))
    found = db.query_object("sign_ups/taken", handle=handle, email=email) or {}
    return [Violated(f"users_{field}_unique").as_invalid() for field in ("handle", "email") if found.get(field)]


def invitation_open(db: Database, *, invite: str) -> bool:
    """Whether this code still lets one person in."""
    return bool(invite) and bool(db.query_value("sign_ups/invitation_open", code_hash=token_hash(invite)))
