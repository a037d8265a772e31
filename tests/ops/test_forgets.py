"""Nothing of what is gone is on the disk after the pass of the night, and every measure is needed for that."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from factories import make_activity, make_user
from ops_fixtures import Run
from verbs import value
from ways import DatabaseUrls, settings_for, wait_for

from webapp.activities import actions as activities
from webapp.config.settings import Settings
from webapp.db.connections import Connection, connect
from webapp.db.database import Database
from webapp.drafts import actions as drafts
from webapp.ops import forget, forgets
from webapp.ops.target import target


@pytest.fixture
def place(run: Run, embedded: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(forgets, "_served", lambda settings, handles: b"")  # tests/feeds/test_expiry.py asks them all
    run.done("db-create")
    run.done("db-schema-load")
    return embedded


def test_every_kind_is_gone_from_every_byte(run: Run, place: Path) -> None:
    told = run.done("forgets", "--now")
    assert "11 of 11 kinds are gone from every byte." in told
    assert told.count("before: base") >= 11  # where it would be found: it is searched for in the right way


@pytest.mark.parametrize(
    "measure",
    [
        lambda patch: patch.setattr(forget, "cut_log", lambda conn: True),
        lambda patch: patch.setattr(forget._Pass, "_truncate", lambda self, half: True),
        lambda patch: patch.setattr(forgets, "sweep", lambda db: None),
        *(
            lambda patch, table=table: patch.setattr(forget, "HALVED", tuple({*forget.HALVED} - {table}))
            for table in forget.HALVED
        ),
    ],
    ids=["log", "halves", "sweep", *forget.HALVED],
)
def test_proof_fails_without(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch, measure) -> None:  # type: ignore[no-untyped-def]
    measure(monkeypatch)
    code, out, err = run("forgets", "--now")
    assert code == 1, (out, err)


def test_pass_that_was_killed_is_gone_on_with(fresh_database: DatabaseUrls) -> None:
    """Stopped after each of its statements, one after the other, it loses nothing and comes to its end."""
    with fresh_database.owner() as conn, connect(fresh_database.superuser_url) as keeper:
        alice = make_user(conn, password=None)
        living = {make_activity(conn, alice, f"number {n}") for n in range(300)}
        for step in range(1, 20):
            with pytest.raises(Killed):
                forget.forget(KilledAfter(keeper, step))  # type: ignore[arg-type]
            found = conn.execute("SELECT uuid FROM alive_activities WHERE message IS NOT NULL").fetchall()
            assert {row[0] for row in found} == living
            keeper.execute("SELECT pg_advisory_unlock_all()")
        assert forget.forget(keeper)
        assert conn.execute("SELECT count(*) FROM activity_texts").fetchone() == (300,)


class Killed(Exception):
    pass


class KilledAfter:
    """The connection of a keeper that is killed after so many statements."""

    broken = True

    def __init__(self, conn: Connection, statements: int) -> None:
        self.conn, self.left = conn, statements

    def execute(self, *asked):  # type: ignore[no-untyped-def]
        self.left -= 1
        if self.left < 0:
            raise Killed
        return self.conn.execute(*asked)

    def transaction(self):  # type: ignore[no-untyped-def]
        return self.conn.transaction()


def test_pass_waits_for_a_dump_which_would_else_find_a_text_in_neither_half(fresh_database: DatabaseUrls) -> None:
    """A snapshot that is older than the move, of a transaction that has not opened the texts yet."""
    with fresh_database.owner() as conn, connect(fresh_database.superuser_url) as keeper:
        make_activity(conn, make_user(conn, password=None))
        with connect(fresh_database.owner_url) as dump, dump.transaction():
            dump.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            dump.execute("SELECT count(*) FROM users")
            with pytest.raises(forget.TooBusy):
                forget.forget(keeper, patience=0.2)
            assert value(dump, "SELECT count(*) FROM activity_texts") == 1
        assert forget.forget(keeper)


def test_half_that_still_holds_a_text_is_not_emptied(
    fresh_database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when somebody held its row through the move."""
    monkeypatch.setattr(forget._Pass, "_move", lambda self, table, half: None)
    with fresh_database.owner() as conn, connect(fresh_database.superuser_url) as keeper:
        make_activity(conn, make_user(conn, password=None))
        with pytest.raises(forget.TooBusy):
            forget.forget(keeper, patience=0.2)
        assert value(conn, "SELECT count(*) FROM activity_texts") == 1


