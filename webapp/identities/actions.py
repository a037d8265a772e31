from collections.abc import Mapping

from ..config.settings import Settings
from ..db.database import Database
from ..errors import Conflict, Violated
from ..invitations import actions as invitations
from ..limits import hit, subject_of_address
from ..words import _
from . import claims as claimed
from .shapes import Identity


class Closed(Exception):
    """Mayfly isn't open to new people, or the invitation is no longer valid."""


class Suspended(Exception):
    pass


class _MadeMeanwhile(Exception):
    """Another request made the account first; this one's work is rolled back."""


def find_or_create_account(
    db: Database, settings: Settings, *, issuer: str, claims: Mapping[str, object], invite: str, address: str
) -> Identity:
    """The account of an identity, created where there is none. Raises `Closed`, `TooMany`, `Suspended`.

    An identity is issuer and subject, never an e-mail address: a local account's address changes nothing.
    """
    subject = str(claims["sub"])
    found = _identity(db, issuer, subject)
    if not found:
        if not invitations.find_open(db, code=invite):  # which would count instead of the address
            invite = ""
            hit(db, settings.limits["sign_ups"], "sign_ups", subject_of_address(settings, address))
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
    """A new account. Retries where another request takes the handle, or makes the account, at the same moment."""
    first = person = claimed.person_of(claims, settings.community_name)
    for _try in range(5):
        try:
            with db.transaction():
                if not db.query_value("identities/create", issuer=issuer, subject=subject, **person):
                    raise _MadeMeanwhile
                needed = invite or settings.sign_up == "invite"
                if settings.sign_up == "closed" or (needed and not invitations.use(db, code=invite)):
                    raise Closed
        except (Closed, Violated, _MadeMeanwhile) as problem:
            if found := _identity(db, issuer, subject):
                return found
            if isinstance(problem, Closed):
                raise
            person = claimed.with_random_handle(first)
        else:
            if found := _identity(db, issuer, subject):
                return found
    raise Conflict(_("Too many people signed up at the same moment. Try again."))
