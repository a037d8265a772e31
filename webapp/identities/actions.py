"""The account of somebody whom a provider tells of."""

from collections.abc import Mapping

from ..config.settings import Settings
from ..db.database import Database
from ..errors import Conflict
from ..limits import by_address, hit
from ..sessions.actions import token_hash
from ..words import _
from . import claims as claimed
from .shapes import Identity


class Closed(Exception):
    """This place takes nobody new, or not without an invitation that counts."""


class Suspended(Exception):
    """Their account here is suspended."""


class _MadeBefore(Exception):
    """Another request made the account first; what this one did is undone."""


def arrive(
    db: Database, settings: Settings, *, issuer: str, claims: Mapping[str, object], invite: str, address: str
) -> Identity:
    """The account of whom a provider tells of, made now where there is none. Raises `Closed`, `TooMany`, `Suspended`.

    An identity is its issuer and subject, never an e-mail address: that of somebody's local account changes nothing.
    """
    subject = str(claims["sub"])
    found = _identity(db, issuer, subject)
    if not found:
        hit(db, settings.limits["sign_ups"], "sign_ups", by_address(settings, address))
        found = _make_identity(db, settings, issuer, subject, claims, invite)
    if found["suspended"]:
        raise Suspended
    return found


def _identity(db: Database, issuer: str, subject: str) -> Identity | None:
    found: Identity | None = db.query_object("identities/find", issuer=issuer, subject=subject)
    return found


def _make_identity(
    db: Database, settings: Settings, issuer: str, subject: str, claims: Mapping[str, object], invite: str
) -> Identity:
    """A new account, whoever else makes it or takes its handle at the same moment."""
    first = person = claimed.person_of(claims)
    for _try in range(5):
        try:
            with db.transaction():
                if settings.sign_up == "closed" or (
                    settings.sign_up == "invite"
                    and not db.execute("sign_ups/invitation_use", code_hash=token_hash(invite))
                ):
                    raise Closed
                if not db.query_value("identities/create", issuer=issuer, subject=subject, **person):
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
    raise Conflict(_("Too many people came at the same moment. Try again."))
