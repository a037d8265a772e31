"""Signing in with a provider: the way there and back, and the session at its end."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from cloudformation import evaluate, of_type, read
from factories import PASSWORD, make_user
from fake_provider import CLIENT, SECRET, FakeProvider
from flask import Flask
from flask.testing import FlaskClient
from going import BACK, START, back, come_back, leave, through, who
from verbs import cookie_of, count, send, sign_in, with_cookie
from ways import MakeApp, free_port

from webapp.db.connections import Connection
from webapp.ops import people
from webapp.postgres.folders import CHECKOUT
from webapp.sessions.actions import start_session
from webapp.sessions.shapes import Account

NONE = {"AUTH": "local", "OIDC_ISSUER": "", "OIDC_CLIENT_ID": ""}


def test_sign_in_makes_an_account_and_a_session(app: Flask, provider: FakeProvider, conn: Connection) -> None:
    client = app.test_client()
    asked = leave(client, next="/compose?reply_to=1")
    wanted = {"redirect_uri": f"http://localhost{BACK}", "response_type": "code", "client_id": CLIENT, "tenant": "one"}
    wanted |= {"scope": "openid email profile", "code_challenge_method": "S256"}
    assert asked.items() >= wanted.items()
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    answer = come_back(client, provider, asked)
    assert (answer.status_code, answer.location, who(client)) == (303, "/compose?reply_to=1", "ann")
    row = conn.execute("SELECT identity_issuer, cognito_user_id, email FROM users").fetchone()
    assert row == (provider.issuer, "sub-ann", None)
    assert send(client, "/settings/password", current=PASSWORD, password=PASSWORD + " two").status_code == 422
    assert through(app.test_client(), provider).location == "/"
    assert [count(conn, table) for table in ("passwords", "users", "sessions")] == [0, 1, 2]


def test_cookie_fixed_beforehand_never_becomes_the_session(app: Flask, provider: FakeProvider) -> None:
    stranger = app.test_client()
    leave(stranger)
    for fixed in ("in." + "a" * 43, cookie_of(stranger)):
        client = with_cookie(app, fixed)
        assert through(client, provider).status_code == 303
        assert cookie_of(client) != fixed
        assert cookie_of(client).startswith("in.")
        assert who(with_cookie(app, fixed)) is None


def test_cookie_stays_within_what_browsers_keep(client: FlaskClient, provider: FakeProvider, conn: Connection) -> None:
    through(client, provider)
    conn.execute("DELETE FROM sessions")
    leave(client, next="/" + "n" * 499, invite="i" * 100)
    assert len(cookie_of(client)) < 1500


@pytest.mark.parametrize("after", [{"OIDC_ISSUER": "https://another.example"}, NONE], ids=["another provider", "none"])
def test_session_ends_with_the_provider_that_it_came_from(
    make_app: MakeApp, provider: FakeProvider, conn: Connection, after: dict[str, str]
) -> None:
    make_user(conn)
    before, other = make_app(), make_app(**after)
    ann, alice = before.test_client(), before.test_client()
    assert through(ann, provider).status_code == sign_in(alice).status_code == 303
    assert (who(ann), who(alice)) == ("ann", "alice")
    there = with_cookie(other, cookie_of(ann))
    assert (who(there), who(with_cookie(other, cookie_of(alice)))) == (None, "alice")
    new = people.reset_password(other.extensions["db"], "ann")
    assert who(ann) is None
    assert sign_in(there, "ann", new).status_code == 303
    assert who(there) == "ann", "who was given a password is a person of this place"


def test_account_without_identity_gets_no_session_without_its_password(app: Flask, conn: Connection) -> None:
    account: Account = {"uuid": str(make_user(conn)), "password_hash": None}
    settings, database = app.extensions["settings"], app.extensions["db"]
    assert not start_session(database, settings, account=account, token_hash=b"x" * 32)
    assert count(conn, "sessions") == 0


def test_nobody_is_sent_elsewhere(client: FlaskClient, provider: FakeProvider) -> None:
    assert through(client, provider, next="//evil.example").location == "/"
    assert client.get(START, query_string={"next": "//evil.example"}).location == "/"


def test_no_proxy_sees_a_sign_in(client: FlaskClient, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would see codes and the client's secret."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.delenv("no_proxy", raising=False)
    assert through(client, provider).status_code == 303


def test_private_place_lets_people_in(make_app: MakeApp, provider: FakeProvider) -> None:
    client = make_app(PUBLIC_FEED="no").test_client()
    assert client.get("/public").location.startswith("/sign-in")
    assert (client.get("/signed-out").status_code, back(client)) == (200, 400)
    assert through(client, provider).status_code == 303
    assert client.get("/public").status_code == 200


def test_sign_in_page_offers_the_provider_first_and_sign_up_leads_to_it(client: FlaskClient, conn: Connection) -> None:
    page = client.get("/sign-in?next=/compose").text
    assert page.index("/sign-in/provider?next=/compose") < page.index('name="password"')
    assert client.get("/sign-up").location == START
    carol = {"display_name": "Carol", "handle": "carol", "email": "c@example.com", "password": PASSWORD}
    assert send(client, "/sign-up", **carol).location == START
    assert count(conn, "users") == 0


def test_routes_need_get_and_a_provider(client: FlaskClient, make_app: MakeApp, provider: FakeProvider) -> None:
    without, paths = make_app(**NONE).test_client(), (START, BACK, "/signed-out")
    assert START not in without.get("/sign-in").text
    for path in paths:
        assert (without.get(path).status_code, send(client, path).status_code) == (404, 405)
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert {"Cookie", "HX-Request"} <= set(answer.vary)
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    through(client, provider)
    assert [client.get(path).location for path in paths] == ["/"] * 3, "who is signed in has no business there"


def test_client_with_a_secret_comes_in_and_out(make_app: MakeApp, provider: FakeProvider, conn: Connection) -> None:
    """A link on the page after signing out leads to the provider's own."""
    app = make_app(AUTH="oidc", OIDC_CLIENT_SECRET=SECRET)
    client = app.test_client()
    through(client, provider)
    assert who(client) == "ann"
    copied = with_cookie(app, cookie_of(client))
    assert send(client, "/sign-out").location == "/signed-out"
    assert (count(conn, "sessions"), who(copied)) == (0, None)
    there = f"{provider.url}/logout?client_id={CLIENT}&amp;post_logout_redirect_uri=http"
    assert there in client.get("/signed-out").text


def test_template_registers_the_addresses_that_are_given(make_app: MakeApp) -> None:
    """Cognito compares them letter by letter, and refuses what it does not know."""
    url = "https://mayfly.example"
    template = evaluate(read(CHECKOUT / "aws" / "template.yml"), {"PublicUrl": url, "Serve": "yes"})
    (registered,) = of_type(template, "Cognito::UserPoolClient").values()
    client = make_app(PUBLIC_URL=url, OIDC_LOGOUT_URL="https://pool.example/logout").test_client()
    there = client.get(START, base_url=url).location
    page = client.get("/signed-out", base_url=url).text.replace("&amp;", "&")
    (leaving,) = re.findall(r'href="(https://pool\.example/logout[^"]*)"', page)
    assert parse_qs(urlsplit(there).query)["redirect_uri"] == registered["CallbackURLs"]
    assert parse_qs(urlsplit(leaving).query)["logout_uri"] == registered["LogoutURLs"]
