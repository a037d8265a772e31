"""What every request and every answer passes: shape, origin and CSRF on the way in, headers on the way out."""

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
from .answers import answer, press_again, told

STALE = N_(
    "This page was open for long, or you signed in elsewhere meanwhile. Nothing is lost: press the button again."
)

_ONE_YEAR = 31536000
_BACKSLASH_OR_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
FILE_HEADERS = ("X-Content-Type-Options", "Cross-Origin-Resource-Policy", "Strict-Transport-Security")
_VARY = ("HX-Request", "HX-Request-Type", "HX-History-Restore-Request", "Cookie")


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
    """The address if it is a path on this site, else `/`. For `next=`: nobody is sent elsewhere after signing in."""
    if not address or not address.startswith("/") or address.startswith("//") or _BACKSLASH_OR_CONTROL.search(address):
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return address if not parts.scheme and not parts.netloc and len(address) <= 500 else "/"


def register(app: Flask) -> None:
    """Guard the app: every unsafe route needs a CSRF token, and none is exempt."""
    settings: Settings = app.extensions["settings"]
    common = headers_for(settings)
    of_files = {name: value for name, value in common.items() if name in FILE_HEADERS}
    hosts = {settings.public_host, *LOOPBACK}

    def refuse_other_hosts() -> None:
        # Not by TRUSTED_HOSTS, which takes no IPv6 address. A load balancer asks for health by the address of a task.
        if request.blueprint != "health" and _name_of(request.host) not in hosts:
            raise Malformed(_("This place does not go by that name."))

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
            response.vary.update(_VARY)
        return response


def _name_of(host: str) -> str | None:
    """The name or address in what a request calls this place; None where there is none."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _name_request() -> None:
    g.request_id, g.began = secrets.token_hex(8), time.monotonic()


def _refuse_malformed() -> None:
    """NUL and invalid UTF-8 are never stored and never guessed at: they are refused before anybody reads them."""
    if not _is_text(request.query_string) or "\0" in request.path or "\ufffd" in request.path:
        raise Malformed(_("That address holds signs that are no text."))
    if request.method == "POST":
        if request.mimetype not in ("application/x-www-form-urlencoded", ""):
            raise Malformed(_("Forms come as plain form data."))
        if not _is_text(_body()):
            raise Malformed(_("That text holds signs that cannot be stored."))


def _body() -> bytes:
    try:
        return request.get_data(cache=True)
    except HTTPException:
        raise
    except Exception as error:  # each server has its own for chunks that are none, and for an end that does not come
        raise Malformed(_("That did not arrive whole. Go back and try again.")) from error


def _is_text(raw: bytes) -> bool:
    try:
        return "\0" not in unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        return False


def _refuse_foreign() -> Any:
    """Another site's page may not act here, whatever it sends along. A browser that names no site names an origin."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if request.method in ("GET", "HEAD", "OPTIONS") or site in ("same-origin", "none"):
        return None
    if site in ("cross-site", "same-site") or (origin is not None and not _is_own(origin)):
        return answer(400, _("This came from another site, so nothing was done."))
    return None


def _is_own(origin: str) -> bool:
    """Whether that is this place: by its public address, or by the name that this request came by."""
    settings: Settings = current_app.extensions["settings"]
    known = (_origin(settings.public_url), _origin(f"{request.scheme}://{request.host}"))
    return (found := _origin(origin)) is not None and found in known


def _origin(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an address; None where it is none."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def _csrf_failed(error: CSRFError) -> Any:
    """The form again with its text, where the view knows how (`view.again`); else a sentence."""
    view = current_app.view_functions.get(request.endpoint or "")
    again = getattr(view, "again", press_again)
    try:
        return again(_(STALE))
    except MayflyError as problem:  # what an error handler raises reaches no other handler
        return told(problem)
