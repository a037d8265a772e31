"""Joining, signing in, profiles: what a person is shown, and what the database holds."""

import re
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from factories import PASSWORD, make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import burn, count, send, sign_in, signed_in, token_for, token_in, value, without_token, words, write
from ways import DatabaseUrls, settings_for

from webapp import create_app
from webapp.config.limits import LIMITS
from webapp.config.variables import Limit
from webapp.db.connections import Connection, connect
from webapp.errors import Conflict, TooMany, Unavailable
from webapp.limits import AROUND, Subject, give_back, hit, peek_limit, subject_of_address
from webapp.sessions import passwords, session
from webapp.sessions.shapes import Account
from webapp.sign_ups import actions as sign_up_actions
from webapp.users import actions

GOOD = {"display_name": "Carol", "handle": "carol", "email": "carol@example.com", "password": PASSWORD}


def sign_up(client: FlaskClient, **fields: Any) -> Any:
    path = fields.pop("path", "/sign-up")
    token = fields.pop("csrf_token", None) or token_in(client.get(path))
    return client.post("/sign-up", data={"csrf_token": token, **GOOD, **fields})


@pytest.fixture
def counted_checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that a password is verified against, one entry a verification."""
    seen: list[str] = []
    verify = PasswordHasher.verify

    def counting(self: PasswordHasher, password_hash: str, password: str) -> bool:
        seen.append(password_hash)
        return bool(verify(self, password_hash, password))

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    passwords._dummy_hash()
    return seen


def cut_once(app: Flask, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """The next transaction loses its connection: `before` its commit, or `after` it, with the answer."""
    database = app.extensions["db"]
    whole, cuts = database.transaction, iter([moment])

    @contextmanager
    def cut() -> Iterator[None]:
        now = next(cuts, "")
        with whole():
            yield
            if now == "before":
                raise Unavailable("cut", passing=True)
        if now == "after":
            raise Unavailable("cut", passing=True)

    monkeypatch.setattr(database, "transaction", cut)


# Joining -------------------------------------------------------------------------------------------------------


def test_sign_up_makes_an_account_and_signs_in(client: FlaskClient, database_urls: DatabaseUrls) -> None:
    answer = sign_up(client, handle="@Carol", email=" Carol@Example.com ")
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Carol" in client.get("/@carol").text
    with database_urls.owner() as conn:
        assert value(conn, "SELECT handle FROM users") == "carol"
        assert value(conn, "SELECT lower(email) FROM users") == "carol@example.com"
        stored = value(conn, "SELECT password_hash FROM passwords")
    assert PASSWORD not in stored
    cost = extract_parameters(stored)
    assert (cost.type.name, cost.memory_cost, cost.time_cost, cost.parallelism) == ("ID", 19 * 1024, 2, 1)


def test_sign_up_with_everything_wrong_tells_all_at_once_and_keeps_the_text(
    client: FlaskClient, database_urls: DatabaseUrls
) -> None:
    answer = sign_up(client, display_name="\u202eCarol", handle="ca rol", email="not an address", password="short")
    assert answer.status_code == 422
    for sentence in (
        "needs visible characters",
        "A handle must have 2 to 30",
        "Enter an email address",
        "A password must have 8 to 256",
    ):
        assert sentence in words(answer)
    assert 'value="ca rol"' in answer.text
    assert 'value="not an address"' in answer.text
    assert "short" not in answer.text
    with database_urls.owner() as conn:
        assert count(conn, "users") == 0


def test_sign_up_with_what_is_taken_tells_both_and_never_echoes_the_password(
    client: FlaskClient, database_urls: DatabaseUrls
) -> None:
    with database_urls.owner() as conn:
        make_user(conn)
        answer = sign_up(client, handle="ALICE", email="Alice@EXAMPLE.com", password="correct horse battery")
        assert answer.status_code == 422
        assert "That handle is taken" in words(answer)
        assert "There is already an account with this email" in words(answer)
        assert "correct horse" not in answer.text
        assert count(conn, "users") == 1


@pytest.mark.parametrize("handle", ["admin", "\u0430dmin", "ad\u200bmin", "ADMIN", "\uff41dmin", "root", "a", "x" * 31])
def test_sign_up_with_a_deceiving_handle_is_refused(
    client: FlaskClient, database_urls: DatabaseUrls, handle: str
) -> None:
    assert sign_up(client, handle=handle).status_code == 422
    with database_urls.owner() as conn:
        assert count(conn, "users") == 0


def test_sign_up_of_one_handle_twenty_times_at_once_makes_one_account(
    app: Flask, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "hash_password", lambda password: "$argon2id$not-a-real-one" + "x" * 20)
    monkeypatch.setattr(
        sign_up_actions, "taken", lambda db, settings, **fields: []
    )  # the look before is a courtesy; the index decides
    token_page = app.test_client()
    token = token_in(token_page.get("/sign-up"))
    cookie = token_page.get_cookie("mayfly")
    assert cookie
    answers: list[int] = []
    ready = threading.Barrier(20)

    def join(number: int) -> None:
        client = app.test_client()
        client.set_cookie("mayfly", cookie.value)
        ready.wait(10)
        answer = sign_up(
            client, csrf_token=token, email=f"carol{number}@example.com", password=f"lantern harbour {number}"
        )
        answers.append(answer.status_code)
        if answer.status_code == 422:
            assert "That handle is taken" in answer.text

    threads = [threading.Thread(target=join, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == [303] + [422] * 19
    with database_urls.owner() as conn:
        assert (count(conn, "users"), count(conn, "passwords"), count(conn, "sessions")) == (1, 1, 1)


def test_sign_up_sets_listed_fields_alone(client: FlaskClient, database_urls: DatabaseUrls) -> None:
    made = str(uuid.uuid4())
    extra = {
        "uuid": made,
        "seeded": "true",
        "suspended_at": "now",
        "created_at": "2001-01-01",
        "bio": "x",
        "cognito_user_id": "x",
    }
    assert sign_up(client, **extra).status_code == 303
    with database_urls.owner() as conn:
        row = conn.execute("SELECT uuid, seeded, bio, cognito_user_id, created_at > '2020-01-01' FROM users").fetchone()
    assert row
    assert str(row[0]) != made
    assert row[1:] == (False, "", None, True)


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("a" * 7, False),
        ("12345678", False),
        ("password1", False),
        ("PASSWORD1", False),
        ("carol@example.com", False),
        ("x" * 257, False),
        ("lantern-", True),
        ("\u00fc" * 8, True),
        ("correct horse battery staple " * 8, True),
        ("   spaces kept   ", True),
        ("x y" * 85, True),
    ],
)
def test_sign_up_password_is_judged_by_length_and_by_what_is_tried_first(
    client: FlaskClient, password: str, taken: bool
) -> None:
    assert sign_up(client, password=password).status_code == (303 if taken else 422)
    if taken:
        other = client.application.test_client()
        assert sign_in(other, "carol", password).status_code == 303
        assert sign_in(other, "carol", password[:-1]).status_code != 303 or len(password) == 1


def test_sign_up_password_of_a_megabyte_is_refused_before_any_hash(
    client: FlaskClient, counted_checks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "hash_password", lambda password: pytest.fail("hashed"))
    assert sign_up(client, password="x" * 1_000_000).status_code == 413
    assert sign_up(client, password="x" * 50_000).status_code == 422
    assert sign_in(client, "carol", "x" * 1_000_000).status_code == 413
    assert counted_checks == []


def test_sign_up_closed_offers_no_form(database_urls: DatabaseUrls) -> None:
    client = create_app(settings_for(database_urls, SIGN_UP="closed")).test_client()
    page = client.get("/sign-up")
    assert page.status_code == 403
    assert "isn't open to new people" in words(page)
    assert "csrf_token" not in page.text
    token = token_in(client.get("/sign-in"))
    assert client.post("/sign-up", data={**GOOD, "csrf_token": token}).status_code == 403
    with database_urls.owner() as conn:
        assert count(conn, "users") == 0


def test_sign_up_by_invitation_works_once_by_its_link(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, SIGN_UP="invite"))
    with database_urls.owner() as conn:
        conn.execute(
            "INSERT INTO invitations (code_hash, expires_at) VALUES (%s, now() + interval '1 day')",
            [sign_up_actions.code_hash("harbour")],
        )
        assert app.test_client().get("/sign-up").status_code == 403
        assert app.test_client().get("/sign-up?invite=wrong").status_code == 403
        client = app.test_client()
        page = client.get("/sign-up?invite=harbour")
        assert page.status_code == 200
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        # A slip keeps the invitation; the form carries it by itself.
        assert client.post("/sign-up", data={**hidden, **GOOD, "password": "x"}).status_code == 422
        assert client.post("/sign-up", data={**hidden, **GOOD}).status_code == 303
        assert (count(conn, "users"), count(conn, "invitations")) == (1, 0)
        again = {**hidden, **GOOD, "handle": "dave", "email": "dave@example.com"}
        other = app.test_client()
        again["csrf_token"] = token_for(other)
        assert other.post("/sign-up", data=again).status_code == 403
        assert count(conn, "users") == 1


def test_sign_up_by_invitation_that_is_over_is_refused(database_urls: DatabaseUrls) -> None:
    client = create_app(settings_for(database_urls, SIGN_UP="invite")).test_client()
    with database_urls.owner() as conn:
        conn.execute(
            "INSERT INTO invitations (code_hash, created_at, expires_at) VALUES (%s, now() - interval '8 days', now())",
            [sign_up_actions.code_hash("harbour")],
        )
    assert client.get("/sign-up?invite=harbour").status_code == 403


def test_sign_up_by_one_invitation_at_once_lets_one_in(
    database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "hash_password", lambda password: "$argon2id$not-a-real-one" + "x" * 20)
    settings = settings_for(database_urls, SIGN_UP="invite")
    app = create_app(settings)
    with database_urls.owner() as conn:
        conn.execute(
            "INSERT INTO invitations (code_hash, expires_at) VALUES (%s, now() + interval '1 day')",
            [sign_up_actions.code_hash("harbour")],
        )
    outcomes: list[str] = []

    def join(number: int) -> None:
        try:
            sign_up_actions.sign_up(
                app.extensions["db"],
                settings,
                display_name="C",
                handle=f"carol{number}",
                email=f"c{number}@example.com",
                password=PASSWORD,
                key=str(uuid.uuid4()),
                invite="harbour",
                address="127.0.0.1",
            )
            outcomes.append("in")
        except Conflict:
            outcomes.append("used")

    threads = [threading.Thread(target=join, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(outcomes) == ["in"] + ["used"] * 5
    with database_urls.owner() as conn:
        assert count(conn, "users") == 1


# Joining twice -------------------------------------------------------------------------------------------------


def form_of(client: FlaskClient, path: str = "/sign-up") -> tuple[dict[str, str], str]:
    """The form filled in, with all that it holds by itself, and the cookie that it was given out with."""
    page = client.get(path)
    cookie = client.get_cookie("mayfly")
    assert cookie
    return {**dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)), **GOOD}, cookie.value


def press(app: Flask, cookie: str, form: dict[str, str]) -> tuple[FlaskClient, Any]:
    """Sends the form as a browser does that has seen no answer yet."""
    client = app.test_client()
    client.set_cookie("mayfly", cookie)
    return client, client.post("/sign-up", data=form)


def invite_one(conn: Connection) -> str:
    """The address of a form for one person who comes with an invitation."""
    conn.execute(
        "INSERT INTO invitations (code_hash, expires_at) VALUES (%s, now() + interval '1 day')",
        [sign_up_actions.code_hash("harbour")],
    )
    return "/sign-up?invite=harbour"


@pytest.fixture(params=["open", "invite"])
def place(request: pytest.FixtureRequest, database_urls: DatabaseUrls, conn: Connection) -> Iterator[Flask]:
    """A place that takes everybody, or one invitation; in either a form is at `/sign-up?invite=harbour`."""
    invite_one(conn)
    app = create_app(settings_for(database_urls, SIGN_UP=request.param))
    yield app
    app.extensions["db"].close()


def test_sign_up_pressed_twice_at_once_makes_one_account_and_both_answers_let_in(
    place: Flask, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, cookie = form_of(place.test_client(), "/sign-up?invite=harbour")
    both, real = threading.Barrier(2), passwords.hash_password

    def together(password: str) -> str:
        both.wait(10)  # neither has written yet, and neither was told of the other
        return real(password)

    monkeypatch.setattr(passwords, "hash_password", together)
    with ThreadPoolExecutor(2) as threads:
        sent = [threads.submit(press, place, cookie, form) for _ in range(2)]
        answers = [one.result(20) for one in sent]
    assert [answer.status_code for _, answer in answers] == [303, 303]
    for client, _ in answers:
        assert "Sign out" in client.get("/settings").text
    assert (count(conn, "users"), count(conn, "passwords"), count(conn, "sessions")) == (1, 1, 2)


def test_sign_up_whose_answer_was_lost_lets_in_when_it_comes_again(place: Flask, conn: Connection) -> None:
    form, cookie = form_of(place.test_client(), "/sign-up?invite=harbour")
    for _ in range(3):
        client, answer = press(place, cookie, form)
        assert (answer.status_code, answer.location) == (303, "/")
        assert "@carol" in client.get("/settings").text
    assert (count(conn, "users"), count(conn, "passwords")) == (1, 1)


def test_sign_up_that_comes_again_after_its_answer_leads_home(place: Flask, conn: Connection) -> None:
    """With the cookie of the first answer, and so with a token that is none any more."""
    client = place.test_client()
    form, _ = form_of(client, "/sign-up?invite=harbour")
    for _ in range(2):
        answer = client.post("/sign-up", data=form)
        assert (answer.status_code, answer.location) == (303, "/")
    assert (count(conn, "users"), count(conn, "sessions")) == (1, 1)


@pytest.mark.parametrize("changed", ["password", "handle", "email", "key", "all but the key", "time"])
def test_sign_up_that_is_not_quite_the_same_lets_nobody_in(place: Flask, conn: Connection, changed: str) -> None:
    form, cookie = form_of(place.test_client(), "/sign-up?invite=harbour")
    assert press(place, cookie, form)[1].status_code == 303
    other = {
        "password": "four unrelated words here",
        "handle": "dave",
        "email": "dave@example.com",
        "key": str(uuid.uuid4()),
    }
    if changed == "all but the key":
        form.update(handle="dave", email="dave@example.com")
    elif changed == "time":
        conn.execute("UPDATE users SET created_at = now() - interval '601 seconds'")
    else:
        form[changed] = other[changed]
    client, answer = press(place, cookie, form)
    if place.extensions["settings"].sign_up == "invite":
        assert answer.status_code == 403
        assert "has been used" in words(answer)
    elif changed == "all but the key":
        assert answer.status_code == 409
        assert "already made an account" in words(answer)
        again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
        assert again["key"] != form["key"]
        assert client.post("/sign-up", data={**form, **again}).status_code == 303
        assert count(conn, "users") == 2
        return
    else:
        assert answer.status_code == 422
        assert ("That handle is taken" in words(answer)) == (changed != "handle")
        assert ("account with this email" in words(answer)) == (changed != "email")
    assert count(conn, "users") == 1
    assert client.get("/settings").status_code == 303, "signed in"


def test_sign_up_without_a_key_answers_as_if_nobody_had_joined_before(app: Flask, conn: Connection) -> None:
    form, cookie = form_of(app.test_client())
    del form["key"]
    assert [press(app, cookie, form)[1].status_code for _ in range(2)] == [303, 422]
    form["key"] = "no uuid"
    assert press(app, cookie, form)[1].status_code == 422


def test_sign_up_that_comes_again_costs_a_check_only_who_has_its_key(
    app: Flask, conn: Connection, counted_checks: list[str]
) -> None:
    """Whoever tries names and addresses that are taken learns nothing by the time that it takes."""
    form, cookie = form_of(app.test_client())
    press(app, cookie, form)
    for key, checks in ((form["key"], 1), (str(uuid.uuid4()), 1), ("", 1)):
        press(app, cookie, {**form, "key": key, "password": "not the one of before"})
        assert len(counted_checks) == checks


def test_sign_up_that_comes_again_guesses_no_passwords(database_urls: DatabaseUrls, conn: Connection) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS="2/5m"))
    form, cookie = form_of(app.test_client())
    press(app, cookie, form)
    tries = [press(app, cookie, {**form, "password": f"guess number {n}"})[1].status_code for n in range(4)]
    assert tries == [422, 422, 429, 429]
    answer = press(app, cookie, form)[1]
    assert answer.status_code == 429
    assert f'value="{form["handle"]}"' in answer.text


def test_sign_up_that_comes_again_is_none_too_many(database_urls: DatabaseUrls, conn: Connection) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_UPS="1/30m", LIMIT_SIGN_UP_TRIES="1/30m"))
    form, cookie = form_of(app.test_client())
    assert [press(app, cookie, form)[1].status_code for _ in range(3)] == [303, 303, 303]
    assert press(app, cookie, {**form, "key": ""})[1].status_code == 429


def test_sign_up_that_comes_again_is_no_way_into_another_account(app: Flask, conn: Connection) -> None:
    form, cookie = form_of(app.test_client())
    press(app, cookie, form)
    make_user(conn, "dave")
    for other in ({"handle": "dave"}, {"email": "dave@example.com"}, {"handle": "dave", "email": "dave@example.com"}):
        client, answer = press(app, cookie, {**form, **other})
        assert answer.status_code == 422
        assert client.get("/settings").status_code == 303
    assert count(conn, "sessions") == 1


def test_sign_up_that_comes_again_lets_no_suspended_person_in(app: Flask, conn: Connection) -> None:
    form, cookie = form_of(app.test_client())
    press(app, cookie, form)
    conn.execute("UPDATE users SET suspended_at = now()")
    conn.execute("DELETE FROM sessions")
    assert press(app, cookie, form)[1].status_code == 422
    assert count(conn, "sessions") == 0


def test_sign_up_key_cannot_be_told_from_what_anybody_sees(app: Flask, conn: Connection) -> None:
    form, cookie = form_of(app.test_client())
    press(app, cookie, form)
    seen = str(value(conn, "SELECT uuid FROM users"))
    assert seen != form["key"]
    assert press(app, cookie, {**form, "key": seen})[1].status_code == 422


@pytest.mark.parametrize("moment", ["before", "after"])
def test_sign_up_over_a_connection_that_is_cut_makes_one_account(
    app: Flask, conn: Connection, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    cut_once(app, monkeypatch, moment)
    client = app.test_client()
    assert client.post("/sign-up", data=form_of(client)[0]).status_code == 303
    assert "Sign out" in client.get("/settings").text
    assert count(conn, "users") == 1


# Signing in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["alice", "ALICE", "@alice", "alice@example.com", "Alice@Example.COM", " alice "])
def test_sign_in_by_handle_or_address_in_any_case(client: FlaskClient, database_urls: DatabaseUrls, login: str) -> None:
    with database_urls.owner() as conn:
        make_user(conn)
    assert sign_in(client, login).status_code == 303
    assert "Sign out" in client.get("/").text


@pytest.mark.parametrize("email", ["stra\u00dfe@example.com", "\u0130d@example.com", "\u00c9lo@example.com"])
def test_sign_in_by_an_address_beyond_ascii(client: FlaskClient, database_urls: DatabaseUrls, email: str) -> None:
    with database_urls.owner() as conn:
        make_user(conn, email=email)
    assert sign_in(client, email).status_code == 303


def test_sign_in_refused_looks_the_same_for_whatever_reason(
    client: FlaskClient, database_urls: DatabaseUrls, counted_checks: list[str]
) -> None:
    with database_urls.owner() as conn:
        make_user(conn)
        make_user(conn, "nohash", password=None)
        make_user(conn, "mallory", suspended=True)
    answers = []
    for login, password in (
        ("alice", "wrong password"),
        ("ghost", PASSWORD),
        ("nohash", PASSWORD),
        ("mallory", PASSWORD),
        ("alice", "x" * 300),
    ):
        before = len(counted_checks)
        answer = sign_in(client, login, password)
        assert len(counted_checks) == before + 1, f"{login}: as many verifications as for everybody"
        body = without_token(answer).replace(login.encode(), b"-")
        answers.append((answer.status_code, body, sorted(name for name, _ in answer.headers if name != "Set-Cookie")))
    assert answers[0][0] == 422
    assert all(answer == answers[0] for answer in answers)
    assert "your password and Caps Lock" in answers[0][1].decode()


@pytest.mark.parametrize("login", ["", "   "])
def test_sign_in_with_nothing_matches_nobody(client: FlaskClient, database_urls: DatabaseUrls, login: str) -> None:
    with database_urls.owner() as conn:
        make_user(conn, email=None)
    assert sign_in(client, login, PASSWORD).status_code == 422
    assert sign_in(client, "alice", "").status_code == 422


def test_sign_in_rehashes_a_password_of_another_cost(client: FlaskClient, database_urls: DatabaseUrls) -> None:
    with database_urls.owner() as conn:
        alice = make_user(conn, password=None)
        old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        conn.execute("INSERT INTO passwords (user_uuid, password_hash) VALUES (%s, %s)", [alice, old])
        assert sign_in(client).status_code == 303
        new = value(conn, "SELECT password_hash FROM passwords")
    assert new != old
    assert extract_parameters(new).memory_cost == 19 * 1024
    assert sign_in(client.application.test_client()).status_code == 303


def test_sign_in_rehash_is_not_made_for_a_wrong_password(client: FlaskClient, database_urls: DatabaseUrls) -> None:
    with database_urls.owner() as conn:
        alice = make_user(conn, password=None)
        old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        conn.execute("INSERT INTO passwords (user_uuid, password_hash) VALUES (%s, %s)", [alice, old])
        assert sign_in(client, "alice", "another one").status_code == 422
        assert value(conn, "SELECT password_hash FROM passwords") == old


def test_sign_in_of_a_crowd_is_told_to_wait(
    client: FlaskClient, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database_urls.owner() as conn:
        make_user(conn)
    monkeypatch.setattr(passwords, "_PATIENCE", 0.01)
    assert passwords._slots.acquire(timeout=1)
    assert passwords._slots.acquire(timeout=1)
    try:
        token = token_for(client)
        answer = client.post("/sign-in", data={"csrf_token": token, "email": "alice", "password": PASSWORD})
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert PASSWORD not in answer.text
        assert client.get("/public").status_code == 200
        with pytest.raises(Unavailable):
            passwords.hash_password("anything at all")
    finally:
        passwords._slots.release()
        passwords._slots.release()
    assert sign_in(client).status_code == 303


def test_hashes_at_once_are_two_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes in stays until it is known of all six whether they come in."""
    monkeypatch.setattr(passwords, "_PATIENCE", 0.05)
    inside, refused = [], []
    lock, all_known = threading.Lock(), threading.Event()

    def note(where: list[int], number: int) -> None:
        with lock:
            where.append(number)
            if len(inside) + len(refused) == 6:
                all_known.set()

    def work(number: int) -> None:
        note(inside, number)
        all_known.wait(30)

    def come(number: int) -> None:
        try:
            passwords._run_in_pool(lambda: work(number))
        except Unavailable:
            note(refused, number)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(inside), len(refused)) == (2, 4)


