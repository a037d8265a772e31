"""A sign-up as a browser sends it."""

from typing import Any

from factories import PASSWORD
from flask import Flask
from flask.testing import FlaskClient
from verbs import cookie_of, fields_in, with_cookie
from werkzeug.test import TestResponse

from webapp.db.connections import Connection
from webapp.sessions.actions import token_hash

CAROL = {"display_name": "Carol", "handle": "carol", "email": "carol@example.com", "password": PASSWORD}
BY_INVITATION = "/sign-up?invite=harbour"


def sign_up(client: FlaskClient, path: str = "/sign-up", **fields: Any) -> TestResponse:
    """Opens the form and sends it, by default as carol."""
    return client.post("/sign-up", data={**fields_in(client.get(path)), **CAROL, **fields})


def form_of(client: FlaskClient, path: str = BY_INVITATION) -> tuple[dict[str, str], str]:
    """The form filled in, with all that it holds by itself, and the cookie that it was given out with."""
    return {**fields_in(client.get(path)), **CAROL}, cookie_of(client)


def press(app: Flask, cookie: str, form: dict[str, str]) -> tuple[FlaskClient, TestResponse]:
    """Sends the form as a browser does that has seen no answer yet."""
    client = with_cookie(app, cookie)
    return client, client.post("/sign-up", data=form)


def invite_one(conn: Connection, **columns: Any) -> None:
    """The invitation whose form is at `BY_INVITATION`. `columns`: further columns of `invitations`."""
    values = {"code_hash": token_hash("harbour"), **columns}
    conn.execute(
        f"INSERT INTO invitations (created_at, expires_at, {', '.join(values)})"
        f" VALUES (now() - interval '6 days', now() + interval '1 day', {', '.join(['%s'] * len(values))})",
        list(values.values()),
    )
