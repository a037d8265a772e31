"""Who is asking: the cookie holds an id, and a row knows the rest."""

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

_CLOCKS_DIFFER = 60  # seconds, as for what a provider signs (tokens.py)


def viewer() -> Viewer | None:
    """Who is asking, or None. One statement a request, and only where somebody wants to know."""
    if "viewer" not in g:
        g.viewer = _look_up() if _own().token else None
    return cast(Viewer | None, g.viewer)


def viewer_uuid() -> str | None:
    """The viewer's uuid, or None."""
    person = viewer()
    return person["uuid"] if person else None


def start(account: Account, following: str = "/") -> bool:
    """A new session for this account, with a new id; whatever this browser had before ends.

    A draft of this browser that the address `following` names becomes the person's.
    False, and no session, where the password that was checked has been changed since.
    """
    _end_row()
    token, seed = new_token(), _own().get("csrf_token")
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
    hold(token)
    return True


def draft_in(address: str) -> str | None:
    """The uuid of the draft that a path of this site names, or None."""
    return as_uuid(parse_qs(urlsplit(address).query).get("draft", [""])[0])


def signed_out_hash() -> bytes:
    """What the database knows of a browser that is signed out: of the seed of its forms, made here if it has none."""
    generate_csrf()
    return actions.token_hash(_own()["csrf_token"])


def new_token() -> str:
    """An id for a session that is to be; what the database knows of it is its `token_hash`."""
    return secrets.token_urlsafe(32)


def hold(token: str) -> None:
    """From here on this browser has the session of that id, whose row is committed."""
    _become(token)
    g.pop("viewer", None)


def end() -> None:
    """Ends this browser's session, here and in the database."""
    _end_row()
    if _own().token:
        _become("")


def _end_row() -> None:
    if _own().token:
        db().retrying(lambda: db().execute("sessions/end", token_hash=actions.token_hash(_own().token)))
    g.viewer = None


def keep(name: str, value: dict[str, Any]) -> None:
    """Notes something in the signed cookie of a stranger: readable by this browser, bound to it, gone at sign-in."""
    own = _own()
    if own.token:  # the id of a session that is over; its forms, and what was sent from them, stay this browser's
        own.token, own.changed = "", False
    own[name] = {**value, "at": int(time.time())}


def take(name: str, seconds: int, fits: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any] | None:
    """What was noted within that time; it is there once. What does not fit stays for the request that it fits."""
    kept = _own().get(name)
    if isinstance(kept, dict) and not fits(kept):
        return None
    _own().pop(name, None)
    if not isinstance(kept, dict):
        return None
    # Another machine may have noted it, by a clock that is a little ahead; or this one was set back meanwhile.
    return kept if -_CLOCKS_DIFFER <= time.time() - kept["at"] <= seconds else None


def _look_up() -> Viewer | None:
    token_hash, provider = actions.token_hash(_own().token), settings().provider
    found: Viewer | None = db().query_object(
        "sessions/viewer",
        token_hash=token_hash,
        idle_seconds=settings().session_idle,
        issuer=provider.issuer if provider else None,
    )
    if found and found["stale"]:
        with suppress(Unavailable):  # a server that takes no writes for a while still lets people read
            db().execute("sessions/seen", token_hash=token_hash)
    return found


def _become(token: str) -> None:
    _own().become(token)
    g.pop("csrf_token", None)  # one of before that this request made already


def _own() -> CookieSession:
    return cast(CookieSession, session._get_current_object())  # type: ignore[attr-defined]
