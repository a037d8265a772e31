"""A real streaming replica, paused and resumed: it answers while it is not too late, and never shows what is gone."""

import dataclasses
import logging
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from factories import make_activity, make_user
from flask import Flask
from ops_fixtures import name_of, one
from standby import Standby, run_standby
from ways import DatabaseUrls, settings_for, wait_for

from webapp import create_app, replica
from webapp.activities import actions
from webapp.connections import Connection, connect
from webapp.db import Database
from webapp.embedded import APP, OWNER, SUPERUSER, Cluster
from webapp.ops import people

LONG_AGO = timedelta(minutes=5)
JUST_NOW = -timedelta(minutes=1)  # and for the next minute, however slow this machine is


@pytest.fixture(scope="module")
def streaming(cluster: Cluster) -> Iterator[Standby]:
    with run_standby(cluster) as made:
        yield made


@pytest.fixture
def standby(streaming: Standby) -> Iterator[Standby]:
    yield streaming
    streaming.resume()


@pytest.fixture
def replicated(database_urls: DatabaseUrls, standby: Standby, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application over the shared database and its replica. A replica gets time to connect, on any machine."""
    monkeypatch.setattr(replica, "_PATIENCE", 10.0)
    standby.catch_up()
    app = create_app(
        settings_for(database_urls, REPLICA_CONNECTION_URL=standby.cluster.url(APP, name_of(database_urls)))
    )
    yield app
    app.extensions["db"].close()


def counted(app: Flask) -> tuple[int, int]:
    """How many reads the replica answered, and how many it passed on."""
    found = app.extensions["db"].statistics()
    return found["replica_answers_total"], found["replica_passes_total"]


def public(app: Flask) -> str:
    return app.test_client().get("/public").text


def write(app: Flask, user_uuid: object, message: str) -> str:
    return actions.create(
        app.extensions["db"],
        app.extensions["settings"],
        user_uuid=str(user_uuid),
        message=message,
        ttl="1-day",
        key=str(uuid.uuid4()),
        reply_to_activity_uuid=None,
    )


def home(app: Flask, user_uuid: object) -> str:
    db: Database = app.extensions["db"]
    found = db.query_array("feeds/home", viewer_uuid=str(user_uuid), before_at=None, before_uuid=None, limit=21)
    return " ".join(card["message"] for card in found)


def test_feeds_are_answered_by_the_replica(replicated: Flask, standby: Standby, conn: Connection) -> None:
    make_activity(conn, make_user(conn), "Bread at the back door.", age=LONG_AGO)
    standby.catch_up()
    assert "Bread at the back door." in public(replicated)
    assert counted(replicated) == (1, 0)


def test_replica_is_really_asked(replicated: Flask, standby: Standby, conn: Connection) -> None:
    """What others wrote in the last seconds may be missing: this tells where the answer came from."""
    make_activity(conn, make_user(conn), "Older.", age=LONG_AGO)
    standby.pause()
    make_activity(conn, make_user(conn, "bob"), "A moment ago.", age=JUST_NOW)
    page = public(replicated)
    assert "Older." in page
    assert "A moment ago." not in page
    assert counted(replicated) == (1, 0)


def test_author_sees_what_they_wrote_and_others_a_moment_later(
    replicated: Flask, standby: Standby, conn: Connection
) -> None:
    alice, bob = make_user(conn), make_user(conn, "bob")
    standby.pause()
    write(replicated, alice, "Mine, at once.")
    conn.execute("UPDATE activities SET created_at = now() - %s", [JUST_NOW])
    assert "Mine, at once." in home(replicated, alice)
    assert counted(replicated) == (0, 1)
    assert "Mine, at once." not in home(replicated, bob)
    assert counted(replicated) == (1, 1)
    standby.resume()
    standby.catch_up()
    assert "Mine, at once." in home(replicated, alice)
    assert counted(replicated) == (2, 1)


def test_transaction_sees_in_a_feed_what_it_wrote(replicated: Flask, standby: Standby, conn: Connection) -> None:
    alice, bob = make_user(conn), make_user(conn, "bob")
    standby.catch_up()
    db: Database = replicated.extensions["db"]
    values = {"message": "Not yet committed.", "life_seconds": 3600, "reply_to_activity_uuid": None}
    with db.transaction():
        db.query_value("activities/create", uuid=uuid.uuid4(), user_uuid=alice, **values)
        assert "Not yet committed." in home(replicated, bob)
    assert counted(replicated) == (0, 0)


def test_what_is_burned_never_comes_back(replicated: Flask, standby: Standby, conn: Connection) -> None:
    alice, bob = make_user(conn), make_user(conn, "bob")
    burned = make_activity(conn, alice, "Said in anger.", age=LONG_AGO)
    make_activity(conn, alice, "Still here.", age=LONG_AGO)
    standby.pause()
    assert "Said in anger." in home(replicated, bob)
    actions.burn(
        replicated.extensions["db"], replicated.extensions["settings"], user_uuid=str(alice), activity_uuid=str(burned)
    )
    for seen in (home(replicated, alice), home(replicated, bob), public(replicated)):
        assert "Said in anger." not in seen
        assert "Still here." in seen
    assert counted(replicated) == (1, 3)
    standby.resume()
    standby.catch_up()
    assert "Said in anger." not in public(replicated)
    assert counted(replicated) == (2, 3)


def test_second_burn_is_known_as_well_as_the_first(replicated: Flask, standby: Standby, conn: Connection) -> None:
    alice = make_user(conn)
    first, second = (make_activity(conn, alice, f"Said in anger {number}.", age=LONG_AGO) for number in (1, 2))
    make_activity(conn, alice, "Still here.", age=LONG_AGO)
    people.burn(replicated.extensions["db"], str(first))
    standby.pause()
    assert "Said in anger 2." in public(replicated)
    people.burn(replicated.extensions["db"], str(second))
    assert "Said in anger 2." not in public(replicated)
    assert counted(replicated) == (1, 1)


@pytest.mark.parametrize("act", ["burn", "suspend"])
def test_what_an_operator_withdraws_never_comes_back(
    replicated: Flask, standby: Standby, conn: Connection, act: str
) -> None:
    alice = make_user(conn)
    gone = make_activity(conn, alice, "Not for here.", age=LONG_AGO)
    make_activity(conn, make_user(conn, "bob"), "Still here.", age=LONG_AGO)
    standby.pause()
    assert "Not for here." in public(replicated)
    if act == "burn":
        people.burn(replicated.extensions["db"], str(gone))
    else:
        people.suspend(replicated.extensions["db"], "alice", undo=False)
    assert "Not for here." not in public(replicated)


def test_what_has_expired_is_hidden_by_the_replicas_own_clock(
    replicated: Flask, standby: Standby, conn: Connection
) -> None:
    alice = make_user(conn)
    make_activity(conn, alice, "Stays.", age=LONG_AGO)
    make_activity(conn, alice, "Ends now.", age=LONG_AGO, left=timedelta(seconds=3))
    standby.pause()
    wait_for(lambda: "Ends now." not in home(replicated, alice), 30)
    assert one(conn, "SELECT count(*) FROM live_activities WHERE message = 'Ends now.'") == 0
    assert "Stays." in home(replicated, alice)
    assert counted(replicated)[1] == 0


def test_new_name_is_seen_at_once(replicated: Flask, standby: Standby, conn: Connection) -> None:
    alice = make_user(conn, handle_wanted="al")
    make_activity(conn, alice, "Here.", age=LONG_AGO)
    standby.pause()
    assert "Alice" in public(replicated)
    db: Database = replicated.extensions["db"]
    assert db.execute("users/profile_save", user_uuid=alice, display_name="Lis of the quay", bio="") == 1
    page = public(replicated)
    assert "Lis of the quay" in page
    assert "Alice" not in page
    assert counted(replicated) == (1, 1)
    standby.resume()
    standby.pause()
    assert "Lis of the quay" in public(replicated)
    assert counted(replicated) == (2, 1)
    assert db.execute("users/handle_save", user_uuid=alice, handle="lis") == 1
    page = public(replicated)
    assert "/@lis" in page
    assert "/@alice" not in page


def test_person_who_is_let_back_in_is_seen_at_once(replicated: Flask, standby: Standby, conn: Connection) -> None:
    make_activity(conn, make_user(conn, suspended=True), "Back again.", age=LONG_AGO)
    make_activity(conn, make_user(conn, "bob"), "Newer.", age=timedelta(minutes=1))
    standby.pause()
    assert "Back again." not in public(replicated)
    people.suspend(replicated.extensions["db"], "alice", undo=True)
    assert "Back again." in public(replicated)


def test_replica_of_what_was_before_a_restore_is_not_asked(
    replicated: Flask, standby: Standby, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = make_user(conn)
    burned = make_activity(conn, alice, "Said in anger.", age=LONG_AGO)
    make_activity(conn, alice, "Still here.", age=LONG_AGO)
    conn.execute("UPDATE withdrawals SET number = 5")
    standby.pause()
    assert "Said in anger." in public(replicated)
    conn.execute("UPDATE withdrawals SET number = 0")  # by the restore
    db: Database = replicated.extensions["db"]
    db.execute("ops/history_renew")
    people.burn(db, str(burned))
    assert "Said in anger." not in public(replicated)
    assert counted(replicated) == (1, 1)
    standby.resume()
    standby.catch_up()
    monkeypatch.setattr(db._replica, "_rests_until", 0.0)
    assert "Still here." in public(replicated)
    assert counted(replicated) == (2, 1)


def test_database_that_lost_its_count_of_withdrawals_asks_no_replica(
    replicated: Flask, standby: Standby, conn: Connection
) -> None:
    make_activity(conn, make_user(conn), "Here anyway.", age=LONG_AGO)
    standby.catch_up()
    row = conn.execute("DELETE FROM withdrawals RETURNING one, number, history").fetchone()
    try:
        assert "Here anyway." in public(replicated)
        assert counted(replicated) == (0, 1)
    finally:
        conn.execute("INSERT INTO withdrawals (one, number, history) VALUES (%s, %s, %s)", row)


def test_copy_that_lives_on_its_own_is_no_replica(
    fresh_database: DatabaseUrls, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica, "_PATIENCE", 10.0)
    with fresh_database.owner() as conn:
        alice = make_user(conn)
        burned = make_activity(conn, alice, "Said in anger.", age=LONG_AGO)
        make_activity(conn, alice, "Still here.", age=LONG_AGO)
    name = name_of(fresh_database)
    with connect(cluster.url(SUPERUSER, "postgres")) as admin:
        admin.execute(f"CREATE DATABASE {name}_copy TEMPLATE {name} OWNER {OWNER}")
        try:
            with connect(cluster.url(OWNER, f"{name}_copy")) as conn:
                conn.execute("UPDATE withdrawals SET number = 5")
            app = create_app(settings_for(fresh_database, REPLICA_CONNECTION_URL=cluster.url(APP, f"{name}_copy")))
            people.burn(app.extensions["db"], str(burned))
            page = public(app)
            found = counted(app)
            app.extensions["db"].close()
        finally:
            admin.execute(f"DROP DATABASE {name}_copy WITH (FORCE)")
    assert "Still here." in page
    assert "Said in anger." not in page
    assert found == (0, 1)


def test_what_ends_in_a_moment_makes_no_replica_late(replicated: Flask, standby: Standby, conn: Connection) -> None:
    alice = make_user(conn)
    make_activity(conn, alice, "Stays.", age=LONG_AGO)
    standby.pause()
    make_activity(conn, alice, "Ends now.", age=timedelta(minutes=1), left=timedelta(seconds=4))
    assert "Stays." in public(replicated)
    assert counted(replicated) == (1, 0)


@pytest.mark.parametrize(("behind", "rests"), [(0.5, False), (30, True)])
def test_replica_whose_clock_is_behind_shows_nothing_that_has_expired(
    replicated: Flask, standby: Standby, conn: Connection, monkeypatch: pytest.MonkeyPatch, behind: float, rests: bool
) -> None:
    """The primary's clock is told ahead, as no second clock can be had here."""
    make_activity(conn, make_user(conn), "Here anyway.", age=LONG_AGO)
    standby.catch_up()
    db: Database = replicated.extensions["db"]
    ask = db.query_object

    def ahead(name: str, **params: object) -> Any:
        found = ask(name, **params)
        if name == "feeds/ticket":
            told = datetime.fromisoformat(found["asked_at"]) + timedelta(seconds=behind)
            return {**found, "asked_at": told.isoformat()}
        return found

    monkeypatch.setattr(db, "query_object", ahead)
    for _ in range(2):
        assert "Here anyway." in public(replicated)
    assert counted(replicated) == (0, 1 if rests else 2)
    monkeypatch.setattr(db, "query_object", ask)
    monkeypatch.setattr(db._replica, "_rests_until", 0.0)
    assert "Here anyway." in public(replicated)
    assert counted(replicated)[0] == 1


def test_replica_too_far_behind_is_dropped_until_it_has_caught_up(
    replicated: Flask, standby: Standby, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = make_user(conn)
    make_activity(conn, alice, "Old.", age=LONG_AGO)
    standby.pause()
    make_activity(conn, alice, "Written long enough ago.", age=timedelta(minutes=1))
    assert "Written long enough ago." in public(replicated)
    assert counted(replicated) == (0, 1)
    assert "Written long enough ago." in public(replicated)
    assert counted(replicated) == (0, 1)  # it rests: it was not even asked
    standby.resume()
    standby.catch_up()
    monkeypatch.setattr(replicated.extensions["db"]._replica, "_rests_until", 0.0)
    assert "Written long enough ago." in public(replicated)
    assert counted(replicated) == (1, 1)


def test_replica_that_is_away_is_passed_over(database_urls: DatabaseUrls, conn: Connection, scratch: Path) -> None:
    make_activity(conn, make_user(conn), "Here anyway.", age=LONG_AGO)
    app = create_app(settings_for(database_urls, REPLICA_CONNECTION_URL=f"postgresql://{APP}@/x?host={scratch}"))
    try:
        for _ in range(3):
            assert "Here anyway." in public(app)
        assert counted(app) == (0, 0)
    finally:
        app.extensions["db"].close()


def test_replica_that_goes_and_comes_is_told_of_once(
    replicated: Flask,
    standby: Standby,
    conn: Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "webapp.replica")
    make_activity(conn, make_user(conn), "Here anyway.", age=LONG_AGO)
    standby.catch_up()
    late = replicated.extensions["db"]._replica
    there = late._settings
    monkeypatch.setattr(replica, "_REST", 0.0)
    monkeypatch.setattr(replica, "_PATIENCE", 1.0)
    monkeypatch.setattr(late, "_settings", dataclasses.replace(there, replica_connection_url="host=/nowhere user=x"))
    for _ in range(3):
        assert "Here anyway." in public(replicated)
    pool, own = (
        [record.getMessage() for record in caplog.records if record.name == name]
        for name in ("psycopg.pool", "webapp.replica")
    )
    assert [said.split(":")[0] for said in pool] == ["error connecting in 'replica'"]
    assert own == ["the replica of REPLICA_CONNECTION_URL is passed over until it can answer again: Unavailable"]
    late.close()
    caplog.clear()
    monkeypatch.setattr(late, "_settings", there)
    monkeypatch.setattr(replica, "_PATIENCE", 10.0)
    for _ in range(2):
        assert "Here anyway." in public(replicated)
    assert counted(replicated) == (2, 0)
    assert [record.getMessage() for record in caplog.records] == ["the replica of REPLICA_CONNECTION_URL answers again"]


def test_replica_that_ends_its_sessions_costs_no_reader_anything(
    replicated: Flask, standby: Standby, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_activity(conn, make_user(conn), "Here anyway.", age=LONG_AGO)
    standby.catch_up()
    assert "Here anyway." in public(replicated)
    with connect(standby.cluster.url(SUPERUSER, "postgres")) as admin:
        assert admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [APP]
        ).fetchall()
    assert "Here anyway." in public(replicated)
    monkeypatch.setattr(replicated.extensions["db"]._replica, "_rests_until", 0.0)
    assert "Here anyway." in public(replicated)
    assert counted(replicated) == (2, 0)


def test_threads_and_single_cards_are_never_late(replicated: Flask, standby: Standby, conn: Connection) -> None:
    alice = make_user(conn)
    standby.pause()
    made = write(replicated, alice, "Just now.")
    assert "Just now." in replicated.test_client().get(f"/@alice/status/{made}").text
    assert counted(replicated) == (0, 0)


def test_scripts_read_what_is_true_now(monkeypatch: pytest.MonkeyPatch, elsewhere: DatabaseUrls) -> None:
    from webapp.ops.target import settings_for as scripts_settings
    from webapp.ops.target import target

    monkeypatch.setenv("REPLICA_CONNECTION_URL", "postgresql://nowhere.example/x")
    with target("tests") as on:
        assert scripts_settings(on).replica_connection_url == ""