# Limits --------------------------------------------------------------------------------------------------------


def from_address(app: Flask, address: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def test_sign_in_limit_by_address_lets_exactly_so_many_through_over_two_instances(database_urls: DatabaseUrls) -> None:
    apps = [create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS="6/5m")) for _ in range(2)]
    clients = [from_address(app, "203.0.113.7") for app in apps]
    statuses = [sign_in(clients[n % 2], f"ghost{n}", "wrong password").status_code for n in range(9)]
    assert statuses == [422] * 6 + [429] * 3
    assert sign_in(from_address(apps[0], "203.0.113.8"), "ghost", "wrong password").status_code == 422
    for app in apps:
        app.extensions["db"].close()


def test_sign_in_limit_answers_with_when_to_come_back(database_urls: DatabaseUrls) -> None:
    client = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS="1/5m")).test_client()
    sign_in(client, "ghost", "wrong password")
    answer = sign_in(client, "ghost", "wrong password")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert "in 5 minutes" in words(answer)
    fragment = sign_in(client, "ghost", "wrong password", fragment=True)
    assert fragment.status_code == 429
    assert "<hx-partial" in fragment.text
    assert "<html" not in fragment.text


def test_sign_in_limit_counts_no_address_of_loopback_as_exempt(database_urls: DatabaseUrls) -> None:
    client = from_address(create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS="2/5m")), "127.0.0.1")
    assert [sign_in(client, "ghost", "wrong password").status_code for _ in range(3)] == [422, 422, 429]


