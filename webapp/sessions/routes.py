from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from ..errors import AccountGone, Malformed, MayflyError, TooMany, Unavailable
from ..web.answers import error_response, form_response
from ..web.current import db, settings
from ..web.fragments import fragment_or_redirect
from ..web.policy import everybody, limited_within, readers
from ..web.security import wanted_path
from ..words import N_, _
from . import actions, session
from .forms import SignInForm
from .guards import comes_back, limited, redirect_to_sign_in, signed_in
from .pages import own_sessions, sign_in_page

bp = Blueprint("sessions", __name__)

WRONG = N_("That didn't match. Check your email or handle, your password and Caps Lock.")
SUSPENDED = N_("This account is suspended.")
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
    except actions.Suspended:
        return sign_in_page(422, back, _(SUSPENDED))
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


@bp.get("/settings/sessions")
@signed_in
def show() -> Any:
    """Where one is signed in."""
    return render_template("sessions/sessions.html", sessions=own_sessions())


@bp.post("/settings/sessions/<session_name>/end")
@signed_in
@limited("settings")
def end(session_name: str) -> Any:
    """Ends one of the viewer's sessions; one that is over already stays so."""
    db().execute("sessions/end_named", user_uuid=session.viewer_uuid(), session_name=session_name)
    return _changed(_("That device is signed out."))


@bp.post("/settings/sessions/end")
@signed_in
@limited("settings")
def end_others() -> Any:
    """Ends all sessions but this one."""
    db().execute("sessions/end_all", user_uuid=session.viewer_uuid(), but=session.own_token_hash())
    return _changed(_("Your other devices are signed out."))


def _changed(said: str) -> Any:
    to = url_for("sessions.show")
    return fragment_or_redirect("sessions/_sessions.html", to=to, said=said, sessions=own_sessions())


@bp.app_errorhandler(AccountGone)
def lead_out(_error: AccountGone) -> Any:
    """The account was deleted in another window while this act was under way."""
    session.end()
    try:
        return redirect_to_sign_in()
    except MayflyError as problem:  # an exception in an error handler reaches no other handler
        return error_response(problem)
