"""Shared by all forms with a text: who began it, and keeping it until they have signed in."""

from typing import Any
from uuid import uuid4

from flask import url_for

from ..sessions import session
from ..sessions.pages import sign_in_page
from ..web.current import db, settings
from ..web.fields import as_uuid
from ..words import _
from . import actions
from .forms import DraftForm


def begun_as(user_uuid: str) -> str:
    """A sentence if somebody other than the viewer began the form, else empty. The field is optional."""
    person, begun = session.viewer(), as_uuid(user_uuid)
    if not person or not begun or begun == person["uuid"]:
        return ""
    other = db().query_value("users/handle", viewer_uuid=person["uuid"], user_uuid=begun)
    if not other:
        return _("You are @%(own)s here now; this was begun as somebody else.") % {"own": person["handle"]}
    return _("You are @%(own)s here now; this was begun as @%(other)s.") % {"own": person["handle"], "other": other}


def keep_until_sign_in(address: str, notice: str) -> Any:
    """The sign-in page, which leads back to what was typed."""
    form = DraftForm()
    typed = form.as_draft
    draft_uuid = actions.keep(
        db(),
        settings(),
        kind="activity",
        signed_out_hash=session.signed_out_hash(),
        address=address,
        message=typed["message"],
        ttl=typed["ttl"],
        audience=typed["audience"],
        reply_to_activity_uuid=typed["reply_to_activity_uuid"],
        key=typed["key"] or str(uuid4()),
        version=form.version.number,
    )
    return sign_in_page(401, url_for("activities.compose", draft=draft_uuid), notice)
