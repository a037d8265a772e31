"""How templates read shapes."""

from typing import Any

from flask.templating import Environment as FlaskEnvironment


class Environment(FlaskEnvironment):
    """Flask's environment, for pages that are made of dicts."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A shape's field first: `card.uuid` looked for on the dict itself would cost an exception each time."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)
