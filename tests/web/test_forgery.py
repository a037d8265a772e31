"""Nothing is done for another site's page: CSRF tokens and origins, on every form and in every kind."""

import time
from uuid import uuid4

import pytest
from factories import PASSWORD, make_user
from flask import Flask
from scene import CLOSED, GUARDED, ONE_OF_EACH_POLICY, POLICY, UNSAFE, Scene
from verbs import FRAGMENT, count, send, token_for, token_in, words
from ways import MakeApp

from webapp.db.connections import Connection
from webapp.web.security import STALE

PLAIN = {"sessions.sign_in", "sign_ups.sign_up", "users.save_profile", "account.save_handle", "account.change_password"}
PLAIN |= {"invitations.create", "account.save_email", "users.save_preferences", "leaving.delete"}
"""Forms that HTMX never sends: what comes is a page."""
FULL = {"HX-Request": "true", "HX-Request-Type": "full"}
FIELDS = {"message": "words", "ttl": "1-day", "key": str(uuid4()), "email": "alice", "password": PASSWORD}


def refused(scene: Scene, endpoint: str, token: str | None, headers: dict[str, str], **query: str) -> None:
    client = scene.browser(scene.who_passes(endpoint))
    before = scene.rows()
    data = FIELDS if token is None else {**FIELDS, "csrf_token": token}
    answer = client.post(scene.path(endpoint), data=data, headers=headers, query_string=query)
    # Who is signed in already is sent home from the sign-up, as without a form.
    assert answer.status_code == (303 if endpoint == "sign_ups.sign_up" else 400), (endpoint, token)
    assert ("<html" in answer.text) == (headers is not FRAGMENT) or endpoint in PLAIN, endpoint
    assert scene.rows() == before
    assert scene.untouched()


@pytest.mark.parametrize("endpoint", UNSAFE)
def test_form_without_a_token_or_from_another_site_does_nothing(scene: Scene, endpoint: str) -> None:
    for headers in ({}, FRAGMENT, FULL):
        refused(scene, endpoint, None, headers)
    client, before = scene.browser("author"), scene.rows()
    token = token_for(client)
    foreign = ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"})
    for headers in foreign:
        answer = send(client, scene.path(endpoint), headers=headers, csrf_token=token, **FIELDS)
        assert answer.status_code == 400, headers
        assert "Set-Cookie" not in answer.headers
    assert scene.rows() == before
    for headers in ({}, FRAGMENT):
        answer = scene.app.test_client().post(scene.path(endpoint), headers=headers, data={"message": "a long thought"})
        closed = {404} if POLICY[endpoint, "POST"] in CLOSED else {303, 400}
        assert answer.status_code in ({303, 401} if (endpoint, "POST") in GUARDED else closed)
        assert "a long thought" in answer.text or headers or endpoint != "activities.create"
    after = scene.rows()
    assert {table for table in after if after[table] != before[table]} <= {"drafts", "rate_limits"}


def test_token_that_is_not_this_sessions_counts_for_nothing(scene: Scene) -> None:
    own = token_for(scene.browser("author"))
    others = [token_for(client) for client in (scene.browser("stranger"), scene.app.test_client())]
    for endpoint in ONE_OF_EACH_POLICY:
        for token in ("", "x" * 91, own[:-1], *others):
            refused(scene, endpoint, token, {})
        refused(scene, endpoint, None, {}, csrf_token=own)  # in the query


