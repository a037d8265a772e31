import uuid

from ..config.settings import Settings
from ..db.database import Database
from ..errors import Conflict, Invalid, Violated
from ..limits import hit, subject_of_address
from ..sessions import passwords
from ..sessions.actions import WrongPassword, check_password, token_hash
from ..sessions.shapes import Account
from ..words import _

_REPEAT_SECONDS = 600  # the same sign-up within this time is the same act: a double press, or a lost response


class KeyAlreadyUsed(Conflict):
    """The form made an account before, from other fields."""


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

    Its uuid follows from the key, so a key makes one account without a table of keys; the uuid does not reveal the key.
    A refused request may be a repeat: see `signed_up_before`.
    """
    hit(db, settings.limits["sign_ups"], "sign_ups", subject_of_address(settings, address))
    made: Account = {"uuid": _uuid_of(key), "password_hash": passwords.hash_password(password)}

    def write() -> None:
        with db.transaction():
            # The account first: of two requests with one key the second waits here, not for its own invitation.
            account = {"display_name": display_name, "handle": handle, "email": email or None}
            db.query_value("sign_ups/create", uuid=made["uuid"], **account)
            if settings.sign_up == "invite" and not db.execute("sign_ups/invitation_use", code_hash=token_hash(invite)):
                raise Conflict(_("This invitation has been used or has expired. Ask for a new one."))
            db.execute("sessions/password_set", user_uuid=made["uuid"], password_hash=made["password_hash"])

    try:
        db.retrying(write)
    except Violated as violated:
        if violated.constraint == "users_pkey":
            sentence = _("This form has already made an account. Sign in, or press Join again to make another.")
            raise KeyAlreadyUsed(sentence) from None
        raise violated.as_invalid() from None
    return made


def signed_up_before(
    db: Database, settings: Settings, *, handle: str, email: str, password: str, key: str, address: str
) -> Account | None:
    """The account that this same form made a moment ago: a double press, or a lost response. Raises `TooMany`.

    Only the form knows the key, so for anybody else a sign-up behaves as if this did not exist, in words and in time.
    The password is then checked under the limits of signing in.
    """
    if not db.query_value(
        "sign_ups/made_just_now", uuid=_uuid_of(key), handle=handle, email=email or None, seconds=_REPEAT_SECONDS
    ):
        return None
    try:
        return check_password(db, settings, login=handle, password=password, address=address)
    except WrongPassword:
        return None


def _uuid_of(key: str) -> str:
    return str(uuid.uuid5(uuid.UUID(key), "account"))


def taken(db: Database, settings: Settings, *, handle: str, email: str, address: str) -> list[Invalid]:
    """What is taken, all at once. Raises `TooMany`: it is not a way to look people up."""
    hit(db, settings.limits["sign_up_tries"], "sign_up_tries", subject_of_address(settings, address))
    found = db.query_object("sign_ups/taken", handle=handle, email=email or None) or {}
    return [Violated(f"users_{field}_unique").as_invalid() for field in ("handle", "email") if found.get(field)]


def invitation_open(db: Database, *, invite: str) -> bool:
    """Whether this code still admits one person."""
    return bool(invite) and bool(db.query_value("sign_ups/invitation_open", code_hash=token_hash(invite)))
