"""A provider that is away, slow, or talks nonsense: nobody gets in, nobody waits for long, and passwords work."""

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from factories import make_user
from fake_provider import DISCOVERY, FakeProvider
from flask import Flask
from flask.testing import FlaskClient
from going import START, come_back, leave, status, through, who
from verbs import count, send, sign_in
from ways import MakeApp, at_once, free_port

from webapp.db.connections import Connection
from webapp.identities import provider as provider_module

NONSENSE: list[Callable[[Any], None]] = [
    lambda handler: handler.say(500, {}),
    lambda handler: handler.say(200, b"<html>\xff"),
    lambda handler: handler.say(200, []),
    lambda handler: handler.say(200, {}),
    lambda handler: handler.say(200, b"[" * 100_000),
    lambda handler: handler.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"),
    lambda handler: handler.connection.close(),
]


def start(app: Flask) -> int:
    """Somebody goes off, whether or not the provider was away just now; the status."""
    app.extensions["provider"]._away_until = 0
    return app.test_client().get(START).status_code


@pytest.mark.parametrize("path", [DISCOVERY, "/token", "/keys"])
def test_provider_that_talks_nonsense_is_away(app: Flask, provider: FakeProvider, conn: Connection, path: str) -> None:
    for number, nonsense in enumerate(NONSENSE):
        provider.broken[path] = nonsense
        app.extensions["provider"]._away_until = 0
        client = app.test_client()
        answer = client.get(START) if path == DISCOVERY else through(client, provider)
        assert (answer.status_code, 'href="/sign-in"' in answer.text) == (503, True), number
    assert provider.asked["/elsewhere"] == 0
    assert (count(conn, "users"), count(conn, "sessions")) == (0, 0)


def test_huge_answer_is_given_up(app: Flask, provider: FakeProvider) -> None:
    for padding, expected in ((300_000, 503), (3_000, 303)):
        provider.padding = padding
        assert start(app) == expected


def test_discovery_that_leads_elsewhere_is_not_believed(app: Flask, provider: FakeProvider) -> None:
    evil = "http://evil.example/x"
    bent = {"issuer": evil, "authorization_endpoint": evil, "token_endpoint": evil, "jwks_uri": "file:///etc/passwd"}
    for name, said in (*bent.items(), ("jwks_uri", None)):
        bad = {**provider.addresses, name: said}
        provider.broken[DISCOVERY] = lambda handler, bad=bad: handler.say(200, bad)
        assert start(app) == 503, said


def test_discovery_over_https_names_no_address_in_the_clear(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a secret, and a request of ours, would go to whatever listens on this machine."""
    issuer, names = "https://id.example", ("authorization_endpoint", "token_endpoint", "jwks_uri")
    good = {"issuer": issuer, **dict.fromkeys((*names, "end_session_endpoint"), f"{issuer}/x")}
    app = make_app(OIDC_ISSUER=issuer)
    for name in good.keys() - {"issuer"}:
        app.extensions["provider"]._cache.clear()
        said = {**good, name: "http://localhost:8000/readyz"}
        monkeypatch.setattr(provider_module, "_request", lambda *_, said=said, **__: (200, said))
        assert start(app) == (503 if name in names else 303), name
        assert "localhost:8000" not in app.test_client().get("/signed-out").text


def test_password_works_while_the_provider_is_away(make_app: MakeApp, conn: Connection) -> None:
    make_user(conn)
    client = make_app(OIDC_ISSUER=f"http://127.0.0.1:{free_port()}").test_client()
    assert (client.get(START).status_code, sign_in(client).status_code, who(client)) == (503, 303, "alice")
    assert send(client, "/sign-out").location == "/signed-out"
    page = client.get("/signed-out")
    assert (page.status_code, "leave-provider" in page.text) == (200, False)


SLOW = {  # what is sent first, and what again and again, which never leads to an end
    DISCOVERY: (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "/keys": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "/token": (b"HTTP/1.1 200 OK\r\n", b"X-Slow: y\r\n"),
}


@pytest.mark.parametrize("path", SLOW)
def test_slowness_is_given_up(app: Flask, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    flows = [(client, leave(client)) for client in (app.test_client() for _ in range(3))]
    monkeypatch.setattr(provider_module, "_PATIENCE", 0.3)
    monkeypatch.setattr(provider_module, "_room", threading.BoundedSemaphore(2))
    asked, over = provider.asked[path], threading.Event()

    def drip(handler: Any) -> None:
        handler.wfile.write(SLOW[path][0])
        for _ in range(80):  # for more than a minute
            handler.wfile.write(SLOW[path][1])
            over.wait(0.8)

    provider.broken[path] = drip
    if path == DISCOVERY:
        app.extensions["provider"]._cache.clear()
    began = time.monotonic()
    answers = at_once([partial(come_back, client, provider, asked_of_it) for client, asked_of_it in flows])
    assert time.monotonic() - began < 20
    assert [answer.status_code for answer in answers] == [503] * 3
    assert provider.asked[path] - asked == (2 if path == "/token" else 1), "what was left behind counts until it ends"
    over.set()
    assert [provider_module._room.acquire(timeout=10) for _ in range(2)] == [True, True]


def test_nobody_waits_for_another_without_end(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_module, "_PATIENCE", 0.2)
    with ThreadPoolExecutor(1) as pool, app.extensions["provider"]._lock:
        asked = pool.submit(lambda: [client.get(path).status_code for path in (START, "/signed-out")])
        assert asked.result(20) == [503, 200]


@pytest.fixture
def clock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [time.monotonic()]
    monkeypatch.setattr(app.extensions["provider"], "_clock", lambda: now[0])
    return now


def test_addresses_and_keys_are_read_once_an_hour(app: Flask, provider: FakeProvider, clock: list[float]) -> None:
    for times in (1, 2):
        assert [status(app, provider) for _ in range(3)] == [303] * 3
        assert (provider.asked[DISCOVERY], provider.asked["/keys"]) == (times, times)
        clock[0] += 3601


def test_new_key_is_read_at_most_once_a_minute(app: Flask, provider: FakeProvider, clock: list[float]) -> None:
    assert [status(app, provider) for _ in range(3)] == [303] * 3
    provider.rotate()
    clock[0] += 61
    assert ([status(app, provider) for _ in range(3)], provider.asked["/keys"]) == ([303] * 3, 2)
    clock[0] += 61
    provider.forge = lambda claims: provider.signed(claims, kid=secrets.token_hex(4))
    assert ([status(app, provider) for _ in range(3)], provider.asked["/keys"]) == ([502] * 3, 3)


def test_provider_that_is_away_is_left_alone(app: Flask, provider: FakeProvider, clock: list[float]) -> None:
    provider.broken[DISCOVERY] = NONSENSE[0]
    assert [app.test_client().get(START).status_code for _ in range(3)] == [503] * 3
    assert provider.asked[DISCOVERY] == 1
    provider.broken.clear()
    clock[0] += 5.1
    assert app.test_client().get(START).status_code == 303
