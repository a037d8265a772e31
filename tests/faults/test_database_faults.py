"""What people see while the database is cut, stopped, locked, slow or read-only; and that nothing is lost or doubled.

With a cluster of its own, so that no other test feels it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from factories import make_activity, make_user
from faults_relay import Relay
from flask import Flask
from flask.testing import FlaskClient
from verbs import FRAGMENT, count, sign_in, signed_in, token_for, value, words, write
from ways import DatabaseUrls, free_port, settings_for

from webapp import create_app
from webapp.db.connections import Connection, connect
from webapp.ops import schema
from webapp.ops.target import embedded_target
from webapp.postgres.embedded import APP, OWNER, SUPERUSER, Cluster
from webapp.postgres.programs import system_bindir

NAME = "mayfly_test_faults"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def own(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster that may be stopped."""
    folder = Path(tempfile.mkdtemp(prefix="mayfly-faults-"))
    folder.chmod(0o711)
    bindir = system_bindir() if request.config.getoption("--postgres") == "system" else None
    cluster = Cluster(folder / "postgres", bindir=bindir)  # durable: what was acknowledged must outlive a kill
    cluster.start()
    schema.create(embedded_target(cluster, "test", NAME))
    schema.load(embedded_target(cluster, "test", NAME))
    yield cluster
    cluster.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def urls(own: Cluster) -> DatabaseUrls:
    return DatabaseUrls(*(own.url(role, NAME) for role in (APP, OWNER, SUPERUSER)))


@pytest.fixture
def conn(urls: DatabaseUrls) -> Iterator[Connection]:
    """As the owner, over an empty database with alice and one activity."""
    with urls.owner() as connection:
        connection.execute("TRUNCATE users, activities, rate_limits CASCADE")
        make_activity(connection, make_user(connection), "The tide is out.")
        yield connection


@pytest.fixture
def app(urls: DatabaseUrls, conn: Connection) -> Iterator[Flask]:
    app = create_app(settings_for(urls, POOL_MIN="4", POOL_MAX="4"))
    yield app
    app.extensions["db"].close()


@pytest.fixture
def alice(app: Flask) -> FlaskClient:
    return signed_in(app)


def cut(urls: DatabaseUrls) -> int:
    """Ends every connection of the application to this database."""
    with connect(urls.superuser_url) as admin:
        return int(
            value(
                admin,
                "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE usename = %s AND datname = %s",
                APP,
                NAME,
            )
        )


