from contextlib import suppress
from typing import Any

from flask import render_template

from ..errors import Unavailable
from ..web.current import db, settings
from . import session
from .forms import SignInForm
from .shapes import SignedIn


def sign_in_page(status: int, back: str, notice: str = "", form: SignInForm | None = None) -> Any:
    """`back`: a path of this site for afterwards; the text of a draft that it names is shown."""
    form = form or SignInForm()
    errors = {name: found[0] for name, found in form.errors.items()}
    return render_template(
        "sessions/sign_in.html", form=form, text=draft_text(back), errors=errors, notice=notice, back=back
    ), status


def draft_text(back: str) -> str:
    """The draft that the address names, if this browser wrote it."""
    text, draft_uuid = None, session.draft_in(back)
    with suppress(Unavailable):  # the page works without it
        if draft_uuid:
            text = db().query_value("sessions/kept", draft_uuid=draft_uuid, signed_out_hash=session.signed_out_hash())
    return text or ""


def own_sessions() -> list[SignedIn]:
    provider = settings().provider
    return db().query_array(
        "sessions/list",
        user_uuid=session.viewer_uuid(),
        token_hash=session.own_token_hash(),
        idle_seconds=settings().session_idle,
        issuer=provider.issuer if provider else None,
    )
