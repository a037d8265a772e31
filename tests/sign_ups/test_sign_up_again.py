"""The same form once more: pressed twice, or its answer was lost. It makes one account, and is no way into another."""

import threading
from unittest.mock import patch
from uuid import uuid4

import pytest
from factories import make_user
from flask import Flask
from joining import form_of, invite_one, press
from verbs import count, fields_in, value
from ways import MakeApp, at_once, cut_once

from webapp.db.connections import Connection
from webapp.sessions import passwords


@pytest.fixture(params=["open", "invite"])
def place(request: pytest.FixtureRequest, make_app: MakeApp, conn: Connection) -> Flask:
    """A place that takes everybody, or one invitation; either has a form at the address of the invitation."""
    invite_one(conn)
    return make_app(SIGN_UP=request.param)


def test_form_pressed_twice_at_once_makes_one_account_and_both_let_in(place: Flask, conn: Connection) -> None:
    form, cookie = form_of(place.test_client())
    both, real = threading.Barrier(2), passwords.hash_password

    def together(password: str) -> str:
        both.wait(10)  # neither has written yet, and neither was told of the other
        return real(password)

    with patch.object(passwords, "hash_password", together):
        pressed = at_once([lambda: press(place, cookie, form)] * 2)
    assert [(answer.status_code, client.get("/settings").status_code) for client, answer in pressed] == [(303, 200)] * 2
    assert [count(conn, table) for table in ("users", "passwords", "sessions")] == [1, 1, 2]
    assert value(conn, "SELECT used FROM invitations") == 1


def test_form_whose_answer_was_lost_lets_in(place: Flask, conn: Connection) -> None:
    form, cookie = form_of(place.test_client())
    for _ in range(3):
        client, answer = press(place, cookie, form)
        assert (answer.status_code, answer.location) == (303, "/")
        assert "@carol" in client.get("/settings").text
    assert [count(conn, "users"), count(conn, "passwords"), value(conn, "SELECT used FROM invitations")] == [1, 1, 1]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_connection_that_is_cut_costs_nobody_the_account(place: Flask, conn: Connection, moment: str) -> None:
    form, cookie = form_of(place.test_client())
    with cut_once(place, moment):
        client, answer = press(place, cookie, form)
    assert (answer.status_code, client.get("/settings").status_code, count(conn, "users")) == (303, 200, 1)
    assert value(conn, "SELECT used FROM invitations") == 1


DAVE = {"handle": "dave", "email": "dave@example.com"}
Sent = tuple[dict[str, str], str]


@pytest.fixture
def carols(app: Flask) -> Sent:
    """The form that made carol's account, and the cookie that it was given out with."""
    form, cookie = form_of(app.test_client())
    press(app, cookie, form)
    return form, cookie


def test_form_that_is_not_quite_the_same_lets_nobody_in(app: Flask, conn: Connection, carols: Sent) -> None:
    form, cookie = carols
    make_user(conn, **DAVE)
    keys = [str(uuid4()), "", "no uuid", str(value(conn, "SELECT uuid FROM users WHERE handle = 'carol'"))]
    others = [{"password": "four unrelated words here"}, {"handle": DAVE["handle"]}, {"email": DAVE["email"]}, DAVE]
    for changed in (*others, *({"key": key} for key in keys)):
        client, answer = press(app, cookie, {**form, **changed})
        assert (answer.status_code, client.get("/settings").status_code) == (422, 303), changed
    for old in ("created_at = created_at - interval '601 seconds'", "created_at = now(), suspended_at = now()"):
        conn.execute(f"UPDATE users SET {old}")
        assert press(app, cookie, form)[1].status_code == 422, old
    assert (count(conn, "users"), count(conn, "sessions")) == (2, 1)


def test_key_that_made_another_account_is_replaced(app: Flask, conn: Connection, carols: Sent) -> None:
    form, cookie = carols
    client, answer = press(app, cookie, {**form, **DAVE})
    again = fields_in(answer)
    assert (answer.status_code, again["key"] == form["key"]) == (409, False)
    assert client.post("/sign-up", data={**form, **DAVE, **again}).status_code == 303
    assert count(conn, "users") == 2


def test_form_that_comes_again_costs_a_check_by_its_key(app: Flask, carols: Sent, counted_checks: list[str]) -> None:
    """Whoever tries names and addresses that are taken learns nothing by the time that it takes."""
    form, cookie = carols
    for key in (form["key"], str(uuid4()), ""):
        press(app, cookie, {**form, "key": key, "password": "not the one of before"})
        assert len(counted_checks) == 1


def test_form_that_comes_again_guesses_no_passwords(make_app: MakeApp) -> None:
    app = make_app(LIMIT_SIGN_INS_BY_ADDRESS="2/5m")
    form, cookie = form_of(app.test_client())
    guesses = [form, *({**form, "password": f"guess number {n}"} for n in range(3)), form]
    answers = [press(app, cookie, guess)[1] for guess in guesses]
    assert [answer.status_code for answer in answers] == [303, 422, 422, 429, 429]
    assert 'value="carol"' in answers[-1].text


def test_form_that_comes_again_is_not_one_too_many(make_app: MakeApp) -> None:
    app = make_app(LIMIT_SIGN_UPS="1/30m", LIMIT_SIGN_UP_TRIES="1/30m")
    form, cookie = form_of(app.test_client())
    assert [press(app, cookie, form)[1].status_code for _ in range(3)] == [303, 303, 303]
    assert press(app, cookie, {**form, "key": ""})[1].status_code == 429
