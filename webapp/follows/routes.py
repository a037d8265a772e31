"""Follow, mute and block over HTTP. Each is idempotent."""

from typing import Any

from flask import Blueprint, render_template, request

from .. import text
from ..errors import Invalid
from ..sessions.guards import limited, signed_in, unless_paused
from ..sessions.session import known_viewer
from ..web.addresses import address
from ..web.current import db
from ..web.fragments import fragment_or_redirect, page_before
from ..words import _
from . import actions
from .shapes import Tie

bp = Blueprint("follows", __name__)

MUTES = {"1-day": 86400, "7-days": 7 * 86400, "for-good": None}
"""How long a mute lasts, in seconds."""


@bp.post("/@<handle>/follow")
@signed_in
@limited("follows")
@unless_paused()
def follow(handle: str) -> Any:
    return _follow_response(_act("follows/follow", handle), _("Followed."))


@bp.post("/@<handle>/unfollow")
@signed_in
@limited("follows")
def unfollow(handle: str) -> Any:
    return _follow_response(_act("follows/unfollow", handle), _("No longer followed."))


@bp.post("/@<handle>/mute")
@signed_in
@limited("follows")
def mute(handle: str) -> Any:
    lasts = request.form.get("lasts", "for-good")
    if lasts not in MUTES:
        raise Invalid("lasts", _("Choose how long from the list."))
    return _hidden_response(_act("follows/mute", handle, seconds=MUTES[lasts]), _("Muted."))


@bp.post("/@<handle>/unmute")
@signed_in
@limited("follows")
def unmute(handle: str) -> Any:
    return _hidden_response(_act("follows/unmute", handle), _("No longer muted."))


@bp.post("/@<handle>/block")
@signed_in
@limited("follows")
def block(handle: str) -> Any:
    return _hidden_response(_act("follows/block", handle), _("Blocked."))


@bp.post("/@<handle>/unblock")
@signed_in
@limited("follows")
def unblock(handle: str) -> Any:
    return _hidden_response(_act("follows/unblock", handle), _("No longer blocked."))


@bp.get("/settings/people")
@signed_in
def hidden() -> Any:
    """Whom one muted and blocked, and the way back."""
    people = db().query_array("follows/hidden", viewer_uuid=known_viewer()["uuid"])
    return render_template("follows/hidden.html", people=people)


def _act(name: str, handle: str, **more: object) -> Tie:
    return actions.act(db(), name=name, user_uuid=known_viewer()["uuid"], handle=text.folded(handle), **more)


def _follow_response(person: Tie, said: str) -> Any:
    """The button and the count of followers; without HTMX back to the page with the button."""
    back = page_before(address("feeds.profile", handle=person["handle"]))
    return fragment_or_redirect("follows/_followed.html", to=back, said=said, person=person)


def _hidden_response(person: Tie, said: str) -> Any:
    """What stands where the menu was; without HTMX the profile, or whom one muted and blocked."""
    own = address("follows.hidden")
    back = own if page_before("") == own else address("feeds.profile", handle=person["handle"])
    return fragment_or_redirect("follows/_hidden.html", to=back, said=said, person=person)
