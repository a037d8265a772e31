"""Writing, over HTTP against the real PostgreSQL."""

import re
import uuid
from itertools import product
from typing import Any
from unittest.mock import patch

from flask.testing import FlaskClient
from markupsafe import escape
from verbs import burn, count, fields_in, signed_in, token_for, value, window_of, write
from ways import MakeApp, at_once

from webapp.config.settings import TTLS
from webapp.db.connections import Connection

KEY = "7a3a7d4e-0000-4000-8000-000000000001"
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


def test_create_with_htmx_gives_the_card_and_a_fresh_composer(alice: FlaskClient, conn: Connection) -> None:
    answer = write(alice, "The tide is out.", key=KEY, fragment=True, headers={"HX-Target": "div#feed"})
    card = f'id="activity-{value(conn, "SELECT number FROM activities")}"'
    assert [part in answer.text for part in (card, "The tide is out.", 'hx-target="#composer"')] == [True] * 3
    assert uuid.UUID(fields_in(answer)["key"]) != uuid.UUID(KEY), "the fresh composer has a key of its own"
    assert (answer.status_code, "<html" in answer.text) == (200, False)


def test_audience_that_was_chosen_last_stays_as_the_lifespan_does(alice: FlaskClient, conn: Connection) -> None:
    answer = write(alice, ttl="1-hour", audience="members", fragment=True, headers={"HX-Target": "div#feed"})
    assert [chosen in answer.text for chosen in ('value="1-hour" checked', 'value="members" selected')] == [True, True]


def test_create_lives_for_the_time_that_was_picked(alice: FlaskClient, conn: Connection) -> None:
    for ttl, life in TTLS.items():
        write(alice, ttl, ttl=ttl)
        assert value(conn, "SELECT expires_at - created_at FROM said WHERE message = %s", ttl) == life
        assert value(conn, "SELECT last_ttl FROM users WHERE handle = 'alice'") == ttl
    assert f'value="{ttl}" checked' in alice.get("/compose").text


def test_create_offers_and_takes_what_the_community_allows(make_app: MakeApp, conn: Connection) -> None:
    conn.execute("UPDATE users SET last_ttl = '30-days'")  # from before the rule
    alice = signed_in(make_app(TTL_FLOOR="3-hours", TTL_CEILING="1-day", TTL_DEFAULT="12-hours"))
    offered = re.findall(r'name="ttl" value="([^"]+)"( checked)?', alice.get("/compose").text)
    assert offered == [("3-hours", ""), ("12-hours", " checked"), ("1-day", "")]
    assert [write(alice, ttl=ttl).status_code for ttl in ("1-hour", "3-days", "1-day")] == [422, 422, 303]
    assert count(conn, "activities") == 1


def test_create_keeps_the_text_as_it_was_meant(alice: FlaskClient, conn: Connection) -> None:
    for message, kept in {
        "\n  two\r\nlines\x07, 100% %s <b>&amp;</b> ": "  two\nlines, 100% %s <b>&amp;</b>",
        FAMILY * 280: FAMILY * 280,
        ("e" + "\u0316" * 9) * 280: ("e" + "\u0316" * 9) * 280,  # as many code points as there may be
    }.items():
        assert write(alice, message).status_code == 303
        assert value(conn, "SELECT message FROM said ORDER BY number DESC") == kept


def test_create_with_a_wrong_field_comes_back_with_the_text(alice: FlaskClient, conn: Connection) -> None:
    wrong: list[tuple[dict[str, Any], list[str]]] = [
        ({"message": " \r\n\t "}, ["Write"]),
        ({"message": "  a\ttab, cafe\u0301 <b>\x07 " + "w" * 280}, ["18"]),
        ({"message": "Z" + "\u0301" * 12}, ["marks"]),
        ({"ttl": "2-days"}, ["Choose"]),
        ({"message": "", "ttl": "infinity", "key": None}, ["form", "Write", "Choose"]),
    ]
    for (fields, said), fragment in product(wrong, (False, True)):
        answer = write(alice, **{"message": "a thought to keep", **fields}, fragment=fragment)
        assert (answer.status_code, "<html" in answer.text) == (422, not fragment), fields
        errors = re.findall(r'class="error"[^>]*>([^<]+)<', answer.text)
        assert [word for word, error in zip(said, errors, strict=True) if word in error] == said, errors
        assert f">\n{escape(fields.get('message', 'a thought to keep'))}</textarea>" in answer.text
        assert answer.text.count(" checked>") == 1
    assert count(conn, "activities") == count(conn, "activity_keys") == 0


