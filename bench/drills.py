"""Two drills on real servers: a replica that is paused under load, and a backup that is restored.

Usage: bin/bench drills [--before 4] [--paused 10] [--after 6]

The first counts what must be none: burned activities that a reader is shown after the burn was acknowledged, and
authors who do not find what they just wrote. The second compares every table before and after.
"""

import argparse
import threading
import time
import uuid
from collections import Counter
from typing import Any

from standby import Standby, run_standby

from bench.ground import Ground, ground
from webapp.activities import actions
from webapp.config import Settings
from webapp.db import Database
from webapp.embedded import APP
from webapp.ops import backup, schema
from webapp.ops.target import Target, embedded_target

READERS, WRITERS = 6, 2
_TABLES = ("users", "passwords", "activities", "activity_keys", "invitations", "withdrawals")


class Drill:
    """A primary and its replica under load."""

    def __init__(self, settings: Settings, people: list[str]) -> None:
        self.db, self.settings, self.people = Database(settings, plan_once=True), settings, people
        self.counts: Counter[str] = Counter()
        self.burned: set[str] = set()
        self.over = threading.Event()

    def home(self, user_uuid: str) -> set[str]:
        found: list[Any] = self.db.query_array(
            "feeds/home", viewer_uuid=user_uuid, before_at=None, before_uuid=None, limit=50
        )
        return {card["uuid"] for card in found}

    def read(self, user_uuid: str) -> None:
        while not self.over.is_set():
            gone = set(self.burned)  # acknowledged before the read begins
            self.counts["reads"] += 1
            self.counts["burned and shown"] += len(self.home(user_uuid) & gone)

    def write(self, user_uuid: str) -> None:
        while not self.over.is_set():
            made = actions.create(
                self.db, self.settings, user_uuid=user_uuid, message="drill", ttl="1-day", key=str(uuid.uuid4()),
                reply_to_activity_uuid=None,
            )  # fmt: skip
            self.counts["written"] += 1
            self.counts["own and not found"] += made not in self.home(user_uuid)
            time.sleep(0.1)
            if self.counts["written"] % 5 == 0:
                actions.burn(self.db, self.settings, user_uuid=user_uuid, activity_uuid=made)
                self.burned.add(made)
                self.counts["burned"] += 1


def replica_drill(made: Ground, standby: Standby, chosen: argparse.Namespace) -> None:
    """Pauses the replica under load and lets it go on; prints who answered, and what nobody may be shown."""
    with made.superuser() as conn:
        people = [str(row[0]) for row in conn.execute("SELECT uuid FROM users LIMIT %s", [READERS + WRITERS])]
    url = standby.cluster.url(APP, made.target.name or "")
    drill = Drill(Settings.from_env(made.environment(REPLICA_CONNECTION_URL=url, POOL_MAX="8")), people)
    acts = [drill.read] * READERS + [drill.write] * WRITERS
    threads = [threading.Thread(target=act, args=(who,)) for act, who in zip(acts, people, strict=True)]
    for thread in threads:
        thread.start()
    try:
        _phase(drill, "replica follows", chosen.before)
        standby.pause()
        _phase(drill, "replica paused", chosen.paused)
        before = drill.db.statistics()["replica_answers_total"]
        standby.resume()
        resumed = time.monotonic()
        while drill.db.statistics()["replica_answers_total"] == before:
            time.sleep(0.01)
        print(f"after it was resumed it answered again within {time.monotonic() - resumed:.2f} s")
        _phase(drill, "replica follows again", chosen.after)
    finally:
        drill.over.set()
        for thread in threads:
            thread.join()
        drill.db.close()
    counts = drill.counts
    print(
        f"{counts['written']} written, {counts['burned']} burned, {counts['reads']} reads;"
        f" burned and shown {counts['burned and shown']}, own and not found {counts['own and not found']}"
    )
    if counts["burned and shown"] or counts["own and not found"]:
        raise SystemExit(1)


def _phase(drill: Drill, what: str, seconds: float) -> None:
    """One part of the drill: who answered."""
    before, reads = drill.db.statistics()["replica_answers_total"], drill.counts["reads"] + drill.counts["written"]
    time.sleep(seconds)
    answered = drill.db.statistics()["replica_answers_total"] - before
    asked = drill.counts["reads"] + drill.counts["written"] - reads
    print(f"{what}, {seconds:.0f} s: {asked} reads of feeds, {answered} answered by the replica")


def restore_drill(made: Ground) -> None:
    """Dumps, loads into another database, and compares every table's rows and hash."""
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
    """Both drills. Exits with 1 when somebody was shown what was gone, or a table came back another."""
    options = argparse.ArgumentParser(prog="bin/bench drills")
    options.add_argument("--before", type=float, default=4)
    options.add_argument("--paused", type=float, default=10)
    options.add_argument("--after", type=float, default=6)
    chosen = options.parse_args()
    with ground(500, 20_000) as made:
        with run_standby(made.cluster) as standby:
            replica_drill(made, standby, chosen)
        restore_drill(made)


if __name__ == "__main__":
    main()
