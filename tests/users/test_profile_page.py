"""A person's page: who they are and what of theirs is alive; nothing of who is suspended."""

from factories import make_activity, make_user
from flask.testing import FlaskClient
from verbs import value, words

from webapp.db.connections import Connection


def test_profile_shows_who_they_are_and_what_is_alive(client: FlaskClient, conn: Connection) -> None:
    conn.execute("UPDATE users SET bio = 'Keeps the light.' WHERE handle = 'alice'")
    for handle, message in (("alice", "mine"), ("bob", "another's")):
        make_activity(conn, value(conn, "SELECT uuid FROM users WHERE handle = %s", handle), message)
    page = client.get("/@alice")
    assert page.status_code == 200
    for shown in ("Alice", "@alice", "Keeps the light.", "1 activity", "mine"):
        assert shown in words(page)
    assert "another's" not in words(page)
    assert client.get("/@ALICE").status_code == 200


def test_profile_of_the_suspended_is_as_if_it_never_was(client: FlaskClient, conn: Connection) -> None:
    make_activity(conn, make_user(conn, "mallory", suspended=True), "a shadow")
    for path in ("/@mallory", "/api/@mallory"):
        gone, never = client.get(path), client.get(path.replace("mallory", "nobody"))
        assert gone.status_code == never.status_code == 404
        assert gone.data == never.data
    assert "a shadow" not in client.get("/public").text
