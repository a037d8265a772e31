"""Times every statement that a person waits for, one by one, over a million activities.

Usage: bin/bench statements [--users 100000] [--activities 1200000] [--times 300]
"""

import argparse
import os
import random
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

from bench.ground import Ground, ground
from bench.load import percentile
from webapp.config.settings import Settings
from webapp.db.connections import Connection
from webapp.db.database import Database
from webapp.feeds.pages import BESIDE
from webapp.postgres.programs import major_version
from webapp.web.paging import PAGE_SIZE

GOAL = 50.0
"""Milliseconds that the 99th percentile of a statement should stay below."""

Params = dict[str, Any]

IDLE = Settings.session_idle
LIFE = {"life_seconds": 3600, "ceiling_seconds": 30 * 86_400}
KEYS = {"key_seconds": Settings.key_outlives}
UNDO = {"undo_seconds": 10}


FOLLOWERS = [
    f"WITH follower AS (SELECT uuid FROM users WHERE handle = 'user_{number}'), followed AS ({who} LIMIT 1000),"
    " tied AS (INSERT INTO follows (user_uuid, followed_uuid)"
    " SELECT follower.uuid, followed.uuid FROM follower, followed WHERE follower.uuid <> followed.uuid)"
    " SELECT uuid FROM follower"
    for number, who in enumerate(
        (
            "SELECT uuid FROM users ORDER BY md5(uuid::text)",
            "SELECT user_uuid AS uuid FROM alive_activities GROUP BY user_uuid ORDER BY max(number)",
        ),
        2,
    )
]
"""Two people who follow a thousand: drawn by lot; and those who have been silent for longest."""


class Values:
    """Real people, activities and cursors, drawn for each call: an unlucky draw belongs to the tail."""

    def __init__(self, conn: Connection) -> None:
        self._dice = random.Random(42)
        self._sessions = conn.execute("SELECT token_hash FROM sessions").fetchall()
        self._people = conn.execute("SELECT uuid, handle, email FROM users ORDER BY md5(handle) LIMIT 2000").fetchall()
        self._activities = conn.execute(
            "SELECT uuid, number, user_uuid FROM alive_activities WHERE md5(uuid::text) < '01' LIMIT 2000"
        ).fetchall()
        self._parents = conn.execute(
            "SELECT reply_to_activity_uuid FROM alive_activities WHERE reply_to_activity_uuid IS NOT NULL"
            " GROUP BY reply_to_activity_uuid ORDER BY count(*) DESC LIMIT 200"
        ).fetchall()

        self._followers = [conn.execute(sql).fetchone()[0] for sql in FOLLOWERS]

    def viewer(self) -> Params:
        return {"viewer_uuid": self._dice.choice(self._people)[0]}

    def person(self) -> Params:
        return {"user_uuid": self._dice.choice(self._people)[0]}

    def handle(self, name: str) -> Params:
        return {name: self._dice.choice(self._people)[1]}

    def email(self, name: str) -> Params:
        return {name: self._dice.choice(self._people)[2]}

    def activity(self) -> Params:
        return {"uuid": self._dice.choice(self._activities)[0]}

    def own(self) -> Params:
        """One of the activities, with its author."""
        found = self._dice.choice(self._activities)
        return {"user_uuid": found[2], "uuid": found[0]}

    def writer(self) -> Params:
        """One of the ten who write drafts."""
        return {"user_uuid": self._dice.choice(self._people[:10])[0]}

    def busy(self) -> Params:
        """One of the activities with most replies."""
        return {"uuid": self._dice.choice(self._parents)[0]}

    def newest(self) -> Params:
        return {"before": None, "limit": PAGE_SIZE + 1}

    def further(self) -> Params:
        found = self._dice.choice(self._activities)
        return {"before": found[1], "limit": PAGE_SIZE + 1}

    def cases(self) -> dict[str, tuple[str, Callable[[], Params]]]:
        """A label, the statement's name, and its parameters for one call."""
        both = {"replies": True}
        soonest = {"after": None, "after_uuid": None, "limit": PAGE_SIZE + 1}
        return {
            "home": ("feeds/home", lambda: self.viewer() | self.newest() | both),
            "home, further on": ("feeds/home", lambda: self.viewer() | self.further() | both),
            "home of a thousand followed": ("feeds/home", lambda: self._following(0) | self.newest() | both),
            "home of a thousand silent": ("feeds/home", lambda: self._following(1) | self.newest() | both),
            "home of a thousand silent, further on": ("feeds/home", lambda: self._following(1) | self.further() | both),
            "home without replies": ("feeds/home", lambda: self.viewer() | self.newest() | {"replies": False}),
            "public, further on": ("feeds/public", lambda: {"viewer_uuid": None} | self.further() | both),
            "how far one has read": ("feeds/mark", self.viewer),
            "noting how far": ("feeds/read", lambda: self.person() | {"newest": self.further()["before"]}),
            "what ends next": ("feeds/ending", lambda: self.viewer() | soonest),
            "people": ("feeds/people", lambda: self.viewer() | self.newest()),
            "people, further on": ("feeds/people", lambda: self.viewer() | self.further()),
            "people found by name": ("feeds/find_people", lambda: self.viewer() | {"prefix": "ada m", "limit": 21}),
            "who is here": ("feeds/here", lambda: self.viewer() | {"most": BESIDE}),
            "people to follow": ("feeds/suggested", lambda: self.viewer() | {"most": BESIDE}),
            "what a person likes": ("feeds/likes", lambda: self.viewer() | self.person() | self.newest()),
            "followers": ("feeds/followers", lambda: self.viewer() | self.person() | self.newest()),
            "a person": ("feeds/profile", lambda: self.viewer() | self.person() | self.newest()),
            "a person, further on": ("feeds/profile", lambda: self.viewer() | self.person() | self.further()),
            "what vanishes within the hour": ("feeds/vanishing", lambda: self.viewer() | {"soonest": BESIDE}),
            "a thread": ("feeds/thread", lambda: self.viewer() | self.activity()),
            "a busy thread": ("feeds/thread", lambda: self.viewer() | self.busy()),
            "where a busy thread goes on": ("feeds/thread_on", lambda: self.viewer() | self.busy()),
            "a card": ("activities/card", lambda: self.viewer() | self.activity()),
            "a profile": ("feeds/person", lambda: self.viewer() | self.handle("handle")),
            "the viewer": ("sessions/viewer", lambda: self._session() | {"idle_seconds": IDLE, "issuer": None}),
            "an account, by e-mail": ("sessions/account", lambda: self.email("login")),
            "what is taken": ("sign_ups/taken", lambda: self.handle("handle") | {"email": "nobody@example.com"}),
            "posting": ("activities/create", lambda: self._new(None)),
            "replying": ("activities/create", lambda: self._new(self.activity()["uuid"])),
            "liking": ("reactions/like", self._liked),
            "saving a draft": ("drafts/save", self._draft),
            "the newest draft": ("drafts/newest", lambda: self.writer() | {"reply_to_activity_uuid": None}),
            "all drafts": ("drafts/list", self._listed),
            "another end": ("activities/fuse", lambda: self.own() | LIFE | KEYS),
            "burning another's (nothing happens)": ("activities/burn", lambda: self.person() | self.activity() | KEYS),
            "what is new, at start": ("live/news", lambda: {"since": None} | UNDO),
            "what is new, at a tick": ("live/news", lambda: {"since": time.time() - 2} | UNDO),
            "what is left of a page": ("live/alive", self._page),
        }

    def _new(self, parent: object) -> Params:
        written = {"uuid": uuid.uuid4(), "message": "The tide is out.", "mentioned": [], "audience": "everyone"}
        return {**written, **UNDO, "life_seconds": 3600, **self.viewer(), "reply_to_activity_uuid": parent}

    def _following(self, which: int) -> Params:
        return {"viewer_uuid": self._followers[which]}

    def _session(self) -> Params:
        return {"token_hash": self._dice.choice(self._sessions)[0]}

    def _liked(self) -> Params:
        return {**self.viewer(), "activity_uuid": self.activity()["uuid"], "wanted": True}

    def _draft(self) -> Params:
        typed = {"key": uuid.uuid4(), "version": None, "message": "The tide", "ttl": "1-day", "audience": None}
        return {**self._listed(), **typed, "reply_to_activity_uuid": None}

    def _listed(self) -> Params:
        own = self.writer()
        return {**own, "viewer_uuid": own["user_uuid"]}

    def _page(self) -> Params:
        numbers = [found[1] for found in self._dice.sample(self._activities, PAGE_SIZE)]
        return {**self.viewer(), "numbers": numbers, "since": time.time() - 25, **UNDO}


