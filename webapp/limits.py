"""Limits per person and address, counted in PostgreSQL so that all workers share them."""

import hmac
import ipaddress

from .config import Settings
from .db import Database
from .errors import TooMany
from .variables import Limit


def hit(db: Database, limit: Limit, action: str, subject: str) -> None:
    """Counts one try of `action` by `subject`. Raises `TooMany` with the seconds until the window ends."""
    if not limit.hits:
        return
    given = {"action": action, "subject": subject, "seconds": limit.seconds, "most": limit.hits}
    # Counted twice when a connection is cut, a try does no harm; a request that ends at its first statement does.
    _refuse(db.retrying(lambda: db.query_value("ops/limit_hit", **given)))


def look(db: Database, limit: Limit, action: str, subject: str) -> None:
    """Counts nothing: for what turns out to be a try afterwards. Raises `TooMany` where one more would be too many."""
    if limit.hits:
        _refuse(db.retrying(lambda: db.query_value("ops/limit_wait", action=action, subject=subject, most=limit.hits)))


def _refuse(wait: int | None) -> None:
    if wait is not None:
        minutes = -(-wait // 60)
        when = "in a minute" if minutes <= 1 else f"in {minutes} minutes"
        raise TooMany(f"That was often enough for now. Try again {when}; nothing is lost.", wait)


def give_back(db: Database, action: str, subject: str) -> None:
    """Takes back one try that turned out to be none of those that the limit is for."""
    db.execute("ops/limit_give_back", action=action, subject=subject)


def network(address: str | None) -> str:
    """The address that a limit counts: IPv4 as it is, IPv6 by its /64."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def folded(settings: Settings, *parts: str) -> str:
    """A subject that tells nothing to who reads the table, or a snapshot of it.

    Names and addresses are few enough to be tried one by one: without a key their digests would be no secret.
    """
    return hmac.digest(settings.limits_key, "\0".join(parts).encode("utf-8", "replace"), "sha256").hex()
