import hashlib

from .. import text
from ..config.settings import Settings
from ..config.variables import Limit
from ..db.database import Database
from ..errors import TooMany
from ..limits import Subject, give_back, hit, subject_of, subject_of_address
from . import passwords
from .shapes import Account

# What each address may still try on an account over its limit: two slips, then the right password. The /48 around an
# IPv6 address has four times that (`limits.AROUND`): 3,456 a day, instead of millions.
_LIMIT_UNDER_ATTACK = Limit(3, 300)


def token_hash(token: str) -> bytes:
    """What the database knows of a secret that somebody brings: a session's id, an invitation's code."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


class WrongPassword(Exception):
    """No such account, or a wrong password: nobody learns which."""


class Suspended(WrongPassword):
    """The password is right, and the account is suspended. Nobody else learns it."""


def check_password(db: Database, settings: Settings, *, login: str, password: str, address: str) -> Account:
    """The account and the hash that was checked. Raises `WrongPassword`, `Suspended`, `TooMany` or `Busy`.

    Tries count by address, typed name and account, until the password is right: a class behind one address can sign in.
    A wider limit by address counts right ones too, since each costs a hash.
    Over its limit an account stays open to its owner: each address, and the network around it, keeps a few tries.
    `TooMany` depends on the typed name only, existing or not. Over the account's own limit no password is right, and
    nothing says so: one name of an account must not reveal another.
    """
    login, subject = text.login(login), subject_of_address(settings, address)
    limit = settings.limits["sign_ins_by_account"]
    typed, few = subject_of(settings, login), _LIMIT_UNDER_ATTACK if limit.hits else limit
    hit(db, settings.limits["sign_ins"], "sign_ins", subject)
    hit(db, settings.limits["sign_ins_by_address"], "sign_ins_by_address", subject)
    if _over(db, limit, "sign_ins_by_login", typed):
        hit(db, few, "sign_ins_under_attack", subject_of_address(settings, address, "login", login))
    account = db.query_object("sessions/account", login=login)
    whose = account["uuid"] if account else login
    own = subject_of(settings, "account", whose)
    over = _over(db, limit, "sign_ins_by_account", own)
    # Counted in either case, without an attack for nobody, so that timing reveals nothing.
    here = subject_of_address(settings, address, "account", whose if over else "")
    spent = _over(db, few, "sign_ins_under_attack", here)
    password_hash = account["password_hash"] if account and not (over and spent) else None
    if not passwords.verify(password_hash, password) or not account:
        raise WrongPassword
    if account["suspended"]:
        raise Suspended
    give_back(db, "sign_ins_by_address", subject)
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
    """Counts one try; whether that is one too many."""
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
    """Starts a session; False where the password was changed since it was checked.

    The draft becomes the person's if `signed_out_hash` wrote it; `browser_hash` is this browser from now on.
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
