"""Members, moderators and operators: who becomes one, and the mark that they wear."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from factories import make_user
from flask import Flask
from flask.testing import FlaskClient
from moderating import decide, report, report_of
from verbs import activity_by, send, signed_in, token_for, value, words
from ways import DatabaseUrls, wait_for

from webapp.db.connections import Connection, connect

MARK = '<i class="icon icon-mark" role="img" aria-label="(?:Moderator|Operator)"'


def role_of(conn: Connection, handle: str) -> str:
    return str(value(conn, "SELECT role FROM users WHERE handle = %s", handle))


def test_mark_stands_beside_the_names_of_moderators_alone(client: FlaskClient, conn: Connection) -> None:
    """Also in a card that is kept from before."""
    for handle in ("mo", "alice"):
        activity_by(conn, handle, f"by {handle}")
    pages = ("/public", "/@mo", "/@alice", "/people", "/people?q=mo")

    def marked() -> set[str]:
        """Whose name a mark follows, on any of the pages."""
        return {
            name for page in pages for name in re.findall(rf"<bdi>(\w+)</bdi>(?:</a>)?{MARK}", client.get(page).text)
        }

    assert marked() == {"Mo", "Mira", "Opa"}
    assert len(re.findall(rf"Mo</bdi>(?:</a>)?{MARK}", client.get("/@mo").text)) == 3, "heading, card, who is here"
    conn.execute("UPDATE users SET role = 'member'")
    assert marked() == set()


def test_nobody_types_the_mark(alice: FlaskClient, conn: Connection) -> None:
    name = '<i class="icon icon-mark">'
    assert send(alice, "/settings/profile", display_name=name).status_code == 303
    activity_by(conn, "alice", name)
    assert alice.get("/@alice").text.count('class="icon icon-mark"') == 0


def test_first_to_sign_up_becomes_nothing(client: FlaskClient, conn: Connection) -> None:
    conn.execute("TRUNCATE users CASCADE")
    fields = {"display_name": "First", "handle": "first", "email": "", "password": "a lantern for the harbour"}
    assert send(client, "/sign-up", **{**fields, "email": "first@example.com"}).status_code == 303
    assert role_of(conn, "first") == "member"


@pytest.mark.parametrize("role", ["moderator", "operator", "member"])
def test_operator_gives_roles(opa: FlaskClient, conn: Connection, role: str) -> None:
    handle = "mo" if role == "member" else "alice"
    assert send(opa, "/moderation/people", handle=f"@{handle.upper()}", role=role).status_code == 303
    assert (role_of(conn, handle), value(conn, "SELECT act FROM audit")) == (role, role)


def test_role_of_nobody_or_of_no_kind_is_said_beside_the_handle(opa: FlaskClient, conn: Connection) -> None:
    for handle, role in (("nobody", "moderator"), ("alice", "king")):
        answer = send(opa, "/moderation/people", handle=handle, role=role)
        assert (answer.status_code, f'value="{handle}"' in answer.text, "error" in answer.text) == (422, True, True)


def test_moderator_gives_no_roles_and_loses_the_room_with_the_role(
    app: Flask, mo: FlaskClient, opa: FlaskClient, conn: Connection
) -> None:
    assert send(mo, "/moderation/people", handle="alice", role="moderator").status_code == 404
    assert 'name="role"' not in mo.get("/moderation/people").text
    assert 'id="nav-moderation"' in mo.get("/").text
    send(opa, "/moderation/people", handle="mo", role="member")
    assert (mo.get("/moderation").status_code, 'id="nav-moderation"' in mo.get("/").text) == (404, False)
    assert 'id="nav-moderation"' not in signed_in(app, "alice").get("/").text


def test_people_lists_who_is_kept_out_with_the_way_back(mo: FlaskClient, conn: Connection) -> None:
    conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'alice'")
    conn.execute("UPDATE users SET paused_until = now() + interval '1 day' WHERE handle = 'bob'")
    page = mo.get("/moderation/people").text
    for handle in ("alice", "bob"):
        assert f"/moderation/people/{handle}/restore" in page
        assert send(mo, f"/moderation/people/{handle}/restore").status_code == 303
    assert "restore" not in mo.get("/moderation/people").text


OPERATORS = "SELECT count(*) FROM users WHERE role = 'operator' AND suspended_at IS NULL"


@pytest.mark.parametrize("act", ["demote", "suspend"])
def test_two_operators_who_remove_each_other_at_once_leave_one(
    app: Flask, opa: FlaskClient, bob: FlaskClient, conn: Connection, database_urls: DatabaseUrls, act: str
) -> None:
    make_user(conn, "oona", role="operator")
    others = {"oona": opa, "opa": signed_in(app, "oona")}
    tokens = {handle: token_for(client) for handle, client in others.items()}
    for handle in others:
        report(bob, f"@{handle}")
    about = {handle: report_of(conn, handle) for handle in others}

    def remove(handle: str) -> int:
        client, token = others[handle], {"csrf_token": tokens[handle]}
        if act == "suspend":
            return decide(client, about[handle], "suspend", **token).status_code
        return send(client, "/moderation/people", handle=handle, role="member", **token).status_code

    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with ThreadPoolExecutor(2) as threads, connect(database_urls.superuser_url) as look:
        with connect(database_urls.owner_url) as held, held.transaction():
            held.execute("SELECT FROM users WHERE role = 'operator' FOR NO KEY UPDATE")
            removed = [threads.submit(remove, handle) for handle in others]
            wait_for(lambda: value(look, waiting) == 2)
        assert sorted(each.result(10) for each in removed) == [303, 409]
    assert value(conn, OPERATORS) == 1


@pytest.mark.parametrize(
    "state", ["role = 'member'", "suspended_at = now()", "paused_until = now() + interval '1 day'"]
)
def test_last_operator_in_good_standing_stays(opa: FlaskClient, conn: Connection, state: str) -> None:
    make_user(conn, "oona", role="operator")
    conn.execute(f"UPDATE users SET {state} WHERE handle = 'oona'")
    answer = send(opa, "/moderation/people", handle="opa", role="member", sure="yes")
    assert (answer.status_code, "Somebody must run this place." in answer.text) == (409, True)
    assert role_of(conn, "opa") == "operator"


def test_operator_is_asked_before_giving_up_the_own_role(opa: FlaskClient, conn: Connection) -> None:
    make_user(conn, "oona", role="operator")
    asked = send(opa, "/moderation/people", handle="opa", role="member")
    assert (asked.status_code, 'name="sure"' in asked.text, role_of(conn, "opa")) == (200, True, "operator")
    given_up = send(opa, "/moderation/people", handle="opa", role="member", sure="yes")
    assert (given_up.status_code, given_up.location, role_of(conn, "opa")) == (303, "/settings?saved=role", "member")
    assert "You gave up your role." in words(opa.get(given_up.location))
