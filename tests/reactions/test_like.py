"""Liking an activity, and no longer liking it."""

import threading
from uuid import UUID, uuid4

import pytest
from factories import make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import burn, count, expire, number_of, send, signed_in, token_in, value
from werkzeug.test import TestResponse

from webapp.db.connections import Connection
from webapp.ops.sweep import sweep


@pytest.fixture
def activity(conn: Connection) -> UUID:
    make_user(conn, "bob")
    return make_activity(conn, make_user(conn))


@pytest.fixture
def bob(app: Flask, activity: UUID) -> FlaskClient:
    return signed_in(app, "bob")


def like(client: FlaskClient, activity: UUID, act: str = "like", **more: object) -> TestResponse:
    return send(client, f"/activities/{activity}/{act}", **more)


def seen(client: FlaskClient, activity: UUID) -> tuple[int, bool]:
    """How many like it, and whether this person does, as the card says."""
    card = client.get(f"/api/activities/{activity}").get_json()["activity"]
    return card["likes_count"], card["liked"]


def test_like_is_pressed_counted_and_announced(app: Flask, bob: FlaskClient, activity: UUID) -> None:
    answer = like(bob, activity, fragment=True)
    assert answer.status_code == 200
    assert 'aria-pressed="true"' in answer.text
    assert f'hx-post="/activities/{activity}/unlike"' in answer.text
    assert '<hx-partial hx-target="#announcer" hx-swap="innerHTML">Liked.</hx-partial>' in answer.text
    assert "<html" not in answer.text
    assert seen(bob, activity) == (1, True)
    assert seen(signed_in(app, "alice"), activity) == (1, False)
    assert seen(app.test_client(), activity) == (1, False)


def test_unlike_takes_it_back(bob: FlaskClient, activity: UUID) -> None:
    like(bob, activity)
    answer = like(bob, activity, "unlike", fragment=True)
    assert 'aria-pressed="false"' in answer.text
    assert "Like removed." in answer.text
    assert seen(bob, activity) == (0, False)


@pytest.mark.parametrize("act", ["like", "unlike"])
def test_second_press_changes_nothing(bob: FlaskClient, conn: Connection, activity: UUID, act: str) -> None:
    like(bob, activity)
    for _ in range(2):
        assert like(bob, activity, act).status_code == 303
    assert count(conn, "likes") == (act == "like")


def test_like_without_script_leads_back_to_where_it_was_pressed(
    bob: FlaskClient, conn: Connection, activity: UUID
) -> None:
    place = f"#activity-{number_of(conn, activity)}"
    for referer, page in (
        ("http://localhost/public?before=9", "/public?before=9"),
        ("https://evil.example/public", f"/@alice/status/{activity}"),
        ("http://localhost//evil.example", f"/@alice/status/{activity}"),
        ("", f"/@alice/status/{activity}"),
    ):
        answer = like(bob, activity, headers={"Referer": referer} if referer else {})
        assert (answer.status_code, answer.location) == (303, page + place)


def test_fifty_presses_at_once_are_one_like(app: Flask, bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    page = bob.get("/compose")
    token, cookie = page.text.partition('name="csrf_token" value="')[2].split('"')[0], bob.get_cookie("mayfly")
    assert cookie
    statuses, ready = [], threading.Barrier(50)

    def press(act: str) -> None:
        client = app.test_client()
        client.set_cookie("mayfly", cookie.value)
        ready.wait(20)
        statuses.append(like(client, activity, act, csrf_token=token, fragment=True).status_code)

    threads = [threading.Thread(target=press, args=("like" if n % 5 else "unlike",)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert statuses == [200] * 50
    like(bob, activity)
    assert count(conn, "likes") == 1
    assert seen(bob, activity) == (1, True)


def test_like_of_what_is_gone_or_never_was_is_a_404(
    app: Flask, bob: FlaskClient, conn: Connection, activity: UUID
) -> None:
    expire(conn, activity)
    for gone in (activity, uuid4()):
        for act in ("like", "unlike"):
            assert like(bob, gone, act).status_code == 404
            assert like(bob, gone, act, fragment=True).status_code == 404
    assert count(conn, "likes") == 0


def test_like_is_gone_with_its_activity(app: Flask, bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    like(bob, activity)
    make_activity(conn, value(conn, "SELECT uuid FROM users WHERE handle = 'bob'"), "a reply", reply_to=activity)
    burn(signed_in(app, "alice"), activity)
    assert count(conn, "likes") == 0
    assert value(conn, "SELECT user_uuid FROM activities WHERE uuid = %s", activity) is None


def test_like_of_what_expired_is_swept_with_it(app: Flask, bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    parent = make_activity(conn, value(conn, "SELECT uuid FROM users WHERE handle = 'alice'"), "with a reply")
    make_activity(conn, value(conn, "SELECT uuid FROM users WHERE handle = 'bob'"), "a reply", reply_to=parent)
    for one in (activity, parent):
        like(bob, one)
    expire(conn, activity, parent)
    sweep(app.extensions["db"])
    assert count(conn, "likes") == 0


def test_like_that_came_in_the_moment_of_a_burn_is_swept(app: Flask, conn: Connection, activity: UUID) -> None:
    """The burn did not see it, and the place stays while something below it lives."""
    bob = value(conn, "SELECT uuid FROM users WHERE handle = 'bob'")
    make_activity(conn, bob, "a reply", reply_to=activity)
    burn(signed_in(app, "alice"), activity)
    conn.execute("INSERT INTO likes (activity_uuid, user_uuid) VALUES (%s, %s)", [activity, bob])
    sweep(app.extensions["db"])
    assert count(conn, "likes") == 0


def test_like_of_a_suspended_person_counts_no_more(
    app: Flask, bob: FlaskClient, conn: Connection, activity: UUID
) -> None:
    like(bob, activity)
    conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'bob'")
    assert seen(app.test_client(), activity) == (0, False)


def test_likes_are_counted_up_to_a_thousand(app: Flask, conn: Connection, activity: UUID) -> None:
    conn.execute(
        "WITH crowd AS (INSERT INTO users (display_name, handle) SELECT 'One', 'one_' || n FROM"
        " generate_series(1, 1001) AS n RETURNING uuid) INSERT INTO likes (activity_uuid, user_uuid)"
        " SELECT %s, uuid FROM crowd",
        [activity],
    )
    client = app.test_client()
    assert seen(client, activity)[0] == 1000
    page = client.get(f"/@alice/status/{activity}").text
    assert '<span class="tally">999+</span>' in page
    assert "/like" not in page, "a stranger has no button"


def test_stale_page_brings_a_fresh_token_with_its_sentence(bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    """The same press works then: under HTMX by the renewed form, without it by the button of the page."""
    stale = like(bob, activity, fragment=True, csrf_token="stale")
    assert stale.status_code == 400
    assert '<hx-partial hx-target="#acts"' in stale.text
    page = like(bob, activity, csrf_token="stale")
    assert page.status_code == 400
    assert f'action="/activities/{activity}/like"' in page.text
    assert 'id="kept-again"' in page.text
    assert count(conn, "likes") == 0
    referer = {"Referer": f"http://localhost/activities/{activity}/like"}  # a form's address is no page to lead back to
    answer = like(bob, activity, csrf_token=token_in(page), headers=referer)
    assert answer.location == f"/@alice/status/{activity}#activity-{number_of(conn, activity)}"
    assert count(conn, "likes") == 1
