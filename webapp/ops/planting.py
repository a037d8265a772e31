"""People who wrote words for bin/forgets, which have ended in every way there is."""

import secrets
from contextlib import suppress
from typing import Any
from uuid import uuid4

from ..activities import actions as activities
from ..config.settings import Settings
from ..db.connections import Connection
from ..db.database import Database
from ..drafts import actions as drafts
from ..errors import MayflyError
from ..moderation import actions as moderation
from ..users import actions as users

LONG = 2_400  # characters: PostgreSQL keeps such a text apart from its row
CONTROLS = ("alive", "alive and long")
"""These kinds go on living: a search that does not find them proves nothing."""


class Plant:
    """Two people and a third who leaves; what they wrote has ended in every way, but for the controls."""

    def __init__(self, db: Database, settings: Settings, owner: Connection) -> None:
        self.db, self.settings, self.owner = db, settings, owner
        self.handles = [f"forgets_{secrets.token_hex(4)}" for _ in range(3)]
        self.people = [self._person(handle) for handle in self.handles]

    def all(self) -> dict[str, str]:
        """The kinds and their words."""
        author, reader, leaving = self.people
        words = {kind: _word() for kind in (
            *CONTROLS, "expired", "expired and long", "burned", "below a reply", "draft", "draft rewritten",
            "undone", "taken back", "reported", "shortened", "account deleted",
        )}  # fmt: skip
        written = {
            kind: self._write(leaving if kind == "account deleted" else author, word, long=kind.endswith("long"))
            for kind, word in words.items()
            if "draft" not in kind
        }
        neighbours = [self._write(author, _word()) for _ in range(20)]
        self._reply(reader, written["below a reply"])
        self._draft(author, words["draft"], "")
        self._draft(author, words["draft rewritten"], "Nothing of it")
        for kind in ("undone", "taken back"):
            self._out(written[kind], out=kind != "undone")
            card: Any = self.db.query_object("activities/card", viewer_uuid=author, uuid=written[kind])
            act = activities.undo if kind == "undone" else activities.rewrite
            draft_uuid = act(self.db, self.settings, user_uuid=author, activity=card)
            drafts.discard(self.db, user_uuid=author, draft_uuid=draft_uuid)
        self._out(written["reported"], out=True)
        report = {"viewer_uuid": reader, "activity_uuid": written["reported"], "kind": "spam", "words": ""}
        moderation.report_activity(self.db, self.settings, **report)
        self.owner.execute(
            "UPDATE report_copies SET expires_at = now() FROM reports WHERE uuid = report_uuid AND reporter_uuid = %s",
            [reader],
        )
        shortest = min(self.settings.ttls, key=lambda ttl: self.settings.ttls[ttl])
        of_author = {"user_uuid": author, "activity_uuid": written["shortened"]}
        activities.change_fuse(self.db, self.settings, **of_author, ttl=shortest)
        for burned in (written["burned"], written["reported"], *neighbours[::2]):
            activities.burn(self.db, self.settings, user_uuid=author, activity_uuid=burned)
        ended = [written[kind] for kind in ("expired", "expired and long", "below a reply", "shortened")]
        self.owner.execute("UPDATE activities SET expires_at = now() WHERE uuid = ANY (%s::uuid[])", [ended])
        users.delete_account(self.db, user_uuid=leaving)
        return words

    def clear(self) -> None:
        """Takes the people away again, with all that is theirs."""
        for user_uuid in self.people:
            with suppress(MayflyError):
                users.delete_account(self.db, user_uuid=user_uuid)

    def _person(self, handle: str) -> str:
        made = "INSERT INTO users (handle, display_name) VALUES (%s, %s) RETURNING uuid::text"
        row = self.owner.execute(made, [handle, handle]).fetchone()
        assert row  # noqa: S101 (it was made)
        return str(row[0])

    def _write(self, user_uuid: str, word: str, *, long: bool = False, reply_to: str | None = None) -> str:
        return activities.create(
            self.db, self.settings, user_uuid=user_uuid, mentioned=[], audience="everyone",
            message=word + (_letters(LONG) if long else " and the rest of the sentence."),
            ttl=max(self.settings.ttls, key=lambda ttl: self.settings.ttls[ttl]),
            key=str(uuid4()), reply_to_activity_uuid=reply_to,
        )  # fmt: skip

    def _reply(self, user_uuid: str, parent_uuid: str) -> None:
        self._out(parent_uuid, out=True)
        self._write(user_uuid, "a reply that goes on", reply_to=parent_uuid)

    def _draft(self, user_uuid: str, word: str, then: str) -> None:
        key = str(uuid4())
        for version, message in ((0, word), (1, then)):
            drafts.save(
                self.db, user_uuid=user_uuid, message=message, ttl=None, audience=None, reply_to_activity_uuid=None,
                key=key, version=version,
            )  # fmt: skip

    def _out(self, activity_uuid: str, *, out: bool) -> None:
        """Whether others see it already."""
        seconds = -1 if out else 3600
        self.owner.execute(
            "UPDATE activities SET visible_from = now() + make_interval(secs => %s) WHERE uuid = %s",
            [seconds, activity_uuid],
        )


def _word() -> str:
    return f"mayfly{_letters(24)}"


def _letters(count: int) -> str:
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(count))
