"""What goes wrong is told to the person in a sentence, to the log without their words, and to nobody else."""

import json
import logging
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import Server, serve
from factories import PASSWORD, make_activity, make_user
from flask import Flask
from gunicorn.workers.ggevent import GeventWorker
from markupsafe import escape
from verbs import FRAGMENT, count, send, sign_in, signed_in, token_for, value, words, write
from ways import DatabaseUrls, settings_for

from webapp import create_app, errors
from webapp.activities import actions
from webapp.db.database import Database
from webapp.errors import NOT_FOUND, Unavailable, Violated
from webapp.logs import JsonFormatter
from webapp.postgres.folders import CHECKOUT
from webapp.web import answers
from webapp.web.security import headers_for


class Lines(logging.Handler):
    """Everything that is logged anywhere, as the lines that would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[Lines]:
    handler, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


def breaking(app: Flask, endpoint: str, error: Exception) -> None:
    def broken(**_: Any) -> Any:
        raise error

    app.view_functions[endpoint] = broken


# Pages, notices, JSON ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (errors.Malformed("It holds bytes."), 400, "It holds bytes."),
        (errors.NotFound(), 404, "There is nothing at this address, or its time has passed."),
        (errors.Conflict("Once is enough."), 409, "Once is enough."),
        (errors.TooMany("Later.", 60), 429, "Later."),
        (errors.Unavailable("secret reason"), 503, "Mayfly is unavailable for a moment."),
        (RuntimeError("secret reason"), 500, "It's not your fault"),
    ],
)
def test_error_is_told_as_page_notice_or_json(app: Flask, error: Exception, status: int, sentence: str) -> None:
    breaking(app, "feeds.public", error)
    breaking(app, "feeds.public_json", error)
    client = app.test_client()
    page, notice, data = client.get("/public"), client.get("/public", headers=FRAGMENT), client.get("/api/public")
    assert (page.status_code, notice.status_code, data.status_code) == (status,) * 3
    assert sentence in words(page)
    assert page.text.startswith("<!doctype html>")
    assert sentence in words(notice)
    assert notice.text.startswith('<hx-partial hx-target="#notices"')
    assert "<html" not in notice.text
    assert sentence in data.get_json()["error"]
    assert data.mimetype == "application/json"
    for answer in (page, notice, data):
        assert "secret" not in answer.text
        assert ("Retry-After" in answer.headers) == (status in (429, 503))


@pytest.mark.parametrize("place", ["view", "template", "before", "after the statement"])
def test_unforeseen_error_is_a_500_with_an_id_and_the_worker_lives(
    app: Flask, database_urls: DatabaseUrls, log: Lines, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with database_urls.owner() as conn:
        make_activity(conn, make_user(conn))
        alice = signed_in(app)
        if place == "view":
            monkeypatch.setitem(app.view_functions, "activities.create", lambda: 1 / 0)
        elif place == "template":
            monkeypatch.setitem(app.jinja_env.filters, "message_html", lambda card: 1 / 0)
        elif place == "before":
            monkeypatch.setattr(Database, "query_object", lambda *a, **k: 1 / 0)
        else:
            monkeypatch.setattr(Database, "execute", lambda *a, **k: 1 / 0)
        answer = write(alice, "a thought", fragment=True) if place != "before" else alice.get("/")
        monkeypatch.undo()
        assert answer.status_code == 500
        number = re.search(r"<code>([0-9a-f]{16})</code>", answer.text)
        assert number
        assert sum(number[1] in line and '"error"' in line for line in log.lines) == 1
        assert write(alice).status_code == 303
        assert value(conn, "SELECT count(*) FROM activities WHERE message = 'a thought'") == (
            1 if place == "template" else 0
        )


def test_error_page_asks_the_database_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Database, "_read", lambda *a: pytest.fail("asked"))
    monkeypatch.setattr(Database, "_connection", lambda *a: pytest.fail("asked"))
    client = app.test_client()
    client.set_cookie("mayfly", "in." + "A" * 43)
    assert client.get("/%00").status_code == 400
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_violated_constraints_are_sentences_beside_their_fields(database_urls: DatabaseUrls) -> None:
    with database_urls.owner() as conn:
        for constraint in errors.VIOLATIONS:
            known = "SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class"
            assert value(conn, f"SELECT %s IN ({known})", constraint), constraint
    assert Violated("users_handle_unique").as_invalid().field == "handle"
    with pytest.raises(Violated):
        Violated("sessions_user").as_invalid()


def test_every_heading_is_drawn(app: Flask) -> None:
    with app.test_request_context("/x"):
        for status, heading in answers.HEADINGS.items():
            assert str(escape(heading)) in answers.render_error(status, "Words.").get_data(as_text=True)


# Health --------------------------------------------------------------------------------------------------------


def test_health_without_a_database_lives_and_is_not_ready() -> None:
    from webapp.config.settings import Settings

    app = create_app(
        Settings.from_env({"CONNECTION_URL": "postgresql://app@127.0.0.1:1/none", "SECRET_KEY": "x", "APP_ENV": "test"})
    )
    client = app.test_client()
    assert (client.get("/livez").status_code, client.get("/livez").text) == (200, "ok\n")
    assert client.get("/readyz").status_code == 503


def test_health_with_a_schema_that_does_not_fit_is_not_ready(fresh_database: DatabaseUrls) -> None:
    app = create_app(settings_for(fresh_database))
    client = app.test_client()
    assert client.get("/readyz").status_code == 200
    with fresh_database.owner() as conn:
        conn.execute("ALTER TABLE users RENAME COLUMN last_ttl TO something_else")
    app.extensions["db"]._checked = False
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200
    app.extensions["db"].close()


def test_health_with_a_migration_to_come_is_not_ready(fresh_database: DatabaseUrls) -> None:
    app = create_app(settings_for(fresh_database))
    client = app.test_client()
    assert client.get("/readyz").status_code == 200
    app.extensions["db"].catalogue.newest_migration = "9999-something-new"
    assert client.get("/readyz").status_code == 503
    with fresh_database.owner() as conn:
        conn.execute("INSERT INTO schema_migrations VALUES ('9999-something-new', repeat('0', 64))")
    assert client.get("/readyz").status_code == 200
    app.extensions["db"].close()


def test_live_asks_nobody(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Database, "_connection", lambda *a: pytest.fail("asked"))
    client = app.test_client()
    client.set_cookie("mayfly", "in." + "A" * 43)
    assert client.get("/livez").status_code == 200


def test_ready_prepares_again_when_the_database_comes_late(
    database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("not yet")

    monkeypatch.setattr("webapp.db.database.connect", away)
    app = create_app(settings_for(database_urls))
    assert app.test_client().get("/readyz").status_code == 503
    monkeypatch.undo()
    assert app.test_client().get("/readyz").status_code == 200
    app.extensions["db"].close()


# Logs ----------------------------------------------------------------------------------------------------------

CANARY = "canary7f3a"


def test_log_holds_nothing_that_people_typed_or_carried(
    app: Flask, database_urls: DatabaseUrls, log: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = {"User-Agent": f"{CANARY}\x1b[31m", "X-Note": CANARY}
    with database_urls.owner() as conn:
        make_user(conn, f"{CANARY}x", email=f"{CANARY}@example.com", display_name=CANARY)
        bob = make_user(conn, "bob")
        made = make_activity(conn, bob)
    client = app.test_client()
    sign_in(client, f"{CANARY}x", headers=agent)
    session = client.get_cookie("mayfly")
    assert session
    token = token_for(client)
    write(client, f"message {CANARY}", headers=agent)
    write(client, CANARY * 90)
    send(client, "/activities", message=CANARY, csrf_token=CANARY)
    for path in (
        f"/?q={CANARY}",
        f"/@{CANARY}",
        f"/{CANARY}",
        f"/public?before={CANARY}",
        f"/%00{CANARY}",
        f"/compose?reply_to={CANARY}",
        f"/sign-in?next=/{CANARY}",
        f"/api/@{CANARY}x",
    ):
        client.get(path, headers=agent)
    sign_in(app.test_client(), f"{CANARY}@nowhere.example", f"wrong {CANARY}")
    stranger = app.test_client()
    assert write(stranger, f"while signed out {CANARY}").status_code == 401
    page = stranger.get("/sign-up")
    seed = stranger.get_cookie("mayfly")
    assert seed
    stranger.post(
        "/sign-up",
        data={
            "handle": CANARY,
            "email": f"{CANARY}@x",
            "password": CANARY,
            "csrf_token": re.search(r'csrf_token" value="([^"]+)', page.text)[1],
        },
    )
    # Errors that quote what was typed: of the database, and of nobody knows where.
    monkeypatch.setattr(actions, "hit", lambda *a, **k: int(f"{CANARY}"))
    write(client, f"broken {CANARY}")
    monkeypatch.undo()
    with database_urls.owner() as conn:
        conn.execute("ALTER TABLE activities ADD CONSTRAINT no_canary CHECK (message NOT LIKE '%canary%') NOT VALID")
        try:
            assert write(client, f"refused {CANARY}").status_code == 500
        finally:
            conn.execute("ALTER TABLE activities DROP CONSTRAINT no_canary")
    send(client, "/sign-out")
    text = "\n".join(log.lines)
    assert len(log.lines) > 15
    assert "unhandled" in text
    for secret in (CANARY, PASSWORD, session.value, session.value.removeprefix("in."), token, seed.value, str(made)):
        assert secret not in text, secret
    assert "argon2" not in text


def test_log_has_one_line_a_request_and_it_is_json(app: Flask, database_urls: DatabaseUrls, log: Lines) -> None:
    with database_urls.owner() as conn:
        alice = make_user(conn)
    client = signed_in(app)
    log.lines.clear()
    asked = ["/", "/@alice", "/nowhere", "/livez", "/%0a%0d", "/public?x=%0aINFO"]
    for path in asked:
        client.get(path, headers={"User-Agent": "a\x1b[2Jb", "X-Forwarded-For": "x"})
    client.put("/")
    lines = [json.loads(line) for line in log.lines if '"mayfly.request"' in line]
    assert len(lines) == len(asked)  # with PUT, without the health check that went well
    for line, raw in zip(lines, [raw for raw in log.lines if '"mayfly.request"' in raw], strict=True):
        assert "\n" not in raw
        assert "\x1b" not in raw
        assert raw.isascii()
        assert re.fullmatch(r"[0-9a-f]{16}", line["request"])
        assert line["ms"] >= 0
    assert [(line["method"], line["route"], line["status"]) for line in lines[:3]] == [
        ("GET", "/", 200),
        ("GET", "/@<handle>", 200),
        ("GET", "", 404),
    ]
    assert lines[0]["user"] == str(alice)


@pytest.mark.parametrize("text", ["one\ntwo", "one\r\ntwo", "\x1b[31mred", "\u2028next", "\x00", "\x9b31m"])
def test_log_line_is_one_line_whatever_it_is_given(text: str) -> None:
    record = logging.makeLogRecord({"name": "x", "msg": "said %s", "args": (text,), "extra": text})
    line = JsonFormatter().format(record)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["message"] == f"said {text}"


def test_log_of_an_exception_has_types_and_places_and_no_words() -> None:
    import sys

    try:
        try:
            raise ValueError(CANARY)
        except ValueError as cause:
            raise RuntimeError(CANARY) from cause
    except RuntimeError:
        record = logging.makeLogRecord({"name": "x", "msg": "broke", "exc_info": sys.exc_info()})
    line = JsonFormatter().format(record)
    assert CANARY not in line
    assert json.loads(line)["exception"] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert "test_errors.py" in line


def test_server_log_holds_no_text_of_a_failing_row(cluster, database_urls: DatabaseUrls, app: Flask) -> None:
    with database_urls.owner() as conn:
        make_user(conn)
        conn.execute("ALTER TABLE activities ADD CONSTRAINT no_canary CHECK (message NOT LIKE '%canary%') NOT VALID")
        try:
            assert write(signed_in(app), f"refused {CANARY}").status_code == 500
        finally:
            conn.execute("ALTER TABLE activities DROP CONSTRAINT no_canary")
        assert count(conn, "activities") == 0
    assert CANARY not in cluster.log.read_text(errors="replace")


# What never reaches the program ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_server(worker_database: DatabaseUrls) -> Iterator[Server]:
    with serve(worker_database) as server:
        yield server


UNREADABLE = {
    "a long address": ("GET /?CANARY=%s HTTP/1.1\r\nHost: localhost\r\n" % ("a" * 5000), 414),
    "a header without a colon": ("GET / HTTP/1.1\r\nHost: localhost\r\nCookie mayfly=in.CANARY<script>\r\n", 400),
    "a header that is no name": ("GET / HTTP/1.1\r\nHost: localhost\r\nCANARY<script>: x\r\n", 400),
    "a long header": ("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n" % ("CANARY" * 2000), 431),
    "a folded header": ("GET / HTTP/1.1\r\nHost: localhost\r\nA: b\r\n CANARY\r\n", 400),
    "a method that is none": ("CAN<ARY / HTTP/1.1\r\nHost: localhost\r\n", 400),
    "a version that is none": ("GET / CANARY\r\nHost: localhost\r\n", 400),
    "an expectation": ("GET / HTTP/1.1\r\nHost: localhost\r\nExpect: CANARY\r\n", 417),
    "a coding": ("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: CANARY\r\n", 501),
    "a length that is none": ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: CANARY\r\n", 400),
}


def test_request_that_the_server_cannot_read_is_answered_like_all_and_quoted_nowhere(
    database_urls: DatabaseUrls,
) -> None:
    with serve(database_urls, PUBLIC_URL="https://mayfly.example") as server:
        for what, (request, status) in UNREADABLE.items():
            with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), 10) as asking:
                asking.sendall(request.encode() + b"\r\n")
                told = b"".join(iter(lambda: asking.recv(65536), b"")).decode()
            head, _, body = told.partition("\r\n\r\n")
            first, *lines = head.split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines)
            assert first.startswith(f"HTTP/1.1 {status} "), what
            wanted = headers_for(settings_for(database_urls, PUBLIC_URL="https://mayfly.example"))
            assert wanted.items() <= headers.items(), what
            assert headers["Cache-Control"] == "private, no-store"
            assert headers["Content-Type"] == "text/plain; charset=utf-8"
            assert int(headers["Content-Length"]) == len(body)
            assert "CANARY" not in told
            assert "script" not in body
        log = server.log.read_text()
    assert "CANARY" not in log
    assert "ARY" not in log
    assert log.count("a request could not be read") == len(UNREADABLE)
    assert all(json.loads(line) for line in log.splitlines())


@pytest.mark.parametrize("body", ["zz\r\nabc", "5\r\nabcdeX", "3;\x01\r\nabc\r\n0\r\n\r\n", "5\r\nab"])
def test_body_that_does_not_arrive_whole_is_no_fault(real_server: Server, body: str) -> None:
    head = "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with socket.create_connection(("127.0.0.1", int(real_server.url.rpartition(":")[2])), 10) as asking:
        asking.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n{body}".encode())
        asking.shutdown(socket.SHUT_WR)
        assert asking.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_whoever_asks_is_not_believed_to_be_a_proxy(real_server: Server) -> None:
    """Neither that the place lies below a folder, nor that its address begins with https."""
    host = real_server.url.removeprefix("http://")
    below = urllib.request.Request(f"{real_server.url}/below/livez", headers={"SCRIPT_NAME": "/below"})
    foreign = {"Origin": f"https://{host}", "X-Forwarded-Proto": "https"}
    secure = urllib.request.Request(f"{real_server.url}/sign-in", b"", foreign)
    for request, status, sentence in ((below, 404, NOT_FOUND), (secure, 400, "That request came from another site")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=60)
        with refused.value as answer:
            assert (answer.status, sentence in answer.read().decode()) == (status, True)


def test_what_fails_around_the_program_is_told_without_its_words(app: Flask, log: Lines) -> None:
    scope: dict[str, Any] = {"__file__": str(CHECKOUT / "gunicorn.conf.py")}
    exec((CHECKOUT / "gunicorn.conf.py").read_text(), scope)
    assert issubclass(scope["worker_class"], GeventWorker)
    worker = object.__new__(scope["worker_class"])
    worker.wsgi, worker.log = app, logging.getLogger("gunicorn.error")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker.handle_error(None, theirs, ("203.0.113.9", 1), ValueError("canary"))
        told = ours.recv(65536).decode()
    assert told.startswith("HTTP/1.1 500 ")
    assert "X-Content-Type-Options: nosniff\r\n" in told
    assert "canary" not in told + "".join(log.lines)
    assert "builtins.ValueError" in "".join(log.lines)