def test_sign_in_limit_sees_an_ipv6_network_as_one_address(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS="2/5m"))
    addresses = [
        "2001:db8::1",
        "2001:db8::2",
        "2001:db8::ffff:3",
        "2001:db8:0:1::1",
        "::ffff:203.0.113.7",
        "203.0.113.7",
        "203.0.113.7",
    ]
    statuses = [sign_in(from_address(app, address), "ghost", "wrong password").status_code for address in addresses]
    assert statuses == [422, 422, 429, 422, 422, 422, 429]


def one_of(network: str, number: int) -> str:
    """An address of the /48, in a /64 of its own."""
    return f"{network}:{number:x}::1"


@pytest.mark.parametrize(("limit", "passed"), [("2/5m", 8), ("3/5m", 12)])
def test_sign_in_limit_gives_the_network_around_an_address_what_four_have(
    database_urls: DatabaseUrls, limit: str, passed: int
) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS=limit))
    guesses = [
        sign_in(from_address(app, one_of("2001:db8:1", n)), "ghost", "wrong password") for n in range(passed + 3)
    ]
    assert [guess.status_code for guess in guesses] == [422] * passed + [429] * 3
    assert 0 < int(guesses[-1].headers["Retry-After"]) <= 300
    for elsewhere in ("2001:db8:2::1", "203.0.113.7"):
        assert sign_in(from_address(app, elsewhere), "ghost", "wrong password").status_code == 422
    with database_urls.owner() as conn:
        hits = "SELECT hits FROM rate_limits WHERE subject = %s"
        last = subject_of_address(app.extensions["settings"], one_of("2001:db8:1", 99))
        # A refusal is counted like a try: one that wrote nothing would be told by its time.
        assert value(conn, hits, last.around) == passed + 3
        conn.execute("UPDATE rate_limits SET window_ends_at = now()")
        assert sign_in(from_address(app, one_of("2001:db8:1", 99)), "ghost", "wrong password").status_code == 422
        assert (value(conn, hits, last.own), value(conn, hits, last.around)) == (1, 1)


