"""Reporting an activity or a person, and the sealed copy."""

import json
import logging
from uuid import UUID, uuid4

import pytest
from factories import make_user
from flask import Flask
from flask.testing import FlaskClient
from moderating import cases, report, report_of
from verbs import activity_by, count, expire, send, signed_in, token_in, value, words
from ways import MakeApp, at_once

from webapp.db.connections import Connection
from webapp.ops.sweep import sweep


@pytest.fixture
def activity(conn: Connection) -> UUID:
    return activity_by(conn, "alice", "a canary")


def test_report_seals_a_copy_that_outlives_the_activity(
    bob: FlaskClient, mo: FlaskClient, conn: Connection, activity: UUID
) -> None:
    form = bob.get(f"/activities/{activity}/report")
    assert "14 days" in words(form)
    answer = report(bob, activity, words="She means me.")
    assert (answer.status_code, answer.location) == (303, f"/activities/{activity}/report")
    until = value(conn, "SELECT to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM report_copies")
    assert until in bob.get(answer.location).text
    expire(conn, activity)
    sweep(bob.application.extensions["db"])
    assert bob.get(f"/@alice/status/{activity}").status_code == 404
    (case,) = cases(mo)
    assert [part in case for part in ("a canary", "She means me.", "@bob", until, "The original is gone.")] == [
        True
    ] * 5


def test_copy_lives_as_long_as_the_setting_says(make_app: MakeApp, conn: Connection, activity: UUID) -> None:
    bob = signed_in(make_app(REPORT_COPIES_LIVE="2"), "bob")
    assert "2 days" in words(bob.get(f"/activities/{activity}/report"))
    report(bob, activity)
    assert value(conn, "SELECT expires_at - now() BETWEEN '47 hours' AND '48 hours' FROM report_copies")


def test_copy_cannot_be_read_after_its_end_with_the_sweep_stopped(
    bob: FlaskClient, mo: FlaskClient, conn: Connection, activity: UUID
) -> None:
    report(bob, activity)
    conn.execute("UPDATE report_copies SET expires_at = now()")
    assert "a canary" not in cases(mo)[0]
    assert "The copy has ended." in cases(mo)[0]
    sweep(mo.application.extensions["db"])
    assert (count(conn, "report_copies"), count(conn, "reports")) == (0, 1)


def test_report_of_what_one_cannot_see_is_the_404_and_seals_nothing(
    bob: FlaskClient, conn: Connection, activity: UUID
) -> None:
    said = {name: activity_by(conn, "alice") for name in ("expired", "hidden", "undoable", "for followers", "blocked")}
    expire(conn, said["expired"])
    for name, change in {
        "hidden": "hidden_at = now()",
        "undoable": "visible_from = now() + interval '1 hour'",
        "for followers": "audience = 'followers', circle_user_uuid = user_uuid",
    }.items():
        conn.execute(f"UPDATE activities SET {change} WHERE uuid = %s", [said[name]])
    said["of a suspended"] = activity_by(conn, "carol") if make_user(conn, "carol") else activity
    conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'carol'")
    said["never was"], said["one's own"] = uuid4(), activity_by(conn, "bob")
    block = "INSERT INTO blocks (user_uuid, blocked_uuid) SELECT a.uuid, b.uuid FROM users a, users b WHERE"
    nothing = bob.get("/nowhere").data
    for name, thing in said.items():
        if name == "blocked":
            conn.execute(f"{block} a.handle = 'alice' AND b.handle = 'bob'")
        assert bob.get(f"/activities/{thing}/report").data == report(bob, thing).data == nothing, name
    for handle in ("@carol", "@alice", "@bob", "@nobody"):
        assert bob.get(f"/{handle}/report").data == report(bob, handle).data == nothing, handle
    assert (count(conn, "reports"), count(conn, "report_copies")) == (0, 0)


