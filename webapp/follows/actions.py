from ..db.database import Database
from ..errors import Invalid, NotFound
from ..words import _
from .shapes import Tie


def act(db: Database, *, name: str, user_uuid: str, handle: str, **more: object) -> Tie:
    """Runs that statement on somebody; what ties one to them then. Raises `NotFound`, and `Invalid` for oneself.

    Of two people one act runs at a time, so that no follow outlives a block.
    """

    def write() -> Tie:
        with db.transaction():
            other_uuid = db.query_value("follows/lock", viewer_uuid=user_uuid, handle=handle)
            if not other_uuid:
                raise NotFound
            if str(other_uuid) == user_uuid:
                raise Invalid("handle", _("That's you."))
            db.execute(name, user_uuid=user_uuid, other_uuid=other_uuid, **more)
            tie: Tie | None = db.query_object("follows/tie", viewer_uuid=user_uuid, handle=handle)
            if not tie:  # suspended, or they blocked the viewer: as if they were not there
                raise NotFound
        return tie

    return db.retrying(write)
