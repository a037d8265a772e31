"""A new account: what is taken, what is refused, and what comes back."""

import re
from functools import partial
from unittest.mock import patch
from uuid import uuid4

import pytest
from factories import PASSWORD, make_user
from flask import Flask
from flask.testing import FlaskClient
from joining import BY_INVITATION, CAROL, form_of, invite_one, press, sign_up
from verbs import count, fields_in, from_address, sign_in, token_for, value, words, wrong_fields
from ways import MakeApp, at_once

from webapp.db.connections import Connection
from webapp.sign_ups import actions


def test_sign_up_makes_an_account_and_signs_in(client: FlaskClient, conn: Connection) -> None:
    answer = sign_up(client, handle="@Carol", email=" C\u0130ro\u0301l@Example.com ")
    assert (answer.status_code, answer.location) == (303, "/")
    assert "@carol" in client.get("/settings").text
    rows = conn.execute("SELECT handle, display_name, email FROM users").fetchall()
    assert rows == [("carol", "Carol", "ci\u0307r\u00f3l@example.com")]
    assert PASSWORD not in value(conn, "SELECT password_hash FROM passwords")


def test_sign_up_that_is_wrong_tells_all_at_once_and_keeps_the_text(client: FlaskClient, conn: Connection) -> None:
    make_user(conn)
    bad = {"display_name": "\u202eCarol", "handle": "ca rol", "email": "not an address", "password": "hunter2"}
    own = {"handle": "carol_quay", "display_name": "Carol of the Quay", "email": "carol@example.com"}
    for fields, wrong in [
        (bad, ["display_name", "handle", "email", "password"]),
        ({"handle": "alice", "email": "Alice@EXAMPLE.com"}, ["handle", "email"]),
        *(({**own, "password": known.upper()}, ["password"]) for known in own.values()),  # what everybody knows
    ]:
        answer = sign_up(client, **fields)
        assert (answer.status_code, wrong_fields(answer)) == (422, wrong), fields
        for name in ("handle", "email"):
            assert f'value="{fields[name]}"' in answer.text
        assert fields.get("password", PASSWORD) not in answer.text
    assert count(conn, "users") == 1


def test_sign_up_needs_no_email(app: Flask, conn: Connection) -> None:
    for handle in ("carol", "dave"):
        form, cookie = form_of(app.test_client(), "/sign-up")
        for _ in range(2):  # once more, as after a lost response
            assert press(app, cookie, {**form, "handle": handle, "email": " "})[1].status_code == 303
    assert conn.execute("SELECT handle, email FROM users ORDER BY handle").fetchall() == [
        ("carol", None),
        ("dave", None),
    ]


def test_sign_up_tells_the_rules_that_one_agrees_to(make_app: MakeApp) -> None:
    page = make_app(COMMUNITY_RULES="Be <kind>. |\n No adverts.|").test_client().get("/sign-up")
    assert "By joining you agree" in words(page)
    assert re.findall("<li.*?>(.*?)</li>", page.text) == ["Be &lt;kind&gt;.", "No adverts."]


def test_password_is_kept_as_it_was_typed(app: Flask) -> None:
    """White space and all, but for the way in which a keyboard sends its accents."""
    assert sign_up(app.test_client(), password="  caf\u00e9 by the harbour ").status_code == 303
    assert sign_in(app.test_client(), "carol", "caf\u00e9 by the harbour").status_code == 422
    assert sign_in(app.test_client(), "carol", "  cafe\u0301 by the harbour ").status_code == 303


def test_sign_up_takes_addresses_of_its_own_intranet_alone(make_app: MakeApp) -> None:
    app = make_app(PUBLIC_URL="http://intranet")
    for number, address in enumerate(["carol@harbour.local", "carol@intranet"]):
        assert sign_up(app.test_client(), handle=f"carol{number}", email=address).status_code == 303, address
    assert wrong_fields(sign_up(app.test_client(), email="nope@x")) == ["email"]


def test_sign_up_sets_listed_fields_alone(client: FlaskClient, conn: Connection) -> None:
    stray = {"uuid": str(uuid4()), "seeded": "true", "created_at": "2001-01-01", "bio": "x", "cognito_user_id": "x"}
    assert sign_up(client, **stray, suspended_at="now").status_code == 303
    kept = "SELECT uuid::text, seeded::text, created_at::date::text, bio, cognito_user_id, suspended_at FROM users"
    assert not set(stray.values()) & set(conn.execute(kept).fetchone() or stray.values())


