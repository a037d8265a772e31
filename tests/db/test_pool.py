"""Connections and their pool: bounds, plans, prepared statements, crowds."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from verbs import value
from ways import NO_HOST, DatabaseUrls, at_once, settings_for

from webapp import create_app
from webapp.config.settings import Settings
from webapp.db.connections import connect
from webapp.db.database import Database
from webapp.errors import Unavailable


def assert_ready(database: Database) -> None:
    assert database.query_value("ops/ready") == database.catalogue.newest_migration


def test_connections_carry_the_limits_of_the_role(settings: Settings) -> None:
    wanted = {"statement": "3s", "lock": "1s", "idle_in_transaction_session": "10s"}
    with connect(settings.connection_url) as conn:
        assert {name: value(conn, "SELECT current_setting(%s)", f"{name}_timeout") for name in wanted} == wanted
        assert value(conn, "SELECT current_setting('TimeZone')") == "UTC"


def test_connections_notice_a_network_that_carries_nothing_any_more(settings: Settings, db: Database) -> None:
    bounds = {
        "connect_timeout": "3", "keepalives": "1", "keepalives_idle": "10", "keepalives_interval": "3",
        "keepalives_count": "3", "tcp_user_timeout": "5000",
    }  # fmt: skip
    with connect(settings.connection_url) as direct, db._connection() as pooled:
        for conn in (direct, pooled):
            told = {option.keyword.decode(): (option.val or b"").decode() for option in conn.pgconn.info}
            assert {name: told[name] for name in bounds} == bounds


def test_pool_is_opened_by_the_first_use_and_not_before(settings: Settings) -> None:
    """So never before a worker process is forked, which would share its connections with others."""
    before = set(threading.enumerate())
    database = create_app(settings).extensions["db"]
    assert database._opened is None
    assert set(threading.enumerate()) <= before
    assert_ready(database)
    assert database.statistics()["pool_max"] == settings.pool_max
    database.close()


@pytest.mark.parametrize(
    ("past", "plan_once", "planned", "kept"),
    [("", True, "force_generic_plan", 5), ("", False, "auto", 5), ("postgresql://past/the_pooler", True, "auto", None)],
    ids=["for people", "for a script", "behind a pooler"],
)
def test_plans_and_statements_are_kept_where_a_session_is_ours(
    database_urls: DatabaseUrls, past: str, plan_once: bool, planned: str, kept: int | None
) -> None:
    direct = database_urls.past_the_pooler
    database = Database(settings_for(direct, DIRECT_CONNECTION_URL=past), generic_plans=plan_once)
    with database._connection() as conn:
        assert conn.execute("SHOW plan_cache_mode").fetchone() == (planned,)
        assert conn.prepare_threshold == kept
    database.close()
    with database_urls.owner() as conn:
        assert conn.prepare_threshold is None


def test_pool_that_is_exhausted_answers_in_time(database_urls: DatabaseUrls) -> None:
    database, held, release = Database(settings_for(database_urls, POOL_MAX="1")), threading.Event(), threading.Event()

    def hold() -> None:
        with database.transaction():
            held.set()
            release.wait(10)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(hold)
        assert held.wait(5)
        try:
            with pytest.raises(Unavailable):
                database.query_value("ops/ready")
        finally:
            release.set()
    assert_ready(database)
    database.close()


def test_many_calls_at_once_meet_no_error_whatever_stands_between(database_urls: DatabaseUrls) -> None:
    """Behind a pooler a statement that was prepared is another session's the next time."""
    database = Database(settings_for(database_urls, POOL_MIN="8", POOL_MAX="8"), generic_plans=True)

    def ask() -> None:
        for _ in range(60):
            assert database.query_array("feeds/public", viewer_uuid=None, before=None, replies=True, limit=21) == []
            assert_ready(database)

    at_once([ask] * 8)
    assert database.retries == 0
    database.close()


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("postgresql://app@127.0.0.1:1/mayfly", "no PostgreSQL listens there"),
        ("postgresql://app@/mayfly?host=/nowhere", "no PostgreSQL listens on that socket"),
        (f"postgresql://app:hidden@{NO_HOST}/mayfly", "the host name is not known"),
        ("no url at all", "cannot be read"),
    ],
)
def test_connect_to_what_is_not_there_tells_the_cause_and_no_password(url: str, cause: str) -> None:
    with pytest.raises(Unavailable, match=cause) as away:
        connect(url)
    assert "hidden" not in away.value.message
