"""By which name the site goes, and whose address counts: Host, proxies, and what strangers forward."""

import pytest
from scene import Scene
from verbs import token_for
from ways import MakeApp
from werkzeug.test import EnvironBuilder, run_wsgi_app

from webapp.db.connections import Connection
from webapp.limits import subject_of_address


def test_host_that_is_not_ours_is_refused(scene: Scene) -> None:
    client = scene.app.test_client()
    for host in (
        "evil.example", "localhost.evil.example", "evil.example:80", "localhost@evil.example", "127.0.0.1.evil.example",
        "[::2]", "local host", "localhost/x", "local_host", "evil", "0.0.0.0", "xn--lcalhost-64a",
    ):  # fmt: skip
        for path in ("/", "/compose", "/nowhere", "/api/public", "/static/dev/none"):
            answer = client.get(path, headers={"Host": host})
            assert answer.status_code == 400, (host, path)
            assert "evil" not in answer.text + str(answer.headers)
    environ = {**EnvironBuilder(path="/").get_environ(), "HTTP_HOST": "[::::]"}  # no test browser can read it either
    assert run_wsgi_app(scene.app, environ)[1] == "400 BAD REQUEST"
    for host in ("localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
        assert client.get("/public", headers={"Host": host}).status_code == 200, host


def test_health_is_told_under_any_name(make_app: MakeApp) -> None:
    """A balancer's check names the address of the task that it asks, and forwards nothing."""
    client = make_app(PUBLIC_URL="https://mayfly.example", TRUSTED_PROXIES="1").test_client()
    for path in ("/livez", "/readyz"):
        assert client.get(path, headers={"Host": "10.0.3.17:8000"}).status_code == 200, path


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, "203.0.113.1", "127.0.0.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "203.0.113.1, 198.51.100.7,203.0.113.2", "203.0.113.2"),
        (2, "198.51.100.7, 203.0.113.1, 203.0.113.2", "203.0.113.1"),
        (2, "203.0.113.1", "127.0.0.1"),  # one proxy is missing, so the one that is there is none of ours
        (1, "2001:db8::7", "2001:db8::"),
        (1, "::ffff:203.0.113.1", "203.0.113.1"),
        (1, "203.0.113.1, ' OR 1=1 --", "unknown"),
        (1, "203.0.113.1, 0x7f000001", "unknown"),
        (1, "", "127.0.0.1"),
    ],
)
def test_limit_counts_the_address_that_the_trusted_proxy_saw(
    make_app: MakeApp, conn: Connection, proxies: int, forwarded: str, counted: str
) -> None:
    app = make_app(TRUSTED_PROXIES=str(proxies), LIMIT_SIGN_INS_BY_ADDRESS="9/5m")
    client = app.test_client()
    data = {"csrf_token": token_for(client), "email": "ghost", "password": "x"}
    client.post("/sign-in", data=data, headers={"X-Forwarded-For": forwarded})
    found = conn.execute("SELECT subject FROM rate_limits WHERE action = 'sign_ins_by_address'").fetchall()
    assert {row[0] for row in found} == set(filter(None, subject_of_address(app.extensions["settings"], counted)))


NAMING = (
    "X-Forwarded-Host", "X-Host", "X-Original-Host", "X-Forwarded-Server", "X-HTTP-Host-Override", "Forwarded",
    "X-Forwarded-Prefix", "X-Forwarded-Port", "X-Real-IP",
)  # fmt: skip
NAMES = (
    "evil.example", "localhost", "127.0.0.1:8000", "", "mayfly.example, evil.example", "evil.example,localhost",
    "mayfly.example@evil.example", "//evil.example", "host=evil.example;proto=https", "evil.example\u00a0",
)  # fmt: skip


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_name_of_this_place_is_what_host_says_and_nothing_else(make_app: MakeApp, proxies: int) -> None:
    """A proxy that is believed hands on what a client wrote: who asks and by https alone are its own words."""
    client = make_app(TRUSTED_PROXIES=str(proxies), PUBLIC_URL="https://mayfly.example").test_client()
    for header, name in [(header, name) for header in NAMING for name in NAMES]:
        more = {header: name, "X-Forwarded-For": "203.0.113.9, 203.0.113.1", "X-Forwarded-Proto": "https, https"}
        answer = client.get("/compose", headers={"Host": "mayfly.example", **more})
        assert (answer.status_code, answer.location) == (303, "/sign-in?next=/compose"), (header, name)
        page = client.get("/sign-in", headers={"Host": "mayfly.example", **more})
        assert page.status_code == 200 and "evil" not in page.text + str(page.headers), (header, name)  # noqa: PT018
        assert client.get("/sign-in", headers={"Host": "evil.example", **more}).status_code == 400, (header, name)
