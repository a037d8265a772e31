"""Writing, replying and burning, over HTTP against the real PostgreSQL."""

import re
import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from factories import make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from verbs import (
    FRAGMENT,
    burn,
    count,
    expire,
    number_of,
    reply,
    send,
    signed_in,
    token_for,
    token_in,
    value,
    words,
    write,
)
from ways import DatabaseUrls, settings_for

from webapp import create_app
from webapp.activities import actions
from webapp.config.settings import TTLS
from webapp.db.connections import Connection
from webapp.errors import Violated

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


@pytest.fixture
def conn(conn: Connection) -> Connection:
    """With alice and bob."""
    make_user(conn)
    make_user(conn, "bob")
    return conn


@pytest.fixture
def alice(app: Flask, conn: Connection) -> FlaskClient:
    return signed_in(app)


@pytest.fixture
def bob(app: Flask, conn: Connection) -> FlaskClient:
    return signed_in(app, "bob")


def user(conn: Connection, handle: str) -> uuid.UUID:
    return value(conn, "SELECT uuid FROM users WHERE handle = %s", handle)


# Writing -------------------------------------------------------------------------------------------------------


def test_create_without_script_leads_to_the_feed_that_shows_it(alice: FlaskClient) -> None:
    answer = write(alice, "The tide is out.")
    assert (answer.status_code, answer.location) == (303, "/")
    assert "The tide is out." in words(alice.get("/"))


def test_create_with_htmx_gives_the_card_and_a_fresh_composer(alice: FlaskClient, conn: Connection) -> None:
    key = str(uuid.uuid4())
    answer = write(alice, "The tide is out.", key=key, fragment=True, headers={"HX-Target": "div#feed"})
    assert answer.status_code == 200
    made = value(conn, "SELECT number FROM activities")
    assert f'id="activity-{made}"' in answer.text
    assert "The tide is out." in answer.text
    assert 'hx-target="#composer"' in answer.text
    assert key not in answer.text, "the fresh composer has a key of its own"
    assert re.search(r'name="key" value="[0-9a-f-]{36}"', answer.text)
    assert "<html" not in answer.text


def test_create_is_read_by_every_surface(alice: FlaskClient, conn: Connection) -> None:
    write(alice, "seen everywhere")
    made = value(conn, "SELECT uuid FROM activities")
    for path in (
        "/",
        "/public",
        "/@alice",
        f"/@alice/status/{made}",
        "/api/home",
        "/api/public",
        "/api/@alice",
        f"/api/activities/{made}",
    ):
        assert "seen everywhere" in alice.get(path).text, path


@pytest.mark.parametrize("ttl", TTLS)
def test_create_lives_for_the_time_that_was_picked(alice: FlaskClient, conn: Connection, ttl: str) -> None:
    assert write(alice, ttl=ttl).status_code == 303
    assert value(conn, "SELECT expires_at - created_at FROM activities") == TTLS[ttl]
    assert value(conn, "SELECT last_ttl FROM users WHERE handle = 'alice'") == ttl
    assert re.search(rf'value="{ttl}" checked', alice.get("/compose").text)