def test_every_kind_of_other_place_is_foreign(scene: Scene) -> None:
    client = scene.browser("author")
    token, before = token_for(client), scene.rows()
    origins = [
        "http://evil.example", "", "http://localhost.evil.example", "http://localhost:81", "https://localhost",
        "http://127.0.0.1", "http://[", "http://[::::]", "http://localhost:x", "localhost", "file://",
    ]  # fmt: skip
    for endpoint in ONE_OF_EACH_POLICY:
        for headers in [{"Sec-Fetch-Site": "same-site"}, *({"Origin": origin} for origin in origins)]:
            answer = send(client, scene.path(endpoint), headers=headers, csrf_token=token, message="words")
            assert answer.status_code == 400, headers
    assert scene.rows() == before
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "null"}):
        assert send(client, "/settings/profile", headers=headers, display_name="Al").status_code == 303, headers
    for headers in ({"Origin": "null"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}):
        answer = send(client, "/settings/profile", headers=headers, csrf_token="x" if len(headers) == 1 else token)
        assert answer.status_code == 400, headers


def test_no_route_is_exempt_from_csrf(app: Flask) -> None:
    csrf = app.extensions["csrf"]
    assert (csrf._exempt_views, csrf._exempt_blueprints) == (set(), set())
    assert app.config.get("WTF_CSRF_ENABLED", True)
    assert app.config.get("WTF_CSRF_CHECK_DEFAULT", True)


def test_token_in_a_header_or_of_a_page_open_for_days_counts(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    client = scene.browser("author")
    token, real = token_for(client), time.time
    monkeypatch.setattr(time, "time", lambda: real() + 20 * 86400)
    data = {"message": "a", "ttl": "1-day", "key": str(uuid4())}
    assert client.post("/activities", data=data, headers={"X-CSRFToken": token}).status_code == 303


@pytest.mark.parametrize(
    ("public", "asked", "origin"),
    [
        ("http://localhost", "http://localhost", "http://localhost"),
        ("http://localhost:8000", "http://[::1]:9000", "http://[::1]:9000"),
        ("https://mayfly.example:443", "https://mayfly.example", "https://MAYFLY.example"),
        # A proxy before it ended TLS, and is not told to be trusted; or it names another port.
        ("https://mayfly.example", "http://mayfly.example", "https://mayfly.example"),
        ("https://8000-x.gitpod.example", "http://localhost:8000", "https://8000-x.gitpod.example"),
    ],
)
def test_form_of_ones_own_origin_is_looked_at(make_app: MakeApp, public: str, asked: str, origin: str) -> None:
    client = make_app(PUBLIC_URL=public).test_client(use_cookies=False)
    for headers in ({"Origin": origin}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}):
        assert STALE in words(client.post("/sign-in", base_url=asked, headers=headers)), "the token is what is missing"
    foreign = client.post("/sign-in", base_url=asked, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 400
    assert STALE not in words(foreign)


def test_page_is_read_from_another_site(scene: Scene) -> None:
    assert scene.app.test_client().get("/public", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_form_over_https_needs_no_more_than_the_browser_sends(make_app: MakeApp, conn: Connection) -> None:
    make_user(conn)
    client = make_app(PUBLIC_URL="https://localhost").test_client()
    for headers in ({}, {"Referer": "https://localhost/"}, {"Origin": "https://localhost"}):
        token = token_in(client.get("/sign-in", base_url="https://localhost"))
        data = {"csrf_token": token, "email": "alice", "password": "wrong password"}
        assert client.post("/sign-in", base_url="https://localhost", data=data, headers=headers).status_code == 422
    assert count(conn, "sessions") == 0


def test_forwarded_name_makes_no_other_origin_ours(make_app: MakeApp) -> None:
    client = make_app(TRUSTED_PROXIES="1", PUBLIC_URL="https://mayfly.example").test_client()
    client.environ_base |= {"HTTP_HOST": "mayfly.example", "HTTP_X_FORWARDED_PROTO": "https"}
    page = client.get("/sign-in", base_url="https://mayfly.example")
    form = {"csrf_token": token_in(page), "email": "ghost", "password": "x"}
    for origin, status in (("https://mayfly.example", 422), ("https://localhost", 400)):
        headers = {"Origin": origin, "X-Forwarded-Host": "localhost"}
        answer = client.post("/sign-in", data=form, headers=headers, base_url="https://mayfly.example")
        assert answer.status_code == status, origin
