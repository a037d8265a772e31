"""What people type to get an account, or into one."""

import uuid

import email_validator
from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from .. import text
from ..fields import TextField, as_uuid
from . import passwords

if "local" in email_validator.SPECIAL_USE_DOMAIN_NAMES:  # a community may live on an intranet
    email_validator.SPECIAL_USE_DOMAIN_NAMES.remove("local")


class SignUpForm(FlaskForm):  # type: ignore[misc]
    """A new account. All fields are checked before any answer, so that every sentence comes at once."""

    display_name = TextField(filters=[lambda raw: text.display_name(raw)])
    handle = TextField(filters=[lambda raw: text.handle(raw)])
    email = TextField(filters=[lambda raw: (raw).strip()])
    password = TextField()
    invite = TextField()
    key = TextField(filters=[lambda raw: as_uuid(raw) or str(uuid.uuid4())])

    def validate_display_name(self, field: TextField) -> None:
        if problem := text.display_name_problem(field.data):
            raise ValidationError(problem)

    def validate_handle(self, field: TextField) -> None:
        if problem := text.handle_problem(field.data):
            raise ValidationError(problem)

    def validate_email(self, field: TextField) -> None:
        try:
            field.data = validate_email(
                field.data[:255], check_deliverability=False, globally_deliverable=False
            ).normalized
        except EmailNotValidError:
            raise ValidationError("That does not look like an e-mail address: name@place.example.") from None

    def validate_password(self, field: TextField) -> None:
        if problem := passwords.problem(field.data, self.handle.data, self.email.data, self.display_name.data):
            raise ValidationError(problem)


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


class ProfileForm(FlaskForm):  # type: ignore[misc]
    """How others see a person."""

    display_name = TextField(filters=[lambda raw: text.display_name(raw)])
    bio = TextField(filters=[lambda raw: text.message(raw)])

    def validate_display_name(self, field: TextField) -> None:
        if problem := text.display_name_problem(field.data):
            raise ValidationError(problem)

    def validate_bio(self, field: TextField) -> None:
        if problem := text.bio_problem(field.data):
            raise ValidationError(problem)


class HandleForm(FlaskForm):  # type: ignore[misc]
    """A handle in place of one that was taken. `own`: the present one, which may always be kept."""

    handle = TextField(filters=[lambda raw: text.handle(raw)])
    own: str = ""

    def validate_handle(self, field: TextField) -> None:
        if field.data != self.own and (problem := text.handle_problem(field.data)):
            raise ValidationError(problem)


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """Another password. `own`: what a password may not be, because it is known of its owner."""

    current = TextField()
    password = TextField()
    own: tuple[str, ...] = ()

    def validate_current(self, field: TextField) -> None:
        if not field.data:
            raise ValidationError("Type your current password.")

    def validate_password(self, field: TextField) -> None:
        if problem := passwords.problem(field.data, *self.own):
            raise ValidationError(problem)
