from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from ..drafts import actions as drafts
from ..errors import Busy, Invalid, TooMany
from ..sessions import session
from ..sessions.actions import token_hash
from ..sessions.guards import comes_back, signed_in, signed_in_or
from ..sessions.pages import sign_in_page
from ..web.answers import form_response, render_error
from ..web.current import db, settings
from ..web.fields import as_uuid
from ..web.policy import limited_within
from ..web.security import wanted_path
from ..words import N_, _
from . import actions
from .forms import HandleForm, PasswordForm, ProfileForm
from .pages import own_account, settings_page
from .shapes import OwnAccount

bp = Blueprint("users", __name__)

DRAFT_IS_HERE = N_("You're signed in. What you typed is here; nothing has been saved yet.")
SAVED = {
    "profile": N_("Saved."),
    "handle": N_("Your handle is saved."),
    "password": N_("Password changed. Your other devices are signed out."),
}


def _own_account() -> OwnAccount:
    return own_account(session.viewer_uuid())


def _form_page(form: ProfileForm | PasswordForm, status: int, notice: str = "") -> Any:
    typed = {"display_name": form.display_name.typed, "bio": form.bio.typed} if isinstance(form, ProfileForm) else {}
    return settings_page(
        _own_account(), status, typed, {name: found[0] for name, found in form.errors.items()}, notice=notice
    )


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


def _retry_handle(sentence: str) -> Any:
    account = _own_account()
    if account["handle_wanted"] is None:
        return render_error(400, sentence)
    return _handle_page(account, HandleForm().handle.typed, 400, notice=sentence)


@bp.get("/settings")
@signed_in
def show() -> Any:
    """The settings; with one's own `draft` in the profile's form."""
    wanted = as_uuid(request.args.get("draft"))
    if draft := drafts.find(db(), user_uuid=str(session.viewer_uuid()), kind="profile", draft_uuid=wanted):
        typed = {"display_name": draft["display_name"] or "", "bio": draft["message"]}
        return settings_page(_own_account(), 200, typed, notice=_(DRAFT_IS_HERE))
    saved = SAVED.get(request.args.get("saved", ""))
    return settings_page(_own_account(), 200, said=_(saved) if saved else "")


@bp.post("/settings/profile")
@comes_back(lambda sentence: _form_page(ProfileForm(), 400, sentence))
@limited_within("settings")
@signed_in_or(_save_after_sign_in)
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


@bp.post("/settings/password")
@comes_back(lambda sentence: _form_page(PasswordForm(), 400, sentence))
@limited_within("settings")
@signed_in
def change_password() -> Any:
    """A new password: every other session ends, and this browser gets a new one."""
    form, account, person = PasswordForm(), _own_account(), str(session.viewer_uuid())
    form.own = (account["handle"], account["email"] or "", account["display_name"])
    form.validate()
    token = session.new_token()
    try:
        if form.current.data and not actions.is_current_password(
            db(),
            settings(),
            user_uuid=person,
            handle=account["handle"],
            password=form.current.data,
            address=request.remote_addr or "",
        ):
            form.current.errors = [_("That is not your current password.")]
        if form.errors:  # all errors at once
            return _form_page(form, 422)
        actions.change_password(
            db(), settings(), user_uuid=person, password=form.password.data, token_hash=token_hash(token)
        )
    except (TooMany, Busy) as problem:
        return form_response(problem, lambda status, sentence: _form_page(form, status, sentence))
    session.adopt_token(token)
    return redirect(url_for("users.show", saved="password"), 303)


@bp.get("/settings/handle")
@signed_in
def show_handle() -> Any:
    """Tells that a wanted handle was taken, and offers another; only until they have chosen."""
    account = _own_account()
    return _handle_page(account, account["handle"], 200)


@bp.post("/settings/handle")
@comes_back(_retry_handle)
@limited_within("settings")
@signed_in
def save_handle() -> Any:
    """Keeps the handle, or changes it."""
    account, form = _own_account(), HandleForm()
    form.own = account["handle"]
    if account["handle_wanted"] is None or not form.validate():
        return _handle_page(account, form.handle.typed, 422, *form.errors.get("handle", [])[:1])
    try:
        saved = actions.save_handle(db(), settings(), user_uuid=str(session.viewer_uuid()), handle=form.handle.data)
    except Invalid as problem:
        return _handle_page(account, form.handle.typed, 422, problem.message)
    except TooMany as problem:
        return form_response(
            problem, lambda status, sentence: _handle_page(account, form.handle.typed, status, notice=sentence)
        )
    back = wanted_path()
    return redirect(url_for("users.show", saved="handle") if saved and back == "/settings" else back, 303)


def _handle_page(account: OwnAccount, typed: str, status: int, error: str = "", notice: str = "") -> Any:
    if account["handle_wanted"] is None:  # they have their handle
        return redirect(url_for("users.show"), 303)
    back = wanted_path()
    return render_template(
        "users/handle.html", account=account, typed=typed, error=error, notice=notice, back=back
    ), status
