"""Development tools: the pattern page, errors with their source, and under `bin/dev` live reload.

Registered in development only.
"""

import logging
import socket
from collections.abc import Iterable

from flask import Flask, Response, request

from ..db.catalogue import BrokenTemplate
from ..db.database import Database
from ..errors import Unavailable
from ..web.policy import everybody
from . import live
from .routes import bp

log = logging.getLogger("mayfly.dev")


def register(app: Flask) -> None:
    """Adds the pattern page, and makes unexpected errors show their source."""
    app.register_blueprint(bp)
    everybody(app.view_functions["dev.static"])
    app.register_error_handler(Exception, _broken)


def follow(app: Flask, channel: socket.socket, before: Iterable[str]) -> None:
    """Updates open pages when files change. `bin/dev`'s worker calls this once, before the first request."""
    changes = live.Changes(before)
    db: Database = app.extensions["db"]
    refused = ""

    def reload_sql(paths: list[str]) -> None:
        """Reloads the catalogue after changes of SQL. An error from the schema shows on every page."""
        nonlocal refused
        if not any(path.endswith(".sql") for path in paths):
            return
        try:
            db.catalogue.reload()
            db.check()
            refused = ""
        except BrokenTemplate as error:
            refused = str(error)
            log.warning("%s", refused)
        except Unavailable as away:
            log.warning("not checked against the schema: %s", away.message)

    def show_refused() -> Response | None:
        own = request.blueprint == "dev" and request.endpoint != "dev.show_patterns"
        return _error_response(refused) if refused and not own else None

    def add_script(response: Response) -> Response:
        if response.mimetype == "text/html" and not response.is_streamed and b"</head>" in response.get_data():
            tag = live.script(changes).encode()
            response.set_data(response.get_data().replace(b"</head>", tag + b"</head>", 1))
        return response

    app.extensions["changes"] = changes
    app.before_request(show_refused)
    app.after_request(add_script)
    changes.follow(channel, reload_sql)


def _broken(error: Exception) -> Response:
    words = live.sentence(error)
    log.error("%s", words, exc_info=error)
    return _error_response(words)


def _error_response(words: str) -> Response:
    fragment = request.headers.get("HX-Request-Type") == "partial"
    return Response(live.notice(words) if fragment else live.page(words), status=500)
