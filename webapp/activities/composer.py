"""The composer: what it holds, where it stands, and how it comes back when something has to be said."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import render_template

from ..drafts.shapes import Draft
from ..sessions.shapes import Viewer
from ..web.current import settings
from ..web.fields import as_uuid
from ..web.htmx import wants_fragment
from ..words import N_, _
from .forms import ActivityForm
from .pages import find_card
from .shapes import ActivityCard

ORPHANED = N_("What you were answering has passed its time. Your text is here: post it on its own, or discard it.")
TOO_DEEP = N_(
    "No thread goes deeper than what you were answering. Your text is here: post it elsewhere, or discard it."
)

DRAFT_IS_HERE = N_("You are signed in. Your text is here; nothing was posted yet.")


@dataclass(kw_only=True)
class Composer:
    """One form for an activity. `place` decides where a new card goes: feed, slot (below a card), thread, page."""

    viewer: Viewer
    ttl: str
    key: str
    place: str = "page"
    message: str = ""
    parent: ActivityCard | None = None
    parent_uuid: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    orphan: bool = False
    gone: bool = False
    one_up: str | None = None

    @classmethod
    def fresh(cls, viewer: Viewer, place: str, parent: ActivityCard | None = None, ttl: str = "") -> "Composer":
        """An empty composer with a new key and this time to live, by default the viewer's usual one."""
        return cls(
            viewer=viewer,
            ttl=ttl or _usual_ttl(viewer),
            key=str(uuid.uuid4()),
            place=place,
            parent=parent,
            parent_uuid=parent["uuid"] if parent else None,
        )

    @classmethod
    def of(cls, viewer: Viewer, form: ActivityForm, place: str) -> "Composer":
        """The composer that this form was sent from, with its text."""
        parent_uuid = as_uuid(form.reply_to_activity_uuid.data)
        composer = cls(
            viewer=viewer,
            ttl=form.ttl.data if form.ttl.data in settings().ttls else _usual_ttl(viewer),
            key=as_uuid(form.key.data) or str(uuid.uuid4()),
            place=place,
            message=form.message.typed,
            parent=find_card(parent_uuid, viewer["uuid"]),
            parent_uuid=parent_uuid,
            errors={name: found[0] for name, found in form.errors.items()},
        )
        return composer.orphaned() if form.reply_to_activity_uuid.data and not composer.parent else composer

    @classmethod
    def drafted(cls, viewer: Viewer, draft: Draft) -> "Composer":
        """The composer that a draft was sent from, with its text and its key."""
        ttl, reply_to = draft["ttl"] or "", draft["reply_to_activity_uuid"]
        composer = cls.fresh(viewer, "page", find_card(reply_to, viewer["uuid"]), ttl if ttl in settings().ttls else "")
        composer.message, composer.notice = draft["message"], _(DRAFT_IS_HERE)
        if reply_to and not composer.parent:
            composer.orphaned()
        composer.key = draft["key"] or composer.key
        return composer

    @property
    def id(self) -> str:
        if self.orphan:
            return f"composer-{self.key[:8]}"
        return f"composer-{self.parent['number']}" if self.parent else "composer"

    @property
    def target(self) -> str:
        """Where a new card goes, as htmx finds it."""
        return {"slot": "closest .slot", "thread": "#replies"}.get(self.place, "#feed")

    def orphaned(self) -> "Composer":
        """The same text without the activity it answered: it can stand on its own, or go."""
        self.orphan, self.parent, self.gone = True, None, True
        self.notice, self.key = _(ORPHANED), str(uuid.uuid4())
        return self

    def too_deep(self) -> "Composer":
        """The same text without the activity it answered, below which nothing fits; one step up it may."""
        above = find_card(self.parent["reply_to_activity_uuid"], self.viewer["uuid"]) if self.parent else None
        self.orphaned()
        self.gone, self.one_up, self.notice = False, above and above["uuid"], _(TOO_DEEP)
        return self

    def anew(self, notice: str) -> "Composer":
        """The same text under a new key, which makes another activity of it."""
        self.key, self.notice = str(uuid.uuid4()), notice
        return self

    def answer(self, status: int) -> Any:
        """The composer as this request can show it."""
        return (self.fragment() if wants_fragment() else self.page(status)[0]), status

    def fragment(self) -> str:
        return render_template("activities/_composer.html", composer=self)

    def page(self, status: int) -> tuple[str, int]:
        self.place = "page"
        return render_template("activities/compose.html", composer=self), status


def _usual_ttl(viewer: Viewer) -> str:
    usual = viewer["last_ttl"]
    return usual if usual and usual in settings().ttls else settings().ttl_default
