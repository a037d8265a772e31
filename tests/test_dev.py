"""What is there for people who edit, in development alone: patterns, errors in words, workspaces behind a proxy."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from factories import PASSWORD, make_user
from flask import Flask, render_template
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, FunctionLoader
from ways import DatabaseUrls, free_port, settings_for, wait_for

from webapp import create_app
from webapp.config.variables import ConfigError
from webapp.dev import follow, live
from webapp.dev.workshop import Wanted
from webapp.ops.served import Served, recall, remember
from webapp.postgres.processes import working_in

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "webapp" / "templates"


@contextlib.contextmanager
def app_with(urls: DatabaseUrls, **environment: str) -> Iterator[Flask]:
    app = create_app(settings_for(urls, **environment))
    try:
        yield app
    finally:
        app.extensions["db"].close()


@pytest.fixture
def dev_app(database_urls: DatabaseUrls) -> Iterator[Flask]:
    with app_with(database_urls, APP_ENV="development") as app:
        yield app


# Development alone -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/dev/patterns", "/dev/reload", "/dev/static/dev.js"])
@pytest.mark.parametrize("app_env", ["production", "test"])
def test_nothing_of_it_exists_elsewhere(database_urls: DatabaseUrls, app_env: str, path: str) -> None:
    with app_with(database_urls, APP_ENV=app_env) as app:
        assert app.test_client().get(path).status_code == 404
        assert not any(rule.rule.startswith("/dev") for rule in app.url_map.iter_rules())
        assert "dev.js" not in app.test_client().get("/").text


def test_run_in_development_follows_no_files(dev_app: Flask) -> None:
    assert "dev.js" not in dev_app.test_client().get("/").text
    assert dev_app.test_client().get("/dev/reload").status_code == 404
    assert not dev_app.debug


def test_error_is_told_in_development_and_hidden_elsewhere(database_urls: DatabaseUrls) -> None:
    def fall() -> str:
        raise ValueError("the reason")

    for app_env, told in (("development", True), ("test", False)):
        with app_with(database_urls, APP_ENV=app_env) as app:
            app.add_url_rule("/fall", view_func=fall)
            answers = [app.test_client().get("/fall", headers=also) for also in ({}, {"HX-Request-Type": "partial"})]
            assert [answer.status_code for answer in answers] == [500, 500]
            assert ["ValueError: the reason" in answer.text for answer in answers] == [told, told]
            assert "Traceback" not in answers[0].text


@pytest.mark.parametrize(
    ("page", "places"),
    [
        ("{{ nobody }}", ["page.html, line 3: UndefinedError: 'nobody' is undefined"]),
        ("{{ card.nothing.more }}", ["page.html, line 3: UndefinedError: 'dict object' has no attribute 'nothing'"]),
        ("{{ card.nothing | life }}", ["page.html, line 3: UndefinedError: "]),
        ("{{ address('users.nowhere') }}", ["page.html, line 3: KeyError: 'users.nowhere'"]),
        ("{% include '_part.html' %}", ["_part.html, line 2: UndefinedError: 'nobody' is undefined"]),
        ("{% include '_none.html' %}", ["page.html, line 3: TemplateNotFound: "]),
        ("{{ icon(nobody) }}", ["_macros.html, line ", "'nobody' is undefined (for ", "page.html, line 3)"]),
        ("{{ card.message | initial }}", ["webapp/web/filters.py, line "]),
    ],
)
def test_error_in_a_template_is_told_with_its_file_and_line(dev_app: Flask, page: str, places: list[str]) -> None:
    made = {"page.html": f"one\ntwo\n{page}", "_part.html": "one\n{{ nobody }}"}

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        return (made[name], str(TEMPLATES / name), lambda: True) if name in made else None

    environment = dev_app.jinja_env
    environment.loader = ChoiceLoader([FunctionLoader(load), environment.loader])
    dev_app.add_url_rule("/page", view_func=lambda: render_template("page.html", card={"message": 7}))
    said = unescape(dev_app.test_client().get("/page").text)
    for place in places:
        assert place in said


def test_statement_whose_file_was_removed_is_told_by_its_name(dev_app: Flask) -> None:
    db = dev_app.extensions["db"]
    db.catalogue._templates = {template.name: template for template in db.catalogue if template.name != "feeds/public"}
    for headers in ({}, {"HX-Request-Type": "partial"}):
        said = dev_app.test_client().get("/public", headers=headers).text
        assert "sql/feeds/public.sql is asked for, and there is no such statement." in said
        assert "KeyError" not in said


# The pattern page --------------------------------------------------------------------------------------------


def test_every_partial_is_on_the_pattern_page(dev_app: Flask) -> None:
    page = dev_app.test_client().get("/dev/patterns")
    assert page.status_code == 200, page.text
    partials = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("_*.html")}
    shown = set(re.findall(r"<h2[^>]*><code>([^<]+)</code>", page.text))
    assert partials <= shown, f"not drawn: {', '.join(sorted(partials - shown))}"
    assert shown == {name for name in shown if (TEMPLATES / name).exists()}


def test_pattern_page_shows_every_stage_and_place(dev_app: Flask) -> None:
    page = dev_app.test_client().get("/dev/patterns").text
    for stage in ("bright", "waning", "ember", "last"):
        assert f'data-stage="{stage}"' in page
    for number in range(12):
        assert f'data-hue="{number}"' in page
    assert "<script>alert" not in page
    assert "data-left=" not in page  # nothing on it vanishes


# The stream --------------------------------------------------------------------------------------------------


@pytest.fixture
def followed(dev_app: Flask) -> Iterator[tuple[Flask, socket.socket]]:
    ours, theirs = socket.socketpair()
    follow(dev_app, theirs, [])
    yield dev_app, ours
    ours.close()
    for thread in threading.enumerate():
        if thread.name == "changes":
            thread.join(5)
    theirs.close()


def test_page_carries_the_script_and_its_place(followed: tuple[Flask, socket.socket]) -> None:
    app, _ = followed
    page = app.test_client().get("/")
    assert f'data-place="{app.extensions["changes"].place}"' in page.text
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert app.test_client().get("/dev/static/dev.js", buffered=True).status_code == 200


def test_browser_hears_of_a_change_once(followed: tuple[Flask, socket.socket]) -> None:
    app, ours = followed
    place = app.extensions["changes"].place
    stream = app.test_client().get(f"/dev/reload?place={place}", buffered=False).iter_encoded()
    assert next(stream).startswith(b":")
    ours.sendall(b'{"changed": ["webapp/static/css/base.css"]}\n')
    assert b'data: ["webapp/static/css/base.css"]' in next(stream)
    assert app.extensions["changes"].since(place) == ["webapp/static/css/base.css"]
    assert app.extensions["changes"].since(app.extensions["changes"].place) == []


def test_browser_of_an_earlier_process_hears_what_it_missed() -> None:
    changes = live.Changes(["webapp/text.py", "webapp/static/css/base.css"])
    changes.announce(["sql/feeds/home.sql"])
    assert changes.since("another.7") == ["sql/feeds/home.sql", "webapp/static/css/base.css", "webapp/text.py"]


def test_stream_and_script_pass_where_every_page_needs_an_account(database_urls: DatabaseUrls) -> None:
    with app_with(database_urls, APP_ENV="development", PUBLIC_FEED="no") as app:
        assert app.test_client().get("/dev/static/dev.js", buffered=True).status_code == 200
        assert app.test_client().get("/dev/patterns").status_code == 303


def test_stopgap_says_what_is_broken_and_keeps_the_browser_following() -> None:
    said: list[Any] = []
    stopgap = live.Stopgap("webapp/text.py, line 3: <oops>", {})
    body = b"".join(stopgap({"PATH_INFO": "/"}, lambda *answer: said.append(answer)))
    assert b"line 3: &lt;oops&gt;" in body
    assert b"data-place=" in body
    assert said[0][0].startswith("500")
    fragment = stopgap({"PATH_INFO": "/", "HTTP_HX_REQUEST_TYPE": "partial"}, lambda *_: None)
    assert b"<hx-partial" in b"".join(fragment)
    stream = stopgap({"PATH_INFO": "/dev/reload", "QUERY_STRING": "place=x.1"}, lambda *_: None)
    assert [next(iter(stream))] == [b": following\n\n"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("a.html", True), ("a.sql", True), ("a.py", True), (".a.html.swp", False), ("a.html~", False), ("a.pyc", False)],
)
def test_only_files_that_matter_are_watched(name: str, wanted: bool) -> None:
    from watchfiles import Change

    assert Wanted()(Change.modified, f"/x/webapp/{name}") is wanted


# Behind the proxy of a workspace -----------------------------------------------------------------------------

WORKSPACE = {
    "APP_ENV": "development",
    "PUBLIC_URL": "https://8000-mayfly.ws.example.org",
    "TRUSTED_PROXIES": "1",
    "FRAME_ORIGIN": "https://*.example.org",
}


@pytest.fixture
def workspace(database_urls: DatabaseUrls) -> Iterator[Flask]:
    with app_with(database_urls, **WORKSPACE) as app:
        yield app


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


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8000", "https://8000-mayfly.ws.example.org"),
        ("8000-mayfly.ws.example.org", "https://8000-mayfly.ws.example.org"),  # as Gitpod's does
        ("8000-mayfly.ws.example.org", "http://localhost:8000"),  # as that of Codespaces does, or
        ("localhost:8000", "http://localhost:8000"),
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
    form = {"csrf_token": token(page.text), "email": "alice", "password": PASSWORD}
    answer = browser.post("/sign-in", data=form, base_url=where)
    assert answer.status_code == 303
    assert "SameSite=None" in answer.headers["Set-Cookie"]
    home = browser.get("/", base_url=where).text
    key = re.search(r'name="key" value="([^"]+)"', home)
    assert key
    post = {"csrf_token": token(home), "message": "From the workspace.", "ttl": "1-hour", "key": key[1]}
    assert browser.post("/activities", data=post, base_url=where).status_code == 303
    assert "From the workspace." in browser.get("/", base_url=where).text


def test_token_is_needed_through_the_proxy_too(workspace: Flask) -> None:
    browser = through_proxy(workspace)
    assert browser.post("/sign-in", data={"email": "a", "password": "b"}).status_code == 400


def test_another_host_is_refused(workspace: Flask) -> None:
    assert through_proxy(workspace).get("/", headers={"Host": "evil.example"}).status_code == 400
    assert through_proxy(workspace).get("/", headers={"X-Forwarded-Host": "evil.example"}).status_code == 200


def test_only_the_configured_origin_may_frame(workspace: Flask) -> None:
    headers = through_proxy(workspace).get("/").headers
    assert "frame-ancestors https://*.example.org" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "change", [{"APP_ENV": "production"}, {"PUBLIC_URL": "http://localhost:8000"}, {"FRAME_ORIGIN": "*; script-src *"}]
)
def test_frame_origin_that_cannot_work_is_refused(database_urls: DatabaseUrls, change: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="FRAME_ORIGIN"):
        settings_for(database_urls, **{**WORKSPACE, **change})


# The whole of bin/dev ----------------------------------------------------------------------------------------


def test_dev_runs_and_leaves_nothing_behind(scratch: Path) -> None:
    port = free_port()
    served = Served("production", "https://mayfly.example", embedded=True)
    (scratch / "state").mkdir(mode=0o755)
    remember(scratch / "state", served)
    environment = {
        **os.environ,
        "MAYFLY_PYTHON": sys.executable,
        "MAYFLY_STATE": str(scratch / "state"),
        "PORT": str(port),
    }
    process = subprocess.Popen(
        [ROOT / "bin" / "dev"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout
    lines: list[str] = []
    reader = threading.Thread(target=lines.extend, args=[process.stdout], daemon=True)
    reader.start()
    try:
        deadline = time.monotonic() + 60
        while not any("Mayfly is at" in line for line in lines):
            assert process.poll() is None, "".join(lines)
            assert time.monotonic() < deadline, "".join(lines)
            reader.join(0.05)
        # A second window of the editor attaches, and starts it once more.
        again = subprocess.run([ROOT / "bin" / "dev"], env=environment, capture_output=True, text=True, check=False)
        assert (again.returncode, again.stdout, again.stderr) == (0, f"bin/dev runs already, on port {port}.\n", "")
        children = _below(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(20)
        reader.join(5)
        process.stdout.close()
    assert code == 0, "".join(lines)
    wait_for(lambda: not any(map(_runs, children)))
    wait_for(lambda: not working_in(scratch / "state" / "postgres" / "data", "postgres"))
    assert recall(scratch / "state") == served  # the scripts' note is bin/run's


def test_dev_at_a_port_of_another_program_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment = {**os.environ, "MAYFLY_PYTHON": sys.executable, "PORT": str(port)}
        done = subprocess.run([ROOT / "bin" / "dev"], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(rf"Port {port} on 127\.0\.0\.1 is in use: [^\n]+\n", done.stderr)


@pytest.mark.parametrize("app_env", ["production", "test"])
def test_dev_refuses_other_environments(app_env: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "webapp.dev"],
        cwd=ROOT,
        env={**os.environ, "APP_ENV": app_env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "development alone" in done.stderr


def _below(pid: int) -> list[int]:
    """Every process that this one started, and those that they started."""
    said = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(one): int(two) for one, two in (line.split() for line in said.splitlines())}
    found = [child for child, parent in parents.items() if parent == pid]
    return found + [further for child in found for further in _below(child)]


def _runs(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False
