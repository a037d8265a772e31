"""Who may what, on every route; CSRF, origin, headers and caches. All of it made from the application's own routes."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from factories import PASSWORD, make_activity, make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import FRAGMENT, count, send, signed_in, token_for, token_in, value, without_token
from ways import DatabaseUrls, settings_for
from werkzeug.test import EnvironBuilder, run_wsgi_app

from webapp import create_app
from webapp.db.connections import Connection
from webapp.limits import subject_of_address
from webapp.web.policy import AUTHOR, EVERYBODY, READERS, SIGNED_IN
from webapp.web.security import headers_for, local_path

FULL = {"HX-Request": "true", "HX-Request-Type": "full"}
ACTORS = ("anonymous", "author", "stranger", "suspended")


def _views() -> dict[tuple[str, str], Any]:
    """Every route as (endpoint, method), with its view: what is said beside it is read from there."""
    nowhere = DatabaseUrls("postgresql://mayfly_app@/x?host=/nowhere", "")
    app = create_app(settings_for(nowhere))
    return {
        (rule.endpoint, method): app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }


VIEWS = _views()
POLICY = {route: getattr(view, "policy", None) for route, view in VIEWS.items()}
PLAIN = {"sessions.sign_in", "sign_ups.sign_up", "users.save_profile", "users.save_handle", "users.change_password"}
"""Forms that HTMX never sends: their answer is a page."""
UNSAFE = sorted(endpoint for endpoint, method in POLICY if method == "POST")


class Browser(FlaskClient):
    """Reads every answer to its end, as browsers do; a file that is sent is closed then."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, buffered=True, **kwargs)


class Scene(NamedTuple):
    """A little community: alice wrote, bob reads, mallory is suspended; each with a browser."""

    app: Flask
    conn: Connection
    activity: UUID

    def browser(self, actor: str) -> FlaskClient:
        if actor == "anonymous":
            return self.app.test_client()
        if actor != "suspended":
            return signed_in(self.app, {"author": "alice", "stranger": "bob"}[actor])
        self.conn.execute("UPDATE users SET suspended_at = NULL WHERE handle = 'mallory'")
        client = signed_in(self.app, "mallory")
        self.conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'mallory'")
        return client

    def path(self, endpoint: str) -> str:
        own = self.app.static_url_path.removeprefix("/static/")
        arguments: dict[str, Any] = {
            "handle": "alice", "activity_uuid": self.activity, "version": own, "filename": "css/base.css"
        }  # fmt: skip
        rule = next(rule for rule in self.app.url_map.iter_rules() if rule.endpoint == endpoint)
        return self.app.url_map.bind("localhost").build(endpoint, {name: arguments[name] for name in rule.arguments})


@pytest.fixture
def scene(app: Flask, database_urls: DatabaseUrls) -> Iterator[Scene]:
    with database_urls.owner() as conn:
        alice = make_user(conn)
        make_user(conn, "bob")
        make_user(conn, "mallory", suspended=True)
        app.test_client_class = Browser
        yield Scene(app, conn, make_activity(conn, alice, "canary of alice"))


def everything(conn: Connection) -> dict[str, int]:
    """How many rows each table holds."""
    tables = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {table: count(conn, table) for (table,) in tables}


# How often -----------------------------------------------------------------------------------------------------

NEW = "four unrelated words here"
FORMS: dict[str, list[dict[str, str]]] = {
    "activities.create": [{"message": "x", "ttl": "1-day", "key": str(uuid4())} for _ in range(2)],
    "sessions.sign_in": [{"email": "ghost", "password": "x"}] * 2,
    "sign_ups.sign_up": [{"handle": "x"}] * 2,
    "users.save_profile": [{"display_name": "Alice"}] * 2,
    "users.save_handle": [{"handle": "bob"}] * 2,
    "users.change_password": [{"current": o, "password": n} for o, n in ((PASSWORD, NEW), (NEW, PASSWORD))],
}
"""Two of a form that arrive well, where an empty one does not; the second is one too many where the limit is one."""

