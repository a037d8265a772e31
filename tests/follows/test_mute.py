"""Muting somebody for a while or for good, and the list of whom one muted and blocked."""

import re

import pytest
from flask.testing import FlaskClient
from verbs import count, send, value, words

from webapp.db.connections import Connection


@pytest.mark.parametrize(("lasts", "hours"), [("1-day", 24), ("7-days", 168), ("for-good", None)])
def test_mute_has_an_end_of_its_own(bob: FlaskClient, conn: Connection, lasts: str, hours: int | None) -> None:
    send(bob, "/@alice/mute", lasts="1-day")
    answer = send(bob, "/@alice/mute", lasts=lasts)  # again: with the new end
    assert (answer.status_code, answer.location) == (303, "/@alice")
    left = value(conn, "SELECT CASE WHEN isfinite(expires_at) THEN expires_at - now() END FROM mutes")
    assert (left and round(left.total_seconds() / 3600)) == hours
    said = re.findall(r"You muted @alice( until [^.]*)? ?\.", words(bob.get("/@alice")))
    assert [bool(until) for until in said] == [hours is not None]


def test_mute_is_over_at_its_end_and_when_it_is_taken_back(bob: FlaskClient, conn: Connection) -> None:
    for end in ("UPDATE mutes SET expires_at = now()", "back"):
        send(bob, "/@alice/mute")
        assert "You muted" in words(bob.get("/@alice"))
        assert "You muted" in words(bob.get("/settings/people"))
        if end == "back":
            answer = send(bob, "/@alice/unmute", headers={"Referer": "http://localhost/settings/people"})
            assert answer.location == "/settings/people"
        else:
            conn.execute(end)
        assert "You muted" not in words(bob.get("/@alice"))
        assert "You muted and blocked nobody." in words(bob.get("/settings/people"))
    assert count(conn, "mutes") == 0


def test_mute_in_a_card_says_so_with_the_way_back(bob: FlaskClient) -> None:
    for act, back, said in (
        ("mute", "unmute", "You muted"),
        ("unmute", "", "You see"),
        ("block", "unblock", "You blocked"),
    ):
        answer = send(bob, f"/@alice/{act}", fragment=True)
        assert (answer.status_code, said in words(answer)) == (200, True)
        assert not back or f'hx-post="/@alice/{back}" hx-target="closest .panel"' in answer.text


def test_mute_that_is_on_no_list_is_refused(bob: FlaskClient, conn: Connection) -> None:
    assert send(bob, "/@alice/mute", lasts="1-year").status_code == 422
    assert count(conn, "mutes") == 0


def test_list_holds_both_kinds_and_nobody_whom_one_may_not_find(
    alice: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    send(bob, "/@alice/mute")
    send(bob, "/@alice/block")
    page = bob.get("/settings/people").text
    assert [act for act in ("unmute", "unblock") if f'formaction="/@alice/{act}"' in page] == ["unmute", "unblock"]
    send(bob, "/@alice/unblock")
    send(alice, "/@bob/block")
    assert "alice" not in bob.get("/settings/people").text.partition("<aside")[0]
