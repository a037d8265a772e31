from typing import Any

from flask_wtf import FlaskForm

from ..web.current import settings
from ..web.fields import TextField, as_uuid


class DraftForm(FlaskForm):  # type: ignore[misc]
    """What a composer sends of a text that is not finished. What does not fit a field is left out."""

    message = TextField()
    ttl = TextField()
    audience = TextField()
    key = TextField()
    reply_to_activity_uuid = TextField()
    version = TextField()
    user_uuid = TextField()

    @property
    def as_draft(self) -> dict[str, Any]:
        return {
            "message": self.message.typed,
            "ttl": self.ttl.data if self.ttl.data in settings().ttls else None,
            "audience": self.audience.data if self.audience.data in ("everyone", "members", "followers") else None,
            "reply_to_activity_uuid": as_uuid(self.reply_to_activity_uuid.data),
            "key": as_uuid(self.key.data),
        }
