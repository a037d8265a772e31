"""What the tests of drafts share: a browser that is signed out, and what is sent from it."""

import hashlib
import re
from html import unescape
from typing import Any

from factories import PASSWORD
from flask import Flask
from flask.testing import FlaskClient
from verbs import fields_in, signed_in, token_for
from werkzeug.test import TestResponse

from webapp.db.connections import Connection

TEXT = "A long <thought>\nof two lines & an \u00e9t\u00e9."
BIO = "Rope\n& lamps."
KEY = "7a3a7d4e-0000-4000-8000-000000000001"
WAYS = ["session ended", "signed out in another tab", "stranger", "first visit"]
"""How a browser comes to send a form signed out."""


def browser(app: Flask, conn: Connection, way: str = "session ended") -> tuple[FlaskClient, str]:
    """A browser that is signed out, and the CSRF token of the page that is open in it."""
    client = app.test_client()
    if way == "first visit":
        return client, "stale"
    if way == "stranger":
        return client, token_for(client)
    client = signed_in(app)
    token = token_for(client)
    conn.execute("DELETE FROM sessions")
    if way == "signed out in another tab":
        client.delete_cookie("mayfly")
    return client, token


def post(client: FlaskClient, token: str, message: str = TEXT, **fields: Any) -> TestResponse:
    """Posts an activity by a plain form, as it stands in an open page."""
    data = {"csrf_token": token, "message": message, "ttl": "3-hours", "key": KEY, **fields}
    return client.post("/activities", data=data)


def save(client: FlaskClient, token: str) -> TestResponse:
    return client.post("/settings/profile", data={"csrf_token": token, "display_name": "Alice <Anew>", "bio": BIO})


def posted(app: Flask, conn: Connection, **fields: Any) -> tuple[FlaskClient, TestResponse]:
    """A browser whose session ended, and the sign-in page that came when its person posted."""
    client, token = browser(app, conn)
    return client, post(client, token, **fields)


def sign_in_by(client: FlaskClient, page: TestResponse, login: str = "alice", password: str = PASSWORD) -> TestResponse:
    """Signs in with the form on that page, as it stands."""
    return client.post("/sign-in", data={**fields_in(page), "email": login, "password": password})


def there(page: TestResponse) -> str:
    """Where the form of a sign-in page leads."""
    return fields_in(page)["next"]


def typed_in(page: TestResponse) -> str:
    """What stands in the one field of a page for a longer text; empty where nothing is kept."""
    (found,) = re.findall(r"<textarea[^>]*>\n([^<]*)</textarea>", page.text)
    return unescape(found)


def kept_at(client: FlaskClient, address: str) -> str:
    """What stands in the form at that address."""
    return typed_in(client.get(address))


def hash_of(client: FlaskClient) -> bytes:
    """What the database knows of that browser."""
    with client.session_transaction() as session:
        return hashlib.sha256(session["csrf_token"].encode()).digest()
