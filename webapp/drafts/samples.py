from datetime import timedelta

from ..sessions.samples import VIEWER
from ..web.samples import HOSTILE, NOW, Samples, sample_uuid
from .shapes import Draft, DraftLine

DRAFT: Draft = {
    "uuid": sample_uuid("draft"),
    "message": "Has anybody seen",
    "display_name": None,
    "audience": None,
    "ttl": "3-days",
    "reply_to_activity_uuid": None,
    "key": sample_uuid("key of the draft"),
    "version": 4,
    "saved_at": (NOW - timedelta(hours=2)).isoformat(),
}


def _line(message: str, *, is_reply: bool = False, parent_handle: str | None = None) -> DraftLine:
    return {
        "uuid": sample_uuid(message),
        "message": message,
        "is_reply": is_reply,
        "parent_handle": parent_handle,
        "expires_at": (NOW + timedelta(days=6)).isoformat(),
    }


LINES = {
    "of home": _line("Has anybody seen the small blue boat?\nIt was at the pier this morning."),
    "a reply": _line("It hangs behind", is_reply=True, parent_handle="bede"),
    "a reply to what is gone": _line("As I was saying", is_reply=True),
    "hostile": _line(HOSTILE, is_reply=True, parent_handle="h" * 30),
}

SAMPLES: Samples = {
    "drafts/_draft.html": {name: {"draft": line} for name, line in LINES.items()},
    "drafts/drafts.html": {
        "some": {"drafts": list(LINES.values()), "vanishing": None},
        "none": {"drafts": [], "vanishing": None},
    },
    "drafts/begun.html": {
        "always": {
            "draft": {**DRAFT, "message": HOSTILE},
            "notice": "You are @marnie here now; this was begun as @bede.",
            "viewer": VIEWER,
        }
    },
}
