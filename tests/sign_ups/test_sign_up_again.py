"""The same form once more: pressed twice, or its answer was lost. It makes one account, and is no way into another."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from factories import make_user
from flask import Flask
from joining import form_of, invite_one, press
from verbs import count, fields_in, value
from ways import MakeApp, cut_once

from webapp.db.connections import Connection
from webapp.sessions import passwords


@pytest.fixture(params=["open", "invite"])
def place(request: pytest.FixtureRequest, make_app: MakeApp, conn: Connection) -> Flask:
    """A place that takes everybody, or one invitation; either has a form at the address of the invitation."""
    invite_one(conn)
    return make_app(SIGN_UP=request.param)


def test_form_pressed_twice_at_once_makes_one_account_and_both_answers_let_in(
    place: Flask, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, cookie = form_of(place.test_client())
    both, real = threading.Barrier(2), passwords.hash_password

    def together(password: str) -> str:
        both.wait(10)  # neither has written yet, and neither was told of the other
        return real(password)

    monkeypatch.setattr(passwords, "hash_password", together)
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: press(place, cookie, form), range(2)))
    assert [answer.status_code for _, answer in answers] == [303, 303]
    assert [client.get("/settings").status_code for client, _ in answers] == [200, 200]
    assert (count(conn, "users"), count(conn, "passwords"), count(conn, "sessions")) == (1, 1, 2)


def test_form_whose_answer_was_lost_lets_in(place: Flask, conn: Connection) -> None:
    form, cookie = form_of(place.test_client())
    for _ in range(3):
        client, answer = press(place, cookie, form)
        assert (answer.status_code, answer.location) == (303, "/")
        assert "@carol" in client.get("/settings").text
    assert (count(conn, "users"), count(conn, "passwords")) == (1, 1)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_connection_that_is_cut_costs_nobody_the_account(
    app: Flask, conn: Connection, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    cut_once(app, monkeypatch, moment)
    form, cookie = form_of(app.test_client())
    client, answer = press(app, cookie, form)
    assert answer.status_code == 303
    assert client.get("/settings").status_code == 200
    assert count(conn, "users") == 1


DAVE = {"handle": "dave", "email": "dave@example.com"}
Sent = tuple[dict[str, str], str]


@pytest.fixture
def carols(app: Flask) -> Sent:
    """The form that made carol's account, and the cookie that it was given out with."""
    form, cookie = form_of(app.test_client())
    press(app, cookie, form)
    return form, cookie


@pytest.mark.parametrize(
    "changed",
    [
        {"password": "four unrelated words here"},
        {"handle": DAVE["handle"]},
        {"email": DAVE["email"]},
        DAVE,
        {"key": "7a3a7d4e-0000-4000-8000-00000000000a"},
        {"key": ""},
        {"key": "no uuid"},
        {"key": "what anybody sees"},
    ],
    ids=str,
)
def test_form_that_is_not_quite_the_same_lets_nobody_in(
    app: Flask, conn: Connection, carols: Sent, changed: dict[str, str]
) -> None:
    form, cookie = carols
    if changed.get("key") == "what anybody sees":
        changed = {"key": str(value(conn, "SELECT uuid FROM users"))}
    make_user(conn, **DAVE)
    client, answer = press(app, cookie, {**form, **changed})
    assert answer.status_code == 422
    assert client.get("/settings").status_code == 303
    assert (count(conn, "users"), count(conn, "sessions")) == (2, 1)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE users SET created_at = now() - interval '601 seconds'", "UPDATE users SET suspended_at = now()"],
    ids=["long ago", "suspended"],
)
def test_form_of_an_account_that_is_not_new_and_well_lets_nobody_in(
    app: Flask, conn: Connection, carols: Sent, statement: str
) -> None:
    form, cookie = carols
    conn.execute(statement)  # type: ignore[arg-type]
    assert press(app, cookie, form)[1].status_code == 422
    assert count(conn, "sessions") == 1


def test_key_that_made_another_account_is_replaced(app: Flask, conn: Connection, carols: Sent) -> None:
    form, cookie = carols
    client, answer = press(app, cookie, {**form, **DAVE})
    assert answer.status_code == 409
    again = fields_in(answer)
    assert again["key"] != form["key"]
    assert client.post("/sign-up", data={**form, **DAVE, **again}).status_code == 303
    assert count(conn, "users") == 2


def test_form_that_comes_again_costs_a_check_only_who_has_its_key(
    app: Flask, carols: Sent, counted_checks: list[str]
) -> None:
    """Whoever tries names and addresses that are taken learns nothing by the time that it takes."""
    form, cookie = carols
    for key in (form["key"], str(uuid4()), ""):
        press(app, cookie, {**form, "key": key, "password": "not the one of before"})
        assert len(counted_checks) == 1


def test_form_that_comes_again_guesses_no_passwords(make_app: MakeApp) -> None:
    app = make_app(LIMIT_SIGN_INS_BY_ADDRESS="2/5m")
    form, cookie = form_of(app.test_client())
    press(app, cookie, form)
    tries = [press(app, cookie, {**form, "password": f"guess number {n}"})[1].status_code for n in range(3)]
    assert tries == [422, 422, 429]
    answer = press(app, cookie, form)[1]
    assert answer.status_code == 429
    assert 'value="carol"' in answer.text


def test_form_that_comes_again_is_not_one_too_many(make_app: MakeApp) -> None:
    app = make_app(LIMIT_SIGN_UPS="1/30m", LIMIT_SIGN_UP_TRIES="1/30m")
    form, cookie = form_of(app.test_client())
    assert [press(app, cookie, form)[1].status_code for _ in range(3)] == [303, 303, 303]
    assert press(app, cookie, {**form, "key": ""})[1].status_code == 429
