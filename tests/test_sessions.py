"""Sessions are rows; the cookie is an id and nothing else."""

import hashlib
import re
from types import SimpleNamespace

import pytest
from factories import make_activity, make_user
from flask import Flask
from verbs import count, send, sign_in, signed_in, token_for, token_in, value, words, write
from ways import DatabaseUrls, settings_for

from webapp import create_app
from webapp.db.connections import Connection
from webapp.sessions import session


def cookie_of(client, name: str = "mayfly") -> str:
    found = client.get_cookie(name)
    return found.value if found else ""


@pytest.fixture
def conn(conn: Connection) -> Connection:
    """With alice."""
    make_user(conn)
    return conn


def test_session_is_a_row_and_the_cookie_a_random_id(app: Flask, conn: Connection) -> None:
    first, second = signed_in(app), signed_in(app)
    tokens = []
    for client in (first, second):
        found = re.fullmatch(r"in\.([A-Za-z0-9_-]{43})", cookie_of(client))  # 43 signs of base64: 256 bits
        assert found
        tokens.append(found[1])
    assert tokens[0] != tokens[1]
    stored = {bytes(row[0]) for row in conn.execute("SELECT token_hash FROM sessions").fetchall()}
    assert stored == {hashlib.sha256(token.encode()).digest() for token in tokens}


