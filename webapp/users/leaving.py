"""Taking everything along, and leaving for good."""

from typing import Any

from flask import Blueprint, Response, json, redirect, render_template, request, url_for

from ..errors import Busy, TooMany
from ..sessions import session
from ..sessions.guards import comes_back, limited, signed_in
from ..web.answers import form_response
from ..web.current import db, settings
from ..web.policy import everybody, limited_within
from . import actions
from .forms import DeleteForm
from .pages import delete_page, is_confirmed, own_account

bp = Blueprint("leaving", __name__)


@bp.get("/settings/export")
@signed_in
def show_export() -> Any:
    return render_template("users/export.html")


@bp.get("/settings/export.json")
@signed_in
@limited("exports")
def export_json() -> Response:
    return _file(_export(), "json", "application/json")


@bp.get("/settings/export.html")
@signed_in
@limited("exports")
def export_html() -> Response:
    """The same for reading."""
    return _file(render_template("users/_export.html", export=json.loads(_export())), "html", "text/html")


def _export() -> bytes:
    """PostgreSQL's JSON, undecoded."""
    provider = settings().provider
    found = db().query_json(
        "users/export",
        viewer_uuid=session.viewer_uuid(),
        idle_seconds=settings().session_idle,
        issuer=provider.issuer if provider else None,
    )
    assert found  # noqa: S101 (the statement always gives one row)
    return found


def _file(content: bytes | str, ending: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    name = f"{session.known_viewer()['handle']}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/settings/delete")
@signed_in
def show_delete() -> Any:
    return delete_page(200, DeleteForm())


@bp.post("/settings/delete")
@comes_back(lambda sentence: delete_page(400, DeleteForm(), sentence))
@limited_within("settings")
@signed_in
def delete() -> Any:
    """Everything goes, and this browser is signed out."""
    form, person = DeleteForm(), session.known_viewer()
    form.own = person["handle"]
    try:
        if not is_confirmed(form, own_account(), request.remote_addr):
            return delete_page(422, form)
        actions.delete_account(db(), user_uuid=person["uuid"])
    except (TooMany, Busy) as problem:
        return form_response(problem, lambda status, sentence: delete_page(status, form, sentence))
    session.end()
    return redirect(url_for("leaving.deleted"), 303)


@bp.get("/settings/deleted")
@everybody
def deleted() -> Any:
    return render_template("users/deleted.html")
