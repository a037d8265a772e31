"""Writing, over HTTP against the real PostgreSQL."""

import re
import uuid
from typing import Any
from unittest.mock import patch

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from verbs import burn, count, fields_in, send, signed_in, token_for, value, window_of, write
from ways import DatabaseUrls, at_once, settings_for
from werkzeug.test import TestResponse

from webapp import create_app
from webapp.config.settings import TTLS
from webapp.db.connections import Connection

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


def test_create_with_htmx_gives_the_card_and_a_fresh_composer(alice: FlaskClient, conn: Connection) -> None:
    key = str(uuid.uuid4())
    answer = write(alice, "The tide is out.", key=key, fragment=True, headers={"HX-Target": "div#feed"})
    assert answer.status_code == 200
    assert f'id="activity-{value(conn, "SELECT number FROM activities")}"' in answer.text
    assert "The tide is out." in answer.text
    assert 'hx-target="#composer"' in answer.text
    assert uuid.UUID(fields_in(answer)["key"]) != uuid.UUID(key), "the fresh composer has a key of its own"
    assert "<html" not in answer.text


def test_create_lives_for_the_time_that_was_picked(alice: FlaskClient, conn: Connection) -> None:
    for ttl, life in TTLS.items():
        assert write(alice, ttl, ttl=ttl).status_code == 303
        assert value(conn, "SELECT expires_at - created_at FROM activities WHERE message = %s", ttl) == life
        assert value(conn, "SELECT last_ttl FROM users WHERE handle = 'alice'") == ttl
    assert f'value="{ttl}" checked' in alice.get("/compose").text


def test_create_offers_and_takes_what_the_community_allows(database_urls: DatabaseUrls, conn: Connection) -> None:
    conn.execute("UPDATE users SET last_ttl = '30-days'")  # from before the rule
    app = create_app(settings_for(database_urls, TTL_FLOOR="3-hours", TTL_CEILING="1-day", TTL_DEFAULT="12-hours"))
    alice = signed_in(app)
    page = alice.get("/compose").text
    assert re.findall(r'name="ttl" value="([^"]+)"', page) == ["3-hours", "12-hours", "1-day"]
    assert 'value="12-hours" checked' in page
    assert [write(alice, ttl=ttl).status_code for ttl in ("1-hour", "3-days", "1-day")] == [422, 422, 303]
    assert count(conn, "activities") == 1


def test_create_keeps_the_text_as_it_was_meant(alice: FlaskClient, conn: Connection) -> None:
    for message, kept in {
        "  two\r\nlines\x07, 100% %s <b>&amp;</b> ": "two\nlines, 100% %s <b>&amp;</b>",
        FAMILY * 280: FAMILY * 280,
        ("e" + "\u0316" * 9) * 280: ("e" + "\u0316" * 9) * 280,  # as many code points as there may be
    }.items():
        assert write(alice, message).status_code == 303
        assert value(conn, "SELECT message FROM activities ORDER BY number DESC") == kept


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"message": " \r\n\t "}, ["Write"]),
    ({"message": "  a\ttab, cafe\u0301 <b>\x07 " + "w" * 280}, ["Shorten"]),
    ({"message": "Z" + "\u0301" * 12}, ["marks"]),
    ({"ttl": "2-days"}, ["Pick"]),
    ({"key": "not-a-uuid"}, ["key"]),
    ({"message": "", "ttl": "infinity", "key": None}, ["Write", "Pick", "key"]),
]


@pytest.mark.parametrize(("fields", "said"), WRONG)
def test_create_with_a_wrong_field_comes_back_with_the_text(
    alice: FlaskClient, conn: Connection, fields: dict[str, Any], said: list[str]
) -> None:
    for fragment in (False, True):
        answer = write(alice, **{"message": "a thought to keep", **fields}, fragment=fragment)
        assert answer.status_code == 422
        errors = re.findall(r'class="error"[^>]*>([^<]+)<', answer.text)
        assert all(any(word in error for error in errors) for word in said), errors
        assert len(errors) == len(said)
        assert ("<html" in answer.text) != fragment
        assert f">\n{escape(fields.get('message', 'a thought to keep'))}</textarea>" in answer.text
        assert answer.text.count(" checked>") == 1
    assert count(conn, "activities") == count(conn, "activity_keys") == 0


def test_create_that_fails_leaves_nothing(database_urls: DatabaseUrls, conn: Connection) -> None:
    app = create_app(settings_for(database_urls, LIMIT_ACTIVITIES="9/1h"))
    alice, database = signed_in(app), app.extensions["db"]
    whole = database.execute

    def broken(name: str, **params: Any) -> Any:
        whole(name, **params)
        raise RuntimeError(f"after {name}")

    with patch.object(database, "execute", broken):  # the last statement, users/wrote
        answer = write(alice, "half said", ttl="1-day")
    assert answer.status_code == 500
    assert "half said" in answer.text, "the text comes back"
    assert count(conn, "activities") == count(conn, "activity_keys") == count(conn, "rate_limits") == 0
    assert value(conn, "SELECT last_ttl FROM users WHERE handle = 'alice'") is None
    assert write(alice).status_code == 303


def test_create_with_a_stale_token_brings_the_form_back_with_its_text(alice: FlaskClient, conn: Connection) -> None:
    for fragment in (False, True):
        answer = write(alice, "a long thought", csrf_token="stale", fragment=fragment)
        assert answer.status_code == 400
        assert "a long thought</textarea>" in answer.text
        fields = fields_in(answer)
        assert send(alice, "/activities", message="a long thought", ttl="1-day", **fields).status_code == 303
    assert count(conn, "activities") == 2


def test_create_limit_counts_people_and_no_repeated_key(database_urls: DatabaseUrls, conn: Connection) -> None:
    apps = [create_app(settings_for(database_urls, LIMIT_ACTIVITIES="3/1h")) for _ in range(2)]
    here, there = (signed_in(app) for app in apps)
    there.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    key = str(uuid.uuid4())
    assert [write(here, key=key).status_code for _ in range(4)] == [303] * 4
    answers = [write(client, "one more") for client in (there, here, there, here)]
    assert [answer.status_code for answer in answers] == [303, 303, 429, 429]
    assert count(conn, "activities") == count(conn, "activity_keys") == 3
    assert "one more" in answers[-1].text, "the text comes back"
    assert write(here, fragment=True).text.startswith("<hx-partial")
    assert write(signed_in(apps[0], "bob")).status_code == 303


# The key: however often a form comes, it makes one activity ----------------------------------------------------


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


def cards_in(answer: TestResponse) -> list[str]:
    """Their numbers."""
    return re.findall(r'id="activity-([^"]+)"', answer.text)


def test_create_with_the_same_key_makes_one(alice: FlaskClient, conn: Connection, key: str) -> None:
    assert {write(alice, key=key).status_code for _ in range(2)} == {303}
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
