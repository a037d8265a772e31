"""What people type to sign in."""

from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from ..web.fields import TextField

CARRIED = ("message", "ttl", "reply_to_activity_uuid", "display_name", "bio")
"""What goes through a sign-in unread: the fields of the composer, and of the profile."""


class SignInForm(FlaskForm):  # type: ignore[misc]
    """E-mail address or handle, and the password; the others are `CARRIED`."""

    email = TextField(filters=[lambda raw: (raw).strip()])
    password = TextField()
    message = TextField()
    ttl = TextField()
    reply_to_activity_uuid = TextField()
    display_name = TextField()
    bio = TextField()

    def validate_email(self, field: TextField) -> None:
        if not field.data:
            raise ValidationError("Type your e-mail address or your handle.")

    def validate_password(self, field: TextField) -> None:
        if not field.data:
            raise ValidationError("Type your password.")
