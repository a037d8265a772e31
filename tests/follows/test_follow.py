"""Following somebody, and no longer following them."""

import pytest
from flask.testing import FlaskClient
from verbs import count, send, signed_in, user_uuid, words
from ways import MakeApp

from webapp.db.connections import Connection


def test_follow_is_said_by_the_button_and_the_counts(alice: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    for act, after, followers, following in (("follow", "unfollow", "1 follower", 1), ("unfollow", "follow", "0 followers", 0)):
        for _ in range(2):  # repeating it changes nothing
            answer = send(bob, f"/@alice/{act}", fragment=True)
            assert (answer.status_code, "<html" in answer.text) == (200, False)
            assert f'formaction="/@alice/{after}"' in answer.text
            assert followers in words(answer)
        assert count(conn, "follows") == following
        assert followers in words(alice.get("/@alice"))
        assert f"{following} following" in words(alice.get("/@bob"))
    for client in (alice, bob, bob.application.test_client()):
        for path in ("/", "/public", "/people", "/@alice", "/@alice/replies", "/@alice/likes", "/@alice/followers", "/@alice/following"):
            assert client.get(path).status_code == 200, path
    assert bob.get("/settings/people").status_code == 200
