"""What an operator does for, or to, a person or an activity."""

import hashlib

from community import sign_in
from factories import PASSWORD, make_activity, make_user
from ops_fixtures import Run, one
from ways import DatabaseUrls

from webapp.db.connections import Connection
from webapp.sessions.passwords import verify


def test_reset_password_gives_a_new_one_and_ends_all_sessions(run: Run, owner: Connection) -> None:
    alice, bob = make_user(owner), make_user(owner, "bob")
    sign_in(owner, alice, alice, bob)
    given = run("users-reset-password", "@Alice")[1].strip()
    stored = str(one(owner, "SELECT password_hash FROM passwords WHERE user_uuid = %s", alice))
    assert (verify(stored, given), verify(stored, PASSWORD)) == (True, False)
    assert owner.execute("SELECT user_uuid FROM sessions").fetchall() == [(bob,)]


def test_suspend_hides_and_signs_out_and_can_be_undone(run: Run, owner: Connection) -> None:
    alice = make_user(owner, password=None)
    make_activity(owner, alice)
    sign_in(owner, alice)
    run.done("users-suspend", "alice")
    assert [one(owner, f"SELECT count(*) FROM {name}") for name in ("alive_activities", "sessions")] == [0, 0]
    since = one(owner, "SELECT suspended_at FROM users")
    run.done("users-suspend", "alice")
    assert one(owner, "SELECT suspended_at FROM users") == since
    run.done("users-suspend", "--undo", "alice")
    assert one(owner, "SELECT count(*) FROM alive_activities") == 1


def test_promote_gives_a_role_and_notes_it(run: Run, owner: Connection) -> None:
    make_user(owner, password=None)
    for role in ("operator", "moderator", "member"):
        run.done("users-promote", "@Alice", role)
        assert one(owner, "SELECT role FROM users") == role
    assert owner.execute("SELECT act, actor_uuid FROM audit ORDER BY number").fetchall() == [
        ("operator", None), ("moderator", None), ("member", None)
    ]  # fmt: skip
    assert run("users-promote", "alice", "king")[0] == 2


def test_nobody_of_that_handle_is_one_sentence(run: Run, elsewhere: DatabaseUrls) -> None:
    for script, *more in (("users-reset-password",), ("users-suspend",), ("users-promote", "operator")):
        run.refused("'nobody'", script, "@nobody", *more)


def test_invite_prints_a_link_and_keeps_a_hash(run: Run, owner: Connection) -> None:
    asked = ("--name", " Choir  practice", "--places", "30", "--days", "2")
    for given, kept in (((), ("", 1, 7)), (asked, ("Choir practice", 30, 2))):
        link = run("users-invite", *given, PUBLIC_URL="https://mayfly.example")[1].strip()
        before, _, code = link.rpartition("/")
        assert before == "https://mayfly.example/join"
        row = (
            "SELECT name, places, extract(day FROM expires_at - created_at)::int FROM invitations WHERE code_hash = %s"
        )
        assert owner.execute(row, [hashlib.sha256(code.encode()).digest()]).fetchone() == kept
    for wrong in (("--places", "0"), ("--places", "1001"), ("--days", "31"), ("--days", "x"), ("--name", "n" * 81)):
        run.refused("bin/users-invite: ", "users-invite", *wrong)


def test_burn_takes_text_and_author_at_once(run: Run, owner: Connection) -> None:
    alice = make_user(owner, password=None)
    burnt = make_activity(owner, alice, "canary")
    key = "INSERT INTO activity_keys VALUES (%s, gen_random_uuid(), %s, now() + interval '8 days')"
    owner.execute(key, [alice, burnt])
    reply = make_activity(owner, make_user(owner, "bob", password=None), "still here", reply_to=burnt)
    run.done("activities-burn", f"https://mayfly.example/@alice/status/{burnt}/")
    row = "SELECT user_uuid, message, expires_at <= now() FROM activities LEFT JOIN activity_texts"
    row += " ON activity_uuid = uuid WHERE uuid = %s"
    assert owner.execute(row, [burnt]).fetchone() == (None, None, True)
    assert one(owner, "SELECT expires_at - now() BETWEEN '23 hours' AND '1 day' FROM activity_keys") is True
    assert one(owner, "SELECT uuid FROM alive_activities") == reply
    for nothing in (str(burnt), "../x"):
        run.refused("bin/activities-burn: ", "activities-burn", nothing)
