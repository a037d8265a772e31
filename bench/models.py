"""The tables as SQLAlchemy classes, for the peers. Keys are text (`as_uuid=False`): pages print them often."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, ForeignKey, Uuid, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column, relationship

Key = Uuid(as_uuid=False)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {int: BigInteger}


class Draft(Base):
    __tablename__ = "drafts"

    uuid: Mapped[str] = mapped_column(Key, primary_key=True)
    user_uuid: Mapped[str | None] = mapped_column(Key, ForeignKey("users.uuid"))
    kind: Mapped[str]
    expires_at: Mapped[datetime]


class User(Base):
    __tablename__ = "users"

    uuid: Mapped[str] = mapped_column(Key, primary_key=True)
    display_name: Mapped[str]
    handle: Mapped[str]
    last_ttl: Mapped[str | None]
    stored_role: Mapped[str] = mapped_column("role")
    suspended_at: Mapped[datetime | None]
    drafts_count: Mapped[int] = column_property(
        select(func.count())
        .where(Draft.user_uuid == uuid, Draft.kind == "activity", Draft.expires_at > func.now())
        .scalar_subquery(),
        deferred=True,
    )

    @property
    def role(self) -> str | None:
        return None if self.stored_role == "member" else self.stored_role


class LoginSession(Base):
    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_uuid: Mapped[str] = mapped_column(Key, ForeignKey("users.uuid"))
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    user: Mapped[User] = relationship()


class ActivityText(Base):
    __tablename__ = "activity_texts"

    activity_uuid: Mapped[str] = mapped_column(Key, primary_key=True)
    message: Mapped[str]


class Activity(Base):
    """An activity as templates need it: a card's fields are columns, properties, or set by the page."""

    __tablename__ = "activities"
    __allow_unmapped__ = True

    uuid: Mapped[str] = mapped_column(Key, primary_key=True)
    number: Mapped[int]
    user_uuid: Mapped[str | None] = mapped_column(Key, ForeignKey("users.uuid"))
    message: Mapped[str | None] = column_property(
        select(ActivityText.message).where(ActivityText.activity_uuid == uuid).scalar_subquery()
    )
    reply_to_activity_uuid: Mapped[str | None] = mapped_column(Key, ForeignKey("activities.uuid"))
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    visible_from: Mapped[datetime]
    audience: Mapped[str]
    hidden_at: Mapped[datetime | None]
    circle_user_uuid: Mapped[str | None] = mapped_column(Key)
    author: Mapped[User | None] = relationship()
    above: Mapped["Activity | None"] = relationship(remote_side=[uuid])

    read_at: datetime
    replies_count: int
    likes_count: int
    liked: bool
    mentions: set[str]
    viewer_uuid: str

    def __getitem__(self, name: str) -> Any:
        """As `Part` reads a row."""
        return getattr(self, name)

    @property
    def display_name(self) -> str:
        return self.author.display_name

    @property
    def handle(self) -> str:
        return self.author.handle

    @property
    def role(self) -> str | None:
        return self.author.role

    @property
    def is_own(self) -> bool:
        return self.user_uuid == self.viewer_uuid

    @property
    def undoable(self) -> bool:
        return self.visible_from > self.read_at

    @property
    def parent(self) -> "Activity | None":
        """What it replies to, if that is alive and the viewer may see it."""
        above = self.above
        if above is None or above.expires_at <= self.read_at or not above.author or above.author.suspended_at:
            return None
        above.read_at = self.read_at
        return None if above.undoable and above.user_uuid != self.viewer_uuid else above


class Follow(Base):
    __tablename__ = "follows"

    user_uuid: Mapped[str] = mapped_column(Key, ForeignKey("users.uuid"), primary_key=True)
    followed_uuid: Mapped[str] = mapped_column(Key, ForeignKey("users.uuid"), primary_key=True)


class Block(Base):
    __tablename__ = "blocks"

    user_uuid: Mapped[str] = mapped_column(Key, ForeignKey("users.uuid"), primary_key=True)
    blocked_uuid: Mapped[str] = mapped_column(Key, ForeignKey("users.uuid"), primary_key=True)


class Like(Base):
    __tablename__ = "likes"

    activity_uuid: Mapped[str] = mapped_column(Key, ForeignKey("activities.uuid"), primary_key=True)
    user_uuid: Mapped[str] = mapped_column(Key, ForeignKey("users.uuid"), primary_key=True)


class ReadMark(Base):
    __tablename__ = "read_marks"

    user_uuid: Mapped[str] = mapped_column(Key, ForeignKey("users.uuid"), primary_key=True)
    number: Mapped[int]
    newest: Mapped[int]
    seen_at: Mapped[datetime]