def test_limit_of_a_network_lets_exactly_so_many_through_at_once(app: Flask, database_urls: DatabaseUrls) -> None:
    def guess(number: int) -> bool:
        subject = subject_of_address(app.extensions["settings"], one_of("2001:db8:1", number // 2))
        try:
            hit(app.extensions["db"], Limit(5, 300), "guesses", subject)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(60))) == 5 * AROUND


def test_address_that_had_its_share_takes_nothing_from_its_neighbours(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS="2/5m"))
    statuses = [sign_in(from_address(app, one_of("2001:db8:1", 1)), "ghost", "x").status_code for _ in range(12)]
    assert statuses == [422] * 2 + [429] * 10
    assert sign_in(from_address(app, one_of("2001:db8:1", 2)), "ghost", "x").status_code == 422


def test_what_is_looked_at_only_has_the_limit_of_its_network_too(app: Flask) -> None:
    db, settings = app.extensions["db"], app.extensions["settings"]
    for number in range(4):
        hit(db, Limit(1, 300), "refusals", subject_of_address(settings, one_of("2001:db8:1", number)))
    with pytest.raises(TooMany):
        peek_limit(db, Limit(1, 300), "refusals", subject_of_address(settings, one_of("2001:db8:1", 9)))
    peek_limit(db, Limit(1, 300), "refusals", subject_of_address(settings, one_of("2001:db8:2", 9)))


