"""What goes wrong is told to the person in a sentence: a page, a notice or JSON, whichever they asked for."""

import re
from typing import Any

import pytest
from factories import make_activity, make_user
from flask import Flask
from verbs import FRAGMENT, signed_in, value, words, write

from webapp import errors
from webapp.db.connections import Connection
from webapp.db.database import Database
from webapp.errors import Violated
from webapp.web import answers


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (errors.Malformed("It holds bytes."), 400, "It holds bytes."),
        (errors.NotFound(), 404, errors.NOT_FOUND),
        (errors.TooMany("Later.", 60), 429, "Later."),
        (errors.Unavailable("secret reason"), 503, answers.UNAVAILABLE),
        (RuntimeError("secret reason"), 500, "still here"),
    ],
)
def test_error_is_told_as_page_notice_or_json(
    app: Flask, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, sentence: str
) -> None:
    def broken() -> Any:
        raise error

    for endpoint in ("feeds.public", "feeds.public_json"):
        monkeypatch.setitem(app.view_functions, endpoint, broken)
    client = app.test_client()
    page, notice, data = client.get("/public"), client.get("/public", headers=FRAGMENT), client.get("/api/public")
    assert page.text.startswith("<!doctype html>")
    assert notice.text.startswith('<hx-partial hx-target="#notices"')
    for answer, told in ((page, words(page)), (notice, words(notice)), (data, data.get_json()["error"])):
        assert sentence in told
        assert answer.status_code == status
        assert "secret" not in answer.text
        assert ("Retry-After" in answer.headers) == (status in (429, 503))


@pytest.mark.parametrize("place", ["view", "template", "before", "after the statement"])
def test_unforeseen_error_is_a_500_with_an_id_and_the_worker_lives(
    app: Flask, conn: Connection, log: list[str], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    make_activity(conn, make_user(conn))
    alice = signed_in(app)
    if place == "view":
        monkeypatch.setitem(app.view_functions, "activities.create", lambda: 1 / 0)
    elif place == "template":
        monkeypatch.setitem(app.jinja_env.filters, "message_html", lambda card: 1 / 0)
    else:
        verb = "query_object" if place == "before" else "execute"
        monkeypatch.setattr(Database, verb, lambda *a, **k: 1 / 0)
    answer = write(alice, "a thought", fragment=True) if place != "before" else alice.get("/")
    monkeypatch.undo()
    assert answer.status_code == 500
    (number,) = re.findall(r"<code>([0-9a-f]{16})</code>", answer.text)
    assert sum(number in line and '"error"' in line for line in log) == 1
    assert write(alice).status_code == 303
    assert value(conn, "SELECT count(*) FROM said WHERE message = 'a thought'") == (place == "template")


def test_error_page_asks_the_database_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Database, "_read", lambda *a: pytest.fail("asked"))
    monkeypatch.setattr(Database, "_connection", lambda *a: pytest.fail("asked"))
    client = app.test_client()
    client.set_cookie("mayfly", "in." + "A" * 43)
    for path, host, status in (("/%00", "localhost", 400), ("/", "evil.example", 400), ("/livez", "localhost", 200)):
        assert client.get(path, headers={"Host": host}).status_code == status


def test_violated_constraints_are_sentences_beside_their_fields(conn: Connection) -> None:
    known = conn.execute("SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class").fetchall()
    assert errors.VIOLATIONS.keys() <= {name for (name,) in known}
    assert Violated("users_handle_unique").as_invalid().field == "handle"
    with pytest.raises(Violated):
        Violated("sessions_user").as_invalid()
