import uuid

import email_validator
from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from .. import text
from ..invitations.shapes import Invited
from ..sessions import passwords
from ..web.current import settings
from ..web.fields import TextField, as_uuid
from ..words import _

if "local" in email_validator.SPECIAL_USE_DOMAIN_NAMES:  # a community may live on an intranet
    email_validator.SPECIAL_USE_DOMAIN_NAMES.remove("local")


class SignUpForm(FlaskForm):  # type: ignore[misc]
    """`invited`: the invitation of the code in `invite`, if it was open when it was looked up."""

    invited: Invited | None = None
    display_name = TextField(filters=[lambda raw: text.display_name(raw)])
    handle = TextField(filters=[lambda raw: text.handle(raw)])
    email = TextField(filters=[lambda raw: (raw).strip()])
    password = TextField()
    invite = TextField()
    key = TextField(filters=[lambda raw: as_uuid(raw) or str(uuid.uuid4())])

    def validate_display_name(self, field: TextField) -> None:
        if problem := text.display_name_problem(field.data, settings().community_name):
            raise ValidationError(problem)

    def validate_handle(self, field: TextField) -> None:
        if problem := text.handle_problem(field.data, settings().community_name):
            raise ValidationError(problem)

    def validate_email(self, field: TextField) -> None:
        if not field.data:  # optional
            return
        try:
            found = validate_email(field.data[:255], check_deliverability=False, globally_deliverable=False)
        except EmailNotValidError:
            found = None
        # "ada@x" is a slip, unless this place is called x.
        if not found or not ("." in found.domain or found.domain == settings().public_host):
            raise ValidationError(_("Enter an email address like name@example.org."))
        field.data = text.folded(found.normalized)

    def validate_password(self, field: TextField) -> None:
        if problem := passwords.problem(field.data, self.handle.data, self.email.data, self.display_name.data):
            raise ValidationError(problem)
