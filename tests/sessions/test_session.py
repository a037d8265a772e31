"""A session is a row, and the one cookie its id; strangers who have a form get a signed note."""

import hashlib
import re
from types import SimpleNamespace

import pytest
from factories import PASSWORD, make_activity
from flask import Flask
from verbs import cookie_of, count, send, sign_in, signed_in, token_for, token_in, value, with_cookie, write
from ways import MakeApp

from webapp.db.connections import Connection
from webapp.sessions import session


def test_cookie_is_a_random_id_and_the_session_a_row(app: Flask, conn: Connection) -> None:
    wanted = set()
    for client in (app.test_client(), app.test_client()):
        sign_in(client)
        found = re.fullmatch(r"in\.([A-Za-z0-9_-]{43})", cookie_of(client))  # 43 characters of base64: 256 bits
        assert found
        wanted.add((hashlib.sha256(found[1].encode()).digest(), 180))
    rows = conn.execute("SELECT token_hash, extract(day FROM expires_at - created_at)::int FROM sessions").fetchall()
    assert len(wanted) == len(rows) == 2
    assert {(bytes(token_hash), days) for token_hash, days in rows} == wanted


def test_cookie_flags_follow_the_public_address(make_app: MakeApp) -> None:
    for url, name, secure in (
        ("http://localhost", "mayfly=", []),
        ("http://localhost:8001", "mayfly-8001=", []),  # cookies do not keep ports apart
        ("https://localhost:8443", "__Host-mayfly=", ["Secure"]),
    ):
        client = make_app(PUBLIC_URL=url).test_client()
        page = client.get("/sign-in", base_url=url)
        form = {"email": "alice", "password": PASSWORD, "csrf_token": token_in(page)}
        signed_in = client.post("/sign-in", base_url=url, data=form)
        out = {"csrf_token": token_in(client.get("/compose", base_url=url))}
        for answer in (page, signed_in, client.post("/sign-out", base_url=url, data=out)):
            (cookie,) = answer.headers.getlist("Set-Cookie")
            first, *parts = cookie.split("; ")
            flags = {part for part in parts if not part.startswith(("Max-Age", "Expires"))}
            assert first.startswith(name)
            assert flags == {"HttpOnly", "Path=/", "SameSite=Lax", *secure}


def test_cookie_is_set_only_for_strangers_by_pages_with_a_form(app: Flask, conn: Connection) -> None:
    made, alice = make_activity(conn, value(conn, "SELECT uuid FROM users")), signed_in(app)
    without = ["/", "/public", "/@alice", f"/@alice/status/{made}", "/api/public", "/livez", "/nowhere", "/compose"]
    for path in (*without, "/sign-in", "/sign-up"):
        answer = app.test_client().get(path)
        assert ("Set-Cookie" in answer.headers) == ("csrf_token" in answer.text) == (path not in without), path
        assert "Set-Cookie" not in alice.get(path).headers, path


def test_cookie_fixed_beforehand_never_becomes_a_session(app: Flask, conn: Connection) -> None:
    """Neither an id that somebody planted, nor a stranger's signed cookie, nor the session of before."""
    stranger = app.test_client()
    stranger.get("/sign-in")
    for fixed in ("in." + "A" * 43, cookie_of(stranger), cookie_of(signed_in(app))):
        client = with_cookie(app, fixed)
        assert (sign_in(client).status_code, cookie_of(client) == fixed) == (303, False)
        assert with_cookie(app, fixed).get("/compose").status_code == 303
    assert count(conn, "sessions") == 3


