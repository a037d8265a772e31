"""Moderators make invitations, show them again and end them."""

import re
from uuid import UUID

import pytest
import segno
from factories import make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import count, send, signed_in, value, words, wrong_fields
from ways import SECRET_KEY, MakeApp

from webapp.db.connections import Connection
from webapp.invitations import actions
from webapp.invitations.qr import qr_code
from webapp.sessions.actions import token_hash

PATH = "/moderation/invitations"
CHOIR = {"name": " Choir  practice", "places": "30", "ends": "1-day"}


@pytest.fixture
def mo(app: Flask, conn: Connection) -> FlaskClient:
    """A moderator's browser."""
    make_user(conn, "mo", role="moderator")
    return signed_in(app, "mo")


@pytest.fixture
def choir(mo: FlaskClient) -> str:
    """The address of the page of an invitation."""
    made = send(mo, PATH, **CHOIR)
    assert made.status_code == 303
    return str(made.location)


def link_on(page: str) -> str:
    """The address that a page says, without the place where it may wrap."""
    found = re.search(r"<code>(.*?)</code>", page)
    return found[1].replace("<wbr>", "") if found else ""


def test_invitation_is_made_with_its_places_and_end_and_the_code_is_not_stored(
    mo: FlaskClient, choir: str, conn: Connection
) -> None:
    place, _, code = link_on(mo.get(choir).text).rpartition("/")
    assert place == "http://localhost/join"
    assert re.fullmatch("[a-z2-7]{26}", code)
    kept = "SELECT name, places, used, expires_at - created_at = interval '24 hours', code_hash FROM invitations"
    assert conn.execute(kept).fetchone() == ("Choir practice", 30, 0, True, token_hash(code))
    assert code not in value(conn, "SELECT invitations::text FROM invitations")
    assert value(conn, "SELECT handle FROM users JOIN invitations ON user_uuid = users.uuid") == "mo"


def test_invitation_is_shown_again_while_its_key_is_known(make_app: MakeApp, mo: FlaskClient, choir: str) -> None:
    for keys, shown in (({"SECRET_KEY_FALLBACKS": SECRET_KEY}, True), ({}, False)):
        page = signed_in(make_app(SECRET_KEY=SECRET_KEY[::-1], **keys), "mo").get(choir)
        assert (link_on(page.text) == link_on(mo.get(choir).text), page.status_code) == (shown, 200)
        assert ("cannot be shown again" in words(page), '<svg class="qr"' in page.text) == (not shown, shown)


def test_qr_code_holds_the_address(mo: FlaskClient, choir: str) -> None:
    page = mo.get(choir).text
    link = link_on(page)
    code = qr_code(link)
    assert f'd="{code.path}"' in page
    dark = {
        (int(x) + step, int(y))
        for x, y, run in re.findall(r"M(\d+) (\d+)\.5h(\d+)", code.path)
        for step in range(int(run))
    }
    matrix = segno.make(link, micro=False, error="m").matrix
    assert dark == {(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "n" * 81, "places": "1001"}, ["name", "places"]),
        ({"places": "0"}, ["places"]),
    ],
)
def test_invitation_that_is_wrong_comes_back_as_typed(
    mo: FlaskClient, conn: Connection, wrong: dict[str, str], fields: list[str]
) -> None:
    answer = send(mo, PATH, **{**CHOIR, **wrong})
    assert (answer.status_code, wrong_fields(answer), count(conn, "invitations")) == (422, fields, 0)
    assert 'value="1-day" checked' in answer.text
    for name, typed in ({**CHOIR, **wrong}).items():
        assert name == "ends" or f'value="{typed}"' in answer.text
    assert "Choose when it ends" in send(mo, PATH, **{**CHOIR, "ends": "2-days"}).text


def test_list_tells_what_stands(mo: FlaskClient, choir: str, conn: Connection) -> None:
    conn.execute("UPDATE invitations SET used = 12")
    send(mo, PATH, name="Over", places="1", ends="1-hour")
    conn.execute("UPDATE invitations SET created_at = now() - interval '2 h', expires_at = now() WHERE name = 'Over'")
    page = mo.get(PATH)
    assert f'href="{choir}"' in page.text
    assert "12 of 30 places used, 18 left" in words(page)
    assert "Over" not in page.text


def test_end_leaves_a_line_of_the_audit_as_making_one_did(mo: FlaskClient, choir: str, conn: Connection) -> None:
    assert [send(mo, f"{choir}/end").location for _ in range(2)] == [PATH] * 2
    assert count(conn, "invitations") == 0
    assert mo.get(choir).status_code == 404
    lines = re.findall(r"(Made|Ended) an invitation Choir practice @mo", words(mo.get("/moderation/audit")))
    assert lines == ["Ended", "Made"]


@pytest.mark.parametrize(
    ("change", "stands"),
    [("suspended_at = now()", False), ("role = 'member'", False), ("role = 'operator'", True)],
)
def test_invitation_stands_while_its_maker_may_invite(
    app: Flask, choir: str, conn: Connection, change: str, stands: bool
) -> None:
    db, settings = app.extensions["db"], app.extensions["settings"]
    code = actions.code_of(settings.secret_key, choir.rpartition("/")[2])
    assert actions.find_open(db, code=code) is not None
    conn.execute(f"UPDATE users SET {change} WHERE handle = 'mo'")
    assert (actions.find_open(db, code=code) is not None, actions.use(db, code=code)) == (stands, stands)


def test_codes_differ_by_invitation_and_by_key() -> None:
    codes = {actions.code_of(key, str(UUID(int=number))) for key in "ab" for number in range(2)}
    assert len(codes) == 4
