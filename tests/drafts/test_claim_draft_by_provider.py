"""Signing in with a provider claims the draft that the way there named."""

from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from drafting import BIO, TEXT, browser, hash_of, kept_at, post, save, typed_in
from fake_provider import CLIENT, FakeProvider, run_provider
from flask import Flask
from flask.testing import FlaskClient
from verbs import count, send, token_for, value
from ways import MakeApp
from werkzeug.test import TestResponse

from webapp.db.connections import Connection


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with run_provider() as provider:
        yield provider


@pytest.fixture
def app(make_app: MakeApp, provider: FakeProvider) -> Flask:
    return make_app(AUTH="cognito", OIDC_ISSUER=provider.issuer, OIDC_CLIENT_ID=CLIENT)


def through(client: FlaskClient, provider: FakeProvider, start: str) -> TestResponse:
    """All the way there and back; the text is in none of its addresses."""
    leaving = client.get(start)
    assert (leaving.status_code, "thought" in start + leaving.location) == (303, False)
    asked = dict(parse_qsl(urlsplit(leaving.location).query))
    return client.get("/sign-in/provider/back", query_string=urlsplit(provider.authorize(asked)).query)


def way_on(page: TestResponse) -> tuple[str, str]:
    """The address of the page's link to the provider, and where it leads in the end."""
    address = unescape(page.text.partition('class="button" href="')[2].partition('"')[0])
    return address, dict(parse_qsl(urlsplit(address).query))["next"]


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
    before, (start, _) = hash_of(client), way_on(page)
    client.get(start)
    assert hash_of(client) == before, "the browser that wrote it is known on the way back"
    assert kept_at(client, through(client, provider, start).location) == TEXT
    assert count(conn, "activities") == 0


def test_profile_is_there_after_a_failed_way(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    client, token = over(app, provider, conn)
    provider.denies = True
    failed = through(client, provider, way_on(save(client, token))[0])
    assert failed.status_code == 403
    provider.denies = False
    assert kept_at(client, through(client, provider, way_on(failed)[0]).location) == BIO


def test_other_ways_claim_nothing(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    client, token = over(app, provider, conn)
    start, there = way_on(post(client, token))
    assert through(client, provider, "/sign-in/provider").location == "/"
    other = app.test_client()
    through(other, provider, start)
    assert [kept_at(browser, there) for browser in (client, other)] == ["", ""]
    assert value(conn, "SELECT user_uuid FROM drafts") is None


def test_text_is_there_after_a_new_handle(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    conn.execute("UPDATE users SET handle = 'ann' WHERE handle = 'bob'")
    client, token = browser(app, conn, "stranger")
    start, there = way_on(post(client, token))
    assert through(client, provider, start).location.startswith("/settings/handle?next=/compose?draft%3D")
    assert send(client, "/settings/handle", handle="ann_lee", next=there).location == there
    assert kept_at(client, there) == TEXT
