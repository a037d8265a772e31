"""How long a session lives, and what ends it."""

import pytest
from flask import Flask
from verbs import count, signed_in, token_for, value, write

from webapp.db.connections import Connection


@pytest.mark.parametrize(
    "aged",
    [
        "UPDATE sessions SET created_at = now() - interval '60 days', seen_at = now() - interval '30 days'",
        "UPDATE sessions SET created_at = now() - interval '181 days', expires_at = now()",
        "DELETE FROM sessions",
        "UPDATE users SET suspended_at = now()",
    ],
    ids=["idle", "too old", "ended elsewhere", "suspended"],
)
def test_session_past_its_time_is_signed_out(app: Flask, conn: Connection, aged: str) -> None:
    client = signed_in(app)
    token = token_for(client)
    conn.execute(aged)  # type: ignore[arg-type]
    assert client.get("/compose").status_code == 303
    assert client.get("/api/home").status_code == 401
    assert write(client, csrf_token=token).status_code == 401
    assert count(conn, "activities") == 0


def test_session_in_use_is_kept_from_ending_as_idle_and_marked_now_and_then_only(app: Flask, conn: Connection) -> None:
    client = signed_in(app)
    seen = value(conn, "SELECT seen_at FROM sessions")
    client.get("/compose")
    assert value(conn, "SELECT seen_at FROM sessions") == seen
    conn.execute("UPDATE sessions SET created_at = now() - interval '60 days', seen_at = now() - interval '29 days'")
    assert client.get("/compose").status_code == 200
    assert value(conn, "SELECT now() - seen_at < interval '1 minute' FROM sessions")


def test_session_lives_as_long_as_the_settings_say(app: Flask, conn: Connection) -> None:
    signed_in(app)
    lives = value(conn, "SELECT extract(epoch FROM expires_at - created_at)::int FROM sessions")
    assert lives == app.extensions["settings"].session_absolute == 180 * 86400


def test_person_has_fifty_sessions_at_most(app: Flask, conn: Connection) -> None:
    conn.execute(
        "INSERT INTO sessions (token_hash, user_uuid, created_at, seen_at, expires_at)"
        " SELECT sha256(n::text::bytea), uuid, now() - interval '9 days', now() - n * interval '1 minute',"
        " now() + interval '1 day' FROM users, generate_series(1, 60) AS n"
    )
    signed_in(app)
    assert count(conn, "sessions") == 50
    assert value(conn, "SELECT count(*) FROM sessions WHERE seen_at < now() - interval '49.5 minutes'") == 0
