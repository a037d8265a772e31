"""A server that is gone, crashes, is locked, slow or read-only: told in time, survived, and nothing is lost."""

import time
import uuid

from flask import Flask
from flask.testing import FlaskClient
from verbs import FRAGMENT, signed_in, token_for, value, words, write
from ways import DatabaseUrls, at_once, wait_for

from webapp.db.connections import Connection, connect
from webapp.postgres.embedded import APP, Cluster
from webapp.web.answers import UNAVAILABLE


def text_comes_back(client: FlaskClient, token: str) -> None:
    """A text that cannot be written now is answered with what was typed."""
    kept = write(client, "a long thought", csrf_token=token)
    assert kept.status_code == 503
    assert "a long thought" in kept.text


def test_server_stopped_and_started_needs_no_restart(app: Flask, own: Cluster, urls: DatabaseUrls) -> None:
    alice, stranger = signed_in(app), app.test_client()
    token = token_for(alice)
    own.stop()
    try:
        asked = [(alice, "/@alice", {}), (stranger, "/public", {}), (stranger, "/public", FRAGMENT)]
        for client, path, headers in [*asked, (stranger, "/api/public", {})]:
            began = time.monotonic()
            answer = client.get(path, headers=headers)
            assert time.monotonic() - began < 20
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert UNAVAILABLE in (answer.get_json()["error"] if path.startswith("/api") else words(answer))
            assert ("<html" in answer.text) == (not headers and not path.startswith("/api"))
            assert "postgres" not in answer.text.lower()
        text_comes_back(alice, token)
        notice = write(alice, "a long thought", csrf_token=token, fragment=True)
        assert notice.status_code == 503
        assert notice.text.startswith("<hx-partial")
        assert stranger.get("/livez").status_code == 200
        assert stranger.get("/readyz").status_code == 503
        with stranger.get(f"{app.static_url_path}/favicon.svg", buffered=True) as static:
            assert static.status_code == 200
        assert stranger.get("/sign-in").status_code == 200, "what asks the database nothing still answers"
    finally:
        own.start()
    wait_for(lambda: stranger.get("/public").status_code == 200, 10)
    assert stranger.get("/readyz").status_code == 200
    assert write(alice, "a long thought", csrf_token=token).status_code == 303


def test_server_that_crashes_keeps_what_it_acknowledged(app: Flask, own: Cluster, urls: DatabaseUrls) -> None:
    """Killed without a word while people write: what was answered with success is there once, the rest not twice."""
    alice = signed_in(app)
    token, unknown = token_for(alice), []

    def say(number: int, key: str) -> int:
        return write(alice, f"ledger {number}", key=key, csrf_token=token).status_code

    for number in range(20):
        key = str(uuid.uuid4())
        if number == 8:
            assert own.process
            own.process.kill()
        status = say(number, key)
        assert status in {303, 503}
        if status == 503:
            unknown.append((number, key))
            own.stop()
            own.start()
    assert unknown
    for number, key in unknown:
        wait_for(lambda number=number, key=key: say(number, key) == 303, 10)
    with urls.owner() as conn:
        written = "SELECT count(*), count(DISTINCT message) FROM activity_texts WHERE message LIKE 'ledger%'"
        assert conn.execute(written).fetchone() == (20, 20)


# A server that is busy -----------------------------------------------------------------------------------------


def test_table_that_is_locked_is_told_in_bounded_time_to_a_crowd_and_recovers(
    app: Flask, alice: FlaskClient, urls: DatabaseUrls
) -> None:
    token = token_for(alice)

    def ask() -> tuple[int, float]:
        began = time.monotonic()
        return app.test_client().get("/public").status_code, time.monotonic() - began

    with connect(urls.owner_url, autocommit=False) as holder:
        holder.execute("LOCK TABLE activities IN ACCESS EXCLUSIVE MODE")
        answers = at_once([ask] * 16 + [lambda: (alice.get("/livez").status_code, 0.0)])
        text_comes_back(alice, token)
        holder.rollback()
    assert [status for status, _ in answers] == [503] * 16 + [200]
    assert max(seconds for _, seconds in answers) < 25
    assert alice.get("/public").status_code == 200
    assert write(alice, "a long thought", csrf_token=token).status_code == 303


def test_statement_that_takes_too_long_is_ended(app: Flask, urls: DatabaseUrls, conn: Connection) -> None:
    view = value(conn, "SELECT pg_get_viewdef('alive_activities')")
    conn.execute(f"CREATE OR REPLACE VIEW alive_activities AS {view.rstrip(';')} AND pg_sleep(30) IS NOT NULL")
    try:
        began = time.monotonic()
        answer = app.test_client().get("/public")
        assert answer.status_code == 503
        assert 2 < time.monotonic() - began < 25
        assert app.test_client().get("/sign-in").status_code == 200
        assert value(conn, "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND state <> 'idle'", APP) == 0
    finally:
        conn.execute(f"CREATE OR REPLACE VIEW alive_activities AS {view}")
    assert app.test_client().get("/public").status_code == 200


def read_only(urls: DatabaseUrls) -> bool:
    with connect(urls.app_url) as probe:
        return bool(value(probe, "SHOW default_transaction_read_only") == "on")


def test_server_that_is_read_only_is_read_and_writes_come_back(
    app: Flask, alice: FlaskClient, urls: DatabaseUrls, conn: Connection
) -> None:
    token = token_for(alice)
    conn.execute("UPDATE sessions SET created_at = now() - interval '2 hours', seen_at = now() - interval '1 hour'")
    with connect(urls.superuser_url) as admin:
        try:
            admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            admin.execute("SELECT pg_reload_conf()")
            wait_for(lambda: app.extensions["db"].query_value("ops/ready") and read_only(urls), 5)
            for path in ("/", "/public", "/@alice", "/api/home"):
                assert alice.get(path).status_code == 200, path
            text_comes_back(alice, token)
        finally:
            admin.execute("SET default_transaction_read_only = off")
            admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
            admin.execute("SELECT pg_reload_conf()")
    again = {"key": "5eedac00-0000-4000-8000-00000000000a", "csrf_token": token}
    wait_for(lambda: write(alice, "a long thought", **again).status_code == 303, 10)
    assert value(conn, "SELECT count(*) FROM activity_texts WHERE message = 'a long thought'") == 1
