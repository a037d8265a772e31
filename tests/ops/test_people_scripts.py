"""What an operator does for, or to, a person or an activity."""

import hashlib

import pytest
from community import sign_in
from factories import PASSWORD, make_activity, make_user
from ops_fixtures import Run, one
from ways import DatabaseUrls

from webapp.sessions.passwords import verify


def test_reset_password_gives_a_new_one_and_ends_all_sessions(run: Run, elsewhere: DatabaseUrls) -> None:
    with elsewhere.owner() as conn:
        alice, bob = make_user(conn), make_user(conn, "bob")
        sign_in(conn, alice, alice, bob)
        code, out, _ = run("users-reset-password", "@Alice")
        assert code == 0
        stored = str(one(conn, "SELECT password_hash FROM passwords WHERE user_uuid = %s", alice))
        assert verify(stored, out.strip())
        assert not verify(stored, PASSWORD)
        assert conn.execute("SELECT user_uuid FROM sessions").fetchall() == [(bob,)]


def test_suspend_hides_and_signs_out_and_can_be_undone(run: Run, elsewhere: DatabaseUrls) -> None:
    with elsewhere.owner() as conn:
        alice = make_user(conn, password=None)
        make_activity(conn, alice)
        sign_in(conn, alice)
        assert run("users-suspend", "alice")[0] == 0
        assert one(conn, "SELECT count(*) FROM live_activities") == 0
        assert one(conn, "SELECT count(*) FROM sessions") == 0
        since = one(conn, "SELECT suspended_at FROM users")
        assert run("users-suspend", "alice")[0] == 0
        assert one(conn, "SELECT suspended_at FROM users") == since
        assert run("users-suspend", "--undo", "alice")[0] == 0
        assert one(conn, "SELECT count(*) FROM live_activities") == 1


def test_nobody_of_that_handle_is_one_sentence(run: Run, elsewhere: DatabaseUrls) -> None:
    for script in ("users-reset-password", "users-suspend"):
        code, out, err = run(script, "@nobody")
        assert (code, out, len(err.splitlines())) == (1, "", 1)
        assert "'nobody'" in err


def test_invite_prints_a_link_and_keeps_a_hash(
    run: Run, elsewhere: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://mayfly.example")
    link, _, code = run("users-invite")[1].strip().partition("=")
    assert link == "https://mayfly.example/sign-up?invite"
    with elsewhere.owner() as conn:
        row = conn.execute("SELECT code_hash, expires_at - created_at = interval '7 days' FROM invitations").fetchone()
    assert row == (hashlib.sha256(code.encode()).digest(), True)


def test_burn_takes_text_and_author_at_once(run: Run, elsewhere: DatabaseUrls) -> None:
    with elsewhere.owner() as conn:
        alice = make_user(conn, password=None)
        burnt = make_activity(conn, alice, "canary")
        conn.execute(
            "INSERT INTO activity_keys VALUES (%s, gen_random_uuid(), %s, now() + interval '8 days')", [alice, burnt]
        )
        reply = make_activity(conn, make_user(conn, "bob", password=None), "still here", reply_to=burnt)
        assert run("activities-burn", f"https://mayfly.example/@alice/status/{burnt}/")[0] == 0
        row = conn.execute(
            "SELECT user_uuid, message, expires_at <= now() FROM activities WHERE uuid = %s", [burnt]
        ).fetchone()
        assert row == (None, None, True)
        assert one(conn, "SELECT expires_at - now() BETWEEN '23 hours' AND '1 day' FROM activity_keys") is True
        assert one(conn, "SELECT uuid FROM live_activities") == reply
        for nothing in (str(burnt), "../x"):
            code, out, err = run("activities-burn", nothing)
            assert (code, out, len(err.splitlines())) == (1, "", 1)