UNLIMITED = {"sessions.sign_out"}
"""Nobody is kept from it, and all that it writes is the end of a session."""


def test_every_form_has_a_limit() -> None:
    without = {endpoint for endpoint in UNSAFE if not hasattr(VIEWS[endpoint, "POST"], "limit")}
    assert without == UNLIMITED


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in UNSAFE if endpoint not in UNLIMITED])
def test_form_that_comes_once_too_often_is_told_to_wait(
    database_urls: DatabaseUrls, conn: Connection, endpoint: str
) -> None:
    make_user(conn, handle_wanted="al")
    make_user(conn, "bob")
    limit = VIEWS[endpoint, "POST"].limit
    app = create_app(settings_for(database_urls, **{f"LIMIT_{limit.upper()}": "1/1h"}))
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    client = app.test_client() if (endpoint, "GET") in POLICY else signed_in(app)
    path = app.url_map.bind("localhost").build(endpoint, {name: uuid4() for name in rule.arguments})
    first, second = (send(client, path, **form) for form in FORMS.get(endpoint, [{}, {}]))
    assert first.status_code in (200, 303, 404, 422), first.text
    assert second.status_code == 429
    assert 0 < int(second.headers["Retry-After"]) <= 3600
    assert "a lot at once. Try again in 60 minutes; your text is safe." in second.text
    app.extensions["db"].close()


# Who may what --------------------------------------------------------------------------------------------------


def test_every_route_states_its_policy() -> None:
    assert set(POLICY.values()) <= {EVERYBODY, READERS, SIGNED_IN, AUTHOR}, "a view without a word on who may pass"
    endpoints = [endpoint for endpoint, _ in POLICY]
    assert len(endpoints) == len(set(endpoints)) + len(PAGES_AND_FORMS), "a second address is a route of its own"


PAGES_AND_FORMS = {"sessions.sign_in", "sign_ups.sign_up"}
"""A page and its form at one address."""


@pytest.mark.parametrize(("endpoint", "method"), POLICY, ids=lambda part: part)
@pytest.mark.parametrize("actor", ACTORS)
def test_route_lets_pass_who_may(scene: Scene, endpoint: str, method: str, actor: str) -> None:
    """`suspended` holds a session from before: a stranger to the house."""
    policy, out = POLICY[endpoint, method], actor in ("anonymous", "suspended")
    for headers in ({}, FRAGMENT):
        client, path = scene.browser(actor), scene.path(endpoint)
        if endpoint == "activities.burn" and actor == "author":
            own = make_activity(scene.conn, value(scene.conn, "SELECT uuid FROM users WHERE handle = 'alice'"))
            path = path.replace(str(scene.activity), str(own))
        if method == "GET":
            answer = client.get(path, headers=headers)
            head = client.head(path, headers=headers)
            assert (head.status_code, head.data) == (answer.status_code, b"")
        else:
            fields = FORMS[endpoint][0] if endpoint == "activities.create" else {}
            answer = send(client, path, headers=headers, **fields)
        if policy in (SIGNED_IN, AUTHOR) and out:
            way = answer.status_code == 303 and answer.location.startswith("/sign-in")
            assert answer.status_code == 401 or (way and not headers), (endpoint, answer.status_code)
        elif policy == AUTHOR and actor == "stranger":
            assert answer.status_code == 404
        else:
            assert answer.status_code in (200, 204, 303, 422), (endpoint, answer.status_code)
    if actor != "author" and method == "POST":
        assert value(scene.conn, "SELECT message FROM activities WHERE uuid = %s", scene.activity) == "canary of alice"


