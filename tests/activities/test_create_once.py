"""The key of a form: however often the form comes, it makes one activity."""

import re
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from verbs import burn, count, fields_in, token_for, value, window_of, write
from ways import at_once
from werkzeug.test import TestResponse

from webapp.db.connections import Connection


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


def cards_in(answer: TestResponse) -> list[str]:
    """Their numbers."""
    return re.findall(r'id="activity-([^"]+)"', answer.text)


def test_create_with_the_same_key_makes_one(alice: FlaskClient, conn: Connection, key: str) -> None:
    assert [(answer.status_code, answer.location) for answer in (write(alice, key=key), write(alice, key=key))] == [
        (303, "/")
    ] * 2
    first, second = (write(alice, key=key, fragment=True) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert cards_in(first) == cards_in(second)
    assert count(conn, "activities") == 1


def test_create_with_a_used_key_and_another_text_loses_neither(alice: FlaskClient, conn: Connection, key: str) -> None:
    write(alice, "Meet at 5.", key=key)
    for fragment in (False, True):
        again = write(alice, "Meet at 6, not at 5.", key=key, fragment=fragment)
        assert again.status_code == 409
        assert "Meet at 6, not at 5.</textarea>" in again.text
        assert key not in again.text
    assert value(conn, "SELECT string_agg(message, '') FROM activities") == "Meet at 5."


def test_create_with_the_same_key_at_once_makes_one(alice: FlaskClient, conn: Connection, key: str) -> None:
    token = token_for(alice)
    answers = at_once([lambda: write(window_of(alice), key=key, csrf_token=token, fragment=True)] * 8)
    wanted = (200, [str(value(conn, "SELECT number FROM activities"))])
    assert [(answer.status_code, cards_in(answer)) for answer in answers] == [wanted] * 8
    assert count(conn, "activities") == count(conn, "activity_keys") == 1


def test_create_with_a_key_that_is_swept_at_that_moment_makes_a_new_one(
    alice: FlaskClient, conn: Connection, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    write(alice, "said once", key=key)
    database = alice.application.extensions["db"]
    whole = database.query_value

    def swept_before(name: str, **params: Any) -> Any:
        if name == "activities/of_key":
            conn.execute("DELETE FROM activity_keys")
        return whole(name, **params)

    monkeypatch.setattr(database, "query_value", swept_before)
    assert write(alice, "said again", key=key).status_code == 303
    assert [count(conn, table) for table in ("activities", "activity_keys")] == [2, 1]


def test_create_with_anothers_key_or_that_of_a_refused_try_works(
    alice: FlaskClient, bob: FlaskClient, conn: Connection, key: str
) -> None:
    answers = [write(alice, "", key=key), write(alice, "by alice", key=key), write(bob, "by bob", key=key)]
    assert [answer.status_code for answer in answers] == [422, 303, 303]
    assert count(conn, "activities") == 2


def test_create_again_after_a_burn_revives_nothing(alice: FlaskClient, conn: Connection, key: str) -> None:
    write(alice, "said once", key=key)
    burn(alice, value(conn, "SELECT uuid FROM activities"))
    conn.execute("DELETE FROM activities")  # as the sweep does
    answer = write(alice, "said once", key=key)
    assert answer.status_code == 409
    assert "said once</textarea>" in answer.text
    assert count(conn, "activities") == 0
    fresh = fields_in(answer)["key"]
    assert fresh != key
    assert write(alice, "said once", key=fresh).status_code == 303


def test_key_outlives_its_activity_by_a_day(alice: FlaskClient, conn: Connection) -> None:
    for message in ("burned", "kept"):
        write(alice, message, ttl="30-days")
    burn(alice, value(conn, "SELECT uuid FROM activities WHERE message = 'burned'"))
    left = conn.execute("SELECT round(extract(epoch FROM expires_at - now()) / 3600) FROM activity_keys ORDER BY 1")
    assert left.fetchall() == [(24,), (31 * 24,)]
