"""Settings: how others see a person, and their password."""

import itertools
import re

import pytest
from factories import PASSWORD, make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import count, send, sign_in, signed_in, token_for, value, words
from ways import DatabaseUrls, settings_for

from webapp import create_app
from webapp.db.connections import Connection
from webapp.errors import Unavailable

NEW = "four unrelated words here"
HASH = "SELECT password_hash FROM passwords JOIN users ON uuid = user_uuid WHERE email = 'alice@example.com'"


@pytest.fixture
def conn(conn: Connection) -> Connection:
    """With alice and bob."""
    make_user(conn)
    make_user(conn, "bob")
    return conn


@pytest.fixture
def alice(app: Flask, conn: Connection) -> FlaskClient:
    return signed_in(app)


# How others see a person -----------------------------------------------------------------------------------------


def test_profile_is_saved_and_shown_to_everybody(app: Flask, conn: Connection, alice: FlaskClient) -> None:
    user = value(conn, "SELECT uuid FROM users WHERE handle = 'alice'")
    make_activity(conn, user, "a card")
    answer = send(alice, "/settings/profile", display_name="  Alice   Quay ", bio="Rope,\r\nand lamps.\n\n\n\nBread.")
    assert (answer.status_code, answer.location) == (303, "/settings?saved=profile")
    assert "Saved." in words(alice.get(answer.location))
    assert value(conn, "SELECT bio FROM users WHERE handle = 'alice'") == "Rope,\nand lamps.\n\nBread."
    stranger = app.test_client()
    assert "and lamps." in words(stranger.get("/@alice"))
    assert "Alice Quay" in words(stranger.get("/public"))
    assert value(conn, "SELECT display_name FROM users WHERE handle = 'bob'") != "Alice Quay"


def test_profile_may_say_nothing(conn: Connection, alice: FlaskClient) -> None:
    send(alice, "/settings/profile", display_name="Alice", bio="something")
    assert send(alice, "/settings/profile", display_name="Alice", bio=" \n ").status_code == 303
    assert value(conn, "SELECT bio FROM users WHERE handle = 'alice'") == ""


@pytest.mark.parametrize(("length", "status"), [(300, 303), (301, 422), (9_000, 422)])
def test_bio_has_a_length(conn: Connection, alice: FlaskClient, length: int, status: int) -> None:
    answer = send(alice, "/settings/profile", display_name="Alice", bio="é" * (length - 1) + "!")
    assert answer.status_code == status
    if status == 422:
        over = "1 character" if length == 301 else f"{length - 300} characters"
        assert f"{over} too long. The limit is 300." in words(answer)
        assert "é" * (length - 1) + "!" in answer.text  # what was typed is kept
        assert value(conn, "SELECT bio FROM users WHERE handle = 'alice'") == ""


def test_bio_with_piles_of_marks_is_refused(conn: Connection, alice: FlaskClient) -> None:
    pile = "e" + "\u0316" * 40
    answer = send(alice, "/settings/profile", display_name="Alice", bio=pile)
    assert answer.status_code == 422
    assert "too many accents or marks" in words(answer)
    assert f">\n{pile}</textarea>" in answer.text
    assert value(conn, "SELECT bio FROM users WHERE handle = 'alice'") == ""


def test_profile_errors_come_together_with_the_text_kept(conn: Connection, alice: FlaskClient) -> None:
    before = value(conn, "SELECT display_name FROM users WHERE handle = 'alice'")
    answer = send(alice, "/settings/profile", display_name="\u202eecila", bio="b" * 400)
    assert answer.status_code == 422
    assert "A name needs visible characters" in words(answer)
    assert "100 characters too long." in words(answer)
    assert "b" * 400 in answer.text
    assert value(conn, "SELECT display_name FROM users WHERE handle = 'alice'") == before


@pytest.mark.parametrize("stray", ["handle", "email", "suspended_at", "uuid", "user_uuid"])
def test_profile_takes_no_field_that_it_does_not_offer(conn: Connection, alice: FlaskClient, stray: str) -> None:
    before = conn.execute("SELECT uuid, handle, email, suspended_at FROM users ORDER BY handle").fetchall()
    send(alice, "/settings/profile", display_name="Alice", bio="", **{stray: "bob"})
    assert conn.execute("SELECT uuid, handle, email, suspended_at FROM users ORDER BY handle").fetchall() == before


def test_profile_comes_back_with_its_text_when_its_token_is_stale(alice: FlaskClient) -> None:
    answer = send(alice, "/settings/profile", display_name="Alice Anew", bio="kept", csrf_token="stale")
    assert answer.status_code == 400
    assert "Nothing is lost" in words(answer)
    assert "Alice Anew" in answer.text
    assert "kept" in answer.text