def test_sign_in_of_a_campus_behind_one_network_is_no_attack(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS="1/5m"))
    with database_urls.owner() as conn:
        make_user(conn)
    assert {sign_in(from_address(app, one_of("2001:db8:1", n))).status_code for n in range(9)} == {303}


@pytest.mark.parametrize("names", [["alice"], ["alice", "alice@example.com"]], ids=["one name", "both names"])
def test_sign_in_under_attack_from_a_whole_network_is_limited_by_it(
    database_urls: DatabaseUrls, counted_checks: list[str], names: list[str]
) -> None:
    """Whoever has a /48 has 65,536 addresses to guess from. By another name of the account no more are looked at."""
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ACCOUNT="4/5m"))
    with database_urls.owner() as conn:
        make_user(conn)
        hashed = value(conn, "SELECT password_hash FROM passwords")
        statuses, rows = [], 0
        for number in range(60):
            client = from_address(app, one_of("2001:db8:1", number))
            statuses.append(sign_in(client, names[number % len(names)], "wrong password").status_code)
            rows = count(conn, "rate_limits") if number == 40 else rows
        assert statuses == [422] * (16 * len(names)) + [429] * (60 - 16 * len(names))
        assert counted_checks.count(hashed) == 4 + 12
        assert count(conn, "rate_limits") == rows, "an address that is refused leaves no row of its own"
        assert rows < 60
    assert sign_in(from_address(app, one_of("2001:db8:1", 99)), "alice").status_code in (422, 429)
    assert sign_in(from_address(app, "2001:db8:2::1"), "alice").status_code == 303
    assert sign_in(from_address(app, "198.51.100.1"), "alice").status_code == 303


def test_sign_in_under_attack_stays_open_to_a_neighbour_of_one_guesser(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ACCOUNT="4/5m"))
    with database_urls.owner() as conn:
        make_user(conn)
    for _ in range(30):
        sign_in(from_address(app, one_of("2001:db8:1", 1)), "alice", "wrong password")
    assert sign_in(from_address(app, one_of("2001:db8:1", 2)), "alice").status_code == 303


def test_sign_in_under_attack_stays_open_to_the_owner_elsewhere(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ACCOUNT="4/5m"))
    with database_urls.owner() as conn:
        make_user(conn)
    attacker = from_address(app, "203.0.113.66")
    statuses = [sign_in(attacker, "alice", "wrong password").status_code for _ in range(10)]
    assert statuses == [422] * 7 + [429] * 3
    # Not even the right password from there, and the account's other name is the same account... elsewhere it opens.
    assert sign_in(attacker, "alice").status_code == 429
    assert sign_in(from_address(app, "198.51.100.1"), "alice").status_code == 303


