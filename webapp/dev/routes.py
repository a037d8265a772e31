from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from ..errors import NotFound
from ..web.policy import everybody, readers
from . import live, patterns

bp = Blueprint("dev", __name__, url_prefix="/dev", static_folder="static", template_folder="templates")


@bp.get("/patterns")
@readers
def show_patterns() -> str:
    return render_template("dev/patterns.html", days=patterns.draw_all())


@bp.get("/reload")
@everybody
def reload() -> Any:
    """Changes after the browser's cursor, as they come. Only under `bin/dev`."""
    changes = current_app.extensions.get("changes")
    if not changes:
        raise NotFound
    return Response(changes.stream(live.cursor_asked(request.environ)), headers=live.HEADERS)