@pytest.mark.parametrize("actor", ACTORS)
def test_route_answers_to_no_other_method(scene: Scene, actor: str) -> None:
    client = scene.browser(actor)
    token = token_for(client)
    allowed: dict[str, set[str]] = {}
    for rule in scene.app.url_map.iter_rules():
        allowed.setdefault(scene.path(rule.endpoint), set()).update(rule.methods or set())
    for path, methods in allowed.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"} - methods:
            for headers in ({}, FRAGMENT):
                answer = client.open(path, method=method, headers={**headers, "X-CSRFToken": token})
                assert answer.status_code == 405, (path, method)
                assert set(answer.headers["Allow"].split(", ")) == methods
        options = client.options(path)
        assert options.status_code == 200
        assert set(options.headers["Allow"].split(", ")) == methods
        assert options.data == b""
    assert value(scene.conn, "SELECT message FROM activities WHERE uuid = %s", scene.activity) == "canary of alice"


def test_suspended_person_is_gone_with_all_they_wrote(scene: Scene) -> None:
    client = scene.browser("author")
    scene.conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'alice'")
    for reader in (client, scene.browser("stranger"), scene.browser("anonymous")):
        for path in (
            "/",
            "/public",
            "/api/public",
            "/@alice",
            scene.path("feeds.thread"),
            scene.path("feeds.thread_json"),
        ):
            assert "canary" not in reader.get(path).text


# CSRF and origin -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", UNSAFE)
@pytest.mark.parametrize(
    "case", ["missing", "empty", "garbage", "another session's", "a stranger's", "cut", "in the query"]
)
@pytest.mark.parametrize("headers", [{}, FRAGMENT, FULL], ids=["page", "fragment", "full"])
def test_unsafe_route_refuses_a_token_that_is_not_its_own(
    scene: Scene, endpoint: str, case: str, headers: dict[str, str]
) -> None:
    client, path = scene.browser("author"), scene.path(endpoint)
    own = token_for(client)
    token = {
        "missing": None,
        "empty": "",
        "garbage": "x" * 91,
        "cut": own[:-1],
        "in the query": None,
        "another session's": token_for(scene.browser("stranger")),
        "a stranger's": token_for(scene.app.test_client()),
    }[case]
    before = everything(scene.conn)
    data = {"message": "words", "ttl": "1-day", "key": str(uuid4()), "email": "alice", "password": PASSWORD}
    data |= {} if token is None else {"csrf_token": token}
    answer = client.post(
        path, data=data, headers=headers, query_string={"csrf_token": own} if case == "in the query" else {}
    )
    # Who is signed in already is sent home from there, as without a form, and nothing is done.
    assert answer.status_code == (303 if endpoint == "sign_ups.sign_up" else 400)
    assert everything(scene.conn) == before
    assert value(scene.conn, "SELECT message FROM activities") == "canary of alice"
    assert ("<html" in answer.text) == (headers is not FRAGMENT) or endpoint in PLAIN


@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["page", "fragment"])
def test_post_without_token_and_session_is_shown_the_way(scene: Scene, headers: dict[str, str]) -> None:
    answer = scene.app.test_client().post("/activities", data={"message": "a long thought"}, headers=headers)
    assert answer.status_code == 401
    assert "a long thought" in answer.text or headers


@pytest.mark.parametrize("endpoint", UNSAFE)
@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["page", "fragment"])
def test_stranger_without_a_token_is_shown_the_way_or_the_form(
    scene: Scene, endpoint: str, headers: dict[str, str]
) -> None:
    before = everything(scene.conn)
    answer = scene.app.test_client().post(scene.path(endpoint), headers=headers)
    guarded = POLICY[endpoint, "POST"] in (SIGNED_IN, AUTHOR)
    assert answer.status_code in ((303, 401) if guarded else (303, 400))
    assert everything(scene.conn) in (before, {**before, "drafts": before["drafts"] + 1, "rate_limits": 0})


def test_no_route_is_exempt_from_csrf(app: Flask) -> None:
    csrf = app.extensions["csrf"]
    assert csrf._exempt_views == set()
    assert csrf._exempt_blueprints == set()
    assert app.config.get("WTF_CSRF_ENABLED", True)
    assert app.config.get("WTF_CSRF_CHECK_DEFAULT", True)


