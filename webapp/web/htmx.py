"""HTMX's request headers (htmx 4)."""

from urllib.parse import urlsplit

from flask import Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse


def wants_fragment() -> bool:
    """False for a history restore and plain navigation, which want the whole page."""
    return request.headers.get("HX-Request-Type") == "partial"


def target_id() -> str:
    """Id of the target element, or empty."""
    return request.headers.get("HX-Target", "").partition("#")[2]


def current_path() -> str:
    """The path of the page that asks, or empty."""
    try:
        return urlsplit(request.headers.get("HX-Current-URL", "")).path
    except ValueError:
        return ""


def redirect_to(address: str) -> BaseResponse:
    """303 for a plain form, a real navigation for HTMX."""
    if wants_fragment():
        response = Response(status=204)
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address, 303)
