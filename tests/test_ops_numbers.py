"""What stood before there were numbers gets them, in order, while the previous release goes on writing."""

import threading

import pytest
from ops_fixtures import one
from under_load import migrate_under_load
from ways import DatabaseUrls

from webapp.db.connections import Connection, DatabaseError, connect
from webapp.errors import Refused
from webapp.ops import migrate

_BATCHES = "0007-numbers-of-what-stands"
# Many in one batch's reach: by ones in a microsecond, by threes, and by a thousand in a millisecond.
_FILL = """
INSERT INTO users (handle, display_name, created_at)
SELECT 'user_' || n, 'User', date_trunc('hour', now()) - interval '2 days' + n / 3 * interval '1 microsecond'
FROM generate_series(1, 2500) AS n;
INSERT INTO activities (user_uuid, message, created_at, expires_at)
SELECT uuid, 'Words.', at, at + interval '1 day'
FROM users
CROSS JOIN LATERAL (VALUES (created_at), (created_at + interval '7 microseconds')) AS moment (at)
"""
_PERSON = "INSERT INTO users (handle, display_name) VALUES (%s, 'New') RETURNING uuid"
_POST = "INSERT INTO activities (user_uuid, message, expires_at) VALUES (%s, 'New.', now() + interval '1 day')"
_UNNUMBERED = "SELECT count(*) FROM activities WHERE number IS NULL"
# Nobody before somebody who came earlier, with what has no number last.
_DISORDER = """
SELECT count(*)
FROM (SELECT number, lag(number) OVER (ORDER BY created_at, uuid) AS earlier FROM {}) AS row
WHERE number IS NULL OR number <= earlier
"""


@pytest.fixture
def earlier(first_release: DatabaseUrls) -> DatabaseUrls:
    """A database of the first release with people and activities."""
    with first_release.owner() as conn:
        conn.execute(_FILL)
    return first_release


def add_columns(conn: Connection) -> None:
    """Applies what comes before the batches."""
    run = migrate.apply(conn)
    while next(run) != "0006-numbers/03":
        pass


def assert_in_order(conn: Connection) -> None:
    for table in ("users", "activities"):
        assert one(conn, _DISORDER.format(table)) == 0


def test_previous_release_writes_after_every_step(earlier: DatabaseUrls) -> None:
    with earlier.owner() as conn, connect(earlier.app_url) as app:
        for step, _ in enumerate(migrate.apply(conn)):
            app.execute(_POST, [one(app, _PERSON, f"new_{step}")])
        assert one(conn, "SELECT count(*) FROM activities") == 5001 + step
        assert_in_order(conn)


def test_batches_pass_over_what_others_hold_and_come_again(
    earlier: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    with earlier.owner() as conn, earlier.owner() as other, connect(earlier.app_url) as app:
        add_columns(conn)
        other.execute("BEGIN")
        other.execute("UPDATE activities SET message = 'Other.' WHERE user_uuid IN (SELECT uuid FROM users LIMIT 3)")
        monkeypatch.setattr(migrate, "_PAUSE", 0.0)
        with pytest.raises(Refused, match=rf"a batch of {_BATCHES} failed .*others hold all remaining rows .*20 times"):
            list(migrate.apply(conn))
        assert one(conn, _UNNUMBERED) == 6
        assert one(conn, "SELECT count(*) FROM schema_migrations WHERE name = %s", _BATCHES) == 0
        app.execute(_POST, [one(app, "SELECT uuid FROM users LIMIT 1")])
        other.execute("COMMIT")
        assert next(migrate.apply(conn)) == _BATCHES
        assert one(conn, "SELECT count(*) FROM activities WHERE message = 'Other.'") == 6
        assert_in_order(conn)


def test_batch_keeps_no_reply_waiting(earlier: DatabaseUrls) -> None:
    """A row that a foreign key points to is held as one that keeps its key."""
    with earlier.owner() as conn, connect(earlier.app_url) as app:
        add_columns(conn)
        with conn.transaction():
            conn.execute(next(m.sql for m in migrate.on_disk() if m.name == _BATCHES))
            app.execute("SET lock_timeout = '50ms'")
            app.execute(
                "INSERT INTO activities (user_uuid, message, reply_to_activity_uuid, expires_at)"
                " SELECT user_uuid, 'Reply.', uuid, now() + interval '1 day' FROM activities LIMIT 2500"
            )


def test_runners_of_batches_take_turns(earlier: DatabaseUrls) -> None:
    applied: list[str] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            with earlier.owner() as conn:
                applied.extend(migrate.apply(conn))
        except Exception as error:
            failed.append(error)

    runners = [threading.Thread(target=run) for _ in range(3)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    assert failed == []
    assert sorted(applied) == [*(migration.name for migration in migrate.on_disk()), "sql/views"]
    with earlier.owner() as conn:
        assert_in_order(conn)


def test_numbering_under_load_stalls_nobody_for_a_second(
    earlier: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_: object) -> None:
        with connect(earlier.app_url) as app:
            app.execute("SELECT message FROM live_activities ORDER BY created_at DESC, uuid DESC LIMIT 21")

    def write(_: object) -> None:
        with connect(earlier.app_url) as app:
            app.execute(_POST, [one(app, "SELECT uuid FROM users WHERE handle = 'user_1'")])
            app.execute("UPDATE users SET last_ttl = '1-day' WHERE handle = 'user_2'")

    applied = migrate_under_load(earlier, monkeypatch, [read, write], "activities")
    assert applied == [*(migration.name for migration in migrate.on_disk()), "sql/views"]
    with earlier.owner() as conn:
        assert one(conn, _UNNUMBERED) == 0


def test_number_needs_no_right_and_no_path(fresh_database: DatabaseUrls) -> None:
    with connect(fresh_database.superuser_url) as admin:
        admin.execute(
            "CREATE SCHEMA mine; CREATE SEQUENCE mine.numbers INCREMENT -1; GRANT USAGE ON SCHEMA mine TO PUBLIC"
        )
    with connect(fresh_database.app_url) as app:
        app.execute("SET search_path = mine, pg_catalog")
        numbers = [one(app, "SELECT public.next_number()") for _ in range(100)]
        assert numbers == sorted(set(numbers))  # type: ignore[type-var]
        assert one(app, "SELECT abs(extract(epoch FROM now()) * 1000 - (%s::bigint >> 16)) < 60000", numbers[0]) is True
        for act in ("nextval('public.numbers')", "setval('public.numbers', 1)"):
            with pytest.raises(DatabaseError, match="permission denied for sequence numbers"):
                app.execute(f"SELECT {act}")
