"""What moderators decide, each with its undo, and what is told of it."""

import re
from functools import partial
from uuid import UUID, uuid4

import pytest
from factories import make_user
from flask import Flask
from flask.testing import FlaskClient
from moderating import cases, decide, report, report_of, state_of
from verbs import activity_by, count, expire, send, signed_in, token_for, user_uuid, value, window_of, words
from ways import at_once

from webapp.db.connections import Connection
from webapp.moderation import actions

DECISIONS = {
    ("hide",): "An activity of yours was hidden.",
    ("hide", "reopen"): "An activity of yours is shown again.",
    ("burn",): "An activity of yours was burned.",
    ("pause-1-day", "reopen"): "The pause was ended.",
    ("suspend", "reopen"): "You were let back in.",
    ("dismiss",): "What you reported",
}
"""What one reads of it oneself."""


@pytest.fixture
def activity(conn: Connection, bob: FlaskClient) -> UUID:
    """What alice wrote and bob reported."""
    activity = activity_by(conn, "alice", "a canary")
    report(bob, activity)
    return activity


ACTS = {
    "dismiss": ("Dismissed", 200, (False, False), 0),
    "hide": ("Hidden", 404, (False, False), 1),
    "pause-1-day": ("Paused", 200, (True, False), 0),
    "pause-7-days": ("Paused", 200, (True, False), 0),
    "suspend": ("Suspended", 404, (False, True), 2),
}
"""What the case says, how the activity's page answers, paused and suspended, and what open pages are told."""


@pytest.mark.parametrize("act", ACTS)
def test_act_does_it_settles_is_noted_and_can_be_undone(
    mo: FlaskClient, bob: FlaskClient, conn: Connection, activity: UUID, act: str
) -> None:
    said, status, state, told = ACTS[act]
    activity_by(conn, "alice", "another one")
    answer = decide(mo, report_of(conn), act, fragment=True, why="house rule 3")
    assert (answer.status_code, said in words(answer), "by @mo" in words(answer)) == (200, True, True)
    assert (bob.get(f"/@alice/status/{activity}").status_code, state_of(conn)) == (status, state)
    assert (count(conn, "withdrawals"), cases(mo)) == (told, [])
    assert value(conn, "SELECT act || ': ' || why FROM audit") == f"{act}: house rule 3"
    assert "house rule 3" in mo.get("/moderation/audit").text
    decide(mo, report_of(conn), "reopen")
    assert (bob.get(f"/@alice/status/{activity}").status_code, state_of(conn)) == (200, (False, False))
    assert (len(cases(mo)), cases(mo, "/settled"), count(conn, "audit")) == (1, [], 2)


