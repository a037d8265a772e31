from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for

from ..errors import NotFound, TooMany
from ..limits import hit, subject_of
from ..sessions.guards import comes_back, limited, moderators, unless_paused
from ..sessions.session import known_viewer
from ..web.answers import form_response
from ..web.current import db, settings
from ..web.policy import limited_within
from . import actions
from .forms import LIVES, InvitationForm
from .qr import qr_code
from .shapes import Invitation

bp = Blueprint("invitations", __name__, url_prefix="/moderation/invitations")

MOST = 100
"""Invitations that the list shows."""


def _list_page(form: InvitationForm, status: int, notice: str = "") -> Any:
    standing = db().query_array("invitations/list", limit=MOST)
    errors = {name: found[0] for name, found in form.errors.items()}
    return render_template(
        "invitations/invitations.html", invitations=standing, form=form, lives=LIVES, errors=errors, notice=notice
    ), status


@bp.get("")
@moderators
def show() -> Any:
    return _list_page(InvitationForm(), 200)


@bp.post("")
@moderators
@comes_back(lambda sentence: _list_page(InvitationForm(), 400, sentence))
@limited_within("invitations")
@unless_paused()
def create() -> Any:
    form, person = InvitationForm(), known_viewer()["uuid"]
    if not form.validate():
        return _list_page(form, 422)
    name, places, seconds = form.name.data, form.places.number or 0, form.seconds
    try:
        hit(db(), settings().limits["invitations"], "invitations", subject_of(settings(), person))
    except TooMany as problem:
        return form_response(problem, lambda status, sentence: _list_page(form, status, sentence))
    made = actions.create(db(), settings(), name=name, places=places, seconds=seconds, user_uuid=person)
    return redirect(url_for("invitations.show_one", invitation_uuid=made), 303)


@bp.get("/<uuid:invitation_uuid>")
@moderators
def show_one(invitation_uuid: UUID) -> Any:
    """Its address and QR code, to show and to print."""
    found: Invitation | None = db().query_object("invitations/find", uuid=invitation_uuid)
    if not found:
        raise NotFound
    code = actions.known_code(settings(), found)
    link = settings().public_url + url_for("sign_ups.join", code=code) if code else ""
    return render_template(
        "invitations/invitation.html", invitation=found, link=link, qr=qr_code(link) if link else None
    )


@bp.post("/<uuid:invitation_uuid>/end")
@moderators
@limited("invitations")
@unless_paused()
def end(invitation_uuid: UUID) -> Any:
    """Idempotent."""
    db().execute("invitations/end", uuid=invitation_uuid, actor_uuid=known_viewer()["uuid"])
    return redirect(url_for("invitations.show"), 303)