def test_create_offers_and_takes_what_the_community_allows(database_urls: DatabaseUrls, conn: Connection) -> None:
    conn.execute("UPDATE users SET last_ttl = '30-days'")  # from before the rule
    app = create_app(settings_for(database_urls, TTL_FLOOR="3-hours", TTL_CEILING="1-day", TTL_DEFAULT="12-hours"))
    alice = signed_in(app)
    page = alice.get("/compose").text
    assert re.findall(r'name="ttl" value="([^"]+)"', page) == ["3-hours", "12-hours", "1-day"]
    assert 'value="12-hours" checked' in page
    assert [write(alice, ttl=ttl).status_code for ttl in ("1-hour", "3-days", "30-days", "1-day")] == [
        422,
        422,
        422,
        303,
    ]
    assert count(conn, "activities") == 1


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("  two\r\nlines\x07 ", "two\nlines"),
        ("cafe\u0301", "caf\u00e9"),
        (FAMILY * 280, FAMILY * 280),
        ("\u0915\u094d\u0937\u093f" * 280, None),
        ("100% %s %(x)s '; DROP TABLE users; --", None),
        ("\u202eturned", None),
        ("<b>&amp;</b>", None),
    ],
)
def test_create_keeps_the_text_as_it_was_meant(
    alice: FlaskClient, conn: Connection, message: str, kept: str | None
) -> None:
    assert write(alice, message).status_code == 303
    assert value(conn, "SELECT message FROM activities") == (message if kept is None else kept)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"message": ""}, "Write something first."),
        ({"message": " \r\n\t "}, "Write something first."),
        ({"message": "a" * 281}, "1 character too long. The limit is 280."),
        ({"message": "Z" + "\u0301" * 5000}, "very many parts"),
        ({"message": "Z" + "\u0301" * 12}, "too many accents or marks"),
        ({"message": "  a\ttab, cafe\u0301 <b>\x07 " + "w" * 280}, "characters too long. The limit is 280."),
        ({"ttl": ""}, "Choose how long"),
        ({"ttl": "2-days"}, "Choose how long"),
        ({"ttl": "30-days "}, "Choose how long"),
        ({"ttl": "infinity"}, "Choose how long"),
        ({"ttl": "-1"}, "Choose how long"),
        ({"key": ""}, "missing from this form"),
        ({"key": "not-a-uuid"}, "missing from this form"),
        ({"key": "5eedac00000040008000000000000001"}, "missing from this form"),
        ({"key": None}, "missing from this form"),
    ],
)
@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
def test_create_with_a_wrong_field_comes_back_with_the_text(
    alice: FlaskClient, conn: Connection, fields: dict[str, Any], sentence: str, fragment: bool
) -> None:
    answer = write(alice, **{"message": "a thought to keep", **fields}, fragment=fragment)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert ("<html" in answer.text) != fragment
    assert f">\n{escape(fields.get('message', 'a thought to keep'))}</textarea>" in answer.text
    assert answer.text.count(" checked>") == 1
    assert count(conn, "activities") == count(conn, "activity_keys") == 0


def test_create_with_all_fields_wrong_tells_all_at_once(alice: FlaskClient) -> None:
    shown = words(write(alice, "", ttl="x", key="x"))
    assert all(
        sentence in shown for sentence in ("Write something first.", "Choose how long", "missing from this form")
    )


def test_create_sets_listed_fields_alone(alice: FlaskClient, conn: Connection) -> None:
    bob = str(user(conn, "bob"))
    made = str(uuid.uuid4())
    extra = {
        "uuid": made,
        "user_uuid": bob,
        "expires_at": "infinity",
        "created_at": "2001-01-01",
        "likes_count": "99",
        "reposts_count": "9",
    }
    assert write(alice, **extra).status_code == 303
    row = conn.execute(
        "SELECT uuid, user_uuid, likes_count, reposts_count, expires_at < now() + interval '8 days' FROM activities"
    ).fetchone()
    assert row
    assert str(row[0]) != made
    assert row[1:] == (user(conn, "alice"), 0, 0, True)


# How deep a thread goes -----------------------------------------------------------------------------------------


@pytest.fixture
def deepest(alice: FlaskClient, conn: Connection) -> list[uuid.UUID]:
    """Three activities of carol, one below the other, the last as deep as a thread goes."""
    carol = make_user(conn, "carol")
    found = [make_activity(conn, carol, "up here")]
    for message in ("one step up", "down here"):
        found.append(make_activity(conn, carol, message, reply_to=found[-1]))
    conn.execute("UPDATE activities SET depth = depth + 98")
    return found