def test_token_counts_in_a_header_too(scene: Scene) -> None:
    client = scene.browser("author")
    answer = client.post(
        "/activities",
        data={"message": "a", "ttl": "1-day", "key": str(uuid4())},
        headers={"X-CSRFToken": token_for(client)},
    )
    assert answer.status_code == 303


def test_token_of_a_page_that_was_open_for_days_counts(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    client = scene.browser("author")
    token = token_for(client)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 20 * 86400)
    assert send(client, "/activities", message="a", ttl="1-day", key=str(uuid4()), csrf_token=token).status_code == 303


@pytest.mark.parametrize("endpoint", UNSAFE)
@pytest.mark.parametrize(
    ("site", "passes"), [("cross-site", False), ("same-site", False), ("same-origin", True), ("none", True)]
)
def test_unsafe_route_refuses_what_another_site_sends(scene: Scene, endpoint: str, site: str, passes: bool) -> None:
    client = scene.browser("author")
    answer = send(client, scene.path(endpoint), headers={"Sec-Fetch-Site": site})
    assert (answer.status_code == 400) != passes
    if not passes:
        assert "another site" in answer.text
        assert count(scene.conn, "sessions") == 1


FOREIGN = [
    "https://evil.example", "http://evil.example", "null", "", "http://localhost.evil.example", "http://localhost:81",
    "https://localhost", "http://127.0.0.1", "http://[", "http://[::::]", "http://localhost:x", "localhost", "file://",
]  # fmt: skip


@pytest.mark.parametrize("endpoint", UNSAFE)
@pytest.mark.parametrize("origin", FOREIGN)
def test_unsafe_route_refuses_another_origin_where_the_browser_names_no_site(
    scene: Scene, endpoint: str, origin: str
) -> None:
    client = scene.browser("author")
    answer = send(client, scene.path(endpoint), headers={"Origin": origin}, message="words")
    assert answer.status_code == 400
    assert "another site" in answer.text
    assert count(scene.conn, "sessions") == 1
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("public", "asked", "origin"),
    [
        ("http://localhost", "http://localhost", "http://localhost"),
        ("http://localhost:8000", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000", "http://[::1]:9000", "http://[::1]:9000"),
        ("http://192.168.1.5:8000", "http://192.168.1.5:8000", "http://192.168.1.5:8000"),
        ("https://mayfly.example", "https://mayfly.example", "https://mayfly.example"),
        ("https://mayfly.example:443", "https://mayfly.example", "https://MAYFLY.example"),
        # A proxy before it ended TLS, and is not told to be trusted; or it names another port.
        ("https://mayfly.example", "http://mayfly.example", "https://mayfly.example"),
        ("https://8000-x.gitpod.example", "http://localhost:8000", "https://8000-x.gitpod.example"),
    ],
)
def test_unsafe_route_takes_its_own_origin(database_urls: DatabaseUrls, public: str, asked: str, origin: str) -> None:
    client = create_app(settings_for(database_urls, PUBLIC_URL=public)).test_client(use_cookies=False)
    answer = client.post("/sign-in", base_url=asked, headers={"Origin": origin})
    assert "another site" not in answer.text
    assert "press the button again" in answer.text
    foreign = client.post("/sign-in", base_url=asked, headers={"Origin": "https://evil.example"})
    assert "another site" in foreign.text
    named = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert "another site" not in client.post("/sign-in", base_url=asked, headers=named).text


