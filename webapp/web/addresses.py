"""Addresses: those of templates, as `url_for` gives them at a fiftieth of its cost; and those that people got wrong."""

import re
from functools import cache

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException

_PLAIN = re.compile(r"[A-Za-z0-9_-]+").fullmatch
_PART = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


def address(endpoint: str, **parts: str) -> str:
    """The path of an endpoint. `parts` fill its rule; there is no query."""
    if not parts:
        return _pattern(endpoint)
    if all(map(_PLAIN, parts.values())):
        return _pattern(endpoint).format(**parts)
    return url_for(endpoint, _anchor=None, _method=None, _scheme=None, _external=None, **parts)


@cache
def _pattern(endpoint: str) -> str:
    """`/@<handle>/status/<uuid:activity_uuid>` as `/@{handle}/status/{activity_uuid}`."""
    return _PART.sub(r"{\1}", next(current_app.url_map.iter_rules(endpoint)).rule)


def corrected_address() -> str | None:
    """An address of ours that somebody copied with a mark behind it; None where it leads nowhere."""
    path, addresses = request.path.rstrip("/.,"), current_app.create_url_adapter(request)
    if request.method not in ("GET", "HEAD") or path == request.path or not addresses:
        return None
    try:
        endpoint, parts = addresses.match(path, "GET")
    except HTTPException:
        return None
    query = request.query_string.decode()
    return f"{url_for(endpoint, **parts)}{'?' if query else ''}{query}"
