"""The sign-in page, with what somebody wrote while signed out.

Such a text stands in its form again after the sign-in. It travels in hidden fields, and in the browser's own cookie
where a provider signs people in and the form was one of ours (else any site could write here); never in an address.
"""

import json
from collections.abc import Mapping
from typing import Any

from flask import render_template

from ..web.current import settings
from ..web.security import genuine
from . import session
from .forms import CARRIED, SignInForm

_FITS = 1500  # signs of JSON: with a flow of a sign-in beside it a cookie stays below 4 kB
_WAITS = 1200  # seconds that a text is kept for its writer


def ask_to_sign_in(notice: str, back: str = "/") -> Any:
    """The sign-in page in answer to a form that needs an account, with what was typed into that form."""
    return sign_in_page(SignInForm(), 401, notice, back)


def sign_in_page(form: SignInForm, status: int, notice: str = "", back: str = "/") -> Any:
    """The form to come in, that takes along what came with it. `back`: a path of this site, for afterwards."""
    errors = {name: found[0] for name, found in form.errors.items()}
    texts = texts_of(form)
    if texts and settings().provider and genuine() and len(json.dumps(texts)) <= _FITS:
        session.keep("text", texts)
    return render_template(
        "sessions/sign_in.html", form=form, texts=texts, errors=errors, notice=notice, back=back
    ), status


def texts_of(form: SignInForm) -> dict[str, str]:
    """What the form carries, without what is empty; a time to live alone is nothing."""
    found = {name: form[name].data for name in CARRIED if form[name].data}
    return found if found.keys() & {"message", "display_name", "bio"} else {}


def kept_texts() -> dict[str, Any]:
    """What the cookie carries. To be asked before the session begins, which clears it."""
    return session.take("text", _WAITS) or {}


def page_with(texts: Mapping[str, str]) -> Any:
    """The form that the texts were typed into, with them; None where there are none."""
    from ..activities.composer import Composer
    from ..users.pages import settings_page

    if message := texts.get("message"):
        return Composer.carried(message, texts.get("ttl", ""), texts.get("reply_to_activity_uuid", "")).page(200)
    if "display_name" in texts or "bio" in texts:
        typed = {name: texts.get(name, "") for name in ("display_name", "bio")}
        return settings_page(200, typed, notice="You are signed in. What you typed is here; nothing was saved yet.")
    return None
