from types import SimpleNamespace
from typing import Any

from ..web.samples import HOSTILE, NOW, Samples, sample_uuid
from .shapes import SignedIn, Viewer

VIEWER: Viewer = {
    "uuid": sample_uuid("viewer"),
    "display_name": "Marnie Fell",
    "handle": "marnie",
    "last_ttl": None,
    "usual_ttl": None,
    "usual_audience": None,
    "time_zone": None,
    "theme": None,
    "drafts_count": 0,
    "follows": True,
    "role": None,
    "paused_until": None,
    "cases": 0,
}


def sample_form(*names: str, **typed: str) -> SimpleNamespace:
    """A form as templates use it: each field's `data` and `typed`."""
    return SimpleNamespace(**{name: SimpleNamespace(data=typed.get(name), typed=typed.get(name, "")) for name in names})


def _sign_in(**needs: Any) -> dict[str, Any]:
    fixed = {"form": sample_form("email", "password"), "text": "", "errors": {}, "notice": "", "back": "/"}
    return {**fixed, **needs}


_SESSIONS: list[SignedIn] = [
    {"name": name, "created_at": NOW.isoformat(), "seen_at": NOW.isoformat(), "is_this": name == "0" * 16}
    for name in ("0" * 16, "1" * 16)
]

SAMPLES: Samples = {
    "sessions/_sessions.html": {"this and another": {"sessions": _SESSIONS}, "this one": {"sessions": _SESSIONS[:1]}},
    "sessions/sessions.html": {"this and another": {"sessions": _SESSIONS}},
    "sessions/_kept.html": {"nothing": {"text": ""}, "hostile": {"text": HOSTILE}},
    "sessions/sign_in.html": {
        "empty": _sign_in(),
        "hostile": _sign_in(
            form=sample_form("email", "password", email=HOSTILE),
            text=HOSTILE,
            errors={"email": HOSTILE, "password": "Enter your password."},
            notice=HOSTILE,
            back="/compose",
        ),
    },
}
