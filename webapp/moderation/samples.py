from types import SimpleNamespace
from typing import Any

from ..activities.samples import PARENT
from ..sessions.samples import VIEWER, sample_form
from ..web.samples import HOSTILE, NOW, WEEK, Samples, sample_uuid
from .pages import Asking
from .shapes import Case, Decision, Report
from .words import ACTS, DECISION_SENTENCES

MODERATOR = {**VIEWER, "role": "moderator", "cases": 2}
OPERATOR = {**VIEWER, "role": "operator"}
PERSON: dict[str, Any] = {"uuid": sample_uuid("bede"), "display_name": "Bede", "handle": "bede", "role": None}
REPORT: Report = {"display_name": "Ann", "handle": "ann", "kind": "unkind", "words": "", "created_at": NOW.isoformat()}
LATER = (NOW + WEEK).isoformat()


def case(**fields: Any) -> Case:
    sample: Case = {
        "uuid": sample_uuid(f"case {fields}"),
        "number": PARENT["number"],
        "activity_uuid": PARENT["uuid"],
        "user_uuid": PERSON["uuid"],
        "display_name": "Bede",
        "handle": "bede",
        "role": None,
        "created_at": NOW.isoformat(),
        "suspended": False,
        "paused_until": None,
        "outcome": None,
        "settled_at": None,
        "settled_by": None,
        "stands": "live",
        "seen": True,
        "copy": {"message": "Nobody asked you.", "written_at": NOW.isoformat(), "expires_at": LATER},
        "reports": [REPORT],
        "before": {},
        "pauses": 0,
        "suspensions": 0,
        "read_at": NOW.isoformat(),
    }
    return {**sample, **fields}  # type: ignore[typeddict-item]


def _settled(outcome: str, **fields: Any) -> Case:
    return case(**{"outcome": outcome, "settled_at": NOW.isoformat(), "settled_by": "marnie", **fields})


CASES = {
    "new": case(),
    "several reports, a long history": case(
        reports=[REPORT, {**REPORT, "display_name": None, "handle": None, "kind": "spam", "words": HOSTILE}],
        before={"dismissed": 1, "hidden": 3},
        pauses=1,
        suspensions=2,
        paused_until=LATER,
    ),
    "of a person": case(activity_uuid=None, stands=None, seen=False, copy=None, suspended=True),
    "of an operator, for followers": case(role="operator", seen=False),
    "ended": case(stands=None, seen=False, copy=None),
    "dismissed": _settled("dismissed"),
    "hidden": _settled("hidden", stands="hidden", seen=False),
    "burned": _settled("burned", stands=None, seen=False, settled_by=None),
    "paused": _settled("paused", paused_until=LATER),
    "suspended": _settled("suspended", suspended=True, seen=False),
    "hostile": case(
        display_name=HOSTILE[:50],
        copy={"message": HOSTILE, "written_at": NOW.isoformat(), "expires_at": LATER},
        reports=[{**REPORT, "display_name": HOSTILE[:50], "words": HOSTILE}],
    ),
}
OPEN = [each for each in CASES.values() if not each["outcome"]]
SETTLED = [each for each in CASES.values() if each["outcome"]]
PEOPLE = [
    {**PERSON, "role": "moderator", "suspended_at": None, "paused_until": None},
    {**PERSON, "handle": "bo", "display_name": HOSTILE[:50], "suspended_at": NOW.isoformat(), "paused_until": None},
    {**PERSON, "handle": "cy", "role": "operator", "suspended_at": None, "paused_until": LATER},
]
LINES = [
    {
        "number": str(number),
        "actor_name": None if number in (1, 2) else "Marnie",
        "actor_handle": None if number in (1, 2) else "marnie",
        "on_server": number == 1,
        "act": act,
        "display_name": "Bede",
        "handle": None if number == 2 or "invit" in act else "bede",
        "is_activity": number < 3,
        "why": HOSTILE if number == 1 else "",
        "created_at": NOW.isoformat(),
    }
    for number, act in enumerate(ACTS)
]
OWN = [
    {
        **PERSON, "is_activity": bool(number), "kind": "spam", "created_at": NOW.isoformat(), "outcome": outcome,
        "settled_at": outcome and NOW.isoformat(),
    }
    for number, outcome in enumerate((None, "dismissed", "hidden", "burned", "paused", "suspended"))
]  # fmt: skip


