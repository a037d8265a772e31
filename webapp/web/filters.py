"""Filters for templates: numbers, dates and text."""

import re
import zlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask
from markupsafe import escape

from ..words import N_, _, ngettext
from .links import linked, message_html
from .zones import Zone, current_zone

_MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
    N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
_WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip
_LIVES = {
    "30-days": N_("30 days"), "7-days": N_("7 days"), "3-days": N_("3 days"), "1-day": N_("1 day"),
    "12-hours": N_("12 hours"), "3-hours": N_("3 hours"), "1-hour": N_("1 hour"),
}  # fmt: skip
_AUDIENCES = {"everyone": N_("Everyone"), "members": N_("Members"), "followers": N_("Followers")}
_FINE = re.compile(r"(\.\d{3})\d+")


class Life(NamedTuple):
    """What is left of an activity. `left` and `whole` in milliseconds, `percent` 0 to 100, `soon` an attribute."""

    left: int
    whole: int
    percent: float
    stage: str
    words: str
    ago: str
    gone: str
    soon: str


def life(card: Any) -> Life:
    """By the database's clock (`read_at`)."""
    created, read, ends = (datetime.fromisoformat(card[name]) for name in ("created_at", "read_at", "expires_at"))
    return life_between(created, read, ends, current_zone())


def life_between(created: datetime, read: datetime, ends: datetime, zone: Zone) -> Life:
    left, whole = (ends - read).total_seconds(), (ends - created).total_seconds()
    share = max(0.0, min(1.0, left / whole)) if whole > 0 else 0.0
    words, ago = _markup(left_words(left)), _markup(ago_words(whole - left))
    gone, soon = escape(gone_words(ends, read, zone)), " data-soon" if left < 3600 else ""
    return Life(int(left * 1000), int(whole * 1000), round(share * 100, 1), stage(share), words, ago, gone, soon)


_markup = lru_cache(500)(escape)  # the same few hundred words fill every card


def stage(share: float) -> str:
    """How the fuse is drawn at this share of life (0 to 1). static/js has the same."""
    if share > 0.5:
        return "bright"
    if share > 0.25:
        return "waning"
    return "ember" if share > 0.1 else "last"


def left_words(seconds: float) -> str:
    """Never more than there is; a second unit below a week, and below three hours. static/js has the same."""
    minutes = int(max(seconds, 0) // 60)
    hours, days = minutes // 60, minutes // 1440
    if days > 6 or (days and not hours % 24):
        return ngettext("%(count)s day left", "%(count)s days left", days) % {"count": days}
    if days:
        sentence = ngettext("%(count)s day %(hours)s h left", "%(count)s days %(hours)s h left", days)
        return sentence % {"count": days, "hours": hours % 24}
    if hours > 2 or (hours and not minutes % 60):
        return _("%(count)s h left") % {"count": hours}
    if hours:
        return _("%(count)s h %(minutes)s min left") % {"count": hours, "minutes": minutes % 60}
    return _("%(count)s min left") % {"count": minutes} if minutes else _("moments left")


def gone_words(ends: datetime, read: datetime, zone: Zone) -> str:
    """`Gone Thursday 09:30`. static/js has the same."""
    ends, today = ends.astimezone(zone.info), read.astimezone(zone.info).date()
    days, time = (ends.date() - today).days, zone.clock(ends)
    if days == 0:
        return _("Gone today at %(time)s") % {"time": time}
    if 0 < days < 7:
        return _("Gone %(weekday)s %(time)s") % {"weekday": _(_WEEKDAYS[ends.weekday()]), "time": time}
    return _("Gone %(moment)s") % {"moment": full_moment(ends, zone)}


def ago_words(seconds: float) -> str:
    """`now`, `5 min`, `2 h`, `3 d`. static/js has the same."""
    if seconds < 60:
        return _("now")
    if seconds < 3600:
        return _("%(count)s min") % {"count": int(seconds // 60)}
    if seconds < 86400:
        return _("%(count)s h") % {"count": int(seconds // 3600)}
    return _("%(count)s d") % {"count": int(seconds // 86400)}


def full_time(iso: str) -> str:
    """`23 November, 11:49`. No year: an activity's moments are a month away at most."""
    return full_moment(datetime.fromisoformat(iso), current_zone())


def full_moment(moment: datetime, zone: Zone) -> str:
    """As `full_time`. Month names by hand: twice as fast, and independent of the locale."""
    moment = moment.astimezone(zone.info)
    return _("%(day)s %(month)s, %(time)s") % {
        "day": moment.day,
        "month": _(_MONTHS[moment.month - 1]),
        "time": zone.clock(moment),
    }


def undo_ms(card: Any) -> int:
    """Milliseconds until others see it."""
    visible, read = (datetime.fromisoformat(card[name]) for name in ("visible_from", "read_at"))
    return int((visible - read).total_seconds() * 1000)


def machine_time(iso: str) -> str:
    """For `datetime=`: HTML allows three digits of a second."""
    return _FINE.sub(r"\1", iso).replace("+00:00", "Z")


def month(iso: str) -> str:
    """`November 2026`."""
    moment = datetime.fromisoformat(iso).astimezone(current_zone().info)
    return _("%(month)s %(year)s") % {"month": _(_MONTHS[moment.month - 1]), "year": moment.year}


def http_date(iso: str) -> str:
    """For `X-Robots-Tag: unavailable_after` (RFC 850)."""
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%A, %d-%b-%y %H:%M:%S GMT}"


def ttl_words(ttl: str) -> str:
    """`7-days` as `7 days`."""
    return _(_LIVES[ttl])


def audience_words(audience: str) -> str:
    return _(_AUDIENCES[audience])


def hue(handle: str) -> int:
    """One of twelve, always the same for a handle."""
    return zlib.crc32(handle.encode()) % 12


def initial(name: str) -> str:
    """The character in an avatar."""
    return next((letter for letter in name if letter.isalnum()), name[:1]).upper()


def tally(count: int) -> str:
    """Counts stop at 1,000."""
    return "999+" if count >= 1000 else str(count)


def excerpt(text: str, limit: int = 90) -> str:
    """The beginning of a message, on one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[:limit].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


def register(app: Flask) -> None:
    app.jinja_env.globals["current_zone"] = current_zone
    for function in (
        audience_words,
        excerpt,
        full_time,
        hue,
        initial,
        life,
        linked,
        machine_time,
        message_html,
        month,
        tally,
        ttl_words,
        undo_ms,
    ):
        app.jinja_env.filters[function.__name__] = function
