from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, render_template

from ..sessions.session import viewer
from ..web.current import db, settings
from ..web.policy import everybody

bp = Blueprint("about", __name__)

MOST = 50
"""Keepers that are named."""


@bp.get("/promise")
@everybody
def promise() -> Any:
    """What is kept how long, with this place's own figures."""
    emptied_at = db().query_value("ops/forgotten")
    late = not emptied_at or settings().forget_due(datetime.now(UTC)) - emptied_at > timedelta(hours=1)
    return render_template("feeds/promise.html", emptied_at=emptied_at and emptied_at.isoformat(), late=late)


@bp.get("/about")
@everybody
def show() -> Any:
    """The community in its operator's words; where strangers may not read, it names nobody to them."""
    may_read = bool(settings().public_feed or viewer())
    keepers = db().query_array("feeds/keepers", limit=MOST) if may_read else []
    return render_template("feeds/about.html", keepers=keepers, may_read=may_read)
