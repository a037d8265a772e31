"""Reporting an activity or a person, and what the reporter reads of it."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for

from .. import text
from ..activities.pages import require_card
from ..activities.shapes import ActivityCard
from ..errors import NotFound
from ..sessions.guards import comes_back, limited, others_only, signed_in, unless_paused
from ..sessions.session import known_viewer, viewer_uuid
from ..web.current import db, settings
from ..web.htmx import wants_fragment
from . import actions
from .forms import ReportForm, SomebodyForm
from .pages import asking_response, find_person, report_panel
from .shapes import Decision, OwnReport

bp = Blueprint("moderation", __name__)


def _others_card(activity_uuid: Any) -> ActivityCard:
    activity = require_card(activity_uuid, viewer_uuid())
    if activity["is_own"]:
        raise NotFound
    return activity


def _other_person(handle: str) -> Any:
    person = db().query_object("feeds/person", viewer_uuid=viewer_uuid(), handle=text.folded(handle))
    if not person or person["uuid"] == viewer_uuid():
        raise NotFound
    return person


def _asked() -> Any:
    """What is reported here: a card, or a person."""
    asked = request.view_args or {}
    return _others_card(asked["activity_uuid"]) if "activity_uuid" in asked else _other_person(asked["handle"])


def _panel(form: ReportForm | None = None, status: int = 200, notice: str = "") -> Any:
    return report_panel(_asked(), known_viewer()["uuid"], form, status, notice)


def _retry_report(sentence: str) -> Any:
    return _panel(ReportForm(), 400, sentence)


@bp.get("/activities/<uuid:activity_uuid>/report")
@others_only
def ask_activity(activity_uuid: UUID) -> Any:
    return _panel()


@bp.post("/activities/<uuid:activity_uuid>/report")
@comes_back(_retry_report)
@others_only
@limited("reports")
@unless_paused()
def report_activity(activity_uuid: UUID) -> Any:
    """Once for each person and activity; a repeat says so."""
    form = ReportForm()
    if not form.validate():
        return _panel(form, 422)
    own = {"viewer_uuid": known_viewer()["uuid"], "kind": form.kind.data, "words": form.words.data}
    actions.report_activity(db(), settings(), activity_uuid=str(activity_uuid), **own)
    return _panel() if wants_fragment() else redirect(url_for(".ask_activity", activity_uuid=activity_uuid), 303)


@bp.get("/@<handle>/report")
@others_only
def ask_person(handle: str) -> Any:
    return _panel()


@bp.post("/@<handle>/report")
@comes_back(_retry_report)
@others_only
@limited("reports")
@unless_paused()
def report_person(handle: str) -> Any:
    """As `report_activity`. There is no copy."""
    person, form = _other_person(handle), ReportForm()
    if not form.validate():
        return _panel(form, 422)
    own = {"viewer_uuid": known_viewer()["uuid"], "kind": form.kind.data, "words": form.words.data}
    actions.report_person(db(), user_uuid=person["uuid"], **own)
    return _panel() if wants_fragment() else redirect(url_for(".ask_person", handle=person["handle"]), 303)


def _somebody_response(form: SomebodyForm | None = None, status: int = 200, notice: str = "") -> Any:
    return asking_response(status, form=form, notice=notice, sent=not form and "sent" in request.args)


@bp.get("/report")
@signed_in
def ask_somebody() -> Any:
    """For people whose pages the viewer cannot see; `?sent` says that it was sent."""
    return _somebody_response()


@bp.post("/report")
@comes_back(lambda sentence: _somebody_response(SomebodyForm(), 400, sentence))
@signed_in
@limited("reports")
@unless_paused()
def report_somebody() -> Any:
    """Tells nobody whether somebody has that handle, or blocked the viewer."""
    form = SomebodyForm()
    if not form.validate():
        return _somebody_response(form, 422)
    own = {"viewer_uuid": known_viewer()["uuid"], "kind": form.kind.data, "words": form.words.data}
    with suppress(NotFound):
        person = find_person(form.handle.data)
        actions.report_person(db(), user_uuid=person["uuid"] if person else own["viewer_uuid"], **own)
    return asking_response(200, sent=True) if wants_fragment() else redirect(url_for(".ask_somebody", sent="yes"), 303)


@bp.app_template_global()
def own_decisions() -> list[Decision]:
    """What was decided about the viewer."""
    return db().query_array("moderation/decided", viewer_uuid=viewer_uuid())


@bp.app_template_global()
def own_reports() -> list[OwnReport]:
    """What the viewer reported, and what came of it."""
    return db().query_array("moderation/own", viewer_uuid=viewer_uuid())
