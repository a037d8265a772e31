"""Signing in: a password is checked, a session starts."""

import hashlib

from ..config.settings import Settings
from ..config.variables import Limit
from ..db.database import Database
from ..errors import TooMany
from ..limits import Subject, by, by_address, give_back, hit
from . import passwords
from .shapes import Account

# What each address still has of an account that is over its limit: a slip, another, and the right one. The /48 around
# one of IPv6 has four times that (`limits.AROUND`): 3,456 a day, where its addresses by themselves would have millions.
_UNDER_ATTACK = Limit(3, 300)


def token_hash(token: str) -> bytes:
    """What the database knows of a secret that somebody brings: a session's id, an invitation's code."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


class WrongPassword(Exception):
    """No such account, or another password: nobody learns which."""


def check_password(db: Database, settings: Settings, *, login: str, password: str, address: str) -> Account:
    """The account, with what its password was checked against. Raises `WrongPassword`, or `TooMany`.

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
    account = db.query_object("sessions/account", login=login)
    whose = account["uuid"] if account else name
    own = by(settings, "account", whose)
    over = _over(db, limit, "sign_ins_by_account", own)
    # Counted in either case, for nobody where there is no attack: the time that it takes tells nothing.
    here = by_address(settings, address, "account", whose if over else "")
    spent = _over(db, few, "sign_ins_under_attack", here)
    password_hash = account["password_hash"] if account and not (over and spent) else None
    if not passwords.verify(password_hash, password) or not account:
        raise WrongPassword
    give_back(db, "sign_ins_by_address", place)
    give_back(db, "sign_ins_by_login", typed)
    give_back(db, "sign_ins_by_account", own)
    found: Account = {"uuid": str(account["uuid"]), "password_hash": account["password_hash"]}
    if passwords.outdated(account["password_hash"]):
        renewed = passwords.hash_password(password)
        if db.execute(
            "sessions/password_renew", user_uuid=found["uuid"], password_hash=renewed, before=found["password_hash"]
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


def start_session(
    db: Database,
    settings: Settings,
    *,
    account: Account,
    token_hash: bytes,
    draft_uuid: str | None = None,
    signed_out_hash: bytes | None = None,
    browser_hash: bytes | None = None,
) -> bool:
    """A session under that id; False, and none, where the password that was checked has been changed since.

    The draft becomes the person's if the browser of `signed_out_hash` wrote it; it is `browser_hash` from here on.
    """
    return bool(
        db.execute(
            "sessions/start",
            token_hash=token_hash,
            user_uuid=account["uuid"],
            password_hash=account["password_hash"],
            absolute_seconds=settings.session_absolute,
            draft_uuid=draft_uuid,
            signed_out_hash=signed_out_hash,
            browser_hash=browser_hash,
        )
    )