@pytest.mark.parametrize(
    ("first", "others"),
    [
        ("alice", ["Alice@example.com", "bob@example.com", "nobody@example.com"]),
        ("alice@example.com", ["@alice", "@bob", "@nobody"]),
    ],
)
def test_sign_in_limit_tells_nobody_which_logins_are_one_account(
    database_urls: DatabaseUrls, counted_checks: list[str], first: str, others: list[str]
) -> None:
    """Over the limit for one name, every other is answered alike: of the same account, of another, of none."""
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ACCOUNT="4/5m"))
    seen = []
    with database_urls.owner() as conn:
        make_user(conn)
        make_user(conn, "bob")
        for login in others:
            conn.execute("TRUNCATE rate_limits")
            attacker = from_address(app, "203.0.113.66")
            assert [sign_in(attacker, first, "wrong password").status_code for _ in range(9)] == [422] * 7 + [429] * 2
            answers = []
            for _ in range(9):
                before = len(counted_checks)
                answer = sign_in(attacker, login, "wrong password")
                body = without_token(answer).replace(login.encode(), b"-")
                answers.append((answer.status_code, body, len(counted_checks) - before))
            seen.append(answers)
    assert [answer[0] for answer in seen[0]] == [422] * 7 + [429] * 2
    assert seen[0] == seen[1] == seen[2]


def test_sign_in_limit_ends_with_its_window(database_urls: DatabaseUrls) -> None:
    client = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS="1/5m")).test_client()
    assert [sign_in(client, "ghost", "wrong password").status_code for _ in range(2)] == [422, 429]
    with database_urls.owner() as conn:
        conn.execute("UPDATE rate_limits SET window_ends_at = now()")
    assert [sign_in(client, "ghost", "wrong password").status_code for _ in range(2)] == [422, 429]


def test_sign_in_of_a_whole_class_behind_one_address_is_no_attack(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS="3/5m", LIMIT_SIGN_INS_BY_ACCOUNT="3/5m"))
    with database_urls.owner() as conn:
        for n in range(6):
            make_user(conn, f"pupil{n}")
    logins = [f"pupil{n % 6}" for n in range(12)]
    assert {sign_in(from_address(app, "203.0.113.7"), login).status_code for login in logins} == {303}


def test_sign_in_with_a_password_of_ones_own_buys_no_further_guesses(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS="4/5m"))
    with database_urls.owner() as conn:
        make_user(conn, "mallory")
    guess, own = ("ghost", "wrong password"), ("mallory", PASSWORD)
    tries = [guess, own, own, guess, guess, own, guess, guess]
    statuses = [sign_in(from_address(app, "203.0.113.7"), *attempt).status_code for attempt in tries]
    assert statuses == [422, 303, 303, 422, 422, 303, 422, 429]


def test_sign_in_gives_no_try_of_an_ended_window_back(app: Flask, database_urls: DatabaseUrls) -> None:
    with database_urls.owner() as conn:
        conn.execute("INSERT INTO rate_limits VALUES ('sign_ins_by_address', 'somewhere', 7, now())")
        give_back(app.extensions["db"], "sign_ins_by_address", Subject("somewhere"))
        assert value(conn, "SELECT hits FROM rate_limits") == 7


# Between the check of a password and the session -----------------------------------------------------------------

NEW = "four unrelated words here"


def change_password(app: Flask, user_uuid: uuid.UUID) -> None:
    """As the person does who is signed in at the browser that has the session of thirty-two t."""
    actions.change_password(
        app.extensions["db"],
        app.extensions["settings"],
        user_uuid=str(user_uuid),
        password=NEW,
        token_hash=b"t" * 32,
    )


def test_person_has_fifty_sessions_at_most(app: Flask, conn: Connection) -> None:
    conn.execute(
        "INSERT INTO sessions (token_hash, user_uuid, created_at, seen_at, expires_at)"
        " SELECT sha256(n::text::bytea), %s, now() - interval '9 days', now() - n * interval '1 minute',"
        " now() + interval '1 day' FROM generate_series(1, 60) AS n",
        [make_user(conn)],
    )
    signed_in(app)
    assert count(conn, "sessions") == 50
    assert value(conn, "SELECT count(*) FROM sessions WHERE seen_at < now() - interval '49.5 minutes'") == 0


