"""What is there for people who edit, in development alone: patterns, errors in words, pages that follow the files."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template
from jinja2 import ChoiceLoader, FunctionLoader
from watchfiles import Change
from ways import MakeApp, free_port, wait_for

from webapp.dev import follow, live
from webapp.dev.__main__ import main
from webapp.dev.workshop import Wanted
from webapp.ops.served import Served, recall, remember
from webapp.postgres.folders import CHECKOUT
from webapp.postgres.processes import working_in

TEMPLATES = CHECKOUT / "webapp" / "templates"


@pytest.fixture
def dev_app(make_app: MakeApp) -> Flask:
    return make_app(APP_ENV="development")


def test_nothing_of_it_exists_in_production(make_app: MakeApp) -> None:
    app = make_app(APP_ENV="production")
    assert app.test_client().get("/dev/patterns").status_code == 404
    assert not any(rule.rule.startswith("/dev") for rule in app.url_map.iter_rules())
    assert "dev.js" not in app.test_client().get("/").text


def test_error_is_told_in_development_and_hidden_elsewhere(make_app: MakeApp) -> None:
    def fall() -> str:
        raise ValueError("the reason")

    for app_env, told in (("development", True), ("test", False)):
        app = make_app(APP_ENV=app_env)
        app.add_url_rule("/fall", view_func=fall)
        answers = [app.test_client().get("/fall", headers=also) for also in ({}, {"HX-Request-Type": "partial"})]
        assert [answer.status_code for answer in answers] == [500, 500]
        assert ["ValueError: the reason" in answer.text for answer in answers] == [told, told]
        assert "Traceback" not in answers[0].text


def test_error_in_a_template_is_told_with_its_file_and_line(dev_app: Flask) -> None:
    made = {"_part.html": "one\n{{ nobody }}"}

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        return (made[name], str(TEMPLATES / name), lambda: False) if name in made else None

    dev_app.jinja_env.loader = ChoiceLoader([FunctionLoader(load), dev_app.jinja_env.loader])
    dev_app.add_url_rule("/page", view_func=lambda: render_template("page.html", card={"message": 7}))
    for broken, *told in (
        ("{{ card.nothing.more }}", "page.html, line 3: UndefinedError: 'dict object' has no attribute 'nothing'"),
        ("{{ address('users.nowhere') }}", "page.html, line 3: KeyError: 'users.nowhere'"),
        ("{% include '_part.html' %}", "_part.html, line 2: UndefinedError: 'nobody' is undefined"),
        ("{% include '_none.html' %}", "page.html, line 3: TemplateNotFound: "),
        ("{{ icon(nobody) }}", "_macros.html, line ", "'nobody' is undefined (for ", "page.html, line 3)"),
        ("{{ card.message | initial }}", "webapp/web/filters.py, line "),
    ):
        made["page.html"] = f"one\ntwo\n{broken}"
        said = unescape(dev_app.test_client().get("/page").text)
        assert [place for place in told if place not in said] == [], broken


def test_statement_whose_file_was_removed_is_told_by_its_name(dev_app: Flask) -> None:
    db = dev_app.extensions["db"]
    db.catalogue._templates = {template.name: template for template in db.catalogue if template.name != "feeds/public"}
    for headers in ({}, {"HX-Request-Type": "partial"}):
        said = dev_app.test_client().get("/public", headers=headers).text
        assert ("sql/feeds/public.sql" in said, "KeyError" in said) == (True, False)


def test_run_in_development_shows_every_partial_stage_and_hue_and_follows_no_files(dev_app: Flask) -> None:
    assert "dev.js" not in dev_app.test_client().get("/").text
    assert dev_app.test_client().get("/dev/reload").status_code == 404
    assert not dev_app.debug
    page = dev_app.test_client().get("/dev/patterns")
    assert page.status_code == 200, page.text
    partials = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("_*.html")}
    shown = set(re.findall(r"<h2[^>]*><code>([^<]+)</code>", page.text))
    assert partials <= shown, f"not drawn: {', '.join(sorted(partials - shown))}"
    assert shown == {name for name in shown if (TEMPLATES / name).exists()}
    drawn = set(re.findall(r'data-(?:stage|hue)="(\w+)"', page.text))
    assert {"bright", "waning", "ember", "last", *map(str, range(12))} <= drawn
    assert "<script>alert" not in page.text
    assert "data-left=" not in page.text  # nothing on it vanishes


def test_browser_hears_of_a_change_once(dev_app: Flask) -> None:
    ours, theirs = socket.socketpair()
    with theirs, ours:
        follow(dev_app, theirs, [])
        browser, changes = dev_app.test_client(), dev_app.extensions["changes"]
        page, cursor = browser.get("/"), changes.cursor
        assert f'data-cursor="{cursor}"' in page.text
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        stream = browser.get(f"/dev/reload?cursor={cursor}", buffered=False).iter_encoded()
        assert next(stream).startswith(b":")
        ours.sendall(b'{"changed": ["webapp/static/css/base.css"]}\n')
        assert b'data: ["webapp/static/css/base.css"]' in next(stream)
        assert (changes.since(cursor), changes.since(changes.cursor)) == (["webapp/static/css/base.css"], [])
        ours.close()
        for thread in threading.enumerate():
            if thread.name == "changes":
                thread.join(5)


def test_browser_of_an_earlier_process_hears_what_it_missed() -> None:
    changes = live.Changes(["webapp/text.py", "webapp/static/css/base.css"])
    changes.announce(["sql/feeds/home.sql"])
    assert changes.since("another.7") == ["sql/feeds/home.sql", "webapp/static/css/base.css", "webapp/text.py"]


def test_stream_and_script_pass_where_every_page_needs_an_account(make_app: MakeApp) -> None:
    app = make_app(APP_ENV="development", PUBLIC_FEED="no")
    assert app.test_client().get("/dev/static/dev.js", buffered=True).status_code == 200
    assert app.test_client().get("/dev/patterns").status_code == 303


def test_stopgap_says_what_is_broken_and_keeps_the_browser_following() -> None:
    said: list[Any] = []
    stopgap = live.Stopgap("webapp/text.py, line 3: <oops>", {})
    body = b"".join(stopgap({"PATH_INFO": "/"}, lambda *answer: said.append(answer)))
    assert said[0][0].startswith("500")
    fragment = stopgap({"PATH_INFO": "/", "HTTP_HX_REQUEST_TYPE": "partial"}, lambda *_: None)
    for part, text in ((b"line 3: &lt;oops&gt;", body), (b"data-cursor=", body), (b"<hx-partial", b"".join(fragment))):
        assert part in text
    stream = stopgap({"PATH_INFO": "/dev/reload", "QUERY_STRING": "cursor=x.1"}, lambda *_: None)
    assert [next(iter(stream))] == [b": following\n\n"]


def test_only_files_that_matter_are_watched() -> None:
    names = ("a.html", "a.sql", "a.py", ".a.html.swp", "a.html~", "a.pyc")
    assert [name for name in names if Wanted()(Change.modified, f"/x/webapp/{name}")] == ["a.html", "a.sql", "a.py"]


def descendants_of(pid: int) -> list[int]:
    """Every process that this one started, and those that they started."""
    said = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children = [int(child) for child, parent in map(str.split, said.splitlines()) if int(parent) == pid]
    return children + [further for child in children for further in descendants_of(child)]


def _runs(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def test_dev_runs_and_leaves_nothing_behind(scratch: Path) -> None:
    state, port, log = scratch / "state", free_port(), scratch / "log"
    state.mkdir(mode=0o755)
    served = Served("production", "https://mayfly.example", embedded=True)
    remember(state, served)
    program = [CHECKOUT / "bin" / "dev"]
    environment = {**os.environ, "MAYFLY_PYTHON": sys.executable, "MAYFLY_STATE": str(state), "PORT": str(port)}

    def attach(port: int) -> tuple[int, str]:
        done = subprocess.run(program, env={**environment, "PORT": str(port)}, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    with log.open("w") as out:
        process = subprocess.Popen(program, env=environment, stdout=out, stderr=out)
    try:
        wait_for(lambda: process.poll() is not None or "Mayfly is at" in log.read_text(), 60)
        # A second window of the editor attaches, and starts it once more.
        assert attach(port) == (0, f"bin/dev runs already, on port {port}.\n")
        with socket.create_server(("127.0.0.1", 0)) as taken:  # by another program
            code, told = attach(taken.getsockname()[1])
        assert (code, "is in use" in told) == (1, True)
        children = descendants_of(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0, log.read_text()
    wait_for(lambda: not any(map(_runs, children)))
    wait_for(lambda: not working_in(state / "postgres" / "data", "postgres"))
    assert recall(state) == served  # the scripts' note is bin/run's


def test_dev_refuses_other_environments(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("APP_ENV", "production")
    assert main() == 1
    assert "development only" in capsys.readouterr().err
