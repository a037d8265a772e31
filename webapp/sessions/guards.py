"""Decorators that depend on the viewer: who may pass, and how often. See also `web/policy.py`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, redirect, request, url_for

from ..errors import Conflict, MayflyError, NotFound
from ..limits import hit, subject_of
from ..web.answers import stale_form_response
from ..web.current import db, settings
from ..web.filters import full_time
from ..web.fragments import page_before
from ..web.htmx import wants_fragment
from ..web.policy import AUTHOR, EVERYBODY, MODERATORS, OPERATORS, OTHERS, SIGNED_IN, View, with_facts
from ..words import _
from .session import known_viewer, viewer


class SignedOut(MayflyError):
    """The act needs an account."""

    status = 401


class Paused(Conflict):
    """A moderator paused them: they only read."""


def redirect_to_sign_in() -> Any:
    """Redirects a page to the sign-in; JSON and HTMX get an error, so that typed text stays in its form."""
    if request.path.startswith("/api/"):
        raise SignedOut(_("Sign in first."))
    if wants_fragment():
        raise SignedOut(_("You're signed out. Sign in (opens a new tab), then try again here. Your text stays."))
    back = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else page_before("") or None
    return redirect(url_for("sessions.sign_in", next=back), 303)


def signed_in(view: View) -> View:
    """Redirects strangers to the sign-in."""
    return signed_in_or(redirect_to_sign_in)(view)


def signed_in_or(when_signed_out: Callable[[], Any]) -> Callable[[View], View]:
    """As `signed_in`, but strangers get `when_signed_out()`."""

    def mark(view: View) -> View:
        after_csrf_failure = _guarded(getattr(view, "after_csrf_failure", stale_form_response), when_signed_out)
        return with_facts(
            _guarded(view, when_signed_out),
            policy=SIGNED_IN,
            after_csrf_failure=after_csrf_failure,
            when_signed_out=when_signed_out,
        )

    return mark


def author_only(view: View) -> View:
    """As `signed_in`; the view's statement finds only one's own activities."""
    return with_facts(signed_in(view), policy=AUTHOR)


def others_only(view: View) -> View:
    """As `signed_in`; the view's statement finds nothing of one's own."""
    return with_facts(signed_in(view), policy=OTHERS)


def moderators(view: View) -> View:
    """Moderators and operators. Everybody else gets the 404 of what is not there."""
    return _for_roles(view, MODERATORS, ("moderator", "operator"))


def operators(view: View) -> View:
    """As `moderators`, for operators alone."""
    return _for_roles(view, OPERATORS, ("operator",))


def unless_paused(when_paused: Callable[[], Any] | None = None) -> Callable[[View], View]:
    """People whom a moderator paused get `when_paused()`, by default a notice. Goes below the guard."""

    def mark(view: View) -> View:
        @wraps(view)
        def unpaused(*args: Any, **kwargs: Any) -> Any:
            if not (until := known_viewer()["paused_until"]):
                return view(*args, **kwargs)
            if when_paused:
                return when_paused()
            raise Paused(
                _("A moderator asked you to pause until %(when)s. Until then you can read.")
                % {"when": full_time(until)}
            )

        return with_facts(unpaused, pausable=True)

    return mark


def comes_back(form: Callable[[str], Any]) -> Callable[[View], View]:
    """After a CSRF failure `form(sentence)` returns what was typed; strangers still get the view's guard."""

    def mark(view: View) -> View:
        when_signed_out = getattr(view, "when_signed_out", None)
        return with_facts(view, after_csrf_failure=_guarded(form, when_signed_out) if when_signed_out else form)

    return mark


def limited(name: str) -> Callable[[View], View]:
    """Counts each request of a person under `LIMIT_<NAME>`. Goes below the guard."""

    def mark(view: View) -> View:
        @wraps(view)
        def counted(*args: Any, **kwargs: Any) -> Any:
            hit(db(), settings().limits[name], name, subject_of(settings(), known_viewer()["uuid"]))
            return view(*args, **kwargs)

        return with_facts(counted, limit=name)

    return mark


def keep_private() -> Any:
    """With `PUBLIC_FEED=no` only policy EVERYBODY is open to strangers; views with a guard decide themselves."""
    policy = getattr(current_app.view_functions.get(request.endpoint or ""), "policy", "")
    if settings().public_feed or policy in (EVERYBODY, SIGNED_IN, AUTHOR, OTHERS) or viewer():
        return None
    return redirect_to_sign_in()


def _guarded(view: View, when_signed_out: Callable[[], Any]) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if viewer() else when_signed_out()

    return guarded


def _for_roles(view: View, policy: str, roles: tuple[str, ...]) -> View:
    def closed(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            person = viewer()
            if not person or person["role"] not in roles:
                raise NotFound
            return view(*args, **kwargs)

        return guarded

    after_csrf_failure = closed(getattr(view, "after_csrf_failure", stale_form_response))
    return with_facts(closed(view), policy=policy, after_csrf_failure=after_csrf_failure)
