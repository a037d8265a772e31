from ..sessions.samples import sample_form
from ..web.samples import HOSTILE, Samples, sample_uuid

_FIELDS = ("display_name", "handle", "email", "password", "invite")

SAMPLES: Samples = {
    "sign_ups/sign_up.html": {
        "empty": {
            "form": sample_form(*_FIELDS),
            "text": "",
            "errors": {},
            "notice": "",
            "key": sample_uuid("key"),
            "back": "/",
        },
        "hostile": {
            "form": sample_form(*_FIELDS, email=HOSTILE, invite=HOSTILE, display_name=HOSTILE),
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
