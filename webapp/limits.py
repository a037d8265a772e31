"""Limits per person and address, counted in PostgreSQL so that all workers share them.

IPv4 counts by address, IPv6 by its /64, which is one connection. Its owner often has a /56, and a tunnel gives a /48:
65,536 of them. So the /48 counts too, and is worth four addresses: at one, a carrier's phones or a campus would share
the limit of the first who guesses. Beyond a /48 people are strangers.
"""

import hmac
import ipaddress
from functools import partial
from typing import NamedTuple

from .config.settings import Settings
from .config.variables import Limit
from .db.database import Database
from .errors import TooMany
from .words import ngettext

AROUND = 4
"""How many addresses the network around one is worth."""


class Subject(NamedTuple):
    """A digest of the person or address that is counted: the table, or a snapshot of it, names nobody.

    `around`: the network around an address, which is counted too; empty where there is none.
    """

    own: str
    around: str = ""


def subject_of(settings: Settings, *parts: str) -> Subject:
    """A person, or anything else that these parts name."""
    return Subject(_digest(settings, *parts))


def subject_of_address(settings: Settings, address: str | None, *parts: str) -> Subject:
    """An address within what the parts name."""
    own, around = networks(address)
    return Subject(_digest(settings, own, *parts), _digest(settings, around, *parts) if around else "")


def hit(db: Database, limit: Limit, action: str, subject: Subject) -> None:
    """Counts one try of `action`. Raises `TooMany`."""
    if not limit.hits:
        return
    name, given = "limits/hit", {"own": subject.own, "seconds": limit.seconds, "most": limit.hits}
    if subject.around:
        name, given = "limits/hit_from", {**given, "around": subject.around, "most_around": limit.hits * AROUND}
    # A retry may count a try twice, which does less harm than failing the request.
    _raise_if_over(db.retrying(lambda: db.query_value(name, action=action, **given)))


def peek_limit(db: Database, limit: Limit, action: str, subject: Subject) -> None:
    """Raises `TooMany` where one more try would be too many. Counts nothing."""
    for text, most in ((subject.own, limit.hits), (subject.around, limit.hits * AROUND)):
        if most and text:
            ask = partial(db.query_value, "limits/wait", action=action, subject=text, most=most)
            _raise_if_over(db.retrying(ask))


def _raise_if_over(wait: int | None) -> None:
    if wait is not None:
        minutes = -(-wait // 60)
        sentence = ngettext(
            "That's a lot at once. Try again in a minute; nothing is lost.",
            "That's a lot at once. Try again in %(minutes)s minutes; nothing is lost.",
            max(1, minutes),
        )
        raise TooMany(sentence % {"minutes": minutes}, wait)


def give_back(db: Database, action: str, subject: Subject) -> None:
    """Uncounts one try that the limit was not meant for."""
    for text in filter(None, subject):
        db.execute("limits/give_back", action=action, subject=text)


def networks(address: str | None) -> tuple[str, str]:
    """What is counted of an address: IPv4 itself; IPv6 by its /64, and the /48 around it."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown", ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped), ""
        own, around = (str(ipaddress.ip_network((parsed, bits), strict=False)) for bits in (64, 48))
        return own, around
    return str(parsed), ""


def _digest(settings: Settings, *parts: str) -> str:
    """Keyed: names and addresses are few enough to be tried one by one."""
    return hmac.digest(settings.limits_key, "\0".join(parts).encode("utf-8", "replace"), "sha256").hex()