DECISIONS: list[Decision] = [
    {"act": act, "why": HOSTILE if act == "hide" else "", "created_at": NOW.isoformat()} for act in DECISION_SENTENCES
]


def _report(**needs: Any) -> dict[str, Any]:
    return {"asking": Asking(**{"thing": PARENT, "copies_live": 14, **needs})}


def _wrong_form() -> SimpleNamespace:
    form = sample_form("kind", "words", "handle", kind="spam", words=HOSTILE)
    form.errors = {"kind": ["Choose what is wrong."], "words": [HOSTILE]}
    return form


REPORTS = {
    "an activity": _report(),
    "a person": _report(thing=PERSON, copies_live=1),
    "refused": _report(form=_wrong_form(), notice=HOSTILE),
    "reported": _report(sent=True, copy_expires_at=LATER),
    "a person, reported": _report(thing=PERSON, sent=True),
    "somebody": _report(thing=None),
    "somebody, refused": _report(thing=None, form=_wrong_form()),
    "somebody, reported": _report(thing=None, sent=True),
}

SAMPLES: Samples = {
    "moderation/_report.html": REPORTS,
    "moderation/_report_form.html": {
        name: {**needs, "id": needs["asking"].id} for name, needs in REPORTS.items() if not needs["asking"].sent
    },
    "moderation/report.html": REPORTS,
    "moderation/_own_reports.html": {
        "some": {"own_reports": lambda: OWN},
        "none": {"own_reports": list},
    },
    "moderation/_own_decisions.html": {
        "some": {"own_decisions": lambda: DECISIONS},
        "none": {"own_decisions": list},
    },
    "moderation/_paused.html": {"always": {"until": LATER}},
    "moderation/_nav.html": {"open": {"person": MODERATOR}, "nothing open": {"person": OPERATOR}},
    "moderation/_more.html": {"more": {"href": "/moderation?after=1"}, "the end": {"href": ""}},
    "moderation/_tabs.html": {"always": {}},
    "moderation/_case.html": {name: {"case": each, "viewer": MODERATOR} for name, each in CASES.items()},
    "moderation/_history.html": {name: {"case": each} for name, each in CASES.items()},
    "moderation/_copy.html": {name: {"case": each} for name, each in CASES.items()},
    "moderation/_decide.html": {
        f"{name}, for {viewer['role']}": {"case": CASES[name], "id": "case-1", "viewer": viewer}
        for name in ("new", "of an operator, for followers", "of a person")
        for viewer in (MODERATOR, OPERATOR)
    },
    "moderation/_outcome.html": {
        str(each["outcome"]): {"case": each, "id": "case-1", "viewer": MODERATOR} for each in SETTLED
    },
    "moderation/_changed.html": {
        name: {"case": CASES[name], "viewer": MODERATOR, "said": said}
        for name, said in (("new", ""), ("hidden", "Already hidden by @mo; nothing else was done."))
    },
    "moderation/_person.html": {
        f"{person['handle']}, for {viewer['role']}": {"person": person, "viewer": viewer}
        for person in PEOPLE
        for viewer in (MODERATOR, OPERATOR)
    },
    "moderation/queue.html": {
        "open": {"rows": OPEN, "href": "/moderation?after=1", "said": HOSTILE, "viewer": MODERATOR},
        "nothing": {"rows": [], "href": "", "said": "", "viewer": OPERATOR},
    },
    "moderation/settled.html": {
        "some": {"rows": SETTLED, "href": "/moderation?after=1", "viewer": MODERATOR},
        "nothing": {"rows": [], "href": "", "viewer": MODERATOR},
    },
    "moderation/audit.html": {
        "every act": {"rows": LINES, "href": "/moderation?after=1", "viewer": MODERATOR},
        "nothing": {"rows": [], "href": "", "viewer": MODERATOR},
    },
    "moderation/people.html": {
        "for an operator": {"people": PEOPLE, "typed": HOSTILE, "error": HOSTILE, "giving_up": "", "viewer": OPERATOR},
        "giving up": {"people": PEOPLE, "typed": "mo", "error": "", "giving_up": "member", "viewer": OPERATOR},
        "for a moderator": {"people": PEOPLE, "typed": "", "error": "", "giving_up": "", "viewer": MODERATOR},
    },
}