def main() -> None:
    options = argparse.ArgumentParser(prog="bin/bench statements")
    options.add_argument("--users", type=int, default=100_000)
    options.add_argument("--activities", type=int, default=1_200_000)
    options.add_argument("--times", type=int, default=300)
    options.add_argument("--only", default="", help="part of the labels to time")
    chosen = options.parse_args()
    began = time.monotonic()
    with ground(chosen.users, chosen.activities) as made:
        with made.superuser() as conn:
            values = Values(conn)
            (alive,) = conn.execute("SELECT count(*) FROM alive_activities").fetchone()
        print(f"{chosen.users} people, {alive} live activities; PostgreSQL {major_version(made.cluster.bindir)}")
        print(f"{chosen.times} calls of each; the middle one, and the 99th percentile")
        measure(made, values, chosen.times, chosen.only)
    print(f"\n{time.monotonic() - began:.0f} s in all, load {os.getloadavg()[0]:.1f} at the end")


def measure(made: Ground, values: Values, times: int, only: str) -> None:
    """Calls the statements one after the other through the application's pool, with its plans, without decoding."""
    db = Database(Settings.from_env(made.environment(POOL_MAX="1")), generic_plans=True)
    worst = 0.0
    try:
        for what, (name, params) in [case for case in values.cases().items() if only in case[0]]:
            call = db.query_json if db.catalogue[name].kind != "plain" else db.execute
            drawn = [params() for _ in range(times + 10)]
            took = []
            for given in drawn:
                started = time.perf_counter()
                call(name, **given)
                took.append((time.perf_counter() - started) * 1000)
            took = took[10:]  # warm-up: prepared and planned
            p99 = percentile(took, 0.99)
            worst = max(worst, p99)
            print(f"  {statistics.median(took):7.2f} ms  p99 {p99:7.2f} ms  {what} ({name})", flush=True)
    finally:
        db.close()
    print(f"the slowest p99 is {worst:.1f} ms; the goal is {GOAL:.0f} ms")


if __name__ == "__main__":
    main()
