"""A card that is kept is drawn as one that is not, for everybody and at every moment."""

from datetime import datetime, timedelta

import pytest
from flask import Flask, g

from webapp.activities.cards import Cards
from webapp.activities.samples import CARDS
from webapp.activities.shapes import ActivityCard
from webapp.sessions.samples import VIEWER

STANDS = ("feed", "focus", "still")


def later(activity: ActivityCard) -> ActivityCard:
    read_at = datetime.fromisoformat(activity["read_at"]) + timedelta(hours=30)
    return {**activity, "read_at": read_at.isoformat()}  # type: ignore[return-value]


def drawn(cards: Cards, activity: ActivityCard, stands: str = "feed") -> str:
    return cards.draw("activities/_activity.html", activity=activity, stands=stands)


def test_kept_card_is_drawn_as_one_that_is_not(app: Flask) -> None:
    kept = Cards(app.jinja_env)
    hostile = {**CARDS["hostile"], "message": "100 % %(left)s %s <b>", "display_name": "%(words)s"}
    with app.test_request_context():
        for activity in (*CARDS.values(), hostile):
            for stands in STANDS:
                for person in (VIEWER, None):
                    g.viewer = person
                    kept(activity, stands)
                    assert kept(later(activity), stands) == drawn(kept, later(activity), stands)


@pytest.mark.parametrize("field", sorted({*ActivityCard.__annotations__} - {"read_at", "created_at", "expires_at"}))
def test_kept_card_shows_what_changed(app: Flask, field: str) -> None:
    """A name, a count, a like: whatever the template draws from is part of what the card is kept under."""
    kept = Cards(app.jinja_env)
    before = CARDS["with all that one can do to it done"]
    other = {str: "changed", int: 7, bool: not before[field]}.get(type(before[field]))  # type: ignore[literal-required]
    after = {**before, field: ["bede"] if field == "mentions" else other or "changed"}
    with app.test_request_context():
        g.viewer = VIEWER
        kept(before)
        assert kept(after) == drawn(kept, after)  # type: ignore[arg-type]


def test_cards_are_kept_in_bounded_number(app: Flask) -> None:
    cards = Cards(app.jinja_env, kept=2)
    with app.test_request_context():
        g.viewer = VIEWER
        for activity in CARDS.values():
            cards(activity)
    assert len(cards._kept) == 2
