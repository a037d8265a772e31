"""The author gives an activity another end. That nobody else may is in the matrix of routes."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from verbs import FRAGMENT, activity_by, number_of, send, signed_in, value, words, write
from ways import MakeApp
from werkzeug.test import TestResponse

from webapp.db.connections import Connection

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def change(client: FlaskClient, activity: object, ttl: str | None, **more: object) -> TestResponse:
    return send(client, f"/activities/{activity}/fuse", ttl=ttl, **more)  # type: ignore[arg-type]


def left(conn: Connection, activity: object) -> timedelta:
    """What is left of it, by the database's clock, to the minute."""
    minutes = "SELECT round(extract(epoch FROM expires_at - now()) / 60)::int FROM activities WHERE uuid = %s"
    return timedelta(minutes=value(conn, minutes, activity))


@pytest.mark.parametrize(
    ("age", "had", "ttl", "has"),
    [
        (2 * DAY, 5 * DAY, "1-hour", HOUR),  # shorter
        (2 * DAY, HOUR, "7-days", 7 * DAY),  # longer, and from now
        (29 * DAY, HOUR, "30-days", DAY),  # no longer than thirty days in all
    ],
)
def test_fuse_counts_from_now_up_to_the_ceiling(
    alice: FlaskClient, conn: Connection, age: timedelta, had: timedelta, ttl: str, has: timedelta
) -> None:
    made = activity_by(conn, "alice", age=age, left=had)
    for _ in range(2):  # again changes nothing more
        answer = change(alice, made, ttl)
        assert (answer.status_code, answer.location) == (303, f"/@alice/status/{made}#activity-{number_of(conn, made)}")
        assert left(conn, made) == has


def test_fuse_keeps_to_what_the_community_allows(make_app: MakeApp, conn: Connection) -> None:
    alice = signed_in(make_app(TTL_FLOOR="3-hours", TTL_CEILING="3-days"))
    young, old = (activity_by(conn, "alice", age=age, left=4 * HOUR) for age in (DAY, 9 * DAY))
    assert "1-hour" not in alice.get(f"/activities/{young}/fuse").text
    for ttl in ("1-hour", "7-days", "", "x" * 5000, None):
        for fragment in (False, True):
            answer = change(alice, young, ttl, fragment=fragment)
            assert (answer.status_code, "<html" in answer.text) == (422, not fragment), ttl
            assert "Choose how long it lives." in words(answer)
    assert left(conn, young) == 4 * HOUR
    assert change(alice, young, "3-days").status_code == change(alice, old, "3-days").status_code == 303
    assert left(conn, young) == 2 * DAY
    assert left(conn, old) == 4 * HOUR, "from before the ceiling was lowered: it keeps what it has"


def test_fuse_moves_what_is_bound_to_it_and_tells_open_pages(alice: FlaskClient, conn: Connection) -> None:
    write(alice, ttl="7-days")
    made = value(conn, "SELECT uuid FROM activities")
    change(alice, made, "1-day")
    assert value(conn, "SELECT key.expires_at - a.expires_at FROM activity_keys AS key, activities AS a") == DAY
    told = "SELECT w.audience FROM withdrawals AS w JOIN activities AS a USING (number, user_uuid, expires_at)"
    assert value(conn, told) == "everyone"


def test_fuse_with_htmx_gives_the_card_as_it_is_now(alice: FlaskClient, conn: Connection) -> None:
    made = activity_by(conn, "alice")
    asked = alice.get(f"/activities/{made}/fuse", headers=FRAGMENT)
    assert ("<html" in asked.text, 'value="7-days" checked' in asked.text) == (False, True)
    answer = change(alice, made, "3-days", fragment=True)
    assert f'<article class="activity" id="activity-{number_of(conn, made)}"' in answer.text
    assert "2 days 23 h left" in words(answer)
    assert "Changed. It stays until" in words(answer)


def test_fuse_of_what_is_gone_revives_nothing(alice: FlaskClient, conn: Connection) -> None:
    made = activity_by(conn, "alice", age=DAY, left=-HOUR)
    assert change(alice, made, "7-days").status_code == 404
    assert left(conn, made) == -HOUR


def test_fuse_with_a_stale_token_brings_the_form_back(alice: FlaskClient, conn: Connection) -> None:
    made = activity_by(conn, "alice")
    for act in ("fuse", "rewrite"):
        answer = send(alice, f"/activities/{made}/{act}", csrf_token="stale", fragment=True, ttl="1-hour")
        assert (answer.status_code, f'id="fuse-{number_of(conn, made)}"' in answer.text) == (400, True)
    assert left(conn, made) == 7 * DAY
