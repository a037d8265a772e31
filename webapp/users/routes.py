from typing import Any

from flask import Blueprint, redirect, request, url_for

from ..drafts import actions as drafts
from ..errors import NotFound, TooMany
from ..sessions import session
from ..sessions.guards import Paused, comes_back, signed_in, signed_in_or, unless_paused
from ..sessions.pages import sign_in_page
from ..web.answers import error_response, form_response
from ..web.current import db, settings
from ..web.fields import as_uuid
from ..web.fragments import page_before
from ..web.policy import limited_within
from ..web.security import wanted_path
from ..words import N_, _
from . import actions
from .forms import PreferencesForm, ProfileForm
from .pages import preferences_page, settings_page

bp = Blueprint("users", __name__)

DRAFT_IS_HERE = N_("You're signed in. What you typed is here; nothing has been saved yet.")
SAVED = {
    "profile": N_("Saved."),
    "preferences": N_("Saved."),
    "handle": N_("Your handle is saved."),
    "email": N_("Your email is saved."),
    "role": N_("You gave up your role."),
    "password": N_("Password changed. Your other devices are signed out."),
}


def _form_page(form: ProfileForm, status: int, notice: str = "") -> Any:
    typed = {"display_name": form.display_name.typed, "bio": form.bio.typed}
    return settings_page(status, typed, {name: found[0] for name, found in form.errors.items()}, notice=notice)


def _save_after_sign_in() -> Any:
    form = ProfileForm()
    draft_uuid = drafts.keep(
        db(),
        settings(),
        kind="profile",
        signed_out_hash=session.signed_out_hash(),
        address=request.remote_addr or "",
        message=form.bio.typed,
        display_name=form.display_name.typed,
    )
    notice = _("Sign in to save this. What you typed is safe.")
    return sign_in_page(401, url_for("users.show", draft=draft_uuid), notice)


@bp.get("/settings")
@signed_in
def show() -> Any:
    """The settings; with one's own `draft` in the profile's form."""
    wanted = as_uuid(request.args.get("draft"))
    if draft := drafts.find(db(), user_uuid=str(session.viewer_uuid()), kind="profile", draft_uuid=wanted):
        typed = {"display_name": draft["display_name"] or "", "bio": draft["message"]}
        return settings_page(200, typed, notice=_(DRAFT_IS_HERE))
    saved = SAVED.get(request.args.get("saved", ""))
    return settings_page(200, said=_(saved) if saved else "")


@bp.post("/settings/profile")
@comes_back(lambda sentence: _form_page(ProfileForm(), 400, sentence))
@limited_within("settings")
@signed_in_or(_save_after_sign_in)
@unless_paused()
def save_profile() -> Any:
    form = ProfileForm()
    if not form.validate():
        return _form_page(form, 422)
    person, name, bio = str(session.viewer_uuid()), form.display_name.data, form.bio.data
    try:
        actions.save_profile(db(), settings(), user_uuid=person, display_name=name, bio=bio)
    except TooMany as problem:
        return form_response(problem, lambda status, sentence: _form_page(form, status, sentence))
    return redirect(url_for("users.show", saved="profile"), 303)


@bp.errorhandler(Paused)
def keep_typed(problem: Paused) -> Any:
    return _form_page(ProfileForm(), problem.status, problem.message)


@bp.get("/settings/preferences")
@signed_in
def show_preferences() -> Any:
    return preferences_page(200)


@bp.post("/settings/preferences")
@comes_back(lambda sentence: preferences_page(400, PreferencesForm().chosen, notice=sentence))
@limited_within("settings")
@signed_in
def save_preferences() -> Any:
    """Saves what the form has, which may be a part: the offer of a time zone stands on every page."""
    form = PreferencesForm()
    if not form.validate():
        return preferences_page(422, form.chosen, {name: found[0] for name, found in form.errors.items()})
    try:
        actions.save_preferences(db(), settings(), user_uuid=str(session.viewer_uuid()), **form.chosen)
    except TooMany as problem:
        return form_response(problem, lambda status, said: preferences_page(status, form.chosen, notice=said))
    return redirect(wanted_path() if "next" in request.form else page_before("/"), 303)


@bp.app_errorhandler(NotFound)
def lead_to_new_handle(error: NotFound) -> Any:
    """Pages below a former handle lead to the person's present one."""
    parts = request.view_args or {}
    if request.endpoint and "handle" in parts and request.method in ("GET", "HEAD"):
        new = db().query_value("users/moved", viewer_uuid=session.viewer_uuid(), handle=parts["handle"][:100])
        if new:
            query = request.query_string.decode()
            return redirect(f"{url_for(request.endpoint, **parts | {'handle': new})}{query and '?'}{query}", 302)
    return error_response(error)
