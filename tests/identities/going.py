"""The way to the provider and back, as a browser goes it."""

import re
from urllib.parse import parse_qs, urlsplit

from fake_provider import FakeProvider
from flask import Flask
from flask.testing import FlaskClient
from verbs import count
from werkzeug.test import TestResponse

from webapp.db.connections import Connection

START, BACK = "/sign-in/provider", "/sign-in/provider/back"
DISCOVERY = "/.well-known/openid-configuration"


def leave(client: FlaskClient, **query: str) -> dict[str, str]:
    """Goes off to the provider; what it is asked."""
    answer = client.get(START, query_string=query)
    assert answer.status_code == 303
    return {name: found[0] for name, found in parse_qs(urlsplit(answer.location).query).items()}


def way_back(provider: FakeProvider, asked: dict[str, str]) -> dict[str, str]:
    """What the provider gives along on the way back."""
    return {name: found[0] for name, found in parse_qs(urlsplit(provider.authorize(asked)).query).items()}


def come_back(client: FlaskClient, provider: FakeProvider, asked: dict[str, str]) -> TestResponse:
    return client.get(BACK, query_string=way_back(provider, asked))


def through(client: FlaskClient, provider: FakeProvider, **query: str) -> TestResponse:
    """All the way."""
    return come_back(client, provider, leave(client, **query))


def who(client: FlaskClient) -> str | None:
    """The handle of who is signed in."""
    found = re.search(r'id="nav-me" href="/@(\w+)"', client.get("/compose").text)
    return found[1] if found else None


def refused(app: Flask, provider: FakeProvider, conn: Connection, status: int) -> TestResponse:
    """Somebody new goes all the way, and is not let in; the page that tells them."""
    client = app.test_client()
    answer = through(client, provider)
    assert answer.status_code == status
    assert who(client) is None
    assert (count(conn, "users"), count(conn, "sessions")) == (0, 0)
    assert f'href="{START}"' in answer.text
    assert 'href="/sign-in"' in answer.text
    return answer
