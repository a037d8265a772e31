"""What happens when people sign up and sign in."""

import hashlib
import uuid
from collections.abc import Mapping

from ..config import Settings
from ..db import Database
from ..errors import Conflict, Invalid, TooMany, Violated
from ..limits import Subject, by, by_address, give_back, hit
from ..shapes import Account, Identity
from ..variables import Limit
from . import claims as claimed
from . import passwords

# What each address still has of an account that is over its limit: a slip, another, and the right one. The /48 around
# one of IPv6 has four times that (`limits.AROUND`): 3,456 a day, where its addresses by themselves would have millions.
_UNDER_ATTACK = Limit(3, 300)
_ONE_ACT = 600  # seconds within which the same sign-up once more is the same act: a slow answer, and a second try


class Refused(Exception):
    """No such account, or another password: nobody learns which."""


class Closed(Exception):
    """This place takes nobody new, or not without an invitation that counts."""


class _MadeBefore(Exception):
    """Another request made the account first; what this one did is undone."""


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
            db.query_value("users/create", uuid=made["uuid"], display_name=display_name, handle=handle, email=email)
            if settings.sign_up == "invite" and not db.execute("users/invitation_use", code_hash=code_hash(invite)):
                raise Conflict("This invitation was used already, or its time has passed. Ask for a new one.")
            db.execute("users/password_set", user_uuid=made["uuid"], password_hash=made["password_hash"])

    try:
        db.retrying(write)
    except Violated as violated:
        if violated.constraint == "users_pkey":
            raise MadeOtherwise("This form has made an account before. Sign in, or press again for another.") from None
        raise violated.as_invalid() from None
    return made


def signed_up_before(
    db: Database, settings: Settings, *, handle: str, email: str, password: str, key: str, address: str
) -> Account | None:
    """The account that this very sign-up made a moment ago, for whoever presses twice or whose answer was lost.

    It takes the key, which only that form holds, so that for anybody else a sign-up answers as if this were not
    here, in words and in time; then the password, under the limits of signing in. Raises `TooMany`.
    """
    if not db.query_value("users/made_just_now", uuid=_uuid_of(key), handle=handle, email=email, seconds=_ONE_ACT):
        return None
    try:
        return check_password(db, settings, login=handle, password=password, address=address)
    except Refused:
        return None


def _uuid_of(key: str) -> str:
    return str(uuid.uuid5(uuid.UUID(key), "account"))


def arrive(
    db: Database, settings: Settings, *, issuer: str, claims: Mapping[str, object], invite: str, address: str
) -> Identity:
    """The account of whom a provider tells of, made now where there is none. Raises `Closed`, `TooMany`, `Refused`.

    An identity is its issuer and subject, never an e-mail address: that of somebody's local account changes nothing.
    """
    subject = str(claims["sub"])
    found = _identity(db, issuer, subject)
    if not found:
        hit(db, settings.limits["sign_ups"], "sign_ups", by_address(settings, address))
        found = _make_identity(db, settings, issuer, subject, claims, invite)
    if found["suspended"]:
        raise Refused
    return found


def _identity(db: Database, issuer: str, subject: str) -> Identity | None:
    found: Identity | None = db.query_object("users/identity", issuer=issuer, subject=subject)
    return found


def _make_identity(
    db: Database, settings: Settings, issuer: str, subject: str, claims: Mapping[str, object], invite: str
) -> Identity:
    """A new account, whoever else makes it or takes its handle at the same moment."""
    first = person = claimed.person_of(claims)
    for _ in range(5):
        try:
            with db.transaction():
                if settings.sign_up == "closed" or (
                    settings.sign_up == "invite" and not db.execute("users/invitation_use", code_hash=code_hash(invite))
                ):
                    raise Closed
                if not db.query_value("users/identity_create", issuer=issuer, subject=subject, **person):
                    raise _MadeBefore
        except (Closed, _MadeBefore) as problem:
            if found := _identity(db, issuer, subject):
                return found
            if isinstance(problem, Closed):
                raise
            person = claimed.another(first)
        else:
            if found := _identity(db, issuer, subject):
                return found
    raise Conflict("Too many people came at the same moment. Try again.")


def taken(db: Database, settings: Settings, *, handle: str, email: str, address: str) -> list[Invalid]:
    """What of a new account belongs to somebody, all at once. Raises `TooMany`: it is no way to look people up."""
    hit(db, settings.limits["sign_up_tries"], "sign_up_tries", by_address(settings, address))
    found = db.query_object("users/taken", handle=handle, email=email) or {}
    return [Violated(f"users_{field}_unique").as_invalid() for field in ("handle", "email") if found.get(field)]


