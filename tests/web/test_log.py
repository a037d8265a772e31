"""The log holds what went wrong, a line a request, and nothing that people typed or carried."""

import json
import logging
import re
import sys

import pytest
from factories import PASSWORD, make_activity, make_user
from flask import Flask
from verbs import cookie_of, send, sign_in, signed_in, token_for, write

from webapp.activities import actions
from webapp.db.connections import Connection
from webapp.logs import JsonFormatter
from webapp.postgres.embedded import Cluster

CANARY = "canary7f3a"


def test_log_holds_nothing_that_people_typed_or_carried(
    app: Flask, conn: Connection, cluster: Cluster, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = {"User-Agent": f"{CANARY}\x1b[31m", "X-Note": CANARY}
    make_user(conn, f"{CANARY}x", email=f"{CANARY}@example.com", display_name=CANARY)
    made = make_activity(conn, make_user(conn, "bob"))
    client, stranger = app.test_client(), app.test_client()
    sign_in(client, f"{CANARY}x", headers=agent)
    session, token = cookie_of(client), token_for(client)
    write(client, f"message {CANARY}", headers=agent)
    write(client, CANARY * 90)
    send(client, "/activities", message=CANARY, csrf_token=CANARY)
    for path in (
        f"/?q={CANARY}", f"/@{CANARY}", f"/{CANARY}", f"/public?before={CANARY}", f"/%00{CANARY}",
        f"/compose?reply_to={CANARY}", f"/sign-in?next=/{CANARY}", f"/api/@{CANARY}x",
    ):  # fmt: skip
        client.get(path, headers=agent)
    sign_in(app.test_client(), f"{CANARY}@nowhere.example", f"wrong {CANARY}")
    assert write(stranger, f"while signed out {CANARY}").status_code == 401
    send(stranger, "/sign-up", handle=CANARY, email=f"{CANARY}@x", password=CANARY)
    seed = cookie_of(stranger)
    # Errors that quote what was typed: of nobody knows where, and of the database.
    monkeypatch.setattr(actions, "hit", lambda *a, **k: int(f"{CANARY}"))
    write(client, f"broken {CANARY}")
    monkeypatch.undo()
    conn.execute("ALTER TABLE activity_texts ADD CONSTRAINT no_canary CHECK (message NOT LIKE '%canary%') NOT VALID")
    try:
        assert write(client, f"refused {CANARY}").status_code == 500
    finally:
        conn.execute("ALTER TABLE activity_texts DROP CONSTRAINT no_canary")
    send(client, "/sign-out")
    text = "\n".join(log)
    assert len(log) > 15
    assert "unhandled" in text
    for secret in (CANARY, PASSWORD, session.removeprefix("in."), token, seed, str(made), "argon2"):
        assert secret
        assert secret not in text, secret
    assert CANARY not in cluster.log.read_text(errors="replace")


def test_log_has_one_line_a_request_and_it_is_json(app: Flask, conn: Connection, log: list[str]) -> None:
    alice = make_user(conn)
    client = signed_in(app)
    log.clear()
    asked = ["/", "/@alice", "/nowhere", "/livez", "/%0a%0d", "/public?x=%0aINFO"]
    for path in asked:
        client.get(path, headers={"User-Agent": "a\x1b[2Jb", "X-Forwarded-For": "x"})
    client.put("/")
    lines = [json.loads(line) for line in log if '"mayfly.request"' in line]
    assert len(lines) == len(asked)  # with PUT, without the health check that went well
    assert all(re.fullmatch(r"[0-9a-f]{16}", line["request"]) and line["ms"] >= 0 for line in lines)
    told = [(line["method"], line["route"], line["status"]) for line in lines[:3]]
    assert told == [("GET", "/", 200), ("GET", "/@<handle>", 200), ("GET", "", 404)]
    assert lines[0]["user"] == str(alice)


def test_log_line_is_one_line_whatever_it_is_given() -> None:
    for text in ("one\r\ntwo", "\x1b[31mred", "\u2028next", "\x00", "\x9b31m"):
        record = logging.makeLogRecord({"name": "x", "msg": "said %s", "args": (text,), "extra": text})
        line = JsonFormatter().format(record)
        assert line.isascii() and line.isprintable() and json.loads(line)["message"] == f"said {text}"  # noqa: PT018


def test_log_of_an_exception_has_types_and_places_and_no_words() -> None:
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
    assert "test_log.py" in line
