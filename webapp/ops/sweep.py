"""The sweep frees the space of what has expired. It hides nothing: the reads do that.

It works in small batches, each in its own transaction, and skips locked rows: two sweeps share the work, and after a
kill the next sweep continues.
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
    "withdrawals": "ops/sweep_withdrawals",
    "copies": "ops/sweep_report_copies",
    "reports": "ops/sweep_reports",
    "audit": "ops/sweep_audit",
    "mutes": "ops/sweep_mutes",
    "handles": "ops/sweep_handles",
}


@dataclass(frozen=True)
class Swept:
    """How many rows of each kind were swept, and how many seconds the oldest text had waited."""

    counts: Mapping[str, int]
    lag: float

    def __str__(self) -> str:
        return f"{', '.join(f'{name} {count}' for name, count in self.counts.items())}, lag {self.lag:.1f} s"

    def __bool__(self) -> bool:
        return any(self.counts.values())


def sweep(
    db: Database, *, batch: int = BATCH, stop: threading.Event | None = None, session_idle: int = Settings.session_idle
) -> Swept:
    """Sweeps until only locked rows are left, or until `stop` is set. Raises `Unavailable`."""
    lag = float(db.query_value("ops/sweep_lag") or 0)
    counts = dict.fromkeys(_STEPS, 0)
    keys = {"key_seconds": Settings.key_outlives}
    params = {
        "ops/sweep_leaves": keys,
        "ops/sweep_parents": keys,
        "ops/sweep_sessions": {"idle_seconds": session_idle},
    }
    for name, template in _STEPS.items():
        # Without its reply a parent becomes a leaf, so the first step repeats until a dead thread is gone.
        while not (stop and stop.is_set()):
            if not (touched := _once(db, template, {"limit": batch, **params.get(template, {})})):
                break
            counts[name] += touched
    db.query_value("ops/sweep_blanks", limit=batch, **keys)
    return Swept(counts, lag)


def _once(db: Database, template: str, params: Mapping[str, int]) -> int:
    try:
        return db.execute(template, **params)
    except Violated:  # a reply was committed between our read and our lock: the second try sees it
        return db.execute(template, **params)
