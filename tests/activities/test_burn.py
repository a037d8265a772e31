"""Burning one's own activity. That nobody burns another's is in the matrix of routes."""

import re

from flask.testing import FlaskClient
from verbs import FRAGMENT, activity_by, burn, count, number_of, token_in, words

from webapp.db.connections import Connection


def test_burn_without_script_asks_and_then_leaves_nothing(alice: FlaskClient, conn: Connection) -> None:
    made = activity_by(conn, "alice", "regretted")
    child = activity_by(conn, "bob", "a reply", reply_to=made)
    page = alice.get(f"/activities/{made}/burn")
    assert "regretted" in page.text
    answer = burn(alice, made, csrf_token=token_in(page))
    assert (answer.status_code, answer.location) == (303, "/")
    row = conn.execute("SELECT user_uuid, message, expires_at <= now() FROM said WHERE uuid = %s", [made])
    assert row.fetchall() == [(None, None, True)], "the text is gone from the disk with the act itself"
    assert alice.get(f"/@alice/status/{made}").status_code == burn(alice, made).status_code == 404
    thread = words(alice.get(f"/@bob/status/{child}"))
    assert ("a reply" in thread, "regretted" in thread) == (True, False)


def test_burn_with_htmx_takes_the_card_away(alice: FlaskClient, conn: Connection) -> None:
    first, second = (activity_by(conn, "alice") for _ in range(2))
    asked = alice.get(f"/activities/{first}/burn", headers=FRAGMENT).text
    assert (f'id="burning-{number_of(conn, first)}"' in asked, "<html" in asked) == (True, False)
    for activity, page, status, redirect in (
        (first, "http://[bad", 200, None),
        (second, f"http://localhost/@alice/status/{second}", 204, "/"),
    ):
        answer = burn(alice, activity, fragment=True, headers={"HX-Current-URL": page})
        assert (answer.status_code, answer.headers.get("HX-Redirect")) == (status, redirect), page
        assert alice.get(f"/@alice/status/{activity}").status_code == 404


def test_burn_with_a_stale_token_asks_again_with_one_that_counts(alice: FlaskClient, conn: Connection) -> None:
    for fragment in (True, False):
        activity = activity_by(conn, "alice")
        answer = burn(alice, activity, csrf_token="stale", fragment=fragment)
        assert answer.status_code == 400
        assert count(conn, "alive_activities") == 1
        fresh = re.findall(r'name="csrf_token" value="([^"]+)"', answer.text)[-1]
        assert burn(alice, activity, csrf_token=fresh, fragment=fragment).status_code == (200 if fragment else 303)
        assert count(conn, "alive_activities") == 0
