import unicodedata
from typing import Literal

import regex

Form = Literal["NFC", "NFKC", "NFKD"]
# Normalising takes the square of the number of marks in a row: thirty thousand take a second. No language needs more
# than 30 (UAX #15, Stream-Safe Text Format); a longer row is left as it is. Two halfwidth letters decompose to marks.
_MARK = {"NFC": r"\p{M}", "NFKC": r"[\p{M}\uff9e\uff9f]", "NFKD": r"[\p{M}\uff9e\uff9f]"}
_LONG_ROW = {form: regex.compile(rf"(?<!{mark}){mark}{{31}}") for form, mark in _MARK.items()}


def normal(form: Form, raw: str) -> str:
    """The text in that normal form, in linear time; unchanged where too many marks follow each other.

    Nothing else normalises. Such a text is refused as a message, name, bio or handle.
    """
    return raw if _LONG_ROW[form].search(raw) else unicodedata.normalize(form, raw)
