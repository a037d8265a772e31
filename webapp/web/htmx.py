"""What HTMX asks for, read from its headers (htmx 4)."""

from urllib.parse import urlsplit

from flask import Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse


def wants_fragment() -> bool:
    """Whether the answer is swapped into a page. A history restore and plain navigation want the whole page."""
    return request.headers.get("HX-Request-Type") == "partial"


def target_id() -> str:
    """Id of the element that the answer goes to; empty where there is none."""
    return request.headers.get("HX-Target", "").partition("#")[2]


def current_path() -> str:
    """The path of the page that asks; empty where it is not told, or is no address."""
    try:
        return urlsplit(request.headers.get("HX-Current-URL", "")).path
    except ValueError:
        return ""


def redirect_to(address: str) -> BaseResponse:
    """Sends the person to another page: 303 for a plain form, a real navigation for HTMX."""
    if wants_fragment():
        response = Response(status=204)
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address, 303)
