"""Whose account it is: that of an issuer and a subject, made once, for whom the place takes."""

import threading
from functools import partial

import pytest
from factories import make_user
from fake_provider import FakeProvider
from flask import Flask
from flask.testing import FlaskClient
from going import START, come_back, leave, status, through, who
from verbs import count, send, value
from ways import MakeApp, at_once

from webapp.db.connections import Connection
from webapp.identities import actions
from webapp.sessions.actions import token_hash


def test_person_is_an_issuer_and_a_subject(client: FlaskClient, provider: FakeProvider, conn: Connection) -> None:
    """The same subject of another issuer is somebody else, and so is whoever has the same address."""
    make_user(conn, "other", identity_issuer="https://other.example", cognito_user_id="sub-ann")
    make_user(conn, "local", email="ann@example.com")
    provider.person |= {"email": "ann@example.com", "email_verified": True}
    through(client, provider)
    assert who(client) == "ann"
    found = conn.execute("SELECT handle, email, identity_issuer FROM users ORDER BY handle").fetchall()
    others = [("local", "ann@example.com", None), ("other", "other@example.com", "https://other.example")]
    assert found == [("ann", None, provider.issuer), *others]


def test_handle_that_is_taken_is_told_at_first(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    make_user(conn, "ann")
    client = app.test_client()
    assert through(client, provider, next="/public").location == "/settings/handle?next=/public"
    assert who(client) == "ann_2"
    send(client, "/settings/handle", handle="ann_lee")
    assert through(app.test_client(), provider, next="/public").location == "/public"


def test_first_sign_ins_at_once_make_one_account(make_app: MakeApp, provider: FakeProvider, conn: Connection) -> None:
    app = make_app(LIMIT_SIGN_INS_BY_ADDRESS="3/5m")
    flows = [(client, leave(client)) for client in (app.test_client() for _ in range(12))]
    gate = threading.Barrier(12)  # until all of them are under way
    provider.forge = lambda claims: (gate.wait(10), provider.signed(claims))[1]
    answers = at_once([partial(come_back, client, provider, asked) for client, asked in flows])
    assert [answer.status_code for answer in answers] == [303] * 12
    assert (count(conn, "users"), count(conn, "sessions")) == (1, 12)


def test_people_who_want_one_handle_at_once_all_get_in(app: Flask) -> None:
    settings, db = app.extensions["settings"], app.extensions["db"]
    arrive = partial(actions.find_or_create_account, db, settings, issuer="https://a", invite="", address="")
    claims = [{"sub": f"sub-{number}", "preferred_username": "ann"} for number in range(20)]
    assert len({account["handle"] for account in at_once([partial(arrive, claims=one) for one in claims])}) == 20


def test_suspended_person_is_refused_like_others(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    assert status(app, provider) == 303
    conn.execute("UPDATE users SET suspended_at = now()")
    client = app.test_client()
    suspended, provider.denies = through(client, provider), True
    denied = through(app.test_client(), provider)
    assert suspended.status_code == denied.status_code == 403
    assert suspended.data == denied.data
    assert (who(client), count(conn, "sessions")) == (None, 1)


def test_closed_place_takes_nobody_new(make_app: MakeApp, provider: FakeProvider, conn: Connection) -> None:
    """And one that leaves it to the provider calls nobody."""
    closed, opened = (make_app(SIGN_UP=word) for word in ("closed", "provider"))
    assert (status(closed, provider), count(conn, "users")) == (403, 0)
    assert [status(app, provider) for app in (opened, closed)] == [303, 303]
    assert 'href="/sign-up' not in opened.test_client().get("/sign-in").text
    assert opened.test_client().get("/sign-up").location == START


@pytest.fixture
def invited(make_app: MakeApp, conn: Connection) -> Flask:
    """A place with one invitation: `come-in`."""
    insert = "INSERT INTO invitations (code_hash, expires_at) VALUES (%s, now() + interval '1 day')"
    conn.execute(insert, [token_hash("come-in")])
    return make_app(SIGN_UP="invite")


def test_invitation_lets_one_person_in(invited: Flask, provider: FakeProvider, conn: Connection) -> None:
    for wrong in ({}, {"invite": "other"}):
        assert status(invited, provider, **wrong) == 403
    assert count(conn, "users") == 0
    client = invited.test_client()
    assert client.get("/sign-up?invite=come-in").location == f"{START}?invite=come-in"
    assert through(client, provider, invite="come-in").status_code == 303
    assert (count(conn, "users"), value(conn, "SELECT used FROM invitations")) == (1, 1)
    assert status(invited, provider) == 303, "who is there needs none"
    provider.person = {"sub": "sub-bob"}
    assert status(invited, provider, invite="come-in") == 403


def test_who_comes_by_an_invitation_counts_against_it_alone(
    make_app: MakeApp, invited: Flask, provider: FakeProvider, conn: Connection
) -> None:
    conn.execute("UPDATE invitations SET places = 2")
    app = make_app(SIGN_UP="open", LIMIT_SIGN_UPS="1/30m")
    for number, invite, ends in ((0, "come-in", 303), (1, "come-in", 303), (2, "come-in", 303), (3, "", 429)):
        provider.person = {"sub": f"sub-{number}"}
        assert status(app, provider, invite=invite) == ends, number
    assert value(conn, "SELECT used FROM invitations") == 2


def test_invitation_is_kept_where_no_account_came_of_it(
    invited: Flask, provider: FakeProvider, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, real = invited.extensions["db"], invited.extensions["db"].query_value
    lost = lambda name, **params: None if name == "identities/create" else real(name, **params)  # noqa: E731
    monkeypatch.setattr(db, "query_value", lost)
    assert status(invited, provider, invite="come-in") == 409
    assert (count(conn, "users"), value(conn, "SELECT used FROM invitations")) == (0, 0)


def test_new_accounts_of_an_address_are_limited(make_app: MakeApp, provider: FakeProvider) -> None:
    app = make_app(LIMIT_SIGN_UPS="2/30m")
    for number, ends in ((0, 303), (1, 303), (2, 429), (0, 303)):
        provider.person = {"sub": f"sub-{number}"}
        assert status(app, provider) == ends, number
