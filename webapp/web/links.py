from collections.abc import Container
from typing import Any
from urllib.parse import urlsplit

import regex
from markupsafe import Markup, escape

from .addresses import address

# Without a flag that ignores case: for Unicode, the long s is an s and the Kelvin sign a k.
_SCHEME = "[Hh][Tt][Tt][Pp][Ss]?://"
_LETTER = r"[\p{L}\p{M}\p{N}_]"
# Scripts that put no space before the next word: behind an ASCII letter it is the sentence that goes on. So it is where
# hiragana follows a slash: that is a particle, hardly ever the name of a page.
_GLUED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_SENTENCE = rf"(?:(?<=[A-Za-z0-9]){_GLUED}|(?<=/)\p{{Hiragana}})"
_HOST = rf"""
  (?: \[[0-9A-Fa-f:.]+\]
  | (?:[\p{{L}}\p{{N}}_][\p{{L}}\p{{M}}\p{{N}}\p{{So}}_-]*\.)*
    (?: {_GLUED}{_LETTER}* | (?!{_GLUED})[\p{{L}}\p{{N}}_](?:-*(?!{_GLUED}){_LETTER})* ) )
  (?: :[0-9]{{1,5}}(?![0-9]) )?"""
# A path ends before spaces, what is invisible, quotes, and signs that are not ASCII, but for the middle dots of names.
# ASCII's marks belong to it where more of it follows, and brackets in pairs.
_SIGN = rf"""(?:(?!{_SENTENCE})
  [^\s\p{{C}}\p{{Z}}\p{{Default_Ignorable_Code_Point}}"<>\\^`{{|}}()\[\].,;:!?'*[[\p{{P}}\p{{S}}]--\p{{ASCII}}--[·・]]])"""
_MARK = rf"(?:(?![,;]{_SCHEME})[.,;:!?'*])"
_PAIR = r"\((?&inner)\)|\[(?&inner)\]"
# A name in front of the host could hide it: such an address stays text.
_TOKEN = regex.compile(
    rf"""
    (?<![A-Za-z0-9]) (?P<scheme>{_SCHEME})
      (?!{_SCHEME}|[A-Za-z0-9._~%!$&*+=:-]+@)
      (?P<host>{_HOST}) (?P<rest>(?=[/?\#])(?:{_MARK}*+(?:{_SIGN}|{_PAIR}))*+)?
    | (?<![A-Za-z0-9_@＠]) [@＠](?P<handle>[A-Za-z0-9_]{{2,30}}) (?![A-Za-z0-9_@＠])
    (?(DEFINE)(?P<inner>(?:{_SIGN}|{_MARK}|{_PAIR})*+))
    """,
    regex.VERSION1 | regex.VERBOSE,
)


def message_html(card: Any) -> Markup:
    return linked(card["message"], card["mentions"] or ())


def linked(text: str, known: Container[str] = ()) -> Markup:
    """A text with web addresses, and mentions of the known handles, as links. All else is text."""
    if not known and "://" not in text:
        return escape(text)
    parts: list[Markup] = []
    position = 0
    for found in _TOKEN.finditer(text):
        if link := _mention(found, known) if found["handle"] else _link(found):
            parts += escape(text[position : found.start()]), link
            position = found.end()
    return Markup("").join([*parts, escape(text[position:])])


def mentioned(text: str) -> list[str]:
    """The handles that a message mentions, of people who may not exist."""
    return sorted({found["handle"].lower() for found in _TOKEN.finditer(text) if found["handle"]})


def _link(found: "regex.Match[str]") -> Markup | None:
    """The whole address; the style may cut what stands behind the host. None where it has no valid host or port."""
    try:
        _ = urlsplit(found[0]).port
    except ValueError:
        return None
    link = Markup('<a href="{}" rel="nofollow ugc noopener" dir="ltr"><span class="scheme">{}</span>{}{}</a>')
    rest = Markup('<span class="rest">{}</span>').format(found["rest"]) if found["rest"] else ""
    return link.format(found[0], found["scheme"], found["host"], rest)


def _mention(found: "regex.Match[str]", known: Container[str]) -> Markup | None:
    handle = found["handle"].lower()
    if handle not in known:
        return None
    return Markup('<a href="{}"><bdi>{}</bdi></a>').format(address("feeds.profile", handle=handle), found[0])
