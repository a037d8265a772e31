import uuid

from ..config.settings import Settings
from ..config.variables import Limit
from ..db.database import Database
from ..errors import Conflict, Invalid, Violated
from ..invitations import actions as invitations
from ..invitations.shapes import Invited
from ..limits import hit, subject_of, subject_of_address
from ..sessions import passwords
from ..sessions.actions import WrongPassword, check_password
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
    """The new account. Raises `Invalid` (refused by the database), `TooMany`, `Conflict` (no place is left).

    `invite`: the code of an invitation that was open just now, which is then what counts instead of the address.

    Its uuid follows from the key, so a key makes one account without a table of keys; the uuid does not reveal the key.
    A refused request may be a repeat: see `signed_up_before`.
    """
    if not invite:
        hit(db, settings.limits["sign_ups"], "sign_ups", subject_of_address(settings, address))
    made: Account = {"uuid": _uuid_of(key), "password_hash": passwords.hash_password(password)}

    def write() -> None:
        with db.transaction():
            # The account first: of two requests with one key the second waits here, not for its own invitation.
            # The invitation last: a whole room waits for this one row.
            account = {"display_name": display_name, "handle": handle, "email": email or None}
            db.query_value("sign_ups/create", uuid=made["uuid"], **account)
            db.execute("sessions/password_set", user_uuid=made["uuid"], password_hash=made["password_hash"])
            if (invite or settings.sign_up == "invite") and not invitations.use(db, code=invite):
                raise Conflict(invitations.ended_sentence(settings))

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


def taken(
    db: Database, settings: Settings, *, handle: str, email: str, invited: Invited | None, address: str
) -> list[Invalid]:
    """What is taken, all at once. Raises `TooMany`: it is not a way to look people up.

    An invitation has the tries of as many addresses as it has places: a room behind one address can sign up.
    """
    limit, subject = settings.limits["sign_up_tries"], subject_of_address(settings, address)
    if invited:
        limit = Limit(limit.hits * invited["places"], limit.seconds)
        subject = subject_of(settings, "invitation", invited["uuid"])
    hit(db, limit, "sign_up_tries", subject)
    found = db.query_object("sign_ups/taken", handle=handle, email=email or None) or {}
    return [Violated(f"users_{field}_unique").as_invalid() for field in ("handle", "email") if found.get(field)]
