"""A card that is kept is drawn as one that is not, for everybody and at every moment."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

from flask import Flask, g

from webapp.activities.cards import Cards
from webapp.activities.samples import CARDS
from webapp.activities.shapes import ActivityCard
from webapp.sessions.samples import VIEWER

EVERYBODY = (
    VIEWER,
    {**VIEWER, "uuid": "0" * 8, "handle": "other", "display_name": "Other", "last_ttl": "1-hour"},
    None,
)


def drawn(cards: Cards, activity: ActivityCard, stands: str = "feed") -> str:
    return cards.draw("activities/_activity.html", activity=activity, stands=stands)


def test_kept_card_is_drawn_as_one_that_is_not(app: Flask) -> None:
    kept = Cards(app.jinja_env)
    hostile = {**CARDS["hostile"], "message": "100 % %(left)s %s <b>", "display_name": "%(words)s"}
    with app.test_request_context():
        for activity, stands, person in product((*CARDS.values(), hostile), ("feed", "thread", "still"), EVERYBODY):
            g.viewer = person
            kept(activity, stands)
            read_at = datetime.fromisoformat(activity["read_at"]) + timedelta(hours=30)
            later = {**activity, "read_at": read_at.isoformat()}
            if activity["parent"]:
                later["parent"] = {**activity["parent"], "read_at": read_at.isoformat()}
            assert kept(later, stands) == drawn(kept, later, stands)
            kept.line(activity)
            assert kept.line(later) == kept.draw("activities/_line.html", activity=later)


def test_kept_card_shows_what_changed(app: Flask) -> None:
    """A name, a count, a like: whatever the template draws from is part of what the card is kept under."""
    before: dict[str, Any] = {**CARDS["with all that one can do to it done"]}
    with app.test_request_context():
        g.viewer = VIEWER
        for field in {*ActivityCard.__annotations__} - {"read_at", "created_at", "expires_at"}:
            others = {int: 7, bool: not before[field], list: ["bede"]}
            words = {"parent": CARDS["a reply"]["parent"], "audience": "followers"}
            changed = others.get(type(before[field]), words.get(field, "changed"))
            kept, after = Cards(app.jinja_env), {**before, field: changed}
            kept(before)  # type: ignore[arg-type]
            assert kept(after) == drawn(kept, after), field  # type: ignore[arg-type]


def test_cards_are_kept_in_bounded_number(app: Flask) -> None:
    cards = Cards(app.jinja_env, most=2)
    with app.test_request_context():
        g.viewer = VIEWER
        assert all(map(cards, CARDS.values()))
    assert len(cards._kept) == 2
