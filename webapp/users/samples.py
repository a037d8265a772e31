from typing import Any

from ..sessions.samples import VIEWER
from ..web.samples import HOSTILE, Samples
from .shapes import OwnAccount

ACCOUNT: OwnAccount = {
    "display_name": VIEWER["display_name"],
    "handle": VIEWER["handle"],
    "email": None,
    "bio": "Keeps the light.",
    "has_password": True,
    "handle_wanted": None,
}


def _settings(account: dict[str, Any], **needs: Any) -> dict[str, Any]:
    return {"account": {**ACCOUNT, **account}, "errors": {}, "said": "", "notice": "", **needs}


def _handle(wanted: str, typed: str, error: str = "") -> dict[str, Any]:
    account = {**ACCOUNT, "handle_wanted": wanted}
    return {"account": account, "typed": typed, "error": error, "notice": error, "back": "/compose"}


SAMPLES: Samples = {
    "users/handle.html": {"none was asked for": _handle("", "alice"), "hostile": _handle("ann", HOSTILE, HOSTILE)},
    "users/settings.html": {
        "saved": _settings({}, said="Saved."),
        "of a provider": _settings({"has_password": False, "handle_wanted": "ann"}),
        "hostile": _settings(
            {"handle_wanted": "", "email": "a@b.example", "bio": HOSTILE, "display_name": HOSTILE},
            errors={"display_name": HOSTILE, "bio": HOSTILE, "current": HOSTILE, "password": HOSTILE},
            notice=HOSTILE,
        ),
    },
}
