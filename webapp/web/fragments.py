"""The response to an act: under HTMX the changed part of the page, else a redirect."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, redirect, render_template, request

from .htmx import wants_fragment
from .security import local_path


def fragment_or_redirect(template: str, *, to: str, said: str, **needs: Any) -> Any:
    """Under HTMX the fragment, and `said` for screen readers; else 303 to a path of this site."""
    if not wants_fragment():
        return redirect(to, 303)
    return render_template(template, **needs) + render_template("_said.html", sentence=said)


def page_before(otherwise: str) -> str:
    """Our page that a plain form was sent from; `otherwise` where the browser does not tell."""
    try:
        found = urlsplit(request.referrer or "")
    except ValueError:
        return otherwise
    addresses = current_app.create_url_adapter(request)
    if found.netloc != request.host or not (addresses and addresses.test(found.path, "GET")):
        return otherwise
    return local_path(f"{found.path}?{found.query}" if found.query else found.path)