def test_sign_in_that_is_overtaken_by_a_change_of_the_password_fails(
    app: Flask, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old password is checked, then the change commits, then the session would start."""
    alice, real, client = make_user(conn), session.start, app.test_client()

    def overtaken(account: Account, following: str) -> bool:
        change_password(app, alice)
        return real(account, following)

    monkeypatch.setattr(session, "start", overtaken)
    assert sign_in(client).status_code == 422
    assert count(conn, "sessions") == 1  # that of who changed it


@pytest.mark.parametrize("act", ["password", "suspension"])
def test_session_that_starts_while_the_password_changes_or_a_person_is_suspended_waits_and_fails(
    app: Flask, conn: Connection, database_urls: DatabaseUrls, act: str
) -> None:
    alice, database = make_user(conn), app.extensions["db"]
    given: dict[str, object] = {"token_hash": b"t" * 32, "user_uuid": alice, "absolute_seconds": 60}
    given |= {"draft_uuid": None, "signed_out_hash": None, "browser_hash": None}
    given["password_hash"] = value(conn, "SELECT password_hash FROM passwords")

    def start() -> int:
        while True:
            try:
                return int(database.execute("sessions/start", **given))
            except Unavailable:  # the other one was slow, and nobody waits for a lock for more than a second
                continue

    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with ThreadPoolExecutor(1) as threads, connect(database_urls.superuser_url) as look:
        with database.transaction():
            if act == "password":
                database.execute("sessions/password_set", user_uuid=alice, password_hash="x" * 30)
            else:
                database.execute("ops/user_suspend", user_uuid=alice)
            started = threads.submit(start)
            while not value(look, waiting):
                assert not started.done()
        assert started.result(5) == 0
    assert count(conn, "sessions") == 0, "ready to live again when a suspension is undone"


def test_renewed_hash_undoes_no_change_of_the_password(app: Flask, conn: Connection) -> None:
    alice, database = make_user(conn), app.extensions["db"]
    before = value(conn, "SELECT password_hash FROM passwords")
    change_password(app, alice)
    assert database.execute("sessions/password_renew", user_uuid=alice, password_hash="x" * 30, before=before) == 0
    assert sign_in(app.test_client(), "alice", NEW).status_code == 303


@pytest.mark.parametrize("failing", ["sessions/password_set", "sessions/start", "sessions/end_all"])
def test_change_of_the_password_that_fails_anywhere_changes_nothing(
    app: Flask, conn: Connection, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """Nobody is signed out, this browser least of all, and the password is that of before."""
    make_user(conn)
    client, other = signed_in(app), signed_in(app)
    before, database = value(conn, "SELECT password_hash FROM passwords"), app.extensions["db"]
    whole = database.execute

    def cut(name: str, **params: object) -> int:
        touched = int(whole(name, **params))
        if name == failing:
            raise Unavailable("cut")
        return touched

    monkeypatch.setattr(database, "execute", cut)
    assert send(client, "/settings/password", current=PASSWORD, password=NEW).status_code == 503
    monkeypatch.undo()
    assert value(conn, "SELECT password_hash FROM passwords") == before
    assert [browser.get("/settings").status_code for browser in (client, other)] == [200, 200]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_change_of_the_password_over_a_connection_that_is_cut_is_made_again(
    app: Flask, conn: Connection, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    make_user(conn)
    client, other = signed_in(app), signed_in(app)
    cut_once(app, monkeypatch, moment)
    assert send(client, "/settings/password", current=PASSWORD, password=NEW).status_code == 303
    assert [browser.get("/settings").status_code for browser in (client, other)] == [200, 303]
    assert count(conn, "sessions") == 1
    assert sign_in(app.test_client(), "alice", NEW).status_code == 303


# Limits once more ------------------------------------------------------------------------------------------------


def test_sign_up_form_is_no_way_to_look_people_up(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_UP_TRIES="3/30m"))
    client = from_address(app, "203.0.113.7")
    with database_urls.owner() as conn:
        make_user(conn, "alice")
    statuses = [sign_up(client, handle="alice", password="short").status_code for _ in range(4)]
    assert statuses == [422, 422, 422, 429]
    assert sign_up(from_address(app, "203.0.113.8"), handle="alice", password="short").status_code == 422


def test_sign_in_limit_of_an_account_counts_its_handle_and_its_address_together(
    database_urls: DatabaseUrls, counted_checks: list[str]
) -> None:
    """By whatever name: a few tries beyond it, and then no password is looked at, not even the right one."""
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ACCOUNT="4/5m"))
    with database_urls.owner() as conn:
        make_user(conn)
        own = value(conn, "SELECT password_hash FROM passwords")
    attacker = from_address(app, "203.0.113.66")
    logins = ["alice", "alice@example.com"] * 5
    assert {sign_in(attacker, login, "wrong password").status_code for login in logins} == {422}
    assert counted_checks.count(own) == 4 + 3
    assert len(counted_checks) == 10
    refused = sign_in(attacker, "alice@example.com")
    assert refused.status_code == 422
    assert "didn't match" in words(refused)
    for login, number in (("alice", 1), ("alice@example.com", 2)):
        assert sign_in(from_address(app, f"198.51.100.{number}"), login).status_code == 303


@pytest.mark.parametrize("address", ["carol@harbour.local", "carol@intranet"])
def test_sign_up_takes_addresses_of_an_intranet(client: FlaskClient, address: str) -> None:
    assert sign_up(client, email=address).status_code == 303


def test_password_is_the_same_however_the_keyboard_sends_its_accents(app: Flask) -> None:
    assert sign_up(app.test_client(), password="caf\u00e9 by the harbour").status_code == 303
    assert sign_in(app.test_client(), "carol", "cafe\u0301 by the harbour").status_code == 303


def test_sign_up_limit_counts_by_address(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_UPS="2/30m"))
    client = from_address(app, "203.0.113.7")
    statuses = []
    for n in range(3):
        client = from_address(app, "203.0.113.7")
        statuses.append(sign_up(client, handle=f"carol{n}", email=f"carol{n}@example.com").status_code)
    assert statuses == [303, 303, 429]
    with database_urls.owner() as conn:
        assert count(conn, "users") == 2


def test_sign_up_that_is_too_many_gives_the_form_back_but_the_password(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_UP_TRIES="1/30m"))
    sign_up(from_address(app, "203.0.113.7"), handle="alice")
    answer = sign_up(from_address(app, "203.0.113.7"), display_name="Carol \u201cC\u201d", email="carol@example.com")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 1800
    assert re.search(r'role="alert">That&#39;s a lot at once\. Try again in \d+ minutes', answer.text)
    for typed in ("Carol \u201cC\u201d", "carol", "carol@example.com"):
        assert f'value="{typed}"' in answer.text
    assert PASSWORD not in answer.text
    fields = dict(re.findall(r'name="(key|csrf_token)" value="([^"]+)"', answer.text))
    assert fields.keys() == {"key", "csrf_token"}


def everything_that_is_counted(app: Flask, conn: Connection) -> set[str]:
    """Has alice and carol do all that has a limit, from one address; whose tries those were, in the table's words."""
    client = from_address(app, "203.0.113.7")
    for _ in range(2):
        sign_in(client, "alice", "wrong password")
    sign_up(client, handle="alice", password="short")
    write(client)
    sign_in(client)
    write(client)
    burn(client, uuid.uuid4())
    send(client, f"/activities/{uuid.uuid4()}/like")
    send(client, "/settings/profile", display_name="Alice", bio="")
    send(client, "/settings/password", current=PASSWORD, password=PASSWORD)
    sign_up(from_address(app, "203.0.113.7"), handle="carol")
    rows = conn.execute("SELECT action, subject FROM rate_limits").fetchall()
    more = {"sign_ins_by_login", "sign_ins_under_attack", "profiles", "passwords"}
    assert {action for action, _ in rows} >= {*LIMITS, *more} - {"settings"}
    return {subject for _, subject in rows}


def test_table_of_limits_tells_nobody_who_tried(database_urls: DatabaseUrls, conn: Connection) -> None:
    """Nor to who tries all addresses, which takes minutes: with another key each becomes something else."""
    alice, seen = make_user(conn), []
    for key in ("a-key-0123456789-abcdefghijklmnop", "another-key-0123456789-abcdefghij"):
        limits = {f"LIMIT_{name.upper()}": "1/5m" if name == "sign_ins_by_account" else "9/5m" for name in LIMITS}
        app = create_app(settings_for(database_urls, SECRET_KEY=key, **limits))
        conn.execute("TRUNCATE rate_limits")
        conn.execute("DELETE FROM users WHERE handle = 'carol'")
        seen.append(everything_that_is_counted(app, conn))
        app.extensions["db"].close()
    assert all(re.fullmatch(r"[0-9a-f]{64}", subject) for subject in seen[0] | seen[1])
    assert not seen[0] & seen[1]
    assert str(alice) not in str(seen)


def test_counts_start_anew_with_another_key(database_urls: DatabaseUrls) -> None:
    old, new = "old-key-0123456789-abcdefghijklmnop", "new-key-0123456789-abcdefghijklmnop"
    statuses = []
    for keys in ({"SECRET_KEY": old}, {"SECRET_KEY": old}, {"SECRET_KEY": new, "SECRET_KEY_FALLBACKS": old}):
        app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ADDRESS="1/5m", **keys))
        statuses.append(sign_in(app.test_client(), "ghost", "wrong password").status_code)
        app.extensions["db"].close()
    assert statuses == [422, 429, 422]


