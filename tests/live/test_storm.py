"""Many acts at once, with everybody listening: no error, and each page knows in the end what its viewer may see."""

import json
import random
import threading
import time
from collections.abc import Callable
from functools import partial
from uuid import uuid4

import pytest
from factories import make_user
from flask import Flask
from ways import wait_for

from webapp.activities import actions as activities
from webapp.activities.shapes import AUDIENCES
from webapp.db.connections import Connection
from webapp.errors import Conflict, Invalid, NotFound
from webapp.follows import actions as follows
from webapp.live import hub as hub_module
from webapp.live.hub import Hub
from webapp.ops import people as operator

PEOPLE, SECONDS = 8, 3.0
ACTS = ("post", "reply", "burn", "follow", "unfollow", "block", "unblock", "suspend")


class Page:
    """An open page: what others wrote of which it was told, until it is told of the end, or asks what it may see."""

    def __init__(self, hub: Hub, viewer_uuid: str, ask: Callable[[], set[str]]) -> None:
        self.stream = hub.join(viewer_uuid=viewer_uuid, token_hash=viewer_uuid.encode(), since=time.time())
        self.heard, self.ask = 0, ask
        self.shown: set[str] = set()

    def listen(self, hub: Hub) -> None:
        if line := hub._event(self.stream, False):
            event = json.loads(line.partition(b"data: ")[2])
            self.heard += 1
            self.shown |= set(event["new"])
            self.shown -= {number for number, left in event["ends"].items() if not left}
            if event.get("ask"):
                self.shown = self.ask()


def test_storm_of_acts_leaves_every_page_with_what_its_viewer_may_see(
    app: Flask, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "CHECK", 60.0)  # these sessions are of no database
    db, settings, hub = app.extensions["db"], app.extensions["settings"], app.extensions["live"]
    handles = [f"user_{n}" for n in range(PEOPLE)]
    people = {handle: str(make_user(conn, handle, password=None)) for handle in handles}

    def seen(viewer_uuid: str) -> set[str]:
        """What others wrote and they may see, as `/alive` says it."""
        rows = conn.execute(
            "SELECT number FROM activities WHERE user_uuid IS DISTINCT FROM %s", [viewer_uuid]
        ).fetchall()
        asked = {"viewer_uuid": viewer_uuid, "numbers": [number for (number,) in rows], "since": None}
        found = db.query_object("live/alive", **asked, undo_seconds=0)
        return set(found["ends"])

    pages = {uuid: Page(hub, uuid, partial(seen, uuid)) for uuid in people.values()}
    made: list[tuple[str, str]] = []
    faults: list[BaseException] = []
    over = time.monotonic() + SECONDS

    def act(dice: random.Random) -> None:
        one, other = dice.sample(handles, 2)
        what = dice.choice(ACTS)
        if what == "suspend":
            operator.suspend(db, other, undo=dice.random() < 0.7)
        elif what == "burn" and made:
            author, uuid = dice.choice(made)
            activities.burn(db, settings, user_uuid=people[author], activity_uuid=uuid)
        elif what in ("post", "reply"):
            parent = dice.choice(made)[1] if what == "reply" and made else None
            uuid = activities.create(
                db, settings, user_uuid=people[one], message="Said.", mentioned=[], audience=dice.choice(AUDIENCES),
                ttl="1-day", key=str(uuid4()), reply_to_activity_uuid=parent,
            )  # fmt: skip
            made.append((one, uuid))
        elif what != "burn":
            follows.act(db, name=f"follows/{what}", user_uuid=people[one], handle=other)

    def storm(seed: int) -> None:
        dice = random.Random(seed)
        while time.monotonic() < over:
            try:
                act(dice)
            except (Conflict, Invalid, NotFound):  # refused, as it should be
                pass
            except BaseException as fault:
                faults.append(fault)

    threads = [threading.Thread(target=storm, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        for page in pages.values():
            page.listen(hub)
        time.sleep(0.05)
    try:
        for _ in range(2):  # two reads after the storm, so that what was committed last is told
            before = hub._at
            wait_for(lambda before=before: hub._at > before)
        for uuid, page in pages.items():
            page.listen(hub)
            assert page.shown <= seen(uuid)
    finally:
        for page in pages.values():
            hub.leave(page.stream)
    assert not faults
    assert all(page.heard for page in pages.values())
