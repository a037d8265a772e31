from types import SimpleNamespace
from typing import Any

from ..invitations.samples import BY_A_SCRIPT, BY_SOMEBODY_ODD, INVITED
from ..sessions.samples import sample_form
from ..web.samples import HOSTILE, Samples, sample_uuid

_FIELDS = ("display_name", "handle", "email", "password", "invite")


def _form(invited: Any = None, **typed: str) -> SimpleNamespace:
    form = sample_form(*_FIELDS, **typed)
    form.invited = invited
    return form


SAMPLES: Samples = {
    "sign_ups/_rules.html": {"of the settings": {}},
    "sign_ups/_invited.html": {
        "by a person": {"form": _form(INVITED)},
        "by a script": {"form": _form(BY_A_SCRIPT)},
        "hostile": {"form": _form(BY_SOMEBODY_ODD)},
    },
    "sign_ups/sign_up.html": {
        "empty": {
            "form": _form(),
            "text": "",
            "errors": {},
            "notice": "",
            "key": sample_uuid("key"),
            "back": "/",
        },
        "hostile": {
            "form": _form(BY_SOMEBODY_ODD, email=HOSTILE, invite=HOSTILE, display_name=HOSTILE),
            "errors": {"email": HOSTILE, "password": "Too short."},
            "text": HOSTILE,
            "notice": HOSTILE,
            "key": sample_uuid("key"),
            "back": "/compose",
        },
    },
    "sign_ups/closed.html": {
        "without an invitation": {"invite": ""},
        "with one that is no longer valid": {"invite": "used-before"},
    },
}
