"""What moderators do and see; nobody else knows of it. `reporting.py` is for everybody."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from ..errors import Conflict, NotFound
from ..sessions.guards import limited, moderators, operators, unless_paused
from ..sessions.session import known_viewer, refresh_viewer, viewer_uuid
from ..web.current import db, settings
from ..web.fragments import page_before
from ..web.htmx import wants_fragment
from ..web.paging import cursor
from ..words import _
from . import actions, words
from .forms import RoleForm, WhyForm
from .pages import already, find_person, list_page, people_page, queue_page, require_case, undone
from .reporting import bp as bp
from .shapes import Case

for _filter, _words in {
    "kind_words": words.KINDS,
    "act_words": words.ACTS,
    "outcome_words": words.OUTCOMES,
    "outcome_sentence": words.OUTCOME_SENTENCES,
    "decision_sentence": words.DECISION_SENTENCES,
}.items():
    bp.add_app_template_filter(lambda code, known=_words: _(known[code]), _filter)


@bp.get("/moderation")
@moderators
def queue() -> Any:
    """What waits for a decision, oldest first."""
    return queue_page(cursor(request.args.get("after")))


@bp.get("/moderation/settled")
@moderators
def settled() -> Any:
    return list_page(
        "moderation/settled", "before", viewer_uuid=viewer_uuid(), before=cursor(request.args.get("before"))
    )


@bp.get("/moderation/audit")
@moderators
def audit() -> Any:
    return list_page("moderation/audit", "before", viewer_uuid=viewer_uuid(), before=cursor(request.args.get("before")))


def _by() -> dict[str, str]:
    person = known_viewer()
    return {"actor_uuid": person["uuid"], "role": str(person["role"])}


@bp.post(f"/moderation/reports/<uuid:report_uuid>/<any({', '.join(map(repr, actions.OUTCOMES))}):act>")
@moderators
@limited("moderation")
@unless_paused()
def settle(report_uuid: UUID, act: str) -> Any:
    """Dismiss, hide, burn, pause, suspend. What another moderator settled meanwhile is shown and said."""
    case, why = require_case(report_uuid, known_viewer()["uuid"]), WhyForm().why.data
    done = not case["outcome"] and actions.settle(db(), settings(), **_by(), case=case, act=act, why=why)
    after = require_case(report_uuid, known_viewer()["uuid"])
    repeated = (after["settled_by"], after["outcome"]) == (known_viewer()["handle"], actions.OUTCOMES[act])
    said = "" if done or repeated else already(after)
    if said and not wants_fragment():
        raise Conflict(said)
    return _case_response(after, said)


@bp.post("/moderation/reports/<uuid:report_uuid>/reopen")
@moderators
@limited("moderation")
@unless_paused()
def reopen(report_uuid: UUID) -> Any:
    """Undoes the act, so that its reports wait again."""
    case = require_case(report_uuid, known_viewer()["uuid"])
    if case["outcome"]:
        actions.reopen(db(), settings(), **_by(), case=case)
    after = require_case(report_uuid, known_viewer()["uuid"])
    return _case_response(after, undone(case, after))


def _case_response(case: Case, said: str = "") -> Any:
    """`said`: what the case itself does not show."""
    if not wants_fragment():
        return queue_page(said=said) if said else redirect(page_before(url_for(".queue")), 303)
    refresh_viewer()
    return render_template("moderation/_changed.html", case=case, said=said)


@bp.get("/moderation/people")
@moderators
def people() -> Any:
    """Who moderates, and who is paused or suspended."""
    return people_page()


@bp.post("/moderation/people")
@operators
@limited("moderation")
@unless_paused()
def promote() -> Any:
    """Operators who give up their own role are asked first."""
    form, viewer = RoleForm(), known_viewer()
    person = find_person(form.handle.data)
    if not form.validate() or not person:
        error = next((found[0] for found in form.errors.values()), _("Nobody has that handle."))
        return people_page(422, form.handle.typed, error)
    gives_up = person["uuid"] == viewer["uuid"] and form.role.data != "operator"
    if gives_up and "sure" not in request.form:
        return people_page(typed=form.handle.typed, giving_up=form.role.data)
    actions.promote(db(), actor_uuid=viewer["uuid"], user_uuid=person["uuid"], role=form.role.data)
    return redirect(url_for("users.show", saved="role") if gives_up else url_for(".people"), 303)


@bp.post("/moderation/people/<handle>/restore")
@moderators
@limited("moderation")
@unless_paused()
def restore(handle: str) -> Any:
    """Ends a suspension and a pause."""
    person = find_person(handle)
    if not person:
        raise NotFound
    actions.let_back(db(), **_by(), person=person)
    return redirect(url_for(".people"), 303)
