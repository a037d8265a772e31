"""A place that takes whom somebody invited."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from joining import BY_INVITATION, CAROL, form_of, invite_one, press, sign_up
from verbs import count
from ways import at_once

from webapp.db.connections import Connection
from webapp.errors import Conflict
from webapp.sign_ups import actions


@pytest.fixture
def place(make_app: Callable[..., Flask]) -> Flask:
    return make_app(SIGN_UP="invite")


def test_invitation_lets_one_person_in_by_its_link(place: Flask, conn: Connection) -> None:
    invite_one(conn)
    for path in ("/sign-up", "/sign-up?invite=wrong"):
        assert place.test_client().get(path).status_code == 403
    form, cookie = form_of(place.test_client())
    assert press(place, cookie, {**form, "password": "a slip"})[1].status_code == 422, "the invitation is kept"
    assert press(place, cookie, form)[1].status_code == 303
    assert (count(conn, "users"), count(conn, "invitations")) == (1, 0)
    other = {**form, "handle": "dave", "email": "dave@example.com", "key": str(uuid4())}
    assert press(place, cookie, other)[1].status_code == 403
    assert count(conn, "users") == 1


def test_invitation_that_is_over_lets_nobody_in(place: Flask, conn: Connection) -> None:
    invite_one(conn)
    client = place.test_client()
    form, _ = form_of(client)
    conn.execute("UPDATE invitations SET expires_at = now()")
    assert client.get(BY_INVITATION).status_code == 403
    assert client.post("/sign-up", data=form).status_code == 403
    assert count(conn, "users") == 0


@pytest.mark.parametrize("ended", [False, True], ids=["pressed at once", "ended meanwhile"])
def test_invitation_that_ends_after_it_was_looked_at_lets_nobody_in(
    place: Flask, conn: Connection, ended: bool
) -> None:
    invite_one(conn, hours=0 if ended else 24)
    database, settings = place.extensions["db"], place.extensions["settings"]

    def join(number: int) -> str:
        who = {**CAROL, "handle": f"carol{number}", "email": f"c{number}@example.com"}
        more = {"key": str(uuid4()), "invite": "harbour", "address": "127.0.0.1"}
        try:
            actions.sign_up(database, settings, **who, **more)
        except Conflict:
            return "used"
        return "in"

    assert sorted(at_once(6, join)) == (["used"] * 6 if ended else ["in", *["used"] * 5])
    assert count(conn, "users") == (0 if ended else 1)


def test_open_place_leaves_invitations_alone(app: Flask, conn: Connection) -> None:
    invite_one(conn)
    assert sign_up(app.test_client(), BY_INVITATION).status_code == 303
    assert count(conn, "invitations") == 1
