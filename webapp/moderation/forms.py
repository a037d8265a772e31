from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from .. import text
from ..web.fields import TextField
from ..words import _
from .actions import ROLES
from .words import KINDS

MOST_WORDS = 500


class ReportForm(FlaskForm):  # type: ignore[misc]
    kind = TextField()
    words = TextField(filters=[lambda raw: text.message(raw)])

    def validate_kind(self, field: TextField) -> None:
        if field.data not in KINDS:
            raise ValidationError(_("Choose what is wrong."))

    def validate_words(self, field: TextField) -> None:
        if len(field.data) > MOST_WORDS:
            raise ValidationError(_("The limit is %(most)s characters.") % {"most": MOST_WORDS})


class SomebodyForm(ReportForm):
    handle = TextField(filters=[lambda raw: text.handle(raw)])

    def validate_handle(self, field: TextField) -> None:
        if not field.data:
            raise ValidationError(_("Enter their handle."))


class WhyForm(FlaskForm):  # type: ignore[misc]
    """Why a moderator acts. It is never a reason not to: what is too long is cut."""

    why = TextField(filters=[lambda raw: text.message(raw)[:MOST_WORDS]])


class RoleForm(FlaskForm):  # type: ignore[misc]
    handle = TextField(filters=[lambda raw: text.handle(raw)])
    role = TextField()

    def validate_role(self, field: TextField) -> None:
        if field.data not in ROLES:
            raise ValidationError(_("Choose a role."))
