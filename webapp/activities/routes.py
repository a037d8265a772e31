from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from ..drafts import actions as drafts
from ..drafts.pages import begun_as, keep_until_sign_in
from ..sessions import session
from ..sessions.guards import comes_back, redirect_to_sign_in, signed_in, signed_in_or, unless_paused
from ..web.current import db, settings
from ..web.fields import as_uuid
from ..web.htmx import redirect_to, target_id, wants_fragment
from ..web.links import mentioned
from ..web.policy import limited_within
from ..words import N_, _
from . import actions
from .choices import chosen_audience
from .composer import POSITIONS, Composer
from .forms import ActivityForm
from .pages import find_card, find_thread_of_page, further_of, require_card
from .shapes import ActivityCard

bp = Blueprint("activities", __name__)

POSTED_BEFORE = N_("You posted this before and it is gone now. Press Post to post it again.")
POSTED_OTHERWISE = N_("An earlier version of your text was posted. Press Post to post this one too, or discard it.")


@bp.get("/compose")
@signed_in
def compose() -> Any:
    """The composer: a page, or under HTMX the form that opens below a card, or another's new state (`at`).

    `?draft=` fills it from one's own draft; an unknown draft is ignored. Else it has the place's newest.
    """
    wanted = as_uuid(request.args.get("draft"))
    if draft := drafts.find(db(), user_uuid=session.known_viewer()["uuid"], kind="activity", draft_uuid=wanted):
        return Composer.from_draft(session.known_viewer(), draft).response(200)
    reply_to = request.args.get("reply_to")
    parent = require_card(as_uuid(reply_to), session.viewer_uuid()) if reply_to else None
    position = request.args.get("at", "slot") if wants_fragment() else "page"
    return Composer.offered(session.known_viewer(), position if position in POSITIONS else "slot", parent).response(200)


def _signed_out() -> Any:
    """Posting without a session: under HTMX the form stays as it is; a plain form's text becomes a draft."""
    if wants_fragment():
        return redirect_to_sign_in()
    return keep_until_sign_in(request.remote_addr or "", _("Sign in to post this. Your text is safe."))


def _retry_composer(sentence: str) -> Any:
    composer = Composer.from_form(session.known_viewer(), ActivityForm(), _position())
    composer.notice = composer.notice or sentence
    return composer.response(409 if composer.anothers else 400)


def _paused() -> Any:
    return Composer.from_form(session.known_viewer(), ActivityForm(), _position()).response(409)


@bp.post("/activities")
@comes_back(_retry_composer)
@limited_within("activities")
@signed_in_or(_signed_out)
@unless_paused(_paused)
def create() -> Any:
    """Writes an activity or a reply. The same key always gets the same response."""
    form = ActivityForm()
    if begun_as(form.user_uuid.data):
        return Composer.from_form(session.known_viewer(), form, _position()).response(409)
    if not form.validate():
        return Composer.from_form(session.known_viewer(), form, _position()).response(422)
    reply_to, person = as_uuid(form.reply_to_activity_uuid.data), session.known_viewer()
    if form.reply_to_activity_uuid.data and not reply_to:
        return Composer.from_form(session.known_viewer(), form, _position()).response(409)
    try:
        activity_uuid = actions.create(
            db(),
            settings(),
            user_uuid=person["uuid"],
            message=form.message.data,
            mentioned=mentioned(form.message.data),
            audience=chosen_audience(person, form.audience.data or ("everyone" if reply_to else "")),
            ttl=form.ttl.data,
            key=str(as_uuid(form.key.data)),
            reply_to_activity_uuid=reply_to,
            version=form.version.number,
        )
    except actions.ParentGone:
        return Composer.from_form(session.known_viewer(), form, _position()).response(409)
    except actions.TooDeep:
        return Composer.from_form(session.known_viewer(), form, _position()).without_deep_parent().response(409)
    session.refresh_viewer()
    activity = find_card(activity_uuid, person["uuid"])
    if not activity or activity["message"] != form.message.data:
        notice = _(POSTED_OTHERWISE if activity else POSTED_BEFORE)
        return Composer.from_form(session.known_viewer(), form, _position()).with_new_key(notice).response(409)
    return _created(activity, form.ttl.data, is_first=not person["last_ttl"])


def _created(activity: ActivityCard, ttl: str, *, is_first: bool) -> Any:
    """The new card and a fresh composer; without HTMX a redirect to the page that shows the card."""
    parent = find_card(activity["reply_to_activity_uuid"], session.viewer_uuid())
    if not wants_fragment():
        if not parent:
            return redirect(url_for("feeds.home"), 303)
        page = url_for("feeds.thread", handle=parent["handle"], activity_uuid=parent["uuid"])
        return redirect(f"{page}#activity-{activity['number']}", 303)
    thread = find_thread_of_page(session.viewer_uuid())
    if thread and activity["uuid"] not in (item["uuid"] for item in thread["replies"]):  # the page has no room for it
        return redirect_to(url_for("feeds.thread", handle=activity["handle"], activity_uuid=activity["uuid"]))
    composer = Composer.fresh(session.known_viewer(), _position(), parent, ttl, activity["audience"])
    needs = {"activity": activity, "parent": parent, "composer": composer, "thread": thread, "is_first": is_first}
    needs["further"] = thread and further_of(thread, session.viewer_uuid())
    response = make_response(render_template("activities/_created.html", **needs))
    if thread and composer.position == "slot":
        response.headers["HX-Reswap"] = "innerHTML swapEmpty:true"  # the card goes into the tree, and the form goes
    return response


def _position() -> str:
    """The composer's position, from the element its card would go into."""
    if not wants_fragment():
        return "page"
    return {"feed": "feed", "replies": "thread"}.get(target_id(), "slot")
