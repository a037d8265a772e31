"""A drill on real servers: restore a backup, then compare every table before and after.

Usage: bin/bench drills
"""

import time

from bench.ground import Ground, ground
from webapp.config.settings import Settings
from webapp.db.database import Database
from webapp.ops import backup, schema
from webapp.ops.target import Target, embedded_target

_TABLES = ("users", "passwords", "activities", "activity_keys", "invitations")


def restore_drill(made: Ground) -> None:
    other = embedded_target(made.cluster, "test", "mayfly_test_restored")
    file = made.folder / "drill.dump"
    db = Database(Settings.from_env(made.environment()))
    began = time.monotonic()
    backup.backup(made.target, db, file)
    dumped = time.monotonic()
    db.close()
    schema.create(other)
    backup.restore(other, file)
    restored = time.monotonic()
    before, after = _hashes(made.target), _hashes(other)
    rows = sum(count for count, _ in before.values())
    print(
        f"{rows:,} rows: backed up in {dumped - began:.1f} s into {file.stat().st_size / 1e6:.1f} MB, restored in"
        f" {restored - dumped:.1f} s; tables that differ: {sum(before[name] != after[name] for name in before)}"
    )
    if before != after:
        raise SystemExit(1)


def _hashes(on: Target) -> dict[str, tuple[int, str]]:
    with on.owner() as conn:
        statement = "SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY t::text)) FROM {} AS t"
        return {name: conn.execute(statement.format(name)).fetchone() for name in _TABLES}  # type: ignore[misc]


def main() -> None:
    """Exits with 1 when a table differs."""
    with ground(500, 20_000) as made:
        restore_drill(made)


if __name__ == "__main__":
    main()
