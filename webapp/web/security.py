"""Guards of every request and response: form, origin and CSRF on the way in, headers on the way out."""

import re
import secrets
import time
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from ..config.provider import LOOPBACK
from ..config.settings import Settings
from ..errors import Malformed, MayflyError
from ..words import N_, _
from .answers import error_response, render_error, stale_form_response

STALE = N_(
    "This page was open for a long time, or you signed in somewhere else. Nothing is lost: press the button again."
)

_ONE_YEAR = 31536000
_BACKSLASH_OR_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
FILE_HEADERS = ("X-Content-Type-Options", "Cross-Origin-Resource-Policy", "Strict-Transport-Security")
_VARY = ", ".join(("HX-Request", "HX-Request-Type", "HX-History-Restore-Request", "Cookie"))


def headers_for(settings: Settings) -> dict[str, str]:
    """The headers of every document and every error; of these a static file carries `FILE_HEADERS` alone."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "object-src": "'none'",
        "frame-ancestors": settings.frame_origin or "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    if settings.https:
        headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR}; includeSubDomains"
    return headers


def local_path(address: str | None) -> str:
    """A path on this site, else `/`. For `next=`: nobody is sent elsewhere after signing in."""
    if not address or not address.startswith("/") or address.startswith("//") or _BACKSLASH_OR_CONTROL.search(address):
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return address if not parts.scheme and not parts.netloc and len(address) <= 500 else "/"


def wanted_path() -> str:
    """Where this request's `next` leads afterwards."""
    return local_path(request.values.get("next"))


def register(app: Flask) -> None:
    """Every unsafe route needs a CSRF token; none is exempt."""
    settings: Settings = app.extensions["settings"]
    common = headers_for(settings)
    of_files = {name: value for name, value in common.items() if name in FILE_HEADERS}
    hosts = {settings.public_host, *LOOPBACK}

    def refuse_other_hosts() -> None:
        # TRUSTED_HOSTS takes no IPv6 address. Load balancers check health by a task's address.
        if request.blueprint != "health" and _host_name(request.host) not in hosts:
            raise Malformed(_("Mayfly doesn't use that address here."))

    app.before_request(_name_request)
    app.before_request(refuse_other_hosts)
    app.before_request(_refuse_malformed)
    app.before_request(_refuse_foreign)
    CSRFProtect(app)
    app.register_error_handler(CSRFError, _csrf_failed)

    @app.after_request
    def add_headers(response: Response) -> Response:
        is_file = request.endpoint == "static" and response.status_code < 400
        for name, value in (of_files if is_file else common).items():
            response.headers.setdefault(name, value)
        if not is_file:
            response.headers.setdefault("Cache-Control", "private, no-store")
            response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), _VARY)))
        return response


def _host_name(host: str) -> str | None:
    """The host name of a request; None for an invalid one."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _name_request() -> None:
    g.request_id, g.began = secrets.token_hex(8), time.monotonic()


def _refuse_malformed() -> None:
    """NUL and invalid UTF-8 are refused before anything reads them."""
    if not _is_text(request.query_string) or "\0" in request.path or "\ufffd" in request.path:
        raise Malformed(_("That address contains characters that are not text."))
    if request.method == "POST":
        if request.mimetype not in ("application/x-www-form-urlencoded", ""):
            raise Malformed(_("Mayfly accepts plain form data only."))
        if not _is_text(_body()):
            raise Malformed(_("That text contains characters that can't be stored."))


def _body() -> bytes:
    try:
        return request.get_data(cache=True)
    except HTTPException:
        raise
    except Exception as error:  # servers differ in what they raise for broken or missing chunks
        raise Malformed(_("Part of that was lost on the way. Go back and try again.")) from error


def _is_text(raw: bytes) -> bool:
    try:
        return "\0" not in unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        return False


def _refuse_foreign() -> Any:
    """Refuses acts from another site's page. A browser without `Sec-Fetch-Site` sends an origin.

    `null` may be our own page, behind a privacy setting or a redirect: its token decides.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if request.method in ("GET", "HEAD", "OPTIONS") or site in ("same-origin", "none"):
        return None
    if site in ("cross-site", "same-site") or (origin not in (None, "null") and not _is_own_origin(str(origin))):
        return render_error(400, _("That request came from another site, so nothing was done."))
    return None


def _is_own_origin(origin: str) -> bool:
    """Whether the origin is ours: the public address, or the host of this request."""
    settings: Settings = current_app.extensions["settings"]
    known = (_origin(settings.public_url), _origin(f"{request.scheme}://{request.host}"))
    return (found := _origin(origin)) is not None and found in known


def _origin(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an address; None for an invalid one."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def _csrf_failed(error: CSRFError) -> Any:
    """The form again with its text, where the view knows how (`after_csrf_failure`); else a sentence."""
    view = current_app.view_functions.get(request.endpoint or "")
    after_csrf_failure = getattr(view, "after_csrf_failure", stale_form_response)
    try:
        return after_csrf_failure(_(STALE))
    except MayflyError as problem:  # an exception in an error handler reaches no other handler
        return error_response(problem)