def test_profile_text_is_kept_while_the_database_is_away(
    app: Flask, alice: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> int:
        raise Unavailable("away")

    token = token_for(alice)
    monkeypatch.setattr(app.extensions["db"], "execute", away)
    answer = send(alice, "/settings/profile", display_name="Alice Anew", bio="Rope & lamps.", csrf_token=token)
    assert answer.status_code == 503
    assert 'name="bio"' in answer.text
    assert "Rope &amp; lamps." in answer.text
    assert 'name="display_name" value="Alice Anew"' in answer.text


def test_profile_that_is_saved_too_often_keeps_its_text(database_urls: DatabaseUrls, conn: Connection) -> None:
    """So often, over all workers, and not once more; another person has a count of their own."""
    apps = [create_app(settings_for(database_urls, LIMIT_SETTINGS="3/1h")) for _ in range(2)]
    alice = [signed_in(app) for app in apps]
    statuses = [
        send(alice[n % 2], "/settings/profile", display_name=f"Alice {n}", bio="").status_code for n in range(3)
    ]
    assert statuses == [303] * 3
    answer = send(alice[1], "/settings/profile", display_name="Alice Anew", bio="Rope\n& lamps.")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert re.search(r"That's a lot at once\. Try again in \d+ minutes; your text is safe\.", words(answer))
    assert 'name="display_name" type="text" value="Alice Anew"' in answer.text
    assert "\nRope\n&amp; lamps.</textarea>" in answer.text
    assert value(conn, "SELECT display_name FROM users WHERE handle = 'alice'") == "Alice 2"
    assert send(signed_in(apps[0], "bob"), "/settings/profile", display_name="Bob", bio="x").status_code == 303
    for app in apps:
        app.extensions["db"].close()


def test_email_is_shown_to_its_owner_alone(app: Flask, alice: FlaskClient) -> None:
    assert "alice@example.com" in words(alice.get("/settings"))
    assert "alice@example.com" not in signed_in(app, "bob").get("/settings").text
    for path in ("/", "/@alice", "/api/@alice"):
        assert "alice@example.com" not in alice.get(path).text


# Password --------------------------------------------------------------------------------------------------------


def test_password_is_changed_and_every_other_session_ends(app: Flask, conn: Connection, alice: FlaskClient) -> None:
    elsewhere, bob = signed_in(app), signed_in(app, "bob")
    copied = alice.get_cookie("mayfly")
    answer = send(alice, "/settings/password", current=PASSWORD, password=NEW)
    assert (answer.status_code, answer.location) == (303, "/settings?saved=password")
    assert "Your other devices are signed out" in words(alice.get(answer.location))
    assert elsewhere.get("/settings").status_code == 303
    thief = app.test_client()
    assert copied
    thief.set_cookie("mayfly", copied.value)
    assert thief.get("/settings").status_code == 303  # this browser's own id of before is dead too
    assert bob.get("/settings").status_code == 200
    assert count(conn, "sessions") == 2
    assert sign_in(app.test_client(), "alice", PASSWORD).status_code == 422
    assert sign_in(app.test_client(), "alice", NEW).status_code == 303


@pytest.mark.parametrize(
    ("current", "password", "said"),
    [
        ("not this one", NEW, "That is not your current password."),
        ("", NEW, "Enter your current password."),
        (PASSWORD, "short", "A password must have 8 to 256 characters."),
        (PASSWORD, "x" * 257, "A password must have 8 to 256 characters."),
        (PASSWORD, "password1", "too easy to guess"),
        (PASSWORD, "alice@example.com", "too easy to guess"),
        (PASSWORD, "alice_of_the_quay", "too easy to guess"),
        (PASSWORD, "Alice of the Quay", "too easy to guess"),
    ],
)
def test_password_stays_when_something_is_wrong(
    app: Flask, conn: Connection, alice: FlaskClient, current: str, password: str, said: str
) -> None:
    conn.execute(  # what everybody knows of her is no password either
        "UPDATE users SET handle = 'alice_of_the_quay', display_name = 'Alice of the Quay' WHERE handle = 'alice'"
    )
    before = value(
        conn, "SELECT password_hash FROM passwords JOIN users ON uuid = user_uuid WHERE email = 'alice@example.com'"
    )
    elsewhere = signed_in(app, "alice@example.com")
    answer = send(alice, "/settings/password", current=current, password=password)
    assert answer.status_code == 422
    assert said in words(answer)
    for name in ("current", "password"):
        assert f'name="{name}" type="password" value=""' in answer.text  # a password never comes back
    assert elsewhere.get("/settings").status_code == 200
    after = value(
        conn, "SELECT password_hash FROM passwords JOIN users ON uuid = user_uuid WHERE email = 'alice@example.com'"
    )
    assert after == before


def test_password_form_comes_back_without_the_passwords_when_its_token_is_stale(
    conn: Connection, alice: FlaskClient
) -> None:
    before = value(conn, HASH)
    answer = send(alice, "/settings/password", current=PASSWORD, password=NEW, csrf_token="stale")
    assert answer.status_code == 400
    assert "Nothing is lost" in words(answer)
    assert 'name="current"' in answer.text
    assert PASSWORD not in answer.text
    assert NEW not in answer.text
    assert value(conn, HASH) == before


def test_password_fields_tell_a_password_manager_which_is_which(alice: FlaskClient) -> None:
    page = alice.get("/settings").text
    for name, meaning in (("current", "current-password"), ("password", "new-password")):
        assert f'name="{name}" type="password" value="" autocomplete="{meaning}"' in page


def test_password_errors_come_together(alice: FlaskClient) -> None:
    answer = send(alice, "/settings/password", current="not this one", password="short")
    assert answer.status_code == 422
    assert "That is not your current password." in words(answer)
    assert "A password must have 8 to 256 characters." in words(answer)


def test_password_of_now_cannot_be_guessed_without_end(database_urls: DatabaseUrls, conn: Connection) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SIGN_INS_BY_ACCOUNT="2/5m"))
    alice = signed_in(app)  # gives its own try back, but for the last one
    statuses = [send(alice, "/settings/password", current="wrong guess", password=NEW).status_code for _ in range(6)]
    assert statuses == [422] * 4 + [429] * 2  # one of the account, three more of this address
    app.extensions["db"].close()