# The way back --------------------------------------------------------------------------------------------------

FOREIGN = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    " //evil.example",
    "/ /evil.example",
    "https://evil.example",
    "http:evil.example",
    "HTTPS://evil.example",
    "//evil.example:80",
    "//localhost@evil.example",
    "https://localhost@evil.example",
    "https:/evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "JaVaScript:alert(1)",
    "data:text/html,x",
    "/\x00/evil.example",
    "/\x0b/evil.example",
    "evil.example",
    "evil.example/",
    "@evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "..//evil.example",
    "./evil",
    "//[::1]",
    "//[",
    "/\u2028/evil.example\\",
    "/%0d%0aSet-Cookie:x=1\r\nX: y",
    "/\x7f",
    "/" + "x" * 600,
    "",
    "ftp://evil.example",
]
LOCAL = [
    "/",
    "/public",
    "/@alice",
    "/compose?reply_to=x",
    "/public?before=2026-11-23T12%3A00%3A00Z~x",
    "/%5cevil.example",
    "/@alice#x",
    "/a//b",
]


@pytest.mark.parametrize("target", FOREIGN)
def test_sign_in_never_leads_to_another_place(app: Flask, database_urls: DatabaseUrls, target: str) -> None:
    with database_urls.owner() as conn:
        make_user(conn)
    client = app.test_client()
    answer = sign_in(client, next=target)
    assert (answer.status_code, answer.location) in {(303, "/"), (400, None)}
    there = signed_in(app).get("/sign-in", query_string={"next": target})
    assert (there.status_code, there.location) in {(303, "/"), (400, None)}
    assert "evil" not in str(there.headers) + str(answer.headers)


@pytest.mark.parametrize("target", LOCAL)
def test_sign_in_leads_back_to_where_one_was(app: Flask, database_urls: DatabaseUrls, target: str) -> None:
    with database_urls.owner() as conn:
        make_user(conn)
    answer = sign_in(app.test_client(), next=target)
    assert (answer.status_code, answer.location) == (303, target)


def test_page_that_needs_an_account_shows_the_way_and_back(app: Flask, database_urls: DatabaseUrls) -> None:
    with database_urls.owner() as conn:
        make_user(conn)
    client = app.test_client()
    sent = client.get("/compose?reply_to=x")
    assert sent.status_code == 303
    page = client.get(sent.location)
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    assert hidden["next"] == "/compose?reply_to=x"
    assert (
        send(client, "/sign-in", email="alice", password=PASSWORD, next=hidden["next"]).location
        == "/compose?reply_to=x"
    )


# Profiles ------------------------------------------------------------------------------------------------------


def test_profile_shows_who_they_are_and_what_is_alive(client: FlaskClient, database_urls: DatabaseUrls) -> None:
    with database_urls.owner() as conn:
        alice, bob = make_user(conn, bio="Keeps the light."), make_user(conn, "bob")
        make_activity(conn, alice, "mine")
        make_activity(conn, bob, "another's")
    page = client.get("/@alice")
    assert page.status_code == 200
    for shown in ("Alice", "@alice", "Keeps the light.", "1 activity", "mine"):
        assert shown in words(page)
    assert "another's" not in words(page)
    assert "alice@example.com" not in page.text
    assert client.get("/@ALICE").status_code == 200


@pytest.mark.parametrize("path", ["/@mallory", "/api/@mallory"])
def test_profile_of_the_suspended_is_as_if_it_never_was(
    client: FlaskClient, database_urls: DatabaseUrls, path: str
) -> None:
    with database_urls.owner() as conn:
        mallory = make_user(conn, "mallory", suspended=True)
        make_activity(conn, mallory, "a shadow")
    gone, never = client.get(path), client.get(path.replace("mallory", "nobody"))
    assert gone.status_code == never.status_code == 404
    assert gone.data == never.data
    assert "a shadow" not in client.get("/public").text


# A private place -----------------------------------------------------------------------------------------------


def test_private_place_shows_a_stranger_nothing(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, PUBLIC_FEED="no"))
    with database_urls.owner() as conn:
        alice = make_user(conn)
        made = make_activity(conn, alice, "canary of the harbour")
    stranger, member = app.test_client(), signed_in(app)
    fill: dict[str, Callable[[], str]] = {"handle": lambda: "alice", "activity_uuid": lambda: str(made)}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint == "static" or rule.endpoint.startswith("dev"):
            continue
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, {name: fill[name]() for name in rule.arguments})
        answer = stranger.get(path)
        assert "canary" not in answer.text
        assert "Alice" not in answer.text
        if path in {"/livez", "/readyz", "/sign-in", "/sign-up"}:
            assert answer.status_code == 200
        elif path.startswith("/api/"):
            assert answer.status_code == 401
        else:
            assert answer.status_code == 303
            assert answer.location.startswith("/sign-in")
        assert stranger.get(path, headers={"HX-Request-Type": "partial"}).status_code in {200, 401}
        assert member.get(path).status_code in {200, 303}
    assert "canary" in member.get("/public").text


def test_private_place_keeps_the_text_of_who_was_signed_out(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, PUBLIC_FEED="no"))
    with database_urls.owner() as conn:
        make_user(conn)
        alice = signed_in(app)
        token = token_for(alice)
        conn.execute("DELETE FROM sessions")
    answer = alice.post(
        "/activities", data={"csrf_token": token, "message": "a long thought", "ttl": "1-day", "key": str(uuid.uuid4())}
    )
    assert answer.status_code == 401
    assert "a long thought" in answer.text
