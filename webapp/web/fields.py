import uuid
from typing import Any

from wtforms import StringField


class TextField(StringField):
    """A text field whose data is always text: empty where the form did not send it."""

    data: str

    @property
    def typed(self) -> str:
        """The unfiltered text, which a form gives back."""
        return self.raw_data[0] if self.raw_data else self.data

    @property
    def number(self) -> int | None:
        """The decimal number below 1,000,000,000 that stands there."""
        return int(self.data) if self.data.isascii() and self.data.isdecimal() and len(self.data) < 10 else None

    def process_data(self, value: Any) -> None:
        self.data = value or ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0] if valuelist else ""


def as_uuid(raw: str | None) -> str | None:
    """The canonical form of a uuid; None for anything else."""
    try:
        return str(uuid.UUID(raw)) if raw and len(raw) == 36 and raw.isascii() else None
    except ValueError:
        return None