def test_secret_key_is_changed_without_losing_open_pages(make_app: MakeApp) -> None:
    """The key of before still verifies, and what is written now is signed with the new one."""
    old, new = "old-key-0123456789-abcdefghijklmno", "new-key-0123456789-abcdefghijklmno"
    before, only_new = make_app(SECRET_KEY=old), make_app(SECRET_KEY=new)
    after = make_app(SECRET_KEY=new, SECRET_KEY_FALLBACKS=old)
    page, fresh = before.test_client(), after.test_client()
    token = token_for(page)
    member = with_cookie(after, cookie_of(signed_in(before)))
    assert member.get("/compose").status_code == 200, "a session is a row: no key takes part"
    moved = with_cookie(after, cookie_of(page))
    assert "Set-Cookie" not in moved.get("/sign-in").headers, "the cookie of before was read"
    again = sign_in(moved, csrf_token=token)
    assert (again.status_code, 'value="alice"' in again.text) == (400, True), "asked for once more, with what was typed"
    assert sign_in(moved, csrf_token=token_in(again)).status_code == 303
    assert sign_in(with_cookie(only_new, cookie_of(page)), csrf_token=token).status_code == 400
    fresh.get("/sign-in")
    for client, known in ((page, False), (fresh, True)):
        answer = with_cookie(only_new, cookie_of(client)).get("/sign-in")
        assert ("Set-Cookie" not in answer.headers) == known


def test_note_counts_though_clocks_differ_by_a_little(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """One machine writes it, another reads it; or one clock is set in between. It is there once."""
    clock = SimpleNamespace()
    monkeypatch.setattr(session, "time", clock)
    for passed, kept in ((-61, False), (-60, True), (0, True), (100, True), (101, False)):
        clock.time = lambda: 1_800_000_000.9
        with app.test_request_context("/"):
            session.store_in_cookie("flow", {"state": "x"})
            clock.time = lambda passed=passed: 1_800_000_000 + passed
            assert bool(session.pop_from_cookie("flow", 100)) == kept, passed
            assert session.pop_from_cookie("flow", 100) is None


def test_sign_out_ends_the_session_for_copies_too(app: Flask, conn: Connection) -> None:
    client, other = signed_in(app), signed_in(app)
    copied, token = cookie_of(client), token_for(client)
    answers = [send(client, "/sign-out", csrf_token=token) for _ in ("by this page", "and by one that was open still")]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/")] * 2
    assert ("Clear-Site-Data" in answers[0].headers, cookie_of(client)) == (False, ""), "the theme stays"
    thief = with_cookie(app, copied)
    assert [thief.get(path).status_code for path in ("/compose", "/api/home")] == [303, 401]
    assert write(thief, csrf_token=token).status_code == 401
    assert count(conn, "activities") == 0
    assert other.get("/compose").status_code == 200, "another browser stays signed in"


def test_session_past_its_time_is_signed_out(app: Flask, conn: Connection) -> None:
    for past in (
        "UPDATE sessions SET created_at = now() - interval '60 days', seen_at = now() - interval '30 days'",
        "UPDATE sessions SET created_at = now() - interval '181 days', expires_at = now()",
        "DELETE FROM sessions",
        "UPDATE users SET suspended_at = now()",
    ):
        client = signed_in(app)
        token = token_for(client)
        conn.execute(past)  # type: ignore[arg-type]
        assert [client.get(path).status_code for path in ("/compose", "/api/home")] == [303, 401], past
        assert write(client, csrf_token=token).status_code == 401, past
    assert count(conn, "activities") == 0


def test_session_in_use_is_kept_from_ending_as_idle_and_marked_now_and_then_only(app: Flask, conn: Connection) -> None:
    client, seen_at = signed_in(app), "SELECT seen_at FROM sessions"
    seen = value(conn, seen_at)
    client.get("/compose")
    assert value(conn, seen_at) == seen
    conn.execute("UPDATE sessions SET created_at = now() - interval '60 days', seen_at = now() - interval '29 days'")
    assert client.get("/compose").status_code == 200
    assert value(conn, seen_at) > seen


def test_person_has_fifty_sessions_at_most(app: Flask, conn: Connection) -> None:
    conn.execute(
        "INSERT INTO sessions (token_hash, user_uuid, created_at, seen_at, expires_at)"
        " SELECT sha256(n::text::bytea), uuid, now() - interval '9 days', now() - n * interval '1 minute',"
        " now() + interval '1 day' FROM users, generate_series(1, 60) AS n"
    )
    sign_in(app.test_client())
    assert count(conn, "sessions") == 50
    assert value(conn, "SELECT count(*) FROM sessions WHERE seen_at < now() - interval '49.5 minutes'") == 0
