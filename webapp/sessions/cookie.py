"""The one cookie. Signed in: a random id. Signed out: Flask's signed cookie, only where a form needs a CSRF token."""

import hashlib
import re
from typing import Any, cast

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

_SIGNED_IN = re.compile(r"in\.([A-Za-z0-9_-]{43})")


class CookieSession(SecureCookieSession):
    """`token`: the signed-in id, or empty. `changed`: the cookie must be written or cleared."""

    token: str = ""
    changed: bool = False

    def switch_token(self, token: str) -> None:
        """Replaces the id; earlier CSRF tokens become invalid."""
        self.clear()
        self.token, self.changed = token, True
        if token:
            self["csrf_token"] = csrf_seed(token)


class SessionInterface(SecureCookieSessionInterface):
    """Flask's signed cookie for strangers, an opaque id for people. Never asks the database."""

    session_class = CookieSession

    def open_session(self, app: Flask, request: Request) -> CookieSession | None:
        found = _SIGNED_IN.fullmatch(request.cookies.get(self.get_cookie_name(app), ""))
        if not found:
            return cast(CookieSession | None, super().open_session(app, request))
        opened = CookieSession({"csrf_token": csrf_seed(found[1])})
        opened.token = found[1]
        return opened

    def save_session(self, app: Flask, session: CookieSession, response: Response) -> None:  # type: ignore[override]
        if not session.token and not session.changed:
            super().save_session(app, session, response)
        elif session.changed:
            arguments: dict[str, Any] = {
                "httponly": True,
                "secure": app.config["SESSION_COOKIE_SECURE"],
                "samesite": app.config["SESSION_COOKIE_SAMESITE"],
                "partitioned": app.config["SESSION_COOKIE_PARTITIONED"],
                "path": "/",
            }
            name = self.get_cookie_name(app)
            if session.token:
                response.set_cookie(
                    name, f"in.{session.token}", max_age=app.extensions["settings"].session_absolute, **arguments
                )
            else:
                response.delete_cookie(name, **arguments)


def csrf_seed(token: str) -> str:
    """Derived from the secret id, so it needs no storage."""
    return hashlib.sha256(b"csrf\0" + token.encode()).hexdigest()