def test_page_is_read_from_another_site(scene: Scene) -> None:
    assert scene.app.test_client().get("/public", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_post_over_https_needs_no_more_than_the_browser_sends(database_urls: DatabaseUrls) -> None:
    with database_urls.owner() as conn:
        make_user(conn)
    client = create_app(settings_for(database_urls, PUBLIC_URL="https://localhost")).test_client()
    for headers in ({}, {"Referer": "https://localhost/"}, {"Origin": "https://localhost"}):
        page = client.get("/sign-in", base_url="https://localhost").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        data = {"csrf_token": token[1], "email": "alice", "password": "wrong password"}
        assert client.post("/sign-in", base_url="https://localhost", data=data, headers=headers).status_code == 422


# Headers -------------------------------------------------------------------------------------------------------

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
VARY = {"HX-Request", "HX-Request-Type", "HX-History-Restore-Request", "Cookie"}


def answers_of_all_kinds(scene: Scene) -> Iterator[tuple[str, Any]]:
    anonymous, author = scene.browser("anonymous"), scene.browser("author")
    for endpoint, method in sorted(POLICY):
        for client in (anonymous, author):
            for headers in ({}, FRAGMENT, {"Accept-Encoding": "br, gzip"}):
                if method == "GET":
                    yield endpoint, client.get(scene.path(endpoint), headers=headers)
                    yield endpoint, client.head(scene.path(endpoint), headers=headers)
                elif endpoint != "sessions.sign_out":
                    yield f"{endpoint} 400", client.post(scene.path(endpoint), headers=headers)
                    yield f"{endpoint} 413", client.post(scene.path(endpoint), data="x" * 70_000, headers=headers)
                yield f"{endpoint} 405", client.put(scene.path(endpoint), headers=headers)
    yield "404", anonymous.get("/nowhere")
    yield "404 json", anonymous.get("/api/nowhere")
    yield "404 static", anonymous.get(scene.path("static") + "x")
    yield "400 host", anonymous.get("/", headers={"Host": "evil.example"})
    yield "400 text", anonymous.get("/%00")
    static = anonymous.get(scene.path("static"))
    yield "304", anonymous.get(scene.path("static"), headers={"If-None-Match": static.headers["ETag"]})
    yield "500", broken(scene, anonymous)


def broken(scene: Scene, client: FlaskClient) -> Any:
    whole = scene.app.view_functions["feeds.public"]
    scene.app.view_functions["feeds.public"] = lambda: 1 / 0
    try:
        return client.get("/public")
    finally:
        scene.app.view_functions["feeds.public"] = whole


# Flask-Compress drops a file that it has read instead of closing it.
dropped_files = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning"
)


@dropped_files
def test_every_answer_carries_the_headers(scene: Scene) -> None:
    statuses = set()
    for what, answer in answers_of_all_kinds(scene):
        statuses.add(answer.status_code)
        if what in {"static", "304"}:
            policy = {*headers_for(scene.app.extensions["settings"])} & {*answer.headers.keys()}
            assert policy == {"X-Content-Type-Options", "Cross-Origin-Resource-Policy"}
            continue
        for name, wanted in ALWAYS.items():
            assert answer.headers.getlist(name) == [wanted], (what, answer.status_code, name)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert not re.search(r"[*]|https?:|data:|blob:", policy)
        directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert (
            directives["default-src"]
            == directives["base-uri"]
            == directives["object-src"]
            == directives["frame-ancestors"]
            == "'none'"
        )
        assert all(
            value == "'self'"
            for name, value in directives.items()
            if name in {"script-src", "style-src", "connect-src", "form-action"}
        )
        assert {"script-src", "style-src", "img-src", "font-src", "connect-src", "form-action"} <= directives.keys()
        assert answer.headers["Permissions-Policy"]
        for told in ("Server", "X-Powered-By"):
            assert "werkzeug" not in answer.headers.get(told, "").lower()
        assert answer.headers["Content-Type"] if answer.data else True
    assert {200, 303, 304, 400, 401, 404, 405, 413, 500} <= statuses


@dropped_files
def test_every_answer_but_static_files_is_kept_by_nobody(scene: Scene) -> None:
    for what, answer in answers_of_all_kinds(scene):
        if what in {"static", "304"}:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert "Cookie" not in answer.headers.get("Vary", "")
            assert "Set-Cookie" not in answer.headers
        else:
            assert "no-store" in answer.headers.get("Cache-Control", ""), what
            assert what.startswith(("404 static", "static")) or set(answer.vary) >= VARY, what


