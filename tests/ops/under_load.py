"""Migrations while people read and write, for whom no wait for one may come near the second that they wait at most."""

import itertools
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from factories import make_user
from ways import DatabaseUrls, settings_for

from webapp.activities import actions
from webapp.db.connections import connect
from webapp.db.database import Database
from webapp.ops import migrate
from webapp.postgres.embedded import APP


def migrate_under_load(
    urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch, held: str, folder: Path = migrate.FOLDER
) -> list[str]:
    """What was applied while two threads read and two wrote over and over, and nobody failed.

    A reader of `held` keeps the migrations from its lock: they give way, everybody gets on, they come again; the fourth
    time the reader is done.
    """
    settings = settings_for(urls)
    with urls.owner() as conn:
        alice = str(make_user(conn, password=None))
    # The application's role waits a second for a lock and then fails.
    with connect(urls.app_url) as app:
        half = "SELECT 2 * %s::interval <= current_setting('lock_timeout')::interval"
        assert app.execute(half, [migrate._LOCK_TIMEOUT]).fetchone() == (True,)
    # A stall of this machine is nobody's wait for a migration: here they could wait ten times as long.
    with connect(urls.superuser_url) as admin:
        for name, value in (("lock_timeout", "10s"), ("statement_timeout", "30s")):
            admin.execute(f"ALTER ROLE {APP} IN DATABASE {urls.name} SET {name} = '{value}'")
    db, stop, gave_way = Database(settings), threading.Event(), itertools.count(1)

    def read() -> None:
        db.query_array("feeds/home", viewer_uuid=alice, before=None, replies=True, limit=21)

    def write() -> None:
        new = {"message": "x", "mentioned": [], "audience": "everyone", "key": str(uuid.uuid4())}
        actions.create(db, settings, user_uuid=alice, ttl="1-day", reply_to_activity_uuid=None, **new)

    acts = (read, read, write, write)
    done = [0] * len(acts)

    def repeat(number: int) -> None:
        while not stop.is_set():
            acts[number]()
            done[number] += 1

    with urls.owner() as reader, urls.owner() as conn, ThreadPoolExecutor(len(acts)) as pool:
        reader.execute("BEGIN")
        reader.execute(f"SELECT count(*) FROM {held}")
        conn.execute("SET statement_timeout = '30s'")  # without a limit of its own it would wait for ever

        def give_way() -> None:
            before = list(done)
            while any(now == then for now, then in zip(done, before, strict=True)):
                assert not any(one.done() for one in running)
                stop.wait(0.01)
            if next(gave_way) == 4:
                reader.execute("ROLLBACK")

        monkeypatch.setattr(migrate, "_give_way", give_way)
        running = [pool.submit(repeat, number) for number in range(len(acts))]
        try:
            applied = list(migrate.apply(conn, folder))
        finally:
            stop.set()
            for one in running:
                one.result()
            db.close()
    assert next(gave_way) > 4
    return applied
