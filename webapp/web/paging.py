"""Keyset paging by number."""

import re
from dataclasses import dataclass
from typing import Any

from ..errors import NotFound

PAGE_SIZE = 20

_LARGEST = 2**63 - 1
# The previous release's cursor: `<created_at>~<uuid>`.
_OLD = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|[ +-]\d\d:\d\d)~[0-9a-f-]{36}")


def cursor(text: str | None) -> int | None:
    """The number in `?before=` or `?after=`; None without one, and for an old cursor. Raises `NotFound` otherwise."""
    if not text or (len(text) <= 80 and _OLD.fullmatch(text)):
        return None
    if not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > _LARGEST:
        raise NotFound
    return int(text)


def numbers(text: str | None, most: int) -> list[int]:
    """Numbers with commas between them; the first `most` count. Raises `NotFound` for anything else."""
    found = [cursor(part) for part in (text or "").split(",")[:most] if part]
    return [number for number in found if number is not None]


@dataclass(frozen=True)
class Page:
    """Rows to show, and the cursor of the next page."""

    rows: list[Any]
    next: str | None

    @classmethod
    def of(cls, rows: list[Any], size: int = PAGE_SIZE) -> "Page":
        """From one row more than is shown: it tells whether the list continues."""
        return cls(rows[:size], rows[size - 1]["number"] if len(rows) > size else None)