def test_server_whose_files_are_elsewhere_is_not_said_to_be_searched(run: Run, elsewhere: DatabaseUrls) -> None:
    told = run.done("forgets", "--now", KEEPER_CONNECTION_URL=elsewhere.superuser_url)
    assert "files are not here to be searched" in told


ACTS: dict[str, tuple[Callable[[Database, Settings, str, str, str], object], str]] = {
    "burn": (
        lambda db, settings, user, made, _: activities.burn(db, settings, user_uuid=user, activity_uuid=made),
        "SELECT NOT EXISTS (SELECT FROM activity_texts)",
    ),
    "rewrite": (
        lambda db, settings, user, made, _: activities.rewrite(
            db, settings, user_uuid=user,
            activity=db.query_object("activities/card", viewer_uuid=user, uuid=made),  # type: ignore[arg-type]
        ),
        "SELECT NOT EXISTS (SELECT FROM activity_texts) AND count(*) = 2 FROM drafts",
    ),
    "save a draft": (
        lambda db, _, user, __, key: drafts.save(db, user_uuid=user, key=key, **AND_ON),
        "SELECT array_agg(message) = '{and on}' FROM drafts",
    ),
    "post a draft": (
        lambda db, settings, user, _, key: activities.create(
            db, settings, user_uuid=user, key=key, mentioned=[], **TEXT | {"audience": "everyone", "ttl": "1-day"}
        ),
        "SELECT NOT EXISTS (SELECT FROM drafts) AND count(*) = 2 FROM activity_texts",
    ),
}  # fmt: skip
AND_ON = {"message": "and on", "ttl": None, "audience": None, "reply_to_activity_uuid": None, "version": 1}
TEXT = {"message": "begun", "ttl": None, "audience": None, "reply_to_activity_uuid": None, "version": 0}


@pytest.mark.parametrize("act", ACTS)
def test_act_on_a_text_that_moves_meanwhile_is_done(fresh_database: DatabaseUrls, act: str) -> None:
    """PostgreSQL refuses to write to a row that was moved while one waited for it."""
    settings, key = settings_for(fresh_database), str(uuid4())
    do, done = ACTS[act]
    with (
        fresh_database.owner() as conn,
        connect(fresh_database.superuser_url) as keeper,
        closing(Database(settings)) as db,
    ):
        user = str(make_user(conn, password=None))
        made = str(make_activity(conn, UUID(user)))
        drafts.save(db, user_uuid=user, key=key, **TEXT)
        with ThreadPoolExecutor(1) as threads:
            with keeper.transaction():
                keeper.execute("UPDATE activity_texts SET half = 1")
                keeper.execute("UPDATE drafts SET half = 1")
                acting = threads.submit(do, db, settings, user, made, key)
                wait_for(lambda: value(conn, "SELECT count(*) FROM pg_locks WHERE NOT granted") > 0)
            acting.result(10)
        assert db.retries == 1
        assert value(conn, done)


def test_production_plants_nothing(run: Run, place: Path) -> None:
    run.done("db-create", APP_ENV="production")
    run.done("db-schema-load", APP_ENV="production")
    assert "left in the tables' files" in run.done("forgets", "--now", APP_ENV="production")
    with target("test", {"APP_ENV": "production", "MAYFLY_STATE": str(place)}) as on, on.owner() as conn:
        assert conn.execute("SELECT count(*) FROM former_handles").fetchone() == (0,)
