from types import SimpleNamespace
from typing import Any

from ..web.samples import HOSTILE, Samples, sample_uuid
from .shapes import Viewer

VIEWER: Viewer = {
    "uuid": sample_uuid("viewer"),
    "display_name": "Marnie Fell",
    "handle": "marnie",
    "last_ttl": None,
    "drafts_count": 0,
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


SAMPLES: Samples = {
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
