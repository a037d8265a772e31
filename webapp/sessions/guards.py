"""Who may pass, and how often, where that depends on who is asking. See `web/policy.py`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, redirect, request, url_for

from ..errors import MayflyError
from ..limits import by, hit
from ..web.current import db, settings
from ..web.htmx import wants_fragment
from ..web.policy import AUTHOR, EVERYBODY, SIGNED_IN, View, fact
from ..words import _
from .session import viewer, viewer_uuid


class SignedOut(MayflyError):
    """The act needs an account, and this request comes without one."""

    status = 401


def redirect_to_sign_in() -> Any:
    """The way to the sign-in page for a page; a sentence for JSON and HTMX, so that what was typed stays in place."""
    if request.path.startswith("/api/"):
        raise SignedOut(_("Sign in first."))
    if wants_fragment():
        raise SignedOut(_("You are signed out. Sign in in another tab, then try again here: what you wrote stays."))
    back = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    return redirect(url_for("sessions.sign_in", next=back), 303)


def signed_in(view: View) -> View:
    """Shows others the way to the sign-in."""
    return signed_in_or(redirect_to_sign_in)(view)


def signed_in_or(otherwise: Callable[[], Any]) -> Callable[[View], View]:
    """As `signed_in`, with a way of its own for others."""
    return lambda view: fact(_guarded(view, otherwise), policy=SIGNED_IN, otherwise=otherwise)


def author_only(view: View) -> View:
    """As `signed_in`, beside a view whose statement finds one's own activities alone."""
    return fact(signed_in(view), policy=AUTHOR)


def comes_back(form: Callable[[str], Any]) -> Callable[[View], View]:
    """After a CSRF failure `form(sentence)` gives back what was typed. Stands above the guard, whose way it shares."""

    def mark(view: View) -> View:
        otherwise = getattr(view, "otherwise", None)
        return fact(view, again=_guarded(form, otherwise) if otherwise else form)

    return mark


def limited(name: str) -> Callable[[View], View]:
    """Counts each request of a person under `LIMIT_<NAME>`. Stands below the guard that lets only people in."""

    def mark(view: View) -> View:
        @wraps(view)
        def counted(*args: Any, **kwargs: Any) -> Any:
            hit(db(), settings().limits[name], name, by(settings(), viewer_uuid() or ""))
            return view(*args, **kwargs)

        return fact(counted, limit=name)

    return mark


def keep_private() -> Any:
    """With `PUBLIC_FEED=no` every address but those for everybody needs an account; views with a guard see to it."""
    policy = getattr(current_app.view_functions.get(request.endpoint or ""), "policy", "")
    if settings().public_feed or policy in (EVERYBODY, SIGNED_IN, AUTHOR) or viewer():
        return None
    return redirect_to_sign_in()


def _guarded(view: View, otherwise: Callable[[], Any]) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if viewer() else otherwise()

    return guarded
