"""What people type, normalised and checked. Length counts characters as people see them."""

import regex

from ..words import _, ngettext
from .normalising import Form as Form
from .normalising import normal as normal
from .power import is_of_power, words_in

MESSAGE_GRAPHEMES = 280
MESSAGE_CODE_POINTS = 2800
MESSAGE_BYTES = 8192
BIO_CODE_POINTS = 300

# Longer than any handle: a compatibility form can turn one character into eighteen.
_HANDLE_BEGINNING = 128

_GRAPHEME = regex.compile(r"\X")
_CONTROL = regex.compile(r"[\p{Cc}--[\n\t]]", regex.VERSION1)
# What hides, reorders or joins its neighbours, and invisible letters. Joiners, variation selectors and tags stay: emoji
# need them; so do Arabic's signs that enclose a number. No property tells that the last four and U+FFFC are blank.
_DECEIVING = regex.compile(
    r"[[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]"
    r"--[\p{Join_Control}\p{Variation_Selector}\p{Prepended_Concatenation_Mark}\U000e0020-\U000e007f]"
    r"||[\ufffc\u2800\U0001d159\U00013441\U00013442]]",
    regex.VERSION1,
)
_BLANK_BEFORE = regex.compile(r"\A(?:[\s\ufeff]*\n)?\ufeff*")
_SPACES = "\ufeff" + "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())  # as a browser's trimEnd()
_BLANK_LINES = regex.compile(r"\n(?:[ \t]*\n){2,}")
# Piled marks are drawn over the lines around. Real texts have at most eight on a letter (the Tibetan Kalachakra
# monogram), seven in Northern Thai, five in Burmese, Tibetan and cantillated Hebrew, four in the Quran. Invisible
# characters between marks do not separate them.
_PILED = regex.compile(r"(?:\p{M}\p{Cf}*){11}")
_PILED_IN_NAME = regex.compile(r"(?:\p{M}\p{Cf}*){5}")
_HANDLE = regex.compile(r"[a-z0-9_]{2,30}")
# Nobody's handle: all at once, and where our addresses begin. A test compares it with the addresses that there are.
_TAKEN = {
    "all", "anybody", "anyone", "channel", "everybody", "everyone", "here", "me", "nobody", "you", "about",
    "activities", "alive", "api", "auth", "bookmarks", "compose", "confirm", "drafts", "feed", "follow", "help",
    "home", "invitations", "join", "livez", "login", "logout", "media", "metrics", "moderation",
    "notifications", "people", "promise", "public", "readyz", "recover", "report", "reset", "rules", "search",
    "settings", "signin", "signout", "signup", "static", "stream", "tags", "vanishing",
}  # fmt: skip
_VISIBLE = regex.compile(r"[\p{L}\p{N}\p{S}\p{P}]")


def message(raw: str) -> str:
    """A message as stored: NFC, line feeds, at most one blank line and none outside, no control characters."""
    text = _CONTROL.sub("", raw.replace("\r\n", "\n").replace("\r", "\n"))
    return normal("NFC", _BLANK_BEFORE.sub("", _BLANK_LINES.sub("\n\n", text)).rstrip(_SPACES))


def graphemes(text: str) -> int:
    """Characters as a reader counts them (Unicode grapheme clusters)."""
    return len(_GRAPHEME.findall(text))


def message_problem(text: str) -> str | None:
    """Why a normalised message cannot be posted, as a sentence; None when it can."""
    over = graphemes(text) - MESSAGE_GRAPHEMES
    if len(text) > MESSAGE_CODE_POINTS or len(text.encode()) > MESSAGE_BYTES:
        if over > 0:
            return _too_long(over, MESSAGE_GRAPHEMES)
        return _("Some characters are made of very many parts. Shorten the text a little.")
    if not _VISIBLE.search(_DECEIVING.sub("", text)):
        return _("Write something first.")
    if _PILED.search(text):
        return _too_many_marks()
    return _too_long(over, MESSAGE_GRAPHEMES) if over > 0 else None


def folded(raw: str) -> str:
    """NFC, lower case: no database folds it in another way. Casefolding would lead mail from `ß` to `ss`."""
    return normal("NFC", raw.lower())


def login(raw: str) -> str:
    """A handle or an e-mail address, as it is stored."""
    return handle(raw) if "@" not in raw.strip()[1:] else folded(raw.strip())


def handle(raw: str) -> str:
    """The folded handle, which is unique: compatibility forms and case do not matter."""
    return normal("NFKC", raw.strip()[:_HANDLE_BEGINNING]).removeprefix("@").casefold()


def handle_problem(folded: str, community: str = "") -> str | None:
    """Why a folded handle is not allowed in that community, as a sentence; None when it is."""
    if not _HANDLE.fullmatch(folded):
        return _("A handle must have 2 to 30 letters (a to z), digits or underscores.")
    reserved = "".join(words_in(folded)) in _TAKEN or is_of_power(folded, community)
    return _("That handle is reserved. Choose another.") if reserved else None


def display_name(raw: str) -> str:
    """A name as stored: NFC, single spaces."""
    return " ".join(normal("NFC", raw).split())


def display_name_problem(text: str, community: str = "", most: int = 50) -> str | None:
    """Why a name is not allowed in that community, as a sentence; None when it is."""
    if not 1 <= len(text) <= most:
        return _("A name must have 1 to %(most)s characters.") % {"most": most}
    if _DECEIVING.search(text) or _PILED_IN_NAME.search(text) or not _VISIBLE.search(text):
        return _("A name needs visible characters, and none that hide or reorder others.")
    return _("That name is reserved. Choose another.") if is_of_power(text, community) else None


def bio_problem(text: str) -> str | None:
    """Why a normalised bio is not allowed, as a sentence; None when it is. It may be empty."""
    over = len(text) - BIO_CODE_POINTS
    if over > 0:
        return _too_long(over, BIO_CODE_POINTS)
    return _too_many_marks() if _PILED.search(text) else None


def _too_long(over: int, most: int) -> str:
    sentence = ngettext(
        "%(over)s character too long. The limit is %(most)s.",
        "%(over)s characters too long. The limit is %(most)s.",
        over,
    )
    return sentence % {"over": over, "most": most}


def _too_many_marks() -> str:
    return _("One letter has too many accents or marks. Remove some.")
