"""A person's own settings over HTTP: how others see them, and their password."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from ..current import db, settings
from ..shapes import OwnAccount
from . import actions, session
from .forms import PasswordForm, ProfileForm

bp = Blueprint("settings", __name__)

SAVED = {
    "profile": "Saved. This is how others see you now.",
    "password": "Your password is changed, and every other device is signed out.",
}


@bp.get("/settings")
@session.signed_in
def show() -> Any:
    """What a person may change of their own account."""
    return _settings_page(200)


@bp.post("/settings/profile")
@session.signed_in
def save_profile() -> Any:
    """Changes how others see a person."""
    form = ProfileForm()
    if not form.validate():
        return _settings_page(422, form)
    actions.save_profile(
        db(), user_uuid=str(session.viewer_uuid()), display_name=form.display_name.data, bio=form.bio.data
    )
    return redirect(url_for("settings.show", saved="profile"), 303)


@bp.post("/settings/password")
@session.signed_in
def change_password() -> Any:
    """Another password: every other session ends, and this browser gets a new one."""
    form, account = PasswordForm(), _own_account()
    form.own = (account["handle"], account["email"] or "", account["display_name"])
    form.validate()
    if form.current.data and not _is_current(account["handle"], form.current.data):
        form.current.errors = ["That is not your current password."]
    if form.errors:  # all that is wrong, at once
        return _settings_page(422, form)
    session.start(actions.change_password(db(), user_uuid=str(session.viewer_uuid()), password=form.password.data))
    return redirect(url_for("settings.show", saved="password"), 303)


def _is_current(handle: str, password: str) -> bool:
    """Whether this is the account's password: a guess like any other, under the limits of signing in."""
    try:
        actions.check_password(db(), settings(), login=handle, password=password, address=request.remote_addr or "")
    except actions.Refused:
        return False
    return True


def _settings_page(status: int, form: ProfileForm | PasswordForm | None = None, notice: str = "") -> Any:
    """The page, with what was typed into the form that comes back; a password never does."""
    account = _own_account()
    errors = {name: found[0] for name, found in form.errors.items()} if form else {}
    typed = {"display_name": form.display_name.data, "bio": form.bio.data} if isinstance(form, ProfileForm) else {}
    said = "" if form else SAVED.get(request.args.get("saved", ""), "")
    return render_template(
        "users/settings.html", account={**account, **typed}, errors=errors, said=said, notice=notice
    ), status


def _settings_again(form: type[ProfileForm | PasswordForm]) -> Callable[[str], Any]:
    """The page with its text after a CSRF failure."""
    return lambda sentence: _settings_page(400, form(), sentence) if session.viewer() else session.ask_to_sign_in()


save_profile.again = _settings_again(ProfileForm)  # type: ignore[attr-defined]
change_password.again = _settings_again(PasswordForm)  # type: ignore[attr-defined]


def _own_account() -> OwnAccount:
    """The account of who is signed in."""
    account: OwnAccount | None = db().query_object("users/own", user_uuid=session.viewer_uuid())
    assert account  # noqa: S101 (its session was found a moment ago)
    return account