def test_reply_stands_one_step_deeper(alice: FlaskClient, conn: Connection) -> None:
    parent = make_activity(conn, user(conn, "bob"), "root")
    for message in ("first", "second"):
        reply(alice, parent, message)
        parent = value(conn, "SELECT uuid FROM activities WHERE message = %s", message)
    assert conn.execute("SELECT message, depth FROM activities ORDER BY depth").fetchall() == [
        ("root", 0),
        ("first", 1),
        ("second", 2),
    ]


@pytest.mark.parametrize("way", ["one step up", "on its own"])
@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
def test_reply_deeper_than_a_thread_goes_comes_back_with_ways_on(
    alice: FlaskClient, conn: Connection, deepest: list[uuid.UUID], fragment: bool, way: str
) -> None:
    answer = reply(alice, deepest[2], "How deep is this?", fragment=fragment)
    assert answer.status_code == 409
    assert "This thread can't go any deeper." in words(answer)
    assert "How deep is this?</textarea>" in answer.text
    assert count(conn, "activities") == count(conn, "activity_keys") + 3 == 3
    above = re.search(r'<button[^>]* name="reply_to_activity_uuid" value="([^"]+)">Reply one step up<', answer.text)
    assert above
    assert above[1] == str(deepest[1])
    key = re.search(r'name="key" value="([^"]+)"', answer.text)
    assert key
    assert not re.search(r'type="hidden" name="reply_to_activity_uuid"', answer.text)
    chosen = {"reply_to_activity_uuid": above[1]} if way == "one step up" else {}
    assert write(alice, "How deep is this?", key=key[1], **chosen).status_code == 303
    made = conn.execute("SELECT reply_to_activity_uuid, depth FROM activities WHERE message LIKE 'How deep%'")
    assert made.fetchall() == [(deepest[1], 100) if chosen else (None, 0)]


def test_reply_deeper_than_a_thread_goes_is_not_sent_up_to_what_is_gone(
    alice: FlaskClient, conn: Connection, deepest: list[uuid.UUID]
) -> None:
    expire(conn, deepest[1])
    answer = reply(alice, deepest[2], "How deep is this?")
    assert answer.status_code == 409
    assert "How deep is this?</textarea>" in answer.text
    assert "Reply one step up" not in answer.text
    assert "Post on its own" in answer.text


# The key -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
def test_create_with_the_same_key_makes_one(alice: FlaskClient, conn: Connection, fragment: bool) -> None:
    key = str(uuid.uuid4())
    first, second = (write(alice, key=key, fragment=fragment) for _ in range(2))
    assert first.status_code == second.status_code
    assert re.findall(r'id="activity-([^"]+)"', first.text) == re.findall(r'id="activity-([^"]+)"', second.text)
    assert first.location == second.location
    assert count(conn, "activities") == 1


@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
def test_create_with_a_used_key_and_another_text_loses_neither(
    alice: FlaskClient, conn: Connection, fragment: bool
) -> None:
    key = str(uuid.uuid4())
    write(alice, "Meet at 5.", key=key)
    again = write(alice, "Meet at 6, not at 5.", key=key, fragment=fragment)
    assert again.status_code == 409
    assert "Meet at 6, not at 5.</textarea>" in again.text
    assert key not in again.text
    assert count(conn, "activities") == 1


