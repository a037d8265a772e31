"""Errors as responses: a page, a notice for HTMX, or JSON."""

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, json, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from ..errors import NOT_FOUND, Busy, MayflyError, NotFound, TooMany, Unavailable
from ..logs import exception_summary
from ..words import N_, _
from .addresses import corrected_address
from .htmx import wants_fragment

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

logger = logging.getLogger(__name__)

UNAVAILABLE = N_("Mayfly is unavailable for a moment. Nothing is lost; try again shortly.")
BUSY = N_("Many people are signing in right now. Enter your password again and press the button in a few seconds.")

# The same act may succeed later, so the page gives back what was typed.
_RETRYABLE = {429, 500, 503}
_NEVER_KEPT = {"csrf_token", "password", "current"}
_WRITTEN = ("message", "bio")  # fields with a text that somebody wrote
HEADINGS = {
    400: N_("Something went wrong on the way"),
    404: N_("Nothing here"),
    405: N_("That doesn't work here"),
    413: N_("That's too long"),
    422: N_("Please check this"),
    429: N_("Slow down a little"),
    500: N_("Something broke"),
    503: N_("Back shortly"),
}


def render_error(
    status: int, message: str, *, retry_after: int = 0, request_id: str = "", renew: bool = False
) -> Response:
    """A page, a notice for HTMX, or JSON under `/api/`.

    `renew`: the form's token was stale; the response brings a new one, so that the same button works.
    """
    heading = _(HEADINGS.get(status, N_("That didn't work")))
    if request.path.startswith("/api/"):
        response = Response(json.dumps({"error": message, **({"request_id": request_id} if request_id else {})}))
        response.mimetype = "application/json"
    else:
        name = "errors/_notice.html" if wants_fragment() else "errors/page.html"
        comes_back = renew or status in _RETRYABLE
        written = next((name for name in _WRITTEN if name in request.form), None) if comes_back else None
        kept = None
        if written or renew:
            kept = {name: value for name, value in request.form.items() if name not in _NEVER_KEPT}
        # A retry keeps where the form leads: it may name a draft.
        following = request.form.get("next") if status in _RETRYABLE else None
        response = Response(
            render_template(
                name,
                heading=heading,
                message=message,
                request_id=request_id,
                kept=kept,
                written=written,
                href=f"{request.path}?{urlencode({'next': following})}" if following else "/",
                signed_out=status == 401,
                stranger=status == 404 and not _signed_in(),
                renew=renew,
            )
        )
    response.status_code = status
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _signed_in() -> bool:
    """Whether somebody is. Asks the database, so only where that is not the trouble."""
    with suppress(Unavailable):
        return bool(current_app.jinja_env.globals["viewer"]())  # type: ignore[operator]
    return True


def stale_form_response(sentence: str) -> Response:
    """After a CSRF failure of a form without a page of its own."""
    return render_error(400, sentence, renew=True)


def form_response(error: TooMany | Unavailable, draw: Callable[[int, str], Any]) -> Any:
    """The form by `draw(status, sentence)`, after an act that may succeed later."""
    return *draw(error.status, _sentence(error)), {"Retry-After": str(error.retry_after)}


def error_response(error: MayflyError) -> "ResponseReturnValue":
    if isinstance(error, NotFound) and (way := corrected_address()):
        return redirect(way, 308)
    return render_error(error.status, _sentence(error), retry_after=getattr(error, "retry_after", 0))


def _sentence(error: MayflyError) -> str:
    if not isinstance(error, Unavailable):
        return error.message
    logger.warning("unavailable: %s", error.message)
    return _(BUSY if isinstance(error, Busy) else UNAVAILABLE)


def _http_error_response(error: HTTPException) -> "ResponseReturnValue":
    if error.code is None or error.code < 400:
        return error.get_response()
    if error.code == 404 and (way := corrected_address()):
        return redirect(way, 308)
    if isinstance(error, MethodNotAllowed) and request.method in ("GET", "HEAD") and not wants_fragment():
        return redirect(url_for("feeds.home"), 303)  # a button's address, opened as a page
    messages = {
        404: NOT_FOUND,
        405: N_("Go back and try again."),
        413: N_("That is more than Mayfly accepts. The limit for a message is 280 characters."),
    }
    otherwise = N_("Mayfly couldn't read that request. Go back and try again.")
    response = render_error(error.code, _(messages.get(error.code, otherwise)))
    if error.code == 405:
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    return response


def _unexpected_error_response(error: Exception) -> "ResponseReturnValue":
    """Logs the error with an id that the person sees too."""
    request_id = g.get("request_id") or secrets.token_hex(8)
    logger.error("unhandled", extra={"request": request_id, **exception_summary(error)})
    return render_error(500, _("It's not your fault, and everything you saved is still here."), request_id=request_id)


def register(app: Flask) -> None:
    app.register_error_handler(MayflyError, error_response)
    app.register_error_handler(HTTPException, _http_error_response)
    app.register_error_handler(Exception, _unexpected_error_response)
