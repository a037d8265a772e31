"""The sweep frees what has expired, and only that; twice at once, and killed anywhere."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from factories import make_activity, make_user
from ops_fixtures import one
from verbs import expire
from ways import DatabaseUrls, at_once, settings_for, wait_for

from webapp.db.connections import Connection
from webapp.db.database import Database
from webapp.ops.sweep import Swept, sweep
from webapp.postgres.folders import CHECKOUT

DEAD = timedelta(hours=-1)


@pytest.fixture
def db(database_urls: DatabaseUrls) -> Iterator[Database]:
    db = Database(settings_for(database_urls))
    yield db
    db.close()


@pytest.fixture
def alice(conn: Connection) -> UUID:
    return make_user(conn, password=None)


def make_many_dead(conn: Connection, alice: UUID, number: int) -> None:
    sql = """INSERT INTO activities (user_uuid, created_at, expires_at)
        SELECT %s, now() - interval '2 hours', now() - interval '1 hour' FROM generate_series(1, %s)"""
    conn.execute(sql, [alice, number])


def activities(conn: Connection) -> dict[UUID, str | None]:
    """What is on the disk: uuid to message."""
    return dict(
        conn.execute("SELECT uuid, message FROM activities LEFT JOIN activity_texts ON activity_uuid = uuid").fetchall()
    )


def count_kinds(db: Database) -> tuple[int, int]:
    """How many a sweep deleted and how many it blanked."""
    counts = sweep(db).counts
    return counts["deleted"], counts["blanked"]


def test_sweep_keeps_the_living_and_blanks_what_is_above_them_for_as_long(
    db: Database, conn: Connection, alice: UUID
) -> None:
    living = make_activity(conn, alice, "living", left=timedelta(seconds=30))
    make_activity(conn, alice, "dead reply", left=DEAD, reply_to=living)
    parent = make_activity(conn, alice, "dead parent", left=DEAD)
    middle = make_activity(conn, alice, "dead middle", left=DEAD, reply_to=parent)
    reply = make_activity(conn, alice, "reply", reply_to=middle)
    assert count_kinds(db) == (1, 2)
    assert activities(conn) == {living: "living", parent: None, middle: None, reply: "reply"}
    assert one(conn, "SELECT count(user_uuid) FROM activities") == 2
    expire(conn, reply)
    assert count_kinds(db) == (3, 0)
    assert activities(conn) == {living: "living"}


def test_sweep_takes_a_long_dead_thread_in_small_batches(db: Database, conn: Connection, alice: UUID) -> None:
    above = None
    for _ in range(25):
        above = make_activity(conn, alice, left=DEAD, reply_to=above)
        make_activity(conn, alice, left=DEAD, reply_to=above)
    assert sweep(db, batch=3).counts["deleted"] == 50
    assert activities(conn) == {}
    assert not sweep(db)


def test_sweep_tells_for_how_long_the_oldest_text_waited(db: Database, conn: Connection, alice: UUID) -> None:
    make_activity(conn, alice, "living", reply_to=make_activity(conn, alice, left=DEAD))
    assert 3600 <= sweep(db).lag < 3700
    assert sweep(db).lag == 0, "a blanked row waits for nothing"
    assert str(Swept({"deleted": 2}, 0.04)) == "deleted 2, lag 0.0 s"


def test_sweep_ends_other_things_in_their_time_only(db: Database, conn: Connection, alice: UUID) -> None:
    for end in ("now() - interval '1 second'", "now() + interval '1 hour'"):
        conn.execute(f"""
            INSERT INTO sessions (token_hash, user_uuid, created_at, seen_at, expires_at)
            VALUES (sha256(gen_random_uuid()::text::bytea), '{alice}', now() - interval '1 day', now(), {end});
            INSERT INTO invitations (code_hash, created_at, expires_at)
            VALUES (sha256(gen_random_uuid()::text::bytea), now() - interval '1 day', {end});
            INSERT INTO activity_keys VALUES ('{alice}', gen_random_uuid(), gen_random_uuid(), {end});
            INSERT INTO drafts (user_uuid, kind, message, created_at, expires_at)
            VALUES ('{alice}', 'profile', '', now() - interval '1 day', {end});
            INSERT INTO rate_limits VALUES ('x', gen_random_uuid()::text, 1, {end});
            INSERT INTO reports (user_uuid, kind, created_at, expires_at)
            VALUES ('{alice}', 'spam', now() - interval '1 day', {end});
            INSERT INTO audit (act, expires_at) VALUES ('hide', {end});
            WITH muted AS (
              INSERT INTO users (display_name, handle) VALUES ('M', 'm' || (random() * 1e9)::int) RETURNING uuid
            )
            INSERT INTO mutes (user_uuid, muted_uuid, expires_at) SELECT '{alice}', uuid, {end} FROM muted
        """)
    counts = sweep(db).counts
    tables = {"keys": "activity_keys", "limits": "rate_limits"}
    for name in ("sessions", "invitations", "keys", "drafts", "limits", "mutes", "reports", "audit"):
        assert (counts[name], one(conn, f"SELECT count(*) FROM {tables.get(name, name)}")) == (1, 1), name


def test_sweep_ends_sessions_that_lay_unused(db: Database, conn: Connection, alice: UUID) -> None:
    sessions = """INSERT INTO sessions (token_hash, user_uuid, created_at, seen_at, expires_at)
        SELECT sha256(unused::text::bytea), %s, now() - interval '1 day', now() - make_interval(mins => unused),
        now() + interval '1 day' FROM unnest('{59, 61}'::int[]) AS unused"""
    conn.execute(sessions, [alice])
    assert sweep(db).counts["sessions"] == 0
    assert sweep(db, session_idle=3600).counts["sessions"] == 1
    assert conn.execute("SELECT token_hash = sha256('59') FROM sessions").fetchall() == [(True,)]


def test_two_sweeps_at_once_share_the_work(db: Database, conn: Connection, alice: UUID) -> None:
    make_many_dead(conn, alice, 600)
    assert sum(swept.counts["deleted"] for swept in at_once([lambda: sweep(db, batch=7)] * 2)) == 600
    assert activities(conn) == {}


def test_sweep_passes_by_what_is_held(db: Database, database_urls: DatabaseUrls, conn: Connection, alice: UUID) -> None:
    """A reply is being written to an activity that has just expired: its row is left for the next time."""
    held = make_activity(conn, alice, "held", left=DEAD)
    make_activity(conn, alice, "free", left=DEAD)
    with database_urls.owner() as writer:
        with writer.transaction():
            reply = make_activity(writer, alice, "just written", reply_to=held)
            assert sweep(db).counts["deleted"] == 1  # who waits for the lock gets none, but an error
        assert activities(conn) == {held: "held", reply: "just written"}
    assert sweep(db).counts["blanked"] == 1


LOOK = """
CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END
$$;
CREATE TRIGGER wait BEFORE DELETE ON activities EXECUTE FUNCTION wait()
"""


def test_sweep_goes_on_after_a_reply_between_its_look_and_its_lock(fresh_database: DatabaseUrls) -> None:
    """As the owner, who may wait for long: a trigger stops the sweep once it has looked."""
    owner = Database(settings_for(fresh_database._replace(app_url=fresh_database.owner_url)))
    with ThreadPoolExecutor(1) as pool, fresh_database.owner() as conn:
        alice = make_user(conn, password=None)
        answered = make_activity(conn, alice, "answered", left=DEAD)
        make_activity(conn, alice, "dead", left=DEAD)
        conn.execute(LOOK)
        conn.execute("SELECT pg_advisory_lock(1)")
        swept = pool.submit(sweep, owner)
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        wait_for(lambda: one(conn, waiting), 60)
        reply = make_activity(conn, alice, "just written", reply_to=answered)
        conn.execute("SELECT pg_advisory_unlock(1)")
        assert swept.result(60).counts["deleted"] == 1
        assert activities(conn).keys() == {answered, reply}
    owner.close()


KILLED = """
import sys
from ways import DatabaseUrls, settings_for, wait_for
from webapp.db.database import Database
from webapp.ops.sweep import sweep
db = Database(settings_for(DatabaseUrls(sys.argv[1], sys.argv[2], "")))
print("sweeping", flush=True)
sweep(db, batch=1)
"""


def test_sweep_killed_at_several_places_leaves_whole_rows_and_ends_empty(
    db: Database, database_urls: DatabaseUrls, conn: Connection, alice: UUID
) -> None:
    living = make_activity(conn, alice, "alive")
    stub = make_activity(conn, alice, "dead, with a living reply", left=DEAD)
    reply = make_activity(conn, alice, "reply", reply_to=stub)
    make_many_dead(conn, alice, 3000)
    command = [sys.executable, "-c", KILLED, database_urls.app_url, database_urls.owner_url]
    for kill in range(3):
        before = len(activities(conn))
        with subprocess.Popen(
            command, cwd=CHECKOUT / "tests", env={"PYTHONPATH": str(CHECKOUT)}, stdout=subprocess.PIPE
        ) as process:
            process.stdout.readline()
            wait_for(lambda most=before - 1 - kill * 7: len(activities(conn)) <= most, 20)  # each time at another place
            assert process.poll() is None
            process.kill()
        assert len(left := activities(conn)) < before
        assert (left[living], left[reply]) == ("alive", "reply")
    sweep(db)
    assert activities(conn) == {living: "alive", stub: None, reply: "reply"}


def test_sweep_stops_between_batches_when_told(db: Database, conn: Connection, alice: UUID) -> None:
    make_activity(conn, alice, left=DEAD)
    (stop := threading.Event()).set()
    assert not sweep(db, stop=stop)
    assert len(activities(conn)) == 1


def test_sweep_statements_lock_and_skip(db: Database) -> None:
    own = ("reports", "report_copies", "audit")
    for name in ("leaves", "parents", "sessions", "invitations", "keys", "drafts", "limits", *own):
        assert "FOR UPDATE SKIP LOCKED" in db.catalogue[f"ops/sweep_{name}"].sql
