from typing import Any

from ..web.samples import HOSTILE, NOW, Samples, sample_uuid
from .shapes import Tie


def tie(**fields: Any) -> Tie:
    """What ties the viewer to Bede: nothing but what is given."""
    usual: Tie = {
        "uuid": sample_uuid("bede"),
        "display_name": "Tobias Bede",
        "handle": "bede",
        "is_own": False,
        "follows": False,
        "muted": False,
        "muted_until": None,
        "blocked": False,
        "followers_count": 3,
    }
    return {**usual, **fields}  # type: ignore[typeddict-item]


TIES = {
    "nothing": tie(),
    "followed": tie(follows=True, followers_count=1),
    "muted for a while": tie(muted=True, muted_until=NOW.isoformat()),
    "muted for good": tie(muted=True),
    "blocked": tie(blocked=True, muted=True),
    "hostile": tie(display_name=HOSTILE[:50], followers_count=1000),
}

SAMPLES: Samples = {
    **{
        f"follows/{name}.html": {state: {"person": person} for state, person in TIES.items()}
        for name in ("_follow", "_followed", "_followers", "_tie", "_hidden")
    },
    "follows/_acts.html": {
        "on a profile": {"handle": "bede", "id": "more"},
        "in a card": {"handle": "bede", "id": "acts-1", "in_card": True},
    },
    "follows/blocked.html": {"blocked": {"person": TIES["blocked"], "vanishing": None}},
    "follows/hidden.html": {
        name: {"people": people, "vanishing": None, "own_reports": list, "own_decisions": list}
        for name, people in (("nobody", []), ("some", [TIES["muted for a while"], TIES["blocked"]]))
    },
}
