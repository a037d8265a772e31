"""The viewer: the cookie holds an id, and a row knows the rest."""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from flask import g, session
from flask_wtf.csrf import generate_csrf

from ..errors import Unavailable
from ..web.current import db, settings
from ..web.fields import as_uuid
from . import actions
from .cookie import CookieSession, csrf_seed
from .shapes import Account, Viewer

_CLOCK_SKEW = 60  # seconds, as in tokens.py


def viewer() -> Viewer | None:
    """The signed-in person. At most one statement a request, on first use."""
    if "viewer" not in g:
        g.viewer = _look_up() if _cookie().token else None
    return cast(Viewer | None, g.viewer)


def known_viewer() -> Viewer:
    """The viewer, on a route that only signed-in people reach."""
    person = viewer()
    assert person  # noqa: S101 (the guard saw to it)
    return person


def refresh_viewer() -> None:
    """Reads the viewer again, after an act that changes what is known of them."""
    g.viewer = _look_up() or g.viewer


def viewer_uuid() -> str | None:
    person = viewer()
    return person["uuid"] if person else None


def own_token_hash() -> bytes:
    """What the database knows of this browser's session."""
    return actions.token_hash(_cookie().token)


def start(account: Account, following: str = "/") -> bool:
    """Starts a session with a new id; this browser's earlier one ends.

    A draft of this browser that `following` names becomes the person's. False where the password was changed since.
    """
    _end_row()
    token, seed = new_token(), _cookie().get("csrf_token")
    if not actions.start_session(
        db(),
        settings(),
        account=account,
        token_hash=actions.token_hash(token),
        draft_uuid=draft_in(following),
        signed_out_hash=actions.token_hash(seed) if seed else None,
        browser_hash=actions.token_hash(csrf_seed(token)),
    ):
        return False
    adopt_token(token)
    return True


def draft_in(address: str) -> str | None:
    """The uuid of the draft in the query of a path of this site."""
    return as_uuid(parse_qs(urlsplit(address).query).get("draft", [""])[0])


def signed_out_hash() -> bytes:
    """The hash that identifies a signed-out browser, from its CSRF seed; makes the seed if missing."""
    generate_csrf()
    return actions.token_hash(_cookie()["csrf_token"])


def new_token() -> str:
    """An id for a new session; the database stores its `token_hash`."""
    return secrets.token_urlsafe(32)


def adopt_token(token: str) -> None:
    """Gives this browser the session of that id, whose row is committed."""
    _switch_token(token)
    g.pop("viewer", None)


def end() -> None:
    _end_row()
    if _cookie().token:
        _switch_token("")


def _end_row() -> None:
    if _cookie().token:
        db().retrying(lambda: db().execute("sessions/end", token_hash=actions.token_hash(_cookie().token)))
    g.viewer = None


def store_in_cookie(name: str, value: dict[str, Any]) -> None:
    """Stores a value in a stranger's signed cookie: readable by this browser, and gone at sign-in."""
    own = _cookie()
    if own.token:  # an ended session's id; its forms, and what they sent, stay this browser's
        own.token, own.changed = "", False
    own[name] = {**value, "at": int(time.time())}


def pop_from_cookie(name: str, seconds: int, fits: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any] | None:
    """A value stored within `seconds`, once. A value that does not fit stays for the request that it fits."""
    kept = _cookie().get(name)
    if isinstance(kept, dict) and not fits(kept):
        return None
    _cookie().pop(name, None)
    if not isinstance(kept, dict):
        return None
    # Another machine's clock may be ahead, or ours was set back.
    return kept if -_CLOCK_SKEW <= time.time() - kept["at"] <= seconds else None


def _look_up() -> Viewer | None:
    token_hash, provider = actions.token_hash(_cookie().token), settings().provider
    found: Viewer | None = db().query_object(
        "sessions/viewer",
        token_hash=token_hash,
        idle_seconds=settings().session_idle,
        issuer=provider.issuer if provider else None,
    )
    if found and found["stale"]:
        with suppress(Unavailable):  # people can still read while the database takes no writes
            db().execute("sessions/seen", token_hash=token_hash)
    return found


def _switch_token(token: str) -> None:
    _cookie().switch_token(token)
    g.pop("csrf_token", None)  # this request may have made one for the old id


def _cookie() -> CookieSession:
    return cast(CookieSession, session._get_current_object())  # type: ignore[attr-defined]
