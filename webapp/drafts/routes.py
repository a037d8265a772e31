from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from ..sessions import session
from ..sessions.guards import comes_back, limited, redirect_to_sign_in, signed_in, signed_in_or
from ..web.answers import render_error, stale_form_response
from ..web.current import db
from ..web.fragments import page_before
from ..web.htmx import wants_fragment
from ..words import _
from . import actions
from .forms import DraftForm
from .pages import begun_as, keep_until_sign_in

bp = Blueprint("drafts", __name__)


@bp.get("/drafts")
@signed_in
def show() -> Any:
    person = session.viewer_uuid()
    drafts = db().query_array("drafts/list", user_uuid=person, viewer_uuid=person)
    return render_template("drafts/drafts.html", drafts=drafts)


def _signed_out() -> Any:
    if wants_fragment():
        return redirect_to_sign_in()
    return keep_until_sign_in(request.remote_addr or "", _("Sign in to keep this. Your text is safe."))


def _retry_save(sentence: str) -> Any:
    """The text of a form whose token is stale; a script gets a new token, if the form is the viewer's."""
    form = DraftForm()
    if problem := begun_as(form.user_uuid.data):
        return _begun_by_another(form, problem)
    if wants_fragment():
        return jsonify(csrf_token=generate_csrf()), 400
    return stale_form_response(sentence)


def _begun_by_another(form: DraftForm, sentence: str) -> Any:
    if wants_fragment():
        return render_error(409, sentence)
    return render_template("drafts/begun.html", draft=form.as_draft, notice=sentence), 409


@bp.post("/drafts")
@comes_back(_retry_save)
@signed_in_or(_signed_out)
@limited("draft_saves")
def save() -> Any:
    """Saves what a composer holds. A script gets the key and the version under which it continues, as JSON."""
    form = DraftForm()
    if problem := begun_as(form.user_uuid.data):
        return _begun_by_another(form, problem)
    saved = actions.save(db(), user_uuid=str(session.viewer_uuid()), version=form.version.number, **form.as_draft)
    if not wants_fragment():
        return redirect(url_for("drafts.show"), 303)
    return jsonify(saved._asdict() if saved else {"posted": True})


@bp.post("/drafts/<uuid:draft_uuid>/discard")
@signed_in
@limited("draft_saves")
def discard(draft_uuid: UUID) -> Any:
    """Idempotent."""
    actions.discard(db(), user_uuid=str(session.viewer_uuid()), draft_uuid=str(draft_uuid))
    return redirect(page_before(url_for("drafts.show")), 303)
