"""What forms are made of."""

from typing import Any

from wtforms import StringField


class TextField(StringField):
    """A text field whose data is always text: empty where the form did not send it."""

    data: str

    def process_data(self, value: Any) -> None:
        self.data = value or ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0] if valuelist else ""
