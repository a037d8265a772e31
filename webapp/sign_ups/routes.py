import uuid
from typing import Any

from flask import Blueprint, redirect, request

from ..errors import Conflict, Invalid, TooMany, Unavailable
from ..sessions import session
from ..sessions.guards import comes_back
from ..web.current import db, settings
from ..web.policy import everybody, limited_within
from ..web.security import wanted_path
from . import actions
from .forms import SignUpForm
from .pages import closed_response, find_invitation, first_page, form_with, later_page, sign_up_page

bp = Blueprint("sign_ups", __name__)


def _retry_sign_up(sentence: str) -> Any:
    if session.viewer():  # a first response came meanwhile, with another cookie
        return redirect(wanted_path(), 303)
    form = form_with(request.form.get("invite", ""))
    find_invitation(form)
    return closed_response(form) or sign_up_page(form, 400, notice=sentence)


@bp.get("/join/<code>")
@everybody
def join(code: str) -> Any:
    """An invitation's address: the form to sign up."""
    return first_page(code)


@bp.route("/sign-up", methods=["GET", "POST"])
@everybody
@limited_within("sign_up_tries")
@comes_back(_retry_sign_up)
def sign_up() -> Any:
    """The form, and making the account: one account, and its person signed in, however often the same form comes."""
    code = request.values.get("invite", "")
    if request.method != "POST":
        return first_page(code)
    if session.viewer():
        return redirect(wanted_path(), 303)
    form = form_with(code)
    try:
        refusal = _join(form)
    except (TooMany, Unavailable) as problem:
        refusal = later_page(form, problem)
    try:
        if refusal and not _signed_up_before(form):
            return refusal
    except (TooMany, Unavailable) as problem:
        return later_page(form, problem)
    return redirect(wanted_path(), 303)


def _join(form: SignUpForm) -> Any:
    """Makes the account and signs in; a response where that is refused. Raises `TooMany`, `Unavailable`."""
    valid = form.validate()
    find_invitation(form)
    if refusal := closed_response(form):
        return refusal
    problems = actions.taken(
        db(),
        settings(),
        handle=form.handle.data,
        email=form.email.data,
        invited=form.invited,
        address=request.remote_addr or "",
    )
    if not valid or problems:
        return sign_up_page(form, 422, *problems)
    try:
        made = actions.sign_up(
            db(),
            settings(),
            display_name=form.display_name.data,
            handle=form.handle.data,
            email=form.email.data,
            password=form.password.data,
            key=form.key.data,
            invite=form.invite.data if form.invited else "",
            address=request.remote_addr or "",
        )
    except Invalid as problem:
        return sign_up_page(form, 422, problem)
    except actions.KeyAlreadyUsed as conflict:
        return sign_up_page(form, 409, notice=conflict.message, key=str(uuid.uuid4()))
    except Conflict as conflict:
        return sign_up_page(form, 409, notice=conflict.message)
    session.start(made, wanted_path())
    return None


def _signed_up_before(form: SignUpForm) -> bool:
    """Whether this form made its account a moment ago; if so, signs its person in."""
    account = not form.errors and actions.signed_up_before(
        db(),
        settings(),
        handle=form.handle.data,
        email=form.email.data,
        password=form.password.data,
        key=form.key.data,
        address=request.remote_addr or "",
    )
    return bool(account and session.start(account, wanted_path()))
