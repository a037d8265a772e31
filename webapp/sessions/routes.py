from typing import Any

from flask import Blueprint, redirect, request, url_for

from ..errors import Malformed, TooMany, Unavailable
from ..web.answers import form_response
from ..web.current import db, settings
from ..web.policy import everybody, limited_within, readers
from ..web.security import wanted_path
from ..words import N_, _
from . import actions, session
from .forms import SignInForm
from .guards import comes_back
from .pages import sign_in_page

bp = Blueprint("sessions", __name__)

WRONG = N_("That didn't match. Check your email or handle, your password and Caps Lock.")
STILL_IN = N_("You're still signed in: that page was out of date. Go home and sign out there.")


@bp.route("/sign-in", methods=["GET", "POST"])
@everybody
@limited_within("sign_ins_by_address")
@comes_back(lambda sentence: sign_in_page(400, wanted_path(), sentence))
def sign_in() -> Any:
    form, back = SignInForm(), wanted_path()
    if request.method != "POST":
        return redirect(back, 303) if session.viewer() else sign_in_page(200, back)
    if not form.validate():
        return sign_in_page(422, back, form=form)
    try:
        account = actions.check_password(
            db(),
            settings(),
            login=form.email.data,
            password=form.password.data,
            address=request.remote_addr or "",
        )
        started = session.start(account, back)  # not where the password changed while it was checked
    except actions.WrongPassword:
        started = False
    except (TooMany, Unavailable) as problem:
        return form_response(problem, lambda status, sentence: sign_in_page(status, back, sentence))
    return redirect(back, 303) if started else sign_in_page(422, back, _(WRONG))


def _retry_sign_out(sentence: str) -> Any:
    """An old page's token stays invalid; the button at home works."""
    if session.viewer():
        raise Malformed(_(STILL_IN))
    return redirect(url_for("feeds.home"), 303)


@bp.post("/sign-out")
@readers
@comes_back(_retry_sign_out)
def sign_out() -> Any:
    """Ends the session here and in the database. Pages are kept by no browser, and the theme stays."""
    session.end()
    return redirect(url_for("identities.signed_out" if settings().provider else "feeds.home"), 303)
