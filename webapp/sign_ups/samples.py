from ..sessions.samples import sample_form
from ..web.samples import HOSTILE, Samples, sample_uuid

_FIELDS = ("display_name", "handle", "email", "password", "invite")

SAMPLES: Samples = {
    "sign_ups/sign_up.html": {
        "empty": {"form": sample_form(*_FIELDS), "errors": {}, "notice": "", "key": sample_uuid("key")},
        "hostile": {
            "form": sample_form(*_FIELDS, email=HOSTILE, invite=HOSTILE, display_name=HOSTILE),
            "errors": {"email": HOSTILE, "password": "Too short."},
            "notice": HOSTILE,
            "key": sample_uuid("key"),
        },
    },
    "sign_ups/closed.html": {
        "without an invitation": {"invite": ""},
        "with one that is no longer valid": {"invite": "used-before"},
    },
}
