"""Members, moderators and operators: who becomes one, and the mark that they wear."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from verbs import activity_by, send, signed_in, value

from webapp.db.connections import Connection

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
    assert send(opa, "/moderation/people", handle="opa", role="member").status_code == 404
    assert role_of(conn, "opa") == "operator"


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
