"""The tables as SQLAlchemy classes, for the peers. Keys are text (`as_uuid=False`): pages print them often."""

from datetime import datetime

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

Key = Uuid(as_uuid=False)


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    uuid: Mapped[str] = mapped_column(Key, primary_key=True)
    display_name: Mapped[str]
    handle: Mapped[str]
    last_ttl: Mapped[str | None]
    suspended_at: Mapped[datetime | None]


class LoginSession(Base):
    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_uuid: Mapped[str] = mapped_column(Key, ForeignKey("users.uuid"))
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    user: Mapped[User] = relationship()


class Activity(Base):
    """An activity as templates need it: a card's fields are columns, properties, or set by the page."""

    __tablename__ = "activities"
    __allow_unmapped__ = True

    uuid: Mapped[str] = mapped_column(Key, primary_key=True)
    number: Mapped[int]
    user_uuid: Mapped[str | None] = mapped_column(Key, ForeignKey("users.uuid"))
    message: Mapped[str | None]
    reply_to_activity_uuid: Mapped[str | None] = mapped_column(Key, ForeignKey("activities.uuid"))
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    author: Mapped[User | None] = relationship()
    parent: Mapped["Activity | None"] = relationship(remote_side=[uuid])

    read_at: datetime
    replies_count: int
    likes_count: int
    liked: bool
    mentions: set[str]
    is_own: bool

    @property
    def display_name(self) -> str:
        return self.author.display_name

    @property
    def handle(self) -> str:
        return self.author.handle

    @property
    def reply_to_handle(self) -> str | None:
        """The parent's author's handle, if the parent is alive."""
        parent = self.parent
        if parent is None or parent.expires_at <= self.read_at or not parent.author or parent.author.suspended_at:
            return None
        return parent.author.handle


class Like(Base):
    __tablename__ = "likes"

    activity_uuid: Mapped[str] = mapped_column(Key, ForeignKey("activities.uuid"), primary_key=True)
    user_uuid: Mapped[str] = mapped_column(Key, ForeignKey("users.uuid"), primary_key=True)
