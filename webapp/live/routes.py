import select
import socket
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, request

from ..errors import NotFound
from ..sessions import session
from ..sessions.guards import signed_in_or
from ..web.current import db, settings
from ..web.paging import numbers
from ..web.policy import readers
from .hub import Full, Hub
from .shapes import Alive

bp = Blueprint("live", __name__)

MOST_NUMBERS = 100
# With no-store a page that asks would lose its place in Chromium's back/forward cache.
_HEADERS = {"Cache-Control": "private, no-cache"}


def register(app: Flask) -> None:
    app.extensions["live"] = Hub(app.extensions["db"], app.extensions["settings"])
    app.register_blueprint(bp)


@bp.get("/stream")
@signed_in_or(lambda: Response(status=401))  # a browser comes back after anything else
def stream() -> Response:
    """Events for one browser: what is new in home, and what is gone or got another end; never a text."""
    hub: Hub = current_app.extensions["live"]
    since = _moment(request.headers.get("Last-Event-ID") or request.args.get("since"))
    try:
        opened = hub.join(
            viewer_uuid=str(session.viewer_uuid()),
            token_hash=session.own_token_hash(),
            since=since or 0.0,
            closed=_closed(request.environ.get("gunicorn.socket")),
        )
    except Full:
        return Response(status=503, headers={"Retry-After": "60"})
    if request.method == "HEAD":  # its body is never read, nor closed
        hub.leave(opened)
    response = Response(hub.events(opened), mimetype="text/event-stream")
    response.headers.update({**_HEADERS, "X-Accel-Buffering": "no"})
    response.call_on_close(lambda: hub.leave(opened))
    return response


@bp.get("/alive")
@readers
def alive() -> Any:
    """The same asked once: what is left of these numbers, in ms (0: gone), and what is new since then."""
    asked = numbers(request.args.get("numbers"), MOST_NUMBERS)
    found: Alive | None = db().query_object(
        "live/alive",
        viewer_uuid=session.viewer_uuid(),
        numbers=asked,
        since=_moment(request.args.get("since")),
        undo_seconds=settings().undo_seconds,
    )
    assert found  # noqa: S101 (the statement always gives one row)
    gone = {str(number): 0 for number in asked}
    person = session.viewer()
    response = jsonify({**found, "ends": {**gone, **found["ends"]}, "handle": person and person["handle"]})
    response.headers.update(_HEADERS)
    return response


def _closed(sock: socket.socket | None) -> Callable[[], bool]:
    """Whether the browser has closed its side: the socket is readable and gives no bytes."""

    def closed() -> bool:
        try:
            return sock is not None and bool(select.select([sock], [], [], 0)[0]) and not sock.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):  # it was closed on our side
            return True

    return closed


def _moment(text: str | None) -> float | None:
    """Parses seconds since 1970, as our events and pages write them. Raises `NotFound` otherwise."""
    if not text:
        return None
    if not text.isascii() or len(text) > 20 or not text.replace(".", "", 1).isdigit():
        raise NotFound
    return min(float(text), 1e10)
