"""Who would be taken for somebody with power here: nobody's name, nobody's handle."""

import regex

from .normalising import normal

_POWERFUL = {
    "abuse", "admin", "administrator", "hostmaster", "mayfly", "mod", "moderator", "official", "operator", "owner",
    "postmaster", "root", "security", "staff", "support", "sysadmin", "system", "team", "webmaster",
}  # fmt: skip
_SURNAMES = {"root"}  # of power only where it is all of a name
_NOT_SEEN = regex.compile(r"[\p{Script=Inherited}||\p{Default_Ignorable_Code_Point}]", regex.VERSION1)
_PARTING = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_DIGITS = "0123456789"
# What looks like another letter: digits and Latin letters, Cyrillic and Greek ones; then capitals of Greek that look
# otherwise than their small letters.
_ALIKE = str.maketrans(
    "01345l\u0131\u0251"
    "\u0430\u0432\u0433\u0435\u043a\u043c\u043d\u043e\u043f\u0440\u0441\u0442\u0443\u0445\u044c"
    "\u0455\u0456\u0458\u04bb\u04cf\u0501\u051b\u051d"
    "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "oieasiiaabrekmhonpctyxbsijhidqwabeznikmvoptux",
)
_CAPITALS = str.maketrans("\u0397\u039d\u03a5", "hny")


def is_of_power(raw: str, community: str = "") -> bool:
    """Whether it or one of its words reads as a word of power, or all of it as the community's name.

    Case, spaces, signs, accents, compatibility forms, a plural, digits around it, letters that look alike and what
    cannot be seen make no difference.
    """
    words = words_in(raw)
    whole = _looks("".join(words))
    if whole & (_POWER | {_alike("".join(words_in(community)))}):
        return True
    return any(_looks(word) & (_POWER - _SURNAMES) for word in words)


def words_in(raw: str) -> list[str]:
    """What a reader takes for its words, folded; what cannot be seen is left out."""
    seen = _NOT_SEEN.sub("", normal("NFKD", raw)).translate(_CAPITALS).casefold()
    return [word for word in _PARTING.split(seen) if word]


def _looks(word: str) -> set[str]:
    """What it can be read as, with and without the digits around it, and in the singular."""
    alike = {_alike(cut) for cut in (word, word.lstrip(_DIGITS), word.rstrip(_DIGITS), word.strip(_DIGITS))}
    return {*alike, *(look.removesuffix("s") for look in alike)} - {""}


def _alike(word: str) -> str:
    return word.translate(_ALIKE)


_POWER = {*map(_alike, _POWERFUL)}
