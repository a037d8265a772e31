"""A room of people behind one address, with one invitation."""

from functools import partial
from uuid import uuid4

import pytest
from factories import make_user
from flask import Flask
from flask.testing import FlaskClient
from joining import CAROL, form_of, invite_one, press, sign_up
from verbs import count, fields_in, from_address, send, token_for, value, without_token, words
from ways import MakeApp, at_once

from webapp.db.connections import Connection

BY_CODE = "/join/harbour"


def guest(number: int) -> dict[str, str]:
    return {"handle": f"guest{number}", "email": "", "key": str(uuid4())}


def used(conn: Connection) -> int:
    return int(value(conn, "SELECT used FROM invitations"))


def test_join_tells_who_invites_and_lets_in(make_app: MakeApp, conn: Connection) -> None:
    invite_one(conn, places=2, user_uuid=make_user(conn, "bob", role="moderator"), name="Choir <practice>")
    client = make_app(SIGN_UP="invite").test_client()
    assert "Bob (@bob) invites you: Choir <practice>" in words(client.get(BY_CODE))
    answer = sign_up(client, BY_CODE)
    assert (answer.status_code, answer.location, used(conn)) == (303, "/", 1)
    assert client.get(BY_CODE).location == "/", "who is in needs no form"


ENDED = {
    "never made": "DELETE FROM invitations",
    "ended": "UPDATE invitations SET expires_at = now()",
    "used up": "UPDATE invitations SET used = places",
}


@pytest.mark.parametrize(("how", "status"), [("invite", 403), ("open", 200)])
def test_invitation_that_lets_nobody_in_looks_the_same_whatever_the_reason(
    make_app: MakeApp, conn: Connection, how: str, status: int
) -> None:
    client, pages = make_app(SIGN_UP=how).test_client(), []
    for ending in ENDED.values():
        conn.execute("DELETE FROM invitations")
        invite_one(conn)
        conn.execute(ending)
        pages.append(client.get(BY_CODE))
    assert [page.status_code for page in pages] == [status] * 3
    assert "has ended, or all its places are taken" in words(pages[0])
    assert len({without_token(page).replace(fields_in(page).get("key", "-").encode(), b"") for page in pages}) == 1


def test_guest_of_a_full_invitation_joins_where_everybody_may(app: Flask, conn: Connection) -> None:
    invite_one(conn, places=1, used=1)
    assert sign_up(app.test_client(), BY_CODE).status_code == 303
    assert (count(conn, "users"), used(conn)) == (1, 1)


def test_place_that_is_closed_takes_no_invitation(make_app: MakeApp, conn: Connection) -> None:
    invite_one(conn)
    client = make_app(SIGN_UP="closed").test_client()
    assert client.get(BY_CODE).status_code == 403
    assert send(client, "/sign-up", csrf_token=token_for(client), invite="harbour", **CAROL).status_code == 403
    assert (count(conn, "users"), used(conn)) == (0, 0)


@pytest.mark.parametrize("how", ["invite", "open"])
def test_forty_at_once_take_thirty_places(make_app: MakeApp, conn: Connection, how: str) -> None:
    invite_one(conn, places=30)
    app = make_app(SIGN_UP=how)
    form, cookie = form_of(app.test_client(), BY_CODE)
    pressed = at_once([partial(press, app, cookie, {**form, **guest(number)}) for number in range(40)])
    let_in = [answer.status_code for _, answer in pressed].count(303)
    by_invitation = min(let_in, 30)
    assert (used(conn), count(conn, "users")) == (by_invitation, let_in)
    assert let_in == 30 if how == "invite" else let_in >= 30
    assert {answer.status_code for _, answer in pressed} <= {303, 403, 409}


def test_thirty_behind_one_address_count_against_their_invitation(make_app: MakeApp, conn: Connection) -> None:
    invite_one(conn, places=30)
    app = make_app(LIMIT_SIGN_UPS="1/1h", LIMIT_SIGN_UP_TRIES="2/1h")
    answers = [sign_up(here(app), BY_CODE, **guest(number)) for number in range(30)]
    assert ({answer.status_code for answer in answers}, used(conn)) == ({303}, 30)
    own = [sign_up(here(app), **guest(number)).status_code for number in (30, 31)]
    assert own == [303, 429], "who has none is counted by address, as ever"


def here(app: Flask) -> FlaskClient:
    return from_address(app, "203.0.113.7")


def test_invitation_is_no_way_to_look_people_up(make_app: MakeApp, conn: Connection) -> None:
    make_user(conn)
    invite_one(conn, places=2)
    app = make_app(LIMIT_SIGN_UP_TRIES="2/1h")
    tries = [sign_up(from_address(app, f"203.0.113.{last}"), BY_CODE, handle="alice") for last in range(5)]
    assert [answer.status_code for answer in tries] == [422] * 4 + [429]
