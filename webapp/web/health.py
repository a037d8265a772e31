from flask import Blueprint, Response

from ..db.catalogue import BrokenTemplate
from ..errors import Unavailable
from .current import db
from .policy import everybody

bp = Blueprint("health", __name__)


@bp.get("/livez")
@everybody
def livez() -> Response:
    """The process lives. Never asks the database: its outage must not restart anything."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@everybody
def readyz() -> Response:
    """The database responds and fits every statement."""
    try:
        db().ready()
    except Unavailable:
        return Response("the database is unreachable\n", status=503, mimetype="text/plain")
    except BrokenTemplate:
        return Response("the database does not match this version\n", status=503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
