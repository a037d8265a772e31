"""Whether the process lives, and whether it can serve."""

from flask import Blueprint, Response

from ..db.catalogue import BrokenTemplate
from ..errors import Unavailable
from .current import db
from .policy import everybody

bp = Blueprint("health", __name__)


@bp.get("/livez")
@everybody
def livez() -> Response:
    """The process lives. Asks nobody, so that a database that is away restarts nothing."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@everybody
def readyz() -> Response:
    """The process can serve: the database answers and fits every statement."""
    try:
        db().ready()
    except Unavailable:
        return Response("the database is unreachable\n", status=503, mimetype="text/plain")
    except BrokenTemplate:
        return Response("the database does not match this version\n", status=503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
