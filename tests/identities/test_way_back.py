"""The way back from the provider: what is no sign-in that this browser began, a moment ago, gets nobody in."""

import logging
import time

import pytest
from factories import make_user
from fake_provider import FakeProvider
from flask import Flask
from flask.testing import FlaskClient
from going import BACK, START, back, come_back, leave, refused, status, way_back, who
from verbs import FRAGMENT, cookie_of, count, sign_in, value, with_cookie
from ways import MakeApp

from webapp.db.connections import Connection
from webapp.limits import subject_of_address


def test_state_and_code_of_another_browser_are_refused(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    """Nobody is signed in as whoever sent the link; and the verifier of a code is in the browser it was made for."""
    mallory, victim = app.test_client(), app.test_client()
    sent = way_back(provider, leave(mallory))
    assert back(victim, **sent) == 400
    stolen = way_back(provider, leave(victim))["code"]
    assert back(victim, **sent) == 400
    assert provider.asked["/token"] == 0
    assert back(mallory, state=sent["state"], code=stolen) == 502
    assert (who(victim), who(mallory), count(conn, "sessions")) == (None, None, 0)


def test_state_counts_once(client: FlaskClient, provider: FakeProvider, conn: Connection) -> None:
    asked = leave(client)
    first = way_back(provider, asked)
    provider.denies = True
    assert come_back(client, provider, asked).status_code == 403
    assert (back(client, **first), count(conn, "sessions")) == (400, 0)


def test_code_counts_once_even_where_the_cookie_was_kept(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    client = app.test_client()
    asked = leave(client)
    kept, sent = with_cookie(app, cookie_of(client)), way_back(provider, asked)
    assert [back(browser, **sent) for browser in (client, kept)] == [303, 502]
    assert count(conn, "sessions") == 1


def test_flow_ends_in_ten_minutes(client: FlaskClient, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, late = leave(client), time.time() + 601
    monkeypatch.setattr(time, "time", lambda: late)
    assert come_back(client, provider, asked).status_code == 400
    assert who(client) is None


def test_second_flow_replaces_the_first_and_a_stranger_none(client: FlaskClient, provider: FakeProvider) -> None:
    first, second = leave(client), leave(client)
    assert len({flow[name] for flow in (first, second) for name in ("state", "nonce", "code_challenge")}) == 6
    assert come_back(client, provider, first).status_code == 400
    for query in ({}, {"state": "x", "code": "x"}, {"error": "access_denied"}):
        assert back(client, **query) == 400
    assert come_back(client, provider, second).status_code == 303


def test_bad_parameters_are_no_fault(app: Flask, provider: FakeProvider) -> None:
    bad = ["", "%00", "%ff", "%ed%a0%bd", "%C3%A9", "a" * 5000, "'%3b--", "x%0d%0aSet-Cookie:%20a=b"]
    for asked in (f"{path}?{name}=" for name in ("state", "code", "next", "invite", "error") for path in (START, BACK)):
        for typed in bad:
            answer = app.test_client().get(asked + typed)
            assert answer.status_code < 500, (asked, typed)
            assert answer.status_code == 400 or typed[:3] not in ("%00", "%ff", "%ed"), (asked, typed)
            assert "a=b" not in str(answer.headers.getlist("Set-Cookie"))
    client = app.test_client()
    assert back(client, state=leave(client)["state"], code="c" * 9000) == 403
    assert provider.asked["/token"] == 0


def test_ways_on_after_a_refusal_keep_page_and_invitation(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    provider.broken["/token"] = lambda handler: handler.say(500, {})
    refused(app.test_client(), provider, conn, 503)
    provider.broken.clear()
    for claims in ({"aud": "other"}, {"nonce": leave(app.test_client())["nonce"]}):
        provider.claims = claims
        refused(app.test_client(), provider, conn, 502)
    provider.denies = True
    refused(app.test_client(), provider, conn, 403)
    for headers in ({}, FRAGMENT):
        answer = app.test_client().get(BACK, headers=headers)
        assert (answer.status_code, 'href="/sign-in"' in answer.text) == (400, True)


def test_failure_is_logged_without_what_was_sent(
    client: FlaskClient, provider: FakeProvider, conn: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    provider.claims = {"aud": "other", "email": "ann@secret.example"}
    with caplog.at_level(logging.DEBUG):
        refused(client, provider, conn, 502)
    (reason,) = (vars(record)["reason"] for record in caplog.records if record.name == "mayfly.security")
    assert reason == "aud"
    said = " ".join(str(vars(record)) for record in caplog.records)
    (asked,) = provider.authorized
    secrets = [asked["state"], asked["nonce"], "sub-ann", "secret.example", "secret-access", *provider.given]
    assert [secret for secret in secrets if secret in said] == []


def test_failed_sign_ins_are_limited(make_app: MakeApp, provider: FakeProvider, conn: Connection) -> None:
    """Good ones are not, nor those that fail because the provider is away."""
    make_user(conn)
    app = make_app(LIMIT_SIGN_INS_BY_ADDRESS="3/5m")

    assert [status(app, provider) for _ in range(4)] == [303] * 4
    provider.broken["/token"] = lambda handler: handler.say(500, {})
    assert [status(app, provider) for _ in range(4)] == [503] * 4
    provider.broken.clear()
    client = app.test_client()
    assert back(client, state=leave(client)["state"], code="x") == 502
    provider.claims = {"aud": "other"}
    assert [status(app, provider) for _ in range(4)] == [502] * 2 + [429] * 2
    assert provider.asked["/token"] == 4 + 4 + 3
    counted = value(conn, "SELECT subject FROM rate_limits WHERE action = 'provider_refusals'")
    assert counted == subject_of_address(app.extensions["settings"], "127.0.0.1").own
    assert sign_in(app.test_client()).status_code == 303, "a password is another matter"
