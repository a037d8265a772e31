from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for

from .. import text
from ..errors import NotFound
from ..web.addresses import address
from ..web.current import db, settings
from ..web.filters import full_time
from ..web.htmx import wants_fragment
from ..web.paging import PAGE_SIZE, Page
from ..words import _
from .forms import ReportForm
from .shapes import Case, Moderated, Reported
from .words import KINDS

MOST_PEOPLE = 200


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The form for a report of `thing`, a card or a person; with `reported` it was reported, and waits."""

    thing: Any
    reported: Reported | None = None
    form: ReportForm | None = None
    notice: str = ""
    copies_live: int = 0
    kinds: tuple[str, ...] = tuple(KINDS)

    @property
    def of_activity(self) -> bool:
        return "message" in self.thing

    @property
    def id(self) -> str:
        return f"report-{self.thing['number' if self.of_activity else 'handle']}"

    @property
    def page(self) -> str:
        """The page of what is reported."""
        if self.of_activity:
            return url_for("feeds.thread", handle=self.thing["handle"], activity_uuid=self.thing["uuid"])
        return url_for("feeds.profile", handle=self.thing["handle"])

    @property
    def action(self) -> str:
        if self.of_activity:
            return url_for("moderation.report_activity", activity_uuid=self.thing["uuid"])
        return url_for("moderation.report_person", handle=self.thing["handle"])


def report_panel(
    thing: Any, viewer_uuid: str, form: ReportForm | None = None, status: int = 200, notice: str = ""
) -> Any:
    """The form, or what became of it: in place under HTMX, else a page."""
    user_uuid, activity_uuid = (thing["user_uuid"], thing["uuid"]) if "message" in thing else (thing["uuid"], None)
    reported: Reported | None = db().query_object(
        "moderation/reported", viewer_uuid=viewer_uuid, user_uuid=user_uuid, activity_uuid=activity_uuid
    )
    asking = Asking(thing=thing, reported=reported, form=form, notice=notice, copies_live=settings().report_copies_days)
    template = "moderation/_report.html" if wants_fragment() else "moderation/report.html"
    return render_template(template, asking=asking), status


def require_case(report_uuid: Any, viewer_uuid: str) -> Case:
    """Raises `NotFound` for no report, and for one about the moderator."""
    case: Case | None = db().query_object("moderation/case", viewer_uuid=viewer_uuid, report_uuid=report_uuid)
    if not case:
        raise NotFound
    return case


def undone(before: Case, after: Case) -> str:
    """What an undo left standing."""
    said = []
    if before["outcome"] == "paused" and (until := after["paused_until"]):
        said.append(_("Another case pauses them until %(when)s.") % {"when": full_time(until)})
    if after["outcome"] == "dismissed":
        said.append(_("It was reported again meanwhile: that report waits in the queue, this one is dismissed."))
    return " ".join(said)


def list_page(name: str, cursor: str, **asked: Any) -> str:
    """A part of the list of that statement, route and template. `cursor`: the parameter that continues it."""
    page = Page.of(db().query_array(name, **asked, limit=PAGE_SIZE + 1))
    href = f"{address(name.replace('/', '.'))}?{cursor}={page.next}" if page.next else ""
    return render_template(f"{name}.html", rows=page.rows, href=href)


def find_person(handle: str) -> Moderated | None:
    found: Moderated | None = db().query_object("moderation/person", handle=text.folded(handle))
    return found


def people_page(status: int = 200, typed: str = "", error: str = "") -> Any:
    people = db().query_array("moderation/people", limit=MOST_PEOPLE)
    return render_template("moderation/people.html", people=people, typed=typed, error=error), status
