"""Behind the proxy of a workspace in the browser."""

import pytest
from factories import PASSWORD, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import fields_in, token_in
from ways import DatabaseUrls, MakeApp, settings_for

from webapp.config.variables import ConfigError

WORKSPACE = {
    "APP_ENV": "development",
    "PUBLIC_URL": "https://8000-mayfly.ws.example.org",
    "TRUSTED_PROXIES": "1",
    "FRAME_ORIGIN": "https://*.example.org",
}


@pytest.fixture
def workspace(make_app: MakeApp) -> Flask:
    return make_app(**WORKSPACE)


def through_proxy(app: Flask, host: str = "127.0.0.1:8000") -> FlaskClient:
    """A browser behind a proxy that ends TLS; `host` is what it calls us. Nobody reads the public name beside it."""
    client = app.test_client()
    client.environ_base = {
        **client.environ_base,
        "HTTP_HOST": host,
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_HOST": "8000-mayfly.ws.example.org",
        "HTTP_X_FORWARDED_FOR": "203.0.113.9",
        "HTTP_SEC_FETCH_SITE": "same-origin",
    }
    return client


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("8000-mayfly.ws.example.org", "https://8000-mayfly.ws.example.org"),  # as Gitpod's does
        ("localhost:8000", "http://localhost:8000"),  # as that of Codespaces may
    ],
)
def test_people_sign_in_and_post_through_the_proxy(
    workspace: Flask, database_urls: DatabaseUrls, host: str, origin: str
) -> None:
    with database_urls.owner() as conn:
        make_user(conn, "alice")
    browser, where = through_proxy(workspace, host), "https://8000-mayfly.ws.example.org"
    browser.environ_base = {**browser.environ_base, "HTTP_ORIGIN": origin}
    page = browser.get("/sign-in", base_url=where)
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-mayfly=")
    for flag in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie
    form = {"csrf_token": token_in(page), "email": "alice", "password": PASSWORD}
    answer = browser.post("/sign-in", data=form, base_url=where)
    assert answer.status_code == 303
    assert "SameSite=None" in answer.headers["Set-Cookie"]
    post = {**fields_in(browser.get("/", base_url=where)), "message": "From the workspace.", "ttl": "1-hour"}
    assert browser.post("/activities", data=post, base_url=where).status_code == 303
    assert "From the workspace." in browser.get("/", base_url=where).text


def test_proxy_opens_no_way_around_token_host_and_frame(workspace: Flask) -> None:
    browser = through_proxy(workspace)
    assert browser.post("/sign-in", data={"email": "a", "password": "b"}).status_code == 400
    assert browser.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert browser.get("/", headers={"X-Forwarded-Host": "evil.example"}).status_code == 200
    headers = browser.get("/").headers
    assert "frame-ancestors https://*.example.org" in headers["Content-Security-Policy"]


def test_frame_origin_that_cannot_work_is_refused(database_urls: DatabaseUrls) -> None:
    changes = ({"APP_ENV": "production"}, {"PUBLIC_URL": "http://localhost:8000"}, {"FRAME_ORIGIN": "*; script-src *"})
    for change in changes:
        with pytest.raises(ConfigError, match="FRAME_ORIGIN"):
            settings_for(database_urls, **{**WORKSPACE, **change})
