from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from .. import text
from ..web.current import settings
from ..web.fields import TextField, as_uuid
from ..words import _
from .shapes import AUDIENCES


class ActivityForm(FlaskForm):  # type: ignore[misc]
    message = TextField(filters=[lambda raw: text.message(raw)])
    ttl = TextField()
    audience = TextField()
    key = TextField()
    reply_to_activity_uuid = TextField()
    version = TextField()
    user_uuid = TextField()

    def validate_message(self, field: TextField) -> None:
        if problem := text.message_problem(field.data):
            raise ValidationError(problem)

    def validate_ttl(self, field: TextField) -> None:
        if field.data not in settings().ttls:
            raise ValidationError(_("Choose how long it lives."))

    def validate_audience(self, field: TextField) -> None:
        if field.data and field.data not in AUDIENCES:
            raise ValidationError(_("Choose who may see it."))

    def validate_key(self, field: TextField) -> None:
        if as_uuid(field.data) is None:
            raise ValidationError(
                _("Something was missing from this form. It is complete now: press the button again.")
            )


class FuseForm(FlaskForm):  # type: ignore[misc]
    ttl = TextField()
    validate_ttl = ActivityForm.validate_ttl
