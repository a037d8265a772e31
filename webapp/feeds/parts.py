"""The part of a list that a page shows: which of it was read at an earlier visit, and where it goes on."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..errors import NotFound
from ..web.fields import as_uuid
from ..web.filters import ago_words
from ..web.paging import PAGE_SIZE, Page
from ..words import _
from .shapes import Mark

MOST = 200
"""Cards of one response: `?until=` brings back as many as somebody had loaded, within this."""


@dataclass(frozen=True)
class Part(Page):
    """`read_from`: the index of the first card that was read before, where this part holds it.

    `flows`: what follows was not read yet either, so it may load by itself. `ends`: "You are caught up" stands here.
    `query`: of the address of what follows; `older`: that is older.
    """

    read_from: int | None = None
    flows: bool = False
    ends: bool = False
    query: dict[str, str] = field(default_factory=dict)
    older: bool = False

    @classmethod
    def of_feed(cls, rows: list[Any], asked: dict[str, Any], until: int | None, mark: Mark | None) -> "Part":
        """From one row more than is shown. Without `until` it is a usual page, else all down to that number."""
        wanted = PAGE_SIZE if until is None else sum(int(row["number"]) >= until for row in rows[:MOST])
        whole = Page.of(rows, max(PAGE_SIZE, wanted))
        read, before = int(mark["number"]) if mark else 0, asked["before"]
        read_before = before is not None and before <= read
        unread = sum(int(row["number"]) > read for row in whole.rows)
        crosses = not read_before and unread < len(whole.rows)
        kept = {} if asked.get("replies", True) else {"replies": "no"}
        return cls(
            whole.rows,
            whole.next,
            read_from=unread if crosses else None,
            flows=bool(read and whole.next) and not crosses and not read_before,
            ends=crosses or not (whole.next or read_before),
            query={"before": whole.next, **kept} if whole.next else kept,
            older=True,
        )

    @classmethod
    def of_ending(cls, rows: list[Any]) -> "Part":
        """From one row more than is shown, in order of ending."""
        whole = Page.of(rows)
        last = whole.rows[-1] if whole.next else None
        return cls(whole.rows, whole.next, query={"after": f"{last['expires_at']}~{last['uuid']}"} if last else {})

    @classmethod
    def of_people(cls, rows: list[Any]) -> "Part":
        """From one row more than is shown; each gets `ago`, a sentence of when they wrote last."""
        whole = Page.of(rows)
        for person in whole.rows:
            person["ago"] = _ago(person["wrote_at"], person["read_at"]) if person["wrote_at"] else ""
        return cls(whole.rows, whole.next, query={"before": whole.next} if whole.next else {})

    @classmethod
    def of_likes(cls, rows: list[Any]) -> "Part":
        """From one row more than is shown, in order of the likes' numbers."""
        whole = Page.of(rows)
        query = {"before": whole.next} if whole.next else {}
        return cls([row["card"] for row in whole.rows], whole.next, query=query, older=True)


def _ago(then: str, now: str) -> str:
    seconds = (datetime.fromisoformat(now) - datetime.fromisoformat(then)).total_seconds()
    return _("Wrote just now") if seconds < 60 else _("Last wrote %(ago)s ago") % {"ago": ago_words(seconds)}


def ending_cursor(text: str | None) -> dict[str, Any]:
    """Parses `?after=<ends>~<uuid>` of /vanishing for its statement. Raises `NotFound` for anything else."""
    if not text:
        return {"after": None, "after_uuid": None}
    ends, _, activity_uuid = text.partition("~")
    try:
        after = datetime.fromisoformat(ends)
    except ValueError:
        raise NotFound from None
    if after.tzinfo is None or not as_uuid(activity_uuid):
        raise NotFound
    return {"after": after, "after_uuid": activity_uuid}
