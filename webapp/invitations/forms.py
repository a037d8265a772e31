from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from .. import text
from ..config.settings import TTLS
from ..web.fields import TextField
from ..words import _
from .actions import MOST_PLACES, NAME_LENGTH

LIVES = ("1-hour", "1-day", "7-days", "30-days")
"""How long an invitation may stand."""


class InvitationForm(FlaskForm):  # type: ignore[misc]
    name = TextField(filters=[lambda raw: text.display_name(raw)])
    places = TextField()
    ends = TextField()

    @property
    def seconds(self) -> int:
        return int(TTLS[self.ends.data].total_seconds())

    def validate_name(self, field: TextField) -> None:
        if problem := text.display_name_problem(field.data, most=NAME_LENGTH):
            raise ValidationError(problem)

    def validate_places(self, field: TextField) -> None:
        if not 1 <= (field.number or 0) <= MOST_PLACES:
            raise ValidationError(_("Enter a number from 1 to %(most)s.") % {"most": MOST_PLACES})

    def validate_ends(self, field: TextField) -> None:
        if field.data not in LIVES:
            raise ValidationError(_("Choose when it ends."))