def test_transport_security_follows_the_public_address(database_urls: DatabaseUrls) -> None:
    https, http = (
        settings_for(database_urls, PUBLIC_URL=url) for url in ("https://mayfly.example", "http://localhost")
    )
    age = re.fullmatch(r"max-age=(\d+); includeSubDomains", headers_for(https)["Strict-Transport-Security"])
    assert age
    assert int(age[1]) >= 31536000
    assert "Strict-Transport-Security" not in headers_for(http)


def test_no_answer_of_another_version_or_a_console(scene: Scene) -> None:
    assert scene.app.debug is False
    assert scene.app.testing is False
    for path in (
        "/console",
        "/?__debugger__=yes&cmd=resource&f=style.css",
        "/dev/patterns",
        "/metrics",
        "/.env",
        "/.git/config",
    ):
        answer = scene.app.test_client().get(path)
        assert answer.status_code in {200, 404}
        assert "Traceback" not in answer.text
        assert (answer.status_code == 404) != path.startswith("/?")


@pytest.mark.parametrize(
    "path",
    [
        "../../config.py",
        "..%2f..%2fconfig.py",
        "%2e%2e/%2e%2e/config.py",
        "css/../../config.py",
        "css/..%5c..%5cconfig.py",
        "/etc/passwd",
        "css",
        "",
        "css/base.css%00.png",
        "....//config.py",
    ],
)
def test_static_files_end_at_their_folder(scene: Scene, path: str) -> None:
    root = scene.path("static").removesuffix("css/base.css")
    answer = scene.app.test_client().get(root + path)
    assert answer.status_code in {400, 404, 308}
    assert "ConfigError" not in answer.text


# Caches --------------------------------------------------------------------------------------------------------


class Cache:
    """A shared cache in front of the application: keyed by address and what `Vary` names. `strict` obeys `no-store`."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.kept: dict[str, list[tuple[tuple[str, ...], dict[str, str | None], Any]]] = {}

    def get(self, client: FlaskClient, path: str, headers: dict[str, str]) -> Any:
        cookie = client.get_cookie("mayfly")
        asked = {**headers, "Cookie": cookie.value if cookie else ""}
        for names, values, answer in self.kept.get(path, []):
            if all(asked.get(name, "") == values[name] for name in names):
                return answer
        answer = client.get(path, headers=headers)
        if not self.strict or "no-store" not in answer.headers.get("Cache-Control", ""):
            names = tuple(name for name in answer.vary if name != "Accept-Encoding")
            self.kept.setdefault(path, []).append((names, {name: asked.get(name, "") for name in names}, answer))
        return answer


@pytest.mark.parametrize("strict", [True, False], ids=["obeys no-store", "knows Vary alone"])
def test_shared_cache_never_serves_anothers_page_or_a_fragment_as_page(scene: Scene, strict: bool) -> None:
    cache = Cache(strict=strict)
    people = {actor: scene.browser(actor) for actor in ("author", "stranger", "anonymous")}
    own = {"author": '/@alice"', "stranger": '/@bob"'}
    for actor, client in people.items():
        for path in ("/", "/public", "/@alice", scene.path("feeds.thread"), "/compose", "/api/home"):
            for headers in (FRAGMENT, {}, {"HX-History-Restore-Request": "true", "HX-Request-Type": "full"}, FULL):
                answer = cache.get(client, path, headers)
                if answer.mimetype == "text/html" and answer.status_code == 200:
                    assert ("<html" in answer.text) == (headers is not FRAGMENT), (actor, path, headers)
                    nav = re.search(r'id="nav-me" href="([^"]+")', answer.text)
                    assert (nav[1] if nav else None) == (own.get(actor) if headers is not FRAGMENT else None)
                if path == "/api/home" and actor != "anonymous":
                    assert [row["is_own"] for row in answer.get_json()] == [actor == "author"]
                if actor == "anonymous":
                    assert "csrf_token" not in answer.text


# Where the site is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:80",
        "localhost@evil.example",
        "127.0.0.1.evil.example",
        "[::2]",
        "local host",
        "localhost/x",
        "local_host",
        "evil",
        "0.0.0.0",
        "xn--lcalhost-64a",
    ],
)
def test_host_that_is_not_ours_is_refused(scene: Scene, host: str) -> None:
    for path in ("/", "/compose", "/nowhere", "/api/public", "/static/dev/none"):
        for headers in ({}, FRAGMENT):
            answer = scene.app.test_client().get(path, headers={**headers, "Host": host})
            assert answer.status_code == 400, path
            assert "evil" not in answer.text + str(answer.headers)


def test_host_that_cannot_be_read_is_refused(scene: Scene) -> None:
    environ = {**EnvironBuilder(path="/").get_environ(), "HTTP_HOST": "[::::]"}  # no test browser can read it either
    assert run_wsgi_app(scene.app, environ)[1] == "400 BAD REQUEST"


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_is_told_under_any_name(database_urls: DatabaseUrls, path: str) -> None:
    """A balancer's check names the address of the task that it asks, and forwards nothing."""
    app = create_app(settings_for(database_urls, PUBLIC_URL="https://mayfly.example", TRUSTED_PROXIES="1"))
    answer = app.test_client().get(path, headers={"Host": "10.0.3.17:8000", "User-Agent": "ELB-HealthChecker/2.0"})
    assert (answer.status_code, answer.text) == (200, "ok\n")
    app.extensions["db"].close()


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_host_that_is_ours_is_served(scene: Scene, host: str) -> None:
    assert scene.app.test_client().get("/public", headers={"Host": host}).status_code == 200


