import uuid
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from ..errors import Conflict, Invalid, TooMany, Unavailable
from ..invitations import actions as invitations
from ..sessions import session
from ..sessions.guards import comes_back
from ..sessions.pages import draft_text
from ..web.answers import form_response
from ..web.current import db, settings
from ..web.policy import everybody, limited_within
from ..web.security import wanted_path
from . import actions
from .forms import SignUpForm

bp = Blueprint("sign_ups", __name__)


def _retry_sign_up(sentence: str) -> Any:
    if session.viewer():  # a first response came meanwhile, with another cookie
        return redirect(wanted_path(), 303)
    form = _form(request.form.get("invite", ""))
    _find_invitation(form)
    return _closed_response(form) or _sign_up_page(form, 400, notice=sentence)


@bp.get("/join/<code>")
@everybody
def join(code: str) -> Any:
    """An invitation's address: the form to sign up."""
    return _first_page(code)


@bp.route("/sign-up", methods=["GET", "POST"])
@everybody
@limited_within("sign_up_tries")
@comes_back(_retry_sign_up)
def sign_up() -> Any:
    """The form, and making the account: one account, and its person signed in, however often the same form comes."""
    code = request.values.get("invite", "")
    if request.method != "POST":
        return _first_page(code)
    if session.viewer():
        return redirect(wanted_path(), 303)
    form = _form(code)
    try:
        refusal = _join(form)
    except (TooMany, Unavailable) as problem:
        refusal = _later(form, problem)
    try:
        if refusal and not _signed_up_before(form):
            return refusal
    except (TooMany, Unavailable) as problem:
        return _later(form, problem)
    return redirect(wanted_path(), 303)


def _first_page(code: str) -> Any:
    if session.viewer():
        return redirect(wanted_path(), 303)
    form = _form(code)
    _find_invitation(form)
    ended = code and not form.invited
    notice = invitations.ended_sentence(settings()) if ended else ""
    return _closed_response(form) or _sign_up_page(form, 200, notice=notice)


def _form(code: str) -> SignUpForm:
    form = SignUpForm()
    form.invite.data = code[:100]  # from the address into the form, and kept there
    return form


def _find_invitation(form: SignUpForm) -> None:
    form.invited = invitations.find_open(db(), code=form.invite.data)


def _join(form: SignUpForm) -> Any:
    """Makes the account and signs in; a response where that is refused. Raises `TooMany`, `Unavailable`."""
    valid = form.validate()
    _find_invitation(form)
    if refusal := _closed_response(form):
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
        return _sign_up_page(form, 422, *problems)
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
        return _sign_up_page(form, 422, problem)
    except actions.KeyAlreadyUsed as conflict:
        return _sign_up_page(form, 409, notice=conflict.message, key=str(uuid.uuid4()))
    except Conflict as conflict:
        return _sign_up_page(form, 409, notice=conflict.message)
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


def _closed_response(form: SignUpForm) -> Any:
    """The response for somebody who may not sign up here, or must use the provider; else None."""
    if not _may_join(form):
        return render_template("sign_ups/closed.html", invite=form.invite.data), 403
    if settings().provider:
        back = request.values.get("next")
        return redirect(url_for("identities.start", next=back, invite=form.invite.data or None), 303)
    return None


def _may_join(form: SignUpForm) -> bool:
    how = settings().sign_up
    return how in ("open", "provider") or (how == "invite" and form.invited is not None)


def _sign_up_page(form: SignUpForm, status: int, *problems: Invalid, notice: str = "", key: str = "") -> Any:
    """The form with its errors. `key`: a new one, with which it makes another account."""
    errors = {name: found[0] for name, found in form.errors.items()}
    for problem in problems:
        errors.setdefault(problem.field, problem.message)
    back = wanted_path()
    return render_template(
        "sign_ups/sign_up.html",
        form=form,
        text=draft_text(back),
        errors=errors,
        notice=notice,
        key=key or form.key.data,
        back=back,
    ), status


def _later(form: SignUpForm, problem: TooMany | Unavailable) -> Any:
    return form_response(problem, lambda status, sentence: _sign_up_page(form, status, notice=sentence))
