from typing import Any

from ..sessions.samples import VIEWER, sample_form
from ..web.samples import HOSTILE, NOW, Samples, sample_uuid
from ..web.zones import zone_choices
from .shapes import Export, OwnAccount

ACCOUNT: OwnAccount = {
    "display_name": VIEWER["display_name"],
    "handle": VIEWER["handle"],
    "email": None,
    "bio": "Keeps the light.",
    "has_password": True,
    "handle_wanted": None,
    "decisions": 0,
}
EXPORT: Export = {
    "read_at": NOW.isoformat(),
    "profile": {"display_name": HOSTILE, "handle": "marnie", "bio": HOSTILE, "former_handles": ["marn", "fell"]}
    | {
        "created_at": NOW.isoformat(),
        "role": "operator",
        "theme": "dark",
        "usual_ttl": "1-day",
        "usual_audience": "members",
    },
    "activities": [{"message": HOSTILE, "expires_at": NOW.isoformat(), "audience": "everyone"}],
    "drafts": [{"message": HOSTILE, "saved_at": NOW.isoformat()}],
    "likes": [{"handle": "bede", "activity_uuid": sample_uuid("liked")}],
    "follows": [{"handle": "bede"}],
    "mutes": [],
    "blocks": [],
    "reports": [{"handle": "bede", "outcome": "hidden", "words": HOSTILE, "kind": "spam"}],
    "sessions": [{"created_at": NOW.isoformat()}],
}


def _settings(account: dict[str, Any], **needs: Any) -> dict[str, Any]:
    return {"account": {**ACCOUNT, **account}, "errors": {}, "said": "", "notice": "", **needs}


def _handle(wanted: str | None, typed: str, error: str = "") -> dict[str, Any]:
    account = {**ACCOUNT, "handle_wanted": wanted}
    return {"account": account, "typed": typed, "error": error, "notice": error, "back": "/compose"}


def _confirmed(wrong: bool = False, **account: Any) -> dict[str, Any]:
    form = sample_form("email", "current", "password", "handle", email=HOSTILE if wrong else "a@b.example")
    errors = dict.fromkeys(("email", "current", "password", "handle"), HOSTILE) if wrong else {}
    return _settings(account, form=form, errors=errors, notice=HOSTILE if wrong else "", only_operator=wrong)


def _preferences(**chosen: str) -> dict[str, Any]:
    known = {"theme": None, "time_zone": None, "usual_ttl": None, "usual_audience": None, **chosen}
    needs = {"audiences": ("everyone", "members", "followers"), "zones": zone_choices(known["time_zone"])}
    return {"chosen": known, **needs, "errors": {}, "notice": ""}


_CONFIRMED = {"of a provider": _confirmed(has_password=False), "usual": _confirmed(), "hostile": _confirmed(wrong=True)}

SAMPLES: Samples = {
    "users/_back.html": {"the way back": {}},
    "users/_export.html": {"hostile": {"export": EXPORT}},
    "users/_given_handle.html": {state: _handle(wanted, "") for state, wanted in (("taken", "ann"), ("none", ""))},
    "users/_zone.html": {"an offer": {}},
    "users/delete.html": _CONFIRMED,
    "users/deleted.html": {"gone": {}},
    "users/email.html": _CONFIRMED,
    "users/export.html": {"two files": {}},
    "users/handle.html": {
        "at any time": _handle(None, "alice"),
        "none was asked for": _handle("", "alice"),
        "hostile": _handle("ann", HOSTILE, HOSTILE),
    },
    "users/password.html": _CONFIRMED,
    "users/preferences.html": {
        "nothing chosen": _preferences(),
        "all chosen": _preferences(
            theme="dark", time_zone="Europe/Berlin", usual_ttl="1-day", usual_audience="followers"
        ),
        "hostile": {**_preferences(time_zone=HOSTILE), "errors": {"time_zone": HOSTILE}, "notice": HOSTILE},
    },
    "users/settings.html": {
        "saved": _settings({}, said="Saved."),
        "of a provider": _settings({"has_password": False, "handle_wanted": "ann"}),
        "hostile": _settings(
            {"handle_wanted": "", "decisions": 2, "email": "a@b.example", "bio": HOSTILE, "display_name": HOSTILE},
            errors={"display_name": HOSTILE, "bio": HOSTILE},
            notice=HOSTILE,
        ),
    },
}
