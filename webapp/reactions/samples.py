from ..activities.samples import card
from ..web.samples import Samples

SAMPLES: Samples = {
    "reactions/_reactions.html": {
        "none": {"activity": card()},
        "from others": {"activity": card(likes_count=3)},
        "one's own": {"activity": card(liked=True, likes_count=1)},
        "very many": {"activity": card(liked=True, likes_count=1000)},
        "seen signed out": {"activity": card(likes_count=3), "viewer": None},
        "seen signed out, none": {"activity": card(), "viewer": None},
    },
}
