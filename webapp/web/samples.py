"""What the samples of all nouns share, and those of the error pages.

`SAMPLES` maps a template to its states, and each state to the template's variables; `viewer` is who is asking.
The pattern page shows the partials, and the tests draw all of them.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

Samples = Mapping[str, Mapping[str, Mapping[str, Any]]]

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
HOSTILE = "</p><script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 1103 * 7 }} \u202etfel"
"""Somebody may type it, and no page may run it."""


def sample_uuid(name: str) -> str:
    """Always the same uuid for a name."""
    return str(uuid5(UUID("5eedac00-0000-4000-8000-0000000000de"), name))


def _problem(**needs: Any) -> dict[str, Any]:
    words = "There is nothing at this address, or its time has passed."
    fixed = {"heading": "Nothing here", "message": words, "request_id": "", "kept": None, "written": None, "href": "/"}
    return {**fixed, "signed_out": False, "stranger": False, "renew": False, **needs}


SAMPLES: Samples = {
    "_said.html": {"for the announcer": {"sentence": "Liked."}},
    "errors/_notice.html": {
        "with a sentence": _problem(),
        "with a way in": _problem(signed_out=True),
        "with nothing for a stranger": _problem(stranger=True),
        "with a request's id": _problem(request_id="0123456789abcdef"),
        "with a new token": _problem(renew=True),
        "hostile": _problem(message=HOSTILE),
    },
    "errors/page.html": {
        "nothing there": _problem(),
        "nothing there, for a stranger": _problem(stranger=True),
        "something broke": _problem(heading="Something broke", request_id="0123456"),
        "away, with what was typed": _problem(
            heading="Back shortly", kept={"message": "Typed before it went away."}, written="message"
        ),
        "a sign-in to try again": _problem(heading="A little slower", href="/sign-in?next=%2Fcompose"),
        "an act to press again": _problem(heading="Please press again", kept={"csrf_token": "stale"}),
        "hostile": _problem(message=HOSTILE, kept={"message": HOSTILE, "ttl": HOSTILE}, written="message"),
    },
}
