import re
from typing import Any

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


def message_html(card: Any) -> Markup:
    """A message with web addresses, and mentions of existing people, as links. All else is text."""
    text: str = card["message"]
    known = set(card["mentions"] or ())
    if not known and "://" not in text:
        return escape(text)
    parts: list[Markup] = []
    position = 0
    for found in (_linkify.match(text) or ()) if "://" in text else ():
        if found.schema.lower() not in ("http:", "https:"):
            continue
        parts += _mentions(text[position : found.index], known)
        parts.append(_link(found.url, found.raw))
        position = found.last_index
    return Markup("").join([*parts, *_mentions(text[position:], known)])


def _link(url: str, shown: str) -> Markup:
    """The link shows its address, so that no words can hide where it leads; a long one is cut after the host."""
    shown = re.sub(r"\Ahttps?://(www\.)?", "", shown, flags=re.IGNORECASE)
    if len(shown) > _SHOWN_URL:
        host = shown.split("/", 1)[0]
        shown = shown[: max(_SHOWN_URL, len(host))] + "…"
    return Markup('<a href="{}" rel="nofollow ugc noopener">{}</a>').format(url, shown)


def _mentions(text: str, known: set[str]) -> list[Markup]:
    if not known or "@" not in text:
        return [escape(text)]
    parts: list[Markup] = []
    position = 0
    for found in _MENTION.finditer(text):
        handle = found[1].lower()
        if handle in known:
            parts.append(escape(text[position : found.start()]))
            href = address("feeds.profile", handle=handle)
            parts.append(Markup('<a href="{}">@{}</a>').format(href, found[1]))
            position = found.end()
    return [*parts, escape(text[position:])]
