"""Liking an activity, and no longer liking it."""

from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from verbs import activity_by, burn, count, expire, number_of, send, signed_in, token_for, token_in, window_of
from ways import at_once
from werkzeug.test import TestResponse

from webapp.db.connections import Connection
from webapp.ops.sweep import sweep


@pytest.fixture
def activity(conn: Connection) -> UUID:
    return activity_by(conn, "alice")


def like(client: FlaskClient, activity: UUID, act: str = "like", **more: object) -> TestResponse:
    return send(client, f"/activities/{activity}/{act}", **more)


def seen(client: FlaskClient, activity: UUID) -> tuple[int, bool]:
    """How many like it, and whether this person does, as the card says."""
    card = client.get(f"/api/activities/{activity}").get_json()["activity"]
    return card["likes_count"], card["liked"]


def test_like_is_pressed_counted_and_taken_back(app: Flask, bob: FlaskClient, activity: UUID) -> None:
    for act, after, pressed in (("like", "unlike", True), ("unlike", "like", False)):
        answer = like(bob, activity, act, fragment=True)
        button = f'aria-pressed="{str(pressed).lower()}"', f'formaction="/activities/{activity}/{after}"'
        assert [part in answer.text for part in (*button, 'hx-target="#announcer"')] == [True] * 3
        assert (answer.status_code, "<html" in answer.text) == (200, False)
        assert seen(bob, activity) == (pressed, pressed)
        assert seen(signed_in(app, "alice"), activity) == seen(app.test_client(), activity) == (pressed, False)


def test_like_without_script_leads_back_to_its_page(bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    place, thread = f"#activity-{number_of(conn, activity)}", f"/@alice/status/{activity}"
    for referer, page in {
        "http://localhost/public?before=9": "/public?before=9",
        "https://evil.example/public": thread,
        "http://localhost//evil.example": thread,
        f"http://localhost/activities/{activity}/like": thread,  # a form's address is no page to lead back to
        "": thread,
    }.items():
        answer = like(bob, activity, headers={"Referer": referer} if referer else {})
        assert (answer.status_code, answer.location) == (303, page + place), referer


def test_many_presses_at_once_are_one_like(bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    token = token_for(bob)

    def press(act: str) -> int:
        return like(window_of(bob), activity, act, csrf_token=token, fragment=True).status_code

    assert at_once([partial(press, "like" if n % 5 else "unlike") for n in range(20)]) == [200] * 20
    like(bob, activity)
    assert count(conn, "likes") == 1
    assert seen(bob, activity) == (1, True)


def test_like_of_what_is_gone_or_never_was_is_a_404(bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    expire(conn, activity)
    for gone in (activity, uuid4()):
        for act in ("unlike", "like"):
            assert like(bob, gone, act).status_code == like(bob, gone, act, fragment=True).status_code == 404
    assert count(conn, "likes") == 0


def test_like_ends_with_its_activity(bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    """Also where something below it lives, so that its place stays."""
    alone, parent = (activity_by(conn, "bob") for _ in range(2))
    for above in (activity, parent):
        activity_by(conn, "alice", reply_to=above)
    for one in (activity, alone, parent):
        like(bob, one)
    burn(signed_in(bob.application, "alice"), activity)
    assert count(conn, "likes") == 2
    late = "INSERT INTO likes (activity_uuid, user_uuid) SELECT %s, uuid FROM users WHERE handle = 'bob'"
    conn.execute(late, [activity])  # in the moment of the burn
    expire(conn, alone, parent)
    sweep(bob.application.extensions["db"])
    assert (count(conn, "likes"), count(conn, "activities")) == (0, 4)


def test_likes_are_counted_to_a_thousand(client: FlaskClient, conn: Connection, activity: UUID) -> None:
    conn.execute(
        "WITH crowd AS (INSERT INTO users (display_name, handle)"
        " SELECT 'One', 'one_' || n FROM generate_series(1, 1001) AS n RETURNING uuid)"
        " INSERT INTO likes (activity_uuid, user_uuid) SELECT %s, uuid FROM crowd",
        [activity],
    )
    page = client.get(f"/@alice/status/{activity}").text
    assert (seen(client, activity)[0], ">999+<" in page) == (1000, True)
    assert "/like" not in page, "a stranger has no button"
    conn.execute("UPDATE users SET suspended_at = now() WHERE handle <> 'alice'")
    assert seen(client, activity) == (0, False), "the suspended count no more"


def test_stale_page_brings_a_fresh_token(bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    """The same press works then: under HTMX by the renewed form, without it by the button of the page."""
    for fragment, shown in (
        (True, ['<hx-partial hx-target="#acts"']),
        (False, ['id="kept-again"', f'action="/activities/{activity}/like"']),
    ):
        stale = like(bob, activity, fragment=fragment, csrf_token="stale")
        assert (stale.status_code, [part for part in shown if part in stale.text]) == (400, shown)
    assert count(conn, "likes") == 0
    assert like(bob, activity, csrf_token=token_in(stale)).status_code == 303
    assert count(conn, "likes") == 1
