"""Signing in with a provider claims the draft that the way there named."""

from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from drafting import BIO, TEXT, browser, hash_of, post, save, typed_in
from fake_provider import CLIENT, FakeProvider, run_provider
from flask import Flask
from flask.testing import FlaskClient
from verbs import count, send, token_for, value
from ways import DatabaseUrls, settings_for
from werkzeug.test import TestResponse

from webapp import create_app
from webapp.db.connections import Connection


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with run_provider() as provider:
        yield provider


@pytest.fixture
def app(database_urls: DatabaseUrls, provider: FakeProvider) -> Iterator[Flask]:
    env = {"AUTH": "cognito", "OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT}
    app = create_app(settings_for(database_urls, **env))
    yield app
    app.extensions["db"].close()


def through(client: FlaskClient, provider: FakeProvider, start: str) -> TestResponse:
    """All the way there and back; the text is in none of its addresses."""
    leaving = client.get(start)
    assert leaving.status_code == 303
    asked = {name: found[0] for name, found in parse_qs(urlsplit(leaving.location).query).items()}
    assert "thought" not in start + leaving.location
    return client.get("/sign-in/provider/back", query_string=urlsplit(provider.authorize(asked)).query)


def way_on(page: TestResponse) -> str:
    """The address of the page's link to the provider."""
    return unescape(page.text.partition('class="button" href="')[2].partition('"')[0])


def over(app: Flask, provider: FakeProvider, conn: Connection) -> tuple[FlaskClient, str]:
    """A browser in which somebody of the provider's was signed in, and the token of the page that is open."""
    client = app.test_client()
    assert through(client, provider, "/sign-in/provider").status_code == 303
    token = token_for(client)
    conn.execute("DELETE FROM sessions")
    return client, token


@pytest.mark.parametrize("ended", [True, False], ids=["session ended", "stranger"])
def test_text_is_there_after_the_way_back(app: Flask, provider: FakeProvider, conn: Connection, ended: bool) -> None:
    client, token = over(app, provider, conn) if ended else browser(app, conn, "stranger")
    page = post(client, token)
    assert typed_in(page) == TEXT
    before = hash_of(client)
    client.get(way_on(page))
    assert hash_of(client) == before, "the browser that wrote it is known on the way back"
    assert typed_in(client.get(through(client, provider, way_on(page)).location)) == TEXT
    assert count(conn, "activities") == 0


def test_profile_is_there_after_a_failed_way(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    client, token = over(app, provider, conn)
    provider.denies = True
    failed = through(client, provider, way_on(save(client, token)))
    assert failed.status_code == 403
    provider.denies = False
    assert typed_in(client.get(through(client, provider, way_on(failed)).location)) == BIO


def test_other_ways_claim_nothing(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    client, token = over(app, provider, conn)
    start = way_on(post(client, token))
    there = parse_qs(urlsplit(start).query)["next"][0]
    assert through(client, provider, "/sign-in/provider").location == "/"
    other = app.test_client()
    through(other, provider, start)
    assert [typed_in(browser.get(there)) for browser in (client, other)] == ["", ""]
    assert value(conn, "SELECT user_uuid FROM drafts") is None


def test_text_is_there_after_a_new_handle(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    conn.execute("UPDATE users SET handle = 'ann' WHERE handle = 'bob'")
    client, token = browser(app, conn, "stranger")
    start = way_on(post(client, token))
    handle = through(client, provider, start).location
    assert handle.startswith("/settings/handle?next=/compose?draft%3D")
    there = parse_qs(urlsplit(start).query)["next"][0]
    saved = send(client, "/settings/handle", handle="ann_lee", next=there)
    assert (saved.status_code, saved.location) == (303, there)
    assert typed_in(client.get(there)) == TEXT