def test_password_cannot_be_changed_without_end(database_urls: DatabaseUrls, conn: Connection) -> None:
    """A guess is no change, so whoever sits at a browser that was left open uses up nothing of its owner's."""
    app = create_app(settings_for(database_urls, LIMIT_SETTINGS="2/1h"))
    alice = signed_in(app)
    for _ in range(3):
        assert send(alice, "/settings/password", current="wrong guess", password=NEW).status_code == 422
    words_of = [PASSWORD, "first of three others", "second of three others", "third of three others"]
    changes = [
        send(alice, "/settings/password", current=before, password=after)
        for before, after in itertools.pairwise(words_of)
    ]
    assert [change.status_code for change in changes] == [303, 303, 429]
    assert "your text is safe" in words(changes[2])
    assert sign_in(app.test_client(), "alice", words_of[2]).status_code == 303
    app.extensions["db"].close()


def test_handle_cannot_be_tried_without_end(database_urls: DatabaseUrls, conn: Connection) -> None:
    app = create_app(settings_for(database_urls, LIMIT_SETTINGS="2/1h"))
    alice = signed_in(app)
    conn.execute("UPDATE users SET handle_wanted = 'al' WHERE handle = 'alice'")
    tries = [send(alice, "/settings/handle", handle=wanted, next="/public") for wanted in ("bob", "bob", "alice_quay")]
    assert [attempt.status_code for attempt in tries] == [422, 422, 429]
    assert 0 < int(tries[2].headers["Retry-After"]) <= 3600
    assert "That's a lot at once." in words(tries[2])
    assert 'value="alice_quay"' in tries[2].text
    assert 'name="next" value="/public"' in tries[2].text
    assert value(conn, "SELECT count(*) FROM users WHERE handle = 'alice'") == 1
    app.extensions["db"].close()


def test_settings_are_reached_from_the_own_page_alone(app: Flask, alice: FlaskClient) -> None:
    assert 'href="/settings"' in alice.get("/@alice").text
    assert 'href="/settings"' not in alice.get("/@bob").text
    assert 'href="/settings"' not in app.test_client().get("/@alice").text


def test_settings_are_for_who_is_signed_in(app: Flask, conn: Connection) -> None:
    stranger = app.test_client()
    assert stranger.get("/settings").location == "/sign-in?next=/settings"
    assert send(stranger, "/settings/profile", display_name="Mallory").status_code == 401
    assert send(stranger, "/settings/password", current=PASSWORD, password=NEW).location == "/sign-in"
    assert stranger.post("/settings/password", data={"csrf_token": "stale"}).location == "/sign-in"
    assert value(conn, "SELECT count(*) FROM users WHERE display_name = 'Mallory'") == 0
