from collections.abc import Mapping
from typing import Any

from flask import render_template

from ..sessions.session import known_viewer
from ..web.current import db, settings
from ..web.security import wanted_path
from ..web.zones import zone_choices
from ..words import _
from . import actions
from .forms import AUDIENCES, ConfirmedForm, DeleteForm, EmailForm, PasswordForm
from .shapes import OwnAccount


def own_account() -> OwnAccount:
    account: OwnAccount | None = db().query_object("users/own", user_uuid=known_viewer()["uuid"])
    assert account  # noqa: S101 (its session was found a moment ago)
    return account


def is_confirmed(form: ConfirmedForm, account: OwnAccount, address: str | None) -> bool:
    """Whether the form is valid, its current password too; all errors at once. Raises `TooMany`, `Busy`."""
    form.has_password = account["has_password"]
    form.validate()
    if form.has_password and form.current.data:
        whose = {"user_uuid": known_viewer()["uuid"], "handle": account["handle"], "address": address or ""}
        if not actions.is_current_password(db(), settings(), password=form.current.data, **whose):
            form.current.errors = [_("That is not your current password.")]
    return not form.errors


def settings_page(
    status: int,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    said: str = "",
    notice: str = "",
) -> Any:
    """The page with what was typed over what is saved."""
    shown = {**own_account(), **(typed or {})}
    return render_template("users/settings.html", account=shown, errors=errors or {}, said=said, notice=notice), status


def preferences_page(
    status: int,
    typed: Mapping[str, str | None] | None = None,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
) -> Any:
    """The page with what was chosen over what is saved."""
    viewer: dict[str, Any] = {**known_viewer()}
    chosen = {**viewer, **{name: value for name, value in (typed or {}).items() if value is not None}}
    audiences = AUDIENCES if settings().public_feed else AUDIENCES[1:]
    return render_template(
        "users/preferences.html",
        chosen=chosen,
        audiences=audiences,
        zones=zone_choices(chosen["time_zone"]),
        errors=errors or {},
        notice=notice,
    ), status


def handle_page(status: int, typed: str | None = None, error: str = "", notice: str = "") -> Any:
    account = own_account()
    typed = account["handle"] if typed is None else typed
    needs = {"account": account, "typed": typed, "error": error, "notice": notice, "back": wanted_path()}
    return render_template("users/handle.html", **needs), status


def email_page(status: int, form: EmailForm, notice: str = "") -> Any:
    return _confirmed_page("users/email.html", status, form, notice)


def password_page(status: int, form: PasswordForm, notice: str = "") -> Any:
    """A password never comes back."""
    return _confirmed_page("users/password.html", status, form, notice)


def delete_page(status: int, form: DeleteForm, notice: str = "") -> Any:
    viewer = known_viewer()
    only = viewer["role"] == "operator" and db().query_value("users/only_operator", user_uuid=viewer["uuid"])
    return _confirmed_page("users/delete.html", status, form, notice, only_operator=bool(only))


def _confirmed_page(template: str, status: int, form: ConfirmedForm, notice: str, **needs: object) -> Any:
    errors = {name: found[0] for name, found in form.errors.items()}
    needs |= {"account": own_account(), "form": form, "errors": errors, "notice": notice}
    return render_template(template, **needs), status