SPOOFED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=203.0.113.9;host=evil.example",
    "X-Real-IP": "203.0.113.9",
}


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, "203.0.113.1", "127.0.0.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "198.51.100.7, 203.0.113.1", "203.0.113.1"),
        (1, "203.0.113.1, 198.51.100.7,203.0.113.2", "203.0.113.2"),
        (2, "198.51.100.7, 203.0.113.1, 203.0.113.2", "203.0.113.1"),
        (2, "203.0.113.1", "127.0.0.1"),  # one proxy is missing, so the one that is there is none of ours
        (5, "203.0.113.1, 203.0.113.2, 203.0.113.3, 203.0.113.4", "127.0.0.1"),
        (1, "127.0.0.1, 203.0.113.1", "203.0.113.1"),
        (1, "2001:db8::7", "2001:db8::"),
        (1, "::ffff:203.0.113.1", "203.0.113.1"),
        (1, "nonsense", "unknown"),
        (1, "203.0.113.1, ' OR 1=1 --", "unknown"),
        (1, "203.0.113.1, 999.999.999.999", "unknown"),
        (1, "203.0.113.1, 0x7f000001", "unknown"),
        (1, "", "127.0.0.1"),
    ],
)
def test_limit_counts_the_address_that_the_trusted_proxy_saw(
    database_urls: DatabaseUrls, proxies: int, forwarded: str, counted: str
) -> None:
    app = create_app(settings_for(database_urls, TRUSTED_PROXIES=str(proxies), LIMIT_SIGN_INS_BY_ADDRESS="9/5m"))
    client = app.test_client()
    client.post(
        "/sign-in",
        data={"csrf_token": token_for(client), "email": "ghost", "password": "x"},
        headers={"X-Forwarded-For": forwarded},
    )
    subject = subject_of_address(app.extensions["settings"], counted)
    with database_urls.owner() as conn:
        found = conn.execute("SELECT subject FROM rate_limits WHERE action = 'sign_ins_by_address'").fetchall()
    assert {row[0] for row in found} == set(filter(None, subject))
    app.extensions["db"].close()


def test_forwarded_headers_of_a_stranger_change_nothing(scene: Scene) -> None:
    client = scene.browser("author")
    plain = client.get("/compose")
    spoofed = client.get("/compose", headers=SPOOFED)
    assert spoofed.status_code == 200
    assert "evil" not in spoofed.text + str(spoofed.headers)
    assert sorted(spoofed.headers.keys()) == sorted(plain.headers.keys())
    answer = scene.app.test_client().get("/compose", headers=SPOOFED)
    assert answer.location == "/sign-in?next=/compose"


