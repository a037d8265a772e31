"""Signing in by a password: who gets in, who does not, and where it leads."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from factories import PASSWORD, make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import count, fields_in, sign_in, signed_in, token_for, value, without_token, words, write, wrong_fields
from ways import DatabaseUrls, MakeApp, wait_for

from webapp import text
from webapp.db.connections import Connection, connect
from webapp.errors import Unavailable
from webapp.sessions.actions import start_session
from webapp.sessions.shapes import Account


def test_sign_in_takes_handle_or_address_in_any_case(app: Flask, conn: Connection) -> None:
    beyond_ascii = ["stra\u00dfe@example.com", "\u0130d@example.com", "\u00c9lo@example.com", "e\u0301LO@example.com"]
    for number, email in enumerate(beyond_ascii[:3]):
        make_user(conn, f"carol{number}", email=text.folded(email))  # as signing up does
    for login in ("alice", "ALICE", "@alice", "\uff21lice", " Alice@Example.COM ", *beyond_ascii):
        client = app.test_client()
        assert (sign_in(client, login).status_code, client.get("/settings").status_code) == (303, 200), login


def test_sign_in_takes_a_former_handle_until_it_is_over(app: Flask, conn: Connection) -> None:
    conn.execute("UPDATE users SET handle = 'ally' WHERE handle = 'alice'")
    assert sign_in(app.test_client(), "Alice").status_code == 303
    conn.execute("UPDATE former_handles SET expires_at = now()")
    assert sign_in(app.test_client(), "alice").status_code == 422


def test_sign_in_refused_tells_nobody_why(client: FlaskClient, conn: Connection, counted_checks: list[str]) -> None:
    make_user(conn, "nohash", password=None)
    make_user(conn, "mallory", suspended=True)
    strangers = [("ghost", PASSWORD), ("nohash", PASSWORD), ("mallory", "wrong password")]
    seen = {}
    for login, password in (("alice", "wrong password"), ("alice", "x" * 300), *strangers):
        before = len(counted_checks)
        answer = sign_in(client, login, password)
        body = without_token(answer).replace(login.encode(), b"-")
        headers = sorted(name for name, _ in answer.headers if name != "Set-Cookie")
        seen[login, password] = (len(counted_checks) - before, answer.status_code, body, headers)
    assert all(shown == seen["ghost", PASSWORD] for shown in seen.values()), seen
    assert seen["ghost", PASSWORD][:2] == (1, 422)
    assert count(conn, "sessions") == 0


def test_suspended_person_is_told_so_once_the_password_is_right(client: FlaskClient, conn: Connection) -> None:
    make_user(conn, "mallory", suspended=True)
    for password, told in ((PASSWORD, True), ("wrong password", False)):
        answer = sign_in(client, "mallory", password)
        assert (answer.status_code, "This account is suspended." in words(answer)) == (422, told)
    assert count(conn, "sessions") == 0


def test_sign_in_with_nothing_matches_nobody(client: FlaskClient, conn: Connection) -> None:
    conn.execute("UPDATE users SET email = NULL")
    assert wrong_fields(sign_in(client, "   ", PASSWORD)) == ["email"]
    assert wrong_fields(sign_in(client, "alice", "")) == ["password"]


def test_sign_in_that_is_refused_keeps_the_login_and_has_the_cursor_where_something_is_missing(app: Flask) -> None:
    for login, password, wanted in (("alice", "wrong one", "password"), ("alice", "", "password"), (" ", "x", "email")):
        page = sign_in(app.test_client(), login, password).text
        assert re.findall(r'name="(\w+)"[^>]* autofocus', page) == [wanted], (login, password)
        assert f'value="{login}"' in page
    assert re.findall(r'name="(\w+)"[^>]* autofocus', app.test_client().get("/sign-in").text) == ["email"]


@pytest.mark.parametrize(
    ("path", "ways"),
    [
        ("/", ["/sign-in", "/sign-up"]),
        ("/public", ["/sign-in?next=/public", "/sign-up"]),
        (
            "/@alice?before=5",
            [*(f"/{way}?next=/@alice?before%3D5" for way in ("sign-in", "sign-up")), "/sign-in?next=/@alice"],
        ),
        ("/sign-in?next=/@alice", ["/sign-up?next=/@alice"]),
        ("/sign-up?next=/@alice", ["/sign-in?next=/@alice"]),
        ("/nowhere", ["/sign-in"]),
    ],
)
def test_page_offers_a_stranger_each_door_once(client: FlaskClient, path: str, ways: list[str]) -> None:
    assert re.findall(r'href="(/sign-[^"]*)"', client.get(path).text) == ways


FOREIGN = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example", "\t//evil.example",
    "/\r\n/evil.example", " //evil.example", "/\x0b/evil.example", "/\x7f/evil.example", "https://evil.example",
    "HTTPS://evil.example", "http:evil.example", "https:/evil.example", "//localhost@evil.example", "//[::1]", "//[",
    "javascript:alert(1)", "data:text/html,x", "evil.example", "@evil.example", "?next=//evil.example",
    "#//evil.example", "..//evil.example", "/%0d%0aSet-Cookie:x=1\r\nX: y", "/" + "x" * 600, "",
]  # fmt: skip


def test_sign_in_leads_back_to_where_one_was_and_never_to_another_place(app: Flask) -> None:
    client, stranger = signed_in(app), app.test_client()
    for target in FOREIGN:
        answer = client.get("/sign-in", query_string={"next": target})
        assert (answer.status_code, answer.location) in {(303, "/"), (400, None)}, target
        assert "evil" not in str(answer.headers), target
    for target in ("/", "/@alice#x", "/compose?reply_to=x", "/public?before=2026-11-23T12%3A00~x", "/%5cevil.example"):
        assert client.get("/sign-in", query_string={"next": target}).location == target
    there = fields_in(stranger.get(stranger.get("/compose?reply_to=x").location))["next"]
    assert sign_in(stranger, next=there).location == there == "/compose?reply_to=x"
    assert sign_in(app.test_client(), next="//evil.example").location == "/"


@pytest.mark.parametrize(
    ("act", "more"), [("sessions/password_set", {"password_hash": "x" * 30}), ("moderation/suspend", {})]
)
def test_session_that_starts_while_the_password_changes_or_a_person_is_suspended_fails(
    app: Flask, conn: Connection, database_urls: DatabaseUrls, act: str, more: dict[str, str]
) -> None:
    alice, checked = conn.execute("SELECT user_uuid, password_hash FROM passwords").fetchone() or ()
    database, account = app.extensions["db"], Account(uuid=str(alice), password_hash=checked)

    def start() -> bool:
        while True:
            try:
                return start_session(database, app.extensions["settings"], account=account, token_hash=b"t" * 32)
            except Unavailable:  # the other one was slow, and nobody waits for a lock for more than a second
                continue

    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with ThreadPoolExecutor(1) as threads, connect(database_urls.superuser_url) as look:
        with database.transaction():
            database.execute(act, user_uuid=alice, **more)
            started = threads.submit(start)
            wait_for(lambda: started.done() or value(look, waiting))
            assert not started.done()
        assert started.result(5) is False
    assert count(conn, "sessions") == 0, "ready to live again when a suspension is undone"


def test_private_place_shows_a_stranger_nothing(make_app: MakeApp, conn: Connection) -> None:
    place = make_app(PUBLIC_FEED="no")
    made = make_activity(conn, value(conn, "SELECT uuid FROM users"), "canary of the harbour")
    stranger, member = place.test_client(), signed_in(place)
    fill = {"handle": "alice", "activity_uuid": str(made), "code": "x"}
    fill |= dict.fromkeys(("invitation_uuid", "report_uuid"), str(made))
    for rule in place.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint == "static":
            continue
        path = place.url_map.bind("localhost").build(rule.endpoint, {name: fill[name] for name in rule.arguments})
        answer = stranger.get(path)
        assert not [word for word in ("canary", "Alice") if word in answer.text], path
        doors = {"/livez", "/readyz", "/sign-in", "/sign-up", "/settings/deleted", "/about", "/promise", "/join/x"}
        shut = (401, "") if path.startswith(("/api/", "/stream")) else (303, "/sign-in")
        wanted = (200, "") if path in doors else shut
        assert (answer.status_code, (answer.location or "")[:8]) == wanted, path
        assert stranger.get(path, headers={"HX-Request-Type": "partial"}).status_code in {200, 401}, path
        # Nobody reports themselves, and the moderators' pages are theirs alone.
        theirs = path.startswith("/moderation") or path.endswith("/report") != (path == "/report")
        assert member.get(path).status_code in ({404} if theirs else {200, 303}), path
    assert "canary" in member.get("/public").text
    token = token_for(member)
    conn.execute("DELETE FROM sessions")
    answer = write(member, "a long thought", csrf_token=token)
    assert (answer.status_code, "a long thought" in answer.text) == (401, True)