def test_sign_up_of_one_handle_at_once_makes_one_account(app: Flask, conn: Connection) -> None:
    form, cookie = form_of(app.test_client())
    forms = [{**form, "key": str(uuid4()), "email": f"c{number}@example.com"} for number in range(12)]
    with patch.object(actions, "taken", return_value=[]):  # the look before is a courtesy; the index decides
        pressed = at_once([partial(press, app, cookie, form) for form in forms])
    answers = [(answer.status_code, wrong_fields(answer)) for _, answer in pressed]
    assert sorted(answers) == [(303, []), *[(422, ["handle"])] * 11]
    assert [count(conn, table) for table in ("users", "passwords", "sessions")] == [1, 1, 1]


def test_sign_up_where_the_place_is_closed_offers_no_form(make_app: MakeApp, conn: Connection) -> None:
    client = make_app(SIGN_UP="closed").test_client()
    page = client.get("/sign-up")
    assert (page.status_code, fields_in(page)) == (403, {})
    assert client.post("/sign-up", data={**CAROL, "csrf_token": token_for(client)}).status_code == 403
    assert count(conn, "users") == 0


def test_sign_up_form_is_no_way_to_look_people_up(make_app: MakeApp, conn: Connection) -> None:
    app = make_app(LIMIT_SIGN_UP_TRIES="3/30m")
    make_user(conn)
    tries = [sign_up(from_address(app, f"203.0.113.{last}"), handle="alice") for last in (7, 7, 7, 7, 8)]
    assert [answer.status_code for answer in tries] == [422, 422, 422, 429, 422]


def test_sign_up_that_is_too_many_gives_the_form_back_but_the_password(make_app: MakeApp, conn: Connection) -> None:
    client, answers, mine = from_address(make_app(LIMIT_SIGN_UPS="2/30m"), "203.0.113.7"), [], {}
    for number in range(3):
        client.delete_cookie("mayfly")
        mine = {"display_name": "Carol \u201cC\u201d", "handle": f"carol{number}", "email": f"c{number}@example.com"}
        answers.append(sign_up(client, **mine))
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert [f'value="{typed}"' in answers[2].text for typed in mine.values()] == [True] * 3
    assert PASSWORD not in answers[2].text
    assert fields_in(answers[2]).keys() == {"key", "csrf_token", "next"}
    assert count(conn, "users") == 2


@pytest.fixture
def by_invitation(make_app: MakeApp, conn: Connection) -> Flask:
    """A place that takes who is invited, and one invitation."""
    invite_one(conn)
    return make_app(SIGN_UP="invite")


def test_invitation_lets_one_person_in_by_its_link(by_invitation: Flask, conn: Connection) -> None:
    for path in ("/sign-up", "/sign-up?invite=wrong"):
        assert by_invitation.test_client().get(path).status_code == 403
    form, cookie = form_of(by_invitation.test_client())
    other = {"handle": "dave", "email": "dave@example.com", "key": str(uuid4())}
    for changed, status in (({"password": "a slip"}, 422), ({}, 303), (other, 403)):  # a slip costs no invitation
        assert press(by_invitation, cookie, {**form, **changed})[1].status_code == status
    assert (count(conn, "users"), value(conn, "SELECT used FROM invitations")) == (1, 1)


def test_invitation_that_is_over_lets_nobody_in(by_invitation: Flask, conn: Connection) -> None:
    client = by_invitation.test_client()
    form, _ = form_of(client)
    conn.execute("UPDATE invitations SET expires_at = now()")
    assert client.get(BY_INVITATION).status_code == client.post("/sign-up", data=form).status_code == 403
    assert count(conn, "users") == 0


def test_invitation_used_at_once_lets_one_person_in(by_invitation: Flask, conn: Connection) -> None:
    form, cookie = form_of(by_invitation.test_client())
    mine = [{"handle": f"carol{number}", "email": f"c{number}@example.com", "key": str(uuid4())} for number in range(6)]
    pressed = at_once([partial(press, by_invitation, cookie, {**form, **own}) for own in mine])
    first, *others = sorted(answer.status_code for _, answer in pressed)
    assert (first, count(conn, "users")) == (303, 1)
    assert set(others) <= {403, 409}, "it was used, or was at that moment"
