from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from ..web.fields import TextField
from ..words import _


class SignInForm(FlaskForm):  # type: ignore[misc]
    """`email` takes a handle too."""

    email = TextField(filters=[lambda raw: (raw).strip()])
    password = TextField()

    def validate_email(self, field: TextField) -> None:
        if not field.data:
            raise ValidationError(_("Enter your email address or handle."))

    def validate_password(self, field: TextField) -> None:
        if not field.data:
            raise ValidationError(_("Enter your password."))
