from ..sessions.samples import sample_form
from ..web.samples import HOSTILE, NOW, WEEK, Samples, sample_uuid
from .forms import LIVES
from .qr import qr_code
from .shapes import Invitation, Invited

INVITED: Invited = {
    "uuid": sample_uuid("invitation"),
    "name": "Choir practice",
    "places": 30,
    "display_name": "Marnie Fell",
    "handle": "marnie",
}
INVITATION: Invitation = {**INVITED, "code_hash": "00" * 32, "used": 12, "expires_at": (NOW + WEEK).isoformat()}
BY_A_SCRIPT: Invitation = {**INVITATION, "name": "", "places": 1, "used": 0, "display_name": None, "handle": None}
BY_SOMEBODY_ODD: Invitation = {**INVITATION, "name": HOSTILE, "display_name": HOSTILE}

_LINK = "https://mayfly.example/join/abcdefghijklmnopqrstuvwxyz"
_FIELDS = ("name", "places", "ends")
_STATES = {"by a person": INVITATION, "by a script": BY_A_SCRIPT, "hostile": BY_SOMEBODY_ODD}
_ONE_EACH = {state: {"invitation": invitation} for state, invitation in _STATES.items()}
_EMPTY: dict[str, object] = {
    "invitations": [],
    "form": sample_form(*_FIELDS),
    "lives": LIVES,
    "errors": {},
    "notice": "",
    "vanishing": None,
}

SAMPLES: Samples = {
    "invitations/_end.html": {"for one": {"invitation": INVITATION}},
    "invitations/_host.html": _ONE_EACH,
    "invitations/_places.html": _ONE_EACH,
    "invitations/_until.html": {"for one": {"invitation": INVITATION}},
    "invitations/invitations.html": {
        "some": {**_EMPTY, "invitations": [INVITATION, {**BY_A_SCRIPT, "uuid": sample_uuid("another")}]},
        "none": _EMPTY,
        "hostile": {
            "invitations": [BY_SOMEBODY_ODD],
            "form": sample_form(*_FIELDS, name=HOSTILE, places=HOSTILE, ends=HOSTILE),
            "lives": LIVES,
            "notice": HOSTILE,
            "vanishing": None,
            "errors": {"name": HOSTILE, "places": "Enter a number from 1 to 1000.", "ends": "Choose when it ends."},
        },
    },
    "invitations/invitation.html": {
        "with its address": {"invitation": INVITATION, "link": _LINK, "qr": qr_code(_LINK)},
        "made with a lost key": {"invitation": BY_A_SCRIPT, "link": "", "qr": None},
        "hostile": {"invitation": BY_SOMEBODY_ODD, "link": _LINK, "qr": qr_code(_LINK)},
    },
}
