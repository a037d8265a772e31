"""What a person does with a browser, as verbs, and what they are shown: the words of the route tests."""

import re
import uuid
from html import unescape
from typing import Any
from uuid import UUID

from factories import PASSWORD, make_activity
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp.db.connections import Connection
from webapp.sessions.actions import start_session, token_hash
from webapp.sessions.session import new_token

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}  # of HTMX when it swaps a part of the page
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def token_in(page: TestResponse) -> str:
    found = _TOKEN.search(page.text)
    assert found, f"{page.status_code}: a page without a form"
    return found[1]


def token_for(client: FlaskClient) -> str:
    page = client.get("/compose")
    return token_in(page if page.status_code == 200 else client.get("/sign-in"))


def send(client: FlaskClient, path: str, *, fragment: bool = False, headers: Any = (), **fields: Any) -> TestResponse:
    """Posts a form with this browser's token; `csrf_token=None` leaves it away."""
    if "csrf_token" not in fields:
        fields["csrf_token"] = token_for(client)
    data = {name: value for name, value in fields.items() if value is not None}
    return client.post(path, data=data, headers={**(FRAGMENT if fragment else {}), **dict(headers)})


def fields_in(page: TestResponse) -> dict[str, str]:
    """The hidden fields of a page, by name."""
    return {name: unescape(value) for name, value in re.findall(r'"hidden" name="(\w+)" value="([^"]*)"', page.text)}


def sign_in(client: FlaskClient, login: str = "alice", password: str = PASSWORD, **more: Any) -> TestResponse:
    return send(client, "/sign-in", email=login, password=password, **more)


def signed_in(app: Flask, login: str = "alice") -> FlaskClient:
    """A browser in which somebody is signed in; past the form, whose password check is slow on purpose."""
    db, client, token = app.extensions["db"], app.test_client(), new_token()
    account = db.query_object("sessions/account", login=login)
    assert start_session(db, app.extensions["settings"], account=account, token_hash=token_hash(token)), login
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], f"in.{token}")
    return client


def from_address(app: Flask, address: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def cookie_of(client: FlaskClient) -> str:
    """What the one cookie of this browser holds; empty where it has none."""
    found = client.get_cookie("mayfly")
    return found.value if found else ""


def with_cookie(app: Flask, cookie: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("mayfly", cookie)
    return client


def write(client: FlaskClient, message: str = "The tide is out.", **fields: Any) -> TestResponse:
    """Posts an activity, by default for a week and with a key of its own."""
    return send(client, "/activities", message=message, **{"ttl": "7-days", "key": str(uuid.uuid4()), **fields})


def reply(client: FlaskClient, to: object, message: str = "Answered.", **fields: Any) -> TestResponse:
    return write(client, message, reply_to_activity_uuid=str(to), **fields)


def burn(client: FlaskClient, activity_uuid: object, **more: Any) -> TestResponse:
    return send(client, f"/activities/{activity_uuid}/burn", **more)


def words(response: TestResponse) -> str:
    """What a person reads of an answer: its text without markup, white space folded."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.text)).split())


def without_token(response: TestResponse) -> bytes:
    """The body apart from what belongs to this one request: its CSRF token."""
    return _TOKEN.sub("", response.text).encode()


def wrong_fields(page: TestResponse) -> list[str]:
    return re.findall(r'name="(\w+)"[^>]* aria-invalid="true"', page.text)


def value(conn: Connection, statement: str, *parameters: object) -> Any:
    """The first column of the first row."""
    row = conn.execute(statement, parameters).fetchone()  # type: ignore[arg-type]
    return row[0] if row else None


def count(conn: Connection, table: str) -> int:
    return int(value(conn, f"SELECT count(*) FROM {table}"))


def number_of(conn: Connection, activity: object) -> str:
    return str(value(conn, "SELECT number FROM activities WHERE uuid = %s", activity))


def expire(conn: Connection, *activities: UUID) -> None:
    moved = "created_at = created_at - interval '1 day', expires_at = now()"
    conn.execute(f"UPDATE activities SET {moved} WHERE uuid = ANY (%s)", [list(activities)])


def user_uuid(conn: Connection, handle: str) -> UUID:
    return UUID(str(value(conn, "SELECT uuid FROM users WHERE handle = %s", handle)))


def activity_by(conn: Connection, handle: str, message: str = "The tide is out.", **more: Any) -> UUID:
    return make_activity(conn, user_uuid(conn, handle), message, **more)


def window_of(client: FlaskClient) -> FlaskClient:
    return with_cookie(client.application, cookie_of(client))
