from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from .. import text
from ..sessions import passwords
from ..web.current import settings
from ..web.fields import TextField
from ..words import _


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
    """A handle for somebody whose wish was taken. `own`: the present one, which they may keep."""

    handle = TextField(filters=[lambda raw: text.handle(raw)])
    own: str = ""

    def validate_handle(self, field: TextField) -> None:
        if field.data != self.own and (problem := text.handle_problem(field.data, settings().community_name)):
            raise ValidationError(problem)


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """`own`: what everybody knows of the owner, which the password may not be."""

    current = TextField()
    password = TextField()
    own: tuple[str, ...] = ()

    def validate_current(self, field: TextField) -> None:
        if not field.data:
            raise ValidationError(_("Enter your current password."))

    def validate_password(self, field: TextField) -> None:
        if problem := passwords.problem(field.data, *self.own):
            raise ValidationError(problem)