def until(condition: Callable[[], bool], seconds: float) -> float:
    """Waits for the condition; how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began


# Cut connections -----------------------------------------------------------------------------------------------


def test_reading_after_every_connection_was_cut_shows_no_error(
    app: Flask, alice: FlaskClient, urls: DatabaseUrls
) -> None:
    for _ in range(10):
        fill(app)
        assert cut(urls) >= 1
        assert [alice.get(path).status_code for path in ("/", "/public", "/@alice", "/api/home", "/compose")] == [
            200
        ] * 5
    assert app.extensions["db"].retries >= 10


def fill(app: Flask) -> None:
    """Opens every connection that the pool may have."""
    ready = threading.Barrier(4)

    def hold() -> None:
        with app.extensions["db"].transaction():
            ready.wait(10)

    threads = [threading.Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)


def test_reading_at_once_after_a_cut_shows_no_error(app: Flask, urls: DatabaseUrls) -> None:
    statuses: list[int] = []
    for _ in range(5):
        fill(app)
        assert cut(urls) >= 4
        threads = [
            threading.Thread(target=lambda: statuses.append(app.test_client().get("/public").status_code))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert statuses == [200] * 40


def test_signing_in_after_every_connection_was_cut_shows_no_error(urls: DatabaseUrls, conn: Connection) -> None:
    """What it begins with is a write: it counts the try."""
    app = create_app(settings_for(urls, POOL_MIN="4", POOL_MAX="4", LIMIT_SIGN_INS_BY_ADDRESS="99/5m"))
    client = app.test_client()
    token = token_for(client)
    for _ in range(3):
        fill(app)
        assert cut(urls) >= 4
        assert sign_in(client, "nobody", csrf_token=token).status_code == 422
    assert value(conn, "SELECT hits FROM rate_limits WHERE action = 'sign_ins_by_address'") == 3
    app.extensions["db"].close()


def test_writing_after_every_connection_was_cut_writes_once(
    app: Flask, alice: FlaskClient, urls: DatabaseUrls, conn: Connection
) -> None:
    token = token_for(alice)
    for number in range(5):
        fill(app)
        cut(urls)
        assert write(alice, f"number {number}", csrf_token=token).status_code == 303
    assert value(conn, "SELECT count(*) FROM activities WHERE message LIKE 'number%%'") == 5


def test_signing_out_after_every_connection_was_cut_ends_the_session(
    app: Flask, alice: FlaskClient, urls: DatabaseUrls, conn: Connection
) -> None:
    token = token_for(alice)
    fill(app)
    assert cut(urls) >= 4
    assert alice.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert count(conn, "sessions") == 0


def test_storm_of_cuts_shows_answers_or_a_sentence_and_ends_with_it(app: Flask, urls: DatabaseUrls) -> None:
    over = threading.Event()
    cuts: list[int] = []

    def storm() -> None:
        while not over.is_set():
            cuts.append(cut(urls))
            over.wait(0.5)  # a page, with a connection of its own, fits in between on a slow machine too

    thread = threading.Thread(target=storm)
    thread.start()
    statuses: set[int] = set()
    most = time.monotonic() + 60
    try:
        while sum(cuts) < 4 or 200 not in statuses:
            assert time.monotonic() < most, (cuts, statuses)
            began = time.monotonic()
            answer = app.test_client().get("/public")
            statuses.add(answer.status_code)
            assert answer.status_code == 200 or "Mayfly is unavailable for a moment" in words(answer)
            assert time.monotonic() - began < 10
    finally:
        over.set()
        thread.join(60)
    assert statuses <= {200, 503}
    assert [app.test_client().get("/public").status_code for _ in range(20)] == [200] * 20


@pytest.mark.parametrize("lose", ["request", "answer"])
def test_commit_that_is_lost_on_its_way_is_written_exactly_once(
    own: Cluster, urls: DatabaseUrls, conn: Connection, scratch: Path, lose: str
) -> None:
    """The keyed write is done again: whether the commit had arrived or not, there is one row, and it is shown."""
    assert own.socket_folder
    relay = Relay(scratch, own.socket_folder)
    through = urls._replace(app_url=f"postgresql://{APP}@/{NAME}?host={scratch}")
    app = create_app(settings_for(through))
    client = signed_in(app)
    token = token_for(client)
    relay.lose = lose
    answer = write(client, "kept", csrf_token=token, fragment=True)
    assert relay.lost == 1
    assert answer.status_code == 200
    made = value(conn, "SELECT number FROM activities WHERE message = 'kept'")
    assert f'id="activity-{made}"' in answer.text
    assert value(conn, "SELECT count(*) FROM activities WHERE message = 'kept'") == 1
    assert count(conn, "activity_keys") == 1
    app.extensions["db"].close()
    relay.close()


# A server that is gone -----------------------------------------------------------------------------------------


def test_server_stopped_and_started_needs_no_restart(app: Flask, own: Cluster, urls: DatabaseUrls) -> None:
    alice, stranger = signed_in(app), app.test_client()
    token = token_for(alice)
    own.stop()
    try:
        for client in (alice, stranger):
            for path, headers in (("/public", {}), ("/public", FRAGMENT), ("/api/public", {}), ("/@alice", {})):
                began = time.monotonic()
                answer = client.get(path, headers=headers)
                assert time.monotonic() - began < 20
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
                if path.startswith("/api"):
                    assert "unavailable for a moment" in answer.get_json()["error"]
                else:
                    assert "Mayfly is unavailable for a moment" in words(answer)
                    assert ("<html" in answer.text) == (not headers)
                assert "postgres" not in answer.text.lower()
        kept = write(alice, "a long thought", csrf_token=token)
        assert kept.status_code == 503
        assert "a long thought" in kept.text
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
    assert until(lambda: stranger.get("/public").status_code == 200, 10) < 10
    assert stranger.get("/readyz").status_code == 200
    assert write(alice, "a long thought", csrf_token=token).status_code == 303


def test_server_that_crashes_keeps_what_it_acknowledged(app: Flask, own: Cluster, urls: DatabaseUrls) -> None:
    """Killed without a word while people write: what was answered with success is there once, the rest not twice."""
    alice = signed_in(app)
    token = token_for(alice)
    acknowledged, unknown = [], []
    killed = False
    for number in range(30):
        key = str(uuid.uuid4())
        if number == 12:
            assert own.process
            own.process.kill()
            killed = True
        answer = write(alice, f"ledger {number}", key=key, csrf_token=token)
        (acknowledged if answer.status_code == 303 else unknown).append((number, key))
        assert answer.status_code in {303, 503}
        if killed and answer.status_code == 503:
            own.stop()
            own.start()
            killed = False
    for number, key in unknown:
        until(
            lambda number=number, key=key: (
                write(alice, f"ledger {number}", key=key, csrf_token=token).status_code == 303
            ),
            10,
        )
    with urls.owner() as conn:
        assert value(conn, "SELECT count(*) FROM activities WHERE message LIKE 'ledger%%'") == 30
        assert value(conn, "SELECT count(DISTINCT message) FROM activities WHERE message LIKE 'ledger%%'") == 30
    assert unknown


def test_application_starts_without_the_server_and_waits(own: Cluster, urls: DatabaseUrls, conn: Connection) -> None:
    conn.close()
    settings = settings_for(urls)
    own.stop()
    try:
        app = create_app(settings)
        assert app.test_client().get("/readyz").status_code == 503
        assert app.test_client().get("/livez").status_code == 200
    finally:
        own.start()
    until(lambda: app.test_client().get("/readyz").status_code == 200, 10)
    assert app.test_client().get("/public").status_code == 200
    app.extensions["db"].close()


# A server that is busy -----------------------------------------------------------------------------------------


def test_table_that_is_locked_answers_in_bounded_time_and_recovers(
    app: Flask, alice: FlaskClient, urls: DatabaseUrls
) -> None:
    token = token_for(alice)
    with connect(urls.owner_url, autocommit=False) as holder:
        holder.execute("LOCK TABLE activities IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        assert alice.get("/public").status_code == 503
        assert alice.get("/livez").status_code == 200
        kept = write(alice, "a long thought", csrf_token=token)
        assert kept.status_code == 503
        assert "a long thought" in kept.text
        assert time.monotonic() - began < 25
        holder.rollback()
    assert alice.get("/public").status_code == 200
    assert write(alice, "a long thought", csrf_token=token).status_code == 303


def test_crowd_before_a_locked_table_is_told_to_come_back(app: Flask, urls: DatabaseUrls) -> None:
    answers: list[tuple[int, float]] = []

    def ask() -> None:
        began = time.monotonic()
        status = app.test_client().get("/public").status_code
        answers.append((status, time.monotonic() - began))

    with connect(urls.owner_url, autocommit=False) as holder:
        holder.execute("LOCK TABLE activities IN ACCESS EXCLUSIVE MODE")
        threads = [threading.Thread(target=ask) for _ in range(16)]
        for thread in threads:
            thread.start()
        assert app.test_client().get("/livez").status_code == 200
        for thread in threads:
            thread.join(30)
        holder.rollback()
    assert {status for status, _ in answers} == {503}
    assert len(answers) == 16
    assert max(seconds for _, seconds in answers) < 25
    assert app.test_client().get("/public").status_code == 200


def test_statement_that_takes_too_long_is_ended(app: Flask, urls: DatabaseUrls, conn: Connection) -> None:
    view = value(conn, "SELECT pg_get_viewdef('live_activities')")
    conn.execute(f"CREATE OR REPLACE VIEW live_activities AS {view.rstrip(';')} AND pg_sleep(30) IS NOT NULL")
    try:
        began = time.monotonic()
        answer = app.test_client().get("/public")
        assert answer.status_code == 503
        assert 2 < time.monotonic() - began < 25
        assert app.test_client().get("/sign-in").status_code == 200
        assert value(conn, "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND state <> 'idle'", APP) == 0
    finally:
        conn.execute(f"CREATE OR REPLACE VIEW live_activities AS {view}")
    assert app.test_client().get("/public").status_code == 200


def test_server_that_is_read_only_is_read_and_writes_come_back(
    app: Flask, alice: FlaskClient, urls: DatabaseUrls, conn: Connection
) -> None:
    token = token_for(alice)
    conn.execute("UPDATE sessions SET created_at = now() - interval '2 hours', seen_at = now() - interval '1 hour'")
    with connect(urls.superuser_url) as admin:
        try:
            admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            admin.execute("SELECT pg_reload_conf()")
            until(lambda: app.extensions["db"].query_value("ops/ready") and _read_only(urls), 5)
            for path in ("/", "/public", "/@alice", "/api/home"):
                assert alice.get(path).status_code == 200, path
            kept = write(alice, "a long thought", csrf_token=token)
            assert kept.status_code == 503
            assert "a long thought" in kept.text
        finally:
            admin.execute("SET default_transaction_read_only = off")
            admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
            admin.execute("SELECT pg_reload_conf()")
    assert (
        until(
            lambda: (
                write(alice, "a long thought", key="5eedac00-0000-4000-8000-00000000000a", csrf_token=token).status_code
                == 303
            ),
            10,
        )
        < 10
    )
    assert value(conn, "SELECT count(*) FROM activities WHERE message = 'a long thought'") == 1


def _read_only(urls: DatabaseUrls) -> bool:
    with connect(urls.app_url) as probe:
        return bool(value(probe, "SHOW default_transaction_read_only") == "on")


# The real server -----------------------------------------------------------------------------------------------

PROBE = """
import json
import os

