"""A place with `PUBLIC_FEED=no`: nothing for strangers but the way in."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from factories import make_activity
from flask import Flask
from verbs import signed_in, token_for, value

from webapp.db.connections import Connection


@pytest.fixture
def place(make_app: Callable[..., Flask]) -> Flask:
    return make_app(PUBLIC_FEED="no")


def test_private_place_shows_a_stranger_nothing(place: Flask, conn: Connection) -> None:
    made = make_activity(conn, value(conn, "SELECT uuid FROM users"), "canary of the harbour")
    stranger, member = place.test_client(), signed_in(place)
    fill = {"handle": "alice", "activity_uuid": str(made)}
    for rule in place.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint == "static":
            continue
        path = place.url_map.bind("localhost").build(rule.endpoint, {name: fill[name] for name in rule.arguments})
        answer = stranger.get(path)
        assert "canary" not in answer.text
        assert "Alice" not in answer.text
        if path in {"/livez", "/readyz", "/sign-in", "/sign-up"}:
            assert answer.status_code == 200
        elif path.startswith("/api/"):
            assert answer.status_code == 401
        else:
            assert answer.status_code == 303
            assert answer.location.startswith("/sign-in")
        assert stranger.get(path, headers={"HX-Request-Type": "partial"}).status_code in {200, 401}
        assert member.get(path).status_code in {200, 303}
    assert "canary" in member.get("/public").text


def test_private_place_keeps_the_text_of_who_was_signed_out(place: Flask, conn: Connection) -> None:
    alice = signed_in(place)
    form = {"csrf_token": token_for(alice), "message": "a long thought", "ttl": "1-day", "key": str(uuid4())}
    conn.execute("DELETE FROM sessions")
    answer = alice.post("/activities", data=form)
    assert answer.status_code == 401
    assert "a long thought" in answer.text
