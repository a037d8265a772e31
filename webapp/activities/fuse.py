"""What an author may still do with an activity: change its end, burn, undo, rewrite. And the menu of a card."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from ..drafts import actions as drafts
from ..errors import NotFound
from ..sessions import session
from ..sessions.guards import author_only, comes_back, limited
from ..web.current import db, settings
from ..web.htmx import current_path, redirect_to, wants_fragment
from ..web.policy import readers
from ..words import _
from . import actions
from .choices import covering_ttl
from .composer import Composer
from .forms import FuseForm
from .pages import require_card
from .shapes import ActivityCard

bp = Blueprint("fuse", __name__)


def _own_card(activity_uuid: UUID) -> ActivityCard:
    """Raises `NotFound` for anybody else's."""
    activity = require_card(activity_uuid, session.viewer_uuid())
    if not activity["is_own"]:
        raise NotFound
    return activity


def _asked() -> UUID:
    """The activity of a form that comes back after a CSRF failure."""
    return UUID(str((request.view_args or {})["activity_uuid"]))


def _panel(name: str, activity: ActivityCard, status: int = 200, **needs: Any) -> Any:
    """What opens in a card under HTMX; else a page."""
    template = f"activities/_{name}.html" if wants_fragment() else f"activities/{name}.html"
    return render_template(template, activity=activity, **needs), status


@bp.get("/activities/<uuid:activity_uuid>/acts")
@readers
def acts(activity_uuid: UUID) -> Any:
    return _panel("acts", require_card(activity_uuid, session.viewer_uuid()))


@bp.get("/activities/<uuid:activity_uuid>/fuse")
@author_only
def show(activity_uuid: UUID) -> Any:
    return _fuse_panel(activity_uuid)


def _fuse_panel(activity_uuid: UUID, status: int = 200, *, notice: str = "", error: str = "") -> Any:
    activity, ttls = _own_card(activity_uuid), settings().ttls
    created, ends = (datetime.fromisoformat(activity[at]) for at in ("created_at", "expires_at"))
    latest = max(created + max(ttls.values()), ends).isoformat()
    needs = {"ttl": covering_ttl(activity), "latest": latest, "notice": notice, "error": error}
    return _panel("fuse", activity, status, rewriting="rewrite" in request.args, **needs)


def _retry_fuse(sentence: str) -> Any:
    return _fuse_panel(_asked(), 400, notice=sentence)


@bp.post("/activities/<uuid:activity_uuid>/fuse")
@comes_back(_retry_fuse)
@author_only
@limited("burns")
def change(activity_uuid: UUID) -> Any:
    form = FuseForm()
    if not form.validate():
        return _fuse_panel(activity_uuid, 422, error=next(iter(form.errors.values()))[0])
    actions.change_fuse(
        db(), settings(), user_uuid=session.known_viewer()["uuid"], activity_uuid=str(activity_uuid), ttl=form.ttl.data
    )
    activity = _own_card(activity_uuid)
    if not wants_fragment():
        page = url_for("feeds.thread", handle=activity["handle"], activity_uuid=activity_uuid)
        return redirect_to(f"{page}#activity-{activity['number']}")
    stands = "thread" if "/status/" in current_path() else "feed"
    return render_template("activities/_changed.html", activity=activity, stands=stands)


@bp.get("/activities/<uuid:activity_uuid>/burn")
@author_only
def burn_confirm(activity_uuid: UUID) -> Any:
    return _panel("burn", _own_card(activity_uuid), notice="")


def _retry_burn(sentence: str) -> Any:
    return _panel("burn", _own_card(_asked()), 400, notice=sentence)


@bp.post("/activities/<uuid:activity_uuid>/burn")
@comes_back(_retry_burn)
@author_only
@limited("burns")
def burn(activity_uuid: UUID) -> Any:
    actions.burn(db(), settings(), user_uuid=str(session.viewer_uuid()), activity_uuid=str(activity_uuid))
    if not wants_fragment() or current_path().endswith(f"/status/{activity_uuid}"):
        return redirect_to(url_for("feeds.home"))
    return render_template("_said.html", sentence=_("Burned."))  # the script takes the card off


@bp.post("/activities/<uuid:activity_uuid>/rewrite")
@comes_back(_retry_fuse)
@author_only
@limited("burns")
def rewrite(activity_uuid: UUID) -> Any:
    activity = _own_card(activity_uuid)
    draft_uuid = actions.rewrite(db(), settings(), user_uuid=session.known_viewer()["uuid"], activity=activity)
    return redirect_to(url_for("activities.compose", draft=draft_uuid))


@bp.post("/activities/<uuid:activity_uuid>/undo")
@author_only
@limited("burns")
def undo(activity_uuid: UUID) -> Any:
    activity = _own_card(activity_uuid)
    try:
        draft_uuid = actions.undo(db(), settings(), user_uuid=session.known_viewer()["uuid"], activity=activity)
    except actions.TooLate as late:
        if not wants_fragment():
            raise
        return render_template(
            "activities/_too_late.html", activity=_own_card(activity_uuid), message=late.message
        ), 409
    session.refresh_viewer()
    composer = _composer_in_place(draft_uuid, activity) if wants_fragment() else None
    if not composer:
        return redirect_to(url_for("activities.compose", draft=draft_uuid))
    return render_template("activities/_undone.html", activity=activity, composer=composer)


def _composer_in_place(draft_uuid: str, activity: ActivityCard) -> Composer | None:
    """The composer with the text where it was written: the page's own, or, for a reply, where its card is.

    None on a page without a composer.
    """
    draft = drafts.find(db(), user_uuid=session.known_viewer()["uuid"], kind="activity", draft_uuid=draft_uuid)
    composer = Composer.from_draft(session.known_viewer(), draft) if draft else None
    if not composer or composer.orphan:
        return None
    page, parent = current_path(), activity["reply_to_activity_uuid"]
    if parent:
        composer.position = "thread" if page.endswith(f"/status/{parent}") else "slot"
    elif page == url_for("feeds.home"):
        composer.position = "feed"
    else:
        return None
    composer.notice = _("Taken back. Nobody else saw it.")
    return composer
