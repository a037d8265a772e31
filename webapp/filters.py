"""Arithmetic, dates and text for templates: the words and figures a card shows."""

import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from linkify_it import LinkifyIt
from markupsafe import Markup, escape

from .addresses import address

_linkify = (
    LinkifyIt({}, {"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    .add("ftp:", None)
    .add("mailto:", None)
    .add("//", None)
)
_MENTION = re.compile(r"(?<![\w@/])@([A-Za-z0-9_]{2,30})(?![\w@])")
_SHOWN_URL = 48
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_FINE = re.compile(r"(\.\d{3})\d+")


@dataclass(frozen=True, slots=True)
class Life:
    """What is left of an activity at the moment of reading. `percent` is 0 to 100 of its whole life."""

    seconds: float
    percent: float
    stage: str
    words: str


def life(card: Any) -> Life:
    """The life left of a card, by the database's clock (`read_at`)."""
    ends = datetime.fromisoformat(card["expires_at"])
    left = (ends - datetime.fromisoformat(card["read_at"])).total_seconds()
    whole = (ends - datetime.fromisoformat(card["created_at"])).total_seconds()
    share = max(0.0, min(1.0, left / whole)) if whole > 0 else 0.0
    return Life(left, round(share * 100, 1), stage(share), left_words(left))


def stage(share: float) -> str:
    """How the fuse is drawn at this share of life (0 to 1). static/js/fuse.js says the same."""
    if share > 0.5:
        return "bright"
    if share > 0.25:
        return "waning"
    return "ember" if share > 0.1 else "last"


def left_words(seconds: float) -> str:
    """Seconds of life in words. static/js/fuse.js says the same."""
    if seconds >= 172800:
        return f"{_round(seconds / 86400)} days left"
    if seconds >= 5400:
        return f"{_round(seconds / 3600)} hours left"
    if seconds >= 90:
        return f"{_round(seconds / 60)} minutes left"
    return "a minute left" if seconds >= 45 else "moments left"


def ago(card: Any) -> str:
    """How long ago it was written, short: `now`, `5 min`, `2 h`, `3 d`. static/js/fuse.js says the same."""
    seconds = (datetime.fromisoformat(card["read_at"]) - datetime.fromisoformat(card["created_at"])).total_seconds()
    if seconds < 60:
        return "now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min"
    return f"{int(seconds // 3600)} h" if seconds < 86400 else f"{int(seconds // 86400)} d"


def _round(value: float) -> int:
    """Half up, as JavaScript's Math.round does it."""
    return int(value + 0.5)


def full_time(iso: str) -> str:
    """A moment that nobody can misread: `23 November 2026, 11:49 UTC`."""
    moment = datetime.fromisoformat(iso).astimezone(UTC)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment.hour:02}:{moment.minute:02} UTC"


def machine_time(iso: str) -> str:
    """A moment as `datetime=` takes it: HTML knows no more than three digits of a second."""
    return _FINE.sub(r"\1", iso)


def month(iso: str) -> str:
    """`November 2026`."""
    moment = datetime.fromisoformat(iso)
    return f"{_MONTHS[moment.month - 1]} {moment.year}"


def milliseconds(iso: str) -> int:
    """A moment as scripts count it: milliseconds since 1970."""
    return int(datetime.fromisoformat(iso).timestamp() * 1000)


def http_date(iso: str) -> str:
    """A moment as `X-Robots-Tag: unavailable_after` takes it (RFC 850)."""
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%A, %d-%b-%y %H:%M:%S GMT}"


def ttl_words(ttl: str) -> str:
    """A TTL key as people say it: `7-days` is `7 days`."""
    return ttl.replace("-", " ")


def hue(handle: str) -> int:
    """One of twelve hues, always the same for a handle."""
    return zlib.crc32(handle.encode()) % 12


def initial(name: str) -> str:
    """The sign that stands in an avatar."""
    return next((sign for sign in name if sign.isalnum()), name[:1]).upper()


def counted(count: int, one: str, many: str) -> str:
    """`1 reply`, `3 replies`."""
    return f"{count} {one if count == 1 else many}"


def excerpt(text: str, limit: int = 90) -> str:
    """The beginning of a message, on one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[:limit].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


def message_html(card: Any) -> Markup:
    """A message with its web links and the mentions of people who exist as links. All else is text."""
    text: str = card["message"]
    known = set(card["mentions"] or ())
    if not known and "://" not in text:
        return escape(text)
    parts: list[Markup] = []
    place = 0
    for found in (_linkify.match(text) or ()) if "://" in text else ():
        if found.schema.lower() not in ("http:", "https:"):
            continue
        parts += _mentions(text[place : found.index], known)
        parts.append(_link(found.url, found.raw))
        place = found.last_index
    return Markup("").join([*parts, *_mentions(text[place:], known)])


def _link(url: str, shown: str) -> Markup:
    """The address itself is shown, so that no words can hide where it leads; a long one is cut behind the host."""
    shown = re.sub(r"\Ahttps?://(www\.)?", "", shown, flags=re.IGNORECASE)
    if len(shown) > _SHOWN_URL:
        host = shown.split("/", 1)[0]
        shown = shown[: max(_SHOWN_URL, len(host))] + "…"
    return Markup('<a href="{}" rel="nofollow ugc noopener">{}</a>').format(url, shown)


def _mentions(text: str, known: set[str]) -> list[Markup]:
    if not known or "@" not in text:
        return [escape(text)]
    parts: list[Markup] = []
    place = 0
    for found in _MENTION.finditer(text):
        handle = found[1].lower()
        if handle in known:
            parts.append(escape(text[place : found.start()]))
            href = address("users.profile", handle=handle)
            parts.append(Markup('<a href="{}">@{}</a>').format(href, found[1]))
            place = found.end()
    return [*parts, escape(text[place:])]


def register(app: Flask) -> None:
    """Make every filter known to the templates."""
    for function in (
        ago,
        counted,
        excerpt,
        full_time,
        hue,
        initial,
        left_words,
        life,
        machine_time,
        message_html,
        milliseconds,
        month,
        ttl_words,
    ):
        app.jinja_env.filters[function.__name__] = function
