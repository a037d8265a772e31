"""Connections that are cut, and commits that are lost on their way: no error is shown, and each is written once."""

import threading
import time
from pathlib import Path

import pytest
from faults_relay import Relay
from flask import Flask
from flask.testing import FlaskClient
from verbs import count, sign_in, signed_in, token_for, value, words, write
from ways import DatabaseUrls, at_once, settings_for

from webapp import create_app
from webapp.db.connections import Connection, connect
from webapp.postgres.embedded import APP, Cluster
from webapp.web.answers import UNAVAILABLE


def cut(urls: DatabaseUrls) -> int:
    """Ends every connection of the application to this database."""
    ended = "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity"
    with connect(urls.superuser_url) as admin:
        return int(value(admin, f"{ended} WHERE usename = %s AND datname = %s", APP, urls.name))


def cut_all(app: Flask, urls: DatabaseUrls) -> None:
    """Opens every connection that the pool may have, and ends them."""
    held = threading.Barrier(4)

    def hold() -> None:
        with app.extensions["db"].transaction():
            held.wait(10)

    at_once([hold] * 4)
    assert cut(urls) >= 4


def test_reading_after_every_connection_was_cut_shows_no_error(
    app: Flask, alice: FlaskClient, urls: DatabaseUrls
) -> None:
    cut_all(app, urls)
    for path in ("/", "/public", "/@alice", "/api/home", "/compose"):
        assert alice.get(path).status_code == 200, path
    assert app.extensions["db"].retries >= 1
    for _ in range(3):
        cut_all(app, urls)
        assert at_once([lambda: app.test_client().get("/public").status_code] * 8) == [200] * 8


def test_writing_after_every_connection_was_cut_writes_once(urls: DatabaseUrls, conn: Connection) -> None:
    """Signing in begins with a write, too: it counts the try."""
    app = create_app(settings_for(urls, POOL_MIN="4", POOL_MAX="4", LIMIT_SIGN_INS_BY_ADDRESS="99/5m"))
    alice, stranger = signed_in(app), app.test_client()
    token, other = token_for(alice), token_for(stranger)
    cut_all(app, urls)
    assert sign_in(stranger, "nobody", csrf_token=other).status_code == 422
    assert value(conn, "SELECT hits FROM rate_limits WHERE action = 'sign_ins_by_address'") == 1
    for number in range(2):
        cut_all(app, urls)
        assert write(alice, f"number {number}", csrf_token=token).status_code == 303
    assert value(conn, "SELECT count(*) FROM activity_texts WHERE message LIKE 'number%%'") == 2
    cut_all(app, urls)
    assert alice.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert count(conn, "sessions") == 0
    app.extensions["db"].close()


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
            assert answer.status_code == 200 or UNAVAILABLE in words(answer)
            assert time.monotonic() - began < 10
    finally:
        over.set()
        thread.join(60)
    assert statuses <= {200, 503}
    assert [app.test_client().get("/public").status_code for _ in range(5)] == [200] * 5


@pytest.mark.parametrize("lose", ["request", "answer"])
def test_commit_that_is_lost_on_its_way_is_written_exactly_once(
    own: Cluster, urls: DatabaseUrls, conn: Connection, scratch: Path, lose: str
) -> None:
    """The keyed write is done again: whether the commit had arrived or not, there is one row, and it is shown."""
    assert own.socket_folder
    relay = Relay(scratch, own.socket_folder)
    through = urls._replace(app_url=f"postgresql://{APP}@/{urls.name}?host={scratch}")
    app = create_app(settings_for(through))
    client = signed_in(app)
    token = token_for(client)
    relay.lose = lose
    answer = write(client, "kept", csrf_token=token, fragment=True)
    assert relay.lost == 1
    assert answer.status_code == 200
    made = value(conn, "SELECT number FROM activities, activity_texts WHERE message = 'kept' AND uuid = activity_uuid")
    assert f'id="activity-{made}"' in answer.text
    assert value(conn, "SELECT count(*) FROM activity_texts WHERE message = 'kept'") == 1
    assert count(conn, "activity_keys") == 1
    app.extensions["db"].close()
    relay.close()
