"""Pages of a feed by key: the next one starts where the last row of this one ends. Never by counting."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ..errors import NotFound

PAGE_SIZE = 20

_CURSOR = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[ +-]\d\d:\d\d))~([0-9a-f-]{36})")


@dataclass(frozen=True)
class Cursor:
    """A place in a feed: everything before it (or after it) in `(created_at, uuid)` order."""

    at: datetime | None = None
    uuid: UUID | None = None

    @classmethod
    def parse(cls, text: str | None) -> "Cursor":
        """From `?before=` or `?after=`: `<created_at>~<uuid>`, as the JSON gives both. Raises `NotFound`."""
        if not text:
            return cls()
        found = _CURSOR.fullmatch(text) if len(text) <= 80 and text.isascii() else None
        if not found:
            raise NotFound
        try:
            return cls(datetime.fromisoformat(found[1].replace(" ", "+")), UUID(found[2]))
        except ValueError:
            raise NotFound from None


def cursor_after(row: Any) -> str:
    """The cursor that continues behind this row."""
    return f"{row['created_at'].replace('+00:00', 'Z')}~{row['uuid']}"


@dataclass(frozen=True)
class Page:
    """Rows to show, and the cursor of the next page where there is one."""

    rows: list[Any]
    next: str | None

    @classmethod
    def of(cls, rows: list[Any], size: int = PAGE_SIZE) -> "Page":
        """From one row more than is shown: its presence tells that the feed goes on."""
        return cls(rows[:size], cursor_after(rows[size - 1]) if len(rows) > size else None)
