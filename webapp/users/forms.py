from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from .. import text
from ..config.zones import time_zones
from ..sessions import passwords
from ..sign_ups.forms import SignUpForm
from ..web.current import settings
from ..web.fields import TextField
from ..words import _

THEMES = ("light", "dark")
AUDIENCES = ("everyone", "members", "followers")


class ProfileForm(FlaskForm):  # type: ignore[misc]
    display_name = TextField(filters=[lambda raw: text.display_name(raw)])
    bio = TextField(filters=[lambda raw: text.message(raw)])

    def validate_display_name(self, field: TextField) -> None:
        if problem := text.display_name_problem(field.data, settings().community_name):
            raise ValidationError(problem)

    def validate_bio(self, field: TextField) -> None:
        if problem := text.bio_problem(field.data):
            raise ValidationError(problem)


class HandleForm(FlaskForm):  # type: ignore[misc]
    """`own`: the present handle, which they may keep."""

    handle = TextField(filters=[lambda raw: text.handle(raw)])
    own: str = ""

    def validate_handle(self, field: TextField) -> None:
        if field.data != self.own and (problem := text.handle_problem(field.data, settings().community_name)):
            raise ValidationError(problem)


class ConfirmedForm(FlaskForm):  # type: ignore[misc]
    """Asks for the current password, of those who have one."""

    current = TextField()
    has_password: bool = True

    def validate_current(self, field: TextField) -> None:
        if self.has_password and not field.data:
            raise ValidationError(_("Enter your current password."))


class EmailForm(ConfirmedForm):
    """An empty address removes the one that is there."""

    email = TextField(filters=[lambda raw: (raw).strip()])
    validate_email = SignUpForm.validate_email


class PasswordForm(ConfirmedForm):
    """`own`: what everybody knows of the owner, which the password may not be."""

    password = TextField()
    own: tuple[str, ...] = ()

    def validate_password(self, field: TextField) -> None:
        if problem := passwords.problem(field.data, *self.own):
            raise ValidationError(problem)


class DeleteForm(ConfirmedForm):
    """`handle` is typed by those who have no password. `own`: what it must be."""

    handle = TextField(filters=[lambda raw: text.handle(raw)])
    own: str = ""

    def validate_handle(self, field: TextField) -> None:
        if not self.has_password and field.data != self.own:
            raise ValidationError(_("Type your handle, @%(handle)s, to confirm.") % {"handle": self.own})


class PreferencesForm(FlaskForm):  # type: ignore[misc]
    """Each field may be missing; empty means no preference."""

    theme = TextField()
    usual_ttl = TextField()
    usual_audience = TextField()
    time_zone = TextField()

    @property
    def chosen(self) -> dict[str, str | None]:
        return {name: self[name].data if self[name].raw_data else None for name in _PREFERENCES}

    def validate(self, extra_validators: object = None) -> bool:
        known = {
            "theme": THEMES,
            "usual_ttl": settings().ttls,
            "usual_audience": AUDIENCES,
            "time_zone": time_zones(),
        }
        for name, values in known.items():
            if self[name].data and self[name].data not in values:
                self[name].errors = [_("Choose one of these.")]
        return not self.errors


_PREFERENCES = ("theme", "usual_ttl", "usual_audience", "time_zone")
