"""Activities over HTTP: the composer, posting, burning."""

import uuid
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from ..drafts import actions as drafts
from ..errors import NotFound
from ..sessions import session
from ..sessions.guards import author_only, comes_back, limited, redirect_to_sign_in, signed_in, signed_in_or
from ..sessions.pages import sign_in_page
from ..sessions.shapes import Viewer
from ..web.current import db, settings
from ..web.fields import as_uuid
from ..web.htmx import current_path, go, target_id, wants_fragment
from ..web.policy import limited_within
from ..words import N_, _
from . import actions
from .composer import Composer
from .forms import ActivityForm
from .pages import find_card, require_card
from .shapes import ActivityCard

bp = Blueprint("activities", __name__)

POSTED_BEFORE = N_("This was posted before and is gone since. Press again to post it anew.")
POSTED_OTHERWISE = N_("Your text was posted as it stood before. Press again to post this one too, or discard it.")


@bp.get("/compose")
@signed_in
def compose() -> Any:
    """The composer: a page of its own, or for HTMX the form that opens below a card.

    With one's own `draft` in it; without one that is there no more.
    """
    wanted = as_uuid(request.args.get("draft"))
    if draft := drafts.find(db(), user_uuid=_viewer()["uuid"], kind="activity", draft_uuid=wanted):
        return Composer.drafted(_viewer(), draft).answer(200)
    reply_to = request.args.get("reply_to")
    parent = require_card(as_uuid(reply_to), session.viewer_uuid()) if reply_to else None
    return Composer.fresh(_viewer(), "slot" if wants_fragment() else "page", parent).answer(200)


def _signed_out() -> Any:
    """Posting without a session: HTMX keeps the form in place, a plain form's text waits as a draft."""
    if wants_fragment():
        return redirect_to_sign_in()
    form = ActivityForm()
    draft_uuid = drafts.keep(
        db(),
        settings(),
        kind="activity",
        signed_out_hash=session.signed_out_hash(),
        address=request.remote_addr or "",
        message=form.message.typed,
        ttl=form.ttl.data if form.ttl.data in settings().ttls else None,
        reply_to_activity_uuid=as_uuid(form.reply_to_activity_uuid.data),
        key=as_uuid(form.key.data) or str(uuid.uuid4()),
    )
    back = url_for("activities.compose", draft=draft_uuid)
    return sign_in_page(401, back, _("Sign in to post this. Your text is kept."))


def _again(sentence: str) -> Any:
    """The composer with its text after a CSRF failure."""
    composer = Composer.of(_viewer(), ActivityForm(), _place())
    composer.notice = composer.notice or sentence
    return composer.answer(400)


@bp.post("/activities")
@comes_back(_again)
@limited_within("activities")
@signed_in_or(_signed_out)
def create() -> Any:
    """Writes an activity or a reply. The same answer, however often the same key comes."""
    form = ActivityForm()
    if not form.validate():
        return Composer.of(_viewer(), form, _place()).answer(422)
    reply_to = as_uuid(form.reply_to_activity_uuid.data)
    if form.reply_to_activity_uuid.data and not reply_to:
        return Composer.of(_viewer(), form, _place()).answer(409)
    try:
        activity_uuid = actions.create(
            db(),
            settings(),
            user_uuid=str(session.viewer_uuid()),
            message=form.message.data,
            ttl=form.ttl.data,
            key=str(as_uuid(form.key.data)),
            reply_to_activity_uuid=reply_to,
        )
    except actions.ParentGone:
        return Composer.of(_viewer(), form, _place()).answer(409)
    except actions.TooDeep:
        return Composer.of(_viewer(), form, _place()).too_deep().answer(409)
    activity = find_card(activity_uuid, session.viewer_uuid())
    if not activity or activity["message"] != form.message.data:
        notice = _(POSTED_OTHERWISE if activity else POSTED_BEFORE)
        return Composer.of(_viewer(), form, _place()).anew(notice).answer(409)
    return _created(activity, form.ttl.data)


def _created(activity: ActivityCard, ttl: str) -> Any:
    """The new card in its place and a fresh composer; without HTMX the page where it stands."""
    parent = find_card(activity["reply_to_activity_uuid"], session.viewer_uuid())
    if not wants_fragment():
        if not parent:
            return redirect(url_for("feeds.home"), 303)
        page = url_for("feeds.thread", handle=parent["handle"], activity_uuid=parent["uuid"])
        return redirect(f"{page}#activity-{activity['number']}", 303)
    composer = Composer.fresh(_viewer(), _place(), parent, ttl)
    return render_template("activities/_created.html", activity=activity, parent=parent, composer=composer)


@bp.get("/activities/<uuid:activity_uuid>/burn")
@author_only
def burn_confirm(activity_uuid: UUID) -> Any:
    """Asks before burning: below the card for HTMX, else as a page."""
    return _ask_to_burn(activity_uuid, 200)


def _ask_to_burn(activity_uuid: UUID, status: int, notice: str = "") -> Any:
    activity = require_card(activity_uuid, session.viewer_uuid())
    if not activity["is_own"]:
        raise NotFound
    name = "activities/_burn.html" if wants_fragment() else "activities/burn.html"
    return render_template(name, activity=activity, notice=notice), status


def _burn_again(sentence: str) -> Any:
    """The question again after a CSRF failure: the form that is open would be refused for ever."""
    return _ask_to_burn((request.view_args or {})["activity_uuid"], 400, sentence)


@bp.post("/activities/<uuid:activity_uuid>/burn")
@comes_back(_burn_again)
@author_only
@limited("burns")
def burn(activity_uuid: UUID) -> Any:
    """Burns one's own activity: from here on it is the same 404 as one that never was."""
    person = _viewer()
    actions.burn(db(), settings(), user_uuid=person["uuid"], activity_uuid=str(activity_uuid))
    page = current_path()
    if not wants_fragment() or page.endswith(f"/status/{activity_uuid}"):
        return go(url_for("feeds.home"))
    own = page == f"/@{person['handle']}"
    count = db().query_value("activities/count_own", user_uuid=person["uuid"]) if own else None
    return render_template("activities/_burned.html", count=count)


def _viewer() -> Viewer:
    """Who is asking, beside a guard that lets only people in."""
    person = session.viewer()
    assert person  # noqa: S101
    return person


def _place() -> str:
    """Where the composer stands, told by where its card would go."""
    if not wants_fragment():
        return "page"
    return {"feed": "feed", "replies": "thread"}.get(target_id(), "slot")
