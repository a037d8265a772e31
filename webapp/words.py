"""Sentences that people read, in gettext's form. English stands in the code; there is no other catalogue yet.

Placeholders are named, and filled after the translation: `_("At most %(most)s fit.") % {"most": 5}`.
"""

from gettext import NullTranslations

catalogue = NullTranslations()
"""The process's catalogue: templates look constant sentences up when compiled."""


def gettext(sentence: str) -> str:
    return catalogue.gettext(sentence)


_ = gettext


def ngettext(one: str, many: str, n: int) -> str:
    return catalogue.ngettext(one, many, n)


def N_(sentence: str) -> str:  # noqa: N802 (gettext's own name)
    """Marks a constant that is translated where it is used."""
    return sentence
