from typing import Any

from flask import render_template

from .. import text
from ..errors import NotFound
from ..web.current import db, settings
from ..web.htmx import wants_fragment
from ..web.paging import PAGE_SIZE, Page
from .forms import ReportForm
from .shapes import Case, Moderated, Reported
from .words import KINDS

MOST_PEOPLE = 200


def report_panel(
    thing: Any, viewer_uuid: str, form: ReportForm | None = None, status: int = 200, notice: str = ""
) -> Any:
    """The form for a report of a card or a person, or what became of it: in place under HTMX, else a page."""
    user_uuid, activity_uuid = (thing["user_uuid"], thing["uuid"]) if "message" in thing else (thing["uuid"], None)
    reported: Reported | None = db().query_object(
        "moderation/reported", viewer_uuid=viewer_uuid, user_uuid=user_uuid, activity_uuid=activity_uuid
    )
    template = "moderation/_report.html" if wants_fragment() else "moderation/report.html"
    needs = {"thing": thing, "form": form, "notice": notice, "reported": reported}
    return render_template(template, **needs, kinds=KINDS, copies_live=settings().report_copies_days), status


def require_case(report_uuid: Any, viewer_uuid: str) -> Case:
    """Raises `NotFound` for no report, and for one about the moderator."""
    case: Case | None = db().query_object("moderation/case", viewer_uuid=viewer_uuid, report_uuid=report_uuid)
    if not case:
        raise NotFound
    return case


def list_page(template: str, **asked: Any) -> str:
    """One part of the list that has the name of its template."""
    page = Page.of(db().query_array(template, **asked, limit=PAGE_SIZE + 1))
    return render_template(f"{template}.html", page=page)


def find_person(handle: str) -> Moderated | None:
    found: Moderated | None = db().query_object("moderation/person", handle=text.folded(handle))
    return found


def people_page(status: int = 200, typed: str = "", error: str = "") -> Any:
    people = db().query_array("moderation/people", limit=MOST_PEOPLE)
    return render_template("moderation/people.html", people=people, typed=typed, error=error), status