def test_reply_whose_parent_is_swept_in_between_comes_back(
    alice: FlaskClient, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Violated("activities_parent")

    parent = make_activity(conn, make_user(conn, "carol"), "Here for now.")
    monkeypatch.setattr(actions, "hit", refuse)
    answer = reply(alice, parent, "Too late.")
    assert answer.status_code == 409
    assert "Too late.</textarea>" in answer.text


def test_create_with_the_same_key_at_once_makes_one(app: Flask, alice: FlaskClient, conn: Connection) -> None:
    key, token, cookie = str(uuid.uuid4()), token_for(alice), alice.get_cookie("mayfly")
    assert cookie
    answers: list[tuple[int, str]] = []
    ready = threading.Barrier(8)

    def press() -> None:
        client = app.test_client()
        client.set_cookie("mayfly", cookie.value)
        ready.wait(10)
        answer = write(client, key=key, csrf_token=token, fragment=True)
        answers.append((answer.status_code, re.findall(r'id="activity-([^"]+)"', answer.text)[0]))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == [(200, str(value(conn, "SELECT number FROM activities")))] * 8
    assert count(conn, "activities") == count(conn, "activity_keys") == 1


def test_create_with_a_key_that_is_swept_at_that_moment_makes_a_new_one(
    app: Flask, alice: FlaskClient, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = str(uuid.uuid4())
    write(alice, "said once", key=key)
    database = app.extensions["db"]
    whole = database.query_value

    def swept_before(name: str, **params: Any) -> Any:
        if name == "activities/of_key":
            conn.execute("DELETE FROM activity_keys")
        return whole(name, **params)

    monkeypatch.setattr(database, "query_value", swept_before)
    assert write(alice, "said again", key=key).status_code == 303
    assert [count(conn, table) for table in ("activities", "activity_keys")] == [2, 1]


def test_create_with_the_key_of_a_refused_try_works(alice: FlaskClient, conn: Connection) -> None:
    key = str(uuid.uuid4())
    assert write(alice, "", key=key).status_code == 422
    assert write(alice, "now with words", key=key).status_code == 303
    assert count(conn, "activities") == 1


def test_create_with_the_key_of_another_person_is_ones_own(
    alice: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    key = str(uuid.uuid4())
    assert write(alice, "by alice", key=key).status_code == write(bob, "by bob", key=key).status_code == 303
    assert count(conn, "activities") == 2


def test_create_again_after_a_burn_revives_nothing(alice: FlaskClient, conn: Connection) -> None:
    key = str(uuid.uuid4())
    write(alice, "said once", key=key)
    burn(alice, value(conn, "SELECT uuid FROM activities"))
    conn.execute("DELETE FROM activities")  # as the sweep does
    answer = write(alice, "said once", key=key)
    assert answer.status_code == 409
    assert "You posted this before and it is gone now" in words(answer)
    assert "said once" in answer.text
    assert count(conn, "activities") == 0
    fresh = re.search(r'name="key" value="([^"]+)"', answer.text)
    assert fresh
    assert fresh[1] != key
    assert write(alice, "said once", key=fresh[1]).status_code == 303


def test_key_outlives_its_activity_by_a_day_and_holds_no_text(alice: FlaskClient, conn: Connection) -> None:
    write(alice, "said once", ttl="1-hour")
    outlives = value(
        conn,
        "SELECT key.expires_at - made.expires_at FROM activity_keys AS key"
        " JOIN activities AS made ON made.uuid = activity_uuid",
    )
    assert outlives == timedelta(days=1)
    columns = {
        row[0]
        for row in conn.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'activity_keys'"
        ).fetchall()
    }
    assert columns == {"user_uuid", "key", "activity_uuid", "expires_at"}


def test_key_of_a_burned_activity_goes_a_day_after_it(alice: FlaskClient, conn: Connection) -> None:
    for message in ("burned", "kept"):
        write(alice, message, ttl="30-days")
    burn(alice, value(conn, "SELECT uuid FROM activities WHERE message = 'burned'"))
    left = conn.execute("SELECT ceil(extract(day FROM expires_at - now())) FROM activity_keys ORDER BY 1").fetchall()
    assert left == [(0,), (30,)]
    assert value(conn, "SELECT min(expires_at) > now() + interval '23 hours' FROM activity_keys")


@pytest.mark.parametrize("failing", ["activities/claim_key", "limits/hit", "activities/create", "users/wrote"])
def test_create_that_fails_anywhere_leaves_nothing(
    database_urls: DatabaseUrls, conn: Connection, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    app = create_app(settings_for(database_urls, LIMIT_ACTIVITIES="9/1h"))
    alice = signed_in(app)
    database = app.extensions["db"]
    for verb in ("execute", "query_value"):
        whole = getattr(database, verb)

        def broken(name: str, _whole: Any = whole, **params: Any) -> Any:
            answer = _whole(name, **params)
            if name == failing:
                raise RuntimeError("after the statement")
            return answer

        monkeypatch.setattr(database, verb, broken)
    answer = write(alice, "half said", ttl="1-day")
    assert answer.status_code == 500
    assert "half said" in answer.text, "the text comes back"
    monkeypatch.undo()
    left = {table: count(conn, table) for table in ("activities", "activity_keys", "rate_limits")}
    assert left == {"activities": 0, "activity_keys": 0, "rate_limits": 0}
    assert value(conn, "SELECT last_ttl FROM users WHERE handle = 'alice'") is None
    assert write(alice).status_code == 303


# Limits --------------------------------------------------------------------------------------------------------


def test_create_limit_lets_exactly_so_many_through_over_two_instances(
    database_urls: DatabaseUrls, conn: Connection
) -> None:
    apps = [create_app(settings_for(database_urls, LIMIT_ACTIVITIES="5/1h")) for _ in range(2)]
    clients = [signed_in(app) for app in apps]
    answers = [write(clients[n % 2], f"number {n}") for n in range(8)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429] * 3
    assert count(conn, "activities") == count(conn, "activity_keys") == 5
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert "number 7" in answers[-1].text, "the text comes back"
    assert write(signed_in(apps[0], "bob")).status_code == 303
    fragment = write(clients[0], "x", fragment=True)
    assert fragment.status_code == 429
    assert fragment.text.startswith("<hx-partial")


def test_create_limit_counts_people_and_not_addresses(database_urls: DatabaseUrls, conn: Connection) -> None:
    app = create_app(settings_for(database_urls, LIMIT_ACTIVITIES="1/1h"))
    here, there = signed_in(app), signed_in(app)
    there.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    assert [write(here).status_code, write(there).status_code] == [303, 429]


def test_create_limit_does_not_count_a_repeated_key(database_urls: DatabaseUrls, conn: Connection) -> None:
    alice = signed_in(create_app(settings_for(database_urls, LIMIT_ACTIVITIES="1/1h")))
    key = str(uuid.uuid4())
    assert [write(alice, key=key).status_code for _ in range(3)] == [303] * 3


def test_burn_limit_counts(database_urls: DatabaseUrls, conn: Connection) -> None:
    alice = signed_in(create_app(settings_for(database_urls, LIMIT_BURNS="2/1h")))
    made = [make_activity(conn, user(conn, "alice")) for _ in range(3)]
    assert [burn(alice, one).status_code for one in made] == [303, 303, 429]


# Replying ------------------------------------------------------------------------------------------------------


def test_reply_stands_in_the_thread_with_a_life_of_its_own(
    alice: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    parent = make_activity(conn, user(conn, "alice"), left=timedelta(hours=2))
    answer = reply(bob, parent, "answered", ttl="30-days")
    made = value(conn, "SELECT uuid FROM activities WHERE message = 'answered'")
    assert answer.location == f"/@alice/status/{parent}#activity-{number_of(conn, made)}"
    assert value(conn, "SELECT reply_to_activity_uuid FROM activities WHERE uuid = %s", made) == parent
    assert value(conn, "SELECT expires_at > now() + interval '29 days' FROM activities WHERE uuid = %s", made)
    assert "answered" in words(alice.get(f"/@alice/status/{parent}"))
    assert "answering @alice" in words(bob.get(f"/@bob/status/{made}"))


@pytest.mark.parametrize("target", ["div#replies", "div#reply-to-x"])
def test_reply_with_htmx_brings_the_card_and_the_parents_count(bob: FlaskClient, conn: Connection, target: str) -> None:
    parent = make_activity(conn, user(conn, "alice"))
    answer = reply(bob, parent, fragment=True, headers={"HX-Target": target})
    assert answer.status_code == 200
    assert f'hx-target="#replies-count-{number_of(conn, parent)}"' in answer.text
    assert "1 reply" in words(answer)


def test_replies_count_is_of_live_replies(alice: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    parent = make_activity(conn, user(conn, "alice"))

    def shown() -> int:
        return int(alice.get(f"/api/activities/{parent}").get_json()["activity"]["replies_count"])

    replies = [make_activity(conn, user(conn, "bob"), reply_to=parent) for _ in range(4)]
    make_activity(conn, user(conn, "bob"), reply_to=replies[0])  # an answer to an answer
    assert shown() == 4
    expire(conn, replies[0])
    assert shown() == 3
    burn(bob, replies[1])
    assert shown() == 2
    conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'bob'")
    assert shown() == 0


@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
@pytest.mark.parametrize("how", ["expired", "burned", "suspended", "swept", "never", "no uuid"])
def test_reply_to_what_is_gone_comes_back_with_two_ways_on(
    alice: FlaskClient, bob: FlaskClient, conn: Connection, how: str, fragment: bool
) -> None:
    parent: Any = make_activity(conn, user(conn, "alice"))
    if how == "expired":
        expire(conn, parent)
    elif how == "burned":
        burn(alice, parent)
    elif how == "suspended":
        conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'alice'")
    elif how == "swept":
        conn.execute("DELETE FROM activities")
    else:
        parent = uuid.uuid4() if how == "never" else "x"
    key = str(uuid.uuid4())
    answer = reply(bob, parent, "a long answer", key=key, fragment=fragment)
    assert answer.status_code == 409
    assert "a long answer" in answer.text
    shown = words(answer)
    assert "What you were replying to is gone." in shown
    assert "Post on its own" in shown
    assert "Discard it" in shown
    assert value(conn, "SELECT count(*) FROM activities WHERE message = 'a long answer'") == 0
    assert count(conn, "activity_keys") == 0
    # The first way on: the form that came back makes an activity of its own.
    fields = dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text[answer.text.index('class="composer') :])
    )
    assert "reply_to_activity_uuid" not in fields
    assert bob.post("/activities", data={**fields, "message": "a long answer", "ttl": "1-day"}).status_code == 303
    assert value(conn, "SELECT reply_to_activity_uuid FROM activities WHERE message = 'a long answer'") is None


def test_reply_form_of_what_is_gone_is_the_404(bob: FlaskClient, conn: Connection) -> None:
    parent = make_activity(conn, user(conn, "alice"))
    page = bob.get(f"/compose?reply_to={parent}")
    assert page.status_code == 200
    assert "Reply to @alice" in page.text
    expire(conn, parent)
    assert bob.get(f"/compose?reply_to={parent}").status_code == 404
    assert bob.get("/compose?reply_to=x").status_code == 404


# Burning -------------------------------------------------------------------------------------------------------


def test_burn_without_script_asks_and_then_leaves_nothing(alice: FlaskClient, conn: Connection) -> None:
    made = make_activity(conn, user(conn, "alice"), "regretted")
    page = alice.get(f"/activities/{made}/burn")
    assert "Burn this?" in words(page)
    assert "regretted" in page.text
    answer = alice.post(f"/activities/{made}/burn", data={"csrf_token": token_in(page)})
    assert (answer.status_code, answer.location) == (303, "/")
    row = conn.execute("SELECT user_uuid, message, expires_at <= now() FROM activities").fetchone()
    assert row == (None, None, True), "the text is gone from the disk with the act itself"
    assert alice.get(f"/@alice/status/{made}").status_code == 404
    assert burn(alice, made).status_code == 404


def test_burn_with_htmx_takes_the_card_away(alice: FlaskClient, conn: Connection) -> None:
    made = make_activity(conn, user(conn, "alice"))
    asked = alice.get(f"/activities/{made}/burn", headers=FRAGMENT)
    assert f'id="burning-{number_of(conn, made)}"' in asked.text
    assert "<html" not in asked.text
    answer = burn(alice, made, fragment=True, headers={"HX-Current-URL": "http://localhost/"})
    assert answer.status_code == 200
    assert "Burned." in words(answer)
    assert "alive" not in answer.text
    _, third = (make_activity(conn, user(conn, "alice")) for _ in range(2))
    at_home = burn(alice, third, fragment=True, headers={"HX-Current-URL": "http://localhost/@alice?before=x"})
    assert 'hx-target="#alive"' in at_home.text
    assert "1 activity" in words(at_home)
    other = make_activity(conn, user(conn, "alice"))
    there = burn(alice, other, fragment=True, headers={"HX-Current-URL": f"http://localhost/@alice/status/{other}"})
    assert (there.status_code, there.headers["HX-Redirect"]) == (204, "/")


def test_burn_from_an_address_that_is_none_burns_all_the_same(alice: FlaskClient, conn: Connection) -> None:
    made = make_activity(conn, user(conn, "alice"))
    assert burn(alice, made, fragment=True, headers={"HX-Current-URL": "http://[bad"}).status_code == 200
    assert burn(alice, made).status_code == 404


@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
def test_burn_of_anothers_is_as_if_it_never_was(
    alice: FlaskClient, bob: FlaskClient, conn: Connection, fragment: bool
) -> None:
    made = make_activity(conn, user(conn, "alice"))
    for activity in (made, uuid.uuid4()):
        assert burn(bob, activity, fragment=fragment).status_code == 404
        assert bob.get(f"/activities/{activity}/burn", headers=FRAGMENT if fragment else {}).status_code == 404
    assert alice.get(f"/@alice/status/{made}").status_code == 200
    assert "Burn" not in words(bob.get(f"/@alice/status/{made}"))


@pytest.mark.parametrize("fragment", [True, False])
def test_burn_with_a_stale_token_asks_again_with_one_that_counts(
    alice: FlaskClient, conn: Connection, fragment: bool
) -> None:
    activity = make_activity(conn, user(conn, "alice"))
    answer = burn(alice, activity, csrf_token="stale", fragment=fragment)
    assert answer.status_code == 400
    assert "press the button again" in words(answer)
    assert count(conn, "live_activities") == 1
    fresh = re.findall(r'name="csrf_token" value="([^"]+)"', answer.text)[-1]
    assert burn(alice, activity, csrf_token=fresh, fragment=fragment).status_code in {200, 303}
    assert count(conn, "live_activities") == 0


def test_burn_with_a_stale_token_and_no_session_shows_the_way_in(
    app: Flask, alice: FlaskClient, conn: Connection
) -> None:
    activity = make_activity(conn, user(conn, "alice"))
    stranger = app.test_client()
    assert burn(stranger, activity, csrf_token="stale").location == "/sign-in"
    answer = burn(stranger, activity, csrf_token="stale", fragment=True)
    assert answer.status_code == 401
    assert 'href="/sign-in" target="_blank">Sign in</a>' in answer.text


def test_burn_keeps_what_answered_it(alice: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    parent = make_activity(conn, user(conn, "alice"), "regretted")
    child = make_activity(conn, user(conn, "bob"), "an answer", reply_to=parent)
    burn(alice, parent)
    page = words(bob.get(f"/@bob/status/{child}"))
    assert "Something was here. Its time has passed." in page
    assert "answering what has passed its time" in page
    assert "regretted" not in page


# A stale token -------------------------------------------------------------------------------------------------


def test_create_with_a_stale_token_brings_the_form_back_with_its_text(alice: FlaskClient, conn: Connection) -> None:
    for fragment in (False, True):
        answer = write(alice, "a long thought", csrf_token="stale", fragment=fragment)
        assert answer.status_code == 400
        assert "a long thought" in answer.text
        assert "press the button again" in words(answer)
        fields = dict(
            re.findall(
                r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text[answer.text.index('class="composer') :]
            )
        )
        assert send(alice, "/activities", message="a long thought", ttl="1-day", **fields).status_code == 303
    assert count(conn, "activities") == 2
