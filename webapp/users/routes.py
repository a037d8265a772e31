"""A person's own settings over HTTP: how others see them, and their password."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from ..drafts import actions as drafts
from ..errors import Invalid, TooMany
from ..sessions import session
from ..sessions.actions import WrongPassword, check_password, token_hash
from ..sessions.guards import comes_back, signed_in, signed_in_or
from ..sessions.pages import sign_in_page
from ..web.answers import answer
from ..web.current import db, settings
from ..web.fields import as_uuid
from ..web.policy import limited_within
from ..web.security import local_path
from ..words import N_, _
from . import actions
from .forms import HandleForm, PasswordForm, ProfileForm
from .pages import own_account, settings_page
from .shapes import OwnAccount

bp = Blueprint("users", __name__)

DRAFT_IS_HERE = N_("You are signed in. What you typed is here; nothing was saved yet.")
SAVED = {
    "profile": N_("Saved. This is how others see you now."),
    "handle": N_("Saved. That is your handle now."),
    "password": N_("Your password is changed, and every other device is signed out."),
}


def _own() -> OwnAccount:
    return own_account(session.viewer_uuid())


def _again(form: ProfileForm | PasswordForm, status: int, notice: str = "") -> Any:
    typed = {"display_name": form.display_name.typed, "bio": form.bio.typed} if isinstance(form, ProfileForm) else {}
    return settings_page(_own(), status, typed, {name: found[0] for name, found in form.errors.items()}, notice=notice)


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
    notice = _("Sign in to save this. What you typed is kept.")
    return sign_in_page(401, url_for("users.show", draft=draft_uuid), notice)


def _handle_again(sentence: str) -> Any:
    account = _own()
    if account["handle_wanted"] is None:
        return answer(400, sentence)
    return _handle_page(account, HandleForm().handle.typed, 400, notice=sentence)


@bp.get("/settings")
@signed_in
def show() -> Any:
    """What a person may change of their own account; with one's own `draft` in the form of the profile."""
    wanted = as_uuid(request.args.get("draft"))
    if draft := drafts.find(db(), user_uuid=str(session.viewer_uuid()), kind="profile", draft_uuid=wanted):
        typed = {"display_name": draft["display_name"] or "", "bio": draft["message"]}
        return settings_page(_own(), 200, typed, notice=_(DRAFT_IS_HERE))
    saved = SAVED.get(request.args.get("saved", ""))
    return settings_page(_own(), 200, said=_(saved) if saved else "")


@bp.post("/settings/profile")
@comes_back(lambda sentence: _again(ProfileForm(), 400, sentence))
@limited_within("settings")
@signed_in_or(_save_after_sign_in)
def save_profile() -> Any:
    """Changes how others see a person."""
    form = ProfileForm()
    if not form.validate():
        return _again(form, 422)
    person, name, bio = str(session.viewer_uuid()), form.display_name.data, form.bio.data
    try:
        actions.save_profile(db(), settings(), user_uuid=person, display_name=name, bio=bio)
    except TooMany as problem:
        return *_again(form, 429, problem.message), _after(problem)
    return redirect(url_for("users.show", saved="profile"), 303)


@bp.post("/settings/password")
@comes_back(lambda sentence: _again(PasswordForm(), 400, sentence))
@limited_within("settings")
@signed_in
def change_password() -> Any:
    """Another password: every other session ends, and this browser gets a new one."""
    form, account = PasswordForm(), _own()
    form.own = (account["handle"], account["email"] or "", account["display_name"])
    form.validate()
    if form.current.data and not _is_current(account["handle"], form.current.data):
        form.current.errors = [_("That is not your current password.")]
    if form.errors:  # all that is wrong, at once
        return _again(form, 422)
    token = session.new_token()
    actions.change_password(
        db(),
        settings(),
        user_uuid=str(session.viewer_uuid()),
        password=form.password.data,
        token_hash=token_hash(token),
    )
    session.hold(token)
    return redirect(url_for("users.show", saved="password"), 303)


@bp.get("/settings/handle")
@signed_in
def show_handle() -> Any:
    """What became of the handle that a person asked for, and another to pick; only until they have."""
    account = _own()
    return _handle_page(account, account["handle"], 200)


@bp.post("/settings/handle")
@comes_back(_handle_again)
@limited_within("settings")
@signed_in
def save_handle() -> Any:
    """Keeps the handle, or takes another one that is free."""
    account, form = _own(), HandleForm()
    form.own = account["handle"]
    if account["handle_wanted"] is None or not form.validate():
        return _handle_page(account, form.handle.typed, 422, *form.errors.get("handle", [])[:1])
    try:
        saved = actions.save_handle(db(), settings(), user_uuid=str(session.viewer_uuid()), handle=form.handle.data)
    except Invalid as problem:
        return _handle_page(account, form.handle.typed, 422, problem.message)
    except TooMany as problem:
        return *_handle_page(account, form.handle.typed, 429, notice=problem.message), _after(problem)
    back = local_path(request.values.get("next"))
    return redirect(url_for("users.show", saved="handle") if saved and back == "/settings" else back, 303)


def _handle_page(account: OwnAccount, typed: str, status: int, error: str = "", notice: str = "") -> Any:
    if account["handle_wanted"] is None:  # nothing to tell, and nothing to pick
        return redirect(url_for("users.show"), 303)
    back = local_path(request.values.get("next"))
    return render_template(
        "users/handle.html", account=account, typed=typed, error=error, notice=notice, back=back
    ), status


def _is_current(handle: str, password: str) -> bool:
    """Whether this is the account's password: a guess like any other, under the limits of signing in."""
    try:
        check_password(db(), settings(), login=handle, password=password, address=request.remote_addr or "")
    except WrongPassword:
        return False
    return True


def _after(problem: TooMany) -> dict[str, str]:
    return {"Retry-After": str(problem.retry_after)}
