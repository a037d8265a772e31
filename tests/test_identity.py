"""Signing in with an identity provider: the way there and back, and everything that must not get anybody in."""

import base64
import hashlib
import hmac
import json
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cloudformation import evaluate, of_type, read
from factories import PASSWORD, make_user
from fake_provider import CLIENT, SECRET, FakeProvider, run_provider
from flask import Flask
from flask.testing import FlaskClient
from verbs import FRAGMENT, count, send, sign_in, token_for, token_in, value, words
from ways import DatabaseUrls, free_port, settings_for
from werkzeug.test import TestResponse

from webapp import create_app
from webapp.db.connections import Connection
from webapp.identities import actions as arrivals
from webapp.identities import provider as provider_module
from webapp.limits import subject_of_address
from webapp.ops import people
from webapp.postgres.folders import CHECKOUT
from webapp.sessions.actions import start_session
from webapp.sessions.shapes import Account
from webapp.sign_ups import actions as sign_up_actions

START, BACK = "/sign-in/provider", "/sign-in/provider/back"


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with run_provider() as provider:
        yield provider


@pytest.fixture
def make(database_urls: DatabaseUrls, provider: FakeProvider) -> Iterator[Callable[..., Flask]]:
    """The application with this provider; settings can be added."""
    made: list[Flask] = []

    def make(**environment: str) -> Flask:
        env = {"AUTH": "cognito", "OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT, **environment}
        made.append(create_app(settings_for(database_urls, **env)))
        return made[-1]

    yield make
    for app in made:
        app.extensions["db"].close()


@pytest.fixture
def app(make: Callable[..., Flask]) -> Flask:
    return make()


def leave(client: FlaskClient, **query: str) -> dict[str, str]:
    """Goes off to the provider; what it is asked."""
    answer = client.get(START, query_string=query)
    assert answer.status_code == 303
    return {name: found[0] for name, found in parse_qs(urlsplit(answer.location).query).items()}


def come_back(client: FlaskClient, provider: FakeProvider, asked: dict[str, str]) -> TestResponse:
    """Comes back from the provider with what it gave along."""
    return client.get(BACK, query_string=urlsplit(provider.authorize(asked)).query)


def through(client: FlaskClient, provider: FakeProvider, **query: str) -> TestResponse:
    """All the way."""
    return come_back(client, provider, leave(client, **query))


def who(client: FlaskClient) -> str | None:
    """The handle of who is signed in."""
    page = client.get("/compose")
    found = re.search(r'id="nav-me" href="/@(\w+)"', page.text)
    return found[1] if found else None


# The way there and back ----------------------------------------------------------------------------------------


def test_sign_in_makes_an_account_and_a_session(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    client = app.test_client()
    asked = leave(client, next="/compose?reply_to=1")
    assert asked["redirect_uri"] == "http://localhost/sign-in/provider/back"
    assert (asked["response_type"], asked["client_id"], asked["tenant"]) == ("code", CLIENT, "one")
    assert asked["scope"] == "openid email profile"
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    before = client.get_cookie("mayfly")
    answer = come_back(client, provider, asked)
    assert (answer.status_code, answer.location) == (303, "/compose?reply_to=1")
    assert answer.headers["Cache-Control"] == "private, no-store"
    after = client.get_cookie("mayfly")
    assert before
    assert after
    assert after.value.startswith("in.")
    assert before.value != after.value
    assert who(client) == "ann"
    assert conn.execute("SELECT identity_issuer, cognito_user_id, email FROM users").fetchone() == (
        provider.issuer,
        "sub-ann",
        None,
    )
    assert count(conn, "passwords") == 0
    again = app.test_client()
    assert through(again, provider).location == "/"
    assert (count(conn, "users"), count(conn, "sessions")) == (1, 2)


@pytest.mark.parametrize("secret", ["", SECRET])
def test_client_with_and_without_a_secret_comes_in(
    make: Callable[..., Flask], provider: FakeProvider, secret: str
) -> None:
    client = make(AUTH="oidc", OIDC_CLIENT_SECRET=secret).test_client()
    assert through(client, provider).status_code == 303
    assert who(client) == "ann"


def test_session_of_before_is_over(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    """A cookie that somebody planted never becomes the one of who signs in."""
    client = app.test_client()
    client.set_cookie("mayfly", "in." + "a" * 43)
    assert through(client, provider).status_code == 303
    cookie = client.get_cookie("mayfly")
    assert cookie
    assert cookie.value != "in." + "a" * 43
    assert who(client) == "ann"


def test_person_has_fifty_sessions_at_most(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    for _ in range(52):
        assert through(app.test_client(), provider).status_code == 303
    assert count(conn, "sessions") == 50


@pytest.mark.parametrize(
    "after",
    [{"OIDC_ISSUER": "https://another.example"}, {"AUTH": "local", "OIDC_ISSUER": "", "OIDC_CLIENT_ID": ""}],
    ids=["another provider", "none"],
)
def test_session_ends_with_the_provider_that_it_came_from(
    make: Callable[..., Flask], provider: FakeProvider, conn: Connection, after: dict[str, str]
) -> None:
    make_user(conn)
    before = make()
    ann, alice = before.test_client(), before.test_client()
    assert through(ann, provider).status_code == sign_in(alice).status_code == 303
    other = make(**after)
    browsers = {}
    for name, client in (("ann", ann), ("alice", alice)):
        cookie = client.get_cookie("mayfly")
        assert cookie
        browsers[name] = other.test_client()
        browsers[name].set_cookie("mayfly", cookie.value)
    assert (who(ann), who(alice)) == ("ann", "alice")
    assert (who(browsers["ann"]), who(browsers["alice"])) == (None, "alice")
    new = people.reset_password(other.extensions["db"], "ann")
    assert who(ann) is None
    assert sign_in(browsers["ann"], "ann", new).status_code == 303
    assert who(browsers["ann"]) == "ann", "who was given a password is a person of this place"


def test_account_without_identity_gets_no_session_without_its_password(app: Flask, conn: Connection) -> None:
    account: Account = {"uuid": str(make_user(conn)), "password_hash": None}
    settings, database = app.extensions["settings"], app.extensions["db"]
    assert not start_session(database, settings, account=account, token_hash=b"x" * 32)
    assert count(conn, "sessions") == 0


# What must not get in ------------------------------------------------------------------------------------------


def unsigned(claims: dict[str, Any], algorithm: str = "none") -> str:
    parts = [json.dumps({"alg": algorithm, "kid": "first"}).encode(), json.dumps(claims).encode()]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def with_public_key(provider: FakeProvider) -> Callable[[dict[str, Any]], str]:
    """A token whose secret is what everybody may read: the public key."""

    def forge(claims: dict[str, Any]) -> str:
        head = unsigned(claims, "HS256")
        made = hmac.new(provider.key.as_pem(private=False), head.encode(), hashlib.sha256).digest()
        return f"{head}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"

    return forge


BENT = {
    "another audience": {"aud": "somebody-else"},
    "another audience, made for us": {"aud": "somebody-else", "azp": CLIENT},
    "no audience": {"aud": None},
    "an audience beside ours, made for another": {"aud": [CLIENT, "other"], "azp": "other"},
    "made for another": {"azp": "other"},
    "two audiences, made for nobody": {"aud": [CLIENT, "other"]},
    "another issuer": {"iss": "https://evil.example"},
    "the issuer with a slash": {"iss": "SLASH"},
    "no issuer": {"iss": None},
    "another nonce": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "a nonce that is no text": {"nonce": ["x"]},
    "over": {"exp": timedelta(seconds=-120)},
    "no end": {"exp": None},
    "an end that is no time": {"exp": "tomorrow"},
    "made in the future": {"iat": timedelta(hours=1)},
    "made long ago": {"iat": timedelta(days=-1), "exp": timedelta(days=1)},
    "no beginning": {"iat": None},
    "not yet": {"nbf": timedelta(hours=1)},
    "an access token": {"token_use": "access"},
    "no use": {"token_use": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a long subject": {"sub": "s" * 256},
    "a subject with NUL": {"sub": "a\0b"},
    "a subject that is a number": {"sub": 7},
}


@pytest.mark.parametrize("how", BENT)
def test_token_that_says_something_else_is_refused(
    app: Flask, provider: FakeProvider, conn: Connection, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    provider.claims = {name: _now_meant(claim, provider) for name, claim in BENT[how].items()}
    with caplog.at_level(logging.WARNING, "mayfly.security"):
        refused(app, provider, conn, 502)
    assert [record.name for record in caplog.records] == ["mayfly.security"]


def _now_meant(claim: Any, provider: FakeProvider) -> Any:
    """Times are told from now on."""
    if isinstance(claim, timedelta):
        return int(time.time() + claim.total_seconds())
    return provider.issuer + "/" if claim == "SLASH" else claim


def refused(app: Flask, provider: FakeProvider, conn: Connection, status: int) -> str:
    client = app.test_client()
    answer = through(client, provider)
    assert answer.status_code == status
    assert who(client) is None
    assert (count(conn, "users"), count(conn, "sessions")) == (0, 0)
    assert 'href="/sign-in/provider"' in answer.text
    assert 'href="/sign-in"' in answer.text
    return words(answer)


FORGED: dict[str, Callable[[FakeProvider], Callable[[dict[str, Any]], str]]] = {
    "alg none": lambda provider: lambda claims: unsigned(claims) + ".",
    "alg none with a signature": lambda provider: (
        lambda claims: unsigned(claims) + "." + provider.signed(claims).split(".")[2]
    ),
    "HS256 with the public key": with_public_key,
    "RS512": lambda provider: lambda claims: provider.signed(claims) and _rs512(provider, claims),
    "another's key under the same name": lambda provider: lambda claims: _another_key(provider, claims),
    "changed after signing": lambda provider: lambda claims: _changed(provider, claims),
    "an unknown key": lambda provider: lambda claims: provider.signed(claims, kid="third"),
    "a critical header": lambda provider: lambda claims: _headed(provider, claims, crit=["x"], x=1),
    "an empty list of critical headers": lambda provider: lambda claims: _headed(provider, claims, crit=[]),
    "a critical header of the standard": lambda provider: lambda claims: _headed(provider, claims, crit=["alg"]),
    "an algorithm that is no text": lambda provider: lambda claims: _headed(provider, claims, alg=["RS256"]),
    "half a character": lambda provider: lambda claims: _headed(provider, {**claims, "nonce": "\ud800"}),
    "deep claims": lambda provider: lambda claims: _headed(provider, b"[" * 60_000),
    "no token": lambda provider: lambda claims: "garbage",
    "empty parts": lambda provider: lambda claims: "..",
}


def _rs512(provider: FakeProvider, claims: dict[str, Any]) -> str:
    from joserfc import jwt

    return jwt.encode({"alg": "RS512", "kid": "first"}, claims, provider.key, algorithms=["RS512"])


def _another_key(provider: FakeProvider, claims: dict[str, Any]) -> str:
    shown = provider.keys()
    provider.rotate()
    provider.kid, provider.shown = "first", shown
    return provider.signed(claims)


def _changed(provider: FakeProvider, claims: dict[str, Any]) -> str:
    head, _, signature = provider.signed(claims).split(".")
    return f"{head}.{unsigned({**claims, 'sub': 'sub-bob'}).split('.')[1]}.{signature}"


def _headed(provider: FakeProvider, claims: dict[str, Any] | bytes, **header: Any) -> str:
    """Signed as it should be, and with a header or claims that `jwt.encode` would not make."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    body = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    parts = [json.dumps({"alg": "RS256", "kid": "first", **header}).encode(), body]
    text = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    signature = provider.key.get_op_key("sign").sign(text.encode(), PKCS1v15(), SHA256())  # type: ignore[union-attr]
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


@pytest.mark.parametrize("key_tells_its_use", [True, False])
@pytest.mark.parametrize("how", FORGED)
def test_token_that_the_provider_did_not_sign_is_refused(
    app: Flask, provider: FakeProvider, conn: Connection, how: str, key_tells_its_use: bool
) -> None:
    if not key_tells_its_use:
        provider.shown = [{name: part for name, part in provider.keys()[0].items() if name not in ("alg", "use")}]
    provider.forge = FORGED[how](provider)
    refused(app, provider, conn, 502)


@pytest.mark.parametrize(
    "told",
    [
        lambda key: [{**key, "use": "enc"}],
        lambda key: [{**key, "alg": "RS512"}],
        lambda key: [{**key, "kty": "oct", "k": "c2VjcmV0"}],
        lambda key: [key, {**key, "alg": "ES256"}],
        lambda key: [{**key, "kid": "other"}, {**key, "kid": "another"}],
    ],
    ids=["for encryption", "for another algorithm", "of another kind", "two of one name", "none of that name"],
)
def test_key_that_is_not_for_this_token_signs_nobody_in(
    app: Flask, provider: FakeProvider, conn: Connection, told: Callable[[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    provider.shown = told(provider.keys()[0])
    refused(app, provider, conn, 502)


def test_nothing_of_the_surroundings_reaches_the_provider(
    app: Flask, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No proxy that somebody left in the environment sees a code or the client's secret."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.delenv("no_proxy", raising=False)
    assert through(app.test_client(), provider).status_code == 303


@pytest.mark.parametrize("there", ["javascript:alert(1)", "http://pool.example/logout", "//pool.example/logout", 7])
def test_sign_out_leads_to_no_address_that_is_none(
    make: Callable[..., Flask], provider: FakeProvider, there: object
) -> None:
    said = {**provider.addresses, "end_session_endpoint": there}
    provider.broken["/.well-known/openid-configuration"] = lambda handler: handler.say(200, said)
    page = make(AUTH="oidc").test_client().get("/signed-out")
    assert page.status_code == 200
    assert "leave-provider" not in page.text


def test_state_of_another_browser_is_refused(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    """Somebody's own way back, sent to another person, signs nobody in as somebody else."""
    mallory, victim = app.test_client(), app.test_client()
    way_back = urlsplit(provider.authorize(leave(mallory))).query
    for setup in (lambda: None, lambda: leave(victim)):
        setup()
        answer = victim.get(BACK, query_string=way_back)
        assert answer.status_code == 400
        assert "another browser" in answer.text
        assert who(victim) is None
    assert count(conn, "sessions") == 0
    assert provider.asked["/token"] == 0


def test_state_counts_once(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    client = app.test_client()
    asked = leave(client)
    first = provider.authorize(asked)
    provider.denies = True
    assert come_back(client, provider, asked).status_code == 403
    provider.denies = False
    assert client.get(BACK, query_string=urlsplit(first).query).status_code == 400
    assert count(conn, "sessions") == 0


def test_way_back_of_a_stranger_leaves_the_one_under_way(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    client = app.test_client()
    asked = leave(client)
    for query in ({}, {"state": "x", "code": "x"}, {"error": "access_denied"}):
        assert client.get(BACK, query_string=query).status_code == 400
    assert come_back(client, provider, asked).status_code == 303


def test_code_counts_once(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    """Even where the cookie of before was kept: the provider takes a code once, and without its verifier never."""
    client, other = app.test_client(), app.test_client()
    asked = leave(client)
    kept = client.get_cookie("mayfly")
    assert kept
    way_back = urlsplit(provider.authorize(asked)).query
    assert client.get(BACK, query_string=way_back).status_code == 303
    other.set_cookie("mayfly", kept.value)
    assert other.get(BACK, query_string=way_back).status_code == 502
    assert count(conn, "sessions") == 1


def test_verifier_of_another_flow_is_refused(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    mallory, victim = app.test_client(), app.test_client()
    stolen = parse_qs(urlsplit(provider.authorize(leave(victim))).query)["code"][0]
    state = leave(mallory)["state"]
    assert mallory.get(BACK, query_string={"state": state, "code": stolen}).status_code == 502
    assert count(conn, "sessions") == 0


def test_flow_ends_after_ten_minutes(
    app: Flask, provider: FakeProvider, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, real = app.test_client(), time.time
    asked = leave(client)
    monkeypatch.setattr(time, "time", lambda: real() + 601)
    assert come_back(client, provider, asked).status_code == 400
    assert count(conn, "sessions") == 0


def test_second_flow_replaces_the_first(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    client = app.test_client()
    first, second = leave(client), leave(client)
    assert len({first[name] for name in ("state", "nonce")} | {second[name] for name in ("state", "nonce")}) == 4
    assert come_back(client, provider, first).status_code == 400
    assert through(client, provider).status_code == 303


@pytest.mark.parametrize(
    "query", ["", "state=", "code=x", "state=%C3%A9&code=x", "state=x&code=" + "c" * 9000, "error=access_denied"]
)
def test_way_back_without_a_way_there_is_a_page(app: Flask, query: str, conn: Connection) -> None:
    for headers in ({}, FRAGMENT):
        answer = app.test_client().get(f"{BACK}?{query}", headers=headers)
        assert answer.status_code == 400
        assert 'href="/sign-in"' in answer.text
    client = app.test_client()
    asked = leave(client)
    assert client.get(f"{BACK}?state={asked['state']}&code=" + "c" * 9000).status_code == 403


@pytest.mark.parametrize("name", ["state", "code", "next", "invite", "error"])
@pytest.mark.parametrize(
    "bad", ["%00", "%ff", "%ed%a0%bd", "%e2%80%ae", "a" * 5000, "'%3b--", "x%0d%0aSet-Cookie:%20a=b"]
)
def test_bad_parameters_are_no_fault(app: Flask, conn: Connection, name: str, bad: str) -> None:
    for path in (START, BACK, "/signed-out", "/settings/handle"):
        answer = app.test_client().get(f"{path}?{name}={bad}")
        assert answer.status_code < 500
        assert (answer.status_code == 400) or bad[:3] not in ("%00", "%ff", "%ed")
        assert "a=b" not in str(answer.headers.getlist("Set-Cookie"))


def test_refusal_of_the_provider_is_told(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    provider.denies = True
    assert "You were not signed in" in refused(app, provider, conn, 403)


def test_second_try_keeps_the_page_and_the_invitation(app: Flask, provider: FakeProvider) -> None:
    again = 'href="/sign-in/provider?next=/compose&amp;invite=come-in"'
    client = app.test_client()
    provider.denies = True
    assert again in through(client, provider, next="/compose", invite="come-in").text
    provider.denies, provider.claims = False, {"aud": "other"}
    assert again in through(client, provider, next="/compose", invite="come-in").text
    provider.broken["/token"] = NONSENSE["500"]
    assert again in through(client, provider, next="/compose", invite="come-in").text


def test_failure_is_logged_without_what_was_sent(
    app: Flask, provider: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.claims = {"aud": "other", "email": "ann@secret.example"}
    client = app.test_client()
    with caplog.at_level(logging.DEBUG):
        asked = leave(client)
        way_back = provider.authorize(asked)
        client.get(BACK, query_string=urlsplit(way_back).query)
    code = parse_qs(urlsplit(way_back).query)["code"][0]
    said = " ".join(str(vars(record)) for record in caplog.records)
    assert "'reason': 'aud'" in said
    for secret in (code, asked["state"], asked["nonce"], "sub-ann", "secret.example", "secret-access"):
        assert secret not in said


# The provider is away, or talks nonsense -----------------------------------------------------------------------


# Each of these takes more than a minute, unless it is over.
def _slow_drip(handler: Any, over: threading.Event) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(80):
        handler.wfile.write(b" ")
        over.wait(0.8)


def _header_drip(handler: Any, over: threading.Event) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(80):
        handler.wfile.write(b"X-%d: y\r\n" % number)
        over.wait(0.8)


def _promises(handler: Any, over: threading.Event) -> None:
    for _ in range(80):
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        over.wait(0.8)


def _elsewhere(handler: Any) -> None:
    handler.send_response(302)
    handler.send_header("Location", "/elsewhere")
    handler.end_headers()


NONSENSE: dict[str, Callable[[Any], None]] = {
    "500": lambda handler: handler.say(500, {}),
    "garbage": lambda handler: handler.say(200, b"<html>\xff"),
    "a list": lambda handler: handler.say(200, []),
    "an empty object": lambda handler: handler.say(200, {}),
    "deep": lambda handler: handler.say(200, b"[" * 100_000),
    "a redirect": _elsewhere,
    "hung up": lambda handler: handler.connection.close(),
}


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize("how", NONSENSE)
def test_provider_that_talks_nonsense_is_away(
    app: Flask, provider: FakeProvider, conn: Connection, path: str, how: str
) -> None:
    provider.broken[path] = NONSENSE[how]
    client = app.test_client()
    answer = client.get(START) if path.startswith("/.") else through(client, provider)
    assert answer.status_code == 503
    assert "respond" in answer.text
    assert provider.asked["/elsewhere"] == 0
    assert (count(conn, "users"), count(conn, "sessions")) == (0, 0)


def test_huge_answer_is_given_up(app: Flask, provider: FakeProvider) -> None:
    provider.padding = 300_000
    assert app.test_client().get(START).status_code == 503
    provider.padding = 3_000
    app.extensions["provider"]._away_until = 0
    assert through(app.test_client(), provider).status_code == 303


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize("how", [_slow_drip, _header_drip, _promises], ids=["body", "headers", "interim answers"])
def test_slow_provider_is_given_up_by_everybody(
    app: Flask, provider: FakeProvider, conn: Connection, monkeypatch: pytest.MonkeyPatch, path: str, how: Any
) -> None:
    flows = [(client, leave(client)) for client in (app.test_client() for _ in range(3))]
    monkeypatch.setattr(provider_module, "_PATIENCE", 0.5)
    over = threading.Event()
    provider.broken[path] = lambda handler: how(handler, over)
    if path.startswith("/."):
        app.extensions["provider"]._cache.clear()
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        leaving = pool.submit(app.test_client().get, "/signed-out")
        statuses = list(pool.map(lambda flow: come_back(flow[0], provider, flow[1]).status_code, flows))
    took = time.monotonic() - began
    over.set()
    assert took < 20
    assert statuses == [503] * 3
    assert leaving.result().status_code == 200


def test_nobody_waits_for_another_without_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_module, "_PATIENCE", 0.2)
    client = app.test_client()
    with ThreadPoolExecutor(1) as pool, app.extensions["provider"]._lock:
        asked = pool.submit(lambda: [client.get(path).status_code for path in (START, "/signed-out")])
        assert asked.result(20) == [503, 200]


def test_time_for_a_provider_is_short() -> None:
    assert 0 < provider_module._TIMEOUT <= provider_module._PATIENCE <= 5


def test_provider_is_asked_by_so_many_at_once(
    app: Flask, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was left behind counts until it ends, so that it cannot pile up."""
    flows = [(client, leave(client)) for client in (app.test_client() for _ in range(3))]
    monkeypatch.setattr(provider_module, "_PATIENCE", 0.2)
    monkeypatch.setattr(provider_module, "_room", threading.BoundedSemaphore(2))
    go_on = threading.Event()
    provider.broken["/token"] = lambda handler: go_on.wait(20)
    before = set(threading.enumerate())
    for client, asked in flows:
        assert come_back(client, provider, asked).status_code == 503
    left = [thread for thread in set(threading.enumerate()) - before if thread.name == "within"]
    assert len(left) == 2
    go_on.set()
    for thread in left:
        thread.join(20)
    assert provider.asked["/token"] == 2
    assert [provider_module._room.acquire(timeout=10) for _ in range(2)] == [True, True]


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
    ],
    ids=str,
)
def test_discovery_that_leads_elsewhere_is_not_believed(
    app: Flask, provider: FakeProvider, said: dict[str, Any]
) -> None:
    answer = {**provider.addresses, **said}
    provider.broken["/.well-known/openid-configuration"] = lambda handler: handler.say(200, answer)
    assert app.test_client().get(START).status_code == 503


@pytest.mark.parametrize("issuer", ["https://id.example", "http://127.0.0.1:9200"])
@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"])
def test_discovery_over_https_names_no_address_in_the_clear(
    make: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, issuer: str, name: str
) -> None:
    """Else a secret, and a request of ours, would go to whatever listens on this machine."""
    said = {"issuer": issuer, "authorization_endpoint": f"{issuer}/a", "token_endpoint": f"{issuer}/t"}
    said |= {"jwks_uri": f"{issuer}/k", name: "http://localhost:8000/readyz"}
    monkeypatch.setattr(provider_module, "_request", lambda *asked, **more: (200, said))
    client = make(OIDC_ISSUER=issuer).test_client()
    in_the_clear = issuer.startswith("http:")
    if name == "end_session_endpoint":
        assert ("localhost:8000" in client.get("/signed-out").text) == in_the_clear
    else:
        assert client.get(START).status_code == (303 if in_the_clear else 503)


def test_password_works_while_the_provider_is_away(make: Callable[..., Flask], conn: Connection) -> None:
    make_user(conn)
    app = make(OIDC_ISSUER=f"http://127.0.0.1:{free_port()}")
    client = app.test_client()
    assert client.get(START).status_code == 503
    assert sign_in(client).status_code == 303
    assert who(client) == "alice"
    assert send(client, "/sign-out").location == "/signed-out"
    page = client.get("/signed-out")
    assert page.status_code == 200
    assert "leave-provider" not in page.text


def test_addresses_and_keys_are_read_once_an_hour(
    app: Flask, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [time.monotonic()]
    monkeypatch.setattr(app.extensions["provider"], "_clock", lambda: now[0])
    discovery = "/.well-known/openid-configuration"
    for _ in range(5):
        assert through(app.test_client(), provider).status_code == 303
    assert (provider.asked[discovery], provider.asked["/keys"]) == (1, 1)
    now[0] += 3601
    assert through(app.test_client(), provider).status_code == 303
    assert (provider.asked[discovery], provider.asked["/keys"]) == (2, 2)


def test_new_key_is_read_at_most_once_a_minute(
    app: Flask, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [time.monotonic()]
    monkeypatch.setattr(app.extensions["provider"], "_clock", lambda: now[0])
    assert through(app.test_client(), provider).status_code == 303
    provider.rotate()
    now[0] += 61
    for _ in range(3):
        assert through(app.test_client(), provider).status_code == 303
    assert provider.asked["/keys"] == 2
    now[0] += 61
    provider.forge = lambda claims: provider.signed(claims, kid=secrets.token_hex(4))
    for _ in range(10):
        assert through(app.test_client(), provider).status_code == 502
    assert provider.asked["/keys"] == 3


def test_provider_that_is_away_is_left_alone_for_a_while(
    app: Flask, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [time.monotonic()]
    monkeypatch.setattr(app.extensions["provider"], "_clock", lambda: now[0])
    discovery = "/.well-known/openid-configuration"
    provider.broken[discovery] = NONSENSE["500"]
    for _ in range(5):
        assert app.test_client().get(START).status_code == 503
    assert provider.asked[discovery] == 1
    provider.broken.clear()
    now[0] += 5.1
    assert app.test_client().get(START).status_code == 303


# Whose account it is -------------------------------------------------------------------------------------------


def test_same_address_as_a_local_account_is_another_person(
    app: Flask, provider: FakeProvider, conn: Connection
) -> None:
    make_user(conn, "alice", email="ann@example.com")
    provider.person |= {"email": "ann@example.com", "email_verified": True}
    client = app.test_client()
    assert through(client, provider).status_code == 303
    assert who(client) == "ann"
    assert value(conn, "SELECT email FROM users WHERE handle = 'ann'") is None
    assert value(conn, "SELECT identity_issuer FROM users WHERE handle = 'alice'") is None


def test_same_subject_of_another_issuer_is_another_person(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    make_user(conn, "alice", identity_issuer="https://other.example", cognito_user_id="sub-ann")
    client = app.test_client()
    through(client, provider)
    assert who(client) == "ann"


def test_twenty_first_sign_ins_at_once_make_one_account(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    flows = [(client, leave(client)) for client in (app.test_client() for _ in range(20))]
    gate = threading.Barrier(20)

    def arrive(flow: tuple[FlaskClient, dict[str, str]]) -> int:
        gate.wait()
        return come_back(flow[0], provider, flow[1]).status_code

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(arrive, flows)) == [303] * 20
    assert (count(conn, "users"), count(conn, "sessions")) == (1, 20)


def test_twenty_people_who_want_one_handle_all_get_in(app: Flask, conn: Connection) -> None:
    gate = threading.Barrier(20)
    settings, db = app.extensions["settings"], app.extensions["db"]

    def arrive(number: int) -> str:
        gate.wait()
        claims = {"sub": f"sub-{number}", "preferred_username": "ann"}
        return arrivals.find_or_create_account(db, settings, issuer="https://a", claims=claims, invite="", address="")[
            "handle"
        ]

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(arrive, range(20)))) == 20


def test_suspended_person_is_refused_like_others(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    assert through(app.test_client(), provider).status_code == 303
    conn.execute("UPDATE users SET suspended_at = now()")
    client, other = app.test_client(), app.test_client()
    suspended = through(client, provider)
    provider.denies = True
    denied = through(other, provider)
    assert suspended.status_code == denied.status_code == 403
    assert suspended.data == denied.data
    with pytest.raises(arrivals.Suspended):
        arrivals.find_or_create_account(
            app.extensions["db"],
            app.extensions["settings"],
            issuer=provider.issuer,
            claims={"sub": "sub-ann"},
            invite="",
            address="",
        )
    assert who(client) is None
    assert count(conn, "sessions") == 1


def test_person_suspended_on_the_way_in_gets_no_session(
    app: Flask, provider: FakeProvider, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After it was seen who comes, and before the session begins."""
    arrive = arrivals.find_or_create_account

    def suspended_then(*args: Any, **more: Any) -> Any:
        found = arrive(*args, **more)
        conn.execute("UPDATE users SET suspended_at = now()")
        return found

    monkeypatch.setattr(arrivals, "find_or_create_account", suspended_then)
    client = app.test_client()
    answer = through(client, provider)
    assert (answer.status_code, count(conn, "sessions")) == (403, 0)
    assert "You were not signed in" in answer.text
    cookie = client.get_cookie("mayfly")
    assert not cookie or not cookie.value.startswith("in.")


def test_place_that_leaves_it_to_the_provider_takes_whom_it_knows_and_calls_nobody(
    make: Callable[..., Flask], provider: FakeProvider
) -> None:
    client = make(SIGN_UP="provider").test_client()
    assert "New here?" not in client.get("/sign-in").text
    assert client.get("/sign-up").location == START
    assert through(client, provider).status_code == 303
    assert who(client) == "ann"


def test_closed_place_takes_nobody_new_and_keeps_who_is_there(
    make: Callable[..., Flask], provider: FakeProvider, conn: Connection
) -> None:
    closed = make(SIGN_UP="closed")
    answer = through(closed.test_client(), provider)
    assert answer.status_code == 403
    assert "isn't open to new people" in answer.text
    assert count(conn, "users") == 0
    assert through(make().test_client(), provider).status_code == 303
    assert through(closed.test_client(), provider).status_code == 303


def test_place_by_invitation_uses_one_up(make: Callable[..., Flask], provider: FakeProvider, conn: Connection) -> None:
    app = make(SIGN_UP="invite")
    conn.execute(
        "INSERT INTO invitations (code_hash, expires_at) VALUES (%s, now() + interval '1 day')",
        [sign_up_actions.code_hash("come-in")],
    )
    assert through(app.test_client(), provider).status_code == 403
    assert through(app.test_client(), provider, invite="other").status_code == 403
    assert count(conn, "users") == 0
    client = app.test_client()
    answer = client.get("/sign-up?invite=come-in")
    assert answer.location == "/sign-in/provider?invite=come-in"
    assert through(client, provider, invite="come-in").status_code == 303
    assert (count(conn, "users"), count(conn, "invitations")) == (1, 0)
    assert through(app.test_client(), provider).status_code == 303
    provider.person = {"sub": "sub-bob"}
    assert "has been used" in through(app.test_client(), provider, invite="come-in").text


def test_invitation_is_kept_where_no_account_came_of_it(
    make: Callable[..., Flask], provider: FakeProvider, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make(SIGN_UP="invite")
    conn.execute(
        "INSERT INTO invitations (code_hash, expires_at) VALUES (%s, now() + interval '1 day')",
        [sign_up_actions.code_hash("come-in")],
    )
    monkeypatch.setattr(arrivals.claimed, "with_random_handle", lambda person: person)
    db = app.extensions["db"]
    real = type(db).query_value
    monkeypatch.setattr(
        type(db),
        "query_value",
        lambda self, name, **params: None if name == "identities/create" else real(self, name, **params),
    )
    assert through(app.test_client(), provider, invite="come-in").status_code == 409
    assert (count(conn, "users"), count(conn, "invitations")) == (0, 1)


def test_new_accounts_of_an_address_are_limited(make: Callable[..., Flask], provider: FakeProvider) -> None:
    app = make(LIMIT_SIGN_UPS="2/30m")
    statuses = []
    for number in range(4):
        provider.person = {"sub": f"sub-{number}"}
        statuses.append(through(app.test_client(), provider).status_code)
    assert statuses == [303, 303, 429, 429]
    provider.person = {"sub": "sub-0"}
    assert through(app.test_client(), provider).status_code == 303


def test_failed_sign_ins_of_an_address_are_limited_and_good_ones_are_not(
    make: Callable[..., Flask], provider: FakeProvider
) -> None:
    app = make(LIMIT_SIGN_INS_BY_ADDRESS="3/5m")
    for _ in range(4):
        assert through(app.test_client(), provider).status_code == 303
    provider.claims = {"aud": "other"}
    assert [through(app.test_client(), provider).status_code for _ in range(5)] == [502] * 3 + [429] * 2
    assert provider.asked["/token"] == 7
    provider.claims = {}
    assert through(app.test_client(), provider).status_code == 429


def test_codes_that_the_provider_refuses_are_limited(
    make: Callable[..., Flask], provider: FakeProvider, conn: Connection
) -> None:
    make_user(conn)
    app = make(LIMIT_SIGN_INS_BY_ADDRESS="3/5m")
    statuses = []
    for _ in range(5):
        client = app.test_client()
        statuses.append(client.get(BACK, query_string={"state": leave(client)["state"], "code": "x"}).status_code)
    assert statuses == [502] * 3 + [429] * 2
    assert provider.asked["/token"] == 3
    refused = value(conn, "SELECT subject FROM rate_limits WHERE action = 'provider_refusals'")
    assert refused == subject_of_address(app.extensions["settings"], "127.0.0.1").own
    assert sign_in(app.test_client()).status_code == 303, "a password is another matter"


def test_provider_that_is_away_uses_up_nobodys_tries(
    make: Callable[..., Flask], provider: FakeProvider, conn: Connection
) -> None:
    make_user(conn)
    app = make(LIMIT_SIGN_INS_BY_ADDRESS="3/5m")
    provider.broken["/token"] = NONSENSE["500"]
    assert {through(app.test_client(), provider).status_code for _ in range(5)} == {503}
    assert sign_in(app.test_client()).status_code == 303
    provider.broken.clear()
    assert through(app.test_client(), provider).status_code == 303


def test_class_that_comes_back_at_once_gets_in(
    make: Callable[..., Flask], provider: FakeProvider, conn: Connection
) -> None:
    app = make(LIMIT_SIGN_INS_BY_ADDRESS="3/5m")
    flows = [(client, leave(client)) for client in (app.test_client() for _ in range(12))]
    gate = threading.Barrier(12)

    def forge(claims: dict[str, Any]) -> str:
        gate.wait(10)  # until all of them are under way
        return provider.signed(claims)

    provider.forge = forge
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda flow: come_back(flow[0], provider, flow[1]).status_code, flows))
    assert statuses == [303] * 12


# The handle ----------------------------------------------------------------------------------------------------


def test_taken_handle_is_told_and_changed(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    make_user(conn, "ann")
    make_user(conn, "bob")
    client = app.test_client()
    answer = through(client, provider, next="/public")
    assert answer.location == "/settings/handle?next=/public"
    page = client.get(answer.location)
    assert "@ann was taken, so you are @ann_2 here" in words(page)
    assert "/settings/handle" in client.get("/settings").text
    for handle, sentence in (("bob", "taken"), ("a b", "2 to 30"), ("admin", "is reserved")):
        slip = send(client, "/settings/handle", handle=handle, next="/public", csrf_token=token_in(page))
        assert slip.status_code == 422
        assert sentence in slip.text
        assert f'value="{handle}"' in slip.text
    saved = send(client, "/settings/handle", handle="@Ann_of_Cleves", next="/public")
    assert (saved.status_code, saved.location) == (303, "/public")
    assert value(conn, "SELECT handle FROM users WHERE handle_wanted IS NULL AND cognito_user_id = 'sub-ann'") == (
        "ann_of_cleves"
    )
    assert client.get("/settings/handle").location == "/settings"
    assert send(client, "/settings/handle", handle="another").location == "/settings"
    assert "/settings/handle" not in client.get("/settings").text
    assert through(app.test_client(), provider, next="/public").location == "/public"
    assert who(client) == "ann_of_cleves"


def test_handle_that_was_given_can_be_kept(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    provider.person = {"sub": "sub-ann", "name": "Ann"}
    client = app.test_client()
    assert through(client, provider).location == "/settings/handle?next=/"
    assert "You had no handle yet, so you are @ann here" in words(client.get("/settings/handle"))
    assert send(client, "/settings/handle", handle="ann").location == "/"
    assert value(conn, "SELECT handle FROM users WHERE handle_wanted IS NULL") == "ann"


def test_handle_of_local_people_stays(app: Flask, conn: Connection) -> None:
    made = make_user(conn)
    client = app.test_client()
    sign_in(client)
    assert client.get("/settings/handle").location == "/settings"
    assert send(client, "/settings/handle", handle="another").location == "/settings"
    assert value(conn, "SELECT handle FROM users") == "alice"
    assert app.extensions["db"].execute("users/handle_save", user_uuid=made, handle="another") == 0


def test_form_for_the_handle_with_a_stale_token_comes_back(app: Flask, provider: FakeProvider) -> None:
    provider.person = {"sub": "sub-ann", "name": "Ann"}
    client = app.test_client()
    through(client, provider)
    answer = client.post("/settings/handle", data={"handle": "ann_lee", "csrf_token": "x"})
    assert answer.status_code == 400
    assert 'value="ann_lee"' in answer.text
    assert app.test_client().post("/settings/handle", data={"handle": "x"}).status_code == 303


@pytest.mark.parametrize(
    "handle", ["%00", "%ff", "%ed%a0%bd", "%e2%80%aeann", "", "x", "a" * 5000, "'%3b--", "{{7*7}}"]
)
def test_bad_handle_is_no_fault(app: Flask, provider: FakeProvider, conn: Connection, handle: str) -> None:
    provider.person = {"sub": "sub-ann", "name": "Ann"}
    client = app.test_client()
    through(client, provider)
    answer = client.post(
        "/settings/handle",
        data=f"csrf_token={token_for(client)}&handle={handle}",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == (400 if handle[:3] in ("%00", "%ff", "%ed") else 422)
    assert value(conn, "SELECT handle FROM users") == "ann"


# Pages ---------------------------------------------------------------------------------------------------------


def test_sign_in_page_offers_the_provider_first(app: Flask, conn: Connection) -> None:
    page = app.test_client().get("/sign-in?next=/compose").text
    assert page.index("/sign-in/provider?next=/compose") < page.index('name="password"')
    assert "Continue with Cognito" in page
    assert app.test_client().get("/sign-up").location == "/sign-in/provider"
    client = app.test_client()
    fields = {"display_name": "Carol", "handle": "carol", "email": "c@example.com", "password": PASSWORD}
    assert send(client, "/sign-up", **fields).location == "/sign-in/provider"
    assert count(conn, "users") == 0


def test_cookie_stays_within_what_browsers_keep(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    client = app.test_client()
    through(client, provider)
    conn.execute("DELETE FROM sessions")
    leave(client, next="/" + secrets.token_hex(249), invite=secrets.token_hex(50))
    cookie = client.get_cookie("mayfly")
    assert cookie
    assert len(cookie.value) < 1500


@pytest.mark.parametrize(
    ("auth", "logout", "there"),
    [
        ("cognito", "https://pool.example/logout", f"https://pool.example/logout?client_id={CLIENT}&logout_uri=http"),
        ("oidc", "", f"/logout?client_id={CLIENT}&post_logout_redirect_uri=http"),
    ],
)
def test_sign_out_leads_to_the_provider_by_a_link(
    make: Callable[..., Flask], provider: FakeProvider, conn: Connection, auth: str, logout: str, there: str
) -> None:
    client = make(AUTH=auth, OIDC_LOGOUT_URL=logout).test_client()
    through(client, provider)
    cookie = client.get_cookie("mayfly")
    assert cookie
    answer = send(client, "/sign-out")
    assert (answer.status_code, answer.location) == (303, "/signed-out")
    assert count(conn, "sessions") == 0
    page = client.get("/signed-out").text.replace("&amp;", "&")
    assert there in page
    client.set_cookie("mayfly", cookie.value)
    assert who(client) is None


def test_template_registers_the_addresses_that_are_given(make: Callable[..., Flask], provider: FakeProvider) -> None:
    """Cognito compares them letter by letter, and refuses what it does not know."""
    url = "https://mayfly.example"
    template = evaluate(read(CHECKOUT / "aws" / "template.yml"), {"PublicUrl": url, "Serve": "yes"})
    (registered,) = of_type(template, "Cognito::UserPoolClient").values()
    client = make(PUBLIC_URL=url, OIDC_LOGOUT_URL="https://pool.example/logout").test_client()
    there = client.get(START, base_url=url).location
    page = client.get("/signed-out", base_url=url).text.replace("&amp;", "&")
    (leaving,) = re.findall(r'href="(https://pool\.example/logout[^"]*)"', page)
    assert parse_qs(urlsplit(there).query)["redirect_uri"] == registered["CallbackURLs"]
    assert parse_qs(urlsplit(leaving).query)["logout_uri"] == registered["LogoutURLs"]


def test_password_form_is_for_who_has_one(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    make_user(conn)
    local, elsewhere = app.test_client(), app.test_client()
    sign_in(local)
    through(elsewhere, provider)
    assert 'name="current"' in local.get("/settings").text
    assert 'name="current"' not in elsewhere.get("/settings").text
    answer = send(elsewhere, "/settings/password", current=PASSWORD, password=PASSWORD + " two")
    assert answer.status_code == 422
    assert count(conn, "passwords") == 1


REDIRECTS = [
    "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", "/\r/evil.example",
    "https://evil.example", "http:evil.example", "HTTPS://evil.example", "javascript:alert(1)", "data:text/html,x",
    "///evil.example", "////evil.example", "/\\/evil.example", "\\/evil.example", "/ /evil.example", " //evil.example",
    "evil.example", "@evil.example", "", "?", "#", ".evil.example", "/\x7f/evil.example", "//evil.example%2f..",
    "//localhost@evil.example", "http://localhost@evil.example", "http://localhost.evil.example",
    "mailto:a@b.example", "ftp://evil.example", "//[::1]", "//[", "http://[", "/" + "a" * 600, "//\u0435vil.example",
    "vbscript:x", "blob:x", "view-source:x", "/\\\t/evil.example", "//%65vil.example",
]  # fmt: skip


@pytest.mark.parametrize("target", REDIRECTS, ids=repr)
def test_nobody_is_sent_elsewhere(app: Flask, provider: FakeProvider, target: str) -> None:
    client = app.test_client()
    assert through(client, provider, next=target).location == "/"
    assert client.get(START, query_string={"next": target}).location == "/"
    provider.person = {"sub": "sub-bob"}
    other = app.test_client()
    assert through(other, provider, next=target).location == "/settings/handle?next=/"
    assert send(other, "/settings/handle", handle="bob", next=target).location == "/"


def test_private_place_lets_people_in(make: Callable[..., Flask], provider: FakeProvider) -> None:
    app = make(PUBLIC_FEED="no")
    client = app.test_client()
    assert client.get("/public").location.startswith("/sign-in")
    assert client.get("/signed-out").status_code == 200
    assert client.get(BACK).status_code == 400
    assert through(client, provider).status_code == 303
    assert client.get("/public").status_code == 200


def test_routes_answer_to_get_alone_and_with_all_headers(app: Flask, provider: FakeProvider) -> None:
    client = app.test_client()
    for path in (START, BACK, "/signed-out"):
        assert send(client, path).status_code == 405
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert {"Cookie", "HX-Request"} <= set(answer.vary)
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    through(client, provider)
    for path in (START, BACK, "/signed-out"):
        assert client.get(path).location == "/"


def test_place_without_a_provider_has_none_of_it(database_urls: DatabaseUrls) -> None:
    client = create_app(settings_for(database_urls)).test_client()
    for path in (START, BACK, "/signed-out"):
        assert client.get(path).status_code == 404
    assert "provider" not in client.get("/sign-in").text
    assert token_for(client)
