"""The composer: its fields, its position on a page, and how it returns with a notice."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import render_template

from ..drafts import actions as drafts
from ..drafts.pages import begun_as
from ..drafts.shapes import Draft
from ..sessions.shapes import Viewer
from ..web.current import db, settings
from ..web.fields import as_uuid
from ..web.htmx import wants_fragment
from ..words import N_, _
from . import choices
from .forms import ActivityForm
from .pages import find_card
from .shapes import ActivityCard

ORPHANED = N_("What you were replying to is gone. Your text is safe: post it on its own, or discard it.")
TOO_DEEP = N_("This thread can't go any deeper. Your text is safe: post it elsewhere, or discard it.")

POSITIONS = ("feed", "slot", "thread", "page")

DRAFT_IS_HERE = N_("Your text is here. Nothing has been posted yet.")


@dataclass(kw_only=True)
class Composer:
    """The form for an activity. `position` decides where its card goes: feed, slot (below a card), thread or page.

    `version`: of its draft, 0 without one. `draft`: what it was filled with. `anothers`: somebody else began it.
    """

    viewer: Viewer
    ttl: str
    audience: str
    key: str
    position: str = "page"
    message: str = ""
    parent: ActivityCard | None = None
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    orphan: bool = False
    gone: bool = False
    one_up: str | None = None
    version: str = "0"
    draft: Draft | None = None
    anothers: bool = False

    @classmethod
    def fresh(
        cls, viewer: Viewer, position: str, parent: ActivityCard | None = None, ttl: str = "", audience: str = ""
    ) -> "Composer":
        """An empty composer with a new key. A reply's lifespan is its parent's; else it is `ttl` or the usual one."""
        return cls(
            viewer=viewer,
            ttl=choices.covering_ttl(parent) if parent else ttl or choices.usual_ttl(viewer),
            audience=choices.preselected_audience(viewer, audience, parent, bool(parent)),
            key=str(uuid.uuid4()),
            position=position,
            parent=parent,
        )

    @classmethod
    def offered(cls, viewer: Viewer, position: str, parent: ActivityCard | None = None) -> "Composer":
        """The composer with the newest draft of its place, else an empty one."""
        composer = cls.fresh(viewer, position, parent)
        if viewer["drafts_count"]:
            reply_to = parent["uuid"] if parent else None
            if draft := drafts.newest(db(), user_uuid=viewer["uuid"], reply_to_activity_uuid=reply_to):
                composer._fill(draft)
        return composer

    @classmethod
    def from_form(cls, viewer: Viewer, form: ActivityForm, position: str) -> "Composer":
        reply_to = form.reply_to_activity_uuid.data
        parent = find_card(as_uuid(reply_to), viewer["uuid"])
        composer = cls(
            viewer=viewer,
            ttl=form.ttl.data if form.ttl.data in settings().ttls else choices.usual_ttl(viewer),
            audience=choices.preselected_audience(viewer, form.audience.data, parent, bool(reply_to)),
            key=as_uuid(form.key.data) or str(uuid.uuid4()),
            position=position,
            message=form.message.typed,
            parent=parent,
            errors={name: found[0] for name, found in form.errors.items()},
            version=form.version.data,
        )
        if problem := begun_as(form.user_uuid.data):
            composer.anothers, composer.notice = True, problem
        return composer.without_parent() if reply_to and not parent else composer

    @classmethod
    def from_draft(cls, viewer: Viewer, draft: Draft) -> "Composer":
        """The composer of a draft, with its text and its key."""
        reply_to = draft["reply_to_activity_uuid"]
        composer = cls.fresh(viewer, "page", find_card(reply_to, viewer["uuid"]))
        composer._fill(draft)
        composer.notice = _(DRAFT_IS_HERE)
        return composer.without_parent() if reply_to and not composer.parent else composer

    def _fill(self, draft: Draft) -> None:
        self.draft, self.message, self.version = draft, draft["message"], str(draft["version"])
        self.key = draft["key"] or self.key
        if draft["ttl"] in settings().ttls:
            self.ttl = str(draft["ttl"])
        is_reply = bool(draft["reply_to_activity_uuid"])
        self.audience = choices.preselected_audience(self.viewer, draft["audience"], self.parent, is_reply)

    @property
    def audiences(self) -> tuple[str, ...]:
        return choices.audiences(self.parent)

    @property
    def id(self) -> str:
        if self.orphan:
            return f"composer-{self.key[:8]}"
        return f"composer-{self.parent['number']}" if self.parent else "composer"

    @property
    def target(self) -> str:
        """Where a new card goes, as htmx finds it."""
        return {"slot": "closest .slot", "thread": "#replies"}.get(self.position, "#feed")

    @property
    def plain(self) -> bool:
        """Whether it posts without HTMX, so that a whole new page follows: this one would no longer be right."""
        return self.position == "page" or self.orphan or self.anothers

    def without_parent(self) -> "Composer":
        """The same text without its parent, which is gone: post it on its own, or discard it."""
        self.orphan, self.parent, self.gone, self.notice = True, None, True, _(ORPHANED)
        return self

    def without_deep_parent(self) -> "Composer":
        """The same text without its parent, which takes no replies; `one_up` is the parent's parent, if any."""
        above = find_card(self.parent["reply_to_activity_uuid"], self.viewer["uuid"]) if self.parent else None
        self.without_parent()
        self.gone, self.one_up, self.notice = False, above and above["uuid"], _(TOO_DEEP)
        return self

    def with_new_key(self, notice: str) -> "Composer":
        """The same text under a new key, so that posting makes another activity."""
        self.key, self.version, self.notice = str(uuid.uuid4()), "0", notice
        return self

    def response(self, status: int) -> Any:
        if wants_fragment():
            return render_template("activities/_composer.html", composer=self), status
        self.position = "page"
        return render_template("activities/compose.html", composer=self), status