def test_burn_takes_the_text_for_good(mo: FlaskClient, bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    decide(mo, report_of(conn), "burn")
    assert value(conn, "SELECT message IS NULL AND expires_at <= now() FROM said WHERE uuid = %s", activity)
    assert (bob.get(f"/@alice/status/{activity}").status_code, count(conn, "withdrawals")) == (404, 1)
    assert decide(mo, report_of(conn), "reopen").status_code == 404
    assert (len(cases(mo, "/settled")), "reopen" in cases(mo, "/settled")[0]) == (1, False)


def test_suspend_ends_sessions_and_settles_all_reports_of_the_person(
    mo: FlaskClient, bob: FlaskClient, alice: FlaskClient, conn: Connection, activity: UUID
) -> None:
    report(bob, "@alice")
    assert alice.get("/compose").status_code == 200
    decide(mo, report_of(conn), "suspend")
    assert (len(cases(mo)), len(cases(mo, "/settled"))) == (0, 2)
    decide(mo, report_of(conn), "reopen")
    assert (len(cases(mo)), state_of(conn)) == (2, (False, False))
    assert alice.get("/compose").location.startswith("/sign-in"), "the session does not come back"


def test_pause_ends_no_longer_one(mo: FlaskClient, bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    decide(mo, report_of(conn), "pause-7-days")
    report(bob, "@alice")
    conn.execute("UPDATE reports SET number = 0 WHERE settled_at IS NULL")
    decide(mo, report_of(conn), "pause-1-day")
    assert value(conn, "SELECT paused_until > now() + interval '6 days' FROM users WHERE handle = 'alice'")


def test_act_on_what_ended_meanwhile_succeeds_on_the_rest(
    mo: FlaskClient, bob: FlaskClient, conn: Connection, activity: UUID
) -> None:
    others = [activity_by(conn, "alice") for _ in range(2)]
    for other in others:
        report(bob, other)
    expire(conn, activity, others[0])
    conn.execute("DELETE FROM activities WHERE uuid = %s", [others[1]])
    for act in ("hide", "burn", "suspend"):
        open_one = value(conn, "SELECT uuid FROM reports WHERE settled_at IS NULL ORDER BY number LIMIT 1")
        assert decide(mo, open_one, act, fragment=True).status_code == 200, act
    assert (cases(mo), state_of(conn), count(conn, "audit")) == ([], (False, True), 3)


def test_second_of_two_moderators_sees_that_it_was_settled(
    app: Flask, mo: FlaskClient, conn: Connection, activity: UUID
) -> None:
    case, mira = report_of(conn), signed_in(app, "mira")
    both = [(mo, "hide", token_for(mo)), (mira, "pause-1-day", token_for(mira))]
    answers = at_once(
        [partial(decide, window_of(who), case, act, csrf_token=token, fragment=True) for who, act, token in both]
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    (by,) = {re.findall(r"by @(\w+)", words(answer))[0] for answer in answers}
    assert (count(conn, "audit"), value(conn, "SELECT handle FROM users JOIN audit ON actor_uuid = uuid")) == (1, by)
    assert state_of(conn)[0] == (by == "mira")
    said = f"Already {'hidden' if by == 'mo' else 'paused'} by @{by}; nothing else was done."
    assert sorted(said in words(answer) for answer in answers) == [False, True]
    for fragment, status in ((True, 200), (False, 409)):
        late = decide(mira, case, "suspend", fragment=fragment)
        assert (late.status_code, said in words(late), state_of(conn)[1]) == (status, True, False)
    repeated = decide(*((mo, case, "hide") if by == "mo" else (mira, case, "pause-1-day")), fragment=True)
    assert "Already" not in words(repeated)


def test_act_is_whole_or_nothing(
    mo: FlaskClient, conn: Connection, activity: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(actions, "note", fail)
    assert decide(mo, report_of(conn), "suspend").status_code == 500
    assert (len(cases(mo)), state_of(conn), count(conn, "withdrawals")) == (1, (False, False), 0)


def test_operator_is_touched_by_operators_alone(
    mo: FlaskClient, opa: FlaskClient, bob: FlaskClient, conn: Connection
) -> None:
    make_user(conn, "oona", role="operator")
    report(bob, "@oona")
    case = report_of(conn, "oona")
    for act in ("pause-1-day", "suspend"):
        assert f"/{act}" not in cases(mo)[0]
        assert decide(mo, case, act).status_code == 404
    assert state_of(conn, "oona") == (False, False)
    decide(opa, case, "suspend")
    assert state_of(conn, "oona") == (False, True)
    assert "reopen" not in cases(mo, "/settled")[0]
    assert decide(mo, case, "reopen").status_code == send(mo, "/moderation/people/oona/restore").status_code == 404
    assert state_of(conn, "oona") == (False, True)


def test_nobody_judges_reports_about_themselves(mo: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    report(bob, "@mo")
    assert (cases(mo), "<b>" in mo.get("/moderation").text) == ([], False)
    for act in ("dismiss", "reopen"):
        assert decide(mo, report_of(conn, "mo"), act).status_code == 404
    decide(signed_in(mo.application, "mira"), report_of(conn, "mo"), "pause-1-day", why="a cross word")
    assert ("a cross word" in mo.get("/moderation/audit").text, state_of(conn, "mo")) == (False, (True, False))
    assert "a cross word" in signed_in(mo.application, "opa").get("/moderation/audit").text
    conn.execute("UPDATE users SET paused_until = NULL")
    assert send(mo, "/moderation/people/mo/restore").status_code == 404


def test_hide_and_burn_are_for_activities(mo: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    report(bob, "@alice")
    for act in ("hide", "burn"):
        assert f"/{act}" not in cases(mo)[0]
        assert decide(mo, report_of(conn), act).status_code == 404
    assert decide(mo, uuid4(), "dismiss").status_code == 404
    assert len(cases(mo)) == 1


def test_reports_of_one_thing_stand_together_and_the_oldest_come_first(
    app: Flask, mo: FlaskClient, bob: FlaskClient, conn: Connection, activity: UUID
) -> None:
    for n in range(20):
        report(bob, activity_by(conn, "alice", f"number {n}"))
    make_user(conn, "carol")
    report(signed_in(app, "carol"), activity, words="me too")
    first = cases(mo)
    assert (len(first), "a canary" in first[0], "@bob" in first[0], "me too" in first[0]) == (20, True, True, True)
    (more,) = re.findall(r'id="more-link" href="/moderation(.*?)"', mo.get("/moderation").text)
    (last,) = cases(mo, more)
    assert "number 19" in last
    assert "<b>21<" in mo.get("/").text
    for _ in range(21):
        open_one = value(conn, "SELECT uuid FROM reports WHERE settled_at IS NULL ORDER BY number DESC LIMIT 1")
        decide(mo, open_one, "dismiss")
    settled = cases(mo, "/settled")
    (more,) = re.findall(r'id="more-link" href="/moderation(.*?)"', mo.get("/moderation/settled").text)
    (first_decision,) = cases(mo, more)
    assert (len(settled), "a canary" in first_decision) == (20, True)


def test_case_shows_the_history_of_the_person(mo: FlaskClient, bob: FlaskClient, conn: Connection) -> None:
    for act in ("dismiss", "pause-1-day", "suspend"):
        report(bob, "@alice")
        decide(mo, value(conn, "SELECT uuid FROM reports WHERE settled_at IS NULL"), act)
    send(mo, "/moderation/people/alice/restore")
    assert state_of(conn) == (False, False)
    report(bob, "@alice")
    history = words(mo.get("/moderation"))
    for part in ("1 other report dismissed", "1 other report paused", "paused once", "suspended once", "Here since"):
        assert part in history


@pytest.mark.parametrize(("act", "noted"), {"dismiss": 1, "pause-7-days": 2, "suspend": 2}.items())
def test_undo_of_what_was_reported_again_is_done_and_keeps_the_old_report_settled(
    app: Flask, mo: FlaskClient, bob: FlaskClient, conn: Connection, activity: UUID, act: str, noted: int
) -> None:
    decide(mo, report_of(conn), act)
    conn.execute(
        "INSERT INTO reports (reporter_uuid, user_uuid, activity_uuid, kind, expires_at)"
        " SELECT reporter_uuid, user_uuid, activity_uuid, kind, expires_at FROM reports"
    )
    for _ in range(2):
        answer = decide(mo, report_of(conn), "reopen", fragment=True)
        assert "reported again meanwhile" in words(answer)
        assert (state_of(conn), count(conn, "audit")) == ((False, False), noted)
        assert (len(cases(mo)), "Dismissed" in cases(mo, "/settled")[0]) == (1, True)
    assert "reported again meanwhile" in words(decide(mo, report_of(conn), "reopen")), "also without script"


@pytest.mark.parametrize("longer_first", [True, False])
def test_undo_of_a_pause_keeps_that_of_another_case(
    mo: FlaskClient, bob: FlaskClient, conn: Connection, activity: UUID, longer_first: bool
) -> None:
    """Until somebody lets the person back in, which ends all of them."""
    given = ["pause-7-days", "pause-1-day"] if longer_first else ["pause-1-day", "pause-7-days"]
    about = report_of(conn)
    decide(mo, about, given[0])
    report(bob, "@alice")
    other = value(conn, "SELECT uuid FROM reports WHERE settled_at IS NULL")
    decide(mo, other, given[1])
    long, short = (about, other) if longer_first else (other, about)
    left = "SELECT round(extract(epoch FROM paused_until - now()) / 86400)::int FROM users WHERE handle = 'alice'"
    assert "Another case pauses them until" in words(decide(mo, short, "reopen", fragment=True))
    assert value(conn, left) == 7
    decide(mo, short, "pause-1-day")
    decide(mo, long, "reopen")
    assert value(conn, left) == 1
    decide(mo, long, "pause-7-days")
    send(mo, "/moderation/people/alice/restore")
    decide(mo, short, "reopen")
    assert value(conn, left) is None


@pytest.mark.parametrize(("acts", "said"), DECISIONS.items())
def test_person_finds_what_was_decided_about_them_and_not_by_whom(
    mo: FlaskClient, alice: FlaskClient, conn: Connection, activity: UUID, acts: tuple[str, ...], said: str
) -> None:
    for act in acts:
        decide(mo, report_of(conn), act, why="" if act == "dismiss" else "house rule 3")
    alice = signed_in(alice.application) if "suspend" in acts else alice
    page, doors = words(alice.get("/settings/people")), words(alice.get("/settings"))
    assert (said in page, "@mo" in page, "canary" in page) == (True, False, False)
    shown = 0 if "dismiss" in acts else len(acts)
    assert (("house rule 3" in page), f"{shown} decision" in doors) == (bool(shown), bool(shown))
    assert "house rule 3" not in words(mo.get("/settings/people"))
    conn.execute("UPDATE audit SET created_at = now() - make_interval(days => 30)")
    assert "house rule 3" not in words(alice.get("/settings/people"))
    assert "decision" not in words(alice.get("/settings"))


def test_audit_tells_who_left_from_a_script_on_the_server(
    mo: FlaskClient, opa: FlaskClient, conn: Connection, activity: UUID
) -> None:
    decide(mo, report_of(conn), "hide")
    assert "@mo" in words(opa.get("/moderation/audit")).partition("@alice")[2]
    conn.execute("DELETE FROM users WHERE handle = 'mo'")
    actions.note(opa.application.extensions["db"], actor_uuid=None, act="suspend", user_uuid=user_uuid(conn, "bob"))
    script, left = re.findall(r"(somebody who left|on the server)", words(opa.get("/moderation/audit")))
    assert (script, left) == ("on the server", "somebody who left")


def test_reporter_finds_what_came_of_it(mo: FlaskClient, bob: FlaskClient, conn: Connection, activity: UUID) -> None:
    assert "A moderator will look at it." in words(bob.get("/settings/people"))
    decide(mo, report_of(conn), "hide")
    assert "A moderator hid it." in words(bob.get("/settings/people"))
    assert "A moderator" not in words(mo.get("/settings/people"))


def test_act_without_script_leads_back_to_its_page(mo: FlaskClient, conn: Connection, activity: UUID) -> None:
    answer = decide(mo, report_of(conn), "dismiss", headers={"Referer": "http://localhost/moderation?after=7"})
    assert (answer.status_code, answer.location) == (303, "/moderation?after=7")
