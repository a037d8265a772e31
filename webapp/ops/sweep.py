"""The sweep: frees the space of what has expired. It never hides anything, the reads do that.

Small batches, each committed by itself, over rows that nobody holds: two sweeps share the work, and one that is killed
leaves whole rows for the next.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from ..config.settings import Settings
from ..db.database import Database
from ..errors import Violated

BATCH = 500

_STEPS = {
    "deleted": "ops/sweep_leaves",
    "blanked": "ops/sweep_parents",
    "sessions": "ops/sweep_sessions",
    "invitations": "ops/sweep_invitations",
    "keys": "ops/sweep_keys",
    "drafts": "ops/sweep_drafts",
    "limits": "ops/sweep_limits",
}


@dataclass(frozen=True)
class Swept:
    """How many rows of each kind went, and for how many seconds the oldest text had been waiting."""

    counts: Mapping[str, int]
    lag: float

    def __str__(self) -> str:
        return f"{', '.join(f'{name} {count}' for name, count in self.counts.items())}, lag {self.lag:.1f} s"

    def __bool__(self) -> bool:
        return any(self.counts.values())


def sweep(
    db: Database, *, batch: int = BATCH, stop: threading.Event | None = None, session_idle: int = Settings.session_idle
) -> Swept:
    """Sweeps until nothing is left that is not in use, or until `stop` is set. Raises `Unavailable`."""
    lag = float(db.query_value("ops/sweep_lag") or 0)
    counts = dict.fromkeys(_STEPS, 0)
    keys = {"key_seconds": Settings.key_outlives}
    params = {
        "ops/sweep_leaves": keys,
        "ops/sweep_parents": keys,
        "ops/sweep_sessions": {"idle_seconds": session_idle},
    }
    for name, template in _STEPS.items():
        # A leaf's parent may be a leaf now, so the first step goes up a dead thread batch by batch.
        while not (stop and stop.is_set()):
            if not (touched := _once(db, template, {"limit": batch, **params.get(template, {})})):
                break
            counts[name] += touched
    db.query_value("ops/sweep_blanks", limit=batch, **keys)
    return Swept(counts, lag)


def _once(db: Database, template: str, params: Mapping[str, int]) -> int:
    try:
        return db.execute(template, **params)
    except Violated:  # a reply was committed between our look and our lock: it is seen the next time
        return db.execute(template, **params)