def test_report_again_changes_nothing_and_is_told(bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    report(bob, activity)
    again = report(bob, activity, fragment=True)
    assert (again.status_code, "You reported this" in again.text) == (200, True)
    assert "You reported this" in bob.get(f"/activities/{activity}/report").text
    at_once([lambda: report(signed_in(bob.application, "bob"), "@alice") for _ in range(3)])
    assert (count(conn, "reports"), count(conn, "report_copies")) == (2, 1)


def test_expired_report_bars_no_new_one(bob: FlaskClient, mo: FlaskClient, conn: Connection, activity: UUID) -> None:
    """Also before it is swept."""
    for thing, form in ((activity, f"/activities/{activity}/report"), ("@alice", "/@alice/report")):
        report(bob, thing)
        conn.execute("UPDATE reports SET created_at = now() - interval '91 days', expires_at = now()")
        assert ("You reported this" in bob.get(form).text, cases(mo)) == (False, [])
        assert "You reported this" in report(bob, thing, fragment=True).text
        assert (len(cases(mo)), value(conn, "SELECT count(*) FROM reports WHERE expires_at > now()")) == (1, 1)


def test_report_that_is_refused_comes_back_as_typed(bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    for thing in (activity, "@alice"):
        answer = report(bob, thing, kind="", words="w" * 501, fragment=True)
        assert (answer.status_code, "w" * 501 in answer.text, answer.text.count('class="error"')) == (422, True, 2)
    assert count(conn, "reports") == 0


def test_reported_person_has_no_copy(bob: FlaskClient, mo: FlaskClient, conn: Connection, activity: UUID) -> None:
    assert report(bob, "@alice", kind="danger").status_code == 303
    assert count(conn, "report_copies") == 0
    assert "The person was reported" in cases(mo)[0]


def test_reported_text_reaches_no_log_and_no_member(
    bob: FlaskClient, conn: Connection, activity: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    report(bob, activity, words="a secret line")
    moderator = signed_in(bob.application, "mo")
    for path in ("", "/settled", "/audit"):
        moderator.get(f"/moderation{path}")
    send(moderator, f"/moderation/reports/{report_of(conn)}/hide")
    logged = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert not [part for part in ("canary", "secret line") if part in logged]
    for reader in (bob, signed_in(bob.application, "alice")):
        pages = ("/settings/people", "/", "/@alice", "/moderation", f"/activities/{activity}/report")
        assert not [page for page in pages if "canary" in reader.get(page).text]


def test_reporters_who_leave_take_no_report_along(
    app: Flask, bob: FlaskClient, mo: FlaskClient, conn: Connection, activity: UUID
) -> None:
    make_user(conn, "carol")
    for client in (bob, signed_in(app, "carol")):
        report(client, activity)
    conn.execute("DELETE FROM users WHERE handle IN ('bob', 'carol')")
    assert cases(mo)[0].count("somebody who left") == 2


def test_report_by_handle_does_not_tell_who_is_here_and_who_blocked_the_reporter(
    bob: FlaskClient, mo: FlaskClient, conn: Connection
) -> None:
    make_user(conn, "carol")
    conn.execute("UPDATE users SET suspended_at = now() WHERE handle = 'mira'")
    conn.execute(
        "INSERT INTO blocks (user_uuid, blocked_uuid) SELECT a.uuid, b.uuid FROM users AS a, users AS b"
        " WHERE a.handle = 'alice' AND b.handle = 'bob'"
    )
    for fragment in (True, False):
        told = {
            (answer.status_code, answer.text.replace(token_in(bob.get("/report")), ""), answer.location)
            for handle in ("@Alice", "carol", "nobody", "bob", "mira", "no handle")
            for answer in [send(bob, "/report", handle=handle, kind="unkind", fragment=fragment)]
        }
        assert len(told) == 1
    assert "if somebody here has that handle" in words(bob.get("/report?sent=yes"))
    assert ["@alice" in case for case in cases(mo)] == [True, False]
    read = ("/settings/people", "/settings/export.html")
    assert not [page for page in read if "@alice" in bob.get(page).text.partition("<aside")[0]]
    assert {own["handle"] for own in json.loads(bob.get("/settings/export.json").data)["reports"]} == {"carol"}
    assert send(bob, "/report", handle="", kind="spam").status_code == 422


def test_own_reports_do_not_tell_of_who_blocked_the_reporter(bob: FlaskClient, conn: Connection) -> None:
    report(bob, "@alice")
    assert "@alice" in bob.get("/settings/people").text.partition("<aside")[0]
    conn.execute(
        "INSERT INTO blocks (user_uuid, blocked_uuid) SELECT a.uuid, b.uuid FROM users AS a, users AS b"
        " WHERE a.handle = 'alice' AND b.handle = 'bob'"
    )
    assert "@alice" not in bob.get("/settings/people").text.partition("<aside")[0]
