"""The way to the provider and back, as a browser goes it."""

import re
from urllib.parse import urlsplit

from fake_provider import FakeProvider, one_each
from flask import Flask
from flask.testing import FlaskClient
from verbs import count
from werkzeug.test import TestResponse

from webapp.db.connections import Connection

START, BACK = "/sign-in/provider", "/sign-in/provider/back"


def leave(client: FlaskClient, **query: str) -> dict[str, str]:
    """Goes off to the provider; what it is asked."""
    answer = client.get(START, query_string=query)
    assert answer.status_code == 303
    return one_each(urlsplit(answer.location).query)


def way_back(provider: FakeProvider, asked: dict[str, str]) -> dict[str, str]:
    """What the provider gives along on the way back."""
    return one_each(urlsplit(provider.authorize(asked)).query)


def back(client: FlaskClient, **query: str) -> int:
    """Somebody calls up the way back; the status."""
    return client.get(BACK, query_string=query).status_code


def come_back(client: FlaskClient, provider: FakeProvider, asked: dict[str, str]) -> TestResponse:
    return client.get(BACK, query_string=way_back(provider, asked))


def through(client: FlaskClient, provider: FakeProvider, **query: str) -> TestResponse:
    return come_back(client, provider, leave(client, **query))


def status(app: Flask, provider: FakeProvider, **query: str) -> int:
    """How it ends for somebody who goes all the way in a new browser."""
    return through(app.test_client(), provider, **query).status_code


def who(client: FlaskClient) -> str | None:
    """The handle of who is signed in."""
    found = re.search(r'id="nav-me" href="/@(\w+)"', client.get("/compose").text)
    return found[1] if found else None


def refused(client: FlaskClient, provider: FakeProvider, conn: Connection, code: int) -> None:
    """Somebody new goes all the way, and is not let in, but told of ways on that keep what they came with."""
    answer = through(client, provider, next="/compose", invite="come-in")
    assert (answer.status_code, who(client)) == (code, None)
    assert (count(conn, "users"), count(conn, "sessions")) == (0, 0)
    assert f'href="{START}?next=/compose&amp;invite=come-in"' in answer.text
    assert 'href="/sign-in' in answer.text.replace(START, "")
