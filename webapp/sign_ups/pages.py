from typing import Any

from flask import redirect, render_template, url_for

from ..errors import Invalid, TooMany, Unavailable
from ..invitations import actions as invitations
from ..sessions import session
from ..sessions.pages import draft_text
from ..web.answers import form_response
from ..web.current import db, settings
from ..web.security import wanted_path
from .forms import SignUpForm


def first_page(code: str) -> Any:
    if session.viewer():
        return redirect(wanted_path(), 303)
    form = form_with(code)
    find_invitation(form)
    ended = code and not form.invited
    notice = invitations.ended_sentence(settings()) if ended else ""
    return closed_response(form) or sign_up_page(form, 200, notice=notice)


def form_with(code: str) -> SignUpForm:
    form = SignUpForm()
    form.invite.data = code[:100]  # from the address into the form, and kept there
    return form


def find_invitation(form: SignUpForm) -> None:
    form.invited = invitations.find_open(db(), code=form.invite.data)


def closed_response(form: SignUpForm) -> Any:
    """The response for somebody who may not sign up here, or must use the provider; else None."""
    if not _may_join(form):
        return render_template("sign_ups/closed.html", invite=form.invite.data), 403
    if settings().provider:
        back, invite = wanted_path(), form.invite.data
        return redirect(url_for("identities.start", next=back if back != "/" else None, invite=invite or None), 303)
    return None


def _may_join(form: SignUpForm) -> bool:
    how = settings().sign_up
    return how in ("open", "provider") or (how == "invite" and form.invited is not None)


def sign_up_page(form: SignUpForm, status: int, *problems: Invalid, notice: str = "", key: str = "") -> Any:
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


def later_page(form: SignUpForm, problem: TooMany | Unavailable) -> Any:
    return form_response(problem, lambda status, sentence: sign_up_page(form, status, notice=sentence))
