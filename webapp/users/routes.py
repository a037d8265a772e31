"""Accounts and profiles over HTTP."""

import uuid
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from ..current import db, settings
from ..errors import Conflict, Invalid, Malformed, NotFound, TooMany
from ..feeds.pages import feed_answer, feed_json, feed_page
from ..security import local_path
from ..shapes import Profile
from . import actions, session, sign_up_actions
from .forms import SignInForm, SignUpForm
from .pages import page_with, sign_in_page, texts_of

bp = Blueprint("users", __name__)

WRONG = "That e-mail or handle and that password do not belong together. Check both, and the caps lock."
STILL_IN = "You are still signed in: that page was open for long, or of an earlier sign-in. Go home and sign out there."


@bp.route("/sign-up", methods=["GET", "POST"])
def sign_up() -> Any:
    """The form for a new account, and making one: one, and its person signed in, however often the same form comes."""
    if session.viewer():
        return redirect(url_for("feeds.home"), 303)
    form = SignUpForm()
    form.invite.data = request.values.get("invite", "")[:100]  # from the link into the form, through every slip
    if request.method != "POST":
        return _turned_away(form) or _sign_up_page(form, 200)
    try:
        refusal = _join(form)
    except TooMany as problem:
        refusal = _sign_up_later(form, problem)
    try:
        if refusal and not _joined_before(form):
            return refusal
    except TooMany as problem:
        return _sign_up_later(form, problem)
    return redirect(url_for("feeds.home"), 303)


def _join(form: SignUpForm) -> Any:
    """Makes the account and signs in; what to answer where that is refused. Raises `TooMany`."""
    valid = form.validate()
    if refusal := _turned_away(form):
        return refusal
    problems = sign_up_actions.taken(
        db(), settings(), handle=form.handle.data, email=form.email.data, address=request.remote_addr or ""
    )
    if not valid or problems:
        return _sign_up_page(form, 422, *problems)
    try:
        made = sign_up_actions.sign_up(
            db(),
            settings(),
            display_name=form.display_name.data,
            handle=form.handle.data,
            email=form.email.data,
            password=form.password.data,
            key=form.key.data,
            invite=form.invite.data,
            address=request.remote_addr or "",
        )
    except Invalid as problem:
        return _sign_up_page(form, 422, problem)
    except sign_up_actions.MadeOtherwise as conflict:
        return _sign_up_page(form, 409, notice=conflict.message, key=str(uuid.uuid4()))
    except Conflict as conflict:
        return _sign_up_page(form, 409, notice=conflict.message)
    session.start(made)
    return None


def _joined_before(form: SignUpForm) -> bool:
    """Whether this form made its account a moment ago: then its person is signed in."""
    account = not form.errors and sign_up_actions.signed_up_before(
        db(),
        settings(),
        handle=form.handle.data,
        email=form.email.data,
        password=form.password.data,
        key=form.key.data,
        address=request.remote_addr or "",
    )
    return bool(account and session.start(account))


def _turned_away(form: SignUpForm) -> Any:
    """What to answer somebody whom the place does not take, or takes by another door; None for all others."""
    if not _may_join(form.invite.data):
        return render_template("users/sign_up_closed.html", invite=form.invite.data), 403
    if settings().provider:
        return redirect(url_for("provider.start", invite=form.invite.data or None), 303)
    return None


def _may_join(invite: str) -> bool:
    """Whether the place takes somebody who comes with this invitation, or with none."""
    how = settings().sign_up
    return how in ("open", "provider") or (how == "invite" and sign_up_actions.invitation_open(db(), invite=invite))


def _sign_up_again(sentence: str) -> Any:
    """The form with its text after a CSRF failure, where the place takes people at all."""
    if session.viewer():  # the first of two answers came in between, with another cookie
        return redirect(url_for("feeds.home"), 303)
    form = SignUpForm()
    return _turned_away(form) or _sign_up_page(form, 400, notice=sentence)


def _sign_up_page(form: SignUpForm, status: int, *problems: Invalid, notice: str = "", key: str = "") -> Any:
    """The form with its text and what is wrong with it. `key`: another one, with which it makes another account."""
    errors = {name: found[0] for name, found in form.errors.items()}
    for problem in problems:
        errors.setdefault(problem.field, problem.message)
    return render_template(
        "users/sign_up.html", form=form, errors=errors, notice=notice, key=key or form.key.data
    ), status


def _sign_up_later(form: SignUpForm, problem: TooMany) -> Any:
    return *_sign_up_page(form, 429, notice=problem.message), {"Retry-After": str(problem.retry_after)}


sign_up.again = _sign_up_again  # type: ignore[attr-defined]


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Any:
    """The form to come in, and coming in. A message that was on its way is handed through."""
    form = SignInForm()
    if request.method != "POST":
        if session.viewer():
            return redirect(local_path(request.args.get("next")), 303)
        return _sign_in_page(form, 200)
    if not form.validate():
        return _sign_in_page(form, 422)
    try:
        account = actions.check_password(
            db(),
            settings(),
            login=form.email.data,
            password=form.password.data,
            address=request.remote_addr or "",
        )
    except actions.Refused:
        return _sign_in_page(form, 422, WRONG)
    if not session.start(account):  # the password was changed while it was checked
        return _sign_in_page(form, 422, WRONG)
    return page_with(texts_of(form)) or redirect(local_path(request.values.get("next")), 303)


def _sign_in_page(form: SignInForm, status: int, notice: str = "") -> Any:
    return sign_in_page(form, status, notice, local_path(request.values.get("next")))


sign_in.again = lambda sentence: _sign_in_page(SignInForm(), 400, sentence)  # type: ignore[attr-defined]


@bp.post("/sign-out")
def sign_out() -> Any:
    """Ends the session here and in the database; the browser forgets what it kept of this site."""
    session.end()
    response = redirect(url_for("provider.signed_out" if settings().provider else "feeds.home"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _sign_out_again(_: str) -> Any:
    """The button of an old page is refused for ever; the one at home counts."""
    if session.viewer():
        raise Malformed(STILL_IN)
    return redirect(url_for("feeds.home"), 303)


sign_out.again = _sign_out_again  # type: ignore[attr-defined]


@bp.get("/@<handle>")
def profile(handle: str) -> Any:
    """A person and what they wrote that is still alive."""
    person = _person(handle)
    page = feed_page("feeds/profile", request.args.get("before"), user_uuid=person["uuid"])
    return feed_answer("users/profile.html", page, person=person)


@bp.get("/api/@<handle>")
def profile_json(handle: str) -> Response:
    """The same list as JSON, as PostgreSQL wrote it."""
    return feed_json("feeds/profile", request.args.get("before"), user_uuid=_person(handle)["uuid"])


def _person(handle: str) -> Profile:
    """A person in good standing. Raises `NotFound`."""
    person: Profile | None = db().query_object("users/profile", handle=handle)
    if not person:
        raise NotFound
    return person