NAMING = ("X-Forwarded-Host", "X-Host", "X-Original-Host", "X-Forwarded-Server", "X-HTTP-Host-Override", "Forwarded")
NAMES = (
    "evil.example",
    "mayfly.example",
    "localhost",
    "127.0.0.1:8000",
    "[::1]",
    "",
    "mayfly.example, evil.example",
    "evil.example, mayfly.example",
    "evil.example,localhost",
    "mayfly.example:443",
    "mayfly.example@evil.example",
    "mayfly.example.evil.example",
    "//evil.example",
    "host=evil.example;proto=https",
    "evil.example\u00a0",
)


@pytest.mark.parametrize("proxies", [0, 1, 2, 5])
def test_name_of_this_place_is_what_host_says_and_nothing_else(database_urls: DatabaseUrls, proxies: int) -> None:
    """A proxy that is believed hands on what a client wrote: who asks and by https alone are its own words."""
    app = create_app(settings_for(database_urls, TRUSTED_PROXIES=str(proxies), PUBLIC_URL="https://mayfly.example"))
    client = app.test_client()
    for header in NAMING:
        for name in NAMES:
            more = {header: name, "X-Forwarded-For": "203.0.113.9, 203.0.113.1", "X-Forwarded-Proto": "https, https"}
            answer = client.get("/compose", headers={"Host": "mayfly.example", **more})
            assert (answer.status_code, answer.location) == (303, "/sign-in?next=/compose"), (header, name)
            page = client.get("/sign-in", headers={"Host": "mayfly.example", **more})
            assert page.status_code == 200, (header, name)
            assert "evil" not in page.text + str(page.headers)
            for host in ("evil.example", "10.0.0.1:8000"):
                assert client.get("/public", headers={"Host": host, **more}).status_code == 400, (header, name)
    app.extensions["db"].close()


def test_forwarded_name_makes_no_other_origin_ours(database_urls: DatabaseUrls) -> None:
    app = create_app(settings_for(database_urls, TRUSTED_PROXIES="1", PUBLIC_URL="https://mayfly.example"))
    client = app.test_client()
    client.environ_base |= {"HTTP_HOST": "mayfly.example", "HTTP_X_FORWARDED_PROTO": "https"}
    page = client.get("/sign-in", base_url="https://mayfly.example")
    form = {"csrf_token": token_in(page), "email": "ghost", "password": "x"}
    for origin, status in (("https://mayfly.example", 422), ("https://localhost", 400)):
        headers = {"Origin": origin, "X-Forwarded-Host": "localhost"}
        answer = client.post("/sign-in", data=form, headers=headers, base_url="https://mayfly.example")
        assert answer.status_code == status, origin
    app.extensions["db"].close()


def test_addresses_on_pages_are_paths_alone(scene: Scene) -> None:
    for actor in ("anonymous", "author"):
        client = scene.browser(actor)
        for path in (
            "/",
            "/public",
            "/@alice",
            scene.path("feeds.thread"),
            "/sign-in" if actor == "anonymous" else "/compose",
        ):
            page = client.get(path).text
            for address in re.findall(r'(?:href|src|action|hx-get|hx-post)="([^"]*)"', page):
                assert address.startswith(("/", "#")), address
                assert not address.startswith("//")


@pytest.mark.parametrize("address", ["/a", "/a?b=c#d", "/@alice"])
def test_local_path_keeps_what_is_local(address: str) -> None:
    assert local_path(address) == address


def test_404s_differ_in_nothing_but_the_token(scene: Scene) -> None:
    client = scene.browser("stranger")
    bodies = {
        without_token(client.get(path))
        for path in ("/nowhere", "/@nobody", f"/@alice/status/{uuid4()}", "/@alice/status/none")
    }
    assert len(bodies) == 1
