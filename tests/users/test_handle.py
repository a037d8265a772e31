"""Settings: a handle can be changed at any time; the one before stays taken, and leads to the new one."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from factories import make_user
from flask import Flask
from flask.testing import FlaskClient
from verbs import activity_by, count, fields_in, send, signed_in, user_uuid, value, words, wrong_fields
from ways import DatabaseUrls, MakeApp, wait_for

from webapp.db.connections import Connection, DatabaseError
from webapp.ops.sweep import sweep

PICK = "/settings/handle"
WANTED = "UPDATE users SET handle_wanted = %s WHERE handle = 'alice'"
HANDLE = "SELECT handle FROM users WHERE email = 'alice@example.com'"
OVER = "UPDATE former_handles SET expires_at = now()"


def test_handle_that_was_taken_is_told_and_another_is_picked(conn: Connection, alice: FlaskClient) -> None:
    conn.execute(WANTED, ["al"])
    page = alice.get(f"{PICK}?next=/public")
    assert ("@al was taken" in words(page), fields_in(page)["next"]) == (True, "/public")
    assert "@al was taken" in words(alice.get("/settings"))
    for handle in ("bob", "a b", "admin", ""):
        slip = send(alice, PICK, handle=handle, next="/public")
        assert (slip.status_code, wrong_fields(slip), fields_in(slip)["next"]) == (422, ["handle"], "/public"), handle
        assert f'value="{handle}"' in slip.text
    saved = send(alice, PICK, handle="@Alice_Quay", next="/public")
    assert (saved.status_code, saved.location, value(conn, HANDLE)) == (303, "/public", "alice_quay")
    assert "was taken" not in words(alice.get("/settings"))


def test_handle_that_was_given_can_be_kept(conn: Connection, alice: FlaskClient) -> None:
    conn.execute(WANTED, [""])
    assert "@alice" in words(alice.get(PICK))
    assert send(alice, PICK, handle="alice", next="//evil.example").location == "/"
    assert value(conn, HANDLE + " AND handle_wanted IS NULL") == "alice"
    assert count(conn, "former_handles") == 0


def test_former_handle_leads_to_the_new_one_on_every_page_until_it_is_over(
    app: Flask, conn: Connection, alice: FlaskClient, bob: FlaskClient
) -> None:
    activity = activity_by(conn, "alice", "by me")
    activity_by(conn, "bob", "ask @alice and @nobody")
    for handle in ("ally", "alix"):
        assert send(alice, PICK, handle=handle, next="/settings").location == "/settings?saved=handle"
    stranger = app.test_client()
    for old in ("alice", "ALLY"):
        for path in ("", f"/status/{activity}", "/replies"):
            answer = stranger.get(f"/@{old}{path}?before=5&_external=1")
            assert (answer.status_code, answer.location) == (302, f"/@alix{path}?before=5&_external=1")
        assert stranger.get(f"/api/@{old}").location == "/api/@alix"
    assert 'href="/@alice"' in bob.get("/public").text
    assert 'href="/@nobody"' not in bob.get("/public").text
    conn.execute("INSERT INTO blocks (user_uuid, blocked_uuid) SELECT a.uuid, b.uuid FROM users a, users b"
                 " WHERE a.handle = 'alix' AND b.handle = 'bob'")  # fmt: skip
    assert bob.get("/@alice").status_code == 404, "who is blocked learns nothing"
    conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'alix'")
    assert stranger.get("/@alice").status_code == 404
    conn.execute("UPDATE users SET suspended_at = NULL")
    conn.execute(OVER)
    assert [stranger.get(f"/@{old}").status_code for old in ("alice", "ally", "alix")] == [404, 404, 200]
    assert sweep(app.extensions["db"]).counts["handles"] == 2


def test_former_handle_is_nobody_elses_until_it_is_over(
    client: FlaskClient, conn: Connection, alice: FlaskClient, bob: FlaskClient
) -> None:
    send(alice, PICK, handle="ally")
    own = user_uuid(conn, "ally")
    taken = "That handle is taken"
    assert taken in send(bob, PICK, handle="alice").text
    assert taken in send(client, "/sign-up", handle="alice").text
    made = client.application.extensions["db"].query_value(
        "identities/create", issuer="https://id.example", subject="s", display_name="A", handle="alice",
        handle_wanted="alice", email=None,
    )  # fmt: skip
    assert value(conn, "SELECT handle FROM users WHERE uuid = %s", made) == "alice_2"
    assert send(alice, PICK, handle="alice").status_code == 303, "but whose it was takes it back"
    assert former(conn) == {"ally": own}
    send(alice, PICK, handle="ally")
    conn.execute(OVER)
    assert send(bob, PICK, handle="alice").status_code == 303
    assert former(conn) == {"bob": user_uuid(conn, "alice")}


def former(conn: Connection) -> dict[str, UUID]:
    return dict(conn.execute("SELECT handle, user_uuid FROM former_handles").fetchall())


@pytest.mark.parametrize("given_up", ["UPDATE users SET handle = 'ally'", "DELETE FROM users"])
def test_handle_given_up_at_this_moment_is_taken_too(
    database_urls: DatabaseUrls, conn: Connection, given_up: str
) -> None:
    """Who asks for it meanwhile waits, and then finds it taken."""
    with database_urls.owner() as giver, database_urls.owner() as taker, ThreadPoolExecutor(1) as pool:
        pid = value(taker, "SELECT pg_backend_pid()")
        with giver.transaction():
            giver.execute(f"{given_up} WHERE handle = 'alice'")
            taking = pool.submit(make_user, taker, email="another@example.com")
            wait_for(lambda: value(conn, "SELECT cardinality(pg_blocking_pids(%s)) > 0", pid))
        with pytest.raises(DatabaseError, match="a former handle"):
            taking.result(10)


def test_handles_cannot_be_tried_nor_hoarded_without_end(make_app: MakeApp, conn: Connection) -> None:
    alice = signed_in(make_app(LIMIT_HANDLES="2/1d"))
    tries = [send(alice, PICK, handle=wanted, next="/public") for wanted in ("bob", "bob", "alice_quay")]
    assert [attempt.status_code for attempt in tries] == [422, 422, 429]
    assert 'value="alice_quay"' in tries[2].text
    assert value(conn, HANDLE) == "alice"