def invitation_open(db: Database, *, invite: str) -> bool:
    """Whether this code still lets one person in."""
    return bool(invite) and bool(db.query_value("users/invitation_open", code_hash=code_hash(invite)))


def code_hash(code: str) -> bytes:
    """What is kept of a secret code: its SHA-256."""
    return hashlib.sha256(code.encode("utf-8", "replace")).digest()


def check_password(db: Database, settings: Settings, *, login: str, password: str, address: str) -> Account:
    """The account, with what its password was checked against. Raises `Refused`, or `TooMany`.

    Tries count by address, by typed name and by account until the password turns out right: a class that sits behind
    one address comes in one by one. An account under attack stays open to its owner: once it is over its limit, each
    address, and the network around it, still has a few tries of its own.

    `TooMany` tells of the typed name alone, whether anybody has it or not. Over the account's own count no password is
    right, and nothing is said: else one name of an account would tell another.
    """
    login, place = login.removeprefix("@"), by_address(settings, address)
    name, limit = login.casefold(), settings.limits["sign_ins_by_account"]
    typed, few = by(settings, name), _UNDER_ATTACK if limit.hits else limit
    hit(db, settings.limits["sign_ins_by_address"], "sign_ins_by_address", place)
    if _over(db, limit, "sign_ins_by_login", typed):
        hit(db, few, "sign_ins_under_attack", by_address(settings, address, "login", name))
    account = db.query_object("users/account", login=login)
    whose = account["uuid"] if account else name
    own = by(settings, "account", whose)
    over = _over(db, limit, "sign_ins_by_account", own)
    # Counted in either case, for nobody where there is no attack: the time that it takes tells nothing.
    here = by_address(settings, address, "account", whose if over else "")
    spent = _over(db, few, "sign_ins_under_attack", here)
    password_hash = account["password_hash"] if account and not (over and spent) else None
    if not passwords.verify(password_hash, password) or not account:
        raise Refused
    give_back(db, "sign_ins_by_address", place)
    give_back(db, "sign_ins_by_login", typed)
    give_back(db, "sign_ins_by_account", own)
    found: Account = {"uuid": str(account["uuid"]), "password_hash": account["password_hash"]}
    if passwords.outdated(account["password_hash"]):
        renewed = passwords.hash_password(password)
        if db.execute(
            "users/password_renew", user_uuid=found["uuid"], password_hash=renewed, before=found["password_hash"]
        ):
            found["password_hash"] = renewed
    return found


def _over(db: Database, limit: Limit, action: str, subject: Subject) -> bool:
    """Counts one try; whether it is one too many."""
    try:
        hit(db, limit, action, subject)
    except TooMany:
        return True
    return False


def change_password(db: Database, settings: Settings, *, user_uuid: str, password: str, token_hash: bytes) -> None:
    """Gives the account another password, ends its sessions and starts that of `token_hash`: all of it or nothing.

    Raises `TooMany`: a hash takes the machine longer than anything else that one may ask of it.
    """
    hit(db, settings.limits["settings"], "passwords", by(settings, user_uuid))
    new: Account = {"uuid": user_uuid, "password_hash": passwords.hash_password(password)}

    def write() -> None:
        with db.transaction():
            db.execute("users/password_set", user_uuid=user_uuid, password_hash=new["password_hash"])
            # First the person, then their sessions: the order in which a suspension takes them.
            start_session(db, settings, account=new, token_hash=token_hash)
            db.execute("users/sessions_end", user_uuid=user_uuid, but=token_hash)

    db.retrying(write)


def start_session(db: Database, settings: Settings, *, account: Account, token_hash: bytes) -> bool:
    """A session under that id; False, and none, where the password that was checked has been changed since."""
    return bool(
        db.execute(
            "users/session_start",
            token_hash=token_hash,
            user_uuid=account["uuid"],
            password_hash=account["password_hash"],
            absolute_seconds=settings.session_absolute,
        )
    )


def save_handle(db: Database, settings: Settings, *, user_uuid: str, handle: str) -> bool:
    """Another handle, or the same for good; False where there was nothing to pick.

    Raises `Invalid` (it is taken) and `TooMany`: it is no way to look people up.
    """
    hit(db, settings.limits["settings"], "handles", by(settings, user_uuid))
    try:
        return bool(db.execute("users/handle_save", user_uuid=user_uuid, handle=handle))
    except Violated as violated:
        raise violated.as_invalid() from None


def save_profile(db: Database, settings: Settings, *, user_uuid: str, display_name: str, bio: str) -> None:
    """Changes how a person is seen from now on. Raises `TooMany`: after each change replicas have to catch up."""
    hit(db, settings.limits["settings"], "profiles", by(settings, user_uuid))
    db.execute("users/profile_save", user_uuid=user_uuid, display_name=display_name, bio=bio)
