from collections.abc import Mapping
from typing import Any

from flask import render_template

from ..web.current import db
from .shapes import OwnAccount


def own_account(user_uuid: str | None) -> OwnAccount:
    account: OwnAccount | None = db().query_object("users/own", user_uuid=user_uuid)
    assert account  # noqa: S101 (its session was found a moment ago)
    return account


def settings_page(
    account: OwnAccount,
    status: int,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    said: str = "",
    notice: str = "",
) -> Any:
    """The page with what was typed over what is saved; never a password."""
    shown = {**account, **(typed or {})}
    return render_template("users/settings.html", account=shown, errors=errors or {}, said=said, notice=notice), status
