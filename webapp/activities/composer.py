"""The composer: its fields, its position on a page, and how it returns with a notice."""

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

ORPHANED = N_("What you were replying to is gone. Your text is safe: post it on its own, or discard it.")
TOO_DEEP = N_("This thread can't go any deeper. Your text is safe: post it elsewhere, or discard it.")

DRAFT_IS_HERE = N_("You're signed in. Your text is here; nothing has been posted yet.")


@dataclass(kw_only=True)
class Composer:
    """The form for an activity. `position` decides where its card goes: feed, slot (below a card), thread or page."""

    viewer: Viewer
    ttl: str
    key: str
    position: str = "page"
    message: str = ""
    parent: ActivityCard | None = None
    parent_uuid: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    orphan: bool = False
    gone: bool = False
    one_up: str | None = None

    @classmethod
    def fresh(cls, viewer: Viewer, position: str, parent: ActivityCard | None = None, ttl: str = "") -> "Composer":
        """An empty composer with a new key; `ttl` defaults to the viewer's last one."""
        return cls(
            viewer=viewer,
            ttl=ttl or _usual_ttl(viewer),
            key=str(uuid.uuid4()),
            position=position,
            parent=parent,
            parent_uuid=parent["uuid"] if parent else None,
        )

    @classmethod
    def from_form(cls, viewer: Viewer, form: ActivityForm, position: str) -> "Composer":
        parent_uuid = as_uuid(form.reply_to_activity_uuid.data)
        composer = cls(
            viewer=viewer,
            ttl=form.ttl.data if form.ttl.data in settings().ttls else _usual_ttl(viewer),
            key=as_uuid(form.key.data) or str(uuid.uuid4()),
            position=position,
            message=form.message.typed,
            parent=find_card(parent_uuid, viewer["uuid"]),
            parent_uuid=parent_uuid,
            errors={name: found[0] for name, found in form.errors.items()},
        )
        return composer.without_parent() if form.reply_to_activity_uuid.data and not composer.parent else composer

    @classmethod
    def from_draft(cls, viewer: Viewer, draft: Draft) -> "Composer":
        """The composer of a draft, with its text and its key."""
        ttl, reply_to = draft["ttl"] or "", draft["reply_to_activity_uuid"]
        composer = cls.fresh(viewer, "page", find_card(reply_to, viewer["uuid"]), ttl if ttl in settings().ttls else "")
        composer.message, composer.notice = draft["message"], _(DRAFT_IS_HERE)
        if reply_to and not composer.parent:
            composer.without_parent()
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
        return {"slot": "closest .slot", "thread": "#replies"}.get(self.position, "#feed")

    def without_parent(self) -> "Composer":
        """The same text with a new key and no parent, which is gone: post it on its own, or discard it."""
        self.orphan, self.parent, self.gone = True, None, True
        self.notice, self.key = _(ORPHANED), str(uuid.uuid4())
        return self

    def without_deep_parent(self) -> "Composer":
        """The same text without its parent, which takes no replies; `one_up` is the parent's parent, if any."""
        above = find_card(self.parent["reply_to_activity_uuid"], self.viewer["uuid"]) if self.parent else None
        self.without_parent()
        self.gone, self.one_up, self.notice = False, above and above["uuid"], _(TOO_DEEP)
        return self

    def with_new_key(self, notice: str) -> "Composer":
        """The same text under a new key, so that posting makes another activity."""
        self.key, self.notice = str(uuid.uuid4()), notice
        return self

    def response(self, status: int) -> Any:
        return (self.fragment() if wants_fragment() else self.page(status)[0]), status

    def fragment(self) -> str:
        return render_template("activities/_composer.html", composer=self)

    def page(self, status: int) -> tuple[str, int]:
        self.position = "page"
        return render_template("activities/compose.html", composer=self), status


def _usual_ttl(viewer: Viewer) -> str:
    usual = viewer["last_ttl"]
    return usual if usual and usual in settings().ttls else settings().ttl_default
