"""Behind the proxy of a workspace in the browser."""

import pytest
from factories import PASSWORD, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import fields_in, token_in
from ways import DatabaseUrls, MakeApp, settings_for

from webapp.config.variables import ConfigError
from webapp.db.connections import Connection

PUBLIC = "8000-mayfly.ws.example.org"
WORKSPACE = {
    "APP_ENV": "development", "PUBLIC_URL": f"https://{PUBLIC}",
    "TRUSTED_PROXIES": "1", "FRAME_ORIGIN": "https://*.example.org",
}  # fmt: skip


def through_proxy(app: Flask, host: str = "127.0.0.1:8000", **more: str) -> FlaskClient:
    """A browser behind a proxy that ends TLS; `host` is what it calls us. Nobody reads the public name beside it."""
    client = app.test_client()
    client.environ_base |= {
        "HTTP_HOST": host, "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_HOST": PUBLIC,
        "HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_SEC_FETCH_SITE": "same-origin", **more,
    }  # fmt: skip
    return client


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (PUBLIC, f"https://{PUBLIC}"),  # as Gitpod's does
        ("localhost:8000", "http://localhost:8000"),  # as that of Codespaces may
    ],
)
def test_people_sign_in_and_post_through_the_proxy(make_app: MakeApp, conn: Connection, host: str, origin: str) -> None:
    make_user(conn, "alice")
    browser, where = through_proxy(make_app(**WORKSPACE), host, HTTP_ORIGIN=origin), f"https://{PUBLIC}"
    page = browser.get("/sign-in", base_url=where)
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-mayfly=")
    for flag in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie
    form = {"csrf_token": token_in(page), "email": "alice", "password": PASSWORD}
    answer = browser.post("/sign-in", data=form, base_url=where)
    assert (answer.status_code, "SameSite=None" in answer.headers["Set-Cookie"]) == (303, True)
    post = {**fields_in(browser.get("/", base_url=where)), "message": "From the workspace.", "ttl": "1-hour"}
    assert browser.post("/activities", data=post, base_url=where).status_code == 303
    assert "From the workspace." in browser.get("/", base_url=where).text


def test_proxy_opens_no_way_around_token_host_and_frame(make_app: MakeApp) -> None:
    browser = through_proxy(make_app(**WORKSPACE))
    assert browser.post("/sign-in", data={"email": "a", "password": "b"}).status_code == 400
    assert browser.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert browser.get("/", headers={"X-Forwarded-Host": "evil.example"}).status_code == 200
    assert "frame-ancestors https://*.example.org" in browser.get("/").headers["Content-Security-Policy"]


def test_frame_origin_that_cannot_work_is_refused(database_urls: DatabaseUrls) -> None:
    for change in {"APP_ENV": "production"}, {"PUBLIC_URL": "http://localhost"}, {"FRAME_ORIGIN": "*; script-src *"}:
        with pytest.raises(ConfigError, match="FRAME_ORIGIN"):
            settings_for(database_urls, **{**WORKSPACE, **change})