def test_create_that_fails_leaves_nothing(make_app: MakeApp, conn: Connection) -> None:
    alice = signed_in(make_app(LIMIT_ACTIVITIES="9/1h"))
    database = alice.application.extensions["db"]
    with patch.object(database, "execute", side_effect=RuntimeError("in the last statement, users/wrote")):
        answer = write(alice, "half said", ttl="1-day")
    assert (answer.status_code, "half said" in answer.text) == (500, True), "the text comes back"
    assert [count(conn, table) for table in ("activities", "activity_keys", "rate_limits")] == [0, 0, 0]
    assert write(alice).status_code == 303


def test_create_with_a_stale_token_brings_the_form_back_with_its_text(alice: FlaskClient, conn: Connection) -> None:
    for fragment in (False, True):
        answer = write(alice, "a long thought", csrf_token="stale", fragment=fragment)
        assert (answer.status_code, "a long thought</textarea>" in answer.text) == (400, True)
        assert write(alice, "a long thought", **fields_in(answer)).status_code == 303
    assert count(conn, "activities") == 2


def test_create_limit_counts_people_and_no_repeated_key(make_app: MakeApp, conn: Connection) -> None:
    here, there = (signed_in(make_app(LIMIT_ACTIVITIES="3/1h")) for _ in range(2))
    there.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    assert [write(here, key=KEY).status_code for _ in range(4)] == [303] * 4
    answers = [write(client, "one more") for client in (there, here, there, here)]
    assert [answer.status_code for answer in answers] == [303, 303, 429, 429]
    assert count(conn, "activities") == count(conn, "activity_keys") == 3
    assert "one more" in answers[-1].text, "the text comes back"
    assert write(here, fragment=True).text.startswith("<hx-partial")
    assert write(signed_in(here.application, "bob")).status_code == 303


def test_create_with_a_used_key_and_another_text_loses_neither(alice: FlaskClient, conn: Connection) -> None:
    write(alice, "Meet at 5.", key=KEY)
    for fragment in (False, True):
        again = write(alice, "Meet at 6, not at 5.", key=KEY, fragment=fragment)
        assert (again.status_code, "Meet at 6, not at 5.</textarea>" in again.text) == (409, True)
        assert fields_in(again)["key"] != KEY
    assert value(conn, "SELECT string_agg(message, '') FROM said") == "Meet at 5."


def test_create_with_the_same_key_at_once_makes_one(alice: FlaskClient, conn: Connection) -> None:
    token = token_for(alice)
    answers = at_once([lambda: write(window_of(alice), key=KEY, csrf_token=token, fragment=True)] * 8)
    number = str(value(conn, "SELECT number FROM activities"))
    for answer in (*answers, write(alice, key=KEY, fragment=True)):
        assert (answer.status_code, re.findall(r'id="activity-([^"]+)"', answer.text)) == (200, [number])
    assert write(alice, key=KEY).status_code == 303
    assert count(conn, "activities") == count(conn, "activity_keys") == 1


def test_create_with_anothers_key_or_a_refused_one_works(alice: FlaskClient, conn: Connection) -> None:
    bob = signed_in(alice.application, "bob")
    answers = [write(alice, "", key=KEY), write(alice, "by alice", key=KEY), write(bob, "by bob", key=KEY)]
    assert [answer.status_code for answer in answers] == [422, 303, 303]
    assert count(conn, "activities") == 2


def test_create_again_after_a_burn_revives_nothing(alice: FlaskClient, conn: Connection) -> None:
    write(alice, "said once", key=KEY)
    burn(alice, value(conn, "SELECT uuid FROM activities"))
    conn.execute("DELETE FROM activities")  # as the sweep does
    answer = write(alice, "said once", key=KEY)
    assert (answer.status_code, "said once</textarea>" in answer.text, count(conn, "activities")) == (409, True, 0)
    assert write(alice, "said once", key=fields_in(answer)["key"]).status_code == 303
    assert count(conn, "activities") == 1


def test_key_outlives_its_activity_by_a_day(alice: FlaskClient, conn: Connection) -> None:
    for message in ("burned", "kept"):
        write(alice, message, ttl="30-days")
    burn(alice, value(conn, "SELECT uuid FROM said WHERE message = 'burned'"))
    left = conn.execute("SELECT round(extract(epoch FROM expires_at - now()) / 3600) FROM activity_keys ORDER BY 1")
    assert left.fetchall() == [(24,), (31 * 24,)]