import gevent
from gevent.event import Event
from gevent.lock import BoundedSemaphore
from webapp import create_app

app = create_app()
database = app.extensions["db"]
turn = BoundedSemaphore(1)


@app.get("/backends")
def backends():
    # Four at once: each keeps its connection until all of them have one.
    found, all_have_one = [], Event()

    def backend():
        with database._connection() as conn:
            found.append(conn.info.backend_pid)
            if len(found) == 4:
                all_have_one.set()
            assert all_have_one.wait(5)

    with turn:
        gevent.joinall([gevent.spawn(backend) for _ in range(4)], raise_error=True)
    return json.dumps({"worker": os.getpid(), "backends": found})
"""


def test_each_worker_opens_a_pool_of_its_own_after_the_fork(
    own: Cluster, urls: DatabaseUrls, conn: Connection, scratch: Path
) -> None:
    (scratch / "probe.py").write_text(PROBE)
    port = free_port()
    environment = {
        **os.environ,
        "APP_ENV": "test",
        "CONNECTION_URL": urls.app_url,
        "SECRET_KEY": "only-for-tests-0123456789-abcdefgh",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WORKERS": "2",
        "POOL_MIN": "4",
        "POOL_MAX": "4",
        "PYTHONPATH": f"{scratch}:{ROOT}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    log = scratch / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), "probe:app"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
        )
    try:
        seen: dict[int, set[int]] = {}
        four: list[list[int]] = []

        def ask() -> None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/backends", timeout=10) as answer:
                    told: dict[str, Any] = json.load(answer)
            except OSError:
                return
            four.append(told["backends"])
            seen.setdefault(told["worker"], set()).update(told["backends"])

        def crowd() -> bool:
            threads = [threading.Thread(target=ask) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(15)
            assert process.poll() is None, log.read_text()
            return len(seen) == 2

        until(crowd, 60)
        assert {len(set(backends)) for backends in four} == {4}, "four at once, each over a connection of its own"
        first, second = seen.values()
        assert not first & second, "no connection is used by two workers"
    finally:
        process.terminate()
        assert process.wait(15) == 0, log.read_text()
    until(lambda: value(conn, "SELECT count(*) FROM pg_stat_activity WHERE usename = %s", APP) == 0, 10)
