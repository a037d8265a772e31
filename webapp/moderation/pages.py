from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for

from .. import text
from ..errors import NotFound
from ..sessions.session import known_viewer
from ..web.addresses import address
from ..web.current import db, settings
from ..web.filters import full_time
from ..web.htmx import wants_fragment
from ..web.paging import PAGE_SIZE, Page
from ..words import _
from .forms import ReportForm
from .shapes import Case, Moderated, Reported
from .words import KINDS, OUTCOMES

MOST_PEOPLE = 200


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The form for a report of `thing`: a card, a person, or None, when it asks for a handle.

    `sent`: it was reported, and waits; `copy_expires_at` is None for what has no copy.
    """

    thing: Any = None
    sent: bool = False
    copy_expires_at: str | None = None
    form: ReportForm | None = None
    notice: str = ""
    copies_live: int = 0
    kinds: tuple[str, ...] = tuple(KINDS)

    @property
    def of_activity(self) -> bool:
        return bool(self.thing) and "message" in self.thing

    @property
    def id(self) -> str:
        if not self.thing:
            return "report-somebody"
        return f"report-{self.thing['number' if self.of_activity else 'handle']}"

    @property
    def page(self) -> str:
        """The page of what is reported."""
        if self.of_activity:
            return url_for("feeds.thread", handle=self.thing["handle"], activity_uuid=self.thing["uuid"])
        return url_for("feeds.profile", handle=self.thing["handle"]) if self.thing else url_for("follows.hidden")

    @property
    def action(self) -> str:
        if self.of_activity:
            return url_for("moderation.report_activity", activity_uuid=self.thing["uuid"])
        if not self.thing:
            return url_for("moderation.report_somebody")
        return url_for("moderation.report_person", handle=self.thing["handle"])


def report_panel(
    thing: Any, viewer_uuid: str, form: ReportForm | None = None, status: int = 200, notice: str = ""
) -> Any:
    """The form for a thing, or what became of it."""
    user_uuid, activity_uuid = (thing["user_uuid"], thing["uuid"]) if "message" in thing else (thing["uuid"], None)
    reported: Reported | None = db().query_object(
        "moderation/reported", viewer_uuid=viewer_uuid, user_uuid=user_uuid, activity_uuid=activity_uuid
    )
    return asking_response(
        status,
        thing=thing,
        sent=bool(reported),
        copy_expires_at=reported and reported["copy_expires_at"],
        form=form,
        notice=notice,
        copies_live=settings().report_copies_days,
    )


def asking_response(status: int, **needs: Any) -> Any:
    """In place under HTMX, else a page."""
    template = "moderation/_report.html" if wants_fragment() else "moderation/report.html"
    return render_template(template, asking=Asking(**needs)), status


def require_case(report_uuid: Any, viewer_uuid: str) -> Case:
    """Raises `NotFound` for no report, and for one about the moderator."""
    case: Case | None = db().query_object("moderation/case", viewer_uuid=viewer_uuid, report_uuid=report_uuid)
    if not case:
        raise NotFound
    return case


def already(case: Case) -> str:
    """What somebody else decided before."""
    if not case["outcome"]:
        return ""
    known = {"outcome": _(OUTCOMES[case["outcome"]]), "handle": case["settled_by"]}
    if not case["settled_by"]:
        return _("Already %(outcome)s; nothing else was done.") % known
    return _("Already %(outcome)s by @%(handle)s; nothing else was done.") % known


def undone(before: Case, after: Case) -> str:
    """What an undo left standing."""
    said = []
    if before["outcome"] == "paused" and (until := after["paused_until"]):
        said.append(_("Another case pauses them until %(when)s.") % {"when": full_time(until)})
    if after["outcome"] == "dismissed":
        said.append(_("It was reported again meanwhile: that report waits in the queue, this one is dismissed."))
    return " ".join(said)


def list_page(name: str, cursor: str, said: str = "", **asked: Any) -> str:
    """A part of the list of that statement, route and template. `cursor`: the parameter that continues it."""
    page = Page.of(db().query_array(name, **asked, limit=PAGE_SIZE + 1))
    href = f"{address(name.replace('/', '.'))}?{cursor}={page.next}" if page.next else ""
    return render_template(f"{name}.html", rows=page.rows, href=href, said=said)


def queue_page(after: int | None = None, said: str = "") -> str:
    """What waits for a decision. `said`: about the act before."""
    return list_page("moderation/queue", "after", viewer_uuid=known_viewer()["uuid"], after=after, said=said)


def find_person(handle: str) -> Moderated | None:
    found: Moderated | None = db().query_object("moderation/person", handle=text.folded(handle))
    return found


def people_page(status: int = 200, typed: str = "", error: str = "", giving_up: str = "") -> Any:
    """`giving_up`: the role that the operator is about to have, which is asked."""
    people = db().query_array("moderation/people", limit=MOST_PEOPLE)
    return render_template(
        "moderation/people.html", people=people, typed=typed, error=error, giving_up=giving_up
    ), status