@pytest.mark.parametrize(
    ("public_url", "name", "flags"),
    [
        ("http://localhost", "mayfly", {"HttpOnly", "Path=/", "SameSite=Lax"}),
        ("https://localhost", "__Host-mayfly", {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"}),
    ],
)
def test_cookie_flags_follow_the_public_address(
    database_urls: DatabaseUrls, conn: Connection, public_url: str, name: str, flags: set[str]
) -> None:
    app = create_app(settings_for(database_urls, PUBLIC_URL=public_url))
    client = app.test_client()
    client.get("/public", base_url=public_url)
    for answer in (
        client.get("/sign-in", base_url=public_url),
        client.post(
            "/sign-in",
            base_url=public_url,
            data={"email": "alice", "password": "a lantern for the harbour", "csrf_token": _token(client, public_url)},
        ),
        client.post("/sign-out", base_url=public_url, data={"csrf_token": _token(client, public_url, "/compose")}),
    ):
        assert answer.status_code in {200, 303}
        cookies = answer.headers.getlist("Set-Cookie")
        assert len(cookies) == 1, "one cookie and no second"
        parts = [part.strip() for part in cookies[0].split(";")]
        assert parts[0].startswith(f"{name}=")
        assert {part for part in parts[1:] if not part.startswith(("Max-Age", "Expires"))} == flags
    assert ("Strict-Transport-Security" in client.get("/public", base_url=public_url).headers) == public_url.startswith(
        "https"
    )


def _token(client, base_url: str, path: str = "/sign-in") -> str:
    page = client.get(path, base_url=base_url).text
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def test_cookie_of_a_stranger_is_set_only_by_pages_with_a_form(app: Flask, conn: Connection) -> None:
    made = make_activity(conn, value(conn, "SELECT uuid FROM users"))
    without = [
        "/",
        "/public",
        "/@alice",
        f"/@alice/status/{made}",
        "/api/public",
        "/livez",
        "/readyz",
        "/nowhere",
        "/compose",
    ]
    for path in without:
        answer = app.test_client().get(path)
        assert "Set-Cookie" not in answer.headers, path
        assert "csrf_token" not in answer.text
    for path in ("/sign-in", "/sign-up"):
        answer = app.test_client().get(path)
        assert "Set-Cookie" in answer.headers
        assert "csrf_token" in answer.text
    assert count(conn, "sessions") == 0


def test_cookie_is_not_set_again_by_reading(app: Flask, conn: Connection) -> None:
    client = signed_in(app)
    for path in ("/", "/public", "/compose", "/@alice", "/api/home", "/nowhere"):
        assert "Set-Cookie" not in client.get(path).headers


def test_cookie_fixed_beforehand_never_becomes_a_session(app: Flask, conn: Connection) -> None:
    fixed = "in." + "A" * 43
    client = app.test_client()
    client.set_cookie("mayfly", fixed)
    assert sign_in(client).status_code == 303
    assert cookie_of(client) != fixed
    thief = app.test_client()
    thief.set_cookie("mayfly", fixed)
    assert thief.get("/compose").status_code == 303
    # Nor does the signed cookie that a stranger has before.
    client = app.test_client()
    client.get("/sign-in")
    before = cookie_of(client)
    sign_in(client)
    assert before != cookie_of(client)
    thief.set_cookie("mayfly", before)
    assert thief.get("/compose").status_code == 303


def test_sign_in_again_ends_the_session_before(app: Flask, conn: Connection) -> None:
    client = signed_in(app)
    old = cookie_of(client)
    assert sign_in(client).status_code == 303
    assert count(conn, "sessions") == 1
    thief = app.test_client()
    thief.set_cookie("mayfly", old)
    assert thief.get("/compose").status_code == 303


def test_sign_out_ends_the_session_for_copies_too(app: Flask, conn: Connection) -> None:
    client = signed_in(app)
    copied, token = cookie_of(client), token_for(client)
    answer = send(client, "/sign-out")
    assert (answer.status_code, answer.location) == (303, "/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie_of(client) == ""
    assert count(conn, "sessions") == 0
    thief = app.test_client()
    thief.set_cookie("mayfly", copied)
    assert thief.get("/compose").status_code == 303
    assert thief.get("/api/home").status_code == 401
    assert write(thief, csrf_token=token).status_code == 401
    assert count(conn, "activities") == 0


def test_sign_out_leaves_other_browsers_signed_in(app: Flask, conn: Connection) -> None:
    here, there = signed_in(app), signed_in(app)
    send(here, "/sign-out")
    assert there.get("/compose").status_code == 200


def test_sign_out_with_the_token_of_another_session_is_refused(app: Flask, conn: Connection) -> None:
    here, there = signed_in(app), signed_in(app)
    answer = send(here, "/sign-out", csrf_token=token_for(there))
    assert answer.status_code == 400
    assert "You're still signed in" in words(answer)
    assert count(conn, "sessions") == 2


def test_sign_out_of_an_old_page_whose_session_is_over_leads_home(app: Flask, conn: Connection) -> None:
    client = signed_in(app)
    token = token_for(client)
    conn.execute("DELETE FROM sessions")
    client.delete_cookie("mayfly")
    answer = send(client, "/sign-out", csrf_token=token)
    assert (answer.status_code, answer.location) == (303, "/")


def test_token_of_before_signing_in_is_void_after(app: Flask, conn: Connection) -> None:
    client = app.test_client()
    before = token_for(client)
    assert sign_in(client, csrf_token=before).status_code == 303
    assert send(client, "/sign-out", csrf_token=before).status_code == 400
    assert send(client, "/sign-out").status_code == 303


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
    assert client.get("/compose").status_code == 200
    conn.execute(aged)  # type: ignore[arg-type]
    assert client.get("/compose").status_code == 303
    assert client.get("/api/home").status_code == 401
    assert "Sign out" not in client.get("/").text
    assert write(client, csrf_token=token).status_code == 401
    assert count(conn, "activities") == 0


def test_session_in_use_is_kept_from_ending_as_idle(app: Flask, conn: Connection) -> None:
    client = signed_in(app)
    conn.execute("UPDATE sessions SET created_at = now() - interval '60 days', seen_at = now() - interval '29 days'")
    assert client.get("/compose").status_code == 200
    assert value(conn, "SELECT now() - seen_at < interval '1 minute' FROM sessions")


def test_session_in_use_is_marked_now_and_then_only(app: Flask, conn: Connection) -> None:
    client = signed_in(app)
    seen = value(conn, "SELECT seen_at FROM sessions")
    client.get("/compose")
    assert value(conn, "SELECT seen_at FROM sessions") == seen


def test_session_lives_as_long_as_the_settings_say(app: Flask, conn: Connection) -> None:
    signed_in(app)
    assert value(
        conn, "SELECT expires_at - created_at BETWEEN interval '179 days' AND interval '181 days' FROM sessions"
    )


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "in.",
        "in." + "A" * 42,
        "in." + "A" * 44,
        "in." + "A" * 43,
        "in." + "=" * 43,
        "in.%00" + "A" * 40,
        "null",
        "in.NULL",
        "\u00ff" * 10,
        "eyJ1c2VyIjoxfQ.x.y",
        '"',
        "in." + "A" * 3000,
        ";;;",
    ],
)
def test_cookie_of_no_session_is_a_stranger(app: Flask, conn: Connection, cookie: str) -> None:
    signed_in(app)
    client = app.test_client()
    answer = client.get("/compose", headers={"Cookie": f"mayfly={cookie}"})
    assert answer.status_code == 303
    assert client.get("/public", headers={"Cookie": f"mayfly={cookie}"}).status_code == 200


def test_cookie_signed_with_another_key_says_nothing(app: Flask, database_urls: DatabaseUrls, conn: Connection) -> None:
    other = create_app(settings_for(database_urls, SECRET_KEY="another-key-0123456789-abcdefghij"))
    stranger = other.test_client()
    token = token_for(stranger)
    client = app.test_client()
    client.set_cookie("mayfly", cookie_of(stranger))
    assert sign_in(client, csrf_token=token).status_code == 400


def test_secret_key_is_changed_without_losing_open_pages(database_urls: DatabaseUrls, conn: Connection) -> None:
    """The key of before still verifies, and what is written now is signed with the new one."""
    old, new = "old-key-0123456789-abcdefghijklmno", "new-key-0123456789-abcdefghijklmno"
    before = create_app(settings_for(database_urls, SECRET_KEY=old))
    after = create_app(settings_for(database_urls, SECRET_KEY=new, SECRET_KEY_FALLBACKS=old))
    only_new = create_app(settings_for(database_urls, SECRET_KEY=new))
    page, person = before.test_client(), signed_in(before)
    token = token_for(page)
    moved, member = after.test_client(), after.test_client()
    moved.set_cookie("mayfly", cookie_of(page))
    member.set_cookie("mayfly", cookie_of(person))
    assert member.get("/compose").status_code == 200, "a session is a row: no key takes part"
    assert "Set-Cookie" not in moved.get("/sign-in").headers, "the cookie of before was read"
    # A form that was open is asked for once more, with what was typed; then it counts.
    again = sign_in(moved, csrf_token=token)
    assert again.status_code == 400
    assert 'value="alice"' in again.text
    assert sign_in(moved, csrf_token=token_in(again)).status_code == 303
    fresh = after.test_client()
    fresh.get("/sign-in")
    there = only_new.test_client()
    there.set_cookie("mayfly", cookie_of(fresh))
    assert sign_in(there).status_code == 303


# Notes in the cookie of a stranger -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passed", "kept"), [(-61, False), (-60, True), (-1, True), (0, True), (100, True), (101, False)]
)
def test_note_counts_though_clocks_differ_by_a_little(
    app: Flask, monkeypatch: pytest.MonkeyPatch, passed: int, kept: bool
) -> None:
    """One machine writes it, another reads it; or one clock is set in between."""
    clock = SimpleNamespace(time=lambda: 1_800_000_000.9)
    monkeypatch.setattr(session, "time", clock)
    with app.test_request_context("/"):
        session.store_in_cookie("flow", {"state": "x"})
        clock.time = lambda: 1_800_000_000 + passed
        assert bool(session.pop_from_cookie("flow", 100)) == kept
        assert session.pop_from_cookie("flow", 100) is None, "it is there once"
