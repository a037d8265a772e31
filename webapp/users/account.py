"""What somebody signs in with: the handle, the e-mail address, the password."""

from typing import Any

from flask import Blueprint, redirect, request, url_for

from ..errors import Busy, Invalid, TooMany
from ..sessions import session
from ..sessions.actions import token_hash
from ..sessions.guards import Paused, comes_back, signed_in, unless_paused
from ..web.answers import form_response
from ..web.current import db, settings
from ..web.policy import limited_within
from ..web.security import wanted_path
from . import actions
from .forms import EmailForm, HandleForm, PasswordForm
from .pages import email_page, handle_page, is_confirmed, own_account, password_page

bp = Blueprint("account", __name__)


@bp.get("/settings/handle")
@signed_in
def show_handle() -> Any:
    """Tells that a wanted handle was taken, until they have chosen; and offers another at any time."""
    return handle_page(200)


@bp.post("/settings/handle")
@comes_back(lambda sentence: handle_page(400, HandleForm().handle.typed, notice=sentence))
@limited_within("handles")
@signed_in
@unless_paused()
def save_handle() -> Any:
    """Keeps the handle, or changes it."""
    form = HandleForm()
    form.own = session.known_viewer()["handle"]
    typed, back = form.handle.typed, wanted_path()
    if not form.validate():
        return handle_page(422, typed, form.errors["handle"][0])
    try:
        actions.save_handle(db(), settings(), user_uuid=str(session.viewer_uuid()), handle=form.handle.data)
    except Invalid as problem:
        return handle_page(422, typed, problem.message)
    except TooMany as problem:
        return form_response(problem, lambda status, sentence: handle_page(status, typed, notice=sentence))
    return redirect(url_for("users.show", saved="handle") if back == "/settings" else back, 303)


@bp.errorhandler(Paused)
def keep_typed(problem: Paused) -> Any:
    return handle_page(problem.status, HandleForm().handle.typed, notice=problem.message)


@bp.get("/settings/email")
@signed_in
def show_email() -> Any:
    return email_page(200, EmailForm(email=own_account()["email"]))


@bp.post("/settings/email")
@comes_back(lambda sentence: email_page(400, EmailForm(), sentence))
@limited_within("settings")
@signed_in
def save_email() -> Any:
    """Adds, changes or removes the address."""
    form, person = EmailForm(), str(session.viewer_uuid())
    try:
        if not is_confirmed(form, own_account(), request.remote_addr):
            return email_page(422, form)
        actions.save_email(db(), settings(), user_uuid=person, email=form.email.data or None)
    except Invalid as problem:
        form.email.errors = [problem.message]
        return email_page(422, form)
    except (TooMany, Busy) as problem:
        return form_response(problem, lambda status, sentence: email_page(status, form, sentence))
    return redirect(url_for("users.show", saved="email"), 303)


@bp.get("/settings/password")
@signed_in
def show_password() -> Any:
    return password_page(200, PasswordForm())


@bp.post("/settings/password")
@comes_back(lambda sentence: password_page(400, PasswordForm(), sentence))
@limited_within("settings")
@signed_in
def change_password() -> Any:
    """A new password: every other session ends, and this browser gets a new one."""
    form, account, token = PasswordForm(), own_account(), session.new_token()
    form.own = (account["handle"], account["email"] or "", account["display_name"])
    try:
        if not account["has_password"] or not is_confirmed(form, account, request.remote_addr):
            return password_page(422, form)
        actions.change_password(
            db(),
            settings(),
            user_uuid=str(session.viewer_uuid()),
            password=form.password.data,
            token_hash=token_hash(token),
        )
    except (TooMany, Busy) as problem:
        return form_response(problem, lambda status, sentence: password_page(status, form, sentence))
    session.adopt_token(token)
    return redirect(url_for("users.show", saved="password"), 303)
